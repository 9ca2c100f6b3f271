"""The standards: what a corpus has to keep so that a model can learn from it and be judged by it."""

from __future__ import annotations

from dataclasses import dataclass

from panel.records import ARGUMENT_MAX_WORDS, ARGUMENT_MIN_WORDS


@dataclass(frozen=True, slots=True)
class Standards:
    """Bounds; a pair is the lowest and the highest value allowed, both included. Shares are 0 to 1."""

    tools: int = 200
    """The fewest tools."""
    categories: int = 25
    """The fewest categories."""
    verdicts: int = 800
    """The fewest verdicts."""
    split_tools: int = 20
    """The fewest tools of dev and of test: below, a share says nothing about the model."""
    excerpts: tuple[int, int] = (2, 4)
    """How many evidence excerpts a dossier has."""
    excerpt_words: tuple[int, int] = (40, 90)
    """How many words an excerpt has."""
    verdict_words: tuple[int, int] = (ARGUMENT_MIN_WORDS, ARGUMENT_MAX_WORDS)
    """How many words a seat's argument has, all beats together."""
    ship_share: tuple[float, float] = (0.50, 0.60)
    """Ships among all calls, of the corpus and of train."""
    seat_ship_share: tuple[float, float] = (0.40, 0.70)
    """Ships among one seat's calls, in the corpus and in train: a seat must not be guessed by its name."""
    held_out_ship_share: tuple[float, float] = (0.45, 0.65)
    """Ships among all calls of dev, and of test: wider, because small splits are noisy."""
    held_out_seat_ship_share: tuple[float, float] = (0.35, 0.75)
    """Ships among one seat's calls in dev, and in test."""
    near_words: int = 8
    """The fewest words of a sentence that is held against others: short ones are alike by nature."""
    near_shingle_words: int = 3
    """How many words in a row are one shingle."""
    near_jaccard: float = 0.6
    """From which share of common shingles on two sentences are nearly the same; at least 0.5, below which candidates
    are missed."""
    run_words: int = 8
    """How many words in a row the verdicts of two tools may not share."""
    opening_words: int = 3
    """How many first words make a beat's opening."""
    opening_beats: int = 4
    """How many beats may always begin with the same opening."""
    opening_share: float = 0.006
    """Which share of all beats may begin with the same opening, where that is more."""


STANDARDS = Standards()
"""What this desk's own corpus has to keep."""
