"""`panel redraft`: a new draft beside the old one, with an editor's note."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from panel.cli.describe import describe_seat
from panel.cli.printing import make_console, print_seat
from panel.cli.progress import RunProgress
from panel.cli.session import (
    AuthorOption,
    JsonOption,
    PersonaArg,
    RunArg,
    ToolArg,
    current_newsroom,
    know_author,
    new_command,
    open_desk,
    pick_seat,
    print_json,
    reopen_engine,
)
from panel.editorial import Desk, SeatState
from panel.engine import Engine
from panel.errors import EngineCrash, IllegalMove
from panel.graph import Brief, OnSeat, draft_seat
from panel.records import Draft
from panel.settings import Newsroom

app = new_command()


@app.command()
def redraft(
    run_id: RunArg,
    tool: ToolArg,
    persona: PersonaArg,
    note: Annotated[str, typer.Option("--note", "-n", help="What the model should do differently; journaled.")],
    author: AuthorOption = "",
    as_json: JsonOption = False,
) -> None:
    """Ask for a new draft, with a note.

    The old one stays beside it; `panel undo` brings it back.
    """
    who = know_author(author)
    newsroom = current_newsroom()
    desk = open_desk(run_id, newsroom)
    state = desk.state(pick_seat(desk.run, tool, persona))
    after = redraft_seat(desk, state, note, author=who, newsroom=newsroom)
    if as_json:
        print_json(describe_seat(desk, after))
    else:
        print_seat(make_console(), desk, after)
        typer.echo(f"Draft {after.draft.n if after.draft else '?'} stands now; it needs approval.")


def redraft_seat(desk: Desk, state: SeatState, note: str, *, author: str, newsroom: Newsroom) -> SeatState:
    """Write a redraft and let it stand; return the seat as it stands then.

    A redraft that was written but not adopted, because the process died in between, is adopted now instead of
    being written again.
    """
    note = note.strip()
    if not note:
        raise IllegalMove("a redraft needs a note", hint="Say with --note what should be different.")
    draft = desk.waiting_redraft(state.seat, note)
    if draft is None:
        engine = reopen_engine(newsroom, desk.run.manifest.engine, seats=1)
        with desk.run.drafting(), RunProgress([state.seat]) as progress:
            draft = asyncio.run(_write(desk, state, note, engine, progress.tell))
    desk.adopt_redraft(draft, author=author)
    return desk.state(state.seat)


async def _write(desk: Desk, state: SeatState, note: str, engine: Engine, on_seat: OnSeat) -> Draft:
    run = desk.run
    brief = Brief(state.seat, run.next_number(state.seat), "redraft", note, state.sha256)
    try:
        record = await draft_seat(brief, engine, desk.materials, run.manifest, on_seat)
    finally:
        await engine.aclose()
    run.write_draft(record)
    if not isinstance(record, Draft):
        raise EngineCrash(f"{state.seat}: no redraft: {record.message}", hint="The old verdict stands as it was.")
    return record
