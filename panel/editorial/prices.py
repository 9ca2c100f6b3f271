"""Prices grow old: a page must not be published on a price that nobody has looked at for months.

A price is read from the dossier, with the day it was read. When that is too long ago the tool is open again, whatever
was approved, until an editor confirms the price in the journal, or a new run is made from a mended dossier.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from panel.records import Action, Dossier, Entry, write_day

_TOMORROW = 1
"""East of Greenwich a price may be read tomorrow."""


@dataclass(frozen=True, slots=True)
class StalePrice:
    """A price that was read too long ago, or is dated on a day that has not come.

    Attributes:
        name: the tool's.
        entry: the price as the dossier has it.
        read: the day it was last read: the dossier's, or a later one on which an editor confirmed it.
        days: how many days ago that was; below 0 for a day that has not come.
        most: how many it may be.
    """

    name: str
    entry: str
    read: date
    days: int
    most: int

    @property
    def text(self) -> str:
        """What is wrong, in a sentence."""
        when = f"{self.days} days ago; {self.most} {'is' if self.most == 1 else 'are'} allowed"
        if self.days < 0:
            when = "which is not yet"
        return f"the price of {self.name} ({self.entry}) was read on {write_day(self.read)}, {when}"


def stale_prices(
    dossiers: Mapping[str, Dossier], entries: Iterable[Entry], *, days: int, today: date | None = None
) -> dict[str, StalePrice]:
    """Find the tools whose price was read too long ago.

    Args:
        dossiers: by slug.
        entries: of the run's journal; confirmations count from their day.
        days: how old a price may be; 0 for any age.
        today: in UTC; else the day it is.
    """
    if not days:
        return {}
    today = today or datetime.now(UTC).date()
    read = {slug: dossier.pricing.as_of for slug, dossier in dossiers.items()}
    for entry in entries:
        if entry.action is Action.CONFIRM:
            for slug in entry.tools or ():
                read[slug] = max(read.get(slug, entry.at.date()), entry.at.date())
    return {
        slug: StalePrice(dossier.name, dossier.pricing.entry, read[slug], (today - read[slug]).days, days)
        for slug, dossier in dossiers.items()
        if not -_TOMORROW <= (today - read[slug]).days <= days
    }
