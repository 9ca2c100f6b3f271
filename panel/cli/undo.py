"""`panel undo`: take back the last change or approval of a seat."""

from __future__ import annotations

import typer

from panel.cli.session import (
    AuthorOption,
    JsonOption,
    PersonaArg,
    ReasonOption,
    RunArg,
    ToolArg,
    know_author,
    new_command,
    open_desk,
    pick_seat,
    print_json,
)

app = new_command()


@app.command()
def undo(
    run_id: RunArg,
    tool: ToolArg,
    persona: PersonaArg,
    reason: ReasonOption = "",
    author: AuthorOption = "",
    as_json: JsonOption = False,
) -> None:
    """Take back the last change, acknowledgement or approval of a seat.

    The journal keeps both.
    """
    who = know_author(author)
    desk = open_desk(run_id)
    seat = pick_seat(desk.run, tool, persona)
    entry = desk.undo(seat, author=who, reason=reason)
    if as_json:
        print_json({"entry": entry.model_dump(mode="json", exclude_none=True)})
    else:
        typer.echo(f"{seat}: entry {entry.undoes} is taken back; the seat is {desk.state(seat).standing}.")
