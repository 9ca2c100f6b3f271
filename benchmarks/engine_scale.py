"""How the engine scales with a run: seconds a seat and peak memory for more and more tools, on a tiny random model.

Each size has a process of its own, so that its peak memory is its own; sizes are interleaved over the rounds. The model
is so small that what is measured is everything around it: the prefix tree, the streams, grammars, sampling, the queue.

    python -m benchmarks.engine_scale [--tools 25 50 100 200] [--rounds 3] [--json FILE]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.random_weights import CACHE, TINY, write_model
from panel.engine import Choice, Message, Request
from panel.engine.figures import Figures
from panel.engine.llama import open_llama
from panel.models import find_model
from panel.personas import CALL_MARKER, answer_limit_tokens, answer_schema, load_personas
from panel.records import Sampling

ROOT = Path(__file__).resolve().parents[1]
CONTEXT_TOKENS = 4096


def make_requests(tools: int) -> list[Request]:
    """Four seats of each tool; nothing but the house rules is shared between tools."""
    personas = [loaded.persona for loaded in load_personas(ROOT / "personas")]
    requests = []
    for tool in range(tools):
        facts = f"Tool {tool:04d} does its work on the user's own machine and keeps a log of step {tool % 7}. "
        for number, persona in enumerate(personas):
            parts = (facts * 20, f"You are the reviewer for {persona.name}. {persona.lens} Judge tool {tool:04d}.")
            requests.append(
                Request(
                    id=f"tool-{tool:04d}/{persona.slug}",
                    messages=(Message("system", ("You judge tools.",)), Message("user", parts)),
                    schema=answer_schema(persona),
                    choice=Choice(CALL_MARKER, ("ship", "skip")),
                    sampling=Sampling(temperature=0.5),
                    seed=tool * 4 + number,
                    max_tokens=answer_limit_tokens(persona),
                    timeout_s=3600,
                )
            )
    return requests


def measure(model: Path, tools: int) -> dict[str, float]:
    """Write everything once, in this process."""
    engine = open_llama(find_model(str(model), base=ROOT), context_tokens=CONTEXT_TOKENS, threads=1)
    requests = make_requests(tools)
    opened_bytes = peak_bytes()

    async def write_all() -> list[str]:
        try:
            return [done.text for done in await asyncio.gather(*map(engine.generate, requests))]
        finally:
            figures.append(engine.figures)
            await engine.aclose()

    figures: list[Figures] = []
    began = time.perf_counter()
    texts = asyncio.run(write_all())
    spent_s = time.perf_counter() - began
    parsed = sum(set(json.loads(text)) == {"argument", "call"} for text in texts)
    assert parsed == len(requests), f"{parsed} of {len(requests)} drafts parse"
    return {
        "tools": tools,
        "seats": len(requests),
        "wall_s": spent_s,
        "tokens": figures[0].written_tokens,
        "masks": figures[0].masks,
        "grown_mb": (peak_bytes() - opened_bytes) / 1e6,
        "peak_mb": peak_bytes() / 1e6,
    }


def peak_bytes() -> int:
    """Return this process's peak memory."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main() -> None:
    """Measure, print a table, write JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tools", type=int, nargs="+", default=[25, 50, 100, 200])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    model = write_model(TINY, CACHE.expanduser())
    if options.measure:
        print(json.dumps(measure(model, options.measure)))
        return
    rows: dict[int, list[dict[str, float]]] = {tools: [] for tools in options.tools}
    for _ in range(options.rounds):
        for tools in options.tools:
            command = [sys.executable, "-m", "benchmarks.engine_scale", "--measure", str(tools)]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
            if done.returncode:
                sys.exit(f"{tools} tools failed:\n{done.stderr[-2000:]}")
            rows[tools].append(json.loads(done.stdout.splitlines()[-1]))
    print(f"{'tools':>6} {'seats':>6} {'wall s':>8} {'ms/seat':>8} {'ms/token':>9} {'grown MB':>9} {'peak MB':>8}")
    for tools, measured in rows.items():
        median = {key: statistics.median(row[key] for row in measured) for key in measured[0]}
        print(
            f"{tools:>6} {median['seats']:>6.0f} {median['wall_s']:>8.1f} "
            f"{1000 * median['wall_s'] / median['seats']:>8.1f} {1000 * median['wall_s'] / median['tokens']:>9.3f} "
            f"{median['grown_mb']:>9.1f} {median['peak_mb']:>8.1f}"
        )
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
