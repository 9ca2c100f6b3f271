"""Days as readers write them, whatever the machine's language."""

from __future__ import annotations

from datetime import date

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def write_day(day: date) -> str:
    """Write a day as "2 November 2026"."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
