from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from panel.cli.newsroom import make_newsroom

from .calls import do

TOOLS = ("smolvlm2-turbo", "mistral-3b-edge")


@pytest.fixture(scope="session")
def drafted_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    room = make_newsroom(tmp_path_factory.mktemp("drafted") / "room")
    do(room, "run", *TOOLS, "--engine", "scripted", "--run-id", "a")
    return room


@pytest.fixture
def drafted(drafted_once: Path, tmp_path: Path) -> Path:
    """A newsroom with the run `a`: two tools, four seats each, nothing approved."""
    room = tmp_path / "room"
    shutil.copytree(drafted_once, room)
    return room


@pytest.fixture
def approved(drafted: Path) -> Path:
    do(drafted, "approve", "a")
    return drafted


@pytest.fixture
def published(approved: Path) -> Path:
    do(approved, "publish", "a")
    return approved
