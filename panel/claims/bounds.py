"""Bounds: which way a number is meant, told from the words right before and after it."""

from __future__ import annotations

import re

from panel.claims.claim import Bound
from panel.claims.numerals import find_numerals

_BOUNDS = {
    Bound.LEAST: (
        r"at least|no less than|no fewer than|not under|minimum of|minimum is|from|upwards of|starts? at|starting at|"
        r"begins? at",
        r"at least|or more|or later|or newer|and up|and above|upwards|minimum|up(?=[.,;]|$)",
    ),
    Bound.MOST: (
        r"at most|no more than|not more than|up to|within|maximum of|as many as|not over|ceiling of|cap of|limit of|"
        r"capped at|limited to|no longer than",
        r"at (?:the )?(?:very )?(?:most|best)|or less|or fewer|or earlier|or older|maximum|as (?:the|a) ceiling",
    ),
    Bound.OVER: (r"over|more than|above|beyond|exceeding|past|longer than|after|better than", r"and beyond"),
    Bound.UNDER: (r"under|less than|fewer than|below|shorter than", r"and below"),
}
_LEFT = re.compile(
    rf"\b(?:{'|'.join(f'(?P<{bound.name}>{words[0]})' for bound, words in _BOUNDS.items())})"
    r"\s+(?:about\s+|the\s+|a\s+|some\s+|first\s+)?$",
    re.IGNORECASE,
)
_RIGHT = re.compile(
    r"(?:[\s-]+[\w'’%]+){0,5}?\s+"
    rf"(?:{'|'.join(f'(?P<{bound.name}>{words[1]})' for bound, words in _BOUNDS.items())})",
    re.IGNORECASE,
)
_SPAN_END = re.compile(r"[^.;,]{0,24}?\s+to\s+[$€£\w]")
_LENGTH = re.compile(r"[\s-]*(?:\w+\s)?(?:day|week|month|year)")
STOP = re.compile(r"[,;:()!?—–]|\.(?:\s|$)")


def read_bound(text: str, start: int, end: int) -> Bound:
    """Read which way a number between two places is meant, from the words right before and after it."""
    rest = text[end : end + 60]
    stop = STOP.search(rest)
    right = _RIGHT.match(rest[: stop.start()] if stop else rest)
    if right and not any(True for _ in find_numerals(right[0])):
        return Bound[right.lastgroup or "NONE"]
    left = _LEFT.search(text, max(0, start - 40), start)
    if left is None:
        return Bound.NONE
    opener = left[0].lower()
    # "from 88 to 17" and "over twelve months" bound nothing.
    is_span = opener.startswith("from") and _SPAN_END.match(text, end)
    is_length = opener.startswith(("over", "from", "after")) and _LENGTH.match(text, end)
    return Bound.NONE if is_span or is_length else Bound[left.lastgroup or "NONE"]
