"""Stems: words reduced to what two tellings of the same fact share. English only, a few rules and no dictionary."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

_WORD = re.compile(r"[^\W\d_][\w'’&+.]*[\w+]|[^\W\d_]|\d[\d,.]*\d|\d")
_BREAK = re.compile(r"[,;:()—–]|\.(?=\s|$)|[?!]")
_JOINING = frozenset({"and", "but", "while", "where", "whereas", "against", "or", "which", "who", "than"})
_ENDINGS = (
    *(("ations", "ate"), ("ation", "ate"), ("ies", "y"), ("ied", "y"), ("sses", "ss"), ("ches", "ch"), ("shes", "sh")),
    *(("xes", "x"), ("ing", ""), ("edly", ""), ("ed", ""), ("ly", ""), ("es", ""), ("s", ""), ("e", "")),
)
_IRREGULAR = {
    "fell": "fall", "fallen": "fall", "paid": "pay", "sent": "send", "found": "find", "gave": "give", "given": "give",
    "made": "make", "left": "leave", "took": "take", "taken": "take", "came": "come", "held": "hold", "ran": "run",
    "said": "say", "went": "go", "gone": "go", "wrote": "write", "written": "write", "kept": "keep", "met": "meet",
    "won": "win", "lost": "lose", "built": "build", "bought": "buy", "sold": "sell", "spent": "spend", "got": "get",
    "rose": "rise", "risen": "rise", "drew": "draw", "grew": "grow", "grown": "grow", "caught": "catch",
    "stood": "stand", "told": "tell", "thought": "think", "broke": "break", "broken": "break", "began": "begin",
    "people": "person", "men": "man", "women": "woman", "children": "child", "halves": "half", "criteria": "criterion",
    "clerks": "clerk", "worse": "bad", "worst": "bad", "better": "good", "best": "good", "costs": "cost", "saw": "see",
    "seen": "see", "heard": "hear", "led": "lead", "read": "read", "set": "set", "put": "put", "cut": "cut",
    "does": "do", "did": "do", "done": "do", "has": "have", "had": "have", "was": "be", "were": "be", "is": "be",
}  # fmt: skip
_STOP_WORDS_TEXT = """
    a an the and or but nor of in on at to for from by with as is are was were be been being it its this that
    these those there here which who whom whose what when where while if than then so not no do does did has
    have had will would can could may might must should into out up down over under about after before between
    through during per each every any all some more most less least other others such only own same just very
    too also still yet even without against within toward towards along across while until since because i you
    he she we they me him her us them my your his our their one s t re ve d ll m says said
"""
STOP_WORDS = frozenset(_STOP_WORDS_TEXT.split())


class Word(NamedTuple):
    """One word of a text.

    Attributes:
        stem: what it is compared by.
        text: as it is written.
        start: where it begins.
        end: where it has ended.
        place: its distance from the text's beginning, in words; a comma counts for more than a space.
    """

    stem: str
    text: str
    start: int
    end: int
    place: float

    @property
    def is_content(self) -> bool:
        """Whether it says something by itself."""
        return self.stem not in STOP_WORDS and not self.text[0].isdigit()


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Reduce a word: lower case, without plural, tense and possessive."""
    low = word.lower().replace("’", "'").removesuffix("'s").rstrip("'.")
    if low in STOP_WORDS:
        return low
    if low in _IRREGULAR:
        return _IRREGULAR[low]
    for ending, instead in _ENDINGS:
        if ending == "s" and low.endswith("ss"):
            continue
        if low.endswith(ending) and len(low) - len(ending) >= 3:
            low = low[: -len(ending)] + instead
            break
    if len(low) > 4 and low[-1] == low[-2] and low[-1] not in "aeiousl":
        low = low[:-1]
    short = low.removesuffix("e") if len(low) > 3 else low
    # "notes" must not end as "not".
    return f"{short}~" if short in STOP_WORDS else short


@lru_cache(maxsize=4096)
def words_of(text: str) -> tuple[Word, ...]:
    """Find a text's words with their stems, in order; what a dash or a slash joins are several."""
    return tuple(_walk(text))


def _walk(text: str) -> Iterator[Word]:
    place, end = 0.0, 0
    for found in _WORD.finditer(text):
        gap = text[end : found.start()]
        place += 1 + 2 * len(_BREAK.findall(gap))
        written = found[0]
        if written.lower() in _JOINING:
            place += 1
        yield Word(stem(written), written, found.start(), found.end(), place)
        end = found.end()
