"""The commands that a run prints to go on with can be copied and run as they stand."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

PANEL = Path(sys.executable).with_name("panel")


def run_and_read_next(room: Path, path: str) -> list[str]:
    environment = {**os.environ, "PATH": path, "PANEL_EDITOR": "Ada Editor"}
    done = subprocess.run(
        [PANEL, "run", "hushcap", "--engine", "scripted", "--run-id", "first"],
        cwd=room,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    (approve,) = [line for line in done.stdout.splitlines() if "approve everything" in line]
    return shlex.split(approve.split("stands", 1)[1])


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/usr/bin:/bin", str(PANEL)), (f"{PANEL.parent}:/usr/bin:/bin", "panel")],
    ids=["not on the path", "on the path"],
)
def test_the_printed_command_runs(room: Path, path: str, expected: str) -> None:
    command = run_and_read_next(room, path)
    assert command == [expected, "approve", "first"]
    environment = {**os.environ, "PATH": path, "PANEL_EDITOR": "Ada Editor"}
    done = subprocess.run(["/usr/bin/env", *command], cwd=room, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "approved the comparison" in done.stdout
