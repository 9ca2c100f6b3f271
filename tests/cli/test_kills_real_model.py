"""Real processes with the real model, killed while it reads and writes: the same words in the end."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import yaml

from panel.cli.newsroom import make_newsroom

from .calls import PANEL, do
from .forks import assert_whole, drafts_of

RUN = ("run", "smolvlm2-turbo", "-p", "dx", "-p", "business", "--run-id", "a")
KILLS = 4
SHARES = (0.5, 0.65, 0.8, 0.35)
"""Of an undisturbed run's time: while the model loads, while it reads, and while it writes."""
MOST_S = 200


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


def run_panel(room: Path, *argv: str, kill_after_s: float | None = None) -> int:
    process = subprocess.Popen(
        [*PANEL, *argv], cwd=room, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        _, err = process.communicate(timeout=kill_after_s or MOST_S)
        assert process.returncode == 0, err
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
    return process.returncode


def test_a_real_model_killed_at_work_writes_the_same_words(tmp_path: Path) -> None:
    calm = make_small_room(tmp_path / "calm")
    began = time.monotonic()
    assert run_panel(calm, *RUN) == 0
    duration_s = time.monotonic() - began
    room = make_small_room(tmp_path / "room")
    kills = at_work = 0
    for attempt in range(3 * KILLS):
        if kills >= KILLS and at_work:
            break
        run = room / "runs" / "a"
        command = ("resume", "a") if run.exists() else RUN
        code = run_panel(room, *command, kill_after_s=SHARES[attempt % len(SHARES)] * duration_s)
        assert_whole(room)
        kills += code == -signal.SIGKILL
        at_work += code == -signal.SIGKILL and (run / "graph.sqlite").exists()
        if code == 0:  # quicker than the undisturbed run was
            shutil.rmtree(run)
    print(f"{kills} kills of the real model, {at_work} of them at work; undisturbed it took {duration_s:.1f} s")
    assert kills >= KILLS and at_work
    if not (room / "runs" / "a").exists():
        assert run_panel(room, *RUN) == 0
    assert run_panel(room, "resume", "a") == 0
    wanted, found = drafts_of(calm / "runs" / "a"), drafts_of(room / "runs" / "a")
    assert list(found) == ["drafts/smolvlm2-turbo/business/1.json", "drafts/smolvlm2-turbo/dx/1.json"] == list(wanted)
    for name, draft in found.items():
        for attempt in (*draft["attempts"], *wanted[name]["attempts"]):
            del attempt["cached_tokens"]  # what was computed before depends on who came first
        assert draft == wanted[name]
        assert json.loads(draft["attempts"][draft["chosen"]]["raw"])["call"] == draft["call"]
    do(room, "verify", "a")
