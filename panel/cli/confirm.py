"""`panel confirm`: a tool's price was looked at again."""

from __future__ import annotations

import typer

from panel.cli.session import (
    AuthorOption,
    JsonOption,
    ReasonOption,
    RunArg,
    ToolArg,
    know_author,
    new_command,
    open_desk,
    pick_seats,
    print_json,
)

app = new_command()


@app.command()
def confirm(
    run_id: RunArg, tool: ToolArg, reason: ReasonOption, author: AuthorOption = "", as_json: JsonOption = False
) -> None:
    """Say that a tool's price was looked at today and still holds.

    A price that was read too long ago keeps its tool from publication. When it has changed, mend the dossier and start
    a new run instead.
    """
    who = know_author(author)
    desk = open_desk(run_id)
    pick_seats(desk.run, tool, None)
    entry = desk.confirm_price(tool, author=who, reason=reason)
    pricing = desk.materials.dossiers[tool].pricing
    if as_json:
        print_json({"entry": entry.model_dump(mode="json", exclude_none=True), "price": pricing.entry})
    else:
        typer.echo(f"{tool}: {pricing.entry} still holds on {entry.at:%Y-%m-%d}, says {who}.")
