"""`panel flip`: turn a call around."""

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
def flip(
    run_id: RunArg,
    tool: ToolArg,
    persona: PersonaArg,
    reason: ReasonOption,
    author: AuthorOption = "",
    as_json: JsonOption = False,
) -> None:
    """Turn a call around, with a reason.

    The argument stays as it is.
    """
    who = know_author(author)
    desk = open_desk(run_id)
    seat = pick_seat(desk.run, tool, persona)
    entry = desk.flip(seat, author=who, reason=reason)
    if as_json:
        print_json({"entry": entry.model_dump(mode="json", exclude_none=True)})
    else:
        typer.echo(f"{seat}: {entry.call} now, flipped by {who}; it needs approval.")
