"""The spellings in which a dossier's numbers may be told again.

A fact is a stretch without spaces that holds a digit ("$0.03", "1,940", "Q4_K_M", "GPL-3.0"), or a name with a dot
inside ("rulings.toml"). It may stand as it is written there, and in forms of the very same value: with or without a
comma for thousands, a percentage in words, a date's month and year, a whole number in words. A rounded number is
another number: a reader cannot tell it from an invented one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from panel.facts.words import NUMBER_WORDS, spell_number
from panel.records import Dossier

_OPENING = "([{\"'`“‘<~#+=≈±@*"
_CLOSING = ")]}\"'`”’>.,;:!?*"
_NUMBER = re.compile(r"([$€£¥]?)(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(%?)")
_ISO_DAY = re.compile(r"(?:19|20)\d\d-\d\d-\d\d")
_DOTTED = re.compile(r"\w\.\w")
_JOINTS = re.compile(r"[-/–—]")
_APART = re.compile(r"(\d)[ \u00a0\u202f]%")
"""A percent sign that stands apart, as some languages have it."""
_WORD = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)*")


@dataclass(frozen=True, slots=True)
class FactForms:
    """What may be written.

    Attributes:
        tokens: facts in every spelling, longest first; some of several words.
        words: number words that may stand alone, in lower case.
    """

    tokens: tuple[str, ...]
    words: frozenset[str]


def fact_forms(dossier: Dossier, *, years: Iterable[int] = ()) -> FactForms:
    """Gather what a text about a dossier may write in digits and number words.

    Args:
        dossier: where facts come from.
        years: that may stand as well: a forecast is nobody's fact.
    """
    return _gather(dossier, tuple(years))


@lru_cache(maxsize=64)
def _gather(dossier: Dossier, years: tuple[int, ...]) -> FactForms:
    tokens: set[str] = {str(year) for year in years}
    words: set[str] = set()
    for text in dossier_texts(dossier):
        words.update(word.lower() for word in _WORD.findall(text) if _states_number(word))
        for fact in _facts(text):
            tokens.update(_spellings(fact))
    # A number in words counts as a word where it is one, and as a fact of several where it is more.
    spelled = {token for token in tokens if not any(letter.isdigit() for letter in token) and _WORD.fullmatch(token)}
    lone = {word for word in words | spelled if word in NUMBER_WORDS}
    tokens = (tokens - spelled) | {word for word in words | spelled if word not in NUMBER_WORDS and "-" in word}
    return FactForms(tuple(sorted(tokens, key=lambda token: (-len(token), token))), frozenset(lone))


def dossier_texts(dossier: Dossier) -> Iterator[str]:
    """Yield every text of a dossier that a reviewer is shown."""
    yield from (dossier.name, dossier.maker, dossier.category, dossier.tagline, dossier.description, dossier.licence)
    pricing = dossier.pricing
    yield from (pricing.entry, pricing.as_of.isoformat(), pricing.source)
    for tier in pricing.tiers:
        yield from (tier.name, tier.price, tier.note or "")
    yield dossier.model_family or ""
    yield from dossier.rivals
    for item in dossier.evidence:
        yield from (item.id, item.source, item.retrieved.isoformat(), item.text)


def _facts(text: str) -> Iterator[str]:
    for chunk in _APART.sub(r"\1%", text).split():
        fact = chunk.lstrip(_OPENING).rstrip(_CLOSING)
        fact = re.sub(r"['’]s$", "", fact)
        if any(letter.isdigit() for letter in fact) or _DOTTED.search(fact):
            yield fact


def _spellings(fact: str) -> Iterator[str]:
    yield fact
    if _ISO_DAY.fullmatch(fact):
        yield from _day_spellings(fact)
        return
    if fact[0].isdigit() or fact[0] in "$€£¥":
        # "600-line" holds 600; "GPL-3.0" holds no three.
        for part in _JOINTS.split(fact) if _JOINTS.search(fact) else ():
            if any(letter.isdigit() for letter in part):
                yield from _spellings(part)
    found = _NUMBER.fullmatch(fact)
    if found is None:
        return
    sign, digits, decimals, percent = found[1], found[2].replace(",", ""), found[3] or "", found[4]
    value = int(digits) if len(digits) <= 12 else -1
    decimals = "" if decimals.strip(".0") == "" and sign else decimals
    for whole in {digits, f"{value:,}" if _takes_comma(value) else digits}:
        yield f"{sign}{whole}{decimals}{percent}"
        if percent:
            yield f"{whole}{decimals} %"
            yield f"{whole}{decimals} percent"
            yield f"{whole}{decimals} per cent"
    if not (sign or decimals or percent) and (spelled := spell_number(value)):
        yield spelled


def _takes_comma(value: int) -> bool:
    """Tell whether prose may set a comma: not into what may be a year."""
    return value >= 1000 and not 1900 <= value < 2100


def _day_spellings(fact: str) -> Iterator[str]:
    try:
        day = date.fromisoformat(fact)
    except ValueError:
        return
    month = day.strftime("%B")
    yield str(day.year)
    yield f"{month} {day.year}"
    yield f"{day.day} {month}"
    yield f"{month} {day.day}"
    yield f"{day.day} {month} {day.year}"


def _states_number(word: str) -> bool:
    return any(part in NUMBER_WORDS for part in word.lower().split("-"))
