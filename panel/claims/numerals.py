"""Numerals: where a text has a number, in digits or in words, and its exact value. English only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from panel.facts.words import spell_number

_SPELLED = {spell_number(value): value for value in range(1, 100)}
_ONES = "|".join(spell_number(value) for value in range(1, 10))
_TENS = "|".join(spell_number(value) for value in range(20, 100, 10))
_TEENS = "|".join(spell_number(value) for value in range(10, 20))
_SMALL = rf"(?:(?:{_TENS})(?:[- ](?:{_ONES}))?|{_TEENS}|{_ONES})"
_SCALES = {"dozen": 12, "hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_LETTERS = {"k": 1000, "bn": 10**9}
_SCALE = rf"(?:{'|'.join(_SCALES)})"
_DIGITS = (
    r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?![\d,.]\d|\d)|\d+,\d{1,2}(?![\d,])|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
)
_NUMERAL = re.compile(
    rf"(?<![\w#])(?<![^\W\d][-./'’_])(?<!\d[.,/])"
    rf"(?:(?P<half>half\s+an?)\s+(?P<half_scale>{_SCALE})s?"
    rf"|(?:(?P<digits>{_DIGITS})(?P<letter>k|bn)?|(?P<words>{_SMALL})|(?P<one>an?))(?:[\s-]+(?P<scale>{_SCALE}(?:\s+{_SCALE})?)"
    rf"(?:\s+and\s+(?P<rest>{_SMALL})(?=\W|$))?)?)"
    r"(?![^\W\d]*\d)(?![.,/]\d)(?!_)(?(digits)|(?!\w))",
    re.IGNORECASE,
)
_PARTS = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10}
_SHARE = re.compile(
    rf"\b(?:(?P<top>an?|one|two|three|four|five|six|seven|eight|nine)[\s-]+)?(?P<part>{'|'.join(_PARTS)})s?"
    r"(?=\s+(?:of|the|its|their)\b)"
    rf"|\b(?P<n>{_SMALL}|\d+)\s+(?:(?!of\b|times\b)[a-z]+\s+(?=in\s))?(?:in|out\s+of)\s+(?:every\s+)?(?P<m>{_SMALL}|\d+)\b(?!\s+(?:{'|'.join(_PARTS)}))",
    re.IGNORECASE,
)
_WHOLES = frozenset({*range(2, 11), 12, 20, 100, 1000})
SMALLEST_COUNT = 11
"""Words up to ten mostly count what a text itself lists; from here on a number in words is a figure."""


class Numeral(NamedTuple):
    """One number of a text.

    Attributes:
        value: exact.
        start: where it begins.
        end: where it has ended.
        in_words: whether it is written in words alone.
    """

    value: Fraction
    start: int
    end: int
    in_words: bool


def find_numerals(text: str) -> Iterator[Numeral]:
    """Find the numbers of a text, in order; ordinals are left out, years are not."""
    for found in _NUMERAL.finditer(text):
        scale = found["half_scale"] or found["scale"]
        if found["one"] and not scale:
            continue
        value = Fraction(1, 2) if found["half"] else _value(found["digits"] or found["words"] or "1")
        for word in (scale or "").lower().split():
            value *= _SCALES[word]
        if found["rest"] and _SCALES[scale.lower().split()[0]] >= 100:
            value += _value(found["rest"])
        value *= _LETTERS.get((found["letter"] or "").lower(), 1)
        yield Numeral(value, found.start(), found.end(), not found["digits"])


def find_shares(text: str) -> Iterator[Numeral]:
    """Find shares in words ("a third of", "nine in ten"), as fractions of one."""
    for found in _SHARE.finditer(text):
        if found["part"]:
            top = _value("one" if (found["top"] or "a").lower() in ("a", "an") else found["top"])
            value = top / _PARTS[found["part"].lower()]
        else:
            whole = _value(found["m"])
            # "19 in 64 hours" is no share.
            value = _value(found["n"]) / whole if whole in _WHOLES else Fraction(2)
        if 0 < value < 1:
            yield Numeral(value, found.start(), found.end(), True)


def _value(written: str) -> Fraction:
    low = "-".join(written.lower().split())
    if low in _SPELLED:
        return Fraction(_SPELLED[low])
    if re.fullmatch(r"\d+,\d{1,2}", low):
        return Fraction(low.replace(",", "."))
    return Fraction(re.sub(r"[,\-\u00a0\u202f]", "", low))
