"""Numbers in words: readers' votes as far as they are shown, and how readers and panel compare.

A share never stands without its denominator, and few votes are no share.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from panel.publish.context import ShownVotes
from panel.records import Call, Community, SeatRow, Tally
from panel.site.model import Site

CLOSE_POINTS = 10
"""Up to so many percentage points apart, readers and panel are told to be close."""
SCALE_UNITS = 200
NO_BREAK = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Division:
    """How the panel divided on one tool: the reviewers' names on either side.

    Attributes:
        ships: who would ship it.
        skips: who would skip it.
        missing: whose seat is missing.
    """

    ships: tuple[str, ...]
    skips: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scale:
    """Panel and readers on one line from 0 to 100 %, as a picture whose words stand beside it.

    Attributes:
        panel: the panel's place on the line, in its units from the left.
        readers: the readers'.
        width: the line's length in units.
    """

    panel: int
    readers: int
    width: int = SCALE_UNITS


def show_votes(site: Site, votes: Community | None) -> ShownVotes:
    """Show readers' votes when there are enough; say why not, when there are not."""
    shown = site.shown_votes(votes)
    if shown:
        return ShownVotes(shown.ship_pct, f"ship, {shown.ships} of {shown.votes} {_readers(shown.votes)}")
    return ShownVotes(None, _too_few(site) if votes else "no votes yet")


def make_scale(tally: Tally, votes: ShownVotes) -> Scale | None:
    """Place panel and readers on a line; None unless both have a share."""
    if tally.ship_pct is None or votes.pct is None:
        return None
    return Scale(_place(tally.ship_pct), _place(votes.pct))


def points_apart(tally: Tally, votes: ShownVotes) -> int | None:
    """Return by how many percentage points readers ship a tool more than the panel; None unless both have a share."""
    return None if tally.ship_pct is None or votes.pct is None else votes.pct - tally.ship_pct


def write_readers(name: str, tally: Tally, votes: ShownVotes) -> str:
    """Say how the readers' votes on a tool stand to the panel's, in a sentence."""
    if votes.pct is None:
        return f"{name}: {votes.said}."
    readers = f"{votes.pct}{NO_BREAK}% {votes.said}"
    panel = tally.label.replace(" %", f"{NO_BREAK}%")
    apart = points_apart(tally, votes)
    if apart is None:
        return f"{name}: {readers}; the panel has no verdict."
    if abs(apart) <= CLOSE_POINTS:
        return f"Readers and panel are close on {name}: {readers}, and {panel} reviewers."
    kind = "kinder to" if apart > 0 else "harder on"
    return f"Readers are {kind} {name} than the panel: {readers}, against {panel} reviewers."


def write_all_readers(parts: Iterable[tuple[str, Tally, ShownVotes]]) -> str:
    """Say how readers and panel compare, tool by tool; in one sentence where nobody voted on any."""
    tools = list(parts)
    if len(tools) > 1 and len({(votes.pct, votes.said) for _, _, votes in tools}) == 1 and tools[0][2].pct is None:
        said = tools[0][2].said
        return f"{said[0].upper()}{said[1:]} on {'either' if len(tools) == 2 else 'any'} of them."
    return " ".join(write_readers(*tool) for tool in tools)


def divide(rows: Iterable[SeatRow], place: int = 0) -> Division:
    """Sort the reviewers by their call on one tool, in the panel's order."""
    calls = [(row.name, row.cells[place].call) for row in rows]
    return Division(
        ships=tuple(name for name, call in calls if call is Call.SHIP),
        skips=tuple(name for name, call in calls if call is Call.SKIP),
        missing=tuple(name for name, call in calls if call is None),
    )


def _too_few(site: Site) -> str:
    return f"fewer than {site.publication.votes_shown_from} votes"


def _readers(number: int) -> str:
    return "reader" if number == 1 else "readers"


def _place(pct: int) -> int:
    return round(pct * SCALE_UNITS / 100)
