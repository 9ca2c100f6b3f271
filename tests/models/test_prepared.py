from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import pytest

from panel.models import ModelFile, find_prepared
from panel.models.cache import MANIFEST_NAME, model_folder
from panel.models.cpu import describe_cpu
from panel.models.prepared import CachedFile, Figures, Preparation, llama_version, look_up

MODEL = b"GGUF, prepared"
SOURCE = ModelFile("Some-Model", Path("/models/Some-Model.gguf"), 10, hashlib.sha256(b"source").hexdigest())


def describe(**changes: Any) -> Preparation:
    fields: dict[str, Any] = {
        "created_at": datetime(2026, 11, 2, tzinfo=UTC),
        "source": CachedFile(name="Some-Model.gguf", size_bytes=10, sha256=SOURCE.sha256, quantization="Q4_1"),
        "prepared": CachedFile(
            name="Q8_0.gguf", size_bytes=len(MODEL), sha256=hashlib.sha256(MODEL).hexdigest(), quantization="Q8_0"
        ),
        "llama_version": llama_version(),
        "cpu": describe_cpu(),
        "threads": 2,
        "loss_tokens": 1024,
        "prefix_tokens": 1024,
        "rounds": 5,
        "figures": (Figures(quantization="Q4_1"),),
        "reason": "Q8_0, because",
    }
    return Preparation(**{**fields, **changes})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache with one prepared model."""
    monkeypatch.setenv("PANEL_CACHE", str(tmp_path))
    folder = model_folder(SOURCE.sha256)
    folder.mkdir(parents=True)
    (folder / "Q8_0.gguf").write_bytes(MODEL)
    put(folder, describe())
    return folder


def put(folder: Path, preparation: Preparation) -> None:
    (folder / MANIFEST_NAME).write_text(preparation.model_dump_json())


def why_stale(folder: Path) -> str:
    kept = look_up(folder)
    assert kept and kept.model is None and find_prepared(SOURCE) is None
    return kept.stale


def test_a_prepared_file_is_found_under_its_source_s_name(folder: Path) -> None:
    found = find_prepared(SOURCE)
    assert found == ModelFile(
        "Some-Model-Q8_0", folder / "Q8_0.gguf", len(MODEL), hashlib.sha256(MODEL).hexdigest(), SOURCE.sha256
    )
    kept = look_up(folder)
    assert kept and kept.preparation == describe() and not kept.stale


def test_nothing_is_found_where_nothing_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PANEL_CACHE", str(tmp_path / "none"))
    assert find_prepared(SOURCE) is None and look_up(model_folder(SOURCE.sha256)) is None
    monkeypatch.setenv("PANEL_CACHE", "~nobody-of-that-name/x")
    assert find_prepared(SOURCE) is None


def test_as_it_is_holds_and_finds_nothing(folder: Path) -> None:
    put(folder, describe(prepared=None))
    assert why_stale(folder) == ""


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"llama_version": "0.0.1"}, "llama-cpp-python 0.0.1"),
        ({"cpu": "Z80, z80"}, "another processor, Z80"),
        ({"cpu": describe_cpu().split(":")[0] + ": abacus"}, "other instructions"),
        ({"source": describe().source.model_copy(update={"sha256": "f" * 64})}, "another model"),
        ({"prepared": describe().prepared.model_copy(update={"name": "../Q8_0.gguf"})}, "not Panel's"),  # type: ignore[union-attr]
        (
            {"prepared": CachedFile(name="/etc/x.gguf", quantization="/etc/x", size_bytes=1, sha256="f" * 64)},
            "not Panel's",
        ),
    ],
)
def test_what_was_measured_elsewhere_is_stale(folder: Path, changes: dict[str, Any], why: str) -> None:
    put(folder, describe(**changes))
    assert why in why_stale(folder)


def test_another_source_with_the_same_beginning_finds_nothing(folder: Path) -> None:
    assert find_prepared(replace(SOURCE, sha256=SOURCE.sha256[:-1] + "x")) is None


@pytest.mark.parametrize(
    "text", ["", "{}", "not json", '{"schema_version": 1}', describe().model_dump_json().replace('n":1', 'n":2', 1)]
)
def test_a_manifest_that_cannot_be_read_is_stale(folder: Path, text: str) -> None:
    (folder / MANIFEST_NAME).write_text(text)
    assert "damaged" in why_stale(folder)


def test_a_manifest_that_is_no_file_is_stale(folder: Path) -> None:
    (folder / MANIFEST_NAME).unlink()
    (folder / MANIFEST_NAME).mkdir()
    assert "cannot be read" in why_stale(folder)


def test_a_changed_file_is_stale(folder: Path) -> None:
    path = folder / "Q8_0.gguf"
    path.write_bytes(MODEL.replace(b"p", b"q"))
    assert "was changed" in why_stale(folder)
    path.write_bytes(MODEL[:-1])
    assert "not as long" in why_stale(folder)
    path.write_bytes(b"PK".ljust(len(MODEL)))
    assert "cannot be read" in why_stale(folder)
    path.unlink()
    assert "is gone" in why_stale(folder)
    os.mkfifo(path)
    assert why_stale(folder)


def test_a_library_that_is_not_installed_is_no_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("panel.models.prepared.version", _raise_not_found)
    assert llama_version() == ""


def _raise_not_found(name: str) -> str:
    raise PackageNotFoundError(name)
