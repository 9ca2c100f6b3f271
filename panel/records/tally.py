"""Tallies and the comparison: what the calls add up to."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, model_validator

from panel.records.base import Record, Slug
from panel.records.verdict import Call


class Tally(Record):
    """One tool's ships, skips and missing seats."""

    tool: Slug
    ships: Annotated[int, Field(ge=0)]
    skips: Annotated[int, Field(ge=0)]
    missing: Annotated[int, Field(ge=0)]

    @property
    def voted(self) -> int:
        """The denominator: seats that made a call."""
        return self.ships + self.skips

    @property
    def configured(self) -> int:
        """Seats the run was set up with."""
        return self.voted + self.missing

    @property
    def ship_share(self) -> float | None:
        """Ships over seats that voted, 0 to 1; none when nobody voted (which is not 0)."""
        return self.ships / self.voted if self.voted else None

    @property
    def ship_pct(self) -> int | None:
        """The share for display, rounded half up: 100 only for all, 0 only for none, none when nobody voted."""
        return _percentage(self.ships, self.voted) if self.voted else None

    @property
    def label(self) -> str:
        """The share with its denominator: "75 % ship, 3 of 4"; "no verdict" when nobody voted."""
        if not self.voted:
            return f"no verdict, {self.missing} missing" if self.missing else "no verdict"
        text = f"{self.ship_pct} % ship, {self.ships} of {self.voted}"
        return f"{text}, {self.missing} missing" if self.missing else text


class Community(Record):
    """Readers' ship/skip votes on one tool."""

    ships: Annotated[int, Field(ge=0)]
    votes: Annotated[int, Field(ge=1)]

    @model_validator(mode="after")
    def _ships_are_votes(self) -> Community:
        if self.ships > self.votes:
            raise ValueError("more ships than votes")
        return self

    @property
    def ship_pct(self) -> int:
        """Ships over votes for display, rounded half up: 100 only for all, 0 only for none."""
        return _percentage(self.ships, self.votes)


class PriceLine(Record):
    """One tool's entry price, as data."""

    tool: Slug
    name: str
    entry: str
    as_of: date
    source: str


class SplitLine(Record):
    """How one persona called every tool, in the tools' order; none where its seat is missing."""

    persona: Slug
    name: str
    calls: tuple[Call | None, ...]

    @property
    def disagrees(self) -> bool:
        """Whether this persona ships one tool and skips another."""
        return len({call for call in self.calls if call}) > 1


class Comparison(Record):
    """Tallies side by side, and what the panel says of them together."""

    tallies: tuple[Tally, ...]
    winner: Slug | None
    """The tool with the highest ship share; none for a tie, for no verdict, and while missing seats could change it."""
    verdict: str
    """The panel verdict in words: who wins and when the other does, who leads so far, or an honest tie."""
    price_read: str
    prices: tuple[PriceLine, ...]
    split: tuple[SplitLine, ...]
    split_read: str
    """The reviewer split in words."""
    community: tuple[Community | None, ...]
    community_read: str


def _percentage(part: int, whole: int) -> int:
    """Round half up, but never a part to the whole or something to nothing."""
    rounded = (200 * part + whole) // (2 * whole)
    return min(max(rounded, 1), 99) if 0 < part < whole else rounded
