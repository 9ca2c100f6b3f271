"""How a run scales: time per seat and size of graph.sqlite per seat, for more and more seats.

Runs `panel run --engine scripted` as a real process over generated dossiers x 4 personas, rounds interleaved so that
a drifting machine touches every size alike. The scripted engine takes no time, so what is measured is everything
around the model: reading inputs, the graph and its checkpoints, checks, the store with its fsyncs, the page.

    python benchmarks/run_scale.py [--tools 25 50 100 200] [--rounds 3] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

PERSONAS = 4
TRADES = ("caption", "invoice", "search", "lint", "speech", "mail", "map", "chart", "photo", "score")
WEAK_SPOTS = ("scanned pages", "long recordings", "mixed languages", "offline use", "large teams", "old browsers")


def write_dossier(folder: Path, number: int) -> str:
    """Write one generated dossier of a usual size; return its slug."""
    trade, weak = TRADES[number % len(TRADES)], WEAK_SPOTS[number % len(WEAK_SPOTS)]
    slug = f"tool-{number:04d}"
    facts = (
        f"Tool {number:04d} does {trade} work on the user's own machine and keeps a log of every step. "
        f"A first run of {40 + number} files took {3 + number % 7} minutes on a laptop, and {weak} gave it trouble. "
        "The maker answers questions in a public forum, publishes a change log and has no support contract. "
    )
    dossier = {
        "slug": slug,
        "name": f"Tool {number:04d}",
        "maker": f"Maker {number % 17}",
        "category": f"{trade.title()} Tools",
        "tagline": f"A {trade} helper for small desks",
        "description": facts * 2,
        "licence": "Apache-2.0",
        "pricing": {"entry": f"${5 + number % 40} a month", "as_of": "2026-11-01", "source": "Price page"},
        "evidence": [
            {"id": f"e{n}", "source": f"Notes {n}", "retrieved": "2026-11-02", "text": facts * 2} for n in range(1, 5)
        ],
    }
    (folder / f"{slug}.yaml").write_text(yaml.safe_dump(dossier, sort_keys=False), encoding="utf-8")
    return slug


def measure(panel: str, newsroom: Path, slugs: list[str], round_number: int) -> dict[str, float]:
    """Run the panel over some dossiers once."""
    run_id = f"bench-{len(slugs)}-{round_number}"
    began = time.perf_counter()
    command = [panel, "run", *slugs, "--engine", "scripted", "--run-id", run_id, "--json"]
    done = subprocess.run(command, cwd=newsroom, capture_output=True, text=True, check=False)
    spent_s = time.perf_counter() - began
    if done.returncode:
        sys.exit(f"panel run failed:\n{done.stderr[-2000:]}")
    folder = newsroom / "runs" / run_id
    # The graph is done when the last draft is older than its own file; what follows is the page and the JSON.
    seats = len(slugs) * PERSONAS
    drafts = list((folder / "drafts").rglob("*.json"))
    assert len(drafts) == seats, f"{len(drafts)} drafts for {seats} seats"
    graph_bytes = sum(path.stat().st_size for path in folder.glob("graph.sqlite*"))
    first = min(path.stat().st_mtime for path in drafts)
    graph_s = (folder / "graph.sqlite").stat().st_mtime - first
    return {"seats": seats, "wall_s": spent_s, "graph_s": graph_s, "graph_bytes": graph_bytes}


def main() -> None:
    """Measure, print a table, write JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tools", type=int, nargs="+", default=[25, 50, 100, 200])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    panel = str(Path(sys.executable).with_name("panel"))
    with tempfile.TemporaryDirectory() as folder:
        newsroom = Path(folder) / "newsroom"
        subprocess.run([panel, "init", str(newsroom)], check=True, capture_output=True)
        slugs = [write_dossier(newsroom / "dossiers", number) for number in range(max(options.tools))]
        rows: dict[int, list[dict[str, float]]] = {count: [] for count in options.tools}
        for round_number in range(options.rounds):
            for count in options.tools:
                rows[count].append(measure(panel, newsroom, slugs[:count], round_number))
    report(rows, options.json)


def report(rows: dict[int, list[dict[str, float]]], out: Path | None) -> None:
    """Print the medians, per seat and against the smallest size."""
    table = []
    for count, measured in rows.items():
        seats = measured[0]["seats"]
        median = {key: statistics.median(row[key] for row in measured) for key in ("wall_s", "graph_s", "graph_bytes")}
        table.append(
            {
                "tools": count,
                "seats": int(seats),
                "wall_s": median["wall_s"],
                "graph_ms_per_seat": 1000 * median["graph_s"] / seats,
                "wall_ms_per_seat": 1000 * median["wall_s"] / seats,
                "graph_bytes_per_seat": median["graph_bytes"] / seats,
            }
        )
    first = table[0]
    print(f"{'tools':>6} {'seats':>6} {'wall s':>8} {'graph ms/seat':>14} {'wall ms/seat':>13} {'sqlite B/seat':>14}")
    for row in table:
        ratio = row["graph_ms_per_seat"] / first["graph_ms_per_seat"]
        print(
            f"{row['tools']:>6} {row['seats']:>6} {row['wall_s']:>8.2f} {row['graph_ms_per_seat']:>14.2f} "
            f"{row['wall_ms_per_seat']:>13.2f} {row['graph_bytes_per_seat']:>14.0f}  {ratio:.2f}x time, "
            f"{row['graph_bytes_per_seat'] / first['graph_bytes_per_seat']:.2f}x bytes"
        )
    if out:
        out.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
