"""Fixtures for the store: other processes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("processes.py")
ROOT = Path(__file__).parents[2]


@pytest.fixture
def processes() -> Callable[..., str]:
    """Runs `processes.py` to its end and returns what it printed."""

    def run(*arguments: object) -> str:
        command = [sys.executable, str(SCRIPT), *map(str, arguments)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
