"""Effective votes: how many independent reviewers a panel of reviewers who agree with each other is worth.

Four personas of one model are four seats, not four opinions: they share weights, dossier and house rules. What they
share is measured by how their calls go together over tools, and put into Kish's design effect (L. Kish, Survey
Sampling, 1965, section 5.4): n reviewers whose calls correlate by r on average tell as much as n / (1 + (n - 1) r)
independent ones.

What the figure is not: it says nothing of whether the calls are right. Reviewers who toss coins are perfectly
independent, and a tool that is plainly good makes independent reviewers agree. And phi cannot reach 1 between a
reviewer who ships often and one who ships seldom, so that the figure is rather too high than too low for them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from panel.honesty.chance import bootstrap
from panel.records import Call

CallRow = tuple[Call | None, ...]
"""One tool's calls, one for each reviewer in their order; None where the seat is missing."""


@dataclass(frozen=True, slots=True)
class EffectiveVotes:
    """What a panel's votes are worth.

    Attributes:
        reviewers: how many there are.
        votes: how many independent ones they are worth, 1 to `reviewers`; None when nobody's call ever varied.
        low: the lower end of its 95 % interval, tools drawn again; None when there is none.
        high: its upper end.
        correlation: the mean phi of the pairs; None when no pair has one.
        pairs: how many pairs it is the mean of.
        constant: the places of reviewers who made one and the same call on every tool; they are no vote.
        tools: how many tools the calls are of.
    """

    reviewers: int
    votes: float | None
    low: float | None
    high: float | None
    correlation: float | None
    pairs: int
    constant: tuple[int, ...]
    tools: int


def measure_votes(rows: Sequence[CallRow]) -> EffectiveVotes:
    """Measure what the votes of reviewers are worth.

    Args:
        rows: of each tool the calls, all of one length; a tool with fewer than two calls is left out.

    Raises:
        ValueError: the rows are of different lengths.
    """
    if len({len(row) for row in rows}) > 1:
        raise ValueError("every tool has one place for each reviewer")
    told = [row for row in rows if sum(call is not None for call in row) > 1]
    counts = {row: told.count(row) for row in set(told)}
    reviewers = len(rows[0]) if rows else 0
    phis = _phis(counts, reviewers)
    bounds = bootstrap(told, lambda drawn: _votes(drawn, reviewers))
    return EffectiveVotes(
        reviewers=reviewers,
        votes=_votes(counts, reviewers),
        low=bounds[0] if bounds else None,
        high=bounds[1] if bounds else None,
        correlation=sum(phis) / len(phis) if phis else None,
        pairs=len(phis),
        constant=tuple(place for place in range(reviewers) if told and not _varies(counts, place)),
        tools=len(told),
    )


def design_effect_votes(reviewers: int, correlation: float) -> float:
    """Return what reviewers whose calls correlate by so much are worth: at least 1, at most as many as they are.

    A negative correlation would make them worth more than they are: reviewers who contradict each other. It is taken
    for none.

    Raises:
        ValueError: there is no reviewer.
    """
    if reviewers < 1:
        raise ValueError("there is no reviewer")
    return max(1.0, min(float(reviewers), reviewers / (1 + (reviewers - 1) * max(correlation, 0.0))))


def phi(both: int, first: int, second: int, total: int) -> float | None:
    """Return the phi coefficient of two reviewers' calls: Pearson's correlation of ship (1) and skip (0).

    Args:
        both: tools that both ship.
        first: tools that the first ships.
        second: tools that the second ships.
        total: tools that both have called.

    Returns:
        -1 to 1; None when one of them has made one and the same call on all.
    """
    room = first * (total - first) * second * (total - second)
    return (total * both - first * second) / math.sqrt(room) if room else None


def _votes(counts: Mapping[CallRow, int], reviewers: int) -> float | None:
    varying = sum(_varies(counts, place) for place in range(reviewers))
    if not varying:
        return None
    phis = _phis(counts, reviewers)
    return design_effect_votes(varying, sum(phis) / len(phis) if phis else 0.0)


def _varies(counts: Mapping[CallRow, int], place: int) -> bool:
    return len({row[place] for row, count in counts.items() if count and row[place] is not None}) > 1


def _phis(counts: Mapping[CallRow, int], reviewers: int) -> list[float]:
    found = (_phi_of(counts, first, second) for first, second in combinations(range(reviewers), 2))
    return [one for one in found if one is not None]


def _phi_of(counts: Mapping[CallRow, int], first: int, second: int) -> float | None:
    cells = [0, 0, 0, 0]
    for row, count in counts.items():
        one, other = row[first], row[second]
        if one is not None and other is not None:
            cells[2 * (one is Call.SHIP) + (other is Call.SHIP)] += count
    return phi(cells[3], cells[2] + cells[3], cells[1] + cells[3], sum(cells))
