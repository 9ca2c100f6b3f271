"""Which processor this is, as far as llama.cpp's speed goes: its name, and the instructions that have kernels."""

from __future__ import annotations

import platform
import re
from pathlib import Path

_INSTRUCTIONS = re.compile(
    r"sse4_2|avx.*|f16c|fma|bmi2|amx.*"  # x86
    r"|neon|asimd.*|fphp|i8mm|bf16|sve.*|sme.*"  # Arm
    r"|vsx|vx|lsx|lasx|rvv"
)
_NAMES = ("model name", "Model Name", "cpu model", "cpu", "CPU part")


def describe_cpu(root: Path = Path("/")) -> str:
    """Describe the processor: "AMD EPYC, x86_64: avx avx2 f16c fma".

    Args:
        root: where `proc` is; where it has no `cpuinfo`, Python's `platform` is asked, which knows no instructions.
    """
    try:
        text = (root / "proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    fields: dict[str, str] = {}
    for line in text.splitlines():
        key, _, value = line.partition(":")
        fields.setdefault(key.strip(), " ".join(value.split()))
    name = next((fields[key] for key in _NAMES if fields.get(key)), platform.processor()) or "unknown"
    flags = f"{fields.get('flags', '')} {fields.get('Features', '')}".split()
    known = {flag for flag in flags if _INSTRUCTIONS.fullmatch(flag)}
    machine = platform.machine() or "unknown"
    return f"{name}, {machine}: {' '.join(sorted(known))}" if known else f"{name}, {machine}"
