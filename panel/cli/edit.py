"""`panel edit`: an editor's words in the place of a draft's."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
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
from panel.errors import IllegalMove, InputProblems, NothingChanged, PanelError, Problem, SetupError
from panel.inputs import decode_text, read_text
from panel.records import Entry, Seat
from panel.store import Run
from panel.store.files import translated

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
    """Change a verdict's words.

    In $EDITOR, or from a file. The sheet is `call: ship` or `call: skip`, then each beat under a line
    [name].
    """
    desk = open_desk(run_id)
    seat = pick_seat(desk.run, tool, persona)
    state = desk.state(seat)
    sheet = _read_sheet(desk, state, text_file) if text_file else None
    try:
        who = know_author(author)
    except PanelError as error:
        keep_sheet(desk.run, seat, sheet or "", error)  # what came through a pipe is nowhere else
        raise
    with edited_sheet(desk, state) if sheet is None else nullcontext(sheet) as text:
        entry = apply_sheet(desk, state, text, author=who, reason=reason or ask_reason(), seen=seen or None)
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
    except NothingChanged:
        raise
    except PanelError as error:
        keep_sheet(desk.run, seat, sheet, error)
        raise


def keep_sheet(run: Run, seat: Seat, sheet: str, error: PanelError) -> None:
    """Put a sheet that could not be used into a file, and let the error say where; what is kept already stays there."""
    if error.kept_at or not sheet.strip():
        return
    with suppress(PanelError):  # a full disk; `edited_sheet` then leaves the file it lent
        error.kept_at = str(run.keep_text(seat, sheet))
        error.hint = f"{error.hint} Your text is kept in {error.kept_at}.".strip()


@contextmanager
def edited_sheet(desk: Desk, state: SeatState) -> Iterator[str]:
    """Open a seat's sheet in $VISUAL or $EDITOR and lend what was saved.

    The file lies in the run's folder. It is removed when the block has put its text into the journal, or into a file
    of its own; whatever else ends the block, a kill included, leaves it where it is.

    Raises:
        IllegalMove: there is no verdict to edit, or nothing was changed.
        SetupError: there is no editor, or it failed.
        InputProblems: what was saved is no text.
    """
    if state.verdict is None:
        raise IllegalMove(f"{state.seat}: there is no verdict to edit: the seat is {state.standing}")
    remarks = tuple(f"{finding.check}: {finding.message}" for finding in desk.findings(state))
    sheet = render_sheet(state.verdict, desk.materials.personas[state.seat.persona], remarks)
    path = _write_for_editing(desk.run, state.seat, sheet)
    saved = _run_editor(path)
    if saved == sheet:
        path.unlink()
        raise NothingChanged(f"{state.seat}: nothing was changed")
    try:
        yield saved
    except NothingChanged:
        path.unlink()
        raise
    except PanelError as error:
        if error.kept_at:
            path.unlink()
        else:
            error.kept_at = str(path)
            error.hint = f"{error.hint} Your text is kept in {path}.".strip()
        raise
    except BaseException:
        typer.echo(f"\nYour text is kept in {path}.", err=True)
        raise
    path.unlink()


def _write_for_editing(run: Run, seat: Seat, sheet: str) -> Path:
    folder = run.folder / "kept"
    with translated("writing the sheet", folder):
        folder.mkdir(exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f"{seat.tool}.{seat.persona}.editing-", suffix=".txt", dir=folder)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(sheet)
    return Path(name)


def _run_editor(path: Path) -> str:
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not command:
        path.unlink()
        raise SetupError("no editor is set", hint="Set EDITOR, or give the text with --text-file.")
    try:
        subprocess.run([*shlex.split(command), str(path)], check=True)
    except (OSError, subprocess.CalledProcessError, ValueError) as error:
        raise SetupError(f"the editor {command!r} failed: {error}", hint=f"Your text is in {path}.") from error
    except KeyboardInterrupt:
        typer.echo(f"\nYour text is kept in {path}.", err=True)
        raise
    problems: list[Problem] = []
    saved = read_text(path, problems)
    if saved is None:
        raise InputProblems(problems)
    return saved


def ask_reason() -> str:
    """Ask a person at a terminal why; "" when there is none to ask."""
    if not sys.stdin.isatty():
        return ""
    answer: str = typer.prompt("Why (journaled)", default="", show_default=False)
    return answer


def _read_sheet(desk: Desk, state: SeatState, path: Path) -> str:
    problems: list[Problem] = []
    if str(path) != "-":
        text = read_text(path, problems)
    else:
        raw = sys.stdin.buffer.read()
        text = decode_text(raw, problems, name="standard input")
        if text is None:
            # What comes through a pipe is nowhere else.
            kept = desk.run.keep_text(state.seat, raw.decode("utf-8", "surrogateescape"))
            problems.append(Problem("standard input", 0, "", f"what was read is kept in {kept}"))
    if text is None:
        raise InputProblems(problems)
    return text
