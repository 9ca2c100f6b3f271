"""Units: what a number is measured in, and how many of its family's smallest one it makes.

Seconds and months are families of their own, since no number of days is a month. A thousand bytes may be 1,024 unless
the unit says which (KiB): makers print both.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple


class Unit(NamedTuple):
    """A unit of a family.

    Attributes:
        family: what it is converted to: "byte", "second", "month".
        size: how many of those it makes.
        binary: the same where a thousand is 1,024.
    """

    family: str
    size: Fraction
    binary: Fraction


def _unit(family: str, size: int | Fraction, binary: int | None = None) -> Unit:
    return Unit(family, Fraction(size), Fraction(size if binary is None else binary))


def _bytes() -> dict[str, Unit]:
    found = {"byte": _unit("byte", 1), "bytes": _unit("byte", 1)}
    for power, (prefix, name) in enumerate(
        (("k", "kilobyte"), ("m", "megabyte"), ("g", "gigabyte"), ("t", "terabyte")), 1
    ):
        unit = _unit("byte", 1000**power, 1024**power)
        found |= dict.fromkeys((f"{prefix}b", name, f"{name}s"), unit)
        found[f"{prefix}ib"] = _unit("byte", 1024**power)
    return found


_SPANS: tuple[tuple[str, int | Fraction, tuple[str, ...]], ...] = (
    ("second", Fraction(1, 1000), ("ms", "millisecond", "milliseconds")),
    ("second", 1, ("s", "sec", "second", "seconds")),
    ("second", 60, ("min", "mins", "minute", "minutes")),
    ("second", 3600, ("h", "hour", "hours")),
    ("second", 86400, ("day", "days")),
    ("second", 7 * 86400, ("week", "weeks")),
    ("second", 14 * 86400, ("fortnight", "fortnights")),
    ("month", 1, ("month", "months")),
    ("month", 3, ("quarter", "quarters")),
    ("month", 12, ("year", "years")),
    ("month", 120, ("decade", "decades")),
)

UNITS: dict[str, Unit] = _bytes() | {name: _unit(family, size) for family, size, names in _SPANS for name in names}
"""By name in lower case. Bits are missing on purpose: "Gb" is too often a slip for "GB"."""

ABBREVIATED = frozenset({"s", "h", "sec", "min", "mins", "ms"})
"""Units that are words or letters otherwise: only right after digits."""

PERIODS: dict[str, str] = {
    **dict.fromkeys(("second", "sec"), "second"),
    **dict.fromkeys(("minute", "min"), "minute"),
    **dict.fromkeys(("hour", "hourly"), "hour"),
    **dict.fromkeys(("day", "daily", "night"), "day"),
    **dict.fromkeys(("week", "weekly"), "week"),
    **dict.fromkeys(("month", "monthly"), "month"),
    **dict.fromkeys(("quarter", "quarterly"), "quarter"),
    **dict.fromkeys(("year", "yearly", "annual", "annually"), "year"),
    **dict.fromkeys(("once", "one-off", "one-time"), "once"),
}
"""What a price may be paid by."""

CURRENCIES: dict[str, str] = {
    **dict.fromkeys(("$", "us$", "usd", "dollar", "dollars", "cent", "cents"), "USD"),
    **dict.fromkeys(("€", "eur", "euro", "euros"), "EUR"),
    **dict.fromkeys(("£", "gbp", "pound", "pounds", "pence"), "GBP"),
    **dict.fromkeys(("¥", "jpy", "yen"), "JPY"),
    **dict.fromkeys(("chf", "franc", "francs"), "CHF"),
    **dict.fromkeys(("krona", "kronor", "sek"), "SEK"),
}
HUNDREDTHS = frozenset({"cent", "cents", "pence"})
MONEY = frozenset(CURRENCIES.values())
