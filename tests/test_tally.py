from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.records import Call, Seat
from panel.tally import tally_run, tally_tool

SHIP, SKIP = Call.SHIP, Call.SKIP
CALLS = st.lists(st.sampled_from([SHIP, SKIP, None]), max_size=12)


@pytest.mark.parametrize(
    ("calls", "label"),
    [
        ([SHIP, SHIP, SKIP, SHIP], "75 % ship, 3 of 4"),
        ([SHIP, None, SKIP, SHIP], "67 % ship, 2 of 3, 1 missing"),
        ([None, None, None, None], "no verdict, 4 missing"),
        ([], "no verdict"),
        ([SKIP, SKIP], "0 % ship, 0 of 2"),
        ([SHIP], "100 % ship, 1 of 1"),
        ([None, SKIP], "0 % ship, 0 of 1, 1 missing"),
    ],
)
def test_the_label_has_the_denominator_and_what_is_missing(calls: list[Call | None], label: str) -> None:
    assert tally_tool("x", calls).label == label


@given(calls=CALLS)
def test_every_configured_seat_is_counted_once(calls: list[Call | None]) -> None:
    tally = tally_tool("x", calls)
    assert tally.ships + tally.skips + tally.missing == tally.configured == len(calls)
    assert (tally.ships, tally.missing) == (calls.count(SHIP), calls.count(None))


@given(calls=CALLS, data=st.data())
def test_the_order_of_the_seats_does_not_matter(calls: list[Call | None], data: st.DataObject) -> None:
    assert tally_tool("x", data.draw(st.permutations(calls))) == tally_tool("x", calls)


@given(calls=CALLS, missing=st.integers(1, 5))
def test_missing_seats_move_no_share(calls: list[Call | None], missing: int) -> None:
    more = tally_tool("x", [*calls, *[None] * missing])
    assert more.ship_share == tally_tool("x", calls).ship_share
    assert more.skips == tally_tool("x", calls).skips


@given(missing=st.integers(0, 9))
def test_without_votes_there_is_no_share(missing: int) -> None:
    tally = tally_tool("x", iter([None] * missing))
    assert tally.ship_share is None
    assert tally.ship_pct is None
    assert "%" not in tally.label


def test_what_is_no_call_is_refused_and_not_a_skip() -> None:
    with pytest.raises(ValueError, match="perhaps"):
        tally_tool("x", [SHIP, "perhaps"])  # type: ignore[list-item]


def test_a_run_is_tallied_in_the_order_of_its_tools() -> None:
    calls = {
        Seat(tool="b", persona="dx"): SHIP,
        Seat(tool="a", persona="dx"): SKIP,
        Seat(tool="a", persona="business"): None,
        Seat(tool="other", persona="dx"): SHIP,
    }
    tallies = tally_run(calls, ["b", "a", "empty"])
    assert [(tally.tool, tally.ships, tally.skips, tally.missing) for tally in tallies] == [
        ("b", 1, 0, 0),
        ("a", 0, 1, 1),
        ("empty", 0, 0, 0),
    ]


def test_no_tools_have_no_tallies() -> None:
    assert tally_run({Seat(tool="a", persona="dx"): SHIP}, []) == ()


@given(data=st.data())
def test_the_order_of_a_runs_seats_does_not_matter(data: st.DataObject) -> None:
    seats = [Seat(tool=tool, persona=persona) for tool in ("a", "b") for persona in ("dx", "business", "futurist")]
    items = [(seat, data.draw(st.sampled_from([SHIP, SKIP, None]))) for seat in seats]
    shuffled = dict(data.draw(st.permutations(items)))
    assert tally_run(shuffled, ("a", "b")) == tally_run(dict(items), ("a", "b"))
