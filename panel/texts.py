"""Words and sentences, as checks, claims and measures compare them.

A word is what stands between white space, dashes and slashes; two words are the same when their letters and
digits are, whatever their case and punctuation. Scripts without spaces come out as long words: the checks still
run on them, but counts of words mean little there. Everything here is linear in the text's length.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

QUOTE_MAX_CHARS = 200
"""A quote is for recognising a passage, not for reading it whole."""

STOPS = ".!?。！？؟।"
CLOSERS = "\"'”’»›)]}」』*_`"
"""What may stand after a sentence's stop, with the marks that Markdown closes emphasis by."""

_WORD = re.compile(r"[^\s—–/|…]+")
# The lookbehind tries a run of stops from its beginning only; without it ten thousand dots cost their square.
_SENTENCE_END = re.compile(
    rf"(?<![{STOPS}…])[{STOPS}…]++[{re.escape(CLOSERS)}]*+(?=\s|\Z)|[。！？।]++[{re.escape(CLOSERS)}]*+|\n++"
)


class Word(NamedTuple):
    """One word and its place.

    Attributes:
        key: what it is compared by; never empty.
        start: where it begins in the text.
        end: where it has ended.
    """

    key: str
    start: int
    end: int


class Sentence(NamedTuple):
    """One sentence: its text as written and the keys of its words."""

    text: str
    keys: tuple[str, ...]


def word_key(text: str) -> str:
    """Reduce a word to what it is compared by: its letters, marks and digits, case folded; "" without any."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    if not any(char.isalnum() for char in folded):
        return ""
    return "".join(char for char in folded if char.isalnum() or unicodedata.category(char).startswith("M"))


def find_words(text: str) -> tuple[Word, ...]:
    """Find a text's words, in order; empty for a text without letters or digits."""
    found = (Word(word_key(match.group()), match.start(), match.end()) for match in _WORD.finditer(text))
    return tuple(word for word in found if word.key)


@lru_cache(maxsize=8192)
def word_keys(text: str) -> tuple[str, ...]:
    """Return only the keys of a text's words, in order.

    Remembered: every seat of a tool is held against the same dossier, every tool of a seat against the same persona.
    """
    return tuple(word.key for word in find_words(text))


def find_sentences(text: str) -> tuple[Sentence, ...]:
    """Cut a text at its stops and line breaks.

    An abbreviation's full stop cuts too: the checks ignore the short pieces that leaves.

    Returns:
        The sentences that have words, in order; empty for a text without any.
    """
    pieces = (text[start:end].strip() for start, end in sentence_spans(text))
    sentences = (Sentence(piece, word_keys(piece)) for piece in pieces)
    return tuple(sentence for sentence in sentences if sentence.keys)


def shingles(keys: Sequence[str], size: int) -> frozenset[tuple[str, ...]]:
    """Return every run of `size` consecutive keys; empty when there are fewer."""
    return frozenset(tuple(keys[start : start + size]) for start in range(len(keys) - size + 1))


def jaccard(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> float | None:
    """Return how much two sets of shingles share, of all that either has, 0 to 1; None when both are empty."""
    either = len(one | other)
    return len(one & other) / either if either else None


def clip_quote(text: str) -> str:
    """Cut a quote to `QUOTE_MAX_CHARS`, without a mark, so that it stays a substring of the text."""
    return text.strip()[:QUOTE_MAX_CHARS].strip()


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each sentence begins and has ended, white space around it included."""
    start = 0
    for match in _SENTENCE_END.finditer(text):
        yield start, match.end()
        start = match.end()
    yield start, len(text)
