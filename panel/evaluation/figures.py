"""A figure: what each tool adds to it, the formula over the sums, and how far chance could have moved it.

Every figure of an evaluation is a formula over sums that tools add to, so that tools can be drawn again: the seats of
one tool share a dossier and are no independent samples, tools are. Intervals are percentile bootstrap intervals
(Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13); two models are compared over the same drawn
tools (a paired bootstrap, chapter 16), because a hard tool is hard for both.

Knows nothing of verdicts. A value that cannot be known is None, never 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

DRAWS = 1_000
LEVEL = 0.95
SEED = 20_260
"""Of the draws: the same tools are drawn in every evaluation, whatever seed the drafts have."""

LEAST_TOOLS = 2
"""One tool drawn again is the same tool: it says nothing of chance."""

Numbers = NDArray[np.float64]
Formula = Callable[[Numbers], Numbers]
"""From sums, shape (..., k), to values, shape (...); NaN where the sums define none."""


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """One figure of one model.

    Attributes:
        sums: what each tool adds, shape (tools, k).
        formula: from the tools' sums to the value.
        count: of how many seats, beats, facts or bytes it tells; 0 when of none.
    """

    sums: Numbers
    formula: Formula
    count: int

    @property
    def value(self) -> float | None:
        """The figure over all tools; None when it is not defined."""
        value = float(self.formula(self.sums.sum(axis=0)))
        return None if math.isnan(value) else value


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value and its 95 % interval.

    Attributes:
        value: over all tools; None when it is not defined.
        low: the interval's lower end; None when there is no interval.
        high: its upper end.
        count: of how many seats, beats, facts or bytes it tells.
    """

    value: float | None
    low: float | None
    high: float | None
    count: int


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure of a first model less that of a second one.

    Attributes:
        value: None when either is not defined.
        low: the lower end of its 95 % interval; None when there is no interval.
        high: the upper end.
    """

    value: float | None
    low: float | None
    high: float | None

    @property
    def told_apart(self) -> bool | None:
        """Whether the interval leaves 0 out; None when there is no difference to judge.

        Without an interval nothing is told apart.
        """
        if self.value is None:
            return None
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high


def make_ratio(parts: Iterable[tuple[float, float]]) -> Figure:
    """Make the figure that is one sum over another: a share, or a mean.

    Args:
        parts: of each tool, what it adds above and below the line.

    Returns:
        A figure that is None when nothing stands below the line. Its count is what stands there.
    """
    sums = np.array(list(parts), dtype=np.float64).reshape(-1, 2)
    return Figure(sums, _divide, int(sums[:, 1].sum()))


def estimate(figure: Figure) -> Estimate:
    """Put a figure between its bounds.

    Returns:
        The value with the 2.5th and 97.5th percentile of the draws. Draws that leave it undefined are left out. The
        bounds are let out to the value where they miss it, as they can at the end of a scale. No bounds for an
        undefined value or for fewer than two tools.
    """
    value = figure.value
    low, high = _bounds(value, _draw(figure)) if value is not None else (None, None)
    return Estimate(value, low, high, figure.count)


def subtract(first: Figure, second: Figure) -> Difference:
    """Compare two models' figures over the same tools, drawn alike.

    Raises:
        ValueError: the figures are of different numbers of tools.
    """
    if len(first.sums) != len(second.sums):
        raise ValueError("figures of different tools cannot be compared")
    one, other = first.value, second.value
    if one is None or other is None:
        return Difference(None, None, None)
    low, high = _bounds(one - other, _draw(first) - _draw(second))
    return Difference(one - other, low, high)


def _draw(figure: Figure) -> Numbers:
    """Return the figure over each draw of tools, shape (draws,)."""
    if len(figure.sums) < LEAST_TOOLS:
        return np.empty(0)
    return figure.formula(_drawn_tools(len(figure.sums)) @ figure.sums)


@lru_cache(maxsize=4)
def _drawn_tools(tools: int) -> Numbers:
    """Return how often each draw has each tool, shape (draws, tools); every draw has as many as there are."""
    drawn = np.random.default_rng(SEED).multinomial(tools, np.full(tools, 1 / tools), size=DRAWS)
    return drawn.astype(np.float64)


def _bounds(value: float, drawn: Numbers) -> tuple[float | None, float | None]:
    drawn = drawn[~np.isnan(drawn)]
    if not drawn.size:
        return None, None
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return min(float(low), value), max(float(high), value)


def _divide(sums: Numbers) -> Numbers:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(sums[..., 1] > 0, sums[..., 0] / sums[..., 1], np.nan)
