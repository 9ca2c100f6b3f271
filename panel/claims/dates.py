"""Dates in a text, in the usual English spellings and as coarse as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from panel.claims.claim import Day

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTH = rf"(?:{'|'.join(_MONTHS)})"
_SHORT = r"(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.?"
_YEAR = r"(?:19|20)\d\d"
_ORDINAL = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 4}
_QUARTER, _HALF = 3, 6
"""How many months they have."""
_DATE = re.compile(
    rf"(?P<iso>\b{_YEAR}-\d\d-\d\d\b)"
    rf"|(?<![\w.,])(?P<d1>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m1>{_MONTH}|{_SHORT})(?:,?\s+(?P<y1>{_YEAR}))?\b"
    rf"|\b(?P<m2>{_MONTH}|{_SHORT})\s+(?P<d2>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?(?![\d.,%]\d|\d|\s*%)(?:,?\s+(?P<y2>{_YEAR}))?\b"
    rf"|\b(?P<m3>{_MONTH}|{_SHORT})(?:\s+of)?,?\s+(?P<y3>{_YEAR})\b"
    rf"|\b(?:(?P<q4>first|second|third|fourth|last)\s+(?:quarter|three\s+months)\s+of\s+|Q(?P<q5>[1-4])\s+(?:of\s+)?)"
    rf"(?P<y4>{_YEAR})\b"
    rf"|\b(?:(?P<h8>first|second|last|latter|other)\s+(?:half|six\s+months)\s+of\s+|H(?P<h9>[12])\s+(?:of\s+)?)(?P<y8>{_YEAR})\b"
    rf"|\b(?P<m6>{_MONTH})\b"
    rf"|(?<![\w$€£¥.,/#-])(?P<y7>{_YEAR})(?:(?=s\b)|(?![\w%]|[.,/]\d|-\d))",
    re.IGNORECASE,
)
_IN = re.compile(r"\bin\s+$", re.IGNORECASE)
_MEASURED = re.compile(
    r"\s+(?:[kmgt]i?b|ms|seconds?|minutes?|hours?|tokens?|words?|characters?|rows?|lines?|pages?|tokens?|times|euros?|dollars?|pounds?)\b",
    re.IGNORECASE,
)
_JOINED = re.compile(r"^\s*(?:and(?:\s+again)?(?:\s+in)?|to|or|through|until|–|-)\s*$")


class DatedSpan(NamedTuple):
    """A date and where it stands."""

    start: int
    end: int
    day: Day


def find_dates(text: str) -> tuple[DatedSpan, ...]:
    """Find the dates of a text, in order: days, months, quarters and years.

    A month alone takes the year of the one it is joined to: "between July and September 2026".
    """
    found = list(_find(text))
    for place in range(len(found) - 2, -1, -1):
        here, after = found[place], found[place + 1]
        if here.day.year is None and after.day.year and _JOINED.match(text[here.end : after.start]):
            found[place] = here._replace(day=here.day._replace(year=after.day.year))
    return tuple(found)


def _find(text: str) -> Iterator[DatedSpan]:
    for match in _DATE.finditer(text):
        part = match.groupdict()
        month = _month(part["m1"] or part["m2"] or part["m3"] or part["m6"])
        if part["iso"]:
            yield DatedSpan(*match.span(), Day(*map(int, part["iso"].split("-"))))
        elif part["y7"]:
            if not _MEASURED.match(text, match.end()):
                yield DatedSpan(*match.span(), Day(int(part["y7"])))
        elif part["y4"]:
            quarter = int(part["q5"]) if part["q5"] else _ORDINAL[part["q4"].lower()]
            yield DatedSpan(*match.span(), Day(int(part["y4"]), None, None, quarter))
        elif part["y8"]:
            half = int(part["h9"]) if part["h9"] else 1 if part["h8"].lower() == "first" else 2
            yield DatedSpan(*match.span(), Day(int(part["y8"]), half=half))
        elif month and _is_month(match, text):
            year, written = part["y1"] or part["y2"] or part["y3"], part["d1"] or part["d2"]
            if part["d2"] and not year and _IN.search(text, max(0, match.start() - 4), match.start()):
                # "in January 127, in September 22"
                yield DatedSpan(*match.span("m2"), Day(None, month))
                continue
            if not written or 0 < int(written) < 32:
                yield DatedSpan(
                    *match.span(), Day(int(year) if year else None, month, int(written) if written else None)
                )


def _month(written: str | None) -> int | None:
    if written is None:
        return None
    return next((place for place, name in enumerate(_MONTHS, 1) if name.startswith(written.lower()[:3])), None)


def _is_month(match: re.Match[str], text: str) -> bool:
    """Tell a month from a verb or a modal: "May" and "March" alone need a word before them that takes a date."""
    name = (match["m1"] or match["m2"] or match["m3"] or match["m6"]).lower()
    if not (match["m1"] or match["m2"] or match["m3"] or match["m6"])[0].isupper():
        return False
    if match["m6"] is None or name not in ("may", "march"):
        return True
    before = text[: match.start()].split()
    return bool(before) and before[-1].lower() in {
        "in",
        "by",
        "since",
        "until",
        "last",
        "from",
        "of",
        "and",
        "to",
        "between",
        "this",
        "on",
    }


def covers(claimed: Day, known: Day) -> bool:
    """Tell whether a date is another one, or the month, quarter, half or year of it.

    Where the known date leaves its year out, the month and day decide. The first or the last month of a known quarter
    or half is where that begins or ends.
    """
    if claimed.year is not None and known.year is not None and claimed.year != known.year:
        return False
    if claimed.quarter is not None or claimed.half is not None:
        mine, its = _months(claimed), _months(known)
        return bool(its) and set(its) <= set(mine) and (claimed.year == known.year or known.year is None)
    if known.month is None and claimed.month is not None and (its := _months(known)):
        return claimed.day is None and claimed.month in (its[0], its[-1])
    if claimed.month is not None and claimed.month != known.month:
        return False
    if claimed.day is not None and claimed.day != known.day:
        return False
    return claimed.year is None or known.year is not None or claimed.month is not None


def _months(day: Day) -> range | tuple[int, ...]:
    """Return the months that a date falls into, as far as it says; () where it names a year alone."""
    if day.month is not None:
        return (day.month,)
    if day.quarter is not None:
        return range(_QUARTER * (day.quarter - 1) + 1, _QUARTER * day.quarter + 1)
    if day.half is not None:
        return range(_HALF * (day.half - 1) + 1, _HALF * day.half + 1)
    return ()
