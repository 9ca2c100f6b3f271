"""Calling the command line: in this process, or as a real one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from panel.cli.app import app

PANEL = [sys.executable, "-c", "from panel.cli import main; main()"]


@dataclass(frozen=True, slots=True)
class Said:
    """What a command said, and how it ended."""

    rc: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """Standard output as JSON; it must be nothing else."""
        return json.loads(self.out)


def call(room: Path, *argv: str, stdin: str | bytes | None = None, editor: str = "Ada Editor") -> Said:
    """Run a command in this process, in the newsroom; what it does not mean to raise is raised here."""
    os.chdir(room)
    result = CliRunner().invoke(app, list(argv), input=stdin, env={"PANEL_EDITOR": editor})
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Said(result.exit_code, result.stdout, result.stderr)


def do(room: Path, *argv: str, stdin: str | bytes | None = None, editor: str = "Ada Editor") -> Said:
    """Run a command that has to succeed."""
    said = call(room, *argv, stdin=stdin, editor=editor)
    assert said.rc == 0, said.out + said.err
    return said


def spawn(room: Path, *argv: str, **env: str) -> subprocess.Popen[bytes]:
    """Start a real process of the command line."""
    return subprocess.Popen(
        [*PANEL, *argv],
        cwd=room,
        env={**os.environ, "PANEL_EDITOR": "Ada Editor", **env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def write_sheet(room: Path, run: str, tool: str, persona: str, add: str = "An editor wrote this.") -> Path:
    """Write an edit sheet that says what stands there, with some words added to each beat."""
    (seat,) = do(room, "show", run, tool, persona, "--json").data["seats"]
    lines = [f"call: {seat['call']}", *(f"[{name}]\n{text} {add}" for name, text in seat["beats"].items())]
    path = room / "sheet.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
