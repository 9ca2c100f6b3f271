from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from cli.calls import do
from honesty.rooms import HOUSE, add_run

from panel.audit import Replay, Replayed, replay
from panel.audit.replay import Outcome, list_ingredients
from panel.engine import Request, ScriptedEngine
from panel.errors import EngineCrash, StoreError
from panel.records import Seat
from panel.store import Run, open_folder

TOOL = "smolvlm2-turbo"


@pytest.fixture
def run(room: Path) -> Run:
    do(room, "run", TOOL, "-p", "dx", "-p", "business", "--engine", "scripted", "--run-id", "a")
    return open_folder(room / "runs" / "a")


def replayed(run: Run, folder: Path, engine: ScriptedEngine) -> Replay:
    return asyncio.run(replay(run, run.manifest.seats, engine, folder, lambda event: None))


def seat(outcome: Outcome) -> Replayed:
    return Replayed(seat=Seat(tool="a", persona="dx"), draft=1, origin="run", outcome=outcome, call="ship")


def test_an_engine_that_fails_now_leaves_nothing_to_compare(run: Run, tmp_path: Path) -> None:
    def fail(request: Request, number: int) -> Exception | None:
        return EngineCrash("gone") if request.id == f"{TOOL}/dx" else None

    found = replayed(run, tmp_path / "again", ScriptedEngine(script=fail))
    assert [one.outcome for one in found.seats] == ["failed", "identical"]
    assert found.outcome == "cannot" and "gone" in found.seats[0].reason


def test_the_new_drafts_are_a_run_of_their_own(run: Run, tmp_path: Path) -> None:
    assert replayed(run, tmp_path / "again", ScriptedEngine()).outcome == "identical"
    again = open_folder(tmp_path / "again" / "a")
    for one in run.manifest.seats:
        then, now = run.last_draft(one), again.last_draft(one)
        assert then and now and then.beats == now.beats and then.created_at != now.created_at


def test_the_engine_is_closed_whatever_happens(run: Run, tmp_path: Path) -> None:
    engine = ScriptedEngine()
    (run.inputs / "personas" / "dx.yaml").write_text("changed")
    with pytest.raises(StoreError, match="not those its manifest names"):
        replayed(run, tmp_path / "again", engine)
    assert engine._closed


def test_one_difference_is_drift_and_only_identity_is_identity() -> None:
    for outcomes, expected in (
        (("identical", "missing"), "identical"),
        (("identical", "differs", "failed"), "drift"),
        (("identical", "failed"), "cannot"),
        (("missing",), "cannot"),
        ((), "cannot"),
    ):
        assert Replay((), tuple(map(seat, outcomes))).outcome == expected, outcomes


def test_company_and_threads_matter_only_to_an_unsteady_engine(tmp_path: Path) -> None:
    manifest = add_run(tmp_path, "a", {"larkspur": {"dx": None}}).manifest
    other = HOUSE.model_copy(update={"threads": 9, "seats_at_once": 3, "model_name": "renamed"})
    steady = Replay(list_ingredients(manifest, other), ()).changed
    assert {one.name for one in steady} == {"pydantic"}
    unsteady = manifest.model_copy(update={"engine": HOUSE.model_copy(update={"steady": False})})
    changed = {one.name for one in Replay(list_ingredients(unsteady, other), ()).changed}
    assert changed == {"pydantic", "engine.threads", "engine.seats_at_once", "engine.steady"}
    weights = HOUSE.model_copy(update={"model_sha256": "9" * 64})
    (bytes_changed,) = [one for one in Replay(list_ingredients(manifest, weights), ()).changed if "model" in one.name]
    assert (bytes_changed.then, bytes_changed.now) == ("1" * 64, "9" * 64)


def test_the_processor_of_a_run_is_not_known(tmp_path: Path) -> None:
    manifest = add_run(tmp_path, "a", {"larkspur": {"dx": None}}).manifest
    (unknown,) = [one for one in list_ingredients(manifest, HOUSE) if one.same is None]
    assert unknown.name == "processor" and unknown.now
