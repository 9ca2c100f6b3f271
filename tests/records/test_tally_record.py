from __future__ import annotations

from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from panel.records import Call, Community, SplitLine, Tally

COUNTS = st.integers(0, 1000)


def rounded(ships: int, votes: int) -> int:
    """Half up, but 100 only for all and 0 only for none."""
    if ships in (0, votes):
        return 100 if ships else 0
    return min(max(floor(Fraction(100 * ships, votes) + Fraction(1, 2)), 1), 99)


@given(ships=COUNTS, skips=COUNTS, missing=COUNTS)
def test_the_percentage_is_the_share_rounded_half_up(ships: int, skips: int, missing: int) -> None:
    tally = Tally(tool="x", ships=ships, skips=skips, missing=missing)
    if ships + skips:
        assert tally.ship_pct == rounded(ships, ships + skips)
        assert tally.ship_share == ships / (ships + skips)
    else:
        assert (tally.ship_pct, tally.ship_share) == (None, None)


@pytest.mark.parametrize(
    ("ships", "skips", "pct"),
    [
        (1, 7, 13),
        (3, 5, 38),
        (5, 3, 63),
        (1, 199, 1),
        (1, 2, 33),
        (2, 1, 67),
        (0, 3, 0),
        (3, 0, 100),
        (1, 999, 1),
        (999, 1, 99),
    ],
)
def test_halves_round_up_and_not_to_even(ships: int, skips: int, pct: int) -> None:
    assert Tally(tool="x", ships=ships, skips=skips, missing=0).ship_pct == pct
    assert Community(ships=ships, votes=ships + skips).ship_pct == pct


def test_missing_seats_are_configured_but_have_not_voted() -> None:
    tally = Tally(tool="x", ships=2, skips=1, missing=1)
    assert (tally.voted, tally.configured) == (3, 4)
    assert tally.label == "67 % ship, 2 of 3, 1 missing"


@pytest.mark.parametrize("field", ["ships", "skips", "missing"])
def test_counts_below_zero_are_refused(field: str) -> None:
    with pytest.raises(ValidationError, match=field):
        Tally(tool="x", **{"ships": 1, "skips": 1, "missing": 1, field: -1})


def test_a_community_without_votes_cannot_be_made() -> None:
    with pytest.raises(ValidationError, match="votes"):
        Community(ships=0, votes=0)


def test_more_ships_than_votes_are_refused() -> None:
    with pytest.raises(ValidationError, match="more ships than votes"):
        Community(ships=3, votes=2)


@given(votes=st.integers(1, 1000), data=st.data())
def test_the_communitys_percentage_is_rounded_half_up(votes: int, data: st.DataObject) -> None:
    ships = data.draw(st.integers(0, votes))
    assert Community(ships=ships, votes=votes).ship_pct == rounded(ships, votes)


@pytest.mark.parametrize(
    ("calls", "disagrees"),
    [
        ((Call.SHIP, Call.SKIP), True),
        ((Call.SHIP, Call.SHIP), False),
        ((Call.SHIP, None), False),
        ((None, None), False),
        ((), False),
        ((None, Call.SKIP, Call.SHIP), True),
    ],
)
def test_a_missing_seat_disagrees_with_nothing(calls: tuple[Call | None, ...], disagrees: bool) -> None:
    assert SplitLine(persona="dx", name="Developer experience", calls=calls).disagrees is disagrees
