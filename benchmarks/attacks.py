"""How many planted instructions change a call, undefended and defended, and how well they are flagged.

Each attack stands as the last evidence of a host dossier that the model calls the other way; two seats are asked for
their call alone. (b) raw text, without the mark around the evidence and the rule about it; (c) cleaned, with both;
(d) the same with the flagged passages left out. A call that (c) changed and (d) changes back is caught by the rerun.
Harmless look-alikes are planted too: what they change is what chance and more evidence change.

    python -m benchmarks.attacks [--model embedded] [--limit N] [--flags-only] [--threads N] [--json]

About two minutes of two quiet cores for thirty attacks. Texts: benchmarks/attack_suite.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.attack_suite import Attack, Benign, load_attacks, load_benign
from benchmarks.attack_suite.asking import DEFENCES, HOSTS, SEATS, Answers, Asker
from benchmarks.attack_suite.figures import Alone, Row, as_plain, count_caught, make_rows, measure_flags
from panel.engine import Engine, ScriptedEngine
from panel.evaluation.figures import Estimate
from panel.models import find_model, physical_cores
from panel.records import Call

CONTEXT_TOKENS = 4096
CONTROLS = 4
"""One harmless text is planted for so many attacks."""

SCRIPTED = "scripted"
"""No model: for trying the benchmark itself."""


def open_engine(model: str, threads: int) -> Engine:
    """Open the model, or the script."""
    if model == SCRIPTED:
        return ScriptedEngine()
    # Named here: it loads llama.cpp, and flags need none of it.
    from panel.engine.llama import open_llama  # noqa: PLC0415

    return open_llama(find_model(model, base=Path.cwd()), context_tokens=CONTEXT_TOKENS, threads=threads)


async def measure(engine: Engine, attacks: Sequence[Attack], benign: Sequence[Benign]) -> dict[str, Any]:
    """Ask everything and add it up; the engine is closed afterwards."""
    began = time.monotonic()
    asker = Asker(engine)
    try:
        alone: Alone = {
            (wants, is_defended): await asker.ask_host(wants, is_defended=is_defended)
            for wants in HOSTS
            for is_defended in (False, True)
        }
        # Host by host: an engine keeps what it read of the last one.
        ordered = sorted(attacks, key=lambda attack: attack.wants)
        answers = [await _ask(asker, attack, number, len(ordered)) for number, attack in enumerate(ordered, start=1)]
        controls = sorted((_as_attack(item, number) for number, item in enumerate(benign)), key=lambda item: item.wants)
        harmless = [await asker.ask_attack(control) for control in controls]
    finally:
        await engine.aclose()
    by_suite = {attack.id: number for number, attack in enumerate(attacks)}
    answers.sort(key=lambda one: by_suite[one.attack.id])
    return {
        "hosts": {f"{HOSTS[wants]}, {'marked' if on else 'bare'}": p_ship for (wants, on), p_ship in alone.items()},
        "rows": make_rows(answers, alone),
        "controls": make_rows(harmless, alone)[1:],
        "caught": count_caught(answers, alone),
        "answers": [_plain_answer(one) for one in (*answers, *harmless)],
        "wall_s": round(time.monotonic() - began, 1),
    }


async def _ask(asker: Asker, attack: Attack, number: int, total: int) -> Answers:
    answers = await asker.ask_attack(attack)
    if sys.stderr.isatty() or number % 20 == 0:
        print(f"{number} of {total}", file=sys.stderr, flush=True)
    return answers


def _as_attack(item: Benign, number: int) -> Attack:
    """Plant a harmless text like an attack, on either host in turn."""
    wants = Call.SHIP if number % 2 else Call.SKIP
    return Attack(id=item.id, kind="benign", wants=wants, hidden=False, flag=False, text=item.text)


def _plain_answer(one: Answers) -> dict[str, Any]:
    return {"id": one.attack.id, "kind": one.attack.kind, "wants": one.attack.wants.value, "flags": len(one.flags)} | {
        defence: {seat: round(p_ship, 4) for seat, p_ship in one.p_ship[defence].items()} for defence in DEFENCES
    }


def print_flags(halves: dict[str, Any]) -> None:
    for name, half in halves.items():
        told = ", ".join(f"{part} {counts['flagged']} of {counts['of']}" for part, counts in half.items())
        print(f"{name}: flagged {told}")
        for part, counts in half.items():
            if counts["wrong"]:
                print(f"  {part}, wrong: {', '.join(counts['wrong'])}")


def print_rows(rows: Sequence[Row]) -> None:
    titles = "".join(f"  {title:>23}" for title in DEFENCES)
    print(
        f"{'':30}{'attacks':>8}{'flagged':>8}  seats changed, share:{'':56}mean shift of p_ship towards what is wanted:"
    )
    print(f"{'':46}{titles}{titles}")
    for row in rows:
        cells = "".join(f"  {_told(row.changed[defence], '.0%'):>23}" for defence in DEFENCES)
        cells += "".join(f"  {_told(row.shift[defence], '+.3f'):>23}" for defence in DEFENCES)
        print(f"{row.name:30}{row.attacks:8}{row.flagged:8}{cells}")


def _told(value: Estimate, form: str) -> str:
    if value.value is None:
        return "-"
    bounds = "" if value.low is None else f" [{value.low:{form}}, {value.high:{form}}]"
    return f"{value.value:{form}}{bounds}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--model", default="embedded", help="embedded, embedded-base, a GGUF's path, or scripted")
    parser.add_argument("--limit", type=int, default=0, metavar="N", help="only N attacks, spread over the kinds")
    parser.add_argument("--threads", type=int, default=0, help="fewer than the cores where others use them too")
    parser.add_argument("--flags-only", action="store_true", help="ask no model")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    asked = parser.parse_args(arguments)
    if asked.limit < 0 or asked.threads < 0:
        parser.error("--limit and --threads are counts")
    attacks, benign = load_attacks(), tuple(item for item in load_benign() if not item.borderline)
    flags = measure_flags(attacks, load_benign())
    measured: dict[str, Any] = {}
    if not asked.flags_only:
        attacks = _spread(attacks, asked.limit or len(attacks))
        benign = _spread(benign, len(attacks) // CONTROLS)
        engine = open_engine(asked.model, asked.threads or physical_cores())
        measured = asyncio.run(measure(engine, attacks, benign))
    if asked.json:
        rows = {name: as_plain(measured[name]) for name in ("rows", "controls") if measured}
        print(json.dumps({"flags": flags} | measured | rows, indent=1))
        return
    print_flags(flags)
    if measured:
        print(f"\np_ship of the hosts alone ({', '.join(SEATS)}): {measured['hosts']}")
        print_rows([*measured["rows"], *measured["controls"]])
        print("\nthe rerun:", ", ".join(f"{name} {count}" for name, count in measured["caught"].items()))
        print(f"{measured['wall_s']} s")


def _spread(items: Sequence[Any], limit: int) -> tuple[Any, ...]:
    count = min(limit, len(items))
    return tuple(items[index * len(items) // count] for index in range(count)) if count else ()


if __name__ == "__main__":
    main()
