"""Denials: what a text says a name does, and the dossier says that it does not, or the other way round.

Read from one clause of each: they have the name and a verb in common, and one of them alone has a negation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from panel.claims.claim import Claim
from panel.claims.ground import Ground, Passage, fold_words
from panel.claims.stems import STOP_WORDS, words_of

DENIED = "the dossier says the opposite of it"
_CLAUSE = re.compile(r"[,;:.!?](?=\s|$)|\s(?:but|while|where|whereas|though|although|because|since|if|unless|until)\s")
_NEGATIONS_TEXT = "not never cannot doesn't don't didn't can't won't isn't aren't nor neither"
_NEGATIONS = frozenset(_NEGATIONS_TEXT.split())
_REACH, _NEAR, _FAR, _AFTER = 2, 5, 10, 4
"""How many words a negation may stand before its verb, a verb before its name (in a dossier), and after it."""
_VERBS_TEXT = """
    support read write open import export run work integrate connect accept handle cover include offer send keep store
    need require use allow understand speak parse index detect recognise translate know see
"""


def _stems(text: str) -> frozenset[str]:
    return frozenset(word.stem for word in words_of(text))


_VERBS = _stems(_VERBS_TEXT) - STOP_WORDS


def find_denial(claim: Claim, ground: Ground) -> Passage | None:
    """Return the passage that denies what a clause says of a name, or says what it denies; none where one agrees."""
    name = fold_words(claim.text)
    mine = dict(_said_of(name, _clause_at(claim.within, claim.start, claim.end)))
    if not mine or not name:
        return None
    found: Passage | None = None
    for passage in ground.passages:
        for clause in _CLAUSE.split(passage.text):
            for verb, is_denied in _said_of(name, clause, _FAR):
                if mine.get(verb) is is_denied:
                    return None
                if verb in mine:
                    found = found or passage
    return found


def _said_of(name: tuple[str, ...], clause: str, before: int = _NEAR) -> Iterator[tuple[str, bool]]:
    """Yield the verbs that a clause has within a few words of a name, and whether each is denied."""
    words = [(word.stem, fold_words(word.text)) for word in words_of(clause)]
    places = [place for place, (_, folded) in enumerate(words) if folded[:1] == name[:1]]
    for place, (stem, _) in enumerate(words):
        if stem in _VERBS and any(-_AFTER <= at - place <= before for at in places):
            yield stem, any(other in _NEGATIONS for other, _ in words[max(0, place - _REACH) : place])


def _clause_at(text: str, start: int, end: int) -> str:
    begin = max((cut.end() for cut in _CLAUSE.finditer(text, 0, start)), default=0)
    cut = _CLAUSE.search(text, end)
    return text[begin : cut.start() if cut else len(text)]
