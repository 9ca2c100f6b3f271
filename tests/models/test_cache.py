from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest

from panel.errors import Conflict, SetupError, StoreError
from panel.models import cache
from panel.models.cache import (
    MANIFEST_NAME,
    cache_folder,
    complain_if_full,
    finish,
    held,
    model_folder,
    model_folders,
    part_name,
    sweep_abandoned,
    translated,
    write_whole,
)

SHA256 = "0123456789abcdef" * 4


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PANEL_CACHE", str(tmp_path / "cache"))
    return model_folder(SHA256)


@pytest.mark.parametrize(
    ("own", "xdg", "found"),
    [
        ("/own", "/xdg", "/own"),
        ("~/own", "", "/home/ada/own"),
        ("", "/xdg", "/xdg/panel"),
        ("", "relative", "/home/ada/.cache/panel"),
        ("", "", "/home/ada/.cache/panel"),
    ],
)
def test_the_cache_is_where_it_is_said_to_be(monkeypatch: pytest.MonkeyPatch, own: str, xdg: str, found: str) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    monkeypatch.setenv("PANEL_CACHE", own)
    monkeypatch.setenv("XDG_CACHE_HOME", xdg)
    assert cache_folder() == Path(found)


def test_a_relative_cache_starts_where_one_stands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PANEL_CACHE", "here")
    os.chdir(tmp_path)
    assert cache_folder() == tmp_path / "here"


def test_no_home_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PANEL_CACHE", "~nobody-of-that-name/x")
    with pytest.raises(SetupError, match="no cache folder") as caught:
        cache_folder()
    assert "PANEL_CACHE" in caught.value.hint


def test_only_models_folders_are_found(folder: Path) -> None:
    assert model_folders() == []
    folder.mkdir(parents=True)
    (folder.parent / "somebody-else-s").mkdir()
    (folder.parent / "0123456789abcdeX").mkdir()
    (folder.parent / "fedcba9876543210").write_text("a file")
    assert model_folders() == [folder]


def test_a_folder_in_which_nothing_is_left_goes(folder: Path) -> None:
    with held(folder):
        part_name(folder, "Q8_0").write_bytes(b"half")
        assert list(folder.iterdir())
    assert not folder.exists()


def test_what_is_whole_stays_and_what_is_half_made_goes(folder: Path) -> None:
    with held(folder):
        write_whole(folder / MANIFEST_NAME, b"{}")
        (folder / "Q8_0.gguf").write_bytes(b"model")
        part_name(folder, "Q4_0").write_bytes(b"half")
    assert {path.name for path in folder.iterdir()} == {MANIFEST_NAME, "Q8_0.gguf", "lock"}


def test_a_model_without_a_manifest_is_half_made(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "Q8_0.gguf").write_bytes(b"renamed, and then the power went")
    sweep_abandoned()
    assert not folder.exists()


def test_what_somebody_is_making_is_not_swept(folder: Path) -> None:
    with held(folder):
        part = part_name(folder, "Q8_0")
        part.write_bytes(b"half")
        sweep_abandoned()
        assert part.exists()
        with pytest.raises(Conflict, match="being prepared"), held(folder):
            pass
        assert part.exists()


def test_at_any_time_one_alone_holds_a_folder(folder: Path) -> None:
    inside: list[int] = []
    entered: list[int] = []
    crowds: list[int] = []

    def push(number: int) -> None:
        while entered.count(number) < 20:
            try:
                with held(folder):
                    inside.append(number)
                    crowds.append(len(inside))
                    entered.append(number)
                    (folder / "half.part").unlink(missing_ok=True)
                    inside.remove(number)
            except Conflict:
                continue

    threads = [threading.Thread(target=push, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(crowds) == {1} and len(crowds) == 80
    assert not folder.exists()


def test_a_file_gets_its_name_when_it_is_whole(folder: Path) -> None:
    with held(folder):
        part, path = part_name(folder, "Q8_0"), folder / "Q8_0.gguf"
        part.write_bytes(b"new")
        path.write_bytes(b"old")
        finish(part, path)
        assert path.read_bytes() == b"new" and not part.exists()


def test_a_cache_that_cannot_be_made_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("PANEL_CACHE", str(tmp_path / "file"))
    with pytest.raises(StoreError, match="locking failed") as caught, held(model_folder(SHA256)):
        pass
    assert "PANEL_CACHE" in caught.value.hint
    with pytest.raises(StoreError, match="reading failed"):
        model_folders()
    monkeypatch.setenv("PANEL_CACHE", str(tmp_path))
    model_folder(SHA256).parent.mkdir()
    model_folder(SHA256).write_text("in the way")
    with pytest.raises(StoreError, match="File exists"), held(model_folder(SHA256)):
        pass
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    monkeypatch.setenv("PANEL_CACHE", str(tmp_path / "link"))
    with pytest.raises(StoreError, match="File exists"), held(model_folder(SHA256)):
        pass


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_told_with_what_to_do(tmp_path: Path, code: int) -> None:
    with pytest.raises(StoreError, match=os.strerror(code)) as caught, translated("writing", tmp_path):
        raise OSError(code, os.strerror(code))
    assert "Free some space" in caught.value.hint


def test_room_is_asked_for_and_given_back(tmp_path: Path) -> None:
    complain_if_full(tmp_path, 1_000_000)
    assert not list(tmp_path.iterdir())


def test_a_disk_that_cannot_say_is_not_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EOPNOTSUPP, "not here")

    monkeypatch.setattr(cache.os, "posix_fallocate", refuse)
    complain_if_full(tmp_path, 1_000_000)
    assert not list(tmp_path.iterdir())
