"""`panel compare`: approved verdicts side by side, without a new panel."""

from __future__ import annotations

from typing import Annotated

import typer

from panel.cli.session import AuthorOption, JsonOption, current_newsroom, know_author, new_command, print_json
from panel.cli.sites import open_site
from panel.editorial.releases import Releases
from panel.errors import IllegalMove
from panel.site.model import comparison_path
from panel.site.pairs import why_not_compared

app = new_command()


@app.command()
def compare(
    tools: Annotated[list[str], typer.Argument(metavar="TOOL...", help="Two to four published tools of one category.")],
    drop: Annotated[bool, typer.Option("--drop", help="Take such a comparison off the site again.")] = False,
    reason: Annotated[str, typer.Option("--reason", "-r", help="Why it is dropped; it is journaled.")] = "",
    author: AuthorOption = "",
    as_json: JsonOption = False,
) -> None:
    """Set published verdicts side by side, without a new panel.

    The next build of the site has the comparison: every word in it was approved before, and the sentences between are
    computed. A run of the same tools takes its place.
    """
    who = know_author(author)
    newsroom = current_newsroom()
    releases = Releases(newsroom.releases)
    if drop:
        entry = releases.drop_pair(tools, author=who, reason=reason)
        _tell({"dropped": list(entry.tools or ())}, f"Dropped: {', '.join(entry.tools or ())}.", as_json=as_json)
        return
    site = open_site(newsroom)
    trouble = why_not_compared(tools, {slug: tool.current for slug, tool in site.tools.items()})
    if trouble:
        raise IllegalMove(
            f"{', '.join(tools)} cannot be compared: {trouble}", hint="`panel run` reviews tools together."
        )
    there = next((page for page in site.comparisons.values() if set(page.ref.tools) == set(tools)), None)
    if there:
        place = comparison_path(there.slug)
        _tell({"asked": False, "path": place}, f"There is one already: {place}", as_json=as_json)
        return
    releases.ask_pair(tools, author=who)
    made = next(page for page in open_site(newsroom).comparisons.values() if set(page.ref.tools) == set(tools))
    verdict = made.page.comparison.verdict
    place = comparison_path(made.slug)
    described = {"asked": True, "path": place, "title": made.page.title, "verdict": verdict}
    _tell(described, f"{made.page.title}: {verdict}\nThe next `panel site build` puts it at {place}", as_json=as_json)


def _tell(described: dict[str, object], text: str, *, as_json: bool) -> None:
    if as_json:
        print_json(described)
    else:
        typer.echo(text)
