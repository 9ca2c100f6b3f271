from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panel.honesty import measure_votes
from panel.honesty.chance import bootstrap, wilson
from panel.honesty.votes import CallRow, design_effect_votes, phi
from panel.records import Call

SHIP, SKIP = Call.SHIP, Call.SKIP
CALLS = st.sampled_from([SHIP, SKIP, None])


def row(letters: str) -> CallRow:
    return tuple({"+": SHIP, "-": SKIP, ".": None}[letter] for letter in letters)


def test_reviewers_who_always_agree_are_one_vote() -> None:
    found = measure_votes([row("++++"), row("----")] * 10)
    assert (found.votes, found.correlation, found.pairs, found.tools) == (1.0, 1.0, 6, 20)
    assert (found.low, found.high) == (1.0, 1.0)


def test_reviewers_who_have_nothing_in_common_are_as_many_as_they_are() -> None:
    found = measure_votes([row(f"{a}{b}") for a in "+-" for b in "+-"] * 10)
    assert (found.votes, found.correlation) == (2.0, 0.0)


def test_kish_s_design_effect_is_what_is_computed() -> None:
    assert design_effect_votes(4, 0.5) == 4 / 2.5
    assert design_effect_votes(9, 0.4375) == pytest.approx(2.0)
    assert (design_effect_votes(4, -0.3), design_effect_votes(4, 1.0), design_effect_votes(1, 0.9)) == (4.0, 1.0, 1.0)
    with pytest.raises(ValueError, match="no reviewer"):
        design_effect_votes(0, 0.0)


def test_phi_is_pearson_s_correlation_of_ones_and_noughts() -> None:
    ones = [(1, 1)] * 5 + [(1, 0)] * 2 + [(0, 1)] * 3 + [(0, 0)] * 7
    first, second = zip(*ones, strict=True)
    n = len(ones)
    mean = (sum(first) / n, sum(second) / n)
    cov = sum((a - mean[0]) * (b - mean[1]) for a, b in ones)
    sd = math.sqrt(sum((a - mean[0]) ** 2 for a in first) * sum((b - mean[1]) ** 2 for b in second))
    assert phi(5, 7, 8, n) == pytest.approx(cov / sd)
    assert phi(5, 5, 10, 20) is not None and phi(5, 10, 5, 10) is None and phi(0, 0, 5, 10) is None


def test_those_who_contradict_each_other_are_no_more_than_they_are() -> None:
    found = measure_votes([row("+-"), row("-+")] * 10)
    assert (found.votes, found.correlation) == (2.0, -1.0)


def test_a_reviewer_who_never_changes_its_call_is_no_vote() -> None:
    found = measure_votes([row("+--"), row("---"), row("-+-"), row("++-")] * 5)
    assert (found.votes, found.pairs, found.constant, found.reviewers) == (2.0, 1, (2,), 3)
    nobody = measure_votes([row("++")] * 30)
    assert (nobody.votes, nobody.low, nobody.pairs, nobody.constant) == (None, None, 0, (0, 1))


def test_missing_seats_are_left_out_and_are_no_skips() -> None:
    rows = [row("++"), row("--")] * 10
    assert measure_votes([*rows, *[row("+."), row(".-"), row("..")] * 50]) == measure_votes(rows)


def test_nothing_is_known_of_nothing() -> None:
    found = measure_votes([])
    assert (found.votes, found.low, found.high, found.tools, found.reviewers) == (None, None, None, 0, 0)
    with pytest.raises(ValueError, match="one place for each"):
        measure_votes([row("+"), row("++")])


def test_more_tools_narrow_the_interval() -> None:
    rng = random.Random(3)

    def panel(tools: int) -> list[CallRow]:
        found = []
        for _ in range(tools):
            common = rng.random()
            found.append(tuple(SHIP if rng.random() < common else SKIP for _ in range(4)))
        return found

    few, many = measure_votes(panel(20)), measure_votes(panel(400))
    assert few.low and few.high and many.low and many.high and few.votes and many.votes
    assert few.low <= few.votes <= few.high
    assert many.high - many.low < few.high - few.low
    # A ship rate drawn evenly from 0 to 1 makes calls correlate by a third: 4 / 2.
    assert many.votes == pytest.approx(2.0, abs=0.3)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(CALLS, CALLS, CALLS), max_size=30))
def test_the_votes_are_never_fewer_than_one_nor_more_than_there_are(rows: list[CallRow]) -> None:
    found = measure_votes(rows)
    assert found == measure_votes(rows[::-1])
    if found.votes is not None:
        assert 1 <= found.votes <= 3
    if found.low is not None and found.high is not None and found.votes is not None:
        assert 1 <= found.low <= found.votes <= found.high <= 3


def test_wilson_s_interval_is_the_published_one() -> None:
    low, high = wilson(8, 10) or (0.0, 0.0)
    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)
    assert wilson(0, 0) is None
    assert (wilson(0, 10) or (1.0, 0.0))[0] == 0.0 and (wilson(10, 10) or (0.0, 0.0))[1] == 1.0
    with pytest.raises(ValueError, match="no share"):
        wilson(3, 2)


def test_one_tool_has_no_interval_and_an_undefined_figure_none() -> None:
    assert bootstrap([1], lambda counts: 1.0) is None
    assert bootstrap([1, 2, 3], lambda counts: None) is None
    assert bootstrap([1, 1, 1], lambda counts: float(counts[1])) == (3.0, 3.0)
