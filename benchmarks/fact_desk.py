"""How many planted faults the fact desk finds, and how many true claims it stops.

    python -m benchmarks.fact_desk [--part N ...] [--json] [--misses] [--gold]

The labelled sentences stand in `tests/checks/claims`. A fault is found when a claim that differs or is absent
overlaps its quote; a flagged claim is right when it overlaps a fault. Parts 1 to 8 were looked at while the rules were
written. Later parts were written by somebody who did not know the rules; what they gave before anybody looked at them
stands in the README beside them, and is the honest figure. `--gold` counts what is flagged in the corpus's hand-written
verdicts instead, where nothing should be.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from panel.claims import Resolved, Status, find_claims, resolve, resolve_beats
from panel.corpus.gold import Split
from panel.corpus.loading import load_gold
from panel.dossiers import load_dossier
from panel.personas import load_personas
from panel.records import Dossier, Persona

ROOT = Path(__file__).parent.parent
LABELLED = ROOT / "tests" / "checks" / "claims"
PARTS = sorted(int(path.stem.removeprefix("part-")) for path in LABELLED.glob("part-*.yaml"))
DEVELOPMENT = tuple(part for part in PARTS if part <= 8)
STRANGERS = tuple(part for part in PARTS if part > 8)
FLAGGED = (Status.DIFFERS, Status.ABSENT)
ROUNDS = 2000


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault: where it stands, its kind, whether it is a swap or a comparison turned round."""

    start: int
    end: int
    quote: str
    kind: str
    swap: bool
    hard: bool


@dataclass(frozen=True, slots=True)
class Item:
    """One labelled sentence, and what the desk says to its claims."""

    part: int
    tool: str
    beat: str
    text: str
    faults: tuple[Planted, ...]
    resolved: tuple[Resolved, ...]

    @property
    def flagged(self) -> tuple[Resolved, ...]:
        """The claims that differ or are absent."""
        return tuple(one for one in self.resolved if one.status in FLAGGED)

    def is_found(self, fault: Planted) -> bool:
        """Tell whether a flagged claim overlaps a fault."""
        return any(one.claim.start < fault.end and fault.start < one.claim.end for one in self.flagged)

    def is_right(self, one: Resolved) -> bool:
        """Tell whether a flagged claim overlaps any fault."""
        return any(one.claim.start < fault.end and fault.start < one.claim.end for fault in self.faults)


@dataclass(frozen=True, slots=True)
class Score:
    """Found faults of all, right flags of all."""

    found: int = 0
    faults: int = 0
    right: int = 0
    flagged: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(*(mine + its for mine, its in zip(asdict(self).values(), asdict(other).values(), strict=True)))

    @property
    def recall(self) -> float | None:
        """The share of faults that are found; none without a fault."""
        return self.found / self.faults if self.faults else None

    @property
    def precision(self) -> float | None:
        """The share of flags that are right; none without a flag."""
        return self.right / self.flagged if self.flagged else None


def read_items(parts: Iterable[int]) -> list[Item]:
    personas = [loaded.persona for loaded in load_personas(ROOT / "personas")]
    owners = {beat.id: persona for persona in personas for beat in persona.beats}
    dossiers: dict[str, Dossier] = {}
    items = []
    for part in parts:
        for raw in yaml.safe_load((LABELLED / f"part-{part}.yaml").read_text("utf-8")):
            slug = raw["tool"]
            if slug not in dossiers:
                dossiers[slug] = _read_dossier(slug)
            items.append(_read_item(part, raw, dossiers[slug], owners[raw["beat"]]))
    return items


def _read_dossier(slug: str) -> Dossier:
    loaded = load_dossier(ROOT / "corpus" / "dossiers", slug, [])
    if loaded is None:
        raise SystemExit(f"corpus/dossiers/{slug}.yaml cannot be read")
    return loaded.dossier


def _read_item(part: int, raw: dict[str, Any], dossier: Dossier, persona: Persona) -> Item:
    text = raw["text"]
    faults = tuple(
        Planted(
            text.index(fault["quote"]),
            text.index(fault["quote"]) + len(fault["quote"]),
            fault["quote"],
            fault["kind"],
            fault.get("swap", False),
            fault.get("hard", False),
        )
        for fault in raw["faults"]
    )
    return Item(part, raw["tool"], raw["beat"], text, faults, resolve(find_claims(text, raw["beat"]), dossier, persona))


def score(items: Iterable[Item]) -> Score:
    total = Score()
    for item in items:
        total += Score(
            sum(map(item.is_found, item.faults)),
            len(item.faults),
            sum(map(item.is_right, item.flagged)),
            len(item.flagged),
        )
    return total


def score_kinds(items: Iterable[Item]) -> dict[str, Score]:
    """Score by kind; swaps and turned comparisons apart, and so left out of their kinds' recall."""
    found: dict[str, Score] = defaultdict(Score)
    for item in items:
        for fault in item.faults:
            name = "swap" if fault.swap else "hard" if fault.hard else fault.kind
            found[name] += Score(int(item.is_found(fault)), 1, 0, 0)
        for one in item.flagged:
            found[str(one.claim.kind)] += Score(0, 0, int(item.is_right(one)), 1)
    return dict(sorted(found.items()))


def interval(items: Sequence[Item], name: str) -> tuple[float, float] | None:
    """Return the 95 % interval of a share, from tools drawn again and again with replacement."""
    tools: dict[str, Score] = defaultdict(Score)
    for item in items:
        tools[item.tool] += score([item])
    scores, dice, values = list(tools.values()), random.Random("fact desk"), []
    for _ in range(ROUNDS):
        value = getattr(sum(dice.choices(scores, k=len(scores)), Score()), name)
        if value is not None:
            values.append(value)
    values.sort()
    return (values[int(0.025 * len(values))], values[int(0.975 * len(values))]) if values else None


def report(items: Sequence[Item]) -> dict[str, Any]:
    """Gather every figure: in all, by part, by kind, held-out parts apart."""
    groups = {
        "development": [item for item in items if item.part in DEVELOPMENT],
        "by a stranger": [item for item in items if item.part in STRANGERS],
        **{f"part {part}": [item for item in items if item.part == part] for part in (*DEVELOPMENT, *STRANGERS)},
    }
    return {
        name: {
            **asdict(score(chosen)),
            "recall": score(chosen).recall,
            "precision": score(chosen).precision,
            "recall_interval": interval(chosen, "recall"),
            "precision_interval": interval(chosen, "precision"),
            "kinds": {kind: asdict(part) for kind, part in score_kinds(chosen).items()},
        }
        for name, chosen in groups.items()
        if chosen
    }


def measure_gold(splits: Iterable[Split]) -> dict[str, Any]:
    """Count the flagged claims of the gold verdicts, and the time a verdict takes."""
    personas = [loaded.persona for loaded in load_personas(ROOT / "personas")]
    wanted, claims, flagged, took, verdicts = set(splits), 0, [], 0.0, 0
    for tool in load_gold(ROOT / "corpus", personas):
        if tool.split not in wanted:
            continue
        for persona in personas:
            begun = time.perf_counter()
            resolved = resolve_beats(tool.verdicts[persona.slug].beats, tool.dossier, persona)
            took, verdicts, claims = took + time.perf_counter() - begun, verdicts + 1, claims + len(resolved)
            flagged += [(tool.dossier.slug, one) for one in resolved if one.status in FLAGGED]
    return {
        "claims": claims,
        "flagged": len(flagged),
        "flagged_share": len(flagged) / claims if claims else None,
        "verdicts": verdicts,
        "ms_per_verdict": 1000 * took / verdicts if verdicts else None,
        "flags": [_tell(slug, one) for slug, one in flagged],
    }


def _tell(tool: str, one: Resolved) -> str:
    instead = f"; {one.place.field}: {one.place.text}" if one.place else ""
    why = f" ({one.why})" if one.why else ""
    claim = one.claim
    return f"{tool} {claim.beat} {claim.kind} {one.status}{why}: “{claim.text}” in “{claim.within}”{instead}"


def _percent(value: float | None, bounds: tuple[float, float] | None = None) -> str:
    if value is None:
        return "—"
    return f"{value:.1%}" + (f" ({bounds[0]:.0%}-{bounds[1]:.0%})" if bounds else "")


def print_report(figures: dict[str, Any]) -> None:
    print(f"{'':14}{'recall':>26}{'precision':>26}")
    for name, row in figures.items():
        recall = f"{row['found']}/{row['faults']} {_percent(row['recall'], row['recall_interval'])}"
        precision = f"{row['right']}/{row['flagged']} {_percent(row['precision'], row['precision_interval'])}"
        print(f"{name:14}{recall:>26}{precision:>26}")
    for name in ("development", "by a stranger"):
        if name in figures:
            print(f"\n{name}, by kind (swap, hard: faults of any kind)")
            for kind, row in figures[name]["kinds"].items():
                print(f"  {kind:12} found {row['found']}/{row['faults']}   right {row['right']}/{row['flagged']}")


def print_misses(items: Iterable[Item]) -> None:
    for item in items:
        for fault in item.faults:
            if not item.is_found(fault):
                print(f"missed  part {item.part} {item.tool} {fault.kind}: “{fault.quote}” in “{item.text}”")
        for one in item.flagged:
            if not item.is_right(one):
                print(f"false   part {item.part} {_tell(item.tool, one)}")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fact_desk", description=__doc__)
    parser.add_argument("--part", type=int, nargs="+", choices=PARTS, help="only these parts")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--misses", action="store_true", help="list what is missed and what is flagged wrongly")
    parser.add_argument("--gold", action="store_true", help="count what is flagged in the gold's dev and test verdicts")
    chosen = parser.parse_args(arguments)
    if chosen.gold:
        figures = measure_gold((Split.DEV, Split.TEST))
        flags = figures.pop("flags")
        print(json.dumps(figures, indent=2))
        if chosen.misses:
            print(*flags, sep="\n")
        return
    items = read_items(chosen.part or PARTS)
    if chosen.json:
        print(json.dumps(report(items), indent=2))
    else:
        print_report(report(items))
    if chosen.misses:
        print_misses(items)


if __name__ == "__main__":
    main()
