"""`panel publish`: through the editorial gate, into the journal, onto the site, in that order."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from panel.cli.session import (
    AuthorOption,
    JsonOption,
    RunArg,
    current_newsroom,
    know_author,
    new_command,
    open_desk,
    print_json,
)
from panel.cli.verify import verify_files
from panel.editorial import JOURNAL_CHECK, last_publication, open_gate, record_publication
from panel.engine import ScriptedEngine
from panel.errors import NotApproved
from panel.graph.build import pass_gate
from panel.graph.nodes import Nodes
from panel.publish import plan_files, write_site
from panel.settings import Newsroom
from panel.store import Run

app = new_command()


@app.command()
def publish(
    run_id: RunArg,
    out: Annotated[Path | None, typer.Option("--out", help="The site's folder; else the newsroom's `site/`.")] = None,
    author: AuthorOption = "",
    as_json: JsonOption = False,
) -> None:
    """Publish an approved run's page.

    Refused, with every reason, while anything is not approved.
    """
    who = know_author(author)
    newsroom = current_newsroom()
    desk = open_desk(run_id, newsroom)
    run = desk.run
    site = out.absolute() if out else newsroom.site
    refuse_unsound(run)
    approved = open_gate(desk)
    files = plan_files(approved.page)
    entry = record_publication(desk, approved, files, out=place_in(newsroom, site), author=who)
    # Whoever was faster, an unpublication or a newer page, is not written over.
    write_site(site, files, still_wanted=lambda: last_publication(run) == entry)
    nodes = Nodes(run, desk.materials, ScriptedEngine(), lambda event: None)
    asyncio.run(pass_gate(nodes, approved.content_sha256))
    if as_json:
        print_json({"entry": entry.model_dump(mode="json", exclude_none=True), "files": [str(site / f) for f in files]})
        return
    typer.echo(f"Published {approved.page.title}:")
    for name in files:
        typer.echo(f"  {site / name}")
    if site == newsroom.site:
        typer.echo("Next: panel site build")


def refuse_unsound(run: Run) -> None:
    """Refuse a run whose files are not what they were, whoever approved them.

    The journal is the gate's own business: a line cut short by a crash is set aside by the next entry.

    Raises:
        NotApproved: with everything that is wrong.
    """
    checks = [check for check in verify_files(run) if check.name != JOURNAL_CHECK]
    problems = [problem for check in checks for problem in check.problems]
    if problems:
        raise NotApproved(
            f"the run {run.run_id} is not what was drafted:",
            problems,
            hint=f"`panel verify {run.run_id}` shows everything; restore what is damaged from a backup.",
        )


def place_in(newsroom: Newsroom, site: Path) -> str:
    """Name a site's folder for the journal: relative to the newsroom where it lies inside."""
    return site.relative_to(newsroom.root).as_posix() if site.is_relative_to(newsroom.root) else site.as_posix()
