"""Real processes with the real model, killed while it reads and writes: the same words in the end."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from panel.cli.newsroom import make_newsroom

from .calls import PANEL, do
from .forks import assert_whole, drafts_of

RUN = ("run", "smolvlm2-turbo", "-p", "dx", "-p", "business", "--run-id", "a")
KILLS = 4
MOST_ROUNDS = 6
MOST_S = 300
POLL_S = 0.01
Moment = Callable[[Path], bool]
"""Told the run's folder, whether the time to kill has come."""


def make_small_room(folder: Path) -> Path:
    """A newsroom whose dossier and two reviewers are short enough for many runs on a small machine."""
    room = make_newsroom(folder)
    toml = room / "panel.toml"
    toml.write_text(toml.read_text().replace("# max_revisions = 2 ", "max_revisions = 0 "))
    path = room / "dossiers" / "smolvlm2-turbo.yaml"
    dossier = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump(dossier | {"evidence": [], "rivals": []}, allow_unicode=True))
    for name, beats in (("dx", 2), ("business", 1)):
        path = room / "personas" / f"{name}.yaml"
        persona: dict[str, Any] = yaml.safe_load(path.read_text())
        shorter = [beat | {"min_chars": 20, "max_chars": 90} for beat in persona["beats"][:beats]]
        path.write_text(yaml.safe_dump(persona | {"beats": shorter}))
    return room


def run_panel(room: Path, *argv: str, kill_at: Moment | None = None) -> int:
    """Run the command line, and kill it once the moment has come; the process may end sooner."""
    with tempfile.TemporaryFile() as err:
        process = subprocess.Popen(
            [*PANEL, *argv], cwd=room, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=err
        )
        try:
            began = time.monotonic()
            while process.poll() is None:
                assert time.monotonic() < began + MOST_S, f"not over after {MOST_S} s: {argv}"
                if kill_at and kill_at(room / "runs" / "a"):
                    process.kill()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(POLL_S)
        finally:
            process.kill()
            process.wait()
        err.seek(0)
        assert process.returncode in ((0, -signal.SIGKILL) if kill_at else (0,)), err.read()
        return process.returncode


def when_the_graph_is_there(run: Path) -> bool:
    return (run / "graph.sqlite").exists()


def when_a_draft_is_there(run: Path) -> bool:
    return any(run.glob("drafts/*/*/*.json"))


def after(wait_s: float) -> Moment:
    until = time.monotonic() + wait_s
    return lambda run: time.monotonic() >= until


def test_a_real_model_killed_at_work_writes_the_same_words(tmp_path: Path) -> None:
    calm = make_small_room(tmp_path / "calm")
    began = time.monotonic()
    assert run_panel(calm, *RUN) == 0
    duration_s = time.monotonic() - began
    wait_s = 0.5 * duration_s
    kills = between = rounds = 0
    while rounds < MOST_ROUNDS and not (kills >= KILLS and between):
        rounds += 1
        room = make_small_room(tmp_path / f"room-{rounds}")
        run = room / "runs" / "a"
        assert run_panel(room, *RUN, kill_at=when_the_graph_is_there) == -signal.SIGKILL
        assert_whole(room)
        waited = run_panel(room, "resume", "a", kill_at=after(wait_s))
        assert_whole(room)
        wait_s *= 1.1 if waited else 0.5  # it may be quicker than the first run was, which found nothing cached
        kills += 1 + bool(waited)
        if not when_a_draft_is_there(run):
            kills += bool(run_panel(room, "resume", "a", kill_at=when_a_draft_is_there))
            assert_whole(room)
        between += len(list(run.glob("drafts/*/*/*.json"))) == 1
        assert run_panel(room, "resume", "a") == 0
        assert_same_words(calm / "runs" / "a", run)
        do(room, "verify", "a")
    print(
        f"{kills} kills of the real model, {between} of them between two drafts; undisturbed it took {duration_s:.1f} s"
    )
    assert kills >= KILLS and between


def assert_same_words(calm: Path, run: Path) -> None:
    wanted, found = drafts_of(calm), drafts_of(run)
    assert list(found) == ["drafts/smolvlm2-turbo/business/1.json", "drafts/smolvlm2-turbo/dx/1.json"] == list(wanted)
    for name, draft in found.items():
        for attempt in (*draft["attempts"], *wanted[name]["attempts"]):
            attempt.pop("cached_tokens", None)  # what was computed before depends on who came first
        assert draft == wanted[name]
        assert json.loads(draft["attempts"][draft["chosen"]]["raw"])["call"] == draft["call"]
