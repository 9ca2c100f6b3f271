"""`panel show`: a run, a tool, or one seat."""

from __future__ import annotations

from panel.cli.describe import describe_run, describe_seat
from panel.cli.printing import make_console, print_scorecard, print_seat
from panel.cli.session import (
    JsonOption,
    OptionalPersona,
    OptionalTool,
    RunArg,
    new_command,
    open_desk,
    pick_seats,
    print_json,
)

app = new_command()


@app.command()
def show(
    run_id: RunArg, tool: OptionalTool = None, persona: OptionalPersona = None, as_json: JsonOption = False
) -> None:
    """Show a run, a tool or one seat."""
    desk = open_desk(run_id)
    states = desk.states()
    seats = pick_seats(desk.run, tool, persona)
    if as_json:
        whole = describe_run(desk, states)
        print_json({"seats": [describe_seat(desk, states[seat]) for seat in seats]} if tool else whole)
        return
    console = make_console()
    if tool is None:
        print_scorecard(console, desk, states)
        console.print()
    for seat in seats:
        print_seat(console, desk, states[seat])
        console.print()
