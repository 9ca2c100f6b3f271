"""Cutting an excerpt into sentences that keep their places.

Coarse on purpose: a cut too few makes a flagged passage longer, a cut too many lets an instruction fall apart. Lines
that were only wrapped are one sentence; a list item, a heading, a table's row, a turn ("User:") or a fence begins one.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

_CUTS = re.compile(
    r"""[.!?…]["'”’»)\]*_`]*(?<!\b[A-Z]\.)(?<!\be\.g\.)(?<!\bi\.e\.)\s+"""  # the end of a sentence
    r"""|[。！？؟।][”’」』）]*\s*"""  # of scripts that put no space behind it
    r"""|\n[ \t]*\n\s*"""  # an empty line
    r"""|\n(?=[ \t]*(?:[-*+•>|#]|\d{1,2}[.)]\s|```|"{3}|={3}|-{3}|\[[\w-]{1,40}\]\s|\{"|//"""
    r"""|(?:system|user|assistant|human|model|dossier|call|argument|input|output|q|a)\s*:\s))"""
    r"""|(?<=>)\s*\n\s*(?=<)|</(?:p|div|li|td|th|tr|h[1-6]|section|summary|details|text|instructions)>\s*"""
    r"""|\s+(?=\[[a-z][a-z0-9-]{0,39}\]\s)""",
    re.IGNORECASE,
)


class Span(NamedTuple):
    """A stretch of a text, from `start` up to and not with `end`, in characters."""

    start: int
    end: int


def cut_sentences(text: str) -> tuple[Span, ...]:
    """Cut a text into sentences.

    Returns:
        Their spans without the white space around them, in order; none of an empty text.
    """
    edges = [0, *(match.end() for match in _CUTS.finditer(text)), len(text)]
    spans = []
    for start, end in pairwise(edges):
        piece = text[start:end]
        if piece.strip():
            spans.append(Span(start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())))
    return tuple(spans)
