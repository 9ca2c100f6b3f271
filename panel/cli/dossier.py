"""`panel dossier add` and `panel dossier check`."""

from __future__ import annotations

import importlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from panel.cli.session import JsonOption, current_newsroom, new_command, print_json
from panel.cli.suspects import suspect_lines, suspects_of
from panel.dossiers import check_folder
from panel.errors import InputProblems

app = new_command(help="Start and check dossiers.", no_args_is_help=True)


@app.command()
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The tool's name.")],
    source: Annotated[str, typer.Option("--from", metavar="FILE|URL", help="A README, a saved page, or an address.")],
    as_json: JsonOption = False,
) -> None:
    """Start a dossier from a README, a saved page or an address.

    The main text is cut into dated excerpts. What it does not say is marked TODO and must be filled in before a run.
    """
    newsroom = current_newsroom()
    # Imported by name: reading pages takes libraries that are slow to load, and checking dossiers needs none of them.
    starting = importlib.import_module("panel.dossiers.starting")
    is_address = source.lower().startswith(("http://", "https://"))
    started = starting.start_dossier(name, source if is_address else Path(source), today=datetime.now(UTC).date())
    path = starting.write_started(newsroom.dossiers, started)
    if as_json:
        print_json({"dossier": str(path), "slug": started.slug, "notes": list(started.notes)})
        return
    typer.echo(f"Started {path}")
    for note in started.notes:
        typer.echo(f"  {note}")
    typer.echo("Next: fill in every TODO, then `panel dossier check`.")


@app.command()
def check(as_json: JsonOption = False) -> None:
    """Report every problem of every dossier at once, with file, line and field."""
    loaded, problems = check_folder(current_newsroom().dossiers)
    if problems:
        raise InputProblems(problems)
    slugs = [item.dossier.slug for item in loaded]
    suspects = [suspects_of(item.dossier) for item in loaded]
    if as_json:
        found = {name: [one for each in suspects for one in each[name]] for name in ("removed", "flagged")}
        print_json({"dossiers": slugs, "problems": []} | found)
        return
    typer.echo(f"{len(slugs)} dossiers, no problem: {', '.join(slugs)}")
    for item in loaded:
        for line in suspect_lines(item.dossier):
            typer.echo(line)
