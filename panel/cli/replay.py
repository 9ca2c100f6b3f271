"""`panel replay`: draft a run again from its manifest, and compare."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import typer

from panel.audit import Replay, Replayed
from panel.audit import replay as replay_run
from panel.cli.progress import RunProgress
from panel.cli.session import (
    JsonOption,
    OptionalPersona,
    OptionalTool,
    RunArg,
    current_newsroom,
    new_command,
    pick_seats,
    print_json,
    reopen_engine,
)
from panel.errors import SetupError
from panel.store import RunStore

app = new_command()
EXIT_CODES = {"identical": 0, "drift": 1, "cannot": 2}


@app.command()
def replay(
    run_id: RunArg, tool: OptionalTool = None, persona: OptionalPersona = None, as_json: JsonOption = False
) -> None:
    """Draft a run again from its manifest, and compare.

    With the run's own copies of its inputs, the same model file, seed and sampling; nothing is kept, and the run is not
    touched. Exit codes: 0 every draft is identical, 1 one differs, 2 it cannot be told.
    """
    newsroom = current_newsroom()
    run = RunStore(newsroom.runs).open(run_id)
    seats = pick_seats(run, tool, persona)
    if changed := run.changed_inputs():
        raise SetupError(
            f"the inputs of the run {run.run_id} were changed after it began: {', '.join(changed)}",
            hint="Restore them from a backup: a replay needs what the run was given.",
        )
    engine = reopen_engine(newsroom, run.manifest.engine, seats=len(seats))
    with tempfile.TemporaryDirectory(prefix="panel-replay-") as folder, RunProgress(seats) as progress:
        found = asyncio.run(replay_run(run, seats, engine, Path(folder), progress.tell))
    if as_json:
        print_json(describe_replay(run.run_id, found))
    else:
        print_replay(run.run_id, found)
    raise typer.Exit(EXIT_CODES[found.outcome])


def describe_replay(run_id: str, found: Replay) -> dict[str, Any]:
    """Describe a replay as plain data."""
    return {
        "run_id": run_id,
        "outcome": found.outcome,
        "identical": sum(seat.outcome == "identical" for seat in found.seats),
        "drafts": len(found.seats),
        "seats": [seat.model_dump(mode="json") for seat in found.seats],
        "ingredients": [one.model_dump(mode="json") for one in found.ingredients],
        "changed": [one.name for one in found.changed],
    }


def print_replay(run_id: str, found: Replay) -> None:
    """Print a replay: a line a draft, differences under it, then what is no longer the same."""
    for seat in found.seats:
        _print_seat(seat)
    identical = sum(seat.outcome == "identical" for seat in found.seats)
    typer.echo(f"{run_id}: {identical} of {len(found.seats)} drafts identical: {found.outcome}")
    for one in found.changed:
        typer.echo(f"  no longer the same: {one.name}: {one.then} then, {one.now} now")
    if found.outcome != "drift":
        return
    for one in found.ingredients:
        if one.same is None:
            typer.echo(f"  nobody knows: {one.name}: {one.then} then, {one.now} now")
    if not found.changed:
        typer.echo("  nothing that the manifest names has changed")


def _print_seat(seat: Replayed) -> None:
    which = f"{seat.seat} draft {seat.draft}" + (" (redraft)" if seat.origin == "redraft" else "")
    typer.echo(f"{which}: {seat.outcome}{f': {seat.reason}' if seat.reason else ''}")
    if seat.outcome != "differs":
        return
    if seat.call != seat.call_now:
        typer.echo(f"  call: [-{seat.call}-]{{+{seat.call_now}+}}")
    if seat.p_ship != seat.p_ship_now:
        typer.echo(f"  p_ship: {_show(seat.p_ship)} then, {_show(seat.p_ship_now)} now")
    for beat, marked in (seat.diff or {}).items():
        typer.echo(f"  {beat}: {marked}")


def _show(p_ship: float | None) -> str:
    return "unknown" if p_ship is None else f"{p_ship:.6f}"
