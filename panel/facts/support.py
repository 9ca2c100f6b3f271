"""Which numbers of a text its dossier does not hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from panel.facts.forms import FactForms
from panel.facts.words import NUMBER_WORDS

_CHUNK = re.compile(r"\S*[\d²³¹¼½¾]\S*")
_NUMBER_WORD = re.compile(rf"\b(?:{'|'.join(NUMBER_WORDS)})\b", re.IGNORECASE)
# What may not touch a fact: with it, the fact would be part of another one.
_BEFORE, _AFTER = r"(?<![\w$€£¥])(?<!\w[.,])(?<![^\W\d][-/–])", r"(?![\w%])(?![.,]\d)"


def has_digit(text: str) -> bool:
    """Tell whether a text holds any sign for a number, a half or a square included."""
    return any(letter.isnumeric() for letter in text)


def unsupported_numbers(text: str, forms: FactForms) -> tuple[str, ...]:
    """List the numbers, prices, versions and names with digits that stand in a text and not in its dossier.

    Args:
        text: a beat.
        forms: what its dossier allows.

    Returns:
        Each as it is written, in order; empty when all are supported. Words up to ten are no numbers here.
    """
    return tuple(text[start:end].strip("([{\"'“‘)]}”’.,;:!?") for start, end in _spans(text, forms))


@lru_cache(maxsize=64)
def _known(forms: FactForms) -> re.Pattern[str]:
    return re.compile(f"{_BEFORE}(?:{'|'.join(re.escape(token) for token in forms.tokens)}){_AFTER}")


def _spans(text: str, forms: FactForms) -> Iterator[tuple[int, int]]:
    covered = bytearray(len(text))
    if forms.tokens:
        for found in _known(forms).finditer(text):
            covered[found.start() : found.end()] = b"\1" * (found.end() - found.start())
    spans = []
    for found in _CHUNK.finditer(text):
        bare = [place for place in range(found.start(), found.end()) if text[place].isnumeric() and not covered[place]]
        if bare:
            spans.append((found.start(), found.end()))
    for found in _NUMBER_WORD.finditer(text):
        if not covered[found.start()] and found[0].lower() not in forms.words:
            spans.append(found.span())
    yield from sorted(spans)
