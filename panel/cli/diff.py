"""`panel diff`: what editors changed, word by word, draft against current."""

from __future__ import annotations

from typing import Any

import typer

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
from panel.editorial import SeatState, changed_share, mark_changes, word_diff

app = new_command()


@app.command()
def diff(
    run_id: RunArg, tool: OptionalTool = None, persona: OptionalPersona = None, as_json: JsonOption = False
) -> None:
    """Show what editors changed, word by word.

    The draft against what stands now: [-gone-] and {+new+}.
    """
    desk = open_desk(run_id)
    states = desk.states()
    compared = [_compare(states[seat]) for seat in pick_seats(desk.run, tool, persona)]
    changed = [item for item in compared if item is not None]
    if as_json:
        print_json({"changed": changed})
        return
    if not changed:
        typer.echo("Nothing was changed: every verdict is its draft.")
    for item in changed:
        typer.echo(f"{item['tool']} {item['persona']}: {item['changed_share']:.0%} of the words changed")
        if item["call"]:
            typer.echo(f"  call: [-{item['call']['draft']}-]{{+{item['call']['now']}+}}")
        for beat in item["beats"]:
            typer.echo(f"  {beat['id']}: {beat['marked']}")


def _compare(state: SeatState) -> dict[str, Any] | None:
    if state.verdict is None or state.draft is None:
        return None
    old = {beat.id: beat.text for beat in state.draft.beats}
    beats = [
        {
            "id": beat.id,
            "marked": mark_changes(old.get(beat.id, ""), beat.text),
            "words": [[change.kind, change.text] for change in word_diff(old.get(beat.id, ""), beat.text)],
        }
        for beat in state.verdict.beats
        if old.get(beat.id, "") != beat.text
    ]
    flipped = state.verdict.call is not state.draft.call
    if not beats and not flipped:
        return None
    drafted = " ".join(beat.text for beat in state.draft.beats)
    return {
        "tool": state.seat.tool,
        "persona": state.seat.persona,
        "draft": state.draft.n,
        "changed_share": changed_share(drafted, state.verdict.argument),
        "call": {"draft": state.draft.call.value, "now": state.verdict.call.value} if flipped else None,
        "beats": beats,
    }
