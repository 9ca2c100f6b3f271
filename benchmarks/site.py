"""How the building of a site scales: `python -m benchmarks.site [--tools 250 500 1000] [--json]`.

Makes newsrooms of invented publications in a temporary folder: tools with the corpus's texts under names of their own,
in categories of eleven, every two neighbours published by one run and every other pair of a category set side by side
without one. Then `panel site build` runs as a process of its own, three times: for the first time, again with nothing
changed, and after one verdict was published anew. Prints seconds, files a second and the process's peak memory, and by
how much each grows with the site; `--check` lets each build look for faults too.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from panel.compare import compare
from panel.corpus import GoldTool, load_gold
from panel.editorial.published import keep_published
from panel.personas import load_personas
from panel.records import (
    Action,
    Dossier,
    EngineIdentity,
    HowMade,
    Manifest,
    Page,
    Persona,
    Sampling,
    Seat,
    SeatCell,
    SeatRow,
    ToolCard,
    content_hashes,
)
from panel.settings import find_newsroom
from panel.store import Run, RunStore

ROOT = Path(__file__).parents[1]
FIRST = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
A_CATEGORY = 11
MODEL = "An invented model"


@dataclass(frozen=True, slots=True)
class Timed:
    """One build.

    Attributes:
        kind: "first", "unchanged" or "one verdict".
        tools: on the site.
        comparisons: on the site.
        files: that the site has.
        written: by this build.
        seconds: of the whole process.
        peak_mb: its greatest memory, in MiB.
    """

    kind: str
    tools: int
    comparisons: int
    files: int
    written: int
    seconds: float
    peak_mb: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Build sites of several sizes and print what it cost."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.site", description=__doc__)
    parser.add_argument("--tools", type=int, nargs="+", default=[250, 500, 1000])
    parser.add_argument("--check", action="store_true", help="let each build look for faults too")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    timed = [build for size in options.tools for build in measure(size, checked=options.check)]
    if options.json:
        print(json.dumps([asdict(one) for one in timed], indent=1))
    else:
        report(timed)
    return 0


def measure(size: int, *, checked: bool) -> list[Timed]:
    """Time the three builds of one size."""
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder) / "room"
        gold, personas = make_newsroom(room)
        tools = [invent(gold[number % len(gold)], number) for number in range(size)]
        for number in range(0, size - 1, 2):
            publish(room, f"run-{number:05}", tools[number : number + 2], personas, FIRST + timedelta(hours=number))
        builds = [build(room, "first", size, checked=checked), build(room, "unchanged", size, checked=checked)]
        first, second = tools[:2]
        again = [GoldTool(first.dossier, first.split, second.verdicts), second]
        publish(room, "run-again", again, personas, FIRST + timedelta(days=400))
        return [*builds, build(room, "one verdict", size, checked=checked)]


def make_newsroom(room: Path) -> tuple[list[GoldTool], list[Persona]]:
    """Make an empty newsroom that compares every two tools of a category; return the texts to publish in it."""
    room.mkdir()
    (room / "runs").mkdir()
    text = '[publication]\nbase_url = "https://desk.example/"\npairs = "all"\n'
    (room / "panel.toml").write_text(text, encoding="utf-8")
    newsroom = find_newsroom(ROOT)
    loaded = load_personas(newsroom.personas, order=newsroom.settings.run.personas)
    personas = [item.persona for item in loaded]
    return load_gold(ROOT / "corpus", personas), personas


def invent(tool: GoldTool, number: int) -> GoldTool:
    """Give a tool another name and another category."""
    slug = re.sub(r"[^a-z0-9]+", "-", tool.dossier.slug)[:60].strip("-")
    renamed = tool.dossier.model_copy(
        update={
            "slug": f"{slug}-{number}",
            "name": f"{tool.dossier.name} {number}"[:60],
            "category": f"Category {number // A_CATEGORY}",
        }
    )
    return GoldTool(renamed, tool.split, tool.verdicts)


def publish(room: Path, run_id: str, tools: Sequence[GoldTool], personas: Sequence[Persona], at: datetime) -> None:
    """Leave a run's folder as a publication leaves it; its drafts, which no site needs, are left out."""
    page = make_page(tools, personas, run_id, at)
    manifest = Manifest(
        run_id=run_id,
        created_at=at,
        panel_version="0",
        tools=tuple(tool.dossier.slug for tool in tools),
        personas=tuple(persona.slug for persona in personas),
        inputs={},
        engine=EngineIdentity(engine="server", engine_version="0", model_name=MODEL, context_tokens=4096),
        sampling=Sampling(),
        seed=1,
        max_revisions=0,
        max_retries=0,
        seat_timeout_s=1,
        versions={},
    )
    run: Run = RunStore(room / "runs").create(manifest, {})
    keep_published(run, page)
    undated = page.model_copy(update={"published_at": None})
    fields = {
        "author": "Ada Example",
        "action": Action.PUBLISH,
        "after": undated.content_sha256(),
        "files": content_hashes({f"compare/{page.slug}/index.json": b""}),
        "published_at": at,
        "out": "site",
    }
    run.journal.append(run.journal.read().head, fields)


def make_page(tools: Sequence[GoldTool], personas: Sequence[Persona], run_id: str, at: datetime) -> Page:
    """Make an approved page of gold verdicts."""
    dossiers: tuple[Dossier, ...] = tuple(tool.dossier for tool in tools)
    rows = tuple(
        SeatRow(
            persona=persona.slug,
            name=persona.name,
            lens=persona.lens,
            cells=tuple(make_cell(tool, persona, at) for tool in tools),
        )
        for persona in personas
    )
    compared = compare(dossiers, personas, {cell.seat: cell.call for row in rows for cell in row.cells})
    return Page(
        status="approved",
        title=" vs ".join(dossier.name for dossier in dossiers),
        slug="-vs-".join(dossier.slug for dossier in dossiers)[:80].strip("-"),
        site_name="Panel",
        newsletter_action="/subscribe",
        tools=tuple(
            ToolCard(dossier=dossier, tally=tally, community=None)
            for dossier, tally in zip(dossiers, compared.tallies, strict=True)
        ),
        rows=rows,
        comparison=compared,
        how_made=HowMade(
            model_name=MODEL,
            model_sha256=None,
            quantization=None,
            engine="server (0)",
            personas=len(personas),
            drafted_at=at,
            editors=("Ada Example",),
            approvers=("Ada Example",),
            approved_at=at,
            run_id=run_id,
        ),
        published_at=at,
    )


def make_cell(tool: GoldTool, persona: Persona, at: datetime) -> SeatCell:
    """Make one approved seat of a gold verdict."""
    verdict = tool.verdicts[persona.slug]
    return SeatCell(
        seat=Seat(tool=tool.dossier.slug, persona=persona.slug),
        call=verdict.call,
        beats=verdict.beats,
        p_ship=0.5,
        call_changed=False,
        changed_share=0.0,
        draft=1,
        redrafts=0,
        first_call=verdict.call,
        approved_by="Ada Example",
        approved_at=at,
        findings=(),
    )


def build(room: Path, kind: str, tools: int, *, checked: bool) -> Timed:
    """Run `panel site build` as a process of its own."""
    command = [sys.executable, "-c", "from panel.cli import main; main()", "site", "build", "--json"]
    began = time.monotonic()
    if not checked:
        command.append("--no-check")
    with subprocess.Popen(command, cwd=room, stdout=subprocess.PIPE) as process:
        assert process.stdout
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - began
    if process.returncode:
        raise SystemExit(f"the build failed: {said.decode()}")
    built = json.loads(said)
    peak = usage.ru_maxrss / 1024 if sys.platform != "darwin" else usage.ru_maxrss / 1024**2
    there = len(list((room / "public/compare").iterdir()))
    return Timed(kind, tools, there, built["files"], len(built["written"]), round(seconds, 2), round(peak, 1))


def report(timed: Sequence[Timed]) -> None:
    """Print the table, and how each figure grows."""
    heads = (f"{'tools':>6}", f"{'comparisons':>12}", f"{'build':<12}", f"{'files':>7}", f"{'written':>8}")
    print(*heads, f"{'s':>8}", f"{'files/s':>8}", f"{'MiB':>7}")
    for one in timed:
        rate = one.files / one.seconds
        print(
            f"{one.tools:>6} {one.comparisons:>12} {one.kind:<12} {one.files:>7} {one.written:>8} {one.seconds:>8.2f} "
            f"{rate:>8.0f} {one.peak_mb:>7.0f}"
        )
    firsts = [one for one in timed if one.kind == "first"]
    for first in firsts:
        again = next(one for one in timed if one.tools == first.tools and one.kind == "unchanged")
        print(f"{first.tools} tools: unchanged again in {again.seconds / first.seconds:.1%} of the first build's time")
    for small, large in pairwise(firsts):
        grown = (large.seconds / small.seconds) / (large.files / small.files)
        memory = (large.peak_mb / small.peak_mb) / (large.files / small.files)
        print(f"{small.tools} to {large.tools} tools: time a file x {grown:.2f}, memory a file x {memory:.2f}")
    print(f"median seconds of a first build: {statistics.median(one.seconds for one in firsts):.1f}")


if __name__ == "__main__":
    raise SystemExit(main())
