"""Arithmetic: figures that follow exactly from a dossier's, by one or two simple steps.

Only exact results count, and only from figures that belong together: those of one text, or of one source. The more
figures may be combined, the more false ones come out right by chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import chain, combinations, permutations

from panel.claims.claim import Day, Quantity
from panel.claims.units import MONEY

_YEAR = 12
_ROUNDED = Fraction(3, 100)
"""How far "about" reaches."""
_LEAST = 3
"""Smaller counts come out of some difference or other in every dossier."""


def derives(claimed: Quantity, told: Sequence[Quantity], groups: Iterable[Sequence[Quantity]]) -> bool:
    """Tell whether a figure follows exactly from others.

    Args:
        claimed: the figure.
        told: the other figures of its text that the dossier supports.
        groups: the dossier's figures, source by source.
    """
    if _follows(claimed, list(told), is_told=True, is_own=True):
        return True
    mixed: list[tuple[list[Quantity], bool]] = []
    for group in groups:
        mixed.append((list(group), False))
        # A text may give the count, and the dossier the price: "2,000 of them come to $400".
        if any(quantity.unit in MONEY for quantity in group):
            mixed.append(([*told, *group], True))
        if claimed.unit == "%" and claimed.amount in set(_shares_between(told, group)):
            return True
    return any(_follows(claimed, figures, is_told=is_told, is_own=False) for figures, is_told in mixed)


def approximates(claimed: Quantity, told: Sequence[Quantity], *, is_hedged: bool) -> bool:
    """Tell whether a figure is, rounded, what follows from the other figures of its own text.

    A share is rounded as it is written: "37 of 39 is 95%". Anything else has to say that it is: "about $1,900". The
    dossier's further figures are left out: rounded, too much comes out right by chance.

    Args:
        claimed: the figure.
        told: the other figures of its text that the dossier supports.
        is_hedged: whether the text says "about", "roughly" or the like of it.
    """
    if claimed.unit == "%":
        step = Fraction(1, 2) if claimed.amount.denominator == 1 else Fraction(1, 20)
        room = step * 2 if is_hedged else step
        return any(abs(share - claimed.amount) <= room for share in _shares(list(told), True))
    if not is_hedged:
        return False
    figures = list(told)
    value = claimed.amount if claimed.unit in MONEY else claimed.number
    if claimed.unit in MONEY:
        values = _prices(claimed.unit, figures)
    elif claimed.unit == "times":
        values = _ratios(figures)
    elif claimed.unit == "":
        values = chain(_counts(figures, True), _ratios(figures))
    else:
        return False
    return any(abs(one - value) <= _ROUNDED * value for one in values)


def _ratios(figures: list[Quantity]) -> Iterator[Fraction]:
    """Yield how many times one count is another: "one in about three thousand", "about seventeen times as many"."""
    counts = sorted({quantity.number for quantity in figures if quantity.unit == "" and quantity.number > 0})
    yield from (other / one for one, other in combinations(counts, 2))


def elapses(claimed: Quantity, told: Iterable[Day], known: Iterable[Day]) -> bool:
    """Tell whether a length of time in months lies between a date of a text and one of the dossier.

    Args:
        claimed: the length.
        told: the text's dates; where it has none, two of the dossier's may be its ends.
        known: the dossier's dates.
    """
    if claimed.unit != "month":
        return False
    every = set(known)
    for one in set(told) or every:
        for other in every | set(told):
            if one.year is None or other.year is None:
                continue
            years = Fraction(abs(one.year - other.year) * _YEAR)
            if one.month is None or other.month is None:
                if years and claimed.amount == years:
                    return True
            elif claimed.amount == abs((one.year - other.year) * _YEAR + one.month - other.month) > 0:
                return True
    return False


def _follows(claimed: Quantity, figures: list[Quantity], *, is_told: bool, is_own: bool) -> bool:
    if claimed.unit in MONEY:
        return claimed.amount in set(_prices(claimed.unit, figures))
    if claimed.unit in ("%", "point"):
        return claimed.amount in set(_shares(figures, is_own))
    if claimed.unit in ("second", "month"):
        same = [quantity.amount for quantity in figures if quantity.unit == claimed.unit]
        return claimed.amount in set(_sums(same, 2))
    if claimed.unit == "":
        least = 2 if is_told else _LEAST
        return claimed.number >= least and claimed.number in set(_counts(figures, is_told))
    return False


def _prices(unit: str, figures: list[Quantity]) -> Iterator[Fraction]:
    prices = [quantity for quantity in figures if quantity.unit == unit]
    counts = [_size(quantity) for quantity in figures if quantity.unit in ("", "month") and _size(quantity) > 1]
    for price in prices:
        yield price.amount * _YEAR
        yield price.amount / _YEAR
        each = price.amount / _lot(price)
        for quantity in figures:
            years = quantity.amount / _YEAR if quantity.unit == "month" else 0
            if years > 1:
                yield price.amount * years
                yield price.amount / years
        for quantity in figures:
            if quantity.unit == "second" and quantity.number > 1:
                yield price.amount / quantity.number  # an hour of forty, however long an hour is
        for count in counts:
            yield each * count
            yield price.amount * count
            yield price.amount / count
        for one, other in combinations(counts, 2):
            yield each * abs(one - other)
    for base, further in permutations(prices, 2):
        yield from (base.amount + further.amount * abs(n - m) for n, m in combinations(counts, 2))
    amounts = [price.amount for price in prices]
    amounts += [price.amount * count for price in prices for count in counts]
    yield from _sums(amounts, 2)


def _shares(figures: list[Quantity], is_own: bool) -> Iterator[Fraction]:
    for unit in {quantity.unit for quantity in figures} - {"%", "point", "version"}:
        if unit and not is_own:
            continue
        amounts = {quantity.amount for quantity in figures if quantity.unit == unit}
        for one, other in combinations(sorted(amounts), 2):
            if one > 0:
                yield 100 * one / other
                yield 100 * (other - one) / other
                yield 100 * (other - one) / one
    shares = [quantity.amount for quantity in figures if quantity.unit == "%"]
    yield from _sums(shares, 2)


def _shares_between(told: Sequence[Quantity], group: Sequence[Quantity]) -> Iterator[Fraction]:
    """Yield what share a text's own figures are of the dossier's of the same thing or in the same time."""
    for one in told:
        for other in group:
            is_alike = (one.noun != "" and one.noun == other.noun) or (one.per != () and one.per == other.per)
            if one.unit == other.unit == "" and is_alike and 0 < one.number < other.number:
                yield 100 * one.number / other.number


def _counts(figures: list[Quantity], is_told: bool) -> Iterator[Fraction]:
    counts = [_size(quantity) for quantity in figures if quantity.unit == ""]
    yield from _sums(counts, 3 if is_told or len(counts) <= 6 else 2)
    if is_told:
        factors = counts + [quantity.number for quantity in figures if quantity.unit in ("second", "month")]
        yield from (one * other for one, other in combinations(factors, 2))
        yield from (count * _YEAR for count in counts)
    paid = [quantity for quantity in figures if quantity.unit in MONEY and quantity.amount]
    for price, each in permutations(paid, 2):
        if price.unit == each.unit:
            yield price.amount / each.amount * _lot(each)


def _sums(amounts: Sequence[Fraction], most: int) -> Iterator[Fraction]:
    different = sorted(set(amounts))
    for one, other in combinations(different, 2):
        yield one + other
        yield other - one
    if most > 2:
        for one, two, three in combinations(different, 3):
            yield one + two + three
            yield three - two - one


def _size(quantity: Quantity) -> Fraction:
    return quantity.amount if quantity.unit == "month" else quantity.number


def _lot(price: Quantity) -> Fraction:
    """Return how many things a price is for: 1,000 in "$0.80 for 1,000 queries"."""
    for thing in price.per:
        if thing[0].isdigit():
            return Fraction(thing.split()[0])
    return Fraction(1)
