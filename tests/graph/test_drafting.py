"""One seat: revisions, retries, what is kept of what went wrong."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from panel.engine import Generation, OnProgress, Request, ScriptedEngine
from panel.errors import (
    ContextOverflow,
    EngineCrash,
    EngineTimeout,
    RunError,
    SetupError,
    UnparsableVerdict,
)
from panel.graph import Brief, draft_seat
from panel.graph.drafting import parse_answer, seat_seed
from panel.materials import Materials, reopen_materials
from panel.records import Draft, Finding, Manifest, MissingSeat, Persona, Seat

from .conftest import Bench, ListeningEngine

SEAT = Seat(tool="smolvlm2-turbo", persona="dx")
BRIEF = Brief(SEAT, 1)


class Counted:
    """Findings by script: so many for each text that is checked, in order."""

    def __init__(self, *counts: int) -> None:
        self.left = list(counts)

    def __call__(self, subject: Any) -> tuple[Finding, ...]:
        count = self.left.pop(0)
        return tuple(
            Finding(check="test", beat="bet", message="m", instruction=f"mend point {number} of {count}")
            for number in range(count)
        )


@pytest.fixture
def findings(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def use(*counts: int) -> None:
        monkeypatch.setattr("panel.graph.drafting.run_checks", Counted(*counts))

    return use


def draft(bench: Bench, engine: ScriptedEngine, brief: Brief = BRIEF, **changes: Any) -> Draft | MissingSeat:
    manifest: Manifest = bench.run.manifest.model_copy(update=changes)
    materials: Materials = reopen_materials(bench.run)
    return asyncio.run(draft_seat(brief, engine, materials, manifest, bench.events.append))


def prompt(request: Request) -> str:
    return "".join(part for message in request.messages for part in message.parts)


def test_without_findings_there_is_one_attempt(bench: Bench, findings: Callable[..., None]) -> None:
    findings(0)
    record = draft(bench, engine := ListeningEngine())
    assert isinstance(record, Draft) and len(record.attempts) == len(engine.requests) == 1
    assert record.prompt_sha256 == engine.requests[0].prompt_sha256()
    assert record.attempts[0].seed == engine.requests[0].seed == seat_seed(1, BRIEF, 0)
    assert record.p_ship is not None and record.raw == record.attempts[0].raw


@pytest.mark.parametrize(
    ("counts", "chosen"), [((3, 2, 1), 2), ((1, 2, 3), 0), ((2, 1, 1), 2), ((2, 2, 2), 2), ((2, 0), 1)]
)
def test_findings_are_revised_and_the_best_attempt_stands(
    bench: Bench, findings: Callable[..., None], counts: tuple[int, ...], chosen: int
) -> None:
    findings(*counts)
    record = draft(bench, engine := ListeningEngine())
    assert isinstance(record, Draft) and len(record.attempts) == len(counts) <= bench.run.manifest.max_revisions + 1
    assert record.chosen == chosen and len(record.findings) == counts[chosen]
    assert record.prompt_sha256 == engine.requests[0].prompt_sha256()
    for revision, request in enumerate(engine.requests[1:], start=1):
        assert request.seed == seat_seed(1, BRIEF, revision)
        assert prompt(request).startswith(prompt(engine.requests[0]))
        for number in range(counts[revision - 1]):
            assert f"- bet: mend point {number} of {counts[revision - 1]}" in prompt(request)


def test_no_revisions_when_none_are_wanted(bench: Bench, findings: Callable[..., None]) -> None:
    findings(5)
    record = draft(bench, ListeningEngine(), max_revisions=0)
    assert isinstance(record, Draft) and len(record.attempts) == 1 and len(record.findings) == 5


@pytest.mark.parametrize("retries", [0, 1, 2])
@pytest.mark.parametrize("error", [EngineCrash("x"), EngineTimeout("x"), UnparsableVerdict("x")])
def test_a_retryable_error_is_retried_so_often_and_no_more(bench: Bench, error: RunError, retries: int) -> None:
    engine = ListeningEngine(lambda request, asked: error)
    record = draft(bench, engine, max_retries=retries)
    assert isinstance(record, MissingSeat) and record.error == type(error).__name__
    assert len(engine.requests) == retries + 1
    assert len({request.seed for request in engine.requests}) == retries + 1
    assert [event.kind for event in bench.events].count("retrying") == retries


def test_an_answer_after_a_retry_says_with_which_seed(bench: Bench, findings: Callable[..., None]) -> None:
    findings(0)
    engine = ListeningEngine(lambda request, asked: EngineCrash("x") if asked < 2 else None)
    record = draft(bench, engine)
    assert isinstance(record, Draft) and len(engine.requests) == 3
    assert record.attempts[0].seed == engine.requests[2].seed == seat_seed(1, BRIEF, 0, retry=2)


@pytest.mark.parametrize("error", [ContextOverflow("too long"), RunError("else")])
def test_what_cannot_get_better_is_not_retried(bench: Bench, error: RunError) -> None:
    engine = ListeningEngine(lambda request, asked: error)
    record = draft(bench, engine)
    assert isinstance(record, MissingSeat) and len(engine.requests) == 1 and record.message == error.message


def test_a_prompt_that_does_not_fit_is_missing_with_its_numbers(bench: Bench) -> None:
    record = draft(bench, engine := ListeningEngine(context_tokens=512))
    assert isinstance(record, MissingSeat) and record.error == "ContextOverflow" and "512" in record.message
    assert len(engine.requests) == 1


def test_answers_that_are_no_verdict_are_kept(bench: Bench, findings: Callable[..., None]) -> None:
    findings(0)
    texts = ["  not JSON ", '{"argument": {}, "call": "ship"}']
    record = draft(bench, ListeningEngine(lambda request, asked: texts[asked] if asked < 2 else None))
    assert isinstance(record, Draft) and list(record.rejected) == texts
    missing = draft(bench, ListeningEngine(lambda request, asked: f"no {asked}"))
    assert isinstance(missing, MissingSeat) and missing.raw == ("no 0", "no 1", "no 2")
    assert missing.error == "UnparsableVerdict"


def test_a_failed_revision_leaves_the_first_attempt(bench: Bench, findings: Callable[..., None]) -> None:
    findings(2)
    engine = ListeningEngine(lambda request, asked: None if asked == 0 else f"garbage {asked}")
    record = draft(bench, engine)
    assert isinstance(record, Draft) and len(record.attempts) == 1 and len(record.findings) == 2
    assert record.rejected == ("garbage 1", "garbage 2", "garbage 3")


def test_a_redraft_carries_its_note_and_its_own_seed(bench: Bench, findings: Callable[..., None]) -> None:
    findings(0, 0)
    brief = Brief(SEAT, 4, "redraft", "name the file format", "a" * 64)
    first, again = ListeningEngine(), ListeningEngine()
    record = draft(bench, first)
    redraft = draft(bench, again, brief)
    assert isinstance(record, Draft) and isinstance(redraft, Draft)
    assert "name the file format" in prompt(again.requests[0]) and "name the file" not in prompt(first.requests[0])
    assert prompt(again.requests[0]).startswith(prompt(first.requests[0]))
    assert (redraft.n, redraft.origin, redraft.note, redraft.base_sha256) == (4, "redraft", brief.note, "a" * 64)
    assert first.requests[0].seed != again.requests[0].seed


def test_seeds_tell_everything_apart_and_depend_on_nothing_else() -> None:
    other = Seat(tool="mistral-3b-edge", persona="dx")
    seeds = [
        seat_seed(seed, brief, revision, retry)
        for seed in (1, 2)
        for brief in (BRIEF, Brief(other, 1), Brief(SEAT, 2, "redraft"), Brief(SEAT, 3, "redraft"))
        for revision in (0, 1)
        for retry in (0, 1)
    ]
    assert len(set(seeds)) == len(seeds) and all(0 <= seed < 2**32 for seed in seeds)
    # However often a run was resumed, its own draft is asked for with the same seed.
    assert seat_seed(1, Brief(SEAT, 7), 0) == seat_seed(1, BRIEF, 0) == 2282199116


def test_the_order_of_seats_does_not_matter(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench()
    seats = bench.run.manifest.seats
    forward = [draft(bench, ScriptedEngine(), Brief(seat, 1)) for seat in seats]
    backward = [draft(bench, ScriptedEngine(), Brief(seat, 1)) for seat in reversed(seats)]
    for one, other in zip(forward, reversed(backward), strict=True):
        assert isinstance(one, Draft) and isinstance(other, Draft)
        assert (one.beats, one.call, one.p_ship) == (other.beats, other.call, other.p_ship)


def test_cancelling_is_not_swallowed(bench: Bench) -> None:
    class Waiting(ScriptedEngine):
        asked = 0

        async def generate(self, request: Request, on_progress: OnProgress | None = None) -> Generation:
            self.asked += 1
            began.set()
            await asyncio.Event().wait()
            raise AssertionError

    began = asyncio.Event()
    engine = Waiting()

    async def cancel() -> None:
        materials = reopen_materials(bench.run)
        work = draft_seat(BRIEF, engine, materials, bench.run.manifest, bench.events.append)
        task = asyncio.ensure_future(work)
        await began.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    assert engine.asked == 1


def test_what_is_no_run_error_comes_through(bench: Bench) -> None:
    engine = ListeningEngine(lambda request, asked: SetupError("no grammar"))
    with pytest.raises(SetupError):
        draft(bench, engine)
    assert len(engine.requests) == 1


def answer(persona: Persona, **changes: Any) -> dict[str, Any]:
    return {"argument": {beat.id: "Said." for beat in persona.beats}, "call": "skip"} | changes


@pytest.mark.parametrize(
    "broken",
    ["", "null", "[]", "3", '"x"', "{", "{}", "[" * 100_000, '{"argument": [], "call": "ship"}', '{"call": "ship"}'],
)
def test_what_is_no_verdict_is_unparsable(bench: Bench, broken: str) -> None:
    persona = reopen_materials(bench.run).personas["dx"]
    with pytest.raises(UnparsableVerdict):
        parse_answer(Generation(broken, "stop", None, 1, 0, 1, 0.1), persona)


def test_an_answer_must_be_whole_and_its_call_one_of_two(bench: Bench) -> None:
    persona = reopen_materials(bench.run).personas["dx"]
    good = json.dumps(answer(persona))
    beats, call = parse_answer(Generation(good, "stop", None, 1, 0, 1, 0.1), persona)
    assert [beat.id for beat in beats] == [beat.id for beat in persona.beats] and call.value == "skip"
    bad: list[tuple[str, Any]] = [(good, "length")]
    bad += [(json.dumps(answer(persona, call=call)), "stop") for call in ("maybe", None, "Ship", ["ship"])]
    bad += [(json.dumps(answer(persona, argument={"primitive": 3})), "stop"), (good.replace("Said", "\\ud800"), "stop")]
    for text, finish in bad:
        with pytest.raises(UnparsableVerdict):
            parse_answer(Generation(text, finish, None, 1, 0, 1, 0.1), persona)
