"""`panel acknowledge`: let a finding stand that would block approval."""

from __future__ import annotations

from typing import Annotated

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
from panel.editorial import unanswered
from panel.errors import IllegalMove

app = new_command()


@app.command()
def acknowledge(
    run_id: RunArg,
    tool: ToolArg,
    persona: PersonaArg,
    reason: ReasonOption,
    numbers: Annotated[
        list[int] | None,
        typer.Argument(metavar="[NUMBER]...", help="As `panel show` has them; else all that block."),
    ] = None,
    author: AuthorOption = "",
    as_json: JsonOption = False,
) -> None:
    """Let findings stand that block approval, with a reason.

    It holds for the text they are about: once that is changed, the same finding asks again.
    """
    who = know_author(author)
    desk = open_desk(run_id)
    seat = pick_seat(desk.run, tool, persona)
    state = desk.state(seat)
    findings = desk.findings(state)
    wrong = [number for number in numbers or () if not 1 <= number <= len(findings)]
    if wrong:
        raise IllegalMove(
            f"{seat} has no finding {wrong[0]}", hint=f"It has {len(findings)}; `panel show` numbers them."
        )
    chosen = [findings[number - 1] for number in dict.fromkeys(numbers)] if numbers else unanswered(state, findings)
    if not chosen:
        raise IllegalMove(f"{seat}: nothing blocks its approval", hint=f"panel approve {desk.run.run_id}")
    # One that stands twice in a text is acknowledged once.
    made = {
        entry.finding: entry
        for finding in chosen
        if (entry := desk.acknowledge_once(seat, finding, author=who, reason=reason, seen=state.sha256))
    }
    left = unanswered(now := desk.state(seat), desk.findings(now))
    if as_json:
        entries = [entry.model_dump(mode="json", exclude_none=True) for entry in made.values()]
        print_json({"acknowledged": entries, "left": [finding.model_dump(mode="json") for finding in left]})
        return
    for entry in made.values():
        if entry.finding:
            typer.echo(f"{seat}: {entry.finding.check} “{entry.finding.quote}” stands, says {who}.")
    typer.echo(f"{len(left)} more to answer." if left else "Nothing blocks its approval now.")
