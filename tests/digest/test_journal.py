from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from panel.digest import Step
from panel.digest.journal import SendJournal, last_lines
from panel.errors import Corrupt, NewerSchema, StoreError

from .weeks_of import LATER

A, B, EDITION = "a" * 64, "b" * 64, "e" * 64


@pytest.fixture
def journal(tmp_path: Path) -> SendJournal:
    return SendJournal(tmp_path / "sent.jsonl")


def note(journal: SendJournal, step: Step, who: str = A) -> None:
    journal.append(step, recipient=who, edition=EDITION, at=LATER)


def test_what_is_appended_is_read_back(journal: SendJournal) -> None:
    assert journal.read() == ()
    for step in Step:
        note(journal, step)
    assert [line.step for line in journal.read()] == list(Step)


def test_a_mail_that_was_in_the_air_is_unknown(journal: SendJournal) -> None:
    for step, who in ((Step.SENDING, A), (Step.SENT, A), (Step.FAILED, B), (Step.SENDING, B)):
        note(journal, step, who)
    assert {who: line.step for who, line in last_lines(journal.read()).items()} == {A: Step.SENT, B: Step.UNKNOWN}


@pytest.mark.parametrize("kept", range(1, 200, 17))
def test_a_line_cut_short_was_never_acted_upon(journal: SendJournal, kept: int) -> None:
    note(journal, Step.SENT)
    whole = journal.path.read_bytes()
    note(journal, Step.SENDING, B)
    journal.path.write_bytes(journal.path.read_bytes()[: len(whole) + kept])
    assert len(journal.read()) == 1
    journal.mend()
    assert journal.path.read_bytes() == whole and len(list(journal.path.parent.glob("sent.torn-*"))) == 1
    note(journal, Step.SENDING, B)
    assert len(journal.read()) == 2


def test_a_last_line_that_lost_only_its_newline_counts(journal: SendJournal) -> None:
    note(journal, Step.SENDING)
    journal.path.write_bytes(journal.path.read_bytes()[:-1])
    assert [line.step for line in journal.read()] == [Step.SENDING]
    journal.mend()
    note(journal, Step.SENT)
    assert [line.step for line in journal.read()] == [Step.SENDING, Step.SENT]


def test_a_damaged_journal_stops_everything(journal: SendJournal) -> None:
    note(journal, Step.SENT)
    whole = journal.path.read_bytes()
    for damaged in (b"\n" + whole, b"{}\n" + whole, whole.replace(b'"sent"', b'"lost"')):
        journal.path.write_bytes(damaged)
        with pytest.raises(Corrupt):
            journal.read()
    journal.path.write_bytes(whole.replace(b'"schema_version":1', b'"schema_version":2'))
    with pytest.raises(NewerSchema):
        journal.read()


def test_a_full_disk_leaves_the_journal_as_it_was(journal: SendJournal, monkeypatch: pytest.MonkeyPatch) -> None:
    note(journal, Step.SENT)
    whole, write = journal.path.read_bytes(), os.write

    def half(handle: int, data: bytes) -> int:
        if len(data) < 100:
            raise OSError(errno.ENOSPC, "full")
        return write(handle, data[: len(data) // 2])

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(StoreError, match="send journal"):
        note(journal, Step.SENDING, B)
    assert journal.path.read_bytes() == whole
