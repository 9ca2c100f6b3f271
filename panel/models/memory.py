"""How much memory there is for models."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from panel.models.cores import control_groups


def available_memory(root: Path = Path("/")) -> int:
    """Return the bytes that can be used without anything being swapped out or ended, about.

    The system's own estimate, or half of what is built in where it gives none; capped by the control groups' limits.

    Args:
        root: where `proc` and `sys` are.
    """
    found = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    with suppress(OSError):
        estimate = re.search(r"^MemAvailable:\s*(\d+) kB", (root / "proc/meminfo").read_text(), re.MULTILINE)
        found = int(estimate[1]) * 1024 if estimate else found
    for group in control_groups(root):
        with suppress(OSError, ValueError):  # ValueError: `max`, which is no limit
            limit, used = (int((group / name).read_text()) for name in ("memory.max", "memory.current"))
            found = min(found, max(0, limit - used))
    return found
