"""`panel approve`: words as they stand, by the hash of what they are."""

from __future__ import annotations

from typing import Annotated

import typer

from panel.cli.session import (
    AuthorOption,
    JsonOption,
    OptionalPersona,
    OptionalTool,
    RunArg,
    know_author,
    new_command,
    open_desk,
    pick_seats,
    print_json,
)
from panel.editorial import Standing, refusals, unanswered
from panel.errors import IllegalMove
from panel.records import Entry

app = new_command()


@app.command()
def approve(
    run_id: RunArg,
    tool: OptionalTool = None,
    persona: OptionalPersona = None,
    comparison: Annotated[
        bool, typer.Option("--comparison", help="Only the comparison and the facts above it.")
    ] = False,
    author: AuthorOption = "",
    as_json: JsonOption = False,
) -> None:
    """Approve words as they stand.

    A run with its comparison, a tool's seats, one seat, or the comparison.
    """
    who = know_author(author)
    desk = open_desk(run_id)
    if comparison and tool:
        raise IllegalMove("--comparison is about the whole run", hint="Leave the tool out.")
    seats = () if comparison else pick_seats(desk.run, tool, persona)
    states = desk.states()
    blocked = [f"{seat}: {states[seat].standing}" for seat in seats if states[seat].verdict is None]
    if blocked:
        raise IllegalMove(
            f"nothing was approved; there is no verdict yet: {'; '.join(blocked)}",
            hint=f"`panel resume {desk.run.run_id}` drafts what is open or missing.",
        )
    asked = [
        f"{seat}: {finding.message}"
        for seat in seats
        if states[seat].standing is not Standing.APPROVED
        for finding in unanswered(states[seat], desk.findings(states[seat]))
    ]
    if asked:
        lines = "\n".join(f"  {line}" for line in asked)
        raise IllegalMove(
            f"nothing was approved; these findings want an answer first:\n{lines}",
            hint=f"`panel review {desk.run.run_id}` walks through them; `panel acknowledge` lets one stand.",
        )
    # What is approved is what stood when the command began, whoever edits meanwhile.
    entries: list[Entry | None] = []
    for seat in seats:
        if states[seat].standing is not Standing.APPROVED:
            entries.append(desk.approve(seat, author=who, seen=states[seat].sha256))
    if tool is None:
        entries.append(desk.approve_comparison(author=who, seen=desk.comparison_sha256(desk.comparison(states))))
    made = [entry for entry in entries if entry is not None]
    left = refusals(desk, desk.states())
    if as_json:
        described = [entry.model_dump(mode="json", exclude_none=True) for entry in made]
        print_json({"approved": described, "publishable": not left, "refusals": list(left)})
        return
    for entry in made:
        typer.echo(f"approved {entry.seat or 'the comparison'} ({(entry.after or '')[:12]})")
    if not made:
        typer.echo("Nothing to do: it is approved already.")
    typer.echo(
        f"Next: panel publish {desk.run.run_id}" if not left else "Still open:\n" + "\n".join(f"  {x}" for x in left)
    )
