"""Wiring and driving the graph; the one seam to LangGraph and its SQLite checkpoints.

```
START ─ fan_out ─▶ seat (one task a seat) ─▶ tally ─▶ comparison ─▶ editorial_gate ─▶ END
```
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiosqlite
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command

from panel.errors import StoreError
from panel.graph.nodes import Nodes
from panel.graph.state import RunState, SeatRef, SeatTask
from panel.store.files import translated

GATE = "editorial_gate"
Graph = CompiledStateGraph[RunState, None, RunState, RunState]


@dataclass(frozen=True, slots=True)
class GraphView:
    """Where a run's graph stands.

    Attributes:
        refs: of each seat the graph has seen drafted or missing, by `tool/persona`.
        tally_sha256: the hash of the drafts' tallies; None before they were counted.
        at_gate: whether the graph waits for the editors.
        published_sha256: the hash that passed the gate; None before any did.
    """

    refs: dict[str, SeatRef]
    tally_sha256: str | None
    at_gate: bool
    published_sha256: str | None


def wire(nodes: Nodes, checkpointer: BaseCheckpointSaver[str] | None = None) -> Graph:
    """Build the graph over a run's nodes."""
    graph = StateGraph(RunState)
    graph.add_node("seat", nodes.seat, input_schema=SeatTask)
    graph.add_node("tally", nodes.tally)
    graph.add_node("comparison", nodes.comparison)
    graph.add_node(GATE, nodes.editorial_gate)
    graph.add_conditional_edges(START, nodes.fan_out, ["seat"])
    graph.add_edge("seat", "tally")
    graph.add_edge("tally", "comparison")
    graph.add_edge("comparison", GATE)
    graph.add_edge(GATE, END)
    return graph.compile(checkpointer=checkpointer)


def draw(nodes: Nodes) -> str:
    """Draw the graph as mermaid."""
    return wire(nodes).get_graph().draw_mermaid()


async def drive(nodes: Nodes) -> GraphView:
    """Draft what is not drafted yet, then stop at the editorial gate. Safe to call again at any time.

    A run that already waits at the gate with seats missing gets a new thread: its seats are asked again, and those
    that have a draft answer from the store.

    Raises:
        StoreError: the checkpoints cannot be written.
    """
    async with _checkpoints(nodes.run.checkpoints) as saver:
        graph = wire(nodes, saver)
        thread = await _last_thread(graph)
        state = await graph.aget_state(_config(thread))
        if state.next == (GATE,) and _has_missing(state.values):
            thread += 1
            state = await graph.aget_state(_config(thread))
        if not state.values:
            start: RunState | None = {"run_id": nodes.run.run_id, "refs": []}
        elif state.tasks and state.next != (GATE,):
            # Whoever is killed between a step's last write and its checkpoint leaves tasks behind, but none that is
            # still to run: `next` is empty then, as it is behind the gate, where there are no tasks either.
            start = None
        else:
            return _view(state.values, state.next)
        await graph.ainvoke(start, _config(thread), durability="sync")
        state = await graph.aget_state(_config(thread))
        return _view(state.values, state.next)


async def pass_gate(nodes: Nodes, published_sha256: str) -> None:
    """Let a publication through the gate; nothing happens if one already went through."""
    async with _checkpoints(nodes.run.checkpoints) as saver:
        graph = wire(nodes, saver)
        config = _config(await _last_thread(graph))
        state = await graph.aget_state(config)
        if state.next == (GATE,):
            await graph.ainvoke(Command(resume=published_sha256), config, durability="sync")


async def look(nodes: Nodes) -> GraphView | None:
    """Tell where a run's graph stands; None when it never started.

    Works on a copy: SQLite writes beside a database even to read it, and a run that is only looked at may lie in an
    archive or on a full disk.
    """
    kept = nodes.run.checkpoints
    if not kept.exists():
        return None
    with tempfile.TemporaryDirectory() as folder:
        with translated("reading the graph's checkpoints", kept):
            for path in kept.parent.glob(f"{kept.name}*"):
                if not path.name.endswith("-shm"):
                    shutil.copyfile(path, Path(folder) / path.name)
        async with _checkpoints(Path(folder) / kept.name, shown=kept) as saver:
            graph = wire(nodes, saver)
            state = await graph.aget_state(_config(await _last_thread(graph)))
            return _view(state.values, state.next) if state.values else None


def _view(values: dict[str, Any], ahead: tuple[str, ...]) -> GraphView:
    return GraphView(
        refs={ref["seat"]: ref for ref in values.get("refs", [])},
        tally_sha256=values.get("tally_sha256"),
        at_gate=ahead == (GATE,),
        published_sha256=values.get("published_sha256"),
    )


def _has_missing(values: dict[str, Any]) -> bool:
    return any(ref["draft"] is None for ref in values.get("refs", []))


def _config(thread: int) -> RunnableConfig:
    return {"configurable": {"thread_id": f"drafting-{thread}"}}


async def _last_thread(graph: Graph) -> int:
    thread = 1
    while (await graph.aget_state(_config(thread + 1))).values:
        thread += 1
    return thread


@asynccontextmanager
async def _checkpoints(path: Path, *, shown: Path | None = None) -> AsyncIterator[AsyncSqliteSaver]:
    with _translated(shown or path):
        async with _connected(path) as connection:
            # Strict: only LangGraph's own types and plain data are ever read back.
            yield AsyncSqliteSaver(connection, serde=_Serializer(allowed_msgpack_modules=None))


class _Serializer(JsonPlusSerializer):
    """LangGraph's own; a value that cannot be read back is damage to the database like any other."""

    def loads_typed(self, data: tuple[str, bytes]) -> Any:
        try:
            return super().loads_typed(data)
        except (ValueError, TypeError, LookupError, NotImplementedError) as error:
            raise sqlite3.DatabaseError(f"a stored value is damaged: {error}") from error


@asynccontextmanager
async def _connected(path: Path) -> AsyncIterator[aiosqlite.Connection]:
    """Connect to the checkpoints; the connection's thread ends with the block, even if Ctrl-C comes while it opens."""
    opening = asyncio.ensure_future(_connect(path))
    try:
        connection = await asyncio.shield(opening)
    except asyncio.CancelledError:
        await (await opening).close()
        raise
    try:
        yield connection
    finally:
        await connection.close()


async def _connect(path: Path) -> aiosqlite.Connection:
    return await aiosqlite.connect(path)


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Turn SQLite's complaints into `StoreError`s."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(
            f"the graph's checkpoints cannot be kept: {path}: {error}",
            hint="Free disk space or make the folder writable, then `panel resume`. If the file is damaged, move it "
            "away: every finished draft is in the store and will not be drafted again.",
        ) from error
