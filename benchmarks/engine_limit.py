"""How fast it could be: two limits for the engine benchmark, each in a process run by `benchmarks.engine_turns`.

The replay (e1) makes the calls of llama.cpp that Panel's side made, in the same order with the same tokens, and
nothing between them: no grammar, no sampling, no scheduling. The rates (e2) are what llama.cpp reads and writes alone,
with the engine's own settings: every different token of the prompts is read once, every token is written by a step of
its own, none forced by a grammar and none guessed. Pieces of prompts are timed with nothing before them, which
flatters the limit a little.
"""

from __future__ import annotations

import json
import resource
import subprocess
import time
from pathlib import Path
from typing import Any

from benchmarks.engine_panel import CONTEXT_TOKENS, model_of
from benchmarks.engine_turns import Job, Result, answer, peak_bytes
from panel.engine.batch import Piece
from panel.engine.llama import DEFAULT_SEATS, LlamaContext

STEPS = 32
_BLOCK = 256


def replay(job: Job) -> Result:
    """Make Panel's calls again, and time those that compute."""
    recorded = json.loads(Path(job["recording"]).read_text(encoding="utf-8"))
    calls = [(name, _pieces(first) if name == "decode" else first, second) for name, first, second in recorded]
    context = LlamaContext(model_of(job), context_tokens=CONTEXT_TOKENS, threads=job["threads"])
    spent_s = {True: 0.0, False: 0.0}
    for name, first, second in calls:
        if name != "decode":
            getattr(context, name)(first, second)
            continue
        began = time.perf_counter()
        context.decode(first, is_step=second)
        spent_s[second] += time.perf_counter() - began
    context.close()
    return {
        "wall_s": sum(spent_s.values()),
        "read_s": spent_s[False],
        "write_s": spent_s[True],
        "calls": sum(name == "decode" for name, _, _ in calls),
        "peak_bytes": peak_bytes(),
    }


def _pieces(described: list[dict[str, Any]]) -> list[Piece]:
    return [Piece(**piece) for piece in described]


def rate(job: Job) -> Result:
    """Compute the seconds that a workload takes at llama.cpp's own rates."""
    seats = min(DEFAULT_SEATS, job["answers"])
    context_tokens = round(job["mean_prompt_tokens"] + job["written_tokens"] / job["answers"] / 2)
    sizes = [piece["size"] for piece in job["pieces"]]
    measure = _rates_of_bench if job["batched_bench"] else _rates_here
    reading, writing, peak = measure(job, sizes, context_tokens, seats)
    read_s = sum(piece["tokens"] / speed for piece, speed in zip(job["pieces"], reading, strict=True))
    write_s = job["written_tokens"] / writing
    return {
        "wall_s": read_s + write_s,
        "read_s": read_s,
        "write_s": write_s,
        "read_tokens_per_s": dict(zip(map(str, sizes), reading, strict=True)),
        "write_tokens_per_s": writing,
        "peak_bytes": peak,
        "setting": f"{seats} written at once, {context_tokens} tokens before them",
    }


def _rates_here(job: Job, sizes: list[int], context_tokens: int, seats: int) -> tuple[list[float], float, int]:
    """Measure in this process: tokens/s of reading pieces of these sizes, of writing, and the memory it takes."""
    context = LlamaContext(model_of(job), context_tokens=CONTEXT_TOKENS, threads=job["threads"], seats=seats)
    seats = context.seats

    def time_decode(pieces: list[Piece]) -> float:
        began = time.perf_counter()
        context.decode(pieces, is_step=False)
        return time.perf_counter() - began

    reading = []
    for size in sizes:
        reading.append(size / time_decode([Piece(0, 0, tuple(range(1, size + 1)), 1)]))
        context.truncate(0, 0)
    for start in range(0, context_tokens, _BLOCK):
        tokens = tuple(range(1, min(_BLOCK, context_tokens - start) + 1))
        context.decode([Piece(0, start, tokens, 0)], is_step=False)
    for seat in range(1, seats):
        context.copy(0, seat)
    spent_s = sum(
        time_decode([Piece(seat, context_tokens + step, (100 + step,), 1) for seat in range(seats)])
        for step in range(STEPS)
    )
    context.close()
    return reading, seats * STEPS / spent_s, peak_bytes()


def _rates_of_bench(job: Job, sizes: list[int], context_tokens: int, seats: int) -> tuple[list[float], float, int]:
    """Measure with `llama-batched-bench`; the same as `_rates_here`."""
    rows = _bench(job, sizes, 1, 1)
    reading = [next(row["speed_pp"] for row in rows if row["pp"] == size) for size in sizes]
    (row,) = _bench(job, [context_tokens], STEPS, seats)
    return reading, row["speed_tg"], resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024


def _bench(job: Job, prompts: list[int], steps: int, seats: int) -> list[dict[str, Any]]:
    stream = -(-(max(prompts) + steps) // _BLOCK) * _BLOCK
    command = [job["batched_bench"], "-m", job["model"]["path"], "-c", str(seats * stream), "-t", str(job["threads"])]
    command += ["-b", "512", "-ub", "512", "-fa", "off", "-ctk", "q8_0", "-no-kvu", "-pps"]
    command += ["-npp", ",".join(map(str, prompts)), "-ntg", str(steps), "-npl", str(seats)]
    command += ["--output-format", "jsonl"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or len(rows) != len(prompts):
        raise RuntimeError(f"{' '.join(command)} ended with status {done.returncode}: {done.stderr[-1000:]}")
    return rows


if __name__ == "__main__":
    answer({"e1": replay, "e2": rate})
