"""Figures: exact over the tools, and intervals that are a bootstrap's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panel.evaluation.figures import DRAWS, SEED, Difference, Estimate, Figure, estimate, make_ratio, subtract

SHARES = st.lists(
    st.integers(0, 6).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))), min_size=1, max_size=30
)


def test_a_ratio_is_over_all_tools_not_over_their_shares() -> None:
    figure = make_ratio([(1, 1), (0, 3)])
    assert (figure.value, figure.count) == (0.25, 4)


@pytest.mark.parametrize("parts", [[], [(0, 0)], [(0, 0), (0, 0)]])
def test_of_nothing_there_is_no_share(parts: list[tuple[int, int]]) -> None:
    assert estimate(make_ratio(parts)) == Estimate(None, None, None, 0)


def test_two_tools_are_drawn_both_or_one_of_them_twice() -> None:
    # By hand: 0 in a quarter of the draws, a half in half of them, 1 in a quarter.
    assert estimate(make_ratio([(0, 1), (1, 1)])) == Estimate(0.5, 0.0, 1.0, 2)


def test_tools_that_are_alike_leave_chance_no_room() -> None:
    assert estimate(make_ratio([(1, 4)] * 9)) == Estimate(0.25, 0.25, 0.25, 36)


def test_one_tool_says_nothing_of_chance() -> None:
    assert estimate(make_ratio([(1, 4)])) == Estimate(0.25, None, None, 4)


def test_the_interval_is_that_of_drawing_the_tools_one_by_one() -> None:
    parts = [(number % 5, 5 + number % 3) for number in range(12)]
    drawn = np.random.default_rng(SEED).multinomial(12, np.full(12, 1 / 12), size=DRAWS)
    shares = []
    for counts in drawn:
        tools = [part for part, count in zip(parts, counts, strict=True) for _ in range(count)]
        shares.append(sum(above for above, _ in tools) / sum(below for _, below in tools))
    told = estimate(make_ratio(parts))
    assert (told.low, told.high) == pytest.approx(np.percentile(shares, [2.5, 97.5]))
    assert told.low is not None and told.high is not None and told.low < told.high


def test_draws_that_define_nothing_are_left_out() -> None:
    # Only the first tool has anything below the line: where it is drawn, the share is always its own.
    assert estimate(make_ratio([(3, 4), (0, 0), (0, 0)])) == Estimate(0.75, 0.75, 0.75, 4)


def test_what_lies_at_the_end_of_a_scale_is_still_inside_its_interval() -> None:
    figure = Figure(
        np.array([[tool % 2, 1.0] for tool in range(40)]), lambda sums: -np.abs(sums[..., 0] / sums[..., 1] - 0.5), 40
    )
    told = estimate(figure)
    assert told.value == told.high == 0.0
    assert told.low is not None and told.low < 0


@settings(deadline=None)
@given(SHARES)
def test_a_share_and_its_interval_are_shares(parts: list[tuple[int, int]]) -> None:
    told = estimate(make_ratio(parts))
    if told.value is None:
        assert told == Estimate(None, None, None, 0)
    elif len(parts) == 1:
        assert told.low is None and told.high is None
    else:
        assert told.low is not None and told.high is not None
        assert 0 <= told.low <= told.value <= told.high <= 1


@settings(deadline=None)
@given(SHARES)
def test_a_figure_less_itself_is_not_told_apart(parts: list[tuple[int, int]]) -> None:
    found = subtract(make_ratio(parts), make_ratio(parts))
    assert found.value in (0.0, None)
    assert found.told_apart is (None if found.value is None else False)


@settings(deadline=None)
@given(SHARES, SHARES)
def test_differences_change_sign_when_turned_around(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> None:
    size = min(len(one), len(other))
    first, second = make_ratio(one[:size]), make_ratio(other[:size])
    there, back = subtract(first, second), subtract(second, first)
    assert there.told_apart == back.told_apart
    if there.value is not None and there.low is not None and there.high is not None:
        assert there.low <= there.value <= there.high
        assert (back.value, back.low, back.high) == pytest.approx((-there.value, -there.high, -there.low))


def test_pairing_tells_apart_what_the_intervals_alone_do_not() -> None:
    # Tools differ much and the models hardly, but always the same way.
    first = make_ratio([(number % 10, 10) for number in range(30)])
    second = make_ratio([(number % 10 + 0.5, 10) for number in range(30)])
    one, other = estimate(first), estimate(second)
    assert one.high is not None and other.low is not None and one.high > other.low
    found = subtract(first, second)
    assert found.value == pytest.approx(-0.05)
    assert found.told_apart is True


def test_without_an_interval_nothing_is_told_apart() -> None:
    assert subtract(make_ratio([(1, 1)]), make_ratio([(0, 1)])) == Difference(1.0, None, None)
    assert Difference(1.0, None, None).told_apart is False
    assert Difference(None, None, None).told_apart is None
    assert Difference(0.1, 0.0, 0.2).told_apart is False


def test_figures_of_other_tools_are_not_compared() -> None:
    with pytest.raises(ValueError, match="different tools"):
        subtract(make_ratio([(1, 1)]), make_ratio([(1, 1), (1, 1)]))
