"""`panel ablate`: which calls of a run its personas cause, and which are the model's own opinion."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from panel.audit import Ablated, Asked
from panel.audit import ablate as ablate_run
from panel.cli.printing import make_console
from panel.cli.session import (
    JsonOption,
    RunArg,
    current_newsroom,
    new_command,
    open_engine,
    pick_seats,
    print_json,
    reopen_engine,
)
from panel.honesty import model_key
from panel.materials import reopen_materials
from panel.records import Call
from panel.store import RunStore

app = new_command()


@app.command()
def ablate(
    run_id: RunArg,
    tool: Annotated[str, typer.Option("--tool", metavar="T", help="Only this tool.")] = "",
    model: Annotated[
        str, typer.Option("--model", "-m", help="Ask another model: as for `run`. Else the run's own.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Show which calls the personas cause, and which are the model's own.

    Each seat's call is asked for alone: by its persona, by a neutral reviewer, and by its persona's questions under
    every other persona's lens. Nothing is written; the run is not touched.
    """
    newsroom = current_newsroom()
    run = RunStore(newsroom.runs).open(run_id)
    materials = reopen_materials(run)
    tools = tuple(dict.fromkeys(seat.tool for seat in pick_seats(run, tool or None, None)))
    personas = len(materials.personas)
    asked = len(tools) * (1 + personas + personas**2)
    if model:
        engine = open_engine(newsroom, model=model, seats=asked)
    else:
        engine = reopen_engine(newsroom, run.manifest.engine, seats=asked)
    identity = engine.identity
    name = identity.model_name if model else run.manifest.engine.model_name
    same = not model or (model_key(identity) is not None and model_key(identity) == model_key(run.manifest.engine))
    found = asyncio.run(ablate_run(run, materials, tools, engine, _tell, same_model=same))
    if as_json:
        print_json({"run_id": run.run_id, "model": name, **describe_ablation(found)})
        return
    typer.echo(f"{run.run_id}, calls alone by {name}")
    print_ablation(found)


def describe_ablation(found: Sequence[Ablated]) -> dict[str, Any]:
    """Describe an ablation as plain data."""
    seats = [
        {
            **one.model_dump(mode="json"),
            "by_persona": one.by_persona,
            "cause": one.cause,
            "lenses_that_keep_it": one.kept,
            "argument_turned_it": one.turned,
            "words_carry_it": one.carried,
        }
        for one in found
    ]
    return {"seats": seats, **_sums(found)}


def print_ablation(found: Sequence[Ablated]) -> None:
    """Print an ablation: a table, and what it comes to."""
    table = Table(box=None, pad_edge=False)
    for head in ("seat", "in the run", "same words, no lens", "own", "neutral", "other lenses", "the call alone is"):
        table.add_column(head)
    for one in found:
        swapped = " ".join("?" if asked.p_ship is None else f"{asked.p_ship:.2f}" for asked in one.swapped.values())
        kept = f"{swapped}  {one.kept} of {len(one.swapped)} keep it" if one.swapped else "—"
        cells = (
            str(one.seat),
            _show(one.run_call, one.run_p_ship) + (" !" if one.turned else ""),
            _asked(one.argued) if one.argued else "—",
            _asked(one.own),
            _asked(one.neutral),
            kept,
            one.cause,
        )
        table.add_row(*map(Text, cells))
    console = make_console()
    console.width = max(console.width, 140)
    console.print(table)
    sums = _sums(found)
    typer.echo(f"Caused by the persona: {sums['caused_by_persona']} of {sums['known']} calls made alone.")
    if sums["compared_with_run"]:
        typer.echo(
            f"Turned by the argument (!): {sums['turned_by_argument']} of {sums['compared_with_run']} of the run's."
        )
        typer.echo(f"Carried by its words without the lens: {sums['carried_by_words']} of {sums['argued']}.")


def _sums(found: Sequence[Ablated]) -> dict[str, int]:
    return {
        "known": sum(one.by_persona is not None for one in found),
        "caused_by_persona": sum(one.by_persona is True for one in found),
        "compared_with_run": sum(one.turned is not None for one in found),
        "turned_by_argument": sum(one.turned is True for one in found),
        "argued": sum(one.carried is not None for one in found),
        "carried_by_words": sum(one.carried is True for one in found),
    }


def _asked(asked: Asked) -> str:
    return _show(asked.call, asked.p_ship)


def _show(call: Call | None, p_ship: float | None) -> str:
    if call is None:
        return "—"
    return call.value if p_ship is None else f"{call.value} {p_ship:.2f}"


def _tell(known: int, total: int) -> None:
    if known == total or known % 8 == 0:
        print(f"{known} of {total} calls", file=sys.stderr, flush=True)
