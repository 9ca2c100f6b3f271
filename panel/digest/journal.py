"""The send journal: one line before each mail and one after it, so that nobody is ever sent a digest twice.

Each line is on disk before the next thing happens. A line "sending" that nothing follows is a mail that was in the air
when the process died: nobody knows whether it arrived, and it is not sent again unless somebody says so. Readers are
named by the SHA-256 of their address, so that the journal is no second list of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, TypeAdapter

from panel.errors import Corrupt
from panel.records import Record, Sha256, canonical_json
from panel.store.files import append_line, keep_file, translated
from panel.store.reading import parse_stored

FILE_NAME = "sent.jsonl"


class Step(StrEnum):
    """What happened to one mail."""

    SENDING = "sending"
    """It is about to be given to the server; with nothing after it, nobody knows what became of it."""
    SENT = "sent"
    REFUSED = "refused"
    """For good."""
    FAILED = "failed"
    """For now."""
    UNKNOWN = "unknown"
    """The server went away while it was given the mail."""


class SendLine(Record):
    """One line of the journal."""

    schema_version: Literal[1] = 1
    at: AwareDatetime
    step: Step
    recipient: Sha256
    """Of the normalised address."""
    edition: Sha256
    """Of what all readers of the edition are told."""
    detail: str = ""
    """The server's answer, without the address."""


_LINE = TypeAdapter(SendLine)


class SendJournal:
    """One digest's send journal; appended to by whoever holds the digest's lock."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> tuple[SendLine, ...]:
        """Read every line; one that a crash cut short, and that was therefore never acted upon, is left out.

        Raises:
            Corrupt: a line is none.
            NewerSchema: a newer Panel wrote one.
        """
        return self._read()[0]

    def mend(self) -> None:
        """Complete a last line that lost its newline, and set aside one that was cut short."""
        _, torn = self._read()
        if not torn:
            return
        if self._parse(torn, "its end") is not None:
            self._write(b"\n")
            return
        keep_file(self.path.parent, "sent.torn-", torn)
        with translated("mending the send journal", self.path):
            os.truncate(self.path, self.path.stat().st_size - len(torn))

    def append(self, step: Step, *, recipient: str, edition: str, at: datetime, detail: str = "") -> None:
        """Append one line; it is on disk when this returns.

        Raises:
            StoreError: the disk said no; the journal is as it was.
        """
        line = SendLine(at=at, step=step, recipient=recipient, edition=edition, detail=detail)
        self._write(canonical_json(line.model_dump(mode="json")) + b"\n")

    def _read(self) -> tuple[tuple[SendLine, ...], bytes]:
        with translated("reading", self.path):
            raw = self.path.read_bytes() if self.path.exists() else b""
        *whole, torn = raw.split(b"\n")
        lines = [parse_stored(line, _LINE, f"{self.path}:{number}") for number, line in enumerate(whole, start=1)]
        last = self._parse(torn, "its end") if torn else None
        return (*lines, *([last] if last else [])), torn

    def _parse(self, line: bytes, place: str) -> SendLine | None:
        try:
            return parse_stored(line, _LINE, f"{self.path}: {place}")
        except Corrupt:
            return None

    def _write(self, line: bytes) -> None:
        with translated("writing the send journal", self.path):
            append_line(self.path, line)


def last_lines(lines: Iterable[SendLine]) -> dict[str, SendLine]:
    """Return the last line of each reader, by hash, the latest at the end; one left at `sending` becomes unknown."""
    last: dict[str, SendLine] = {}
    for line in lines:
        last.pop(line.recipient, None)
        last[line.recipient] = line.model_copy(update={"step": Step.UNKNOWN}) if line.step is Step.SENDING else line
    return last
