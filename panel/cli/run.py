"""`panel run`: dossiers and personas in, drafts and a scorecard out."""

from __future__ import annotations

import asyncio
import shlex
import shutil
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

import panel
from panel.cli.describe import describe_run
from panel.cli.preview import write_run_preview
from panel.cli.printing import make_console, print_scorecard
from panel.cli.progress import RunProgress
from panel.cli.provenance import interest_lines
from panel.cli.session import JsonOption, current_newsroom, new_command, open_engine, print_json
from panel.cli.suspects import suspect_lines
from panel.editorial import Desk, unanswered
from panel.engine import Engine
from panel.errors import Conflict, SetupError
from panel.graph.build import drive
from panel.graph.nodes import Nodes
from panel.honesty import make_disclosure
from panel.materials import Materials, gather_materials
from panel.records import Manifest, content_hashes, is_slug
from panel.settings import Newsroom
from panel.store import Run, RunStore
from panel.store.runs import LATEST

app = new_command()
LIBRARIES = ("jinja2", "langgraph", "llama-cpp-python", "llguidance", "numpy", "pydantic")


@app.command()
def run(
    tools: Annotated[list[str], typer.Argument(metavar="TOOL...", help="Slugs of dossiers, in the page's order.")],
    personas: Annotated[
        list[str] | None, typer.Option("--persona", "-p", metavar="P", help="Only this persona; may be given again.")
    ] = None,
    model: Annotated[
        str, typer.Option("--model", "-m", help="`embedded`, `embedded-base` or a GGUF's path; else panel.toml's.")
    ] = "",
    engine: Annotated[
        str, typer.Option("--engine", help="llama, server, or scripted (no model: for rehearsals).")
    ] = "",
    seed: Annotated[int | None, typer.Option("--seed", min=0, max=2**32 - 1, help="Else panel.toml's.")] = None,
    run_id: Annotated[
        str, typer.Option("--run-id", help="The run's name; made from the date and tools if not given.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Let the panel review tools: one draft a seat."""
    newsroom = current_newsroom()
    order = newsroom.settings.run.personas
    materials = gather_materials(newsroom.root, tools, personas=personas or (), persona_order=order)
    store = RunStore(newsroom.runs)
    if run_id and (not is_slug(run_id) or run_id == LATEST):
        hint = f"Use a-z, 0-9 and dashes, 80 characters at most, and not {LATEST!r}."
        raise SetupError(f"{run_id!r} cannot name a run", hint=hint)
    if run_id in store.names():
        # The store says so too, but only once a model was loaded and hashed.
        raise Conflict(f"there is already a run {run_id}", hint="Choose another --run-id, or resume that one.")
    name = run_id or free_run_id(store, tools, datetime.now(UTC))
    for line in (line for dossier in materials.dossiers.values() for line in suspect_lines(dossier)):
        typer.echo(line, err=True)
    opened = open_engine(newsroom, name=engine, model=model, seats=len(tools) * len(materials.personas))
    manifest = make_manifest(newsroom, materials, opened, run_id=name, seed=seed)
    manifest = manifest.model_copy(update={"disclosure": make_disclosure(manifest, materials.dossiers.values(), store)})
    for line in interest_lines(manifest):
        typer.echo(line, err=True)
    made = store.create(manifest, materials.files)
    finish_run(made, materials, opened, as_json=as_json, newsroom=newsroom)


def make_manifest(
    newsroom: Newsroom, materials: Materials, engine: Engine, *, run_id: str, seed: int | None
) -> Manifest:
    """Write down everything that goes into a run."""
    settings = newsroom.settings
    return Manifest(
        run_id=run_id,
        created_at=datetime.now(UTC).replace(microsecond=0),
        panel_version=panel.__version__,
        tools=tuple(materials.dossiers),
        personas=tuple(materials.personas),
        seed=settings.run.seed if seed is None else seed,
        engine=engine.identity,
        sampling=settings.sampling,
        max_revisions=settings.run.max_revisions,
        max_retries=settings.run.max_retries,
        seat_timeout_s=settings.run.seat_timeout_s,
        inputs=content_hashes(materials.files),
        versions={library: version(library) for library in LIBRARIES},
    )


def free_run_id(store: RunStore, tools: Sequence[str], now: datetime) -> str:
    """Name a run by its date and tools: `2026-11-02-a-vs-b`, with a number when that is taken."""
    what = "-vs-".join(tools) if len(tools) <= 3 else f"{tools[0]}-and-{len(tools) - 1}-more"
    base = f"{now:%Y-%m-%d}-{what}"[:72].rstrip("-")
    taken, number, name = set(store.names()), 1, base
    while name in taken:
        number += 1
        name = f"{base}-{number}"
    return name


def finish_run(run: Run, materials: Materials, engine: Engine, *, as_json: bool, newsroom: Newsroom) -> None:
    """Draft what is not drafted yet, then show what there is; used by `run` and `resume`."""
    try:
        with run.drafting(), RunProgress(run.manifest.seats) as progress:
            asyncio.run(_draft(Nodes(run, materials, engine, progress.tell)))
        desk = Desk(run, materials, newsroom.settings.site, newsroom.settings.desk)
        _show_run(desk, as_json=as_json, newsroom=newsroom)
    except KeyboardInterrupt:
        typer.echo(f"\nStopped. Every finished seat is kept. Go on with: panel resume {run.run_id}", err=True)
        raise typer.Exit(130) from None


def _show_run(desk: Desk, *, as_json: bool, newsroom: Newsroom) -> None:
    states = desk.states()
    preview = write_run_preview(desk, states, newsroom)
    if as_json:
        print_json({**describe_run(desk, states), "preview": str(preview)})
        return
    console = make_console()
    print_scorecard(console, desk, states)
    asked = sum(len(unanswered(state, desk.findings(state))) for state in states.values())
    for line in next_steps(desk.run, preview.as_posix(), asked):
        typer.echo(line)


async def _draft(nodes: Nodes) -> None:
    try:
        await drive(nodes)
    finally:
        await nodes.engine.aclose()


def own_command() -> str:
    """Return what to type to call Panel again: its name, or its path where the shell would not find it by name."""
    called = Path(sys.argv[0])
    found = shutil.which("panel")
    if called.name != "panel" or not called.exists() or (found and Path(found).resolve() == called.resolve()):
        return "panel"
    here = Path.cwd()
    near = called.absolute()
    return shlex.quote(str(near.relative_to(here) if near.is_relative_to(here) else near))


def next_steps(run: Run, preview: str, asked: int = 0) -> list[str]:
    """Say what an editor does next, as commands to copy.

    Args:
        run: the run.
        preview: where its preview is.
        asked: how many findings want an answer before anything can be approved.
    """
    panel = own_command()
    review = "read, edit, redraft and approve"
    if asked:
        review = f"answer {asked} finding{'s' if asked > 1 else ''}, then read, edit, redraft and approve"
    steps = {
        "look at the page (a preview, marked DRAFT)": preview,
        review: f"{panel} review {run.run_id}",
        **({} if asked else {"or approve everything as it stands": f"{panel} approve {run.run_id}"}),
        "then publish": f"{panel} publish {run.run_id}",
    }
    width = max(map(len, steps))
    return ["", f"Run {run.run_id}. Next:", *(f"  {what:<{width}}  {how}" for what, how in steps.items())]
