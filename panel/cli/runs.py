"""`panel runs`: what is on the desk."""

from __future__ import annotations

from typing import Any

import typer
from rich.table import Table
from rich.text import Text

from panel.cli.printing import make_console
from panel.cli.session import JsonOption, current_newsroom, new_command, print_json
from panel.editorial import Desk, Standing, last_publication
from panel.errors import PanelError
from panel.materials import reopen_materials
from panel.store import RunStore

app = new_command()


@app.command()
def runs(as_json: JsonOption = False) -> None:
    """List the runs, oldest first."""
    store = RunStore(current_newsroom().runs)
    rows = [_summarise(store, name) for name in store.names()]
    if as_json:
        print_json({"runs": rows})
        return
    if not rows:
        typer.echo("No runs yet. Start one with `panel run TOOL TOOL`.")
        return
    table = Table("run", "begun", "seats", "drafted", "approved", "published", box=None, pad_edge=False)
    for row in rows:
        if "error" in row:
            table.add_row(Text(row["run_id"]), Text(row["error"], style="yellow"))
            continue
        published = "yes" if row["published"] else "no"
        cells = (row["run_id"], row["created_at"][:16], row["seats"], row["drafted"], row["approved"], published)
        table.add_row(*(Text(str(cell)) for cell in cells))
    make_console().print(table)


def _summarise(store: RunStore, name: str) -> dict[str, Any]:
    try:
        run = store.open(name)
        desk = Desk(run, reopen_materials(run))
        standings = [state.standing for state in desk.states().values()]
        return {
            "run_id": run.run_id,
            "created_at": run.manifest.created_at.isoformat(),
            "tools": list(run.manifest.tools),
            "seats": len(standings),
            "drafted": sum(standing not in (Standing.UNDRAFTED, Standing.MISSING) for standing in standings),
            "missing": standings.count(Standing.MISSING),
            "approved": standings.count(Standing.APPROVED),
            "published": last_publication(run) is not None,
        }
    except PanelError as error:
        return {"run_id": name, "error": error.message}
