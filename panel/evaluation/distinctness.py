"""Distinctness: how differently the seats of one tool argue. Reviewers who say the same are one reviewer."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from panel.evaluation.answers import Answers
from panel.evaluation.figures import Figure, make_ratio
from panel.records import Seat
from panel.texts import jaccard, shingles, word_keys

SHINGLE_WORDS = 3


def likeness(first: str, second: str) -> float | None:
    """Return how much of two texts' three words in a row they share: the Jaccard index of their sets of shingles.

    A. Broder, On the resemblance and containment of documents, 1997.

    Returns:
        0 to 1; None when neither has three words.
    """
    return jaccard(*(shingles(word_keys(text), SHINGLE_WORDS) for text in (first, second)))


def distinctness(answers: Answers, seats: Sequence[Sequence[Seat]]) -> Figure:
    """Return the mean over tools of 1 - `likeness`, itself the mean over a tool's pairs of arguments.

    Tools with fewer than two arguments are left out; None when that leaves none.
    """
    return make_ratio(_measure(answers, tool) for tool in seats)


def _measure(answers: Answers, tool: Sequence[Seat]) -> tuple[float, int]:
    arguments = [answers[seat].argument for seat in tool if seat in answers]
    alike = [likeness(first, second) for first, second in combinations(arguments, 2)]
    known = [one for one in alike if one is not None]
    return (1 - sum(known) / len(known), 1) if known else (0.0, 0)
