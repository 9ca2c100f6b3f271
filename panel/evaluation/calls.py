"""Calls against the gold's: how often they agree, beyond chance, on either side, and how well `p_ship` is calibrated.

Agreement alone flatters: where three in four gold calls are ship, a model that reads nothing and ships everything
agrees in three of four. So it stands beside kappa, both rates, and what the majority call alone would score. Missing
seats are left out of every figure here and counted apart; they are no skips.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from panel.evaluation.answers import Answer, Answers
from panel.evaluation.figures import Figure, Numbers, make_ratio
from panel.records import Call, Seat

BINS = 5

Seats = Sequence[Sequence[Seat]]
"""Tool by tool."""


@dataclass(frozen=True, slots=True)
class Bin:
    """The seats whose `p_ship` lies in one fifth of the scale.

    Attributes:
        low: the fifth's lower end, which belongs to it.
        high: its upper end, which belongs to the next one; 1 to the last.
        count: how many seats.
        mean_p_ship: None of no seats.
        ship_share: how many of their gold calls are ship, 0 to 1: the mean of `p_ship` if it is calibrated. None of no
            seats.
    """

    low: float
    high: float
    count: int
    mean_p_ship: float | None
    ship_share: float | None


def agreement(gold: Answers, answers: Answers, seats: Seats) -> Figure:
    """Return the share of calls that are the gold's; None without any call."""
    return make_ratio(
        (sum(one.call is other.call for one, other in pairs), len(pairs)) for pairs in _pair(gold, answers, seats)
    )


def kappa(gold: Answers, answers: Answers, seats: Seats) -> Figure:
    """Return Cohen's kappa: agreement beyond what two who call at random, each as often as they do, would reach.

    (observed - expected) / (1 - expected); J. Cohen, A coefficient of agreement for nominal scales, 1960.

    Returns:
        1 for equal calls, 0 for no better than chance, below 0 for worse. None without any call, and when both sides
        have one and the same call everywhere: chance would then agree as well, and there is nothing to be beyond.
    """
    counts = [
        [sum((one.call, other.call) == cell for one, other in pairs) for cell in _CELLS]
        for pairs in _pair(gold, answers, seats)
    ]
    sums = np.array(counts, dtype=np.float64).reshape(-1, len(_CELLS))
    return Figure(sums, _kappa_of, int(sums.sum()))


def true_positive_rate(gold: Answers, answers: Answers, seats: Seats) -> Figure:
    """Return the share of the gold's ships that are called ship; None when the gold has no ship."""
    return _recall(gold, answers, seats, Call.SHIP)


def true_negative_rate(gold: Answers, answers: Answers, seats: Seats) -> Figure:
    """Return the share of the gold's skips that are called skip; None when the gold has no skip."""
    return _recall(gold, answers, seats, Call.SKIP)


def brier(gold: Answers, answers: Answers, seats: Seats) -> Figure:
    """Return the mean squared distance of `p_ship` from the gold's call (1 for ship, 0 for skip); lower is better.

    G. W. Brier, Verification of forecasts expressed in terms of probability, 1950, over one of the two outcomes: 0 to
    1, and 0.25 for always saying one half. Seats without a `p_ship` are left out; None without any other.
    """
    return make_ratio(
        (sum((p_ship - is_ship) ** 2 for p_ship, is_ship in told), len(told))
        for told in _forecasts(gold, answers, seats)
    )


def base_rate_brier(gold: Answers, answers: Answers, seats: Seats) -> Figure:
    """Return what `brier` is, over the very same seats, for saying the gold's own share of ships everywhere.

    That is share x (1 - share): a `p_ship` whose Brier score is above it tells less than nothing.
    """
    sums = np.array(
        [(sum(is_ship for _, is_ship in told), len(told)) for told in _forecasts(gold, answers, seats)],
        dtype=np.float64,
    ).reshape(-1, 2)
    return Figure(sums, _variance_of, int(sums[:, 1].sum()))


def reliability(gold: Answers, answers: Answers, seats: Seats) -> tuple[Bin, ...]:
    """Sort the seats by `p_ship` into five bins of one fifth each, empty ones too; seats without one are left out."""
    told = [forecast for tool in _forecasts(gold, answers, seats) for forecast in tool]
    found = []
    for number in range(BINS):
        inside = [forecast for forecast in told if min(int(forecast[0] * BINS), BINS - 1) == number]
        shares = [sum(column) / len(inside) for column in zip(*inside, strict=True)] if inside else [None, None]
        found.append(Bin(number / BINS, (number + 1) / BINS, len(inside), *shares))
    return tuple(found)


_CELLS = tuple((first, second) for first in Call for second in Call)


def _kappa_of(sums: Numbers) -> Numbers:
    both, first, second, neither = (sums[..., place] for place in range(len(_CELLS)))
    total = both + first + second + neither
    observed = (both + neither) * total
    expected = (both + first) * (both + second) + (neither + first) * (neither + second)
    # Whole numbers until here, so that "nothing beyond chance" is exactly nothing.
    room = total**2 - expected
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(room > 0, (observed - expected) / room, np.nan)


def _variance_of(sums: Numbers) -> Numbers:
    with np.errstate(divide="ignore", invalid="ignore"):
        share = sums[..., 0] / sums[..., 1]
        return np.where(sums[..., 1] > 0, share * (1 - share), np.nan)


def _recall(gold: Answers, answers: Answers, seats: Seats, call: Call) -> Figure:
    wanted = [[pair for pair in pairs if pair[0].call is call] for pairs in _pair(gold, answers, seats)]
    return make_ratio((sum(other.call is call for _, other in pairs), len(pairs)) for pairs in wanted)


def _pair(gold: Answers, answers: Answers, seats: Seats) -> Iterator[list[tuple[Answer, Answer]]]:
    """Yield, tool by tool, the gold's answers with the model's, without the missing seats."""
    for tool in seats:
        yield [(gold[seat], answers[seat]) for seat in tool if seat in answers]


def _forecasts(gold: Answers, answers: Answers, seats: Seats) -> Iterator[list[tuple[float, int]]]:
    """Yield, tool by tool, each known `p_ship` with 1 for a gold ship and 0 for a gold skip."""
    for pairs in _pair(gold, answers, seats):
        yield [(other.p_ship, int(one.call is Call.SHIP)) for one, other in pairs if other.p_ship is not None]
