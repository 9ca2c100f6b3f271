"""`panel acknowledge`: let a finding stand that would block approval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from panel.cli.app import one_line
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
from panel.editorial import BLOCKING, Desk, SeatState, is_acknowledged, unanswered
from panel.editorial.moves import draft_hint
from panel.errors import IllegalMove, SetupError, StaleEdit
from panel.records import Finding

app = new_command()


@app.command()
def acknowledge(
    run_id: RunArg,
    tool: ToolArg,
    persona: PersonaArg,
    reason: ReasonOption,
    numbers: Annotated[
        list[int] | None, typer.Argument(metavar="[NUMBER]...", help="Which, as `panel show` numbers them.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that block, for one reason.")] = False,
    seen: Annotated[str, typer.Option("--seen", help="The text's hash as `panel show` had it, or its beginning.")] = "",
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
    chosen = _choose(desk, state, numbers or (), everything=everything, seen=seen)
    made = [desk.acknowledge(seat, one, author=who, reason=reason, seen=state.sha256) for one in chosen]
    left = unanswered(now := desk.state(seat), desk.findings(now))
    if as_json:
        entries = [entry.model_dump(mode="json", exclude_none=True) for entry in made]
        print_json({"acknowledged": entries, "left": [finding.model_dump(mode="json") for finding in left]})
        return
    for finding in chosen:
        typer.echo(f"{seat}: {finding.check} “{one_line(finding.quote)}” stands, says {who}.")
    typer.echo(f"{len(left)} more to answer." if left else "Nothing blocks its approval now.")


def _choose(
    desk: Desk, state: SeatState, numbers: Sequence[int], *, everything: bool, seen: str
) -> tuple[Finding, ...]:
    """Pick the findings that are meant; each is tried before any is journaled.

    Raises:
        SetupError: nobody said which, or there is none of that number.
        StaleEdit: the text is not the one that was seen.
        IllegalMove: one of them blocks nothing, or was acknowledged before.
    """
    if state.verdict is None:
        raise IllegalMove(f"{state.seat}: there is no verdict: the seat is {state.standing}", hint=draft_hint(state))
    if seen and not (state.sha256 or "").startswith(seen.lower()):
        raise StaleEdit(f"{state.seat}: the verdict changed since you read it", hint="Read it again, then decide.")
    findings = desk.findings(state)
    left = unanswered(state, findings)
    if bool(numbers) == everything:
        raise SetupError("which findings?", hint="Give their numbers as `panel show` has them, or --all.")
    wrong = [number for number in numbers if not 1 <= number <= len(findings)]
    if wrong:
        hint = f"It has {len(findings)}; `panel show` numbers them."
        raise SetupError(f"{state.seat} has no finding {', '.join(map(str, wrong))}", hint=hint)
    chosen = tuple(findings[number - 1] for number in dict.fromkeys(numbers)) if numbers else left
    for finding in chosen:
        if finding.check not in BLOCKING:
            raise IllegalMove(f"{state.seat}: {finding.check} blocks nothing", hint="Approve it as it stands.")
        if is_acknowledged(state, finding):
            raise IllegalMove(f"{state.seat}: {finding.check} “{one_line(finding.quote)}” was acknowledged before")
    if not chosen:
        raise IllegalMove(f"{state.seat}: nothing blocks its approval", hint=f"panel approve {desk.run.run_id}")
    return chosen
