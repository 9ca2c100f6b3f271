"""Matching: whether two quantities are the same, and whether what is said around them contradicts it."""

from __future__ import annotations

from panel.claims.claim import Bound, Quantity
from panel.claims.paid import PERSONS
from panel.claims.stems import stem
from panel.claims.units import MONEY, PERIODS

_AGENTS = ("er", "or", "ist", "ant")
"""How words for people who do something end: a seat is a reviewer's."""
_MEASURED = frozenset({*MONEY, "second", "month", "byte"})
"""Units that no count of things has: 90 interrupts are not 90 days."""
_TIMES = frozenset(PERIODS.values())
_MEASURES_TEXT = """
    words characters pages lines rows columns cells files tokens chapters sentences queries bytes pixels
"""
_MEASURES = frozenset(stem(word) for word in _MEASURES_TEXT.split())
"""Nouns that lengths and limits are given in: a thousand words are not a thousand characters."""


def is_same(claimed: Quantity, known: Quantity) -> bool:
    """Tell whether two quantities have the same value, whatever their spelling and the size of their unit.

    A bare number may leave a unit out that the text around it has; a bare number with a noun of its own may not.
    """
    if "version" in (claimed.unit, known.unit):
        if claimed.unit == known.unit:
            return claimed.noun == known.noun
        return claimed.number == known.number and not (claimed.unit and known.unit)
    if {claimed.unit, known.unit} == {"", "times"}:
        return claimed.number == known.number
    if claimed.unit == known.unit:
        return bool({claimed.amount, claimed.binary} & {known.amount, known.binary})
    if not claimed.unit:
        return claimed.number == known.number and (not claimed.noun or known.unit not in _MEASURED)
    if not known.unit:
        return claimed.number == known.number and not known.noun and claimed.unit not in {"%", *MONEY}
    return {claimed.unit, known.unit} == {"%", "point"} and claimed.number == known.number


def equals(value: object, known: object) -> bool:
    """Tell whether two values of claims are the same, quantities whatever their spelling."""
    if isinstance(value, Quantity) and isinstance(known, Quantity):
        return is_same(value, known)
    return value == known


def is_comparable(claimed: Quantity, known: Quantity) -> bool:
    """Tell whether a quantity could stand where another one does, were their values the same."""
    if claimed.is_fraction != known.is_fraction:
        return False
    return claimed.unit == known.unit or (
        not claimed.unit and not claimed.noun and known.unit in ("second", "month", "byte", "%")
    )


def is_paid_otherwise(claimed: Quantity, known: Quantity, around: frozenset[str]) -> bool:
    """Tell whether two equal prices are paid for different things or periods.

    Args:
        claimed: the text's.
        known: the dossier's.
        around: the stems of the dossier's sentence and its neighbours.
    """
    periods, known_periods = _periods(claimed), _periods(known)
    if periods and known_periods and not periods & known_periods:
        return True
    if periods and "each" in known.per and not known_periods:
        return True
    things, known_things = _things(claimed), _things(known)
    if not things or not known_things:
        return False
    numbers, known_numbers = _numbers(things), _numbers(known_things)
    if numbers != known_numbers and (numbers or known_numbers):
        return True
    heads, known_heads = _heads(things), _heads(known_things)
    return bool(heads and known_heads) and not heads & known_heads and not heads & around


def has_things(quantity: Quantity) -> bool:
    """Tell whether a price says what it is paid for, beside a period."""
    return bool(_things(quantity))


def counts_otherwise(claimed: Quantity, known: Quantity) -> bool:
    """Tell whether two equal numbers count things that lengths are given in, and different ones."""
    return claimed.noun != known.noun and claimed.noun in _MEASURES and known.noun in _MEASURES


def is_turned_round(claimed: Quantity, known: Quantity) -> bool:
    """Tell whether two bounds are each other's opposite.

    "Over 255" beside "at most 255" is none: it speaks of what the limit leaves out.
    """
    return {claimed.bound, known.bound} in ({Bound.LEAST, Bound.MOST}, {Bound.OVER, Bound.UNDER})


def is_within(claimed: Quantity, known: Quantity) -> bool:
    """Tell whether a bound in the text holds for the dossier's value and is close to it: "over 7%" of 7.4%."""
    if claimed.unit != known.unit or not claimed.amount:
        return False
    share = known.amount / claimed.amount
    if claimed.bound in (Bound.LEAST, Bound.OVER):
        return 1 <= share <= 1.15
    return claimed.bound in (Bound.MOST, Bound.UNDER) and 0.85 <= share <= 1


def _periods(quantity: Quantity) -> frozenset[str]:
    return frozenset(quantity.per) & _TIMES


def _things(quantity: Quantity) -> list[str]:
    return [thing for thing in quantity.per if thing not in _TIMES and thing != "each"]


def _numbers(things: list[str]) -> frozenset[str]:
    return frozenset(part for thing in things for part in thing.split() if part[0].isdigit())


def _heads(things: list[str]) -> frozenset[str]:
    words = {word for thing in things for word in thing.split() if not word[0].isdigit()}
    return frozenset("@person" if word in PERSONS or word.endswith(_AGENTS) else word for word in words)
