"""From paragraphs to excerpts: 40 to 90 words each, cut between sentences, in the page's own words and order.

Nothing is rephrased. An excerpt that spans paragraphs keeps the break; a sentence longer than an excerpt is cut
between words and marked with […].
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

EXCERPTS_MAX = 6
WORDS_MIN = 40
WORDS_MAX = 90
CHARS_MAX = 1500
_LEAD = 2
"""How many excerpts are taken from the page's top, whatever they say: they introduce the tool."""
_PROSE_WORDS_MIN = 6
_CUT = " […]"

_SENTENCE_END = re.compile(
    r"""(?<=[.!?…])["'”’)\]]?(?<!\b[A-Z]\.)(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bvs\.)(?<!\bcf\.)\s+(?=["'“‘(\[]?[A-Z0-9])"""
)
_FACT = re.compile(r"\d[\d.,]*|[$€£]|licen[cs]e|pric|\bfree\b|open[- ]source|limit|require|support|benchmark", re.I)


def cut_excerpts(paragraphs: Sequence[str]) -> tuple[str, ...]:
    """Choose up to six excerpts: the page's first two, then those that hold the most facts, in the page's order.

    Args:
        paragraphs: texts with white space folded; headings and list items may be among them.

    Returns:
        The excerpts, each at most 90 words and 1,500 characters; shorter than 40 words only where the page is. No
        paragraphs give none.
    """
    excerpts = list(dict.fromkeys(_pack(prose_of(paragraphs))))
    rest = range(_LEAD, len(excerpts))
    richest = sorted(rest, key=lambda index: (-count_facts(excerpts[index]), index))[: EXCERPTS_MAX - _LEAD]
    chosen = sorted([*range(min(_LEAD, len(excerpts))), *richest])
    return tuple(excerpts[index] for index in chosen)


def prose_of(paragraphs: Sequence[str]) -> list[str]:
    """Leave out headings and menu entries, what is short and ends like no sentence; where that is all, keep all."""
    prose = [text for text in paragraphs if len(text.split()) >= _PROSE_WORDS_MIN or text.endswith((".", "!", "?"))]
    return prose or list(paragraphs)


def split_sentences(paragraph: str) -> list[str]:
    """Cut a paragraph between its sentences; the pieces joined by spaces are the paragraph."""
    starts = [0, *(match.end() for match in _SENTENCE_END.finditer(paragraph)), len(paragraph)]
    return [piece for start, end in pairwise(starts) if (piece := paragraph[start:end].strip())]


def count_facts(text: str) -> int:
    """Count the different figures, prices and conditions a text names."""
    return len({match.lower() for match in _FACT.findall(text)})


def _pack(paragraphs: Sequence[str]) -> Iterator[str]:
    """Fill excerpts sentence by sentence; one is full at a paragraph's end past the least, or before the most."""
    held: list[str] = []
    for paragraph in paragraphs:
        separator = "\n"
        for sentence in (piece for whole in split_sentences(paragraph) for piece in _cut_long(whole)):
            if held and not _fits("".join(held) + separator + sentence):
                yield "".join(held)
                held = []
            held += [separator, sentence] if held else [sentence]
            separator = " "
        if len("".join(held).split()) >= WORDS_MIN:
            yield "".join(held)
            held = []
    if held:
        yield "".join(held)


def _cut_long(sentence: str) -> Iterator[str]:
    if _fits(sentence):
        yield sentence
        return
    held: list[str] = []
    for word in sentence.split():
        if held and not _fits(" ".join([*held, word]) + _CUT):
            yield " ".join(held) + _CUT
            held = []
        held.append(word)
    yield " ".join(held)


def _fits(text: str) -> bool:
    return len(text) <= CHARS_MAX and len(text.split()) <= WORDS_MAX
