"""`panel show`: a run, a tool, or one seat."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from panel.cli.describe import describe_run, describe_seat
from panel.cli.printing import make_console, print_scorecard, print_seat
from panel.cli.provenance import describe_provenance, print_provenance
from panel.cli.session import (
    JsonOption,
    OptionalPersona,
    OptionalTool,
    RunArg,
    current_newsroom,
    new_command,
    open_desk,
    pick_seats,
    print_json,
)
from panel.honesty import SAMPLES

app = new_command()


@app.command()
def show(
    run_id: RunArg,
    tool: OptionalTool = None,
    persona: OptionalPersona = None,
    passages: Annotated[
        bool, typer.Option("--passages", help="Under each beat the dossier's nearest sentences; always for one seat.")
    ] = False,
    provenance: Annotated[
        bool, typer.Option("--provenance", help="What made each verdict: model, hashes, seeds, people.")
    ] = False,
    samples: Annotated[
        int, typer.Option("--samples", min=1, max=1000, help="How often each call is drawn again.")
    ] = SAMPLES,
    as_json: JsonOption = False,
) -> None:
    """Show a run, a tool or one seat.

    Each seat has its call, the model's probability of ship, how often the call flips when it is drawn again, and what
    the checks say, numbered, beside the dossier's own words.
    """
    newsroom = current_newsroom()
    desk = replace(open_desk(run_id, newsroom), samples=samples)
    states = desk.states()
    seats = pick_seats(desk.run, tool, persona)
    if as_json:
        told = {"seats": [describe_seat(desk, states[seat]) for seat in seats]} if tool else describe_run(desk, states)
        print_json({**told, **({"provenance": describe_provenance(desk, newsroom, seats)} if provenance else {})})
        return
    console = make_console()
    if tool is None:
        print_scorecard(console, desk, states)
        console.print()
    for seat in seats:
        print_seat(console, desk, states[seat], passages=passages or len(seats) == 1)
        console.print()
    if provenance:
        print_provenance(console, desk, newsroom, seats)
