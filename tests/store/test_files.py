"""A file is whole or not there, whoever dies and whatever the disk says."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from panel.errors import Conflict, NotFound, StoreError
from panel.store import files
from panel.store.files import create_file, keep_file, locked, replace_file, translated

from .conftest import ROOT, SCRIPT

OLD, NEW = b"old " * 5_000, b"new " * 5_000


def named(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class TestCreating:
    @pytest.mark.parametrize("data", [b"", b"\x00\xff\r\n", NEW])
    def test_the_bytes_are_there_and_nothing_else(self, tmp_path: Path, data: bytes) -> None:
        create_file(tmp_path / "a" / "b" / "file", data)
        assert (tmp_path / "a" / "b" / "file").read_bytes() == data
        assert named(tmp_path / "a" / "b") == ["file"]

    def test_another_file_is_never_overwritten(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_bytes(OLD)
        with pytest.raises(Conflict) as refused:
            create_file(tmp_path / "file", NEW)
        assert refused.value.hint
        assert (tmp_path / "file").read_bytes() == OLD
        assert named(tmp_path) == ["file"]

    def test_not_even_a_link_to_nowhere_is_overwritten(self, tmp_path: Path) -> None:
        (tmp_path / "file").symlink_to(tmp_path / "nowhere")
        with pytest.raises(Conflict):
            create_file(tmp_path / "file", NEW)
        assert named(tmp_path) == ["file"] and (tmp_path / "file").is_symlink()

    def test_others_of_the_desk_may_read_it(self, tmp_path: Path) -> None:
        mask = os.umask(0o027)
        try:
            create_file(tmp_path / "new" / "file", NEW)
        finally:
            os.umask(mask)
        assert (tmp_path / "new" / "file").stat().st_mode & 0o777 == 0o640
        assert (tmp_path / "new").stat().st_mode & 0o777 == 0o750

    def test_the_longest_name_a_disk_takes_is_taken(self, tmp_path: Path) -> None:
        for name in ("x" * 255, "ü" * 127):
            create_file(tmp_path / name, NEW)
            replace_file(tmp_path / name, OLD)
            assert (tmp_path / name).read_bytes() == OLD

    def test_a_file_in_a_folder_s_place_is_a_store_error(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_bytes(OLD)
        for write in (create_file, replace_file):
            with pytest.raises(StoreError) as refused:
                write(tmp_path / "file" / "below", NEW)
            assert refused.value.hint
        assert (tmp_path / "file").read_bytes() == OLD


class TestReplacing:
    def test_the_new_bytes_take_the_old_one_s_place(self, tmp_path: Path) -> None:
        for data in (OLD, NEW):
            replace_file(tmp_path / "a" / "file", data)
            assert (tmp_path / "a" / "file").read_bytes() == data
        assert named(tmp_path / "a") == ["file"]

    def test_a_folder_is_not_replaced(self, tmp_path: Path) -> None:
        (tmp_path / "file" / "below").mkdir(parents=True)
        with pytest.raises(StoreError):
            replace_file(tmp_path / "file", NEW)
        assert named(tmp_path) == ["file"]


class TestKeeping:
    def test_the_same_bytes_are_kept_once(self, tmp_path: Path) -> None:
        first = keep_file(tmp_path / "kept", "a.", NEW, ".txt")
        assert keep_file(tmp_path / "kept", "a.", NEW, ".txt") == first
        assert named(tmp_path / "kept") == [first.name]

    def test_a_kept_file_that_somebody_went_on_writing_in_is_left_alone(self, tmp_path: Path) -> None:
        first = keep_file(tmp_path, "a.", NEW)
        first.write_bytes(b"mended by hand")
        second = keep_file(tmp_path, "a.", NEW)
        assert (first.read_bytes(), second.read_bytes()) == (b"mended by hand", NEW)
        assert keep_file(tmp_path, "a.", NEW) == second


@pytest.mark.parametrize("move", ["create_file", "replace_file"])
class TestOrder:
    def test_the_bytes_are_flushed_before_the_name_and_the_folder_after(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, move: str
    ) -> None:
        done: list[str] = []

        def watched(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
            def call(*args: Any, **kwargs: Any) -> Any:
                place = os.readlink(f"/proc/self/fd/{args[0]}") if name == "fsync" else ""
                done.append("fsync folder" if place and Path(place).is_dir() else name)
                return function(*args, **kwargs)

            return call

        for name in ("fsync", "link", "replace"):
            monkeypatch.setattr(os, name, watched(name, getattr(os, name)))
        getattr(files, move)(tmp_path / "file", NEW)
        assert done == ["fsync", "link" if move == "create_file" else "replace", "fsync folder"]


class TestDying:
    @pytest.mark.parametrize("move", ["create_file", "replace_file"])
    def test_a_process_killed_at_any_moment_leaves_a_whole_file_or_none(
        self, tmp_path: Path, processes: Callable[..., str], move: str
    ) -> None:
        answers = processes("killed", move, tmp_path).split("\n")
        assert sum("killed" in answer for answer in answers) >= 6
        seen = set()
        for folder in tmp_path.iterdir():
            path = folder / "deep" / "er" / "file" if move == "create_file" else folder / "file"
            seen.add(path.read_bytes() if path.exists() else None)
            # What is left over stands in nobody's way.
            replace_file(path, b"again")
            assert path.read_bytes() == b"again"
        assert seen == ({None, NEW} if move == "create_file" else {OLD, NEW})

    @pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS])
    @pytest.mark.parametrize("move", ["create_file", "replace_file"])
    def test_whatever_call_fails_the_file_is_whole_or_as_before_and_a_hint_is_given(
        self, tmp_path: Path, processes: Callable[..., str], move: str, number: int
    ) -> None:
        for line in processes("failing", move, tmp_path, number).splitlines():
            place, answer = line.split(" ", 1)
            path = Path(place) / "deep" / "er" / "file" if move == "create_file" else Path(place) / "file"
            there = path.read_bytes() if path.exists() else None
            if answer in ("done", "undisturbed"):
                assert there == NEW
                continue
            told = json.loads(answer)
            assert (told["error"], bool(told["hint"])) == ("StoreError", True), answer
            assert os.strerror(number) in told["message"]
            assert there in ({None, NEW} if move == "create_file" else {OLD, NEW})
            assert not list(Path(place).glob("**/.*.tmp")), "a failure, unlike a death, tidies up"

    @pytest.mark.parametrize("move", ["create_file", "replace_file"])
    def test_a_file_that_may_not_grow_leaves_nothing_behind(
        self, tmp_path: Path, processes: Callable[..., str], move: str
    ) -> None:
        (tmp_path / "file").write_bytes(OLD)
        told = json.loads(processes("limited", move, tmp_path, 6_000))
        assert os.strerror(errno.EFBIG) in told["message"] and "limit" in told["hint"]
        assert (tmp_path / "file").read_bytes() == OLD
        assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["file"]

    @pytest.mark.parametrize("move", ["create_file", "replace_file", "append", "create_run", "lock"])
    def test_a_folder_that_may_not_be_written_to_is_a_store_error(
        self, tmp_path: Path, processes: Callable[..., str], move: str
    ) -> None:
        folder = tmp_path / "closed"
        folder.mkdir()
        (folder / "file").write_bytes(OLD)
        folder.chmod(0o555)
        told = json.loads(processes("unprivileged", move, folder))
        assert told["error"] == "StoreError" and "permission" in told["hint"]
        assert named(folder) == ["file"]

    @pytest.mark.parametrize("number", range(1, 134))
    def test_every_complaint_of_the_system_becomes_a_store_error_with_a_hint(self, number: int) -> None:
        with pytest.raises(StoreError) as refused, translated("writing", Path("x/y")):
            raise OSError(number, os.strerror(number))
        assert refused.value.hint and "x/y" in refused.value.message
        assert isinstance(refused.value, NotFound) is (number == errno.ENOENT)


class TestLocking:
    @pytest.fixture
    def holder(self, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
        command = [sys.executable, str(SCRIPT), "holder", str(tmp_path / ".lock")]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None and process.stdout.readline() == "held\n"
            yield process
            process.kill()

    def test_a_second_process_is_told_who_is_busy(self, tmp_path: Path, holder: subprocess.Popen[str]) -> None:
        with (
            pytest.raises(Conflict, match="drafting it now") as refused,
            locked(tmp_path / ".lock", busy="drafting it now"),
        ):
            raise AssertionError("two hold the lock")
        assert refused.value.retryable and refused.value.hint

    def test_without_a_busy_text_it_waits(self, tmp_path: Path, holder: subprocess.Popen[str]) -> None:
        class StillWaiting(BaseException):
            pass

        def ring(*args: object) -> None:
            raise StillWaiting

        before = signal.signal(signal.SIGALRM, ring)
        try:
            signal.setitimer(signal.ITIMER_REAL, 0.1)
            with pytest.raises(StillWaiting), locked(tmp_path / ".lock"):
                raise AssertionError("two hold the lock")
            holder.kill()
            with locked(tmp_path / ".lock"):
                pass
        finally:
            signal.signal(signal.SIGALRM, before)

    def test_a_killed_holder_frees_it(self, tmp_path: Path, holder: subprocess.Popen[str]) -> None:
        holder.kill()
        holder.wait()
        with locked(tmp_path / ".lock", busy="busy"), pytest.raises(Conflict), locked(tmp_path / ".lock", busy="busy"):
            raise AssertionError("two hold the lock")
        with locked(tmp_path / ".lock", busy="busy"):
            pass

    def test_an_error_inside_frees_it_and_stays_itself(self, tmp_path: Path) -> None:
        with pytest.raises(OSError, match="mine"), locked(tmp_path / ".lock"):
            raise OSError("mine")
        with locked(tmp_path / ".lock", busy="busy"):
            pass

    def test_a_lock_in_a_folder_that_is_gone_is_not_found(self, tmp_path: Path) -> None:
        with pytest.raises(NotFound), locked(tmp_path / "gone" / ".lock"):
            raise AssertionError("locked")
