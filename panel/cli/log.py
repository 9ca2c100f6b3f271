"""`panel log`: a run's journal."""

from __future__ import annotations

import typer

from panel.cli.app import one_line
from panel.cli.session import JsonOption, RunArg, new_command, open_run, print_json

app = new_command()


@app.command()
def log(run_id: RunArg, as_json: JsonOption = False) -> None:
    """Show a run's journal, oldest entry first."""
    run = open_run(run_id)
    view = run.journal.read()
    if as_json:
        entries = [entry.model_dump(mode="json", exclude_none=True) for entry in view.entries]
        print_json({"run_id": run.run_id, "head": view.head, "entries": entries})
        return
    if not view.entries:
        typer.echo("Nothing was done to this run yet.")
    for entry in view.entries:
        what = f"{entry.seat}" if entry.seat else "the page" if entry.files is not None else "the comparison"
        more = f" entry {entry.undoes}" if entry.undoes else f" to {entry.call}" if entry.action == "flip" else ""
        if entry.finding:
            what += f" {entry.finding.check} “{one_line(entry.finding.quote)}”"
        elif entry.tools:
            what = f"the price of {', '.join(entry.tools)}"
        why = f": {entry.reason}" if entry.reason else ""
        why = one_line(why) if why else ""
        typer.echo(f"{entry.seq:>4}  {entry.at:%Y-%m-%d %H:%M:%S}  {entry.author}  {entry.action}{more} {what}{why}")
