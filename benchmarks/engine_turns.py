"""Turns: one side does one workload once, in a process of its own that is gone afterwards.

So no side is warm, an idle one computes nothing, and the most memory a process ever had is that side's alone. The
parent writes the job to the process's input, and reads the result from the last line it prints. Knows nothing of what
a job is about.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]

Job = dict[str, Any]
Result = dict[str, Any]


class TurnFailed(Exception):
    """A side's process ended without a result; says what it said last."""


def take_turn(module: str, job: Job) -> Result:
    """Have another process do a job, and wait for it.

    Args:
        module: its name inside `benchmarks`; it calls `answer`.
        job: plain data; `do` names what is to be done.

    Returns:
        What the process answers, and `others`: how many processors were kept busy by anything else meanwhile, other
        machines on the same host included, on average.

    Raises:
        TurnFailed: with the process's last line.
    """
    began, busy_s, own_s = time.monotonic(), _busy_s(), _own_s()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as errors:
        command = [sys.executable, "-m", f"benchmarks.{module}"]
        question = json.dumps(job)
        done = subprocess.run(
            command, input=question, stdout=subprocess.PIPE, stderr=errors, cwd=ROOT, text=True, check=False
        )
        errors.seek(0)
        said = errors.read().strip()
    if done.returncode or not done.stdout:
        last_words = said.splitlines()[-1] if said else "it said nothing"
        raise TurnFailed(f"{job['do']} ended with status {done.returncode}: {last_words}")
    result: Result = json.loads(done.stdout.splitlines()[-1])
    others_s = _busy_s() - busy_s - (_own_s() - own_s)
    return {**result, "others": max(0.0, others_s / (time.monotonic() - began))}


def _busy_s() -> float:
    """Return the seconds that the processors have worked, and those the host took from them; 0 if it is not said."""
    try:
        words = Path("/proc/stat").read_text().splitlines()[0].split()
    except OSError:
        return 0.0
    user, nice, system, _, _, *interrupts_and_stolen = map(int, words[1:9])
    return (user + nice + system + sum(interrupts_and_stolen)) / os.sysconf("SC_CLK_TCK")


def _own_s() -> float:
    """Return the processor seconds of all processes that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def answer(acts: Mapping[str, Callable[[Job], Result]]) -> None:
    """Be the other process: do the one job that stands on the standard input."""
    # Whoever ends this process ends what it started, too: `finally` runs on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    job = json.loads(sys.stdin.read())
    print(json.dumps(acts[job["do"]](job)))


def peak_bytes(process: int | str = "self") -> int:
    """Return the most memory a running process has had at once, weights mapped from their file included.

    Returns:
        Bytes; 0 where the system does not say.
    """
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    lines = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    return int(lines.get("VmHWM", "0 kB").split()[0]) * 1024
