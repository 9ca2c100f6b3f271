"""Regions: the stretch of a sentence that one figure has for itself, and the words in it."""

from __future__ import annotations

import re
from functools import lru_cache

from panel.claims.claim import Claim
from panel.claims.context import NONE_OF
from panel.claims.figure import Figure
from panel.claims.ground import Mention
from panel.claims.numerals import find_numerals
from panel.claims.stems import STOP_WORDS, words_of

_CUT = re.compile(r"[,;:.!?](?=\s|$)|\s(?:and|but|while|where|whereas|against|versus|or)\s|\s[–—]\s", re.IGNORECASE)
_LACKING = frozenset({"no", "without", "none", "neither", "not"})


def have_crossed(one: Figure, other: Figure, here: Mention, there: Mention) -> bool:
    """Tell whether two figures of a text have each other's words of one sentence of the dossier, and none of their own.

    Args:
        one: a figure of the text.
        other: another one.
        here: the dossier's mention of the other's value.
        there: the dossier's mention of the first one's value.
    """
    if here.passage is not there.passage:
        return False
    first, second = region_of(one.claim), region_of(other.claim)
    known, further = region_of(there.claim), region_of(here.claim)
    if first is None or second is None or known is None or further is None:
        return False
    shared = (first & second) | (known & further)
    first, second, known, further = first - shared, second - shared, known - shared, further - shared
    return bool(first & further and second & known) and not (first & known or second & further)


def has_strayed(claim: Claim, own: Mention, other: Mention) -> bool:
    """Tell whether a claim has words of another value's in the dossier's sentence, and none of its own value's."""
    if own.passage is not other.passage:
        return False
    mine, its, theirs = region_of(claim), region_of(own.claim), region_of(other.claim)
    return mine is not None and its is not None and theirs is not None and bool(mine & theirs - its) and not mine & its


@lru_cache(maxsize=8192)
def region_of(claim: Claim) -> frozenset[str] | None:
    """Return the stems of a figure's own words; none where another figure stands among them."""
    text = claim.within
    begin = max((cut.end() for cut in _CUT.finditer(text, 0, claim.start)), default=0)
    cut = _CUT.search(text, claim.end)
    end = cut.start() if cut else len(text)
    around = f"{text[begin : claim.start]} | {text[claim.end : end]}"
    if any(numeral.value != 1 for numeral in find_numerals(around)):
        return None
    words = words_of(around)
    return frozenset(NONE_OF if word.stem in _LACKING else word.stem for word in words if _says(word.stem, word.text))


def _says(stem: str, text: str) -> bool:
    return stem in _LACKING or (len(text) > 2 and not text[0].isdigit() and stem not in STOP_WORDS)
