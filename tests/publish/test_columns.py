"""A page whose columns do not line up cannot be made: an argument must never stand under another tool's name."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from panel.records import Page

from . import pages


def swap_seats(data: dict[str, Any]) -> None:
    data["rows"][1]["cells"].reverse()


def drop_a_seat(data: dict[str, Any]) -> None:
    data["rows"][0]["cells"].pop()


def borrow_a_seat(data: dict[str, Any]) -> None:
    data["rows"][0]["cells"][0]["seat"]["persona"] = "business"


def swap_tallies(data: dict[str, Any]) -> None:
    data["comparison"]["tallies"].reverse()


def swap_prices(data: dict[str, Any]) -> None:
    data["comparison"]["prices"].reverse()


def drop_a_vote(data: dict[str, Any]) -> None:
    data["comparison"]["community"].pop()


def drop_a_call(data: dict[str, Any]) -> None:
    data["comparison"]["split"][2]["calls"].pop()


@pytest.mark.parametrize(
    "spoil", [swap_seats, drop_a_seat, borrow_a_seat, swap_tallies, swap_prices, drop_a_vote, drop_a_call]
)
def test_columns_line_up(spoil: Any) -> None:
    data = pages.two_tools().model_dump(mode="json")
    assert Page.model_validate(data) == pages.two_tools()
    spoil(data)
    with pytest.raises(ValidationError, match="in their order"):
        Page.model_validate(data)
