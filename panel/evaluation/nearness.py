"""Nearness: whether a draft is told from its text alone to be about its own dossier, and not about another.

Each draft is a query over the gold's dossiers, ranked by BM25 (Robertson and Zaragoza, The Probabilistic Relevance
Framework: BM25 and Beyond, 2009; Lucene's variant, as bm25s computes it). Its own dossier has to come before twenty
others. Chance alone would have it do so for one draft in twenty-one.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence

import bm25s

from panel.evaluation.answers import Answers
from panel.evaluation.figures import Figure, make_ratio
from panel.evaluation.grounding import fold_words
from panel.facts.forms import dossier_texts
from panel.records import Dossier, Seat

OTHERS = 20


class Library:
    """The gold's dossiers, indexed.

    Args:
        dossiers: by slug, of every split.
    """

    def __init__(self, dossiers: Mapping[str, Dossier]) -> None:
        self._places = {slug: place for place, slug in enumerate(sorted(dossiers))}
        self._names = {slug: _names(dossier) for slug, dossier in dossiers.items()}
        texts = [[word for text in dossier_texts(dossiers[slug]) for word in fold_words(text)] for slug in self._places]
        self._index = bm25s.BM25(method="lucene")
        self._index.index(texts, show_progress=False)

    def others(self, slug: str) -> tuple[str, ...]:
        """Draw the dossiers that one is set against: always the same twenty, or all others when there are fewer."""
        there = [other for other in self._places if other != slug]
        return tuple(random.Random(f"nearness {slug}").sample(there, min(OTHERS, len(there))))

    def is_nearest(self, slug: str, text: str, *, names: bool) -> bool:
        """Tell whether a text is nearer to a dossier than to any of the others; as near as another is not.

        Args:
            slug: the dossier's.
            text: the draft's.
            names: whether the words of the tool's and its maker's names count.
        """
        words = [word for word in fold_words(text) if names or word not in self._names[slug]]
        if not words:
            return False
        scores = self._index.get_scores(words)
        return all(scores[self._places[slug]] > scores[self._places[other]] for other in self.others(slug))


def matched_share(answers: Answers, library: Library, seats: Sequence[Sequence[Seat]], *, names: bool) -> Figure:
    """Return the share of drafts nearest to their own dossier; higher is better.

    Args:
        answers: the drafts.
        library: every dossier of the gold.
        seats: tool by tool.
        names: whether the tool's and its maker's names count; without them it is not the name alone that matches.

    Returns:
        None without any draft, and when there is no other dossier.
    """
    return make_ratio(_count(answers, library, tool, names) for tool in seats)


def _count(answers: Answers, library: Library, tool: Iterable[Seat], names: bool) -> tuple[int, int]:
    told = [
        library.is_nearest(seat.tool, answers[seat].argument, names=names)
        for seat in tool
        if seat in answers and library.others(seat.tool)
    ]
    return sum(told), len(told)


def _names(dossier: Dossier) -> frozenset[str]:
    return frozenset(fold_words(f"{dossier.name} {dossier.maker} {dossier.slug}"))
