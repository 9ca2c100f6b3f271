"""Run folders: made whole or not at all, never written twice, read with suspicion."""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from panel.errors import Conflict, Corrupt, NewerSchema, NotFound, StoreError
from panel.records import Attempt, Seat, content_hashes
from panel.store import Run, RunStore

from . import stored

SEAT = stored.SEAT


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


@pytest.fixture
def run(store: RunStore) -> Run:
    return store.create(stored.manifest(), stored.INPUTS)


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def change_manifest(run: Run, **changes: Any) -> None:
    path = run.folder / "run.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


class TestCreating:
    def test_a_run_is_read_back_as_it_was_made(self, store: RunStore, run: Run) -> None:
        assert store.open("first").manifest == run.manifest == stored.manifest()
        assert store.open("first").manifest.content_sha256() == run.manifest.content_sha256()
        assert {name: (run.inputs / name).read_bytes() for name in stored.INPUTS} == stored.INPUTS
        assert run.changed_inputs() == ()
        assert run.folder.stat().st_mode & 0o055, "others of the desk may read it"
        assert [path.name for path in store.root.iterdir()] == ["first"]

    def test_the_same_name_twice_is_a_conflict(self, store: RunStore, run: Run) -> None:
        before = tree(store.root)
        with pytest.raises(Conflict) as refused:
            store.create(stored.manifest(seed=8), stored.INPUTS)
        assert refused.value.hint
        assert tree(store.root) == before

    @pytest.mark.parametrize("thing", ["folder", "file", "link"])
    def test_whatever_stands_in_its_place_stays(self, store: RunStore, thing: str) -> None:
        place = store.root / "first"
        store.root.mkdir()
        if thing == "folder":
            place.mkdir()
        elif thing == "file":
            place.write_bytes(b"mine")
        else:
            place.symlink_to(store.root / "nowhere")
        with pytest.raises(StoreError):
            store.create(stored.manifest(), stored.INPUTS)
        assert [path.name for path in store.root.iterdir()] == ["first"]
        assert not (place / "run.json").exists()

    def test_of_racing_processes_one_makes_the_run(self, store: RunStore, processes: Callable[..., str]) -> None:
        answers = processes("creators", store.root, 8).split("\n")[:-1]
        winners = [answer for answer in answers if answer.startswith("made ")]
        assert len(winners) == 1 and answers.count("Conflict") == 7
        assert store.open("first").manifest.seed == int(winners[0].removeprefix("made "))
        assert store.open("first").changed_inputs() == ()

    def test_a_process_killed_at_any_moment_leaves_a_whole_run_or_none(
        self, tmp_path: Path, processes: Callable[..., str]
    ) -> None:
        assert processes("killed", "create_run", tmp_path).count("killed") >= 20
        found = set()
        for folder in tmp_path.iterdir():
            store = RunStore(folder / "runs")
            found.add(tuple(store.names()))
            if not store.names():
                with pytest.raises(NotFound):
                    store.open("latest")
                store.create(stored.manifest(), stored.INPUTS)
            assert store.open("latest").changed_inputs() == ()
        assert found == {(), ("first",)}

    def test_whatever_call_fails_the_run_is_whole_or_not_there(
        self, tmp_path: Path, processes: Callable[..., str]
    ) -> None:
        for line in processes("failing", "create_run", tmp_path, errno.ENOSPC).splitlines():
            place, answer = line.split(" ", 1)
            store = RunStore(Path(place) / "runs")
            if answer not in ("done", "undisturbed"):
                assert json.loads(answer)["hint"]
                left = [path.name for path in store.root.iterdir()] if store.root.exists() else []
                assert left in ([], ["first"]), "a failure, unlike a death, tidies up"
            if store.names():
                assert store.open("first").changed_inputs() == ()

    def test_inputs_other_than_the_manifest_s_are_refused(self, store: RunStore) -> None:
        for inputs in ({}, {**stored.INPUTS, "extra.txt": b""}, dict.fromkeys(stored.INPUTS, b"other")):
            with pytest.raises(StoreError, match="not those its manifest names"):
                store.create(stored.manifest(), inputs)
        assert not store.root.exists()

    def test_latest_is_no_name_for_a_run(self, store: RunStore) -> None:
        with pytest.raises(Conflict, match="newest"):
            store.create(stored.manifest("latest"), stored.INPUTS)


@pytest.mark.parametrize(
    "name", ["../secret", "a/../../secret", "/etc/passwd", "a//b", "a/", "./a", "", ".", "..", "a\\..\\b", "a\0b"]
)
class TestPathsThatLeadOut:
    def test_no_manifest_can_be_made_with_one(self, name: str) -> None:
        with pytest.raises(ValidationError, match="below inputs/"):
            stored.manifest(inputs=content_hashes({name: b"x"}))

    def test_a_manifest_changed_by_hand_reads_nothing_outside(self, store: RunStore, run: Run, name: str) -> None:
        (run.folder / "secret").write_bytes(b"x")
        change_manifest(run, inputs={name: "0" * 64})
        with pytest.raises(Corrupt, match=r"run\.json"):
            store.open("first")


class TestInputs:
    @pytest.mark.parametrize("damage", ["flip", "delete", "folder", "append"])
    def test_a_changed_input_is_named(self, run: Run, damage: str) -> None:
        path = run.inputs / "dossiers" / "larkspur" / "card.txt"
        data = path.read_bytes()
        path.unlink()
        if damage == "folder":
            path.mkdir()
        elif damage != "delete":
            path.write_bytes(data + b" " if damage == "append" else bytes([data[0] ^ 1]) + data[1:])
        assert run.changed_inputs() == ("dossiers/larkspur/card.txt",)


class TestDrafts:
    def test_drafts_are_numbered_from_one_and_read_oldest_first(self, run: Run) -> None:
        assert (run.drafts(SEAT), run.last_draft(SEAT), run.next_number(SEAT)) == ((), None, 1)
        records = [stored.missing(1), *(stored.draft(number) for number in range(2, 12))]
        for record in records:
            assert run.next_number(SEAT) == record.n
            run.write_draft(record)
        assert run.drafts(SEAT) == tuple(records)
        assert run.draft(SEAT, 11) == records[-1]

    def test_what_the_model_wrote_is_kept_to_the_last_space(self, run: Run) -> None:
        rejected = "\n\n not JSON \t"
        run.write_draft(stored.draft(rejected=(rejected,)))
        run.write_draft(stored.missing(2))
        read, gone = run.drafts(SEAT)
        assert (read.raw, read.rejected, gone.raw) == (stored.RAW, (rejected,), (" half",))  # type: ignore[union-attr]

    def test_the_hash_is_of_the_file_s_bytes(self, run: Run) -> None:
        sha256 = run.write_draft(stored.draft())
        path = run.folder / "drafts" / "larkspur" / "dx" / "1.json"
        assert sha256 == run.draft_sha256(SEAT, 1) == hashlib.sha256(path.read_bytes()).hexdigest()
        path.write_bytes(path.read_bytes() + b" ")
        assert run.draft_sha256(SEAT, 1) != sha256

    def test_a_draft_is_never_overwritten(self, run: Run) -> None:
        run.write_draft(stored.draft())
        with pytest.raises(Conflict):
            run.write_draft(stored.draft(p_ship=0.1))
        with pytest.raises(Conflict):
            run.write_draft(stored.missing())
        assert run.drafts(SEAT) == (stored.draft(),)

    def test_the_last_draft_is_no_redraft_and_no_missing_seat(self, run: Run) -> None:
        run.write_draft(stored.missing(1))
        run.write_draft(stored.draft(2, origin="redraft", note="shorter"))
        assert run.last_draft(SEAT) is None
        run.write_draft(stored.draft(3))
        run.write_draft(stored.draft(4, origin="redraft", note="shorter"))
        run.write_draft(stored.missing(5))
        assert run.last_draft(SEAT) == stored.draft(3)

    def test_strange_files_beside_drafts_are_never_read(self, run: Run) -> None:
        run.write_draft(stored.draft())
        folder = run.folder / "drafts" / "larkspur" / "dx"
        for name in (".2.json.0a1b.tmp", "2.json.tmp", "02.json", "٣.json", "-1.json", "0.json", "4.JSON", "x.json"):
            (folder / name).write_bytes(b"garbage")
        assert run.drafts(SEAT) == (stored.draft(),)
        assert run.next_number(SEAT) == 2

    @pytest.mark.parametrize(
        "damage",
        [
            lambda raw: b"",
            lambda raw: raw[:-20],
            lambda raw: b"\xff" + raw,
            lambda raw: raw.replace(b'"ship"', b'"maybe"', 1),
            lambda raw: raw.replace(b'"kind":"draft"', b'"kind":"sketch"').replace(b'"kind": "draft"', b'"kind": "x"'),
            lambda raw: raw.replace(b'"n": 1', b'"n": 2'),
            lambda raw: raw.replace(b'"p_ship": 0.75', b'"p_ship": NaN'),
            lambda raw: raw.replace(b'"persona": "dx"', b'"persona": "business"'),
            lambda raw: raw.replace(b'"chosen": 0', b'"chosen": 1'),
            lambda raw: b"[" * 100_000,
            lambda raw: b"null",
        ],
    )
    def test_a_damaged_draft_is_named(self, run: Run, damage: Callable[[bytes], bytes]) -> None:
        run.write_draft(stored.draft())
        path = run.folder / "drafts" / "larkspur" / "dx" / "1.json"
        damaged = damage(path.read_bytes())
        assert damaged != path.read_bytes()
        path.write_bytes(damaged)
        for read in (run.drafts, run.last_draft):
            with pytest.raises(Corrupt, match=r"drafts/larkspur/dx/1\.json") as refused:
                read(SEAT)
            assert refused.value.hint

    def test_a_draft_that_is_not_there_is_not_found(self, run: Run) -> None:
        for read in (run.draft, run.draft_sha256):
            with pytest.raises(NotFound, match=r"7\.json"):
                read(SEAT, 7)

    def test_numbers_json_does_not_have_never_reach_the_disk(self) -> None:
        for number in (float("nan"), float("inf")):
            with pytest.raises(ValidationError):
                Attempt(seed=1, raw="", prompt_tokens=1, cached_tokens=0, completion_tokens=1, duration_s=number)


class TestKeptTexts:
    @pytest.mark.parametrize(
        ("text", "data"),
        [("Worte\r\n", b"Worte\r\n"), ("", b""), ("a\udcffb", b"a\xffb"), ("a\ud800b", b"a\xed\xa0\x80b")],
    )
    def test_any_text_is_kept_byte_for_byte(self, run: Run, text: str, data: bytes) -> None:
        path = run.keep_text(Seat(tool="larkspur", persona="dx"), text)
        assert path.read_bytes() == data
        assert path.is_relative_to(run.folder / "kept")
        assert run.keep_text(SEAT, text) == path


class TestOpening:
    def test_a_beginning_is_enough_where_it_fits_one(self, store: RunStore, run: Run) -> None:
        for name in ("first-draft", "second"):
            store.create(stored.manifest(name), stored.INPUTS)
        assert store.names() == ["first", "first-draft", "second"]
        for given, opened in {"first": "first", "first-": "first-draft", "s": "second"}.items():
            assert store.open(given).run_id == opened
        with pytest.raises(NotFound, match="fits 2 runs: first, first-draft"):
            store.open("fir")

    @pytest.mark.parametrize(
        "name", ["", "../x", "../runs/first", "/", ".", "first/", "first/../first", "FIRST", "x", "f*", "first\0"]
    )
    def test_what_is_no_run_is_not_found(self, store: RunStore, run: Run, name: str) -> None:
        with pytest.raises(NotFound) as refused:
            store.open(name)
        assert refused.value.hint and refused.value.exit_code == 2

    def test_an_absolute_path_is_no_name(self, store: RunStore, run: Run) -> None:
        with pytest.raises(NotFound):
            store.open(str(run.folder))

    def test_without_runs_there_is_nothing_to_open(self, store: RunStore) -> None:
        assert store.names() == []
        for name in ("latest", "first"):
            with pytest.raises(NotFound):
                store.open(name)

    def test_latest_is_the_newest_in_whatever_time_zone(self, store: RunStore) -> None:
        east = timezone(timedelta(hours=9))
        begun = {
            "noon": datetime(2026, 11, 2, 12, tzinfo=UTC),
            "evening-in-the-east": datetime(2026, 11, 2, 20, tzinfo=east),  # 11:00 UTC
            "later-by-a-millisecond": datetime(2026, 11, 2, 12, 0, 0, 1000, tzinfo=UTC),
        }
        for name, at in begun.items():
            store.create(stored.manifest(name, created_at=at), stored.INPUTS)
        assert store.open("latest").run_id == "later-by-a-millisecond"
        shutil.rmtree(store.root / "later-by-a-millisecond")
        assert store.open("latest").run_id == "noon"

    def test_a_time_without_a_zone_is_refused(self) -> None:
        with pytest.raises(ValidationError, match="created_at"):
            stored.manifest(created_at=datetime(2026, 11, 2))

    def test_names_are_those_of_runs_only(self, store: RunStore, run: Run) -> None:
        shutil.copytree(run.folder, store.root / ".first.0a1b2c")
        (store.root / "empty").mkdir()
        (store.root / "notes.txt").write_text("x")
        assert store.names() == ["first"]
        assert store.open("latest").run_id == "first"

    def test_a_run_on_another_disk_is_a_run_like_any_other(self, store: RunStore, run: Run, tmp_path: Path) -> None:
        shutil.move(run.folder, tmp_path / "archive")
        run.folder.symlink_to(tmp_path / "archive")
        moved = store.open("first")
        moved.write_draft(stored.draft())
        moved.journal.append(moved.journal.read().head, stored.fields())
        with moved.drafting():
            pass
        assert (tmp_path / "archive" / "drafts" / "larkspur" / "dx" / "1.json").is_file()
        with pytest.raises(Conflict):
            store.create(stored.manifest(), stored.INPUTS)

    def test_a_copied_folder_is_not_another_run(self, store: RunStore, run: Run) -> None:
        shutil.copytree(run.folder, store.root / "second")
        assert store.open("first").run_id == "first"
        with pytest.raises(Corrupt, match="holds the run first") as refused:
            store.open("second")
        assert "Rename" in refused.value.hint

    def test_a_newer_panel_s_run_is_refused_and_left_alone(self, store: RunStore, run: Run) -> None:
        change_manifest(run, schema_version=2, unknown="field")
        before = tree(run.folder)
        with pytest.raises(NewerSchema, match="2") as refused:
            store.open("first")
        assert "Update" in refused.value.hint
        assert tree(run.folder) == before

    @pytest.mark.parametrize("raw", [b"", b"{", b"null", b"[]", b"{}", b"\xff\xfe", b"[" * 100_000])
    def test_a_damaged_manifest_is_named(self, store: RunStore, run: Run, raw: bytes) -> None:
        (run.folder / "run.json").write_bytes(raw)
        with pytest.raises(Corrupt, match=r"first/run\.json") as refused:
            store.open("first")
        assert refused.value.hint

    @pytest.mark.parametrize("field", ["tools", "personas"])
    def test_a_manifest_cannot_name_a_seat_twice(self, store: RunStore, run: Run, field: str) -> None:
        change_manifest(run, **{field: ["dx", "dx"]})
        with pytest.raises(Corrupt, match="twice"):
            store.open("first")

    def test_a_damaged_run_stands_in_no_other_s_way(self, store: RunStore, run: Run) -> None:
        store.create(stored.manifest("zz"), stored.INPUTS)
        (store.root / "zz" / "run.json").write_bytes(b"{")
        assert store.names() == ["first", "zz"]
        assert store.open("latest").run_id == "first"


class TestDrafting:
    def test_one_process_drafts_at_a_time(self, run: Run) -> None:
        with run.drafting(), pytest.raises(Conflict, match="drafting the run first"), run.drafting():
            raise AssertionError("two draft")
        with run.drafting():
            pass
