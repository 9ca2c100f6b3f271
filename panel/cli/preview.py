"""`panel preview`: a run's page as it would be, marked DRAFT on every screen."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import typer

from panel.cli.session import JsonOption, RunArg, current_newsroom, new_command, open_desk, print_json
from panel.editorial import Desk, SeatState, build_page
from panel.publish import write_preview
from panel.records import Seat
from panel.settings import Newsroom

app = new_command()


def write_run_preview(desk: Desk, states: Mapping[Seat, SeatState], newsroom: Newsroom) -> Path:
    """Write `preview.html` into the run's folder; return its path."""
    site = newsroom.settings.site
    page = build_page(desk, states, status="draft", site_name=site.name, newsletter_action=site.newsletter_action)
    path = desk.run.folder / "preview.html"
    write_preview(path, page)
    return path


@app.command()
def preview(run_id: RunArg, as_json: JsonOption = False) -> None:
    """Write a run's page, marked DRAFT, to look at."""
    newsroom = current_newsroom()
    desk = open_desk(run_id, newsroom)
    path = write_run_preview(desk, desk.states(), newsroom)
    if as_json:
        print_json({"preview": str(path)})
    else:
        typer.echo(f"{path}\nOpen it in a browser. It is marked DRAFT and is not on the site.")
