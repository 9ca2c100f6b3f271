"""`panel verify`: recompute everything that can be recomputed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import typer

from panel.cli.session import JsonOption, RunArg, current_newsroom, new_command, print_json
from panel.editorial import Check, last_publication, verify_run
from panel.engine import ScriptedEngine
from panel.errors import PanelError
from panel.graph.build import GraphView, look
from panel.graph.nodes import Nodes
from panel.materials import gather_materials, reopen_materials
from panel.publish import read_written
from panel.records import Action, Entry, Seat
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
    checks = [*verify_files(run), _verify_publication(run, newsroom)]
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


def verify_files(run: Run) -> tuple[Check, ...]:
    """Verify a run's own files, from the graph's checkpoints to the journal; used before publishing too."""
    view: GraphView | None = None
    trouble: tuple[str, ...] = ()
    try:
        # The graph is only read; its engine is never asked.
        materials = gather_materials(run.inputs, run.manifest.tools, personas=run.manifest.personas)
        view = asyncio.run(look(Nodes(run, materials, ScriptedEngine(), lambda event: None)))
    except PanelError as error:
        trouble = (error.message,)
    refs = view.refs if view else {}
    unrecorded = [str(seat) for seat in run.manifest.seats if str(seat) not in refs and run.next_number(seat) > 1]
    if unrecorded and not trouble and (view is None or view.at_gate):
        trouble = (f"the graph knows nothing of the drafts of {', '.join(unrecorded)}; `panel resume` records them",)
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
        standing = last_publication(run)
        entries = [entry for entry in run.journal.read().entries if entry.action is Action.PUBLISH]
    except PanelError as error:
        return Check(name, 0, (error.message,))
    if standing is None or standing.files is None:
        left = [(path, entry) for entry in entries for path in _still_there(entry, newsroom)]
        return Check(
            name, 0, tuple(f"{path} is still in {entry.out}, though it was unpublished" for path, entry in left)
        )
    changed = read_written(_site_of(standing, newsroom), standing.files)
    successor = _successor(run, standing, newsroom) if changed else None
    if successor:
        # Another run was published to the same address since: this one's page is gone, and nothing is wrong.
        return Check(f"{name}: its page was replaced by that of the run {successor}", 0, ())
    return Check(name, len(standing.files), tuple(f"{path} is not what was published" for path in changed))


def _site_of(entry: Entry, newsroom: Newsroom) -> Path:
    return newsroom.root / (entry.out or newsroom.site)


def _still_there(entry: Entry, newsroom: Newsroom) -> list[str]:
    files = entry.files or {}
    changed = read_written(_site_of(entry, newsroom), files)
    return [path for path in files if path not in changed]


def _successor(run: Run, entry: Entry, newsroom: Newsroom) -> str | None:
    """Name a run that was published to the same address later, whether or not it still is; None without one."""
    store = RunStore(newsroom.runs)
    for name in store.names():
        try:
            later = store.open(name).journal.read().entries if name != run.run_id else ()
        except PanelError:
            continue
        for other in later:
            same = other.out == entry.out and (other.files or {}).keys() == (entry.files or {}).keys()
            if other.action is Action.PUBLISH and other.at >= entry.at and same:
                return name
    return None
