"""How far chance could have moved a figure: intervals for shares, and for anything that is computed from tools.

Knows nothing of verdicts. An interval that cannot be known is None, never a width of 0.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

DRAWS = 1_000
SEED = 20_260
"""Of the draws: the same data have the same interval every time."""

LEAST_TOOLS = 2
"""One tool drawn again is the same tool: it says nothing of chance."""

Z_95 = 1.959964
Interval = tuple[float, float] | None
Row = TypeVar("Row")


def wilson(count: int, of: int) -> Interval:
    """Return the 95 % interval of a share, as E. B. Wilson gave it in 1927.

    It holds for few cases and for shares at an end of the scale, where the usual one has no width.

    Returns:
        Its ends, 0 to 1; None of nothing.

    Raises:
        ValueError: more cases than there are, or fewer than none.
    """
    if not 0 <= count <= of:
        raise ValueError(f"{count} of {of} is no share")
    if not of:
        return None
    share, square = count / of, Z_95**2
    middle = (share + square / (2 * of)) / (1 + square / of)
    reach = Z_95 / (1 + square / of) * math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    return (max(0.0, middle - reach) if count else 0.0, min(1.0, middle + reach) if count < of else 1.0)


def bootstrap(rows: Sequence[Row], formula: Callable[[Mapping[Row, int]], float | None]) -> Interval:
    """Return the 95 % percentile interval of a figure over tools that are drawn again.

    Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13. The seats of one tool share a dossier and
    are no independent samples; tools are.

    Args:
        rows: what each tool has to say; equal ones are counted together.
        formula: from how often each row was drawn to the figure; None where it is not defined.

    Returns:
        The 2.5th and the 97.5th percentile of the draws that define the figure, let out to the figure itself where
        they miss it. None for fewer than two tools, and when the figure is not defined.
    """
    value = formula(Counter(rows))
    if value is None or len(rows) < LEAST_TOOLS:
        return None
    rng = random.Random(SEED)
    # Sorted, so that the order in which tools are told does not move the interval.
    known = sorted(Counter(rows).items(), key=str)
    kinds, weights = [kind for kind, _ in known], [count for _, count in known]
    drawn = [formula(Counter(rng.choices(kinds, weights, k=len(rows)))) for _ in range(DRAWS)]
    told = sorted(one for one in drawn if one is not None)
    return (min(value, told[int(0.025 * len(told))]), max(value, told[min(int(0.975 * len(told)), len(told) - 1)]))
