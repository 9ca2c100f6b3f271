"""Specificity: whether a beat names something of its own dossier, and not what could be said of any tool.

What a dossier has to itself is what at most one in twenty of the gold's other dossiers, of every split, holds as well:
facts with digits, the names of the tool and of its maker, words. So "2026" and "licence" mark nothing, and "Jinja"
does. Among a handful of dossiers nearly every word is rare: the figure means something from some dozens on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from panel.evaluation.answers import Answers
from panel.evaluation.figures import Figure, make_ratio
from panel.evaluation.grounding import find_digits, fold_words
from panel.facts import fact_forms, has_digit
from panel.facts.forms import dossier_texts
from panel.records import Dossier, Seat

RARE_SHARE = 0.05
LEAST_LETTERS = 4
"""Shorter words are the language's, wherever they stand."""


class Marks:
    """What each of some dossiers has to itself.

    Args:
        dossiers: by slug, all that it is compared with.
    """

    def __init__(self, dossiers: Mapping[str, Dossier]) -> None:
        self._size = len(dossiers)
        self._held = {slug: _held_by(dossier) for slug, dossier in dossiers.items()}
        self._counts = Counter(thing for held in self._held.values() for thing in held)
        self._names = {slug: tuple(map(_fold, (item.name, item.maker))) for slug, item in dossiers.items()}
        self._texts = {slug: _fold(" | ".join(dossier_texts(item))) for slug, item in dossiers.items()}
        self._named: dict[str, tuple[str, ...]] = {}

    @property
    def can_tell(self) -> bool:
        """Whether there is any other dossier to be told from."""
        return self._size > 1

    def is_specific(self, slug: str, text: str) -> bool:
        """Tell whether a text holds anything that this dossier has to itself."""
        things = {*_words(text), *find_digits(text)} & self._held[slug]
        if any(self._is_rare(self._counts[thing] - 1) for thing in things):
            return True
        folded = _fold(text)
        return any(name in folded for name in self._rare_names(slug))

    def _rare_names(self, slug: str) -> tuple[str, ...]:
        if slug not in self._named:
            others = [text for other, text in self._texts.items() if other != slug]
            names = [name for name in self._names[slug] if name.strip()]
            self._named[slug] = tuple(name for name in names if self._is_rare(sum(name in text for text in others)))
        return self._named[slug]

    def _is_rare(self, others: int) -> bool:
        return others <= RARE_SHARE * (self._size - 1)


def specific_share(answers: Answers, marks: Marks, seats: Sequence[Sequence[Seat]]) -> Figure:
    """Return the share of beats that name something their dossier has to itself; higher is better.

    Returns:
        None without any beat, and when there is no other dossier: all is rare then.
    """
    return make_ratio(_count(answers, marks, tool) for tool in seats)


def _count(answers: Answers, marks: Marks, tool: Iterable[Seat]) -> tuple[int, int]:
    if not marks.can_tell:
        return 0, 0
    told = [marks.is_specific(seat.tool, beat.text) for seat in tool if seat in answers for beat in answers[seat].beats]
    return sum(told), len(told)


def _held_by(dossier: Dossier) -> frozenset[str]:
    facts = filter(has_digit, fact_forms(dossier).tokens)
    return frozenset(facts) | {word for text in dossier_texts(dossier) for word in _words(text)}


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in fold_words(text) if len(word) >= LEAST_LETTERS and word.isalpha())


def _fold(text: str) -> str:
    return f" {' '.join(fold_words(text))} "
