"""The journal: one line an entry, appended under a lock, each line naming the hash of the one before.

A line counts once its newline is on disk. A line cut short by a crash is completed if it is whole but for its
newline, and otherwise set aside in a file of its own; it is never dropped and never read as an entry.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from panel.errors import Conflict, Corrupt, IllegalMove, StoreError
from panel.records import GENESIS, Entry, canonical_json
from panel.store.files import append_line, keep_file, locked, replace_file, translated
from panel.store.reading import parse_stored

_ENTRY = TypeAdapter(Entry)
_BY_HAND = "Somebody changed the journal by hand. Restore it from a backup."


@dataclass(frozen=True, slots=True)
class JournalView:
    """The journal as it was at one moment.

    Attributes:
        entries: in order; the chain is unbroken.
        head: the SHA-256 of the last line, or `GENESIS`: what the next entry must name.
        torn: bytes after the last whole line, b"" when all is well.
    """

    entries: tuple[Entry, ...]
    head: str
    torn: bytes


class Journal:
    """One run's journal file."""

    def __init__(self, path: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.path = path
        self._now = now

    def read(self) -> JournalView:
        """Read every entry and check the chain.

        Raises:
            Corrupt: a line is no entry, or does not name the hash of the line before it.
            NewerSchema: a newer Panel wrote a line.
        """
        with translated("reading", self.path):
            # The known head first: the journal may grow in between, never shrink.
            known = self._head.read_text("ascii", "replace").strip() if self._head.exists() else GENESIS
            raw = self.path.read_bytes() if self.path.exists() else b""
        *lines, torn = raw.split(b"\n")
        entries: list[Entry] = []
        head, passed = GENESIS, known == GENESIS
        for number, line in enumerate(lines, start=1):
            entry = self._check(line, number, head, len(entries) + 1)
            entries.append(entry)
            head = hashlib.sha256(line).hexdigest()
            passed = passed or head == known
        # A whole last line that lost only its newline is still there; the next entry completes it.
        if not passed and hashlib.sha256(torn).hexdigest() != known:
            raise Corrupt(f"{self.path} is shorter than it was, or another one: its last entry is gone", hint=_BY_HAND)
        return JournalView(tuple(entries), head, torn)

    @property
    def _head(self) -> Path:
        """Where the head is written down beside the journal, so that a journal cut at its end is noticed.

        It stops accidents (an old backup, half a sync) and idle tampering; against somebody who may write every file
        here, only a copy elsewhere helps.
        """
        return self.path.with_name(".journal.head")

    def _check(self, line: bytes, number: int, head: str, seq: int) -> Entry:
        place = f"{self.path}:{number}"
        if line != line.strip():
            raise Corrupt(f"{place} is damaged: white space around an entry", hint=_BY_HAND)
        entry = parse_stored(line, _ENTRY, place)
        if entry.prev != head or entry.seq != seq:
            raise Corrupt(
                f"{place}: the journal's chain is broken: this line does not follow the one before it",
                hint=_BY_HAND,
            )
        return entry

    def append(self, expected_head: str, fields: dict[str, Any]) -> Entry:
        """Append one entry, if the journal is still as the writer saw it.

        Args:
            expected_head: the head the writer read.
            fields: the entry without `seq`, `at` and `prev`.

        Returns:
            The entry as written, on disk when this returns.

        Raises:
            Conflict: somebody appended in between; nothing was written.
            IllegalMove: the fields make no entry (an author without a name); nothing was written.
            StoreError: the disk said no; the journal is as it was.
        """
        with self._locked():
            view = self.read()
            if view.torn:
                self._mend_torn_tail(view)
                view = self.read()
            if view.head != expected_head:
                raise Conflict("somebody else wrote to this run's journal in between", hint="Look again, then decide.")
            entry = self._make(view, fields)
            line = canonical_json(entry.model_dump(mode="json", exclude_none=True))
            self._write(line + b"\n")
            with suppress(StoreError):  # the entry stands; an older head is still in the chain
                replace_file(self._head, hashlib.sha256(line).hexdigest().encode() + b"\n")
            return entry

    def _make(self, view: JournalView, fields: dict[str, Any]) -> Entry:
        try:
            return Entry(seq=len(view.entries) + 1, at=self._now(), prev=view.head, **fields)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            field = ".".join(str(part) for part in first["loc"])
            raise IllegalMove(f"this cannot be journaled: {field}: {first['msg']}") from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with locked(self.path.with_name(".journal.lock")):
            yield

    def _write(self, line: bytes) -> None:
        with translated("writing the journal", self.path):
            append_line(self.path, line)

    def _mend_torn_tail(self, view: JournalView) -> None:
        try:
            self._check(view.torn, len(view.entries) + 1, view.head, len(view.entries) + 1)
        except Corrupt:
            keep_file(self.path.parent, "journal.torn-", view.torn)
            with translated("mending the journal", self.path):
                os.truncate(self.path, self.path.stat().st_size - len(view.torn))
        else:
            self._write(b"\n")
