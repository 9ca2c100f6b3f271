"""The names of licences that a text mentions, with their versions where it gives them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from panel.claims.claim import Licence

_VERSION = r"(?:[-\s,(]{0,3}(?:licen[cs]e,?\s)?(?:version\s|v\.?\s?)?(?P<version>\d(?:\.\d)?)(?![\d%]))?"
_CLAUSES = r"(?:[-\s](?P<version>[0-4])[-\s]clause)?"
_FAMILIES = {
    "AGPL": r"\bAGPL|\bGNU Affero General Public Licen[cs]e",
    "LGPL": r"\bLGPL|\bGNU Lesser General Public Licen[cs]e",
    "GPL": r"\bGPL|\bGNU General Public Licen[cs]e",
    # Not the foundation's other things: Apache Kafka, Apache Arrow.
    "Apache": r"\bApache\b(?!\s(?!Licen[cs]e|Version)[A-Z])",
    "MIT": r"\bMIT\b",
    "BSD": r"\bBSD\b",
    "MPL": r"\bMPL\b|\bMozilla Public Licen[cs]e",
    "EUPL": r"\bEUPL\b|\bEuropean Union Public Licen[cs]e",
    "EPL": r"\bEPL\b|\bEclipse Public Licen[cs]e",
    "BUSL": r"\bBUSL\b|\bBSL\b|\bBusiness Source Licen[cs]e",
    "SSPL": r"\bSSPL\b|\bServer Side Public Licen[cs]e",
    "Elastic": r"\bElastic Licen[cs]e|\bELv(?=2)",
    "ISC": r"\bISC\b",
    "Unlicense": r"\bUnlicense\b",
    "CC0": r"\bCC0\b",
    "CC BY": r"\bCC[- ]BY(?![- ](?:NC|SA|ND))",
    "CC BY-SA": r"\bCC[- ]BY[- ]SA\b",
    "CC BY-NC": r"\bCC[- ]BY[- ]NC(?:[- ](?:SA|ND))?\b",
    "CC BY-ND": r"\bCC[- ]BY[- ]ND\b",
    "RAIL": r"\b(?:Open)?RAIL(?:-M|\+\+)?(?!\w)",
}
_PATTERNS = {
    family: re.compile(rf"(?:{names}){_CLAUSES if family == 'BSD' else _VERSION}", re.IGNORECASE)
    for family, names in _FAMILIES.items()
}
_CASED = {"MIT", "Apache", "RAIL"}
"""Whose letters may be a word of the language."""


class LicenceSpan(NamedTuple):
    """A mention and where it stands."""

    start: int
    end: int
    licence: Licence


def find_licences(text: str) -> tuple[Licence, ...]:
    """List the licences a text names, one for each mention, family by family; () when it names none.

    "Proprietary" and "open source" are kinds of licences, not names.
    """
    return tuple(span.licence for span in locate_licences(text))


def locate_licences(text: str) -> tuple[LicenceSpan, ...]:
    """Find the mentions of licences in a text, family by family."""
    found = []
    for family, pattern in _PATTERNS.items():
        for match in pattern.finditer(text):
            if family not in _CASED or not match[0][0].islower():
                found.append(LicenceSpan(*match.span(), Licence(family, (match["version"] or "").removesuffix(".0"))))
    return tuple(found)


def is_stated(licence: Licence, known: Sequence[Licence]) -> bool:
    """Tell whether a mention is among those of a dossier; without a version it means any of its family."""
    return any(licence.family == other.family and licence.version in ("", other.version) for other in known)
