"""Subscribers in the database: asked for, confirmed by whoever reads the mailbox, ended for good by one click.

Of tokens only hashes are kept. Whatever an address's state, signing up looks the same from outside.
"""

from __future__ import annotations

import hashlib
import sqlite3
from datetime import UTC, datetime
from typing import Any

from panel.readers.limits import DAY_S, HOUR_S, Source, hash_address, take_one
from panel.readers.records import Refusal, Subscriber, SubscriberState
from panel.readers.tokens import Tokens

CONFIRM_WITHIN_S = 7 * DAY_S
"""How long a confirmation works after it was sent."""
PENDING_KEPT_S = 30 * DAY_S
"""An address that nobody confirmed is forgotten after this."""
MAX_PENDING = 20_000
_WAITS_S = (0, HOUR_S, DAY_S, 7 * DAY_S)


def sign_up(db: sqlite3.Connection, tokens: Tokens, address: str, at: int, source: Source | None) -> Refusal | None:
    """Note that somebody wants the digest at an address, and that a confirmation is due, unless one was just sent.

    A confirmed address gets nothing. Strangers sign strangers up: an address gets its second confirmation an hour after
    the first at the earliest, its third a day after that, and every other a week after the last.
    """
    if source is not None:
        who = hash_address(db, source.address, at)
        if not take_one(db, "signup", who, source.per_hour, at):
            return Refusal.TOO_MANY
    row = db.execute(
        "SELECT state, mails, mailed_at, mail_due FROM subscribers WHERE address = ?", (address,)
    ).fetchone()
    if row is None:
        (pending,) = db.execute("SELECT count(*) FROM subscribers WHERE state = 'pending'").fetchone()
        if pending >= MAX_PENDING:
            return Refusal.FULL
        leave = _hash(tokens.unsubscribe(address))
        db.execute(
            "INSERT INTO subscribers VALUES (?, 'pending', ?, NULL, NULL, ?, ?, 1, 0, NULL)",
            (address, at, _hash(tokens.confirm(address, at)), leave),
        )
        return None
    state, mails, mailed_at, due = row
    wait_s = _WAITS_S[min(mails, len(_WAITS_S) - 1)]
    if state == SubscriberState.CONFIRMED or due or (mailed_at is not None and at < mailed_at + wait_s):
        return None
    db.execute(
        "UPDATE subscribers SET state = 'pending', asked_at = ?, confirm_sha256 = ?, mail_due = 1 WHERE address = ?",
        (at, _hash(tokens.confirm(address, at)), address),
    )
    return None


def confirm(db: sqlite3.Connection, token: str, at: int) -> bool:
    """Confirm the subscription that a token is for.

    Returns:
        Whether it is confirmed now: a second click is as good as the first; one after a week, or after unsubscribing,
        is not.
    """
    row = db.execute(
        "SELECT address, state, max(asked_at, coalesce(mailed_at, 0)) FROM subscribers WHERE confirm_sha256 = ?",
        (_hash(token),),
    ).fetchone()
    if row is None or row[1] == SubscriberState.UNSUBSCRIBED:
        return False
    address, state, since = row
    if state == SubscriberState.PENDING:
        if at > since + CONFIRM_WITHIN_S:
            return False
        db.execute(
            "UPDATE subscribers SET state = 'confirmed', confirmed_at = ?, mail_due = 0, mails = 0 WHERE address = ?",
            (at, address),
        )
    return True


def unsubscribe(db: sqlite3.Connection, token: str, at: int) -> bool:
    """End the subscription that a token is for; whether there is one to know of. Once ended, it stays ended."""
    row = db.execute("SELECT address, state FROM subscribers WHERE unsubscribe_sha256 = ?", (_hash(token),)).fetchone()
    if row is not None and row[1] != SubscriberState.UNSUBSCRIBED:
        db.execute(
            "UPDATE subscribers SET state = 'unsubscribed', ended_at = ?, confirm_sha256 = NULL, mail_due = 0"
            " WHERE address = ?",
            (at, row[0]),
        )
    return row is not None


def due_mails(db: sqlite3.Connection, tokens: Tokens, limit: int) -> list[tuple[str, str]]:
    """Return addresses that a confirmation is due to, with its token, longest waiting first."""
    rows = db.execute(
        "SELECT address, asked_at FROM subscribers WHERE mail_due = 1 ORDER BY asked_at LIMIT ?", (limit,)
    )
    return [(address, tokens.confirm(address, asked_at)) for address, asked_at in rows]


def mark_mailed(db: sqlite3.Connection, address: str, at: int) -> None:
    """Note that a confirmation was sent, or that the server will never take one."""
    db.execute("UPDATE subscribers SET mail_due = 0, mails = mails + 1, mailed_at = ? WHERE address = ?", (at, address))


def forget_unconfirmed(db: sqlite3.Connection, at: int) -> None:
    """Delete addresses that nobody confirmed within a month; those that once were confirmed are kept."""
    db.execute(
        "DELETE FROM subscribers WHERE state = 'pending' AND confirmed_at IS NULL AND asked_at < ?",
        (at - PENDING_KEPT_S,),
    )


def remove(db: sqlite3.Connection, address: str) -> bool:
    """Delete an address and all that is known of it; whether it was there."""
    return db.execute("DELETE FROM subscribers WHERE address = ?", (address,)).rowcount > 0


def list_subscribers(db: sqlite3.Connection, state: SubscriberState | None = None) -> tuple[Subscriber, ...]:
    """Return subscribers, of one state or all, by address."""
    rows = db.execute(
        "SELECT address, state, asked_at, confirmed_at, ended_at FROM subscribers"
        " WHERE ?1 IS NULL OR state = ?1 ORDER BY address",
        (state,),
    )
    return tuple(
        Subscriber(
            address=row[0],
            state=row[1],
            asked_at=_moment(row[2]),
            confirmed_at=_moment(row[3]),
            ended_at=_moment(row[4]),
        )
        for row in rows
    )


def _moment(seconds: int | None) -> Any:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
