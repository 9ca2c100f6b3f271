"""What commands have in common: finding the newsroom, opening runs and engines, knowing who is at the desk."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from panel.cli.app import is_plain
from panel.editorial import Desk
from panel.engine import Engine, ScriptedEngine
from panel.errors import IllegalMove, SetupError
from panel.materials import reopen_materials
from panel.models import EMBEDDED, ModelFile, find_model, find_prepared, physical_cores
from panel.models.cores import WAITING
from panel.records import EngineIdentity, Seat
from panel.settings import Newsroom, find_newsroom
from panel.store import Run, RunStore

RunArg = Annotated[str, typer.Argument(metavar="RUN", help="A run's name, its beginning, or `latest`.")]
ToolArg = Annotated[str, typer.Argument(metavar="TOOL", help="A tool's slug.")]
PersonaArg = Annotated[str, typer.Argument(metavar="PERSONA", help="A persona's slug.")]
OptionalTool = Annotated[str | None, typer.Argument(metavar="[TOOL]", help="Only this tool.")]
OptionalPersona = Annotated[str | None, typer.Argument(metavar="[PERSONA]", help="Only this persona's seat.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
AuthorOption = Annotated[str, typer.Option("--author", help="Who you are; else PANEL_EDITOR, else git's user.name.")]
ReasonOption = Annotated[str, typer.Option("--reason", "-r", help="Why; it is journaled.")]

API_KEY_VARIABLE = "PANEL_API_KEY"
"""The key that a server wants; never written anywhere."""

DELAY_VARIABLE = "PANEL_SCRIPTED_DELAY_S"
"""Seconds each answer of the scripted engine takes; for rehearsals of slow runs."""


def new_command(**settings: Any) -> typer.Typer:
    """Make a command's own app, in the house's plain style."""
    return typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False, **settings)


def current_newsroom() -> Newsroom:
    """Find the newsroom around the current folder."""
    return find_newsroom(Path.cwd())


def open_run(run_id: str) -> Run:
    """Open a run of the current newsroom."""
    return RunStore(current_newsroom().runs).open(run_id)


def open_desk(run_id: str, newsroom: Newsroom | None = None) -> Desk:
    """Put a run of a newsroom on the desk; of the current one when none is given."""
    newsroom = newsroom or current_newsroom()
    run = RunStore(newsroom.runs).open(run_id)
    return Desk(run, reopen_materials(run), newsroom.settings.site, newsroom.settings.desk)


def pick_seat(run: Run, tool: str, persona: str) -> Seat:
    """Find a seat of a run by its tool and persona."""
    return pick_seats(run, tool, persona)[0]


def pick_seats(run: Run, tool: str | None, persona: str | None) -> tuple[Seat, ...]:
    """Find the seats of a run that a command is about: all, a tool's, or one."""
    manifest = run.manifest
    if tool is not None and tool not in manifest.tools:
        raise SetupError(f"the run {run.run_id} has no tool {tool!r}", hint=f"It has {', '.join(manifest.tools)}.")
    if persona is not None and persona not in manifest.personas:
        known = ", ".join(manifest.personas)
        raise SetupError(f"the run {run.run_id} has no persona {persona!r}", hint=f"It has {known}.")
    return tuple(seat for seat in manifest.seats if tool in (None, seat.tool) and persona in (None, seat.persona))


def know_author(given: str) -> str:
    """Tell who is at the desk.

    Raises:
        IllegalMove: nobody said.
    """
    author = given or os.environ.get("PANEL_EDITOR", "") or _git_user()
    author = " ".join(author.split())
    if not author or len(author) > 120 or not is_plain(author):
        raise IllegalMove(
            "who are you? Every change has an author, of at most 120 characters.",
            hint="Give --author NAME, or set PANEL_EDITOR, or git's user.name.",
        )
    return author


def _git_user() -> str:
    try:
        asked = subprocess.run(["git", "config", "user.name"], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.SubprocessError):
        return ""
    return asked.stdout.strip()


def open_engine(newsroom: Newsroom, *, name: str = "", model: str = "", seats: int | None = None) -> Engine:
    """Open an engine.

    Args:
        newsroom: its settings say which model, how long a context, how many threads and how much memory.
        name: `llama`, `server` or `scripted`; else `server` where the settings name one, and `llama` where not.
        model: overrides the settings' model: a file's path, or a served model's name.
        seats: how many seats there will be to write; no room is made for more.

    Raises:
        SetupError: there is no such engine, or its model cannot be opened.
    """
    settings = newsroom.settings.model
    name = name or ("server" if settings.url and not model else "llama")
    if name == "scripted":
        return ScriptedEngine(context_tokens=settings.context_tokens, delay_s=_scripted_delay_s())
    if name == "server":
        return _open_server(newsroom, model)
    if name != "llama":
        raise SetupError(f"there is no engine {name!r}", hint="The engines are llama, server and scripted.")
    found = find_model(model or settings.path, base=Path.cwd() if model else newsroom.root, tell=say)
    if settings.prepared:
        found = find_prepared(found) or found
    return _open_llama(newsroom, found, seats)


def _open_llama(newsroom: Newsroom, model: ModelFile, seats: int | None) -> Engine:
    settings = newsroom.settings.model
    for variable, value in WAITING.items():
        os.environ.setdefault(variable, value)
    # Imported by name: llama.cpp's library is loaded only when a model is.
    llama = importlib.import_module("panel.engine.llama")
    engine: Engine = llama.open_llama(
        model,
        context_tokens=settings.context_tokens,
        threads=settings.threads or physical_cores(),
        seats=min(settings.seats_at_once, seats or settings.seats_at_once),
        memory_limit_bytes=settings.memory_limit_mb * 1024**2 or None,
        steady=settings.steady,
    )
    return engine


def _open_server(newsroom: Newsroom, model: str) -> Engine:
    settings = newsroom.settings.model
    if not settings.url:
        raise SetupError("no server is named", hint='Set url = "http://.../v1" under [model] in panel.toml.')
    served = importlib.import_module("panel.engine.served")
    engine: Engine = served.open_server(
        settings.url,
        model=model or settings.url_model,
        api_key=os.environ.get(API_KEY_VARIABLE, ""),
        context_tokens=settings.context_tokens,
        concurrency=settings.seats_at_once,
    )
    return engine


def _scripted_delay_s() -> float:
    given = os.environ.get(DELAY_VARIABLE, "0")
    try:
        delay_s = float(given)
    except ValueError:
        delay_s = -1.0
    if not 0 <= delay_s <= 86_400:
        raise SetupError(f"{DELAY_VARIABLE} is no number of seconds from 0 to 86400: {given!r}")
    return delay_s


def reopen_engine(newsroom: Newsroom, identity: EngineIdentity, *, seats: int | None = None) -> Engine:
    """Open the very engine a run was begun with: model, context and threads as the manifest has them.

    Raises:
        SetupError: the model's bytes are not those of the manifest.
    """
    same: dict[str, Any] = {"context_tokens": identity.context_tokens, "threads": identity.threads}
    if identity.engine == "server":
        same |= {"url": identity.base_url or "", "url_model": identity.model_name}
    settings = newsroom.settings.model_copy(update={"model": newsroom.settings.model.model_copy(update=same)})
    newsroom = Newsroom(newsroom.root, settings)
    if identity.engine != "llama":
        return open_engine(newsroom, name=identity.engine)
    found = _find_again(identity, newsroom)
    if found.sha256 != identity.model_sha256:
        raise SetupError(
            f"{identity.model_path} is not the model this run was begun with",
            hint="Put the same file back, or start a new run."
            + (" What `panel model prepare` made can be made again with it." if identity.source_sha256 else ""),
        )
    same_origin = replace(
        found,
        source_sha256=identity.source_sha256,
        base_sha256=identity.base_sha256,
        adapter_sha256=identity.adapter_sha256,
    )
    return _open_llama(newsroom, same_origin, seats)


def _find_again(identity: EngineIdentity, newsroom: Newsroom) -> ModelFile:
    path = Path(identity.model_path or "")
    if identity.adapter_sha256 and not identity.source_sha256 and not path.exists():
        return find_model(EMBEDDED, base=newsroom.root, tell=say)  # the cache was emptied; it can be made again
    return find_model(identity.model_path or EMBEDDED, base=newsroom.root)


def say(line: str) -> None:
    """Say what is going on, beside what is printed."""
    typer.echo(line, err=True)


def print_json(value: Any) -> None:
    """Print plain data as JSON."""
    typer.echo(json.dumps(value, indent=1, ensure_ascii=False, default=str))
