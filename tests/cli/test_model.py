"""`panel model`: prepared once, shown, forgotten; for people and for programs."""

from __future__ import annotations

import functools
import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from panel.cli.model import _telling
from panel.cli.printing import make_console
from panel.models import ModelFile, find_model, find_prepared, prepare
from panel.models.cache import MANIFEST_NAME, model_folder
from tests.models.ggufs import write_model, write_shortened
from tests.models.preparing import QUICK

from .calls import call, do, spawn

WAIT_S = 120


@pytest.fixture(scope="session")
def small_once(tmp_path_factory: pytest.TempPathFactory) -> ModelFile:
    """Two layers of the embedded model."""
    source = find_model("embedded-base", base=Path("/"))
    path = write_shortened(source.path, tmp_path_factory.mktemp("small") / "Small.Q4_1.gguf", layers=2)
    return find_model(str(path), base=path.parent)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PANEL_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def small(small_once: ModelFile, cache: Path, monkeypatch: pytest.MonkeyPatch) -> ModelFile:
    """A small model, an empty cache, and little measuring of one candidate that is chosen however fast it is."""
    monkeypatch.setattr("panel.models.policy.SPEED_MARGIN", -1e9)
    quick = functools.partial(prepare.prepare_model, quantizations=("Q8_0",), effort=QUICK)
    monkeypatch.setattr(prepare, "prepare_model", quick)
    return small_once


def name_in_settings(room: Path, path: Path) -> None:
    settings = (room / "panel.toml").read_text(encoding="utf-8")
    assert 'path = "embedded"' in settings
    (room / "panel.toml").write_text(settings.replace('path = "embedded"', f"path = {json.dumps(str(path))}"))


def test_prepared_shown_and_forgotten(room: Path, small: ModelFile) -> None:
    name_in_settings(room, small.path)
    key = small.sha256[:16]
    said = do(room, "model", "prepare")
    assert "Q8_0" in said.out and "chosen" in said.out and key in said.out
    assert "converting to Q8_0" in said.err and "timing, round 1 of 1" in said.err
    prepared = find_prepared(small)
    assert prepared and str(prepared.path) in said.out.replace("\n", "")

    # The second time there is nothing to do.
    again = do(room, "model", "prepare", "--json")
    assert again.err == "" and again.data["prepared"] == str(prepared.path) and again.data["stale"] == ""
    assert [one["outcome"] for one in again.data["preparation"]["figures"]] == ["slower", "chosen"]
    assert do(room, "model", "prepare", "--again", "--json").err != ""

    for argv in ((), (str(small.path),), (key,)):
        shown = do(room, "model", "show", *argv, "--json").data["models"]
        assert [one["key"] for one in shown] == [key]
        assert "Q8_0" in do(room, "model", "show", *argv).out
    assert shown[0]["preparation"]["source"]["sha256"] == small.sha256

    assert do(room, "model", "forget", "--json").data["freed_bytes"] == prepared.size_bytes
    assert find_prepared(small) is None and not model_folder(small.sha256).exists()
    assert do(room, "model", "show", "--json").data == {"models": []}
    assert "Nothing is prepared from it" in do(room, "model", "show", str(small.path)).out
    gone = call(room, "model", "forget", "--json")
    assert gone.rc == 2 and gone.data["error"]["kind"] == "NotFound"


def test_a_newsroom_is_not_needed(tmp_path: Path, small: ModelFile) -> None:
    os.chdir(tmp_path)
    (tmp_path / "here.gguf").symlink_to(small.path)
    do(tmp_path, "model", "prepare", "here.gguf")
    assert find_prepared(small)
    do(tmp_path, "model", "forget", small.sha256[:16])
    assert find_prepared(small) is None
    assert "Nothing is prepared" in do(tmp_path, "model", "show", "embedded").out


def test_what_is_stale_is_told_and_forgotten_all_the_same(
    room: Path, small: ModelFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    do(room, "model", "prepare", str(small.path))
    monkeypatch.setattr("panel.models.prepared.llama_version", lambda: "9.9.9")
    said = do(room, "model", "show")
    assert "Not used" in said.out and "9.9.9 is installed" in said.out.replace("\n", "")
    (shown,) = do(room, "model", "show", "--json").data["models"]
    assert shown["prepared"] is None and "9.9.9" in shown["stale"]
    manifest = model_folder(small.sha256) / MANIFEST_NAME
    manifest.write_text("{}")
    (shown,) = do(room, "model", "show", "--json").data["models"]
    assert shown["preparation"] is None and "damaged" in shown["stale"]
    assert small.sha256[:16] in do(room, "model", "show").out
    do(room, "model", "forget", small.sha256[:16])
    assert not manifest.parent.exists()


def test_broken_settings_are_said(room: Path, small: ModelFile) -> None:
    (room / "panel.toml").write_text("[model]\nthreads = -1\n")
    assert call(room, "model", "prepare").rc == 2


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"tensors": 0}, "vocabulary"),
        ({"split__count": 2}, "parts"),
        ({"llama__pooling_type": 1}, "embedding"),
        ({"general__type": "adapter"}, "adapter"),
    ],
)
def test_what_cannot_draft_is_a_wrong_input(room: Path, cache: Path, fields: dict[str, Any], words: str) -> None:
    write_model(room / "a.gguf", tokenizer__chat_template="x", **fields)
    people = call(room, "model", "prepare", "a.gguf")
    assert people.rc == 2 and words in people.err and "What to do:" in people.err
    programs = call(room, "model", "prepare", "a.gguf", "--json")
    assert programs.rc == 2 and programs.data["error"]["kind"] == "SetupError" and programs.data["error"]["hint"]
    assert not cache.exists()


@pytest.mark.parametrize(
    ("name", "words"),
    [("none.gguf", "cannot be read"), (".", "cannot be read"), ("panel.toml", "not a GGUF"), ("x" * 5000, "too long")],
)
def test_what_is_no_model_file_is_a_wrong_input(room: Path, cache: Path, name: str, words: str) -> None:
    for command in ("prepare", "show", "forget"):
        said = call(room, "model", command, name)
        assert said.rc == 2 and words in said.err and "Traceback" not in said.err
    assert not cache.exists()


def test_a_hostile_name_never_reaches_the_terminal(room: Path, cache: Path) -> None:
    (room / "link.gguf").symlink_to("\x1b[31mred.gguf")
    said = call(room, "model", "prepare", "link.gguf")
    assert said.rc == 2 and "\x1b" not in said.err and r"\x1b[31mred" in said.err


def test_ctrl_c_leaves_nothing_and_says_so(room: Path, cache: Path, small_once: ModelFile) -> None:
    for stage in (b"reading", b"converting"):
        running = spawn(room, "model", "prepare", str(small_once.path))
        assert running.stderr
        said = b""
        while stage not in said:
            line = running.stderr.readline()
            assert line, said
            said += line
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=WAIT_S)
        assert running.returncode == 130 and b"Nothing half-made" in err and b"Traceback" not in err and not out
        assert not list(cache.rglob("*.part")) and not list(cache.rglob("*.gguf"))


def test_a_terminal_sees_one_living_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("FORCE_COLOR", "1")
    console = make_console(stderr=True)
    assert console.is_terminal
    with _telling(console) as tell:
        tell("converting to Q8_0")
    assert "converting to Q8_0…" in capsys.readouterr().err
