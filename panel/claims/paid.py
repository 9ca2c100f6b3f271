"""What a price is paid for: the things and periods after "a", "per" and "each"."""

from __future__ import annotations

import re
from itertools import islice

from panel.claims.numerals import find_numerals
from panel.claims.stems import STOP_WORDS, stem
from panel.claims.units import PERIODS

_WORD = re.compile(r"\s*(/|[^\W_][\w.,’'-]*[\w’']|[^\W_])")
_IS_LOT = re.compile(r"\s+(?:each|every|an?|one|[\d,.]+|two|three|five|ten|fifty|hundred|thousand|million)\b")
_CLAUSE = re.compile(r"\s+(?:the|a|an|it|its|they|you|we|he|she|there|all|some|your|their)\b")
"""After "once" as a conjunction."""
_VAGUE = frozenset({"single", "further", "additional", "extra", "one", "new", "more"})
_OPENERS = frozenset({"a", "an", "per", "each", "every", "/"})
_PHRASE_WORDS = 4
_LIMIT = 10
PERSONS = frozenset(
    stem(word) for word in ("seat", "person", "head", "user", "people", "member", "account", "licence", "employee")
)
"""Words that price lists use for one and the same."""


def read_per(text: str, end: int) -> tuple[str, ...]:
    """Read what an amount that has ended at a place is paid for.

    Returns:
        One stem for each phrase, after its number where it has one ("1000 query"), periods in their usual form; ()
        where nothing is said.
    """
    found: list[str] = []
    phrase: list[str] = []
    is_open = False
    for word, place in islice(_words(text, end), _LIMIT):
        low = word.lower().removesuffix("’s").removesuffix("'s")
        if low in _OPENERS or (low in ("for", "on") and not is_open):
            if low == "on":
                break
            _close(phrase, found)
            # "a million tokens": the article belongs to the number.
            is_open, phrase = (
                low != "for" or _IS_LOT.match(text, place) is not None,
                (["a"] if low in ("a", "an") else []),
            )
            if low == "for" and is_open:
                continue
            if not is_open:
                break
            if low == "each" and not found:
                phrase = ["each"]
        elif low == "once" and _CLAUSE.match(text, place):
            break
        elif low in PERIODS and (is_open or low in ("once", "monthly", "yearly", "annually")):
            found.append(PERIODS[low])
            phrase, is_open = [], False
        elif not is_open and low in ("minimum", "charge", "at", "least"):
            continue
        elif is_open and low not in STOP_WORDS and len(phrase) < _PHRASE_WORDS:
            phrase.append(low)
        elif is_open and low == "one" and not phrase:
            continue
        else:
            break
    _close(phrase, found)
    return tuple(dict.fromkeys(found))


def _words(text: str, end: int) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    place = end
    while (word := _WORD.match(text, place)) and len(found) <= _LIMIT:
        place = word.end()
        found.append((word[1], place))
    return found


def _close(phrase: list[str], found: list[str]) -> None:
    if not phrase or phrase == ["a"]:
        phrase.clear()
        return
    if phrase == ["each"]:
        found.append("each")
        phrase.clear()
        return
    words = [word for word in phrase if word != "each"]
    # "per thousand words" is per a thousand of them.
    said = ["a", *words] if words and words[0] in ("hundred", "thousand", "million") else words
    number = next(iter(find_numerals(" ".join(said))), None)
    heads = [
        stem(word)
        for word in words
        if word not in ("a", "an", "hundred", "thousand", "million", "billion")
        and word not in _VAGUE
        and not next(iter(find_numerals(word)), None)
    ]
    is_length = number is not None and any(head in PERIODS for head in heads)
    told = "" if is_length else " ".join([str(number.value), *heads] if number else heads)
    if told:
        found.append(told)
    phrase.clear()
