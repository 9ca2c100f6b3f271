"""Preparing the real embedded model, with few candidates and little measuring; stopped, starved and contended."""

from __future__ import annotations

import errno
import os
import select
import shutil
import signal
import subprocess
import sys
from collections import namedtuple
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gguf
import pytest

from panel.errors import Conflict, EngineCrash, NotFound, SetupError, StoreError
from panel.models import ModelFile, find_model, find_prepared
from panel.models.bench import Bench
from panel.models.cache import MANIFEST_NAME, model_folder, model_folders
from panel.models.prepare import forget_prepared, prepare_model
from panel.models.prepared import Kept, Outcome, Preparation, look_up

from .ggufs import write_model
from .preparing import QUICK

ROOT = Path(__file__).parents[2]
WAIT_S = 120
HELD = {MANIFEST_NAME, "Q8_0.gguf", "lock"}
Usage = namedtuple("Usage", "total used free")


def quick(source: ModelFile, *quantizations: str, **settings: Any) -> Kept:
    return prepare_model(source, threads=1, quantizations=quantizations or ("Q8_0",), effort=QUICK, **settings)


def left_in(cache: Path) -> list[str]:
    """Every file in a cache that takes room."""
    return [path.name for path in cache.rglob("*") if path.is_file() and path.stat().st_size]


@contextmanager
def running(source: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A real process that prepares a model."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.models.preparing", str(source), *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=WAIT_S)


def wait_for(process: subprocess.Popen[str], stage: str) -> None:
    assert process.stdout
    for line in process.stdout:
        if line.startswith(stage):
            return
    raise AssertionError(f"ended before {stage!r}: {process.communicate(timeout=WAIT_S)}")


def test_the_fastest_that_is_not_worse_is_kept(prepared: tuple[Path, ModelFile, Kept]) -> None:
    cache, source, kept = prepared
    assert kept.preparation and kept.preparation.prepared and kept.model
    as_is, q8_0, q4_0 = kept.preparation.figures
    assert (as_is.quantization, as_is.outcome) == ("Q4_1", Outcome.SLOWER)
    assert q8_0.outcome is Outcome.CHOSEN and q8_0.size_bytes == 144_811_072
    assert q4_0.outcome is Outcome.WORSE and q4_0.tool_s is None
    assert as_is.loss_nats and q8_0.loss_nats and q4_0.loss_nats and as_is.tool_s and q8_0.tool_s
    assert abs(q8_0.loss_nats / as_is.loss_nats - 1) < 0.01 < q4_0.loss_nats / as_is.loss_nats - 1
    assert kept.preparation.prepared.quantization == "Q8_0"
    assert kept.preparation.source.sha256 == source.sha256
    assert {path.name for path in model_folder(source.sha256).iterdir()} == HELD
    assert model_folders() == [cache / "models" / source.sha256[:16]]


def test_it_is_found_again_under_any_name(prepared: tuple[Path, ModelFile, Kept], embedded: ModelFile) -> None:
    _, source, kept = prepared
    found = find_prepared(source)
    assert found and found.name == f"{source.name}-Q8_0" and found.source_sha256 == source.sha256
    assert gguf.GGUFReader(found.path).fields["general.file_type"].contents() == 7
    other = find_prepared(embedded)
    assert other and other.path == found.path and other.name == "SmolLM2-135M-Instruct.Q4_1-Q8_0"
    seen = look_up(model_folder(source.sha256))
    assert seen and seen.preparation == kept.preparation


def test_hostile_names_are_written_down_harmlessly(prepared: tuple[Path, ModelFile, Kept]) -> None:
    _, source, kept = prepared
    assert kept.preparation and kept.preparation.source.name == r"Sm\udcffl\x1b[31m model.gguf"
    text = (model_folder(source.sha256) / MANIFEST_NAME).read_text(encoding="utf-8")
    assert Preparation.model_validate_json(text) == kept.preparation


def test_what_is_prepared_is_not_prepared_again(prepared: tuple[Path, ModelFile, Kept]) -> None:
    _, source, kept = prepared
    stages: list[str] = []
    assert quick(source, tell=stages.append) == kept and stages == []


def test_as_it_is_may_win_and_is_remembered(cache: Path, small: ModelFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("panel.models.policy.SPEED_MARGIN", 1.0)
    stages: list[str] = []
    kept = quick(small, tell=stages.append)
    assert kept.preparation and kept.preparation.prepared is None and kept.model is None and not kept.stale
    assert [one.outcome for one in kept.preparation.figures] == [Outcome.CHOSEN, Outcome.SLOWER]
    assert all(one.tool_s for one in kept.preparation.figures) and kept.preparation.rounds == 1
    assert find_prepared(small) is None and left_in(cache) == [MANIFEST_NAME]
    assert len(stages) == 4 and quick(small, tell=stages.append) == kept and len(stages) == 4


def test_preparing_anew_replaces_what_there_was(small_prepared: Path, small: ModelFile, anything_faster: None) -> None:
    folder = model_folder(small.sha256)
    first = look_up(folder)
    assert first
    before = (folder / "Q8_0.gguf").stat().st_ino
    assert quick(small, anew=True).model == first.model
    assert (folder / "Q8_0.gguf").stat().st_ino != before
    # A choice that falls out otherwise leaves nothing of the one before.
    kept = quick(small, "Q4_1", anew=True)
    assert kept.model is None and set(os.listdir(folder)) == {MANIFEST_NAME, "lock"}
    assert kept.preparation and kept.preparation.figures[1].note == "the source has it already"
    assert kept.preparation.rounds == 0 and kept.preparation.figures[0].tool_s is None
    forget_prepared(folder)
    assert not folder.exists()
    with pytest.raises(NotFound):
        forget_prepared(folder)


def test_when_memory_is_short_one_is_open_at_a_time(
    cache: Path, small: ModelFile, anything_faster: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("panel.models.timing.available_memory", lambda: 0)
    kept = quick(small)
    assert kept.model and kept.preparation and all(one.tool_s for one in kept.preparation.figures)


def test_a_kill_leaves_what_the_next_one_sweeps(cache: Path, small: ModelFile, anything_faster: None) -> None:
    with running(small.path) as process:
        wait_for(process, "converting to Q8_0")
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=WAIT_S)
    folder = model_folder(small.sha256)
    assert all(name == "lock" or name.endswith(".part") for name in os.listdir(folder))
    assert find_prepared(small) is None
    assert quick(small).model
    assert set(os.listdir(folder)) == HELD


def test_a_kill_while_preparing_anew_keeps_what_there_was(small_prepared: Path, small: ModelFile) -> None:
    for stage in ("reading", "converting", "timing"):
        with running(small.path) as process:
            wait_for(process, stage)
            process.send_signal(signal.SIGKILL)
            process.wait(timeout=WAIT_S)
        found = find_prepared(small)
        assert found and found.path.is_relative_to(small_prepared)


def test_ctrl_c_sweeps_at_once(cache: Path, small: ModelFile) -> None:
    with running(small.path) as process:
        wait_for(process, "converting to Q8_0")
        process.send_signal(signal.SIGINT)
        process.wait(timeout=WAIT_S)
    assert left_in(cache) == [] and not model_folder(small.sha256).exists()


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux to watch somebody else's child")
def test_a_process_whose_parent_is_killed_ends(tmp_path: Path, small: ModelFile) -> None:
    code = """
import sys
from panel.models.bench import Bench
with Bench() as bench:
    bench.ask("open", path=sys.argv[1], threads=1)
    print(bench._process.pid, flush=True)
    bench.ask("convert", source=sys.argv[1], target=sys.argv[2], quantization="IQ4_NL", threads=1)
"""
    argv = [sys.executable, "-c", code, str(small.path), str(tmp_path / "out.gguf")]
    with subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        child = os.pidfd_open(int(parent.stdout.readline()))
        parent.kill()
    try:
        assert select.select([child], [], [], WAIT_S)[0]
    finally:
        os.close(child)


def test_two_at_once_do_not_meet(cache: Path, small: ModelFile) -> None:
    with running(small.path) as process:
        wait_for(process, "reading")
        with pytest.raises(Conflict, match="being prepared by another process") as caught:
            quick(small)
        assert caught.value.retryable
        with pytest.raises(Conflict):
            quick(small, anew=True)
        wait_for(process, "kept ")
    assert not [name for name in left_in(cache) if name.endswith(".part")]
    kept = look_up(model_folder(small.sha256))
    assert kept and kept.preparation and not kept.stale


@pytest.mark.parametrize("limit", [1, 10_000_000, 39_000_000])
def test_a_full_disk_is_an_error_and_leaves_nothing(cache: Path, small: ModelFile, limit: int) -> None:
    with running(small.path, str(limit)) as process:
        wait_for(process, f"error StoreError 1 writing failed: {cache}")
    assert left_in(cache) == [] and not model_folder(small.sha256).exists()


def test_a_full_disk_leaves_what_there_was(small_prepared: Path, small: ModelFile) -> None:
    with running(small.path, "10000000") as process:
        assert process.stdout
        said = process.stdout.read()
    assert os.strerror(errno.EFBIG) in said and "PANEL_CACHE" in said
    assert find_prepared(small) and set(os.listdir(model_folder(small.sha256))) == HELD


def test_a_disk_too_small_for_any_candidate_is_said_beforehand(
    cache: Path, small: ModelFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda path: Usage(10**9, 10**9, 1_000_000))
    with pytest.raises(StoreError, match="MB needed, 1 MB free") as caught:
        quick(small)
    assert "PANEL_CACHE" in caught.value.hint and left_in(cache) == []


def test_a_disk_too_small_for_one_candidate_leaves_it_out(
    cache: Path, small: ModelFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda path: Usage(10**9, 10**9, 40_000_000))
    kept = quick(small, "Q8_0", "Q4_0")
    assert kept.preparation and kept.preparation.figures[1].outcome is Outcome.LEFT_OUT
    assert "too little room" in kept.preparation.figures[1].note
    assert kept.preparation.figures[2].loss_nats


def test_a_source_that_changes_meanwhile_is_refused(cache: Path, tmp_path: Path, small: ModelFile) -> None:
    path = tmp_path / "a.gguf"
    shutil.copyfile(small.path, path)
    source = find_model(str(path), base=tmp_path)

    def spoil(stage: str) -> None:
        if stage.startswith("timing"):
            with path.open("ab") as file:
                file.write(b"more")

    with pytest.raises(SetupError, match="changed while it was being prepared"):
        quick(source, tell=spoil)
    assert left_in(cache) == []


def cut(path: Path, small: ModelFile, size: int) -> Path:
    with small.path.open("rb") as file:
        path.write_bytes(file.read(size))
    return path


@pytest.mark.parametrize(("size", "what"), [(10_000, "cut off"), (20_000_000, "not within the file bounds")])
def test_a_cut_off_download_is_refused(cache: Path, tmp_path: Path, small: ModelFile, size: int, what: str) -> None:
    source = find_model(str(cut(tmp_path / "a.gguf", small, size)), base=tmp_path)
    with pytest.raises(SetupError, match=what) as caught:
        quick(source)
    assert caught.value.hint and left_in(cache) == []


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"architecture": "nonsense"}, "unknown model architecture: 'nonsense'"),
        ({"tensors": 0}, "vocabulary"),
        ({"split__count": 2}, "one of 2 parts"),
    ],
)
def test_what_is_no_whole_model_is_refused(cache: Path, tmp_path: Path, fields: dict[str, Any], what: str) -> None:
    path = write_model(tmp_path / "a.gguf", tokenizer__chat_template="x", **fields)
    with pytest.raises(SetupError, match=what):
        quick(find_model(str(path), base=tmp_path))
    assert left_in(cache) == []


def test_a_candidate_that_llama_cpp_cannot_use_is_left_out(
    cache: Path, small: ModelFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = Bench.ask
    opened: list[str] = []

    def refuse(bench: Bench, what: str, **arguments: Any) -> Any:
        if what == "open" and arguments["path"].endswith(".part"):
            opened.append(arguments["path"])
            raise EngineCrash("no such tensor")
        return ask(bench, what, **arguments)

    monkeypatch.setattr(Bench, "ask", refuse)
    kept = quick(small)
    assert len(opened) == 1 and kept.preparation and kept.preparation.prepared is None
    assert kept.preparation.figures[1].note == "llama.cpp cannot use it: no such tensor"
    assert left_in(cache) == [MANIFEST_NAME]


def test_a_candidate_that_dies_when_timed_falls_out(
    cache: Path, small: ModelFile, anything_faster: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = Bench.ask

    def die(bench: Bench, what: str, **arguments: Any) -> Any:
        if what == "set_up":
            die.count += 1  # type: ignore[attr-defined]
            if die.count == 2:  # type: ignore[attr-defined]
                os.kill(bench._process.pid, signal.SIGKILL)
        return ask(bench, what, **arguments)

    die.count = 0  # type: ignore[attr-defined]
    monkeypatch.setattr(Bench, "ask", die)
    kept = quick(small)
    assert kept.preparation and kept.preparation.prepared is None
    assert "too little memory" in kept.preparation.figures[1].note
    assert kept.preparation.figures[0].outcome is Outcome.CHOSEN and left_in(cache) == [MANIFEST_NAME]
