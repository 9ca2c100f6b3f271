"""`panel resume`: go on with a run that was stopped, or ask missing seats again."""

from __future__ import annotations

from panel.cli.run import finish_run
from panel.cli.session import JsonOption, RunArg, current_newsroom, new_command, reopen_engine
from panel.materials import reopen_materials
from panel.store import RunStore

app = new_command()


@app.command()
def resume(run_id: RunArg, as_json: JsonOption = False) -> None:
    """Go on with a run: only seats without a draft are drafted."""
    newsroom = current_newsroom()
    run = RunStore(newsroom.runs).open(run_id)
    materials = reopen_materials(run)
    engine = reopen_engine(newsroom, run.manifest.engine, seats=len(run.manifest.seats))
    finish_run(run, materials, engine, as_json=as_json, newsroom=newsroom)
