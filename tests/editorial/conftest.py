"""Fixtures for the desk: a drafted run, one that is approved, and other processes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from panel.editorial import Desk

from . import desks

SCRIPT = Path(__file__).with_name("editors.py")
ROOT = Path(__file__).parents[2]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Four drafted seats, nothing done to them."""
    return desks.make_desk(tmp_path)


@pytest.fixture
def approved(desk: Desk) -> Desk:
    """Every seat and the comparison approved by Eve."""
    desks.approve_all(desk)
    return desk


@pytest.fixture
def editors() -> Callable[..., list[str]]:
    """Runs `editors.py` to its end and returns the lines it printed."""

    def run(*arguments: object) -> list[str]:
        command = [sys.executable, str(SCRIPT), *map(str, arguments)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    return run
