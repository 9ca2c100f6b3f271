"""How much one network address may do in an hour, without keeping any network address.

An address is hashed with a salt that is random, new every day (UTC) and deleted the day after; with the salt gone,
the hashes say nothing. Hours are those of the clock, so that somebody who waits for the full hour may do twice as much
around it.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
import sqlite3
from dataclasses import dataclass

HOUR_S = 3600
DAY_S = 24 * HOUR_S
READERS_PER_ADDRESS = 5
"""How many readers behind one network address may vote on one tool in an hour: a household, a small office."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a request came from, and how much may come from there.

    Attributes:
        address: the network address; it is hashed before anything is written.
        per_hour: how many requests of this kind are taken in an hour.
    """

    address: str
    per_hour: int


def network_of(address: str) -> str:
    """Return what counts as one network address: an IPv4 address, or the /64 of an IPv6 one, which is one line's.

    Returns:
        "unknown" for what is no address: all of those share one allowance.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def hash_address(db: sqlite3.Connection, address: str, at: int) -> bytes:
    """Return today's hash of a network address, 16 bytes; makes today's salt and forgets the older ones."""
    day = at // DAY_S
    row = db.execute("SELECT salt FROM salts WHERE day = ?", (day,)).fetchone()
    if row is None:
        forget_days_before(db, day)
        row = (secrets.token_bytes(32),)
        db.execute("INSERT INTO salts VALUES (?, ?)", (day, row[0]))
    return hmac.digest(row[0], network_of(address).encode("ascii"), hashlib.sha256)[:16]


def forget_days_before(db: sqlite3.Connection, day: int) -> None:
    """Delete the salts of earlier days, and all that was counted with them."""
    db.execute("DELETE FROM salts WHERE day < ?", (day,))
    for table in ("rates", "crowds"):
        db.execute(f"DELETE FROM {table} WHERE hour < ?", (day * DAY_S // HOUR_S,))


def take_one(db: sqlite3.Connection, kind: str, who: bytes, per_hour: int, at: int) -> bool:
    """Count one request of a kind; tell whether it is within what one address may do in this hour."""
    key = (at // HOUR_S, kind, who)
    row = db.execute("SELECT n FROM rates WHERE hour = ? AND kind = ? AND who = ?", key).fetchone()
    if row is not None and row[0] >= per_hour:
        return False
    db.execute("INSERT INTO rates VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET n = n + 1", key)
    return True


def join_crowd(db: sqlite3.Connection, tool: str, who: bytes, reader: bytes, at: int) -> bool:
    """Tell whether a reader still finds room among those of one address who vote on a tool in this hour."""
    key = (at // HOUR_S, tool, who)
    rows = db.execute("SELECT reader FROM crowds WHERE hour = ? AND tool = ? AND who = ?", key).fetchall()
    if (reader,) in rows:
        return True
    if len(rows) >= READERS_PER_ADDRESS:
        return False
    db.execute("INSERT INTO crowds VALUES (?, ?, ?, ?)", (*key, reader))
    return True
