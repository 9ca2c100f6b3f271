"""Finding claims: every stretch of a text that can be held against a dossier without a model.

What is copied letter by letter comes first (addresses, code, quotations), then licences, dates and versions, then
quantities, then names; no character belongs to two claims.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from panel.claims.bounds import read_bound
from panel.claims.claim import Claim, Day, Kind, Licence, Quantity
from panel.claims.codes import code_spans, fold_url, quoted_code_spans, url_spans, version_spans
from panel.claims.dates import find_dates
from panel.claims.known import GENERIC, is_known, is_ordinary
from panel.claims.licences import locate_licences
from panel.claims.names import NameSpan, locate_names
from panel.claims.numerals import SMALLEST_COUNT
from panel.claims.quantities import Span, find_quantities
from panel.claims.quotations import quotation_spans
from panel.claims.stems import STOP_WORDS
from panel.claims.units import MONEY


@lru_cache(maxsize=4096)
def find_claims(text: str, beat: str = "") -> tuple[Claim, ...]:
    """Find every claim of a text.

    Args:
        text: a beat's text.
        beat: its id, which the claims carry.

    Returns:
        The claims in order; () for a text that claims nothing that can be looked up.
    """
    return tuple(sorted(_Finder(text, beat).find(), key=lambda claim: claim.start))


class _Finder:
    def __init__(self, text: str, beat: str) -> None:
        self._text, self._beat = text, beat
        self._taken = bytearray(len(text))
        self._found: list[Claim] = []

    def find(self) -> list[Claim]:
        text = self._text
        for start, end in url_spans(text):
            self._add(start, end, Kind.URL, fold_url(text[start:end]))
        for start, end in quoted_code_spans(text):
            self._add(start, end, Kind.CODE, " ".join(text[start:end].split()))
        for start, end in quotation_spans(text):
            if any(letter.isalpha() for letter in text[start:end]):
                self._add(start, end, Kind.QUOTATION, text[start:end])
        for licence in locate_licences(text):
            self._add(licence.start, licence.end, Kind.LICENCE, licence.licence)
        for date in find_dates(text):
            self._add(date.start, date.end, Kind.DATE, date.day)
        for start, end, version in version_spans(text):
            self._add(start, end, Kind.VERSION, replace(version, bound=read_bound(text, start, end)))
        for start, end in code_spans(text):
            self._add(start, end, Kind.CODE, text[start:end])
        for span in find_quantities(text, self._taken):
            if _says_something(span):
                self._add(span.start, span.end, _kind_of(span.quantity), span.quantity)
        for name in _join_openers(text, locate_names(text)):
            if name.name.rstrip("s") not in GENERIC and len(name.name) > 1:
                self._add(name.start, name.end, Kind.NAME, name.name)
        return self._found

    def _add(self, start: int, end: int, kind: Kind, value: Quantity | Day | Licence | str) -> None:
        if end <= start or any(self._taken[start:end]):
            return
        self._taken[start:end] = b"\1" * (end - start)
        self._found.append(Claim(self._beat, start, end, kind, self._text[start:end], value, self._text))


def _says_something(span: Span) -> bool:
    """Leave out "one" alone: it is an article more often than a number."""
    quantity = span.quantity
    if quantity.number == 1 and span.in_words and not quantity.is_fraction:
        return quantity.unit != "" and quantity.unit != "times"
    return quantity.unit != "times" or quantity.number >= SMALLEST_COUNT or not span.in_words


def _kind_of(quantity: Quantity) -> Kind:
    if quantity.unit == "%":
        return Kind.PERCENTAGE
    return Kind.PRICE if quantity.unit in MONEY else Kind.NUMBER


def _join_openers(text: str, names: tuple[NameSpan, ...]) -> Iterator[NameSpan]:
    """Give a name that opens a sentence its first word back; leave first words out that are no names by themselves."""
    opener: NameSpan | None = None
    for name in (*names, None):
        if opener and name and not name.opens and text[opener.end : name.start] in (" ", "'s ", "’s "):
            if opener.name.lower() not in STOP_WORDS:
                name = NameSpan(opener.start, name.end, text[opener.start : name.end], True)
            opener = None
        if opener and _looks_like_name(opener.name):
            yield opener
        opener = (
            name if name and name.opens and name.name == text[name.start : name.end] and " " not in name.name else None
        )
        if name and not opener:
            yield name


def _looks_like_name(word: str) -> bool:
    """Tell a name that opens a sentence: it has a capital inside, or everybody knows it."""
    return any(letter.isupper() for letter in word[1:]) or (is_known(word) and not is_ordinary(word))
