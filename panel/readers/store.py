"""The readers' store: votes and subscribers, safe from the moment a call returns."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from panel.errors import Corrupt
from panel.readers import limits, subscribers, votes
from panel.readers.database import check_version, connect, prepare, translated_sqlite
from panel.readers.limits import Source
from panel.readers.records import Refusal, Subscriber, SubscriberState, ToolVotes, VoteCount
from panel.readers.tokens import Tokens, load_tokens, unsubscribe_url
from panel.readers.writer import Job, Writer
from panel.records import Call, Community

T = TypeVar("T")


class ReaderStore:
    """Readers' votes and addresses in one SQLite file, with its secret beside it.

    Several processes may use it at once. Every method that writes returns when the write is on the disk; the service
    hands its own jobs to `submit` and waits without blocking.

    Attributes:
        path: the database.
        tokens: what signs cookies and links.
    """

    def __init__(self, path: Path, tokens: Tokens, clock: Callable[[], float]) -> None:
        self.path = path
        self.tokens = tokens
        self._clock = clock
        self._writer = Writer(path)

    @classmethod
    def open(cls, path: Path, *, clock: Callable[[], float] = time.time) -> ReaderStore:
        """Open the store; it is made when there is none.

        Args:
            path: the database's file; its folder is made with mode 0700.
            clock: seconds since 1970.

        Raises:
            NewerSchema: a newer Panel wrote it.
            Corrupt: it is damaged, or its secret is another store's.
            StoreError: the disk said no.
        """
        prepare(path)
        store = cls(path, load_tokens(path.parent), clock)
        try:
            store._check_secret()
        except BaseException:
            store.close()
            raise
        return store

    def close(self) -> None:
        """Finish what was begun."""
        self._writer.close()

    def __enter__(self) -> ReaderStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def now(self) -> int:
        """Return the time by the store's clock, in seconds since 1970."""
        return int(self._clock())

    def submit(self, job: Job[T]) -> Future[T]:
        """Hand a write over without waiting for it; see `Writer.submit`."""
        return self._writer.submit(job)

    def vote(self, tool: str, reader: bytes, call: Call, source: Source | None = None) -> Community | Refusal:
        """Take or change a reader's vote; return all votes on the tool, or why it was not taken."""
        return self.submit_vote(tool, reader, call, source).result()

    def submit_vote(
        self, tool: str, reader: bytes, call: Call, source: Source | None = None
    ) -> Future[Community | Refusal]:
        """As `vote`, without waiting."""
        at = self.now()
        return self.submit(lambda db: votes.cast_vote(db, tool, reader, call, at, source))

    def counts(self) -> dict[str, Community]:
        """Count every tool's votes, imported ones included, tools sorted."""
        return self._read(votes.count_all)

    def by_source(self) -> tuple[ToolVotes, ...]:
        """Tell for every tool where its votes came from, tools sorted."""
        return self._read(votes.split_by_source)

    def replace_import(self, source: str, counts: Iterable[VoteCount]) -> tuple[str, ...]:
        """Put a source's votes in the place of those it had; return the tools it had votes on before."""
        at, given = self.now(), tuple(counts)
        return tuple(self.submit(lambda db: votes.replace_import(db, source, given, at)).result())

    def submit_sign_up(self, address: str, source: Source | None = None) -> Future[Refusal | None]:
        """Note a sign-up without waiting; see `subscribers.sign_up`."""
        at = self.now()
        return self.submit(lambda db: subscribers.sign_up(db, self.tokens, address, at, source))

    def sign_up(self, address: str, source: Source | None = None) -> Refusal | None:
        """Note a sign-up of an address in its one spelling."""
        return self.submit_sign_up(address, source).result()

    def confirm(self, token: str) -> bool:
        """Confirm a subscription; whether it is confirmed now."""
        at = self.now()
        return self.submit(lambda db: subscribers.confirm(db, token, at)).result()

    def unsubscribe(self, token: str) -> bool:
        """End a subscription; whether the token is anybody's."""
        at = self.now()
        return self.submit(lambda db: subscribers.unsubscribe(db, token, at)).result()

    def due_confirmations(self, limit: int = 100) -> list[tuple[str, str]]:
        """Return addresses that a confirmation is due to, with its token."""
        return self._read(lambda db: subscribers.due_mails(db, self.tokens, limit))

    def mark_mailed(self, address: str) -> None:
        """Note that a confirmation needs no more sending."""
        at = self.now()
        self.submit(lambda db: subscribers.mark_mailed(db, address, at)).result()

    def subscribers(self) -> tuple[Subscriber, ...]:
        """Return everybody on the list, whatever their state, by address."""
        return self._read(subscribers.list_subscribers)

    def confirmed(self) -> tuple[Subscriber, ...]:
        """Return those who get the digest, by address."""
        return self._read(lambda db: subscribers.list_subscribers(db, SubscriberState.CONFIRMED))

    def remove(self, address: str) -> bool:
        """Delete an address and all that is known of it; whether it was there."""
        return self.submit(lambda db: subscribers.remove(db, address)).result()

    def unsubscribe_url(self, base: str, address: str) -> str:
        """Return the link that ends a subscription, for a service at `base`."""
        return unsubscribe_url(base, address, self.tokens)

    def tidy(self) -> None:
        """Forget what is not needed any more: yesterday's salts, addresses that nobody confirmed."""
        at = self.now()

        def forget(db: sqlite3.Connection) -> None:
            limits.forget_days_before(db, at // limits.DAY_S)
            subscribers.forget_unconfirmed(db, at)

        self.submit(forget).result()

    def _check_secret(self) -> None:
        fingerprint = self.tokens.fingerprint
        known = self._read(lambda db: db.execute("SELECT value FROM marks WHERE name = 'secret'").fetchone())
        if known is None:
            self.submit(
                lambda db: db.execute("INSERT OR IGNORE INTO marks VALUES ('secret', ?)", (fingerprint,)).rowcount
            ).result()
        elif known[0] != fingerprint:
            raise Corrupt(
                f"the secret beside {self.path} is not the one it was made with",
                hint="Restore both from one backup: links in mails that were sent would fail without it.",
            )

    def _read(self, ask: Callable[[sqlite3.Connection], T]) -> T:
        with translated_sqlite("reading", self.path), closing(connect(self.path)) as db:
            return ask(db)


def count_votes(path: Path) -> Mapping[str, Community]:
    """Count every tool's votes in a store that need not be there, without making it.

    Raises:
        NewerSchema: a newer Panel wrote it.
        Corrupt: it is not a readers' store, or damaged.
        StoreError: the disk said no.
    """
    if not path.exists():
        return {}
    with translated_sqlite("reading", path), closing(connect(path)) as db:
        return votes.count_all(db) if check_version(db, path) else {}
