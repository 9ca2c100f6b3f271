"""`panel verify`: recompute everything that can be recomputed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import typer

from panel.cli.session import JsonOption, RunArg, current_newsroom, new_command, print_json
from panel.editorial import Check, Desk, last_publication, verify_run
from panel.engine import ScriptedEngine
from panel.errors import PanelError
from panel.graph.build import GraphView, look
from panel.graph.nodes import Nodes
from panel.materials import gather_materials, reopen_materials
from panel.publish import read_written
from panel.records import Entry, Seat
from panel.settings import Newsroom
from panel.store import Run, RunStore

app = new_command()


@app.command()
def verify(run_id: RunArg, as_json: JsonOption = False) -> None:
    """Recompute everything that can be recomputed.

    Hashes, the journal's chain, tallies, published bytes.
    """
    newsroom = current_newsroom()
    run = RunStore(newsroom.runs).open(run_id)
    checks = [*_verify_run(run), _verify_publication(run, newsroom)]
    sound = not any(check.problems for check in checks)
    if as_json:
        described = [{"name": c.name, "counted": c.counted, "problems": list(c.problems)} for c in checks]
        print_json({"run_id": run.run_id, "sound": sound, "checks": described})
    else:
        for check in checks:
            typer.echo(f"{'ok ' if not check.problems else 'BAD'}  {check.name} ({check.counted})")
            for problem in check.problems:
                typer.echo(f"       {problem}")
        typer.echo("The run is sound." if sound else "The run is NOT sound. Restore what is damaged from a backup.")
    if not sound:
        raise typer.Exit(1)


def _verify_run(run: Run) -> tuple[Check, ...]:
    view: GraphView | None = None
    trouble: tuple[str, ...] = ()
    try:
        # The graph is only read; its engine is never asked.
        materials = gather_materials(run.inputs, run.manifest.tools, personas=run.manifest.personas)
        view = asyncio.run(look(Nodes(run, materials, ScriptedEngine(), lambda event: None)))
    except PanelError as error:
        trouble = (error.message,)
    refs = view.refs if view else {}
    recorded = {
        Seat.parse(name): (ref["draft"], ref["sha256"])
        for name, ref in refs.items()
        if ref["draft"] is not None and ref["sha256"] is not None
    }
    checks = verify_run(run, lambda: reopen_materials(run), recorded, view.tally_sha256 if view else None)
    return (Check("the graph's checkpoints can be read", len(refs), trouble), *checks)


def _verify_publication(run: Run, newsroom: Newsroom) -> Check:
    name = "published files are byte for byte what was approved"
    try:
        entry = last_publication(Desk(run, reopen_materials(run)))
    except PanelError as error:
        return Check(name, 0, (error.message,))
    if entry is None or entry.files is None:
        return Check(name, 0, ())
    site = newsroom.root / (entry.out or newsroom.site)
    changed = read_written(site, entry.files)
    successor = _successor(run, entry, site, newsroom) if changed else None
    if successor:
        # Another run was published to the same address since: this one's page is gone, and nothing is wrong.
        return Check(f"{name}: its page was replaced by that of the run {successor}", 0, ())
    return Check(name, len(entry.files), tuple(f"{path} is not what was published" for path in changed))


def _successor(run: Run, entry: Entry, site: Path, newsroom: Newsroom) -> str | None:
    """Name the run whose page stands, whole, where this run's publication was; None when there is none."""
    store = RunStore(newsroom.runs)
    for name in store.names():
        try:
            other = store.open(name)
            later = last_publication(Desk(other, reopen_materials(other))) if name != run.run_id else None
        except PanelError:
            continue
        if later is None or later.files is None or later.at < entry.at:
            continue
        if newsroom.root / (later.out or newsroom.site) != site or later.files.keys() != (entry.files or {}).keys():
            continue
        if not read_written(site, later.files):
            return name
    return None
