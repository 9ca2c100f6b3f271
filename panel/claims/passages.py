"""The passage of a dossier that a sentence leans on most.

Ranked by BM25 (Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009; Lucene's variant,
as bm25s computes it) over the dossier's sentences and facts, words reduced to stems, figures to their values.
"""

from __future__ import annotations

import importlib
from functools import lru_cache
from typing import Any

from panel.claims.ground import Ground, Passage, ground_of
from panel.claims.stems import words_of
from panel.records import Dossier


def best_passage(sentence: str, dossier: Dossier) -> Passage | None:
    """Return the dossier's sentence nearest to a sentence; none when they share no word."""
    ground = ground_of(dossier)
    words = _keys(sentence)
    if not words:
        return None
    scores = _index(ground).get_scores(words)
    place = int(scores.argmax())
    return ground.passages[place] if scores[place] > 0 else None


@lru_cache(maxsize=64)
def _index(ground: Ground) -> Any:
    bm25s = importlib.import_module("bm25s")  # imported by name: it brings numpy, which most commands never need
    index = bm25s.BM25(method="lucene")
    index.index([_keys(f"{passage.text}") or ["-"] for passage in ground.passages], show_progress=False)
    return index


def _keys(text: str) -> list[str]:
    return [word.stem.replace(",", "") for word in words_of(text) if word.is_content or word.text[0].isdigit()]
