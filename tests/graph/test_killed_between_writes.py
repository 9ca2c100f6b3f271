"""Killed right before and right after every single write of the graph's memory; a fresh process ends it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import traceback
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import asdict
from functools import wraps
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from tenacity import wait_none

from panel.cli.run import make_manifest
from panel.engine import Request, ScriptedEngine
from panel.errors import EngineCrash
from panel.graph import drafting
from panel.graph.build import GraphView, drive, look, pass_gate
from panel.graph.nodes import Nodes
from panel.materials import Materials, gather_materials, reopen_materials
from panel.settings import find_newsroom
from panel.store import RunStore

TOOLS, PERSONAS = ("smolvlm2-turbo", "mistral-3b-edge"), ("dx", "business")
SEATS = [f"{tool}/{persona}" for tool in TOOLS for persona in PERSONAS]
GONE = SEATS[-1]
PUBLISHED = "a" * 64
MOST_WRITES = 40


class Forks:
    """This file as a script: a process with one thread that forks a child a line of standard input."""

    def __init__(self) -> None:
        self._server = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def do(self, act: str, runs: Path, nth: int = 0, moment: str = "") -> Any:
        """Do it in a child; None if it was killed, otherwise where the graph stands."""
        assert self._server.stdin and self._server.stdout
        self._server.stdin.write(json.dumps([act, str(runs), nth, moment]) + "\n")
        self._server.stdin.flush()
        answer = json.loads(self._server.stdout.readline())
        assert answer["ended"] in (0, -signal.SIGKILL) and (answer["ended"] == 0) == (answer["said"] != "")
        return json.loads(answer["said"]) if answer["said"] else None

    def close(self) -> None:
        self._server.communicate(timeout=60)


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    server = Forks()
    yield server
    server.close()


@pytest.fixture
def fresh(room: Path) -> Path:
    """The store of one run, two tools by two personas, that was never driven."""
    materials = gather_materials(room, TOOLS, personas=PERSONAS)
    manifest = make_manifest(find_newsroom(room), materials, ScriptedEngine(), run_id="a", seed=None)
    RunStore(room / "runs").create(manifest, materials.files)
    return room / "runs"


def drafts_of(runs: Path) -> dict[str, Any]:
    """Every record of a seat by its path, without what time alone decides."""
    found = {}
    for path in sorted((runs / "a" / "drafts").rglob("*.json")):
        record = json.loads(path.read_bytes())
        del record["created_at"]
        for attempt in record.get("attempts", []):
            attempt.pop("duration_s", None)
        found[path.relative_to(runs / "a" / "drafts").as_posix()] = record
    return found


def every_kill(forks: Forks, act: str, before: Path, scratch: Path) -> Iterator[Path]:
    """Do it on copies, killed at each write in turn, until it comes to its end with fewer writes."""
    for nth in range(1, MOST_WRITES):
        for moment in ("before", "after"):
            shutil.rmtree(scratch, ignore_errors=True)
            shutil.copytree(before, scratch)
            if forks.do(act, scratch, nth, moment) is not None:
                return
            yield scratch
    pytest.fail(f"more than {MOST_WRITES} writes")


def assert_drafted(forks: Forks, runs: Path, wanted: dict[str, Any], tally_sha256: str) -> None:
    """Driven by a fresh process it stands at the gate with all drafts, none twice."""
    view = forks.do("drive", runs)
    assert view["at_gate"] and view["published_sha256"] is None
    assert view["tally_sha256"] == tally_sha256
    assert sorted(view["refs"]) == sorted(SEATS)
    for seat, ref in view["refs"].items():
        path = runs / "a" / "drafts" / seat / f"{ref['draft']}.json"
        assert hashlib.sha256(path.read_bytes()).hexdigest() == ref["sha256"]
    assert drafts_of(runs) == wanted


def test_a_fresh_run_killed_at_any_write(forks: Forks, fresh: Path, tmp_path: Path) -> None:
    calm = tmp_path / "calm"
    shutil.copytree(fresh, calm)
    view, wanted = forks.do("drive", calm), drafts_of(calm)
    assert list(wanted) == sorted(f"{seat}/1.json" for seat in SEATS)
    kills = at_gate = 0
    for runs in every_kill(forks, "drive", fresh, tmp_path / "killed"):
        kills += 1
        if (forks.do("look", runs) or {}).get("at_gate"):  # then it can be passed at once, asked to wait or not
            at_gate += 1
            assert forks.do("pass_gate", shutil.copytree(runs, tmp_path / f"passed-{kills}"))["published_sha256"]
        assert_drafted(forks, runs, wanted, view["tally_sha256"])
    print(f"{kills} kills of a fresh run, {at_gate} of them at the gate")
    assert at_gate >= 2
    assert kills >= 2 * (len(SEATS) + 4)


def test_a_missing_seat_asked_again_and_killed_at_any_write(forks: Forks, fresh: Path, tmp_path: Path) -> None:
    view = forks.do("drive_without_one", fresh)
    assert view["at_gate"] and view["refs"][GONE]["draft"] is None
    calm = tmp_path / "calm"
    shutil.copytree(fresh, calm)
    view, wanted = forks.do("drive", calm), drafts_of(calm)
    assert set(wanted) == {*(f"{seat}/1.json" for seat in SEATS), f"{GONE}/2.json"}
    kills = 0
    for runs in every_kill(forks, "drive", fresh, tmp_path / "killed"):
        kills += 1
        assert_drafted(forks, runs, wanted, view["tally_sha256"])
    print(f"{kills} kills with a missing seat")
    assert kills >= 2 * (len(SEATS) + 4)


def test_the_gate_killed_at_any_write(forks: Forks, fresh: Path, tmp_path: Path) -> None:
    forks.do("drive", fresh)
    wanted = drafts_of(fresh)
    kills = 0
    for runs in every_kill(forks, "pass_gate", fresh, tmp_path / "killed"):
        kills += 1
        forks.do("drive", runs)  # what was begun may be ended, or wait for the publication
        view = forks.do("pass_gate", runs)
        assert view["published_sha256"] == PUBLISHED and not view["at_gate"]
        assert forks.do("drive", runs) == view
        assert drafts_of(runs) == wanted
    print(f"{kills} kills at the gate")
    assert kills >= 4


def serve() -> None:
    threads = len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 1
    if threads != 1:
        sys.exit(f"{threads} threads: a fork would not be whole")
    materials = None
    for line in sys.stdin:
        act, runs, nth, moment = json.loads(line)
        materials = materials or reopen_materials(RunStore(Path(runs)).open("a"))  # all runs here have the same
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            live(writing, act, make_nodes(Path(runs), act, materials), nth, moment)
        os.close(writing)
        with open(reading, encoding="utf-8") as said:
            answer = {"said": said.read()}
        _, status = os.waitpid(child, 0)
        print(json.dumps({**answer, "ended": os.waitstatus_to_exitcode(status)}), flush=True)


def live(writing: int, act: str, nodes: Nodes, nth: int, moment: str) -> None:
    code = 1
    try:
        if nth:
            die_at(nth, moment)
        view = asyncio.run(ACTS[act](nodes))
        os.write(writing, json.dumps(asdict(view) if view else {}).encode())
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def die_at(nth: int, moment: str) -> None:
    """Have this process killed right before or right after the nth write of the graph's memory."""
    count = 0

    def deadly(write: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        @wraps(write)  # LangGraph looks at the signature
        async def counted(*args: Any, **kwargs: Any) -> Any:
            nonlocal count
            count += 1
            is_mine = count == nth
            if is_mine and moment == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            done = await write(*args, **kwargs)
            if is_mine:
                os.kill(os.getpid(), signal.SIGKILL)
            return done

        return counted

    for name in ("aput", "aput_writes"):
        setattr(AsyncSqliteSaver, name, deadly(getattr(AsyncSqliteSaver, name)))


def make_nodes(runs: Path, act: str, materials: Materials) -> Nodes:
    def refuse(request: Request, asked: int) -> str | Exception | None:
        return EngineCrash("gone") if request.id == GONE and act == "drive_without_one" else None

    run = RunStore(runs).open("a")
    return Nodes(run, materials, ScriptedEngine(script=refuse), lambda event: None)


async def _pass_gate_and_look(nodes: Nodes) -> GraphView | None:
    await pass_gate(nodes, PUBLISHED)
    return await look(nodes)


async def _drive_without_one(nodes: Nodes) -> GraphView | None:
    vars(drafting)["wait_between_retries"] = wait_none()
    return await drive(nodes)


ACTS: dict[str, Callable[[Nodes], Coroutine[Any, Any, GraphView | None]]] = {
    "drive": drive,
    "drive_without_one": _drive_without_one,
    "look": look,
    "pass_gate": _pass_gate_and_look,
}


if __name__ == "__main__":
    serve()
