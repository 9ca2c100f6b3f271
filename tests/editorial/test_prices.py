from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from panel.editorial import Desk, open_gate, record_publication, refusals
from panel.errors import IllegalMove, NotApproved
from panel.settings import DeskSettings

from .desks import TOOLS, WHEN

READ = date(2026, 11, 2)


def test_a_price_may_be_as_old_as_the_newsroom_says(desk: Desk) -> None:
    assert desk.rules.price_days == 90
    assert desk.stale_prices(READ + timedelta(days=90)) == {}
    stale = desk.stale_prices(READ + timedelta(days=91))
    assert set(stale) == set(TOOLS) and stale["larkspur"].days == 91
    told = "the price of Larkspur (Free) was read on 2 November 2026, 91 days ago; 90 are allowed"
    assert stale["larkspur"].text == told
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


def test_a_day_that_has_not_come_is_no_day_on_which_a_price_was_read(desk: Desk) -> None:
    assert desk.stale_prices(READ - timedelta(days=1)) == {}, "it is tomorrow somewhere"
    assert desk.stale_prices(READ - timedelta(days=2))["larkspur"].text.endswith("2 November 2026, which is not yet")


def test_a_page_that_stands_can_be_mended_whatever_its_age(approved: Desk) -> None:
    gate = open_gate(approved)
    record_publication(approved, gate, {"compare/a/index.html": b"page"}, out="site", author="Eve")
    strict = replace(approved, rules=DeskSettings(price_days=1))
    assert open_gate(strict).already is not None
    assert any("panel confirm first larkspur" in reason for reason in refusals(strict, strict.states()))
