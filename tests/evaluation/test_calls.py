"""Calls: every figure by hand, and what none of them may say."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panel.evaluation.answers import Answers, majority_answers
from panel.evaluation.calls import (
    Bin,
    agreement,
    base_rate_brier,
    brier,
    kappa,
    reliability,
    true_negative_rate,
    true_positive_rate,
)
from panel.evaluation.figures import Figure, estimate
from panel.records import Seat

from .golds import SHIP, SKIP, make_answer, make_calls, seats_of

FIGURES = (agreement, kappa, true_positive_rate, true_negative_rate)
MARKS = st.lists(st.text("+-", min_size=2, max_size=2), min_size=1, max_size=12)
PAIRS = st.lists(
    st.tuples(st.text("+-", min_size=2, max_size=2), st.text("+-.", min_size=2, max_size=2)), min_size=1, max_size=12
)


def read(figure: Callable[..., Figure], gold: tuple[str, ...], called: tuple[str, ...]) -> Figure:
    return figure(make_calls(*gold), make_calls(*called), seats_of(*gold))


# Fifty seats: both ship 20, both skip 15, 10 ships called skip, 5 skips called ship.
GOLD = ("+" * 30 + "-" * 20,)
CALLED = ("+" * 20 + "-" * 10 + "+" * 5 + "-" * 15,)


def test_calls_by_hand() -> None:
    assert read(agreement, GOLD, CALLED).value == pytest.approx(35 / 50)
    # By chance: 0.6 x 0.5 + 0.4 x 0.5 = 0.5, so (0.7 - 0.5) / (1 - 0.5).
    assert read(kappa, GOLD, CALLED).value == pytest.approx(0.4)
    assert read(true_positive_rate, GOLD, CALLED).value == pytest.approx(20 / 30)
    assert read(true_negative_rate, GOLD, CALLED).value == pytest.approx(15 / 20)
    assert [read(figure, GOLD, CALLED).count for figure in FIGURES] == [50, 50, 30, 20]


def test_it_does_not_matter_which_tools_the_seats_are_of() -> None:
    gold, called = (tuple(row[0][start : start + 5] for start in range(0, 50, 5)) for row in (GOLD, CALLED))
    for figure in FIGURES:
        assert read(figure, gold, called).value == pytest.approx(read(figure, GOLD, CALLED).value)


def test_opposite_calls_are_worse_than_chance() -> None:
    assert read(kappa, ("+-",), ("-+",)).value == -1
    assert read(agreement, ("+-",), ("-+",)).value == 0


def test_one_call_everywhere_is_no_better_than_chance_and_never_agreement_beyond_it() -> None:
    assert read(kappa, ("++-",), ("+++",)).value == 0
    assert read(kappa, ("+++",), ("---",)).value == 0
    assert read(kappa, ("+++",), ("+++",)).value is None
    assert read(kappa, ("---",), ("---",)).value is None


def test_a_side_that_the_gold_has_not_has_no_rate() -> None:
    assert read(true_positive_rate, ("--",), ("+-",)).value is None
    assert read(true_negative_rate, ("++",), ("+-",)).value is None


def test_missing_seats_are_no_skips() -> None:
    assert read(agreement, ("+-+-",), ("+...",)).value == 1
    assert read(true_positive_rate, ("+++",), ("+..",)).value == 1
    assert read(true_negative_rate, ("--",), ("..",)).value is None
    assert [read(figure, ("+-",), ("..",)).value for figure in FIGURES] == [None] * 4


@settings(deadline=None)
@given(MARKS)
def test_equal_calls_have_a_kappa_of_one_or_none(marks: list[str]) -> None:
    value = read(kappa, tuple(marks), tuple(marks)).value
    assert value == (1 if len(set("".join(marks))) == 2 else None)


@settings(deadline=None)
@given(PAIRS)
def test_every_figure_keeps_its_scale_and_its_interval_holds_it(pairs: list[tuple[str, str]]) -> None:
    gold, called = zip(*pairs, strict=True)
    for figure in FIGURES:
        told = estimate(read(figure, gold, called))
        if told.value is None:
            assert told.low is None and told.high is None
            continue
        low = -1 if figure is kappa else 0
        assert low <= told.value <= 1
        if told.low is not None and told.high is not None:
            assert low <= told.low <= told.value <= told.high <= 1


def forecasts(*pairs: tuple[str, float | None]) -> tuple[Answers, Answers, list[list[Seat]]]:
    """Make one tool's gold calls with the probabilities that a model gave."""
    gold = make_calls("".join(mark for mark, _ in pairs))
    answers = {seat: make_answer(call=SKIP, p_ship=p_ship) for seat, (_, p_ship) in zip(gold, pairs, strict=True)}
    return gold, answers, [list(gold)]


def test_brier_by_hand() -> None:
    told = forecasts(("+", 0.9), ("-", 0.3), ("-", 0.6), ("+", None))
    assert brier(*told).value == pytest.approx((0.01 + 0.09 + 0.36) / 3)
    # Of the same three seats one is a ship.
    assert base_rate_brier(*told).value == pytest.approx(1 / 3 * 2 / 3)
    assert brier(*told).count == base_rate_brier(*told).count == 3


def test_who_says_the_base_rate_scores_as_it_does() -> None:
    gold = make_calls("+-", "+-", "++")
    answers, seats = majority_answers(gold), seats_of("..", "..", "..")
    assert brier(gold, answers, seats).value == pytest.approx(4 / 6 * 2 / 6)
    assert base_rate_brier(gold, answers, seats).value == pytest.approx(4 / 6 * 2 / 6)


def test_without_probabilities_there_is_no_brier_score() -> None:
    told = forecasts(("+", None), ("-", None))
    assert brier(*told).value is None and base_rate_brier(*told).value is None
    assert [(one.count, one.mean_p_ship, one.ship_share) for one in reliability(*told)] == [(0, None, None)] * 5


def test_reliability_by_hand() -> None:
    found = reliability(
        *forecasts(("+", 0.0), ("-", 0.19), ("+", 0.2), ("-", 0.5), ("+", 0.9), ("+", 1.0), ("-", None))
    )
    assert [(one.low, one.high) for one in found] == [(place / 5, (place + 1) / 5) for place in range(5)]
    assert found[0] == Bin(0.0, 0.2, 2, pytest.approx(0.095), 0.5)
    assert [one.count for one in found] == [2, 1, 1, 0, 2]
    assert (found[1].mean_p_ship, found[1].ship_share) == (0.2, 1.0)
    assert (found[3].mean_p_ship, found[3].ship_share) == (None, None)
    assert (found[4].mean_p_ship, found[4].ship_share) == (pytest.approx(0.95), 1.0)


def test_the_majority_call_is_the_gold_s_own() -> None:
    assert {answer.call for answer in majority_answers(make_calls("+--")).values()} == {SKIP}
    assert {answer.call for answer in majority_answers(make_calls("+-")).values()} == {SHIP}
    assert majority_answers({}) == {}
    gold = make_calls("+--", "+-+", "---")
    answers = majority_answers(gold)
    assert agreement(gold, answers, seats_of("...", "...", "...")).value == pytest.approx(6 / 9)
    assert {answer.p_ship for answer in answers.values()} == {3 / 9}
