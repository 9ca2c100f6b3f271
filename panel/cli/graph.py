"""`panel graph`: the graph, drawn by LangGraph from the graph itself."""

from __future__ import annotations

from typing import cast

import typer

from panel.cli.session import JsonOption, new_command, print_json
from panel.engine import ScriptedEngine
from panel.graph.build import draw
from panel.graph.nodes import Nodes
from panel.materials import Materials
from panel.store import Run

app = new_command()


@app.command()
def graph(as_json: JsonOption = False) -> None:
    """Print the graph as mermaid."""
    # Drawing runs no node, so it needs no run.
    nodes = Nodes(cast(Run, None), cast(Materials, None), ScriptedEngine(), lambda event: None)
    drawn = draw(nodes)
    if as_json:
        print_json({"mermaid": drawn})
    else:
        typer.echo(drawn)
