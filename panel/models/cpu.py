"""Which processor this is, as far as llama.cpp's speed goes: its name and the instructions llama.cpp has kernels for."""

from __future__ import annotations

import platform
from pathlib import Path

_INSTRUCTIONS = frozenset(
    # x86
    "sse4_2 avx f16c fma bmi2 avx2 avx_vnni avx512f avx512bw avx512vl avx512_vbmi avx512vbmi avx512_vnni avx512_bf16 "
    "avx512_fp16 amx_tile amx_int8 amx_bf16 "
    # Arm
    "neon asimd asimdhp fphp asimddp i8mm bf16 sve sve2 sme "
    # others
    "vsx vx lasx lsx".split()
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
    known = _INSTRUCTIONS & set(f"{fields.get('flags', '')} {fields.get('Features', '')}".split())
    machine = platform.machine() or "unknown"
    return f"{name}, {machine}: {' '.join(sorted(known))}" if known else f"{name}, {machine}"
