"""Addresses, code and versions in a text: whatever is copied letter by letter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from panel.claims.claim import Quantity
from panel.claims.stems import STOP_WORDS
from panel.claims.units import ABBREVIATED, UNITS

_DOMAINS = "example|com|org|net|dev|io|ai|app|co|eu|de|uk|fr|nl|sh|cloud|tech"
_URL = re.compile(
    rf"https?://[^\s\"“”‘’<>()\[\]`]+|(?<![\w@./-])(?:[a-z0-9][a-z0-9-]*\.)+(?:{_DOMAINS})\b(?:/[^\s\"“”<>()\[\]`]*)?",
    re.IGNORECASE,
)
_CODE = re.compile(r"``?([^`\n]+)``?")
_DOTTED = re.compile(
    r"(?<![\w.@/])(?:[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)+(?:\(\))?|\.[a-z]{2,6}\b|[A-Za-z]\w*_\w+|--?[a-z][\w-]+=?\w*|\w+=\w+)"
)
_ABBREVIATION = re.compile(r"(?:[A-Za-z]\.)+[A-Za-z]?|(?:vs|etc|cf)\..*", re.IGNORECASE)
_MIXED = re.compile(r"(?<![\w$€£¥.,/])(?=[\w.+-]*\d)(?=[\w.+-]*[A-Za-z])[A-Za-z0-9](?:[\w+-]|\.(?=\w))*(?<![-])")
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th|s)", re.IGNORECASE)
_MEASURE = re.compile(r"\d[\d.,]*-?([A-Za-z]+(?:-[A-Za-z]+)*)")
_VERSION = re.compile(
    r"(?<![\w.,/$€£])(?:[vV]\.?\s?(?P<v>\d+(?:\.\d+)*)"
    r"|(?i:version|release|edition)\s+(?P<named>\d+(?:\.\d+)*)"
    r"|(?P<long>\d+\.\d+\.\d+(?:\.\d+)?)"
    r"|(?:(?<=[a-z]\s)|(?<=[A-Z]\s)|(?<=\)\s))(?P<after>\d+\.\d+))(?![\w%]|[.,/]\d)"
)
_DOCUMENTS_TEXT = """
    guide manual handbook documentation docs reference readme changelog notes note card software library plug-in
    app api
"""
_DOCUMENTS = frozenset(_DOCUMENTS_TEXT.split())
_NOT_VERSIONED = re.compile(
    r"\s?(?:%|per\s?cent|points?|million|billion|thousand|times|of\s+\d|on\s+average|[kmgt]i?b\b|ms\b)", re.IGNORECASE
)


def url_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each web address, or bare host, begins and has ended."""
    for found in _URL.finditer(text):
        end = found.start() + len(found[0].rstrip(".,;:!?'’"))
        yield found.start(), end


def fold_url(url: str) -> str:
    """Return an address as it is compared: without scheme, "www." and a last slash, in lower case."""
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", url.lower()).rstrip("/")


def quoted_code_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each stretch between backticks begins and has ended, its marks left out."""
    for found in _CODE.finditer(text):
        yield found.span(1)


def code_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield files, identifiers and options that stand in a text without marks, and names with digits ("X12", "8B")."""
    for found in _DOTTED.finditer(text):
        if not _ABBREVIATION.fullmatch(found[0]):
            yield found.span()
    for found in _MIXED.finditer(text):
        measure = _MEASURE.fullmatch(found[0])
        # "600-line" and "70MB" are quantities.
        is_quantity = measure is not None and (
            "-" in found[0] or measure[1].lower() in {*UNITS, *ABBREVIATED, "k", "bn", "m", "x"}
        )
        if not is_quantity and not _ORDINAL.fullmatch(found[0]) and not re.fullmatch(r"v?\d+(\.\d+)*", found[0], re.I):
            yield found.span()


def version_spans(text: str) -> Iterator[tuple[int, int, Quantity]]:
    """Yield where each version stands, with its number; "2.4" alone is one only right after a name or a document."""
    for found in _VERSION.finditer(text):
        written = found["v"] or found["named"] or found["long"] or found["after"]
        if found["after"]:
            before = text[: found.start()].split()[-1].strip("(\"'“‘,")
            is_named = before[:1].isupper() and not text[: found.start()].rstrip().endswith((",", ".", ";", ":"))
            is_named = is_named and before.lower() not in STOP_WORDS
            if not (is_named or before.lower() in _DOCUMENTS) or _NOT_VERSIONED.match(text, found.end()):
                continue
        number = Fraction(".".join(written.split(".")[:2]))
        start = found.start(found.lastgroup or 0)
        yield start, found.end(), Quantity(number, "version", number, number, _trim(written))


def _trim(version: str) -> str:
    """Return a version without the noughts that change nothing: 3.0 is 3, 1.10 is not 1.1."""
    parts = version.split(".")
    while len(parts) > 1 and parts[-1] == "0":
        parts.pop()
    return ".".join(parts)
