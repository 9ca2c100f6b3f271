"""What stands in quotation marks in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from panel.texts import word_keys

_QUOTATION = re.compile(
    r"“(?P<curly>[^“”]+)”|\"(?P<straight>[^\"]+)\"|(?<!\w)‘(?P<single>(?:[^‘’]|’(?=\w))+)’(?!\w)"
    r"|(?<!\w)'(?P<plain>(?:[^']|(?<=\w)'(?=\w))+)'(?!\w)"
)


def find_quotations(text: str) -> tuple[str, ...]:
    """List what stands in quotation marks in a text, by kind of mark found first, without marks or words none."""
    return tuple(text[start:end] for start, end in quotation_spans(text))


def quotation_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each quotation begins and has ended, its marks left out."""
    for match in _QUOTATION.finditer(text):
        group = match.lastgroup or ""
        if word_keys(match[group]):
            yield match.span(group)
