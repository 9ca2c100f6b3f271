"""The journal: an unbroken chain of everything that was reported as written, whatever died when."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panel.errors import Conflict, Corrupt, IllegalMove, NewerSchema
from panel.records import GENESIS, Action, BeatText, Call, Entry, Seat
from panel.store import Journal

from . import stored
from .conftest import ROOT, SCRIPT


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    made = Journal(tmp_path / "journal.jsonl")
    for reason in ("one", "two", "three"):
        made.append(made.read().head, stored.fields(reason=reason))
    return made


def reasons(journal: Journal) -> list[str]:
    return [entry.reason for entry in journal.read().entries]


def aside(journal: Journal) -> list[bytes]:
    return [path.read_bytes() for path in sorted(journal.path.parent.glob("journal.torn-*"))]


class TestAppending:
    def test_an_empty_journal_begins_at_genesis(self, tmp_path: Path) -> None:
        view = Journal(tmp_path / "journal.jsonl").read()
        assert (view.entries, view.head, view.torn) == ((), GENESIS, b"")
        assert not list(tmp_path.iterdir()), "reading makes nothing"

    def test_each_line_names_the_hash_of_the_one_before(self, journal: Journal) -> None:
        lines = journal.path.read_bytes().splitlines(keepends=True)
        assert all(line.endswith(b"\n") for line in lines)
        hashes = [GENESIS, *(hashlib.sha256(line[:-1]).hexdigest() for line in lines)]
        entries = journal.read().entries
        assert [entry.prev for entry in entries] == hashes[:-1]
        assert journal.read().head == hashes[-1]
        assert [entry.seq for entry in entries] == [1, 2, 3]

    def test_what_is_returned_is_what_is_read(self, journal: Journal) -> None:
        entry = journal.append(journal.read().head, stored.fields(reason="four"))
        assert journal.read().entries[-1] == entry

    def test_a_writer_with_an_old_head_writes_nothing(self, journal: Journal) -> None:
        old = journal.read().head
        journal.append(old, stored.fields(reason="four"))
        before = journal.path.read_bytes()
        for head in (old, GENESIS, "f" * 64):
            with pytest.raises(Conflict) as refused:
                journal.append(head, stored.fields(reason="lost"))
            assert refused.value.retryable and refused.value.hint
        assert journal.path.read_bytes() == before

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"author": "  "}, "author"),
            ({"author": "x" * 121}, "author"),
            ({"author": "\udcff"}, "author"),
            ({"reason": "\ud800"}, "reason"),
            ({"after": "not a hash"}, "after"),
            ({"unknown": 1}, "unknown"),
        ],
    )
    def test_what_makes_no_entry_is_refused_and_nothing_is_written(
        self, journal: Journal, changes: dict[str, Any], field: str
    ) -> None:
        before = journal.path.read_bytes()
        with pytest.raises(IllegalMove, match=field):
            journal.append(journal.read().head, {**stored.fields(), **changes})
        assert journal.path.read_bytes() == before

    def test_eight_processes_lose_no_entry(self, tmp_path: Path, processes: Callable[..., str]) -> None:
        journal = Journal(tmp_path / "journal.jsonl")
        assert processes("writers", journal.path, 8, 25) == f"{['done'] * 8}\n"
        entries = journal.read().entries
        assert len(entries) == 200
        assert Counter(entry.author for entry in entries) == {f"writer {number}": 25 for number in range(8)}
        for writer in range(8):
            own = [entry.reason for entry in entries if entry.author == f"writer {writer}"]
            assert own == [f"entry {number}" for number in range(25)]


class TestTornTails:
    def test_a_whole_line_without_its_newline_is_completed(self, journal: Journal) -> None:
        whole = journal.path.read_bytes()
        journal.path.write_bytes(whole[:-1])
        view = journal.read()
        assert len(view.entries) == 2 and view.torn == whole[:-1].split(b"\n")[-1]
        with pytest.raises(Conflict):  # this writer has not seen the third entry
            journal.append(view.head, stored.fields(reason="four"))
        assert journal.path.read_bytes() == whole
        journal.append(journal.read().head, stored.fields(reason="four"))
        assert reasons(journal) == ["one", "two", "three", "four"]
        assert aside(journal) == []

    @pytest.mark.parametrize("torn", [b"{", b'{"action":"fl', b"\xff\xfe\x00", b"[" * 100_000, b"{}", b"null", b" "])
    def test_a_line_cut_short_is_reported_and_set_aside(self, journal: Journal, torn: bytes) -> None:
        before = journal.path.read_bytes()
        journal.path.write_bytes(before + torn)
        view = journal.read()
        assert (len(view.entries), view.torn) == (3, torn)
        assert journal.path.read_bytes() == before + torn, "reading mends nothing"
        journal.append(view.head, stored.fields(reason="four"))
        assert reasons(journal) == ["one", "two", "three", "four"]
        assert journal.path.read_bytes().startswith(before)
        assert aside(journal) == [torn]

    def test_every_cut_of_the_last_line_keeps_every_byte(self, journal: Journal) -> None:
        whole = journal.path.read_bytes()
        start = whole.rindex(b"\n", 0, -1) + 1
        before = hashlib.sha256(whole[:start].splitlines()[-1]).hexdigest().encode()
        for cut in range(start, len(whole), 7):
            journal.path.write_bytes(whole[:cut])
            # The head is written down after the line, so a crash within the line leaves the head before it.
            journal.path.with_name(".journal.head").write_bytes(before)
            journal.append(journal.read().head, stored.fields(reason="next"))
            assert reasons(journal) == ["one", "two", "next"]
            assert cut == start or whole[start:cut] in aside(journal)

    def test_a_torn_file_that_somebody_changed_is_not_taken_for_this_one(self, journal: Journal) -> None:
        before = journal.path.read_bytes()
        head = journal.path.with_name(".journal.head").read_bytes()
        for _ in range(2):
            journal.path.write_bytes(before + b"{half")
            journal.path.with_name(".journal.head").write_bytes(head)
            journal.append(journal.read().head, stored.fields())
            first = min(journal.path.parent.glob("journal.torn-*"), key=lambda path: len(path.name))
            first.write_bytes(b"notes on what happened")
        assert sorted(aside(journal)) == [b"notes on what happened", b"{half"]

    def test_a_whole_line_of_a_newer_panel_is_neither_completed_nor_set_aside(self, journal: Journal) -> None:
        before = journal.path.read_bytes() + b'{"schema_version":2}'
        journal.path.write_bytes(before)
        assert len(journal.read().entries) == 3
        with pytest.raises(NewerSchema):
            journal.append(journal.read().head, stored.fields())
        assert journal.path.read_bytes() == before


class TestDamage:
    @pytest.mark.parametrize("lost", [1, 2, 3])
    def test_entries_cut_off_the_end_are_missed(self, journal: Journal, lost: int) -> None:
        lines = journal.path.read_bytes().splitlines(keepends=True)
        journal.path.write_bytes(b"".join(lines[:-lost]))
        with pytest.raises(Corrupt, match="shorter than it was"):
            journal.read()

    def test_a_deleted_journal_is_missed(self, journal: Journal) -> None:
        journal.path.unlink()
        with pytest.raises(Corrupt, match="shorter than it was"):
            journal.read()

    def test_an_older_note_of_the_head_is_fine(self, journal: Journal) -> None:
        first = journal.path.read_bytes().splitlines()[0]
        journal.path.with_name(".journal.head").write_text(hashlib.sha256(first).hexdigest())
        assert len(journal.read().entries) == 3

    @pytest.mark.parametrize(
        ("damage", "line"),
        [
            (lambda lines: [lines[0], lines[1].replace(b"two", b"TWO"), lines[2]], 3),
            (lambda lines: [lines[0], lines[1].replace(b'"Ada"', b'"Bob"'), lines[2]], 3),
            (lambda lines: [lines[0], lines[2]], 2),
            (lambda lines: lines[1:], 1),
            (lambda lines: [lines[0], lines[2], lines[1]], 2),
            (lambda lines: [lines[0], lines[0], *lines[1:]], 2),
            (lambda lines: [*lines, lines[2]], 4),
            (lambda lines: [lines[0], b"\n", *lines[1:]], 2),
            (lambda lines: [*lines, b"\n"], 4),
            (lambda lines: [lines[0], b"\xff\xfe\xfd\n", *lines[1:]], 2),
            (lambda lines: [lines[0], b'"' + b"x" * 10_000_000 + b'"\n', *lines[1:]], 2),
            (lambda lines: [lines[0], b"[" * 10_000_000 + b"\n", *lines[1:]], 2),
            (lambda lines: [lines[0], b"9" * 10_000 + b"\n", *lines[1:]], 2),
            (lambda lines: [line.replace(b"\n", b"\r\n") for line in lines], 1),
            (lambda lines: [*lines[:2], lines[2].replace(b"\n", b"\r\n")], 3),
            (lambda lines: [*lines[:2], lines[2].replace(b'"seq":3', b'"seq":4')], 3),
            (lambda lines: [lines[0], b"{}\n", *lines[1:]], 2),
            (lambda lines: [lines[0], lines[1].replace(b"{", b'{"x":1,', 1), lines[2]], 2),
            (lambda lines: [lines[0], lines[1].replace(b'"schema_version":1', b'"schema_version":0'), lines[2]], 2),
        ],
    )
    def test_a_changed_journal_is_refused_by_its_line(
        self, journal: Journal, damage: Callable[[list[bytes]], list[bytes]], line: int
    ) -> None:
        head = journal.read().head
        damaged = b"".join(damage(journal.path.read_bytes().splitlines(keepends=True)))
        journal.path.write_bytes(damaged)
        with pytest.raises(Corrupt) as refused:
            journal.read()
        assert f"journal.jsonl:{line}" in refused.value.message and refused.value.hint
        assert len(refused.value.message) < 1_000
        with pytest.raises(Corrupt):
            journal.append(head, stored.fields())
        assert journal.path.read_bytes() == damaged
        assert aside(journal) == []

    @pytest.mark.parametrize("version", ["2", "99999999999999999999"])
    def test_a_line_of_a_newer_panel_is_no_damage(self, journal: Journal, version: str) -> None:
        line = f'{{"schema_version":{version},"what":"we do not know yet"}}\n'
        journal.path.write_bytes(journal.path.read_bytes() + line.encode())
        with pytest.raises(NewerSchema, match=":4"):
            journal.read()


class TestDying:
    @pytest.mark.parametrize("move", ["append", "mend"])
    def test_a_process_killed_at_any_moment_leaves_a_journal_that_goes_on(
        self, tmp_path: Path, processes: Callable[..., str], move: str
    ) -> None:
        answers = processes("killed", move, tmp_path)
        assert answers.count("killed") >= 8
        counts = set()
        for folder in tmp_path.iterdir():
            journal = Journal(folder / "journal.jsonl")
            before = journal.read()
            counts.add((len(before.entries), bool(before.torn)))
            assert [entry.seq for entry in before.entries[:2]] == [1, 2]
            while True:
                try:
                    journal.append(journal.read().head, stored.fields(reason="afterwards"))
                    break
                except Conflict:
                    assert before.torn, "only a line that was completed is a surprise"
            after = journal.read()
            assert after.entries[-1].reason == "afterwards" and not after.torn
            assert after.entries[: len(before.entries)] == before.entries
            assert move == "append" or b'{"half a li' in aside(journal)
        assert counts == {(2, False), (2, True), (3, False)}

    @pytest.mark.parametrize("move", ["append", "mend"])
    def test_whatever_call_fails_the_journal_s_entries_are_as_before(
        self, tmp_path: Path, processes: Callable[..., str], move: str
    ) -> None:
        refused = 0
        for line in processes("failing", move, tmp_path, errno.ENOSPC).splitlines():
            place, answer = line.split(" ", 1)
            view = Journal(Path(place) / "journal.jsonl").read()
            if answer in ("done", "undisturbed"):
                assert len(view.entries) == 3
                continue
            refused += 1
            assert json.loads(answer)["hint"]
            assert len(view.entries) == 2
            assert view.torn == b"" or (move == "mend" and view.torn == b'{"half a li')
        assert refused >= 4

    def test_a_disk_that_fills_up_in_the_middle_of_a_line_leaves_the_journal_as_before(
        self, tmp_path: Path, processes: Callable[..., str]
    ) -> None:
        journal = Journal(tmp_path / "journal.jsonl")
        journal.append(GENESIS, stored.fields())
        before = journal.path.read_bytes()
        told = json.loads(processes("limited", "append", tmp_path, len(before) + 40))
        assert os.strerror(errno.EFBIG) in told["message"] and told["hint"]
        assert journal.path.read_bytes() == before

    def test_every_append_that_was_reported_is_there_after_a_kill(self, tmp_path: Path) -> None:
        chance = random.Random(7)
        for round_ in range(5):
            path = tmp_path / str(round_) / "journal.jsonl"
            path.parent.mkdir()
            command = [sys.executable, str(SCRIPT), "appender", str(path)]
            with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
                assert process.stdout is not None
                reported = [int(process.stdout.readline()) for _ in range(chance.randint(1, 40))]
                process.kill()
                reported += [int(line) for line in process.stdout if line.endswith("\n")]
            assert len(Journal(path).read().entries) >= max(reported) == len(reported)
            journal = Journal(path)
            while True:
                try:
                    journal.append(journal.read().head, stored.fields(reason="afterwards"))
                    break
                except Conflict:
                    continue
            assert journal.read().entries[-1].reason == "afterwards"


SLUGS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
HASHES = st.integers(0, 16**64 - 1).map(lambda number: f"{number:064x}")
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMES = st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(9000, 1, 1), timezones=ZONES)
FIELDS = st.fixed_dictionaries(
    {"author": TEXTS.filter(lambda text: bool(text.strip())), "action": st.sampled_from(Action)},
    optional={
        "seat": st.builds(Seat, tool=SLUGS, persona=SLUGS),
        "reason": TEXTS,
        "before": HASHES,
        "after": HASHES,
        "beats": st.lists(st.builds(BeatText, id=st.just("bet"), text=TEXTS), max_size=3).map(tuple),
        "call": st.sampled_from(Call),
        "draft": st.integers(1, 10**30),
        "draft_sha256": HASHES,
        "undoes": st.integers(1, 10**30),
        "files": st.dictionaries(TEXTS, HASHES, max_size=3),
        "published_at": TIMES,
        "out": TEXTS,
    },
)


@given(rows=st.lists(st.tuples(FIELDS, TIMES), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_whatever_is_written_is_read_back(rows: list[tuple[dict[str, Any], datetime]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        times = iter([at for _, at in rows])
        journal = Journal(Path(folder) / "journal.jsonl", now=lambda: next(times))
        written = [journal.append(journal.read().head, fields) for fields, _ in rows]
        assert list(journal.read().entries) == written
        for entry, (fields, at) in zip(written, rows, strict=True):
            assert entry == Entry(seq=entry.seq, prev=entry.prev, at=at.astimezone(UTC), **fields)
