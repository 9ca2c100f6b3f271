"""How many threads are worth starting: one for each physical core that this process may use.

Two hyper-threads share one core's arithmetic, and decoding is nothing else: a second thread on a core only waits.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path, PurePosixPath

WAITING = {"GOMP_SPINCOUNT": "1000"}
"""Variables for libgomp, to be set before llama.cpp's library is loaded. Threads wait for each other a thousand times a
step; by default they spin for a millisecond first and take the processor from whoever they wait for."""


def physical_cores(*, allowed: Collection[int] | None = None, root: Path = Path("/")) -> int:
    """Count the distinct physical cores among the processors this process may run on.

    Where the system does not say which processors share a core, each counts as one. A quota of processor time (cgroup
    v2's `cpu.max`) caps the count, rounded down: threads beyond it would wait for each other, spinning.

    Args:
        allowed: the processors' numbers; else those of this process.
        root: where `sys` and `proc` are.

    Returns:
        At least 1.
    """
    if allowed is None:
        allowed = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)
    cores = {_siblings(number, root) or str(number) for number in allowed}
    quota = _quota(root)
    return max(1, len(cores) if quota is None else min(len(cores), int(quota)))


def _siblings(number: int, root: Path) -> str:
    """Return the processors that share a core with this one, as the system writes them; "" when it does not say."""
    topology = root / "sys/devices/system/cpu" / f"cpu{number}" / "topology"
    return _read(topology / "thread_siblings_list") or _read(topology / "core_cpus_list")


def control_groups(root: Path = Path("/")) -> list[Path]:
    """Return the folders of this process's control group (version 2) and of those above it, the topmost first."""
    own = next((line[3:] for line in _read(root / "proc/self/cgroup").splitlines() if line.startswith("0::")), "/")
    parts = [part for part in PurePosixPath(own).parts if part not in ("/", "..")]
    return [(root / "sys/fs/cgroup").joinpath(*parts[:depth]) for depth in range(len(parts) + 1)]


def _quota(root: Path) -> float | None:
    """Return the least quota of processors on the way from this process's control group up; None when there is none."""
    quotas = [_parse_quota(_read(group / "cpu.max")) for group in control_groups(root)]
    return min((quota for quota in quotas if quota is not None), default=None)


def _parse_quota(text: str) -> float | None:
    """Read `cpu.max`: microseconds and period, or `max` and period."""
    try:
        allowed, period = map(int, text.split())
        return allowed / period
    except (ValueError, ZeroDivisionError):
        return None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""
