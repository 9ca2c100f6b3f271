"""The licence a page names, where it names one in so many words.

A name is taken only as written out; nothing is concluded from a page's kind or maker.
"""

from __future__ import annotations

import re

_SAID = {
    "Apache-2.0": r"Apache[- ]2\.0|Apache Licen[cs]e,? ?\(?(?:Version )?2\.0|Apache License, Version 2",
    "MIT": r"MIT[- ]licen[cs]ed?\b|licen[cs]ed? under (?:the )?MIT\b|^(?:#+ )?licen[cs]e:?\s+MIT\b",
    "AGPL-3.0": r"\bAGPL[- ]?v?3|GNU Affero General Public Licen[cs]e",
    "LGPL-3.0": r"\bLGPL[- ]?v?3",
    "GPL-3.0": r"\bGPL[- ]?v?3|GNU General Public Licen[cs]e,? ?(?:version |v)3",
    "GPL-2.0": r"\bGPL[- ]?v?2|GNU General Public Licen[cs]e,? ?(?:version |v)2",
    "BSD-3-Clause": r"\bBSD[- ]3[- ]clause|\b3[- ]clause BSD",
    "BSD-2-Clause": r"\bBSD[- ]2[- ]clause|\b2[- ]clause BSD",
    "MPL-2.0": r"\bMPL[- ]2\.0|Mozilla Public Licen[cs]e",
    "BUSL-1.1": r"\bBUSL[- ]1\.1|Business Source Licen[cs]e",
    "CC-BY-4.0": r"\bCC[- ]BY[- ]4\.0",
    "CC-BY-NC-4.0": r"\bCC[- ]BY[- ]NC[- ]4\.0",
    "CC-BY-SA-4.0": r"\bCC[- ]BY[- ]SA[- ]4\.0",
}
_PATTERNS = {name: re.compile(pattern, re.IGNORECASE | re.MULTILINE) for name, pattern in _SAID.items()}


def named_licences(text: str) -> tuple[str, ...]:
    """List the licences a text names, as SPDX identifiers, in a fixed order; none gives an empty tuple."""
    return tuple(name for name, pattern in _PATTERNS.items() if pattern.search(text))
