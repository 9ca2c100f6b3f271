"""Sittings: one run a model, gone on with wherever it was stopped; a loss that nobody told is not known."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from panel.cli.run import make_manifest
from panel.engine import Engine, Generation, OnProgress, Request, ScriptedEngine
from panel.errors import Corrupt, EngineCrash, SetupError
from panel.evaluation import Exam, is_over, sit
from panel.evaluation.answers import drafted_answers, gold_answers
from panel.evaluation.sitting import measure_losses, read_losses
from panel.personas import answer_text
from panel.records import Seat
from panel.settings import find_newsroom
from panel.store import Run, RunStore

from .golds import Dead, Teller, tell

Make = Callable[[], Run]


@pytest.fixture
def run(room: Path, exam: Exam) -> Run:
    manifest = make_manifest(find_newsroom(room), exam.materials, ScriptedEngine(), run_id="sitting", seed=1)
    return RunStore(room / "evaluations").create(manifest, exam.materials.files)


def sit_down(run: Run, exam: Exam, engine: Engine) -> list[tuple[int, int]]:
    told: list[tuple[int, int]] = []
    asyncio.run(sit(run, exam, engine, lambda event: None, lambda known, total: told.append((known, total))))
    return told


def drafts_of(run: Run) -> dict[str, bytes]:
    return {str(path.relative_to(run.folder)): path.read_bytes() for path in run.folder.glob("drafts/*/*/*.json")}


def test_every_seat_is_drafted_and_every_gold_verdict_weighed(run: Run, exam: Exam) -> None:
    engine = Teller()
    assert drafted_answers(run) == {} and read_losses(run) == {} and not is_over(run)
    told = sit_down(run, exam, engine)
    seats = set(run.manifest.seats)
    assert set(drafted_answers(run)) == set(read_losses(run)) == seats and is_over(run)
    assert told == [(4, 12), (8, 12), (12, 12)]
    assert sorted(engine.seats(logprobs=True)) == sorted(map(str, seats))
    for seat, loss in read_losses(run).items():
        gold = gold_answers(exam)[seat]
        words = "".join(beat.text for beat in gold.beats) + gold.call
        assert loss.text_bytes == len(words.encode())
        assert loss.text_nats == pytest.approx(len(words.encode()) / 100)
        assert loss.answer_bytes == len(answer_text(gold.beats, gold.call).encode())
    with pytest.raises(EngineCrash, match="closed"):
        asyncio.run(engine.generate(engine.asked[0]))


def test_the_gold_is_weighed_behind_the_desk_s_own_prompt(run: Run, exam: Exam) -> None:
    engine = Teller()
    sit_down(run, exam, engine)
    drafted: dict[str, Request] = {}
    for request in engine.asked:
        if not request.logprobs:
            drafted.setdefault(request.id, request)
    for request in engine.asked:
        if request.logprobs:
            assert request.messages == drafted[request.id].messages
            assert request.max_tokens == drafted[request.id].max_tokens
            assert request.choice is None and request.grammar == ""
            assert request.sampling.temperature == 0


def test_a_sitting_that_ended_among_the_drafts_is_gone_on_with(run: Run, exam: Exam) -> None:
    with pytest.raises(Dead):
        sit_down(run, exam, Teller(dies_once=lambda: len(drafts_of(run)) == 8))
    before = drafts_of(run)
    assert len(before) == 8 and read_losses(run) == {} and not is_over(run)
    second = Teller()
    sit_down(run, exam, second)
    after = drafts_of(run)
    assert len(after) == 12 and before.items() <= after.items()
    held = {f"{path.split('/')[1]}/{path.split('/')[2]}" for path in before}
    assert held.isdisjoint(second.seats(logprobs=False))
    assert is_over(run)


def test_a_sitting_that_ended_among_the_losses_is_gone_on_with(run: Run, exam: Exam) -> None:
    drafting = Teller()
    sit_down(run, exam, drafting)
    drafts = len(drafting.seats(logprobs=False))
    (run.folder / "losses.json").unlink()
    with pytest.raises(Dead):
        asyncio.run(measure_losses(run, exam, Teller(dies_at=6), lambda known, total: None))
    kept = (run.folder / "losses.json").read_text()
    assert {seat.tool for seat in read_losses(run)} == {"hushcap"} and len(read_losses(run)) == 4
    second = Teller()
    before = drafts_of(run)
    sit_down(run, exam, second)
    assert drafts_of(run) == before and second.seats(logprobs=False) == [] and drafts == 12
    assert len(second.seats(logprobs=True)) == 8
    assert json.loads(kept)["seats"].items() <= json.loads((run.folder / "losses.json").read_text())["seats"].items()


def test_a_finished_sitting_is_read_as_it_is(run: Run, exam: Exam) -> None:
    sit_down(run, exam, Teller())
    before = {path: path.read_bytes() for path in run.folder.rglob("*.json")}
    again = Teller()
    assert sit_down(run, exam, again) == []
    assert again.asked == []
    assert {path: path.read_bytes() for path in run.folder.rglob("*.json")} == before


def test_an_engine_that_tells_nothing_is_asked_once(run: Run, exam: Exam) -> None:
    asked: list[Request] = []

    class Silent(ScriptedEngine):
        async def generate(self, request: Request, on_progress: OnProgress | None = None) -> Generation:
            asked.append(request)
            return await super().generate(request, on_progress)

    assert sit_down(run, exam, Silent()) == []
    assert read_losses(run) == {} and not (run.folder / "losses.json").exists() and not is_over(run)
    assert {request.id.split("/")[0] for request in asked if request.logprobs} == {"hushcap"}


@pytest.mark.parametrize("error", [EngineCrash("gone"), SetupError("no such schema")], ids=str)
def test_a_seat_that_fails_is_unknown_and_asked_again(run: Run, exam: Exam, error: Exception) -> None:
    seat = Seat(tool="ledgerlark", persona="dx")

    class Failing(Teller):
        async def generate(self, request: Request, on_progress: OnProgress | None = None) -> Generation:
            if request.logprobs and request.id == str(seat):
                raise error
            return await super().generate(request, on_progress)

    sit_down(run, exam, Failing())
    assert set(run.manifest.seats) - set(read_losses(run)) == {seat} and not is_over(run)
    again = Teller()
    sit_down(run, exam, again)
    assert again.seats(logprobs=True) == [str(seat)] and is_over(run)


def test_an_answer_that_is_not_the_gold_verdict_tells_nothing(run: Run, exam: Exam) -> None:
    class Wandering(Teller):
        async def generate(self, request: Request, on_progress: OnProgress | None = None) -> Generation:
            generation = await super().generate(request, on_progress)
            return tell(replace(generation, text=generation.text[:-1] + " }")) if request.logprobs else generation

    sit_down(run, exam, Wandering())
    assert read_losses(run) == {}


def test_a_damaged_file_of_losses_is_named(run: Run, exam: Exam) -> None:
    (run.folder / "losses.json").write_text('{"schema_version": 1, "seats": {"hushcap/dx": {"text_nats": -1}}}')
    with pytest.raises(Corrupt, match=r"losses\.json is damaged"):
        read_losses(run)
