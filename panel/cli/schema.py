"""`panel schema`: the JSON Schemas that give editors autocompletion."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from panel.cli.session import JsonOption, current_newsroom, new_command, print_json
from panel.corpus import verdicts_json_schema
from panel.dossiers import dossier_json_schema
from panel.personas import persona_json_schema
from panel.readers import votes_json_schema
from panel.site.twins import site_json_schema
from panel.store.files import replace_file

app = new_command()
SCHEMAS = {
    "dossier.schema.json": dossier_json_schema,
    "persona.schema.json": persona_json_schema,
    "site.schema.json": site_json_schema,
    "verdicts.schema.json": verdicts_json_schema,
    "votes.schema.json": votes_json_schema,
}


@app.command()
def schema(
    out: Annotated[Path | None, typer.Option("--out", help="A folder; else the newsroom's `schemas/`.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Write the JSON Schemas of what editors write and sites give.

    Dossiers, personas, gold verdicts and votes to bring in; and the JSON that stands beside each page of the site.
    """
    if as_json:
        print_json({name: make() for name, make in SCHEMAS.items()})
        return
    folder = out or current_newsroom().root / "schemas"
    for name, make in SCHEMAS.items():
        replace_file(folder / name, (json.dumps(make(), indent=1, ensure_ascii=False) + "\n").encode("utf-8"))
        typer.echo(str(folder / name))
