"""`panel votes`: what readers say of the tools."""

from __future__ import annotations

import json
from collections.abc import Sized
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from panel.cli.printing import make_console
from panel.cli.session import JsonOption, current_newsroom, new_command, print_json
from panel.errors import NotFound, SetupError
from panel.readers import ReaderStore, ToolVotes, count_votes, read_votes, write_votes_csv, write_votes_json
from panel.records import is_slug
from panel.store.files import replace_file

app = new_command(help="Bring in, show and take out readers' votes.", no_args_is_help=True)


@app.command("import")
def import_votes(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="CSV or JSON; `schemas/votes.schema.json` has the JSON.")
    ],
    source: Annotated[str, typer.Option("--source", help="Where the votes were cast; else the file's name.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Bring in votes that were cast elsewhere.

    CSV has the columns `tool,ships,votes`, or `tool,reader,call` with one vote a line. The votes stand in the place of
    those that the same source brought before.
    """
    newsroom = current_newsroom()
    name = _source_name(source or file.stem)
    counts = read_votes(file)
    with ReaderStore.open(newsroom.reader_store) as store:
        before = store.replace_import(name, counts)
    votes = sum(count.votes for count in counts)
    if as_json:
        tools = [count.model_dump(mode="json") for count in counts]
        print_json({"source": name, "tools": tools, "votes": votes, "replaced": before})
        return
    typer.echo(f"Brought in {votes:,} {'vote' if votes == 1 else 'votes'} on {_tools(counts)} from {name}.")
    if before:
        typer.echo(f"They stand in the place of what it brought before, on {_tools(before)}.")


@app.command()
def forget(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="As `panel votes show` names it.")],
    as_json: JsonOption = False,
) -> None:
    """Take out the votes that a source brought."""
    path = current_newsroom().reader_store
    before: tuple[str, ...] = ()
    if path.exists():
        with ReaderStore.open(path) as store:
            before = store.replace_import(source, ())
    if not before:
        raise NotFound(f"no votes came from {source!r}", hint="`panel votes show` names the sources.")
    if as_json:
        print_json({"source": source, "forgotten": before})
        return
    typer.echo(f"Forgot the votes from {source}, on {_tools(before)}.")


@app.command()
def show(as_json: JsonOption = False) -> None:
    """Show the votes on every tool, and where they came from."""
    path = current_newsroom().reader_store
    tools: tuple[ToolVotes, ...] = ()
    if path.exists():
        with ReaderStore.open(path) as store:
            tools = store.by_source()
    if as_json:
        print_json({"tools": [tool.model_dump(mode="json") for tool in tools]})
        return
    if not tools:
        typer.echo("No reader has voted yet.")
        return
    table = Table(box=None, pad_edge=False)
    for column in ("tool", "readers say", "here", "brought in"):
        table.add_column(column)
    for tool in tools:
        here = f"{tool.own.ships} of {tool.own.votes}" if tool.own else "—"
        brought = ", ".join(f"{votes.ships} of {votes.votes} {name}" for name, votes in tool.imported.items())
        share = f"{tool.total.ship_pct} % ship, {tool.total.ships} of {tool.total.votes}"
        table.add_row(tool.tool, share, here, escape(brought) or "—")
    make_console().print(table)


@app.command()
def export(
    out: Annotated[Path | None, typer.Option("--out", help="A file; else it is printed.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Write the votes on every tool as CSV, or as JSON.

    Those that were brought in are among them: on another desk, the file brings all of them in.
    """
    counts = count_votes(current_newsroom().reader_store)
    data = json.dumps(write_votes_json(counts), indent=1) + "\n" if as_json else write_votes_csv(counts)
    if out is None:
        typer.echo(data, nl=False)
        return
    replace_file(out, data.encode("utf-8"))
    typer.echo(f"Wrote the votes on {_tools(counts)} to {out}.", err=True)


def _tools(found: Sized) -> str:
    return "one tool" if len(found) == 1 else f"{len(found):,} tools"


def _source_name(given: str) -> str:
    name = given.strip().lower().replace("_", "-").replace(" ", "-").replace(".", "-")
    if not is_slug(name):
        raise SetupError(
            f"{given!r} is no name for a source of votes", hint="Give --source NAME, of a-z, 0-9 and dashes."
        )
    return name
