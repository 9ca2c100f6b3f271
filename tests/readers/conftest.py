from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from panel.readers import ReaderStore


@dataclass
class Clock:
    """A clock that stands still until it is set."""

    at: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "readers" / "readers.sqlite"


@pytest.fixture
def store(path: Path, clock: Clock) -> Iterator[ReaderStore]:
    with ReaderStore.open(path, clock=clock) as opened:
        yield opened
