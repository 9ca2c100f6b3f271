"""Votes in the database: one a reader and tool, those from elsewhere apart, both counted together."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from panel.readers.limits import Source, hash_address, join_crowd, take_one
from panel.readers.records import Refusal, ToolVotes, VoteCount
from panel.records import Call, Community

MAX_TOOLS = 5_000
"""How many tools votes are taken on; a stranger who invents slugs fills no disk."""

_BOTH = "SELECT tool, ships, votes FROM counts UNION ALL SELECT tool, ships, votes FROM imported"


def cast_vote(
    db: sqlite3.Connection, tool: str, reader: bytes, call: Call, at: int, source: Source | None
) -> Community | Refusal:
    """Take a reader's vote, or change it.

    Args:
        db: inside a transaction.
        tool: a slug.
        reader: who votes.
        call: what they say.
        at: when, in seconds since 1970.
        source: where it comes from; None is not limited.

    Returns:
        All votes on the tool, with this one.
    """
    known = db.execute("SELECT 1 FROM counts WHERE tool = ?", (tool,)).fetchone()
    if known is None and db.execute("SELECT count(*) FROM counts").fetchone()[0] >= MAX_TOOLS:
        return Refusal.FULL
    if source is not None:
        who = hash_address(db, source.address, at)
        if not take_one(db, "vote", who, source.per_hour, at):
            return Refusal.TOO_MANY
        if not join_crowd(db, tool, who, reader, at):
            return Refusal.CROWDED
    db.execute(
        "INSERT INTO votes VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET ship = excluded.ship, at = excluded.at",
        (tool, reader, int(call is Call.SHIP), at),
    )
    counted = count_tool(db, tool)
    assert counted is not None
    return counted


def count_tool(db: sqlite3.Connection, tool: str) -> Community | None:
    """Count the votes on one tool; None without any."""
    row = db.execute(
        "SELECT sum(ships), sum(votes) FROM (SELECT ships, votes FROM counts WHERE tool = ?1"
        " UNION ALL SELECT ships, votes FROM imported WHERE tool = ?1)",
        (tool,),
    ).fetchone()
    return Community(ships=row[0], votes=row[1]) if row[1] else None


def count_all(db: sqlite3.Connection) -> dict[str, Community]:
    """Count the votes on every tool that has any, tools sorted."""
    rows = db.execute(
        f"SELECT tool, sum(ships), sum(votes) FROM ({_BOTH}) GROUP BY tool HAVING sum(votes) ORDER BY tool"
    )
    return {tool: Community(ships=ships, votes=votes) for tool, ships, votes in rows}


def split_by_source(db: sqlite3.Connection) -> tuple[ToolVotes, ...]:
    """Tell for every tool where its votes came from, tools sorted."""
    own = {
        tool: Community(ships=ships, votes=votes)
        for tool, ships, votes in db.execute("SELECT tool, ships, votes FROM counts WHERE votes")
    }
    imported: dict[str, dict[str, Community]] = {}
    for tool, source, ships, votes in db.execute("SELECT tool, source, ships, votes FROM imported ORDER BY 1, 2"):
        imported.setdefault(tool, {})[source] = Community(ships=ships, votes=votes)
    return tuple(
        ToolVotes(tool=tool, total=total, own=own.get(tool), imported=imported.get(tool, {}))
        for tool, total in count_all(db).items()
    )


def replace_import(db: sqlite3.Connection, source: str, counts: Iterable[VoteCount], at: int) -> Sequence[str]:
    """Put a source's votes in the place of those it had; with none, forget the source.

    Returns:
        The tools it had votes on before.
    """
    before = [tool for (tool,) in db.execute("SELECT tool FROM imported WHERE source = ? ORDER BY 1", (source,))]
    db.execute("DELETE FROM imports WHERE source = ?", (source,))
    rows = [(source, count.tool, count.ships, count.votes) for count in counts]
    if rows:
        db.execute("INSERT INTO imports VALUES (?, ?)", (source, at))
        db.executemany("INSERT INTO imported VALUES (?, ?, ?, ?)", rows)
    return before
