from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from panel.editorial import Desk, open_gate
from panel.errors import IllegalMove, NotApproved
from panel.settings import DeskSettings

from .desks import TOOLS, WHEN

READ = date(2026, 11, 2)


def test_a_price_may_be_as_old_as_the_newsroom_says(desk: Desk) -> None:
    assert desk.rules.price_days == 90
    assert desk.stale_prices(READ + timedelta(days=90)) == {}
    stale = desk.stale_prices(READ + timedelta(days=91))
    assert set(stale) == set(TOOLS) and stale["larkspur"].days == 91
    assert stale["larkspur"].text == ("the price of Larkspur (Free) was read on 2 November 2026, over 90 days ago")
    free = replace(desk, rules=DeskSettings(price_days=0))
    assert free.stale_prices(READ + timedelta(days=9000)) == {}


def test_an_old_price_keeps_an_approved_run_from_publication_until_it_is_confirmed(approved: Desk) -> None:
    strict = replace(approved, rules=DeskSettings(price_days=1))
    with pytest.raises(NotApproved) as refused:
        open_gate(strict)
    assert [reason.split(":")[0] for reason in refused.value.reasons] == list(TOOLS)
    for tool in TOOLS:
        strict.confirm_price(tool, author="Eve", reason="looked at its page")
    assert open_gate(strict).page.status == "approved"
    assert strict.stale_prices(WHEN.date() + timedelta(days=900)) != {}


def test_a_confirmation_wants_a_tool_of_the_run_and_a_reason(desk: Desk) -> None:
    with pytest.raises(IllegalMove, match="no tool"):
        desk.confirm_price("nobody", author="Eve", reason="so")
    with pytest.raises(IllegalMove, match="needs a reason"):
        desk.confirm_price("larkspur", author="Eve", reason="")
