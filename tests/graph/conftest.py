from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from panel.cli.run import make_manifest
from panel.engine import Generation, OnProgress, Request, ScriptedEngine
from panel.engine.scripted import Script
from panel.graph import SeatEvent
from panel.graph.build import GraphView, drive
from panel.graph.nodes import Nodes
from panel.materials import gather_materials, reopen_materials
from panel.records import Draft
from panel.settings import find_newsroom
from panel.store import Run, RunStore

TOOLS = ("smolvlm2-turbo", "mistral-3b-edge")


class ListeningEngine(ScriptedEngine):
    """A scripted engine that remembers what it was asked."""

    def __init__(self, script: Script | None = None, **settings: Any) -> None:
        super().__init__(script=script, **settings)
        self.requests: list[Request] = []

    async def generate(self, request: Request, on_progress: OnProgress | None = None) -> Generation:
        self.requests.append(request)
        return await super().generate(request, on_progress)


@dataclass
class Bench:
    """One run, to be driven by any engine."""

    run: Run
    events: list[SeatEvent] = field(default_factory=list)

    def nodes(self, engine: ScriptedEngine) -> Nodes:
        return Nodes(self.run, reopen_materials(self.run), engine, self.events.append)

    def drive(self, script: Script | None = None) -> tuple[GraphView, ListeningEngine]:
        engine = ListeningEngine(script)
        return asyncio.run(drive(self.nodes(engine))), engine

    def drafts(self) -> dict[str, Any]:
        found = {}
        for seat in self.run.manifest.seats:
            for record in self.run.drafts(seat):
                found[f"{seat}/{record.n}"] = record.beats if isinstance(record, Draft) else record.kind
        return found


@pytest.fixture
def make_bench(room: Path) -> Callable[..., Bench]:
    def make(**changes: Any) -> Bench:
        newsroom = find_newsroom(room)
        order = newsroom.settings.run.personas
        materials = gather_materials(room, TOOLS, persona_order=order)
        manifest = make_manifest(newsroom, materials, ScriptedEngine(), run_id="a", seed=None)
        manifest = manifest.model_copy(update=changes)
        return Bench(RunStore(room / "runs").create(manifest, materials.files))

    return make


@pytest.fixture
def bench(make_bench: Callable[..., Bench]) -> Bench:
    return make_bench()
