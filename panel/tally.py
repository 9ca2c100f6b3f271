"""Tallies: what the seats' calls add up to, tool by tool.

Not here: what the numbers mean next to one another (`panel.compare`). A missing seat stays missing: it is
neither a skip nor a smaller panel that nobody is told of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from panel.records import Call, Seat, Tally


def tally_tool(tool: str, calls: Iterable[Call | None]) -> Tally:
    """Count one tool's calls.

    Args:
        tool: the tool's slug.
        calls: one for every configured seat, in any order; none for a missing seat.

    Returns:
        The tally. Without calls, and with missing seats only, its `ship_share` is none, which is not 0.

    Raises:
        ValueError: a call is neither a call nor none; it is never guessed to be a skip.
    """
    counts = Counter(None if call is None else Call(call) for call in calls)
    return Tally(tool=tool, ships=counts[Call.SHIP], skips=counts[Call.SKIP], missing=counts[None])


def tally_run(seats_calls: Mapping[Seat, Call | None], tools: Sequence[str]) -> tuple[Tally, ...]:
    """Count a run's calls, tool by tool.

    Args:
        seats_calls: the call of every configured seat; none where the seat is missing.
        tools: the tools to tally, by slug, in the order they are shown. Seats of other tools are left out.

    Returns:
        One tally for each of `tools`, in that order; a tool without seats has an empty one.
    """
    by_tool: dict[str, list[Call | None]] = {tool: [] for tool in tools}
    for seat, call in seats_calls.items():
        if seat.tool in by_tool:
            by_tool[seat.tool].append(call)
    return tuple(tally_tool(tool, by_tool[tool]) for tool in tools)
