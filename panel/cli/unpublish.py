"""`panel unpublish`: take a page off the site, if it is the one this run published."""

from __future__ import annotations

import typer

from panel.cli.session import (
    AuthorOption,
    JsonOption,
    ReasonOption,
    RunArg,
    current_newsroom,
    know_author,
    new_command,
    open_desk,
    print_json,
)
from panel.editorial import last_publication, record_unpublication
from panel.errors import IllegalMove
from panel.publish import read_written, remove_page

app = new_command()


@app.command()
def unpublish(run_id: RunArg, reason: ReasonOption, author: AuthorOption = "", as_json: JsonOption = False) -> None:
    """Take a published page off the site, with a reason.

    What was published stays in the journal.
    """
    who = know_author(author)
    newsroom = current_newsroom()
    desk = open_desk(run_id, newsroom)
    run = desk.run
    standing = last_publication(run)
    if standing is None or not standing.files:
        raise IllegalMove(f"the run {run.run_id} is not published")
    if not reason.strip():
        raise IllegalMove("unpublishing needs a reason", hint="Say why with --reason.")
    site = newsroom.root / (standing.out or newsroom.site)
    there = [name for name in standing.files if (site / name).exists()]
    changed = [name for name in read_written(site, standing.files) if name in there]
    if changed:
        raise IllegalMove(
            f"what is on the site is not what this run published: {', '.join(changed)}",
            hint="Another run was published to the same address, or somebody changed the file. Unpublish that one.",
        )
    # The page goes first: were the journal first, a crash in between would leave a page that nobody stands behind.
    if there:
        remove_page(site, there[0].split("/")[1])
    entry = record_unpublication(desk, standing, author=who, reason=reason)
    if as_json:
        print_json({"entry": entry.model_dump(mode="json", exclude_none=True), "removed": there})
    else:
        typer.echo(f"Taken off the site: {', '.join(there) or 'nothing was there any more'}.")
