"""Numbers in words: which words are numbers, and how a number is spelled in them. English only."""

from __future__ import annotations

_SMALL = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_LARGE = ((10**9, "billion"), (10**6, "million"), (10**3, "thousand"), (100, "hundred"))

NUMBER_WORDS = (
    *_SMALL[10:],
    *_TENS,
    *(
        f"{word}{plural}"
        for word in ("hundred", "thousand", "million", "billion", "trillion", "dozen")
        for plural in ("", "s")
    ),
)
"""Words that state a number. Those up to ten are left out: they count what a dossier lists ("all three rivals")."""


def spell_number(value: int) -> str:
    """Spell a whole number the way prose does.

    Returns:
        The words; "" for a number that prose writes in digits: above ninety-nine and not one to ninety-nine times a
        hundred, a thousand, a million or a billion.
    """
    if 0 < value < 20:
        return _SMALL[value - 1]
    if value < 100:
        tens, ones = divmod(value, 10)
        return "" if value <= 0 else _TENS[tens - 2] + (f"-{_SMALL[ones - 1]}" if ones else "")
    for size, word in _LARGE:
        if value % size == 0 and value // size < 100:
            return f"{spell_number(value // size)} {word}"
    return ""
