"""The graph: driven once or often, stopped anywhere, with seats missing or its memory gone."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from panel.engine import Request, ScriptedEngine
from panel.errors import EngineCrash, SetupError, StoreError
from panel.graph.build import draw, drive, look, pass_gate
from panel.records import Call, MissingSeat, Seat
from panel.tally import tally_run

from .conftest import Bench, ListeningEngine

PICTURE = Path(__file__).with_name("graph.mermaid")


def test_the_picture_of_the_graph(bench: Bench) -> None:
    assert draw(bench.nodes(ScriptedEngine())) == PICTURE.read_text(encoding="utf-8").rstrip("\n") + "\n"


def test_it_drafts_every_seat_once_and_stops_at_the_gate(bench: Bench) -> None:
    view, _ = bench.drive()
    assert view.at_gate and view.published_sha256 is None and view.tally_sha256
    assert set(view.refs) == {str(seat) for seat in bench.run.manifest.seats}
    for seat in bench.run.manifest.seats:
        ref = view.refs[str(seat)]
        assert ref["draft"] == 1 and ref["sha256"] == bench.run.draft_sha256(seat, 1)
    assert {event.kind for event in bench.events} >= {"waiting", "reading", "writing", "drafted"}


def test_driven_again_it_asks_nobody(bench: Bench) -> None:
    first, _ = bench.drive()
    before = bench.drafts()
    again, engine = bench.drive()
    assert (again, engine.requests, bench.drafts()) == (first, [], before)


def test_a_run_that_broke_off_is_finished_where_it_stood(bench: Bench) -> None:
    def crash(request: Request, asked: int) -> str | Exception | None:
        return RuntimeError("pulled the plug") if request.id == "mistral-3b-edge/business" else None

    with pytest.raises(RuntimeError):
        bench.drive(crash)
    kept = bench.drafts()
    assert "mistral-3b-edge/business/1" not in kept
    view, engine = bench.drive()
    assert view.at_gate
    assert {request.id for request in engine.requests} == {
        str(seat) for seat in bench.run.manifest.seats if f"{seat}/1" not in kept
    }
    assert len(bench.drafts()) == 8 and bench.drafts().items() >= kept.items()


def test_a_missing_seat_is_shown_never_counted_and_asked_again(bench: Bench) -> None:
    gone = Seat(tool="smolvlm2-turbo", persona="dx")

    def crash(request: Request, asked: int) -> str | Exception | None:
        return EngineCrash("out of memory") if request.id == str(gone) else None

    view, engine = bench.drive(crash)
    assert view.at_gate and view.refs[str(gone)] == {"seat": str(gone), "draft": None, "sha256": None}
    assert sum(request.id == str(gone) for request in engine.requests) == bench.run.manifest.max_retries + 1
    (record,) = bench.run.drafts(gone)
    assert isinstance(record, MissingSeat) and (record.error, record.message) == ("EngineCrash", "out of memory")
    assert [event.detail for event in bench.events if event.kind == "missing"] == ["out of memory"]
    calls = {seat: (draft := bench.run.last_draft(seat)) and draft.call for seat in bench.run.manifest.seats}
    first, second = tally_run(calls, bench.run.manifest.tools)
    assert (first.voted, first.missing, second.voted, second.missing) == (3, 1, 4, 0)
    others = bench.drafts()

    view, engine = bench.drive(crash)
    assert {request.id for request in engine.requests} == {str(gone)}
    view, engine = bench.drive()
    assert {request.id for request in engine.requests} == {str(gone)}
    assert view.at_gate and view.refs[str(gone)]["draft"] == 3
    assert bench.drafts().items() > others.items() and len(bench.drafts()) == 8 + 2
    assert bench.drive()[1].requests == []


def test_what_is_not_the_engine_s_fault_is_no_missing_seat(bench: Bench) -> None:
    with pytest.raises(SetupError):
        bench.drive(lambda request, asked: SetupError("no grammar"))
    assert bench.drafts() == {}


def test_the_graph_remembers_ids_and_hashes_only(bench: Bench) -> None:
    bench.drive()
    memory = bench.run.checkpoints.read_bytes()
    for seat in bench.run.manifest.seats:
        draft = bench.run.last_draft(seat)
        assert draft
        for beat in draft.beats:
            assert beat.text.encode() not in memory and beat.text[:25].encode() not in memory
    assert bench.run.draft_sha256(bench.run.manifest.seats[0], 1).encode() in memory
    with sqlite3.connect(bench.run.checkpoints) as database:
        total = sum(
            database.execute(f"select coalesce(sum(length({column})), 0) from {table}").fetchone()[0]
            for table, column in (("checkpoints", "checkpoint"), ("writes", "value"))
        )
    database.close()
    assert 0 < total < 16_000


def test_what_passed_the_gate_stays(bench: Bench) -> None:
    bench.drive()
    nodes = bench.nodes(ScriptedEngine())
    asyncio.run(pass_gate(nodes, "a" * 64))
    view = asyncio.run(look(nodes))
    assert view and view.published_sha256 == "a" * 64 and not view.at_gate
    asyncio.run(pass_gate(nodes, "b" * 64))
    assert asyncio.run(look(nodes)) == view
    assert bench.drive()[0] == view


def test_nothing_passes_a_gate_that_was_not_reached(bench: Bench) -> None:
    nodes = bench.nodes(ScriptedEngine())
    assert asyncio.run(look(nodes)) is None
    asyncio.run(pass_gate(nodes, "a" * 64))
    assert asyncio.run(look(nodes)) is None
    assert bench.drive()[0].published_sha256 is None


def test_looking_changes_nothing(bench: Bench) -> None:
    bench.drive()
    before = bench.run.checkpoints.read_bytes()
    asyncio.run(look(bench.nodes(ScriptedEngine())))
    assert bench.run.checkpoints.read_bytes() == before


@pytest.mark.parametrize("damage", ["rubbish", "cut", "pages"])
def test_a_damaged_memory_is_told_and_can_be_moved_away(bench: Bench, damage: str) -> None:
    bench.drive()
    before, data = bench.drafts(), bench.run.checkpoints.read_bytes()
    damaged = {"rubbish": b"no database, " * 999, "cut": data[: len(data) // 2], "pages": data[:4096] + b"\0" * 20_000}
    bench.run.checkpoints.write_bytes(damaged[damage])
    for beside in bench.run.folder.glob("graph.sqlite-*"):
        beside.unlink()
    for act in (drive, look):
        with pytest.raises(StoreError) as caught:
            asyncio.run(act(bench.nodes(ScriptedEngine())))
        assert "move it away" in caught.value.hint and str(bench.run.checkpoints) in caught.value.message
    bench.run.checkpoints.unlink()
    view, engine = bench.drive()
    assert view.at_gate and engine.requests == [] and bench.drafts() == before


def test_values_that_cannot_be_read_back_are_told(bench: Bench) -> None:
    bench.drive()
    with sqlite3.connect(bench.run.checkpoints) as database:
        database.execute("update checkpoints set checkpoint = x'c1c1c1'")
    database.close()
    with pytest.raises(StoreError):
        asyncio.run(drive(bench.nodes(ScriptedEngine())))


@dataclass
class Foreign:
    """A type that no checkpoint may bring back."""

    text: str


def test_only_plain_data_is_read_back(caplog: pytest.LogCaptureFixture) -> None:
    generous, strict = JsonPlusSerializer(), JsonPlusSerializer(allowed_msgpack_modules=None)
    written = generous.dumps_typed({"foreign": Foreign("x"), "plain": [1, "a", None]})
    with caplog.at_level(logging.ERROR):
        read = strict.loads_typed(written)
    assert not isinstance(read["foreign"], Foreign) and read["plain"] == [1, "a", None]


def test_no_checkpoint_needs_a_warning(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        bench.drive()
        bench.drive()
        asyncio.run(pass_gate(bench.nodes(ScriptedEngine()), "a" * 64))
    assert caplog.records == []


def test_cancelled_anywhere_it_leaves_no_thread_and_goes_on(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench()

    async def drive_and_cancel(steps: int) -> None:
        task = asyncio.ensure_future(drive(bench.nodes(ScriptedEngine(delay_s=0.001))))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    before = set(threading.enumerate())
    for steps in range(0, 40, 3):
        asyncio.run(drive_and_cancel(steps))
        for thread in set(threading.enumerate()) - before:
            thread.join(30)  # it answers that it stops before it has stopped
            assert not thread.is_alive()
    view, _ = bench.drive()
    assert view.at_gate and len(bench.drafts()) == 8


def test_calls_come_from_the_scripts(bench: Bench) -> None:
    _, engine = bench.drive()
    assert isinstance(engine, ListeningEngine) and {request.id for request in engine.requests} == set(
        map(str, bench.run.manifest.seats)
    )
    calls = set()
    for seat in bench.run.manifest.seats:
        draft = bench.run.last_draft(seat)
        assert draft and draft.call == json.loads(draft.attempts[draft.chosen].raw)["call"]
        calls.add(draft.call)
    assert calls == set(Call)
