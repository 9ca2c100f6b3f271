"""`panel edit`: an editor's words in the place of a draft's."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
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
from panel.editorial import Desk, SeatState, parse_sheet, render_sheet
from panel.errors import IllegalMove, InputProblems, PanelError, Problem, SetupError
from panel.inputs import read_text
from panel.records import Entry

app = new_command()


@app.command()
def edit(
    run_id: RunArg,
    tool: ToolArg,
    persona: PersonaArg,
    text_file: Annotated[
        Path | None, typer.Option("--text-file", help="Take the text from this sheet (`-`: from standard input).")
    ] = None,
    reason: ReasonOption = "",
    author: AuthorOption = "",
    seen: Annotated[str, typer.Option("--seen", help="The content hash you started from; else what stands now.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Change a verdict's words, in $EDITOR or from a file.

    The sheet is `call: ship` or `call: skip`, then each beat under a line [name]. `panel edit` without --text-file
    opens it in $EDITOR.
    """
    who = know_author(author)
    desk = open_desk(run_id)
    seat = pick_seat(desk.run, tool, persona)
    state = desk.state(seat)
    sheet = _read_sheet(text_file) if text_file else ask_editor(desk, state)
    entry = apply_sheet(desk, state, sheet, author=who, reason=reason or ask_reason(), seen=seen or None)
    if as_json:
        print_json({"entry": entry.model_dump(mode="json", exclude_none=True)})
    else:
        typer.echo(f"{seat}: edited by {who}; it needs approval now.")


def apply_sheet(
    desk: Desk, state: SeatState, sheet: str, *, author: str, reason: str, seen: str | None = None
) -> Entry:
    """Turn a sheet into an edit; a sheet that cannot become one is kept in the run's folder.

    Raises:
        PanelError: with where the sheet is kept.
    """
    seat = state.seat
    try:
        beats, call = parse_sheet(sheet, desk.materials.personas[seat.persona])
        return desk.edit(seat, beats, call, author=author, reason=reason, seen=seen or state.sha256)
    except PanelError as error:
        if not getattr(error, "kept_at", "") and sheet.strip():
            kept = desk.run.keep_text(seat, sheet)
            error.hint = f"{error.hint} Your text is kept in {kept}.".strip()
        raise


def ask_editor(desk: Desk, state: SeatState) -> str:
    """Open a seat's sheet in $VISUAL or $EDITOR and return what was saved."""
    if state.verdict is None:
        raise IllegalMove(f"{state.seat}: there is no verdict to edit: the seat is {state.standing}")
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not command:
        raise SetupError("no editor is set", hint="Set EDITOR, or give the text with --text-file.")
    remarks = tuple(f"{finding.check}: {finding.message}" for finding in desk.findings(state))
    sheet = render_sheet(state.verdict, desk.materials.personas[state.seat.persona], remarks)
    handle, name = tempfile.mkstemp(prefix=f"{state.seat.tool}.{state.seat.persona}.", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(sheet)
    try:
        subprocess.run([*shlex.split(command), name], check=True)
    except (OSError, subprocess.CalledProcessError, ValueError) as error:
        raise SetupError(f"the editor {command!r} failed: {error}", hint=f"Your text is in {name}.") from error
    problems: list[Problem] = []
    saved = read_text(Path(name), problems)
    if saved is None:
        raise InputProblems(problems)
    os.unlink(name)
    return saved


def ask_reason() -> str:
    """Ask a person at a terminal why; "" when there is none to ask."""
    if not sys.stdin.isatty():
        return ""
    answer: str = typer.prompt("Why (journaled)", default="", show_default=False)
    return answer


def _read_sheet(path: Path) -> str:
    if str(path) == "-":
        return sys.stdin.read()
    problems: list[Problem] = []
    text = read_text(path, problems)
    if text is None:
        raise InputProblems(problems)
    return text
