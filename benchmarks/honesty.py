"""What the votes of the house model's panel are worth: from the drafts of finished evaluations.

For every evaluation of the test split (see `panel eval`) it prints how the seats' calls go together over tools: the
mean phi of the pairs and what four votes are worth by Kish's design effect, with its interval over tools drawn again.
Beside it stand three figures that help to read it: the same of the errors (calls that are not the gold's), the mean phi
as a share of the highest that the reviewers' own ship rates allow, and how much of the calls' variance goes with the
reviewer and with the tool.

    python -m benchmarks.honesty [--evaluations DIR] [--effective] [--json FILE]

With --effective, the newest finished evaluation of the house model becomes `panel/honesty/effective.json`, which
newsrooms without twenty tools of their own take their figure from. It belongs to one adapter and to the personas as
they are: make it again after training, and after changing a persona.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import yaml

from panel.honesty.effective import BUNDLE, bundle_calls
from panel.honesty.votes import CallRow, measure_votes, phi
from panel.records import Call, Seat
from panel.store import Run, RunStore

LEAST_TOOLS = 40
"""Below, an evaluation was limited, or is of the small split."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--evaluations", type=Path, default=Path("evaluations"))
    parser.add_argument("--effective", action="store_true", help="write panel/honesty/effective.json")
    parser.add_argument("--out", type=Path, default=BUNDLE, help=argparse.SUPPRESS)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    store = RunStore(options.evaluations)
    runs = sorted(map(store.open, store.names()), key=lambda run: run.manifest.created_at)
    finished = [run for run in runs if len(run.manifest.tools) >= LEAST_TOOLS and run.run_id.startswith("test-")]
    figures = {run.run_id: read(run) for run in finished}
    for run_id, found in figures.items():
        print(run_id)
        for name, value in found.items():
            print(f"  {name.replace('_', ' '):<34} {value}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    if options.effective:
        house = [run for run in finished if run.manifest.engine.adapter_sha256]
        if not house:
            print(f"no evaluation of the house model in {options.evaluations}: run `panel eval`", file=sys.stderr)
            return 1
        bundle = bundle_calls(house[-1])
        options.out.write_text(bundle.model_dump_json(indent=1) + "\n", encoding="utf-8")
        print(f"{options.out} is of {house[-1].run_id}")
    return 0


def read(run: Run) -> dict[str, Any]:
    """Read one evaluation's figures."""
    rows = [tuple(_call(run, tool, persona) for persona in run.manifest.personas) for tool in run.manifest.tools]
    gold = [_gold(run, tool) for tool in run.manifest.tools]
    errors = [
        tuple(_is_wrong(one, other) for one, other in zip(*pair, strict=True)) for pair in zip(rows, gold, strict=True)
    ]
    told = measure_votes(rows)
    wrong = measure_votes(errors)
    shares = variance_shares([row for row in rows if None not in row])
    return {
        "model": run.manifest.engine.model_name,
        "tools": told.tools,
        "seats_with_a_call": sum(call is not None for row in rows for call in row),
        "ships_by_reviewer": {
            persona: sum(row[place] is Call.SHIP for row in rows) for place, persona in enumerate(run.manifest.personas)
        },
        "mean_phi": _round(told.correlation),
        "effective_votes": [_round(told.votes), _round(told.low), _round(told.high)],
        "phi_of_the_highest_possible": _round(relative_phi(rows)),
        "effective_votes_by_errors": [_round(wrong.votes), _round(wrong.low), _round(wrong.high)],
        "gold_effective_votes": _round(measure_votes(gold).votes),
        "variance_with_the_reviewer": _round(shares[0]),
        "variance_with_the_tool": _round(shares[1]),
    }


def relative_phi(rows: Sequence[CallRow]) -> float | None:
    """Return the mean over pairs of phi over the highest phi that the pair's ship rates allow; None without a pair."""
    found = []
    for first, second in combinations(range(len(rows[0])), 2):
        told = [(row[first], row[second]) for row in rows if row[first] and row[second]]
        ships = sorted([sum(one is Call.SHIP for one, _ in told), sum(other is Call.SHIP for _, other in told)])
        both = sum(one is other is Call.SHIP for one, other in told)
        value, highest = phi(both, *ships, len(told)), phi(ships[0], *ships, len(told))
        if value is not None and highest:
            found.append(value / highest)
    return sum(found) / len(found) if found else None


def variance_shares(rows: Sequence[CallRow]) -> tuple[float | None, float | None]:
    """Return how much of the calls' variance goes with the reviewer, and how much with the tool.

    Sums of squares of a two-way table without repetition; what is left over is neither's alone.
    """
    table = [[float(call is Call.SHIP) for call in row] for row in rows]
    if not table:
        return None, None
    tools, reviewers = len(table), len(table[0])
    mean = sum(map(sum, table)) / (tools * reviewers)
    total = sum((value - mean) ** 2 for row in table for value in row)
    of_reviewers = tools * sum((sum(column) / tools - mean) ** 2 for column in zip(*table, strict=True))
    of_tools = reviewers * sum((sum(row) / reviewers - mean) ** 2 for row in table)
    return (of_reviewers / total, of_tools / total) if total else (None, None)


def _is_wrong(call: Call | None, gold: Call | None) -> Call | None:
    """Write an error as if it were a ship, so that errors are counted as calls are."""
    if call is None or gold is None:
        return None
    return Call.SHIP if call is not gold else Call.SKIP


def _gold(run: Run, tool: str) -> CallRow:
    verdicts = yaml.safe_load((run.inputs / "verdicts" / f"{tool}.yaml").read_text(encoding="utf-8"))["verdicts"]
    return tuple(Call(verdicts[persona]["call"]) for persona in run.manifest.personas)


def _call(run: Run, tool: str, persona: str) -> Call | None:
    draft = run.last_draft(Seat(tool=tool, persona=persona))
    return draft.call if draft else None


def _round(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else round(value, 3)


if __name__ == "__main__":
    sys.exit(main())
