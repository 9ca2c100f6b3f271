"""Weeks as ISO 8601 counts them: from Monday 00:00 UTC to the next Monday, written `2026-W47`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from panel.errors import SetupError
from panel.records import write_day

DUE_HOUR = 8
"""The hour, in UTC, at which a week's digest is due on the Monday after it."""

_WRITTEN = re.compile(r"(2[0-9]{3})-W([0-9]{2})", re.ASCII)
_HINT = "Write it as 2026-W47: the year, and the week's number in two digits."


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """One week.

    Attributes:
        year: the ISO year, which at the turn of a year is not always the calendar's.
        number: 1 to 52, or 53 in years that have so many.
    """

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Week:
        """Read `2026-W47`.

        Raises:
            SetupError: it is not written so, or there is no such week.
        """
        found = _WRITTEN.fullmatch(text)
        if not found:
            raise SetupError(f"{text!r} is not a week", hint=_HINT)
        year, number = int(found[1]), int(found[2])
        last = date(year, 12, 28).isocalendar().week
        if not 1 <= number <= last:
            raise SetupError(f"there is no week {number} in {year}", hint=f"{year} has the weeks 01 to {last}.")
        return cls(year, number)

    @classmethod
    def of(cls, moment: datetime) -> Week:
        """Return the week that a moment lies in."""
        found = moment.astimezone(UTC).isocalendar()
        return cls(found.year, found.week)

    def __str__(self) -> str:
        return f"{self.year:04d}-W{self.number:02d}"

    @property
    def monday(self) -> date:
        """The first day."""
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def sunday(self) -> date:
        """The last day."""
        return date.fromisocalendar(self.year, self.number, 7)

    @property
    def begins_at(self) -> datetime:
        """The first moment."""
        return datetime.combine(self.monday, time(), UTC)

    @property
    def ends_at(self) -> datetime:
        """The first moment after it."""
        return self.begins_at + timedelta(days=7)

    @property
    def due_at(self) -> datetime:
        """When its digest is due: on the Monday after it, in the morning."""
        return self.ends_at + timedelta(hours=DUE_HOUR)

    @property
    def before(self) -> Week:
        """The week before."""
        return Week.of(self.begins_at - timedelta(days=7))

    @property
    def days(self) -> str:
        """Its days as readers write them: "2–8 March 2026", "30 March – 5 April 2026"."""
        first, last = self.monday, self.sunday
        if (first.year, first.month) == (last.year, last.month):
            return f"{first.day}–{write_day(last)}"
        opening = write_day(first)
        if first.year == last.year:
            opening = opening.removesuffix(f" {first.year}")
        return f"{opening} – {write_day(last)}"

    def holds(self, moment: datetime) -> bool:
        """Tell whether a moment lies in it."""
        return self.begins_at <= moment < self.ends_at


def last_week(now: datetime) -> Week:
    """Return the last week that is over."""
    return Week.of(now).before
