from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from panel.models import EMBEDDED_BASE, ModelFile, find_model
from panel.models.prepare import prepare_model
from panel.models.prepared import Kept

from .ggufs import write_shortened
from .preparing import QUICK

HOSTILE_NAME = os.fsdecode(b"Sm\xffl\x1b[31m model.gguf")


@pytest.fixture(scope="session")
def embedded() -> ModelFile:
    return find_model(EMBEDDED_BASE, base=Path("/"))


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory, embedded: ModelFile) -> ModelFile:
    """Two layers of the embedded base: as a file like any other, and quick to handle."""
    path = write_shortened(embedded.path, tmp_path_factory.mktemp("small") / "Small.Q4_1.gguf", layers=2)
    return find_model(str(path), base=path.parent)


@pytest.fixture(scope="session")
def small_prepared_once(tmp_path_factory: pytest.TempPathFactory, small: ModelFile) -> Path:
    folder = tmp_path_factory.mktemp("small-prepared")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PANEL_CACHE", str(folder))
        patch.setattr("panel.models.policy.SPEED_MARGIN", -1e9)
        assert prepare_model(small, threads=1, quantizations=("Q8_0",), effort=QUICK).model
    return folder


@pytest.fixture
def small_prepared(cache: Path, small_prepared_once: Path) -> Path:
    """A cache of one's own in which Q8_0 was prepared from the small model."""
    shutil.copytree(small_prepared_once, cache)
    return cache


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    monkeypatch.setenv("PANEL_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def anything_faster(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a candidate chosen however fast it is: how fast depends on the machine that runs the tests."""
    monkeypatch.setattr("panel.models.policy.SPEED_MARGIN", -1e9)


@pytest.fixture(scope="session")
def prepared_once(tmp_path_factory: pytest.TempPathFactory, embedded: ModelFile) -> tuple[Path, ModelFile, Kept]:
    """A cache, a source with a hostile name, and what was prepared from it: of Q8_0 and Q4_0, the former."""
    folder = tmp_path_factory.mktemp("prepared")
    path = folder / HOSTILE_NAME
    shutil.copyfile(embedded.path, path)
    source = find_model(str(path), base=folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PANEL_CACHE", str(folder / "cache"))
        patch.setattr("panel.models.policy.SPEED_MARGIN", -1e9)
        effort = replace(QUICK, loss_tokens=256)  # fewer do not tell Q4_0 from the source
        kept = prepare_model(source, threads=1, quantizations=("Q8_0", "Q4_0"), effort=effort)
    return folder / "cache", source, kept


@pytest.fixture
def prepared(
    prepared_once: tuple[Path, ModelFile, Kept], monkeypatch: pytest.MonkeyPatch
) -> tuple[Path, ModelFile, Kept]:
    """The same, in use; not to be changed."""
    monkeypatch.setenv("PANEL_CACHE", str(prepared_once[0]))
    return prepared_once
