"""Lengths: how many words a verdict has, as the desk's own check counts them, and how many verdicts keep the bounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from panel.evaluation.answers import Answers
from panel.evaluation.figures import Figure, make_ratio
from panel.records import ARGUMENT_MAX_WORDS, ARGUMENT_MIN_WORDS, Seat
from panel.texts import find_words


def words_per_verdict(answers: Answers, seats: Sequence[Sequence[Seat]]) -> Figure:
    """Return the mean number of words, all beats together; None without any verdict."""
    return make_ratio((sum(counts), len(counts)) for counts in _count(answers, seats))


def within_bounds(answers: Answers, seats: Sequence[Sequence[Seat]]) -> Figure:
    """Return the share of verdicts of 70 to 130 words; None without any verdict."""
    return make_ratio(
        (sum(ARGUMENT_MIN_WORDS <= count <= ARGUMENT_MAX_WORDS for count in counts), len(counts))
        for counts in _count(answers, seats)
    )


def _count(answers: Answers, seats: Sequence[Sequence[Seat]]) -> Iterator[list[int]]:
    for tool in seats:
        yield [sum(len(find_words(beat.text)) for beat in answers[seat].beats) for seat in tool if seat in answers]
