"""`panel init`."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

import panel
from panel.cli import newsroom as module

from .calls import call, do


def test_it_makes_a_newsroom_that_works(tmp_path: Path) -> None:
    said = do(tmp_path, "init", "my desk/room")
    assert "cd 'my desk/room' && panel run" in said.out
    room = tmp_path / "my desk" / "room"
    assert {path.name for path in room.iterdir()} == {*module.PARTS, "runs", "site"}
    do(room, "dossier", "check")
    do(room, "run", "smolvlm2-turbo", "--engine", "scripted")


def test_here_is_a_folder_too(tmp_path: Path) -> None:
    here = tmp_path / "empty"
    here.mkdir()
    inode = here.stat().st_ino
    do(here, "init", ".")
    # The folder somebody stands in is still the one they stand in.
    assert here.stat().st_ino == inode and Path(os.getcwd()).joinpath("panel.toml").is_file()


def test_what_holds_something_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / ".hidden").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for name in ("full", "file", "."):
        said = call(tmp_path, "init", name)
        assert said.rc == 2 and "is not empty" in said.err
    assert sorted(path.name for path in tmp_path.rglob("*")) == [".hidden", "file", "full"]


def test_a_copy_that_fails_leaves_no_newsroom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "packaged_defaults", lambda: tmp_path / "nowhere")
    said = call(tmp_path, "init", "room")
    assert said.rc != 0 and "making the newsroom" in said.err and "Traceback" not in said.err
    assert list((tmp_path / "room").iterdir()) == []


def test_an_installed_package_brings_its_own_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout = Path(panel.__file__).parent.parent
    installed = tmp_path / "site-packages" / "panel"
    for part in module.PARTS:
        copy = shutil.copytree if (checkout / part).is_dir() else shutil.copyfile
        (installed / "defaults").mkdir(parents=True, exist_ok=True)
        copy(checkout / part, installed / "defaults" / part)
    (installed / "__init__.py").write_text("")
    monkeypatch.setattr(panel, "__file__", str(installed / "__init__.py"))
    do(tmp_path, "init", "room")
    monkeypatch.undo()
    do(tmp_path / "room", "dossier", "check")
