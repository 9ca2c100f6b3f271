"""A claim: a stretch of a text that can be held against a dossier without a model, and what came of it.

Values only: how claims are found stands in `finding`, how they are held against a dossier in `resolving`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple


class Kind(StrEnum):
    """What a claim is made of."""

    NUMBER = "number"
    PRICE = "price"
    PERCENTAGE = "percentage"
    DATE = "date"
    VERSION = "version"
    LICENCE = "licence"
    QUOTATION = "quotation"
    CODE = "code"
    URL = "url"
    NAME = "name"


class Bound(StrEnum):
    """Which way a number is meant."""

    NONE = ""
    LEAST = "at least"
    """A limit from below: also from, no fewer than, or later."""
    MOST = "at most"
    """A limit from above: also up to, within, or earlier."""
    OVER = "over"
    """What lies beyond: also above, past, more than."""
    UNDER = "under"
    """What lies short of it: also below, fewer than."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as a text has it.

    Attributes:
        number: as written, scale included: 1,900 of "1,900 MB", 9,000,000 of "nine million lines".
        unit: what `amount` is measured in: "byte", "second", "month", "%", a currency, a thing's stem for a rate
            ("token/second"); "" for a bare count.
        amount: the number in `unit`.
        binary: the amount where a thousand bytes may be 1,024; otherwise the same.
        noun: the stem of what is counted; "" when the text leaves it out.
        per: stems of what a price is paid for, periods among them; "once" for a single payment.
        bound: which way it is meant.
        is_fraction: whether it was written as a share in words ("a third", "nine in ten").
    """

    number: Fraction
    unit: str = ""
    amount: Fraction = Fraction(0)
    binary: Fraction = Fraction(0)
    noun: str = ""
    per: tuple[str, ...] = ()
    bound: Bound = Bound.NONE
    is_fraction: bool = False


class Day(NamedTuple):
    """A date as coarse as it was written; None for what was left out."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    quarter: int | None = None
    half: int | None = None

    @classmethod
    def of(cls, day: date) -> Day:
        """Return a date to the day."""
        return cls(day.year, day.month, day.day)


class Licence(NamedTuple):
    """One mention: a family of licences, and the version, "" where none is given ("3" and "3.0" are the same)."""

    family: str
    version: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing a text claims.

    Attributes:
        beat: the beat it stands in.
        start: where it begins in the beat's text.
        end: where it has ended.
        kind: what it is made of.
        text: as it is written.
        value: what it is compared by.
        within: the whole text it stands in.
    """

    beat: str
    start: int
    end: int
    kind: Kind
    text: str
    value: Quantity | Day | Licence | str
    within: str = ""

    @property
    def quantity(self) -> Quantity | None:
        """The value where it is a number."""
        return self.value if isinstance(self.value, Quantity) else None


class Status(StrEnum):
    """What a dossier says to a claim."""

    SUPPORTED = "supported"
    DIFFERS = "differs"
    """The dossier has another value for the same thing, or the value for another thing."""
    ABSENT = "absent"
    OUTSIDE = "outside"
    """Not the dossier's to say, such as a forecast or a known product beside it: an editor verifies."""


class Place(NamedTuple):
    """Where a dossier says something.

    Attributes:
        field: "description", "pricing.tiers[0]", or "evidence:" and its id.
        text: the sentence around it.
    """

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Resolved:
    """A claim, and what the dossier says to it.

    Attributes:
        claim: what was claimed.
        status: what came of it.
        place: where the dossier says it, or says otherwise; none when it is silent.
        instead: what the dossier has in the claim's stead, as written there; "" when that is not known.
        is_derived: whether it follows by arithmetic from what the dossier has.
        why: for a value that the dossier has, what speaks against it here; "" otherwise.
    """

    claim: Claim
    status: Status
    place: Place | None = None
    instead: str = ""
    is_derived: bool = False
    why: str = ""
