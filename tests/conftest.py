"""What every test of the desk gets: no retry waits, no outside settings, a newsroom of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tenacity import wait_none

from panel.cli.newsroom import make_newsroom

EDITOR = "Ada Editor"
TOOLS = ("smolvlm2-turbo", "mistral-3b-edge")
SEATS = ("dx", "competition", "futurist", "business")


@pytest.fixture(autouse=True)
def no_retry_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("panel.graph.drafting.wait_between_retries", wait_none())


@pytest.fixture(autouse=True)
def plain_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the desk's own variables, git's user, the cache and the working folder of whoever runs the tests out."""
    for name in ("PANEL_EDITOR", "PANEL_SCRIPTED_DELAY_S", "EDITOR", "VISUAL", "COLUMNS", "LINES", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    monkeypatch.setenv("PANEL_CACHE", str(tmp_path_factory.getbasetemp() / "no-cache"))
    before = os.getcwd()
    yield
    os.chdir(before)


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """A newsroom, made by `panel init`."""
    return make_newsroom(tmp_path / "room")
