"""The kill server's client, and what must be true of a newsroom whatever was killed in it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SERVER = Path(__file__).with_name("kill_server.py")
LOUD = (
    "PANEL_", "FORCE_COLOR", "NO_COLOR", "CLICOLOR", "COLORTERM", "COLUMNS", "LINES", "TTY_", "TERMINAL_WIDTH",
    "EDITOR", "VISUAL", "PYTHONIOENCODING", "_TYPER_", "JUPYTER_",
)  # fmt: skip
"""Variables whose names begin like this change what a command says."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended, and what it had said by then."""

    killed: bool
    rc: int
    out: str
    err: str
    duration_s: float

    def data(self) -> Any:
        assert self.rc == 0, self.err
        return json.loads(self.out)


def plain_environment() -> dict[str, str]:
    """This process's environment without what changes how a child looks or what it knows, and with one thread.

    The server outlives single tests, so what their fixtures take away does not reach it.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(LOUD)}
    quiet = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONUTF8": "1"}
    return {**kept, **quiet, "TERM": "dumb", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


class Forks:
    """Real processes of the command line, made quickly and killed at any moment."""

    def __init__(self) -> None:
        self._server = subprocess.Popen(
            [sys.executable, str(SERVER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=plain_environment(),
        )
        assert self._read() == "ready\n"

    def panel(self, room: Path, *argv: str, kill_after_s: float | None = None, delay_s: float = 0.0) -> Ended:
        env = {"PANEL_SCRIPTED_DELAY_S": str(delay_s), "PANEL_EDITOR": "Ada Editor"}
        request = {"argv": argv, "cwd": str(room), "env": env, "kill_after_s": kill_after_s}
        assert self._server.stdin
        self._server.stdin.write(json.dumps(request) + "\n")
        self._server.stdin.flush()
        return Ended(**json.loads(self._read()))

    def close(self) -> None:
        assert self._server.stdin and self._server.stdout
        self._server.stdin.close()
        self._server.stdout.close()
        self._server.wait(timeout=60)

    def _read(self) -> str:
        assert self._server.stdout
        return self._server.stdout.readline()


def drafts_of(run: Path) -> dict[str, Any]:
    """Every draft file of a run by its path, without what time alone decides."""
    drafts = {}
    for path in sorted((run / "drafts").rglob("*.json")):
        draft = json.loads(path.read_bytes())
        del draft["created_at"]
        for attempt in draft["attempts"]:
            del attempt["duration_s"]
        drafts[path.relative_to(run).as_posix()] = draft
    return drafts


def journal_of(run: Path) -> list[tuple[Any, ...]]:
    """A run's journal without what time alone decides; every line must be whole."""
    path = run / "journal.jsonl"
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    entries = [json.loads(line) for line in lines]
    for entry in entries:
        entry["seat"] = "{tool}/{persona}".format(**entry["seat"]) if "seat" in entry else "the run"
    return [
        tuple(str(entry.get(name)) for name in ("action", "seat", "seq", "before", "after", "reason"))
        for entry in entries
    ]


def assert_whole(room: Path) -> None:
    """No file of the newsroom is half there: what ends in .json or .jsonl parses."""
    for path in [*(room / "runs").rglob("*.json"), *(room / "site").rglob("*.json")]:
        json.loads(path.read_bytes())
    for path in (room / "runs").rglob("*.jsonl"):
        data = path.read_bytes()
        assert data.endswith(b"\n") or not data
        for line in data.splitlines():
            json.loads(line)


def hashes_of(site: Path) -> dict[str, str]:
    """Every file of the published pages with its hash."""
    files = [path for path in (site / "compare").rglob("*") if path.is_file()]
    return {path.relative_to(site).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
