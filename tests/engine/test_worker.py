"""The thread that owns the model, over a model of bytes whose every number depends on its whole context."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from panel.engine import Choice, Generation, Progress, Request
from panel.engine.batch import Piece
from panel.engine.chat import Segment
from panel.engine.protocol import resample
from panel.engine.sampling import Logits
from panel.engine.worker import BatchedEngine
from panel.errors import EngineCrash, EngineTimeout, SetupError

from .asking import DEADLINE_S, Started, ask, closed_object, endless, line_schema, run, run_one, texts
from .toy import ToyModel


@contextmanager
def working(model: ToyModel) -> Iterator[BatchedEngine]:
    engine = BatchedEngine(lambda: model)
    yield engine
    asyncio.run(asyncio.wait_for(engine.aclose(), DEADLINE_S))
    assert not engine._thread.is_alive()
    assert model.closed == 1


def seat(tool: str, persona: str, **changes: Any) -> Request:
    return ask(f"Dossier on {tool}.", f"You are {persona}.", id=f"{tool}/{persona}", **changes)


def expected(*requests: Request) -> list[str]:
    """What each would get from an engine of its own."""
    answers = []
    for request in requests:
        with working(ToyModel()) as engine:
            answers += texts(run(engine, request))
    return answers


def failing_at(call: int, error: BaseException) -> Callable[[int, Sequence[Piece]], None]:
    def fail(number: int, pieces: Sequence[Piece]) -> None:
        if number == call:
            raise error

    return fail


def test_shared_prefixes_go_first_and_then_the_oldest() -> None:
    gate = threading.Event()
    model = ToyModel(before_decode=lambda call, pieces: gate.wait() and None)
    with working(model) as engine:
        requests = [seat(tool, persona) for persona in ("dx", "business") for tool in ("a", "b", "c")]
        begun: list[str] = []

        async def ask_all() -> None:
            def note(progress: Progress) -> None:
                if progress.request_id not in begun:
                    begun.append(progress.request_id)

            first = asyncio.create_task(engine.generate(requests[0], note))
            while not begun:
                await asyncio.sleep(0)
            others = [asyncio.create_task(engine.generate(request, note)) for request in requests[1:]]
            await asyncio.sleep(0)
            gate.set()
            await asyncio.gather(first, *others)

        asyncio.run(ask_all())
    assert begun == ["a/dx", "a/business", "b/dx", "b/business", "c/dx", "c/business"]


@pytest.mark.parametrize("keeps", [True, False])
def test_texts_do_not_depend_on_what_was_kept(keeps: bool) -> None:
    requests = [seat(tool, persona, seed=3) for persona in ("dx", "business") for tool in ("a", "b")]
    with working(ToyModel(shares=keeps)) as engine:
        together = run(engine, *requests)
        backwards = run(engine, *reversed(requests))[::-1]
    assert texts(together) == texts(backwards) == expected(*requests)
    assert any(generation.cached_tokens for generation in together) is keeps


def test_a_shared_segment_is_decoded_once() -> None:
    model = ToyModel()
    with working(model) as engine:
        first, second = run(engine, seat("kites", "dx"), seat("kites", "business"))
    assert bytes(model.decoded).count(b"Dossier on kites.") == 1
    assert first.cached_tokens == 0
    assert second.cached_tokens == len(b"<system>You judge tools in one line.</system><user>Dossier on kites.")


def test_the_same_prompt_again_decodes_its_last_segment_only() -> None:
    with working(ToyModel()) as engine:
        first, again = (run_one(engine, seat("a", "dx")) for _ in range(2))
    assert again.text == first.text
    assert again.prompt_tokens - again.cached_tokens == len(b"</user><answer>")


def test_long_segments_go_through_in_pieces() -> None:
    sizes: list[int] = []
    with working(
        ToyModel(before_decode=lambda call, pieces: sizes.append(sum(len(piece.tokens) for piece in pieces)))
    ) as engine:
        run_one(engine, ask("x" * 1200, "y"))
    assert sizes[:4] == [len("<system>You judge tools in one line."), 512, 512, 1200 + len("</system><user>") - 1024]


@pytest.mark.parametrize("call", [1, 2, 4, 9])
@pytest.mark.parametrize("error", [EngineCrash("status 1"), RuntimeError("a bug"), ValueError(), RecursionError()])
def test_a_failing_decode_fails_its_request_only(call: int, error: Exception) -> None:
    requests = [seat("a", "dx"), seat("a", "business"), seat("b", "dx")]
    model = ToyModel(before_decode=failing_at(call, error))
    with working(model) as engine:
        with pytest.raises(EngineCrash, match=str(error) or type(error).__name__) as caught:
            run_one(engine, requests[0])
        generations = run(engine, *requests)
    assert caught.value.retryable
    assert texts(generations) == expected(*requests)
    assert generations[0].cached_tokens == 0  # what the failed one left in the context is not trusted


def panel_of(*tools: str, **changes: Any) -> list[Request]:
    return [seat(tool, persona, **changes) for tool in tools for persona in ("dx", "skeptic", "futurist", "business")]


def test_a_whole_panel_reads_its_dossiers_and_rules_once() -> None:
    model = ToyModel()
    with working(model) as engine:
        run(engine, *panel_of("kites", "boats"))
    read = bytes(token for token in model.decoded if token < 256)
    for text in (b"You judge tools", b"Dossier on kites.", b"Dossier on boats."):
        assert read.count(text) == 1
    assert read.count(b"You are skeptic.") == 2


def test_tools_are_finished_one_after_another() -> None:
    finished: list[str] = []

    async def note(engine: BatchedEngine, request: Request) -> None:
        await engine.generate(request)
        finished.append(request.id.split("/")[0])

    async def ask_all(engine: BatchedEngine) -> None:
        requests = panel_of("a", "b", "c", "d", "e")
        mixed = [requests[number] for start in range(4) for number in range(start, len(requests), 4)]
        await asyncio.gather(*(note(engine, request) for request in mixed))

    with working(ToyModel()) as engine:
        asyncio.run(ask_all(engine))
    last = [max(place for place, tool in enumerate(finished) if tool == name) for name in "abcde"]
    assert last == sorted(last)
    # Answers differ in length, so a tool's last seat may end beside the next tool's first ones, but no later.
    assert all(tool in "ab" for tool in finished[:4])


def test_a_revision_goes_before_other_tools_and_reads_only_what_is_new() -> None:
    model = ToyModel(streams=6, seats=2)
    order: list[str] = []

    async def ask_all(engine: BatchedEngine) -> Generation:
        def note(progress: Progress) -> None:
            if progress.request_id not in order:
                order.append(progress.request_id)

        async def draft_and_revise() -> Generation:
            await engine.generate(seat("a", "dx"), note)
            revised = ask("Dossier on a.", "You are dx.", "Use numbers.", id="a/dx again")
            return await engine.generate(revised, note)

        first = asyncio.create_task(draft_and_revise())
        await asyncio.sleep(0)
        await asyncio.gather(*(engine.generate(request, note) for request in panel_of("b", "c")))
        return await first

    with working(model) as engine:
        revised = asyncio.run(ask_all(engine))
    assert revised.prompt_tokens - revised.cached_tokens == len(b"Use numbers.</user><answer>")
    assert order.index("a/dx again") < order.index("c/dx")


@pytest.mark.parametrize("call", range(1, 40, 3))
def test_a_failing_step_in_company_costs_nobody_his_text(call: int) -> None:
    requests = panel_of("a", "b")
    model = ToyModel(before_decode=failing_at(call, EngineCrash("status 1")))

    async def ask_all(engine: BatchedEngine) -> list[Generation | BaseException]:
        return await asyncio.gather(*map(engine.generate, requests), return_exceptions=True)

    with working(model) as engine:
        outcomes = asyncio.run(asyncio.wait_for(ask_all(engine), DEADLINE_S))
    wanted = expected(*requests)
    lost = [number for number, outcome in enumerate(outcomes) if isinstance(outcome, BaseException)]
    assert len(lost) <= 1  # a piece of a prompt is one request's own; a step of all is tried again
    for number, outcome in enumerate(outcomes):
        if number not in lost:
            assert isinstance(outcome, Generation) and outcome.text == wanted[number]


def test_who_breaks_every_step_is_found_out() -> None:
    requests = panel_of("a", "b")
    poison = requests[2].id

    def fail(call: int, pieces: Sequence[Piece]) -> None:
        # Any step that writes the answer of the futurist of `a`.
        for piece in pieces:
            if piece.scored == 2 and b"Dossier on a.You are futurist." in bytes(model.cells[piece.stream]):
                raise EngineCrash("bad luck")

    model = ToyModel(before_decode=fail)

    async def ask_all(engine: BatchedEngine) -> list[Generation | BaseException]:
        return await asyncio.gather(*map(engine.generate, requests), return_exceptions=True)

    with working(model) as engine:
        outcomes = asyncio.run(asyncio.wait_for(ask_all(engine), DEADLINE_S))
    wanted = expected(*requests)
    for request, outcome, text in zip(requests, outcomes, wanted, strict=True):
        if request.id == poison:
            assert isinstance(outcome, EngineCrash) and outcome.message == "bad luck"
        else:
            assert isinstance(outcome, Generation) and outcome.text == text


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_broken_numbers_stay_with_their_seat(value: float) -> None:
    requests = panel_of("a", "b")
    model = ToyModel()

    def spoil(scores: Logits, context: Sequence[int]) -> None:
        if b"Dossier on b.You are dx." in bytes(token % 256 for token in context) and len(context) % 50 == 0:
            scores[7] = value

    model.spoil = spoil

    async def ask_all(engine: BatchedEngine) -> list[Generation | BaseException]:
        return await asyncio.gather(*map(engine.generate, requests), return_exceptions=True)

    with working(model) as engine:
        outcomes = asyncio.run(asyncio.wait_for(ask_all(engine), DEADLINE_S))
    for request, outcome, text in zip(requests, outcomes, expected(*requests), strict=True):
        if request.id == "b/dx":
            assert isinstance(outcome, EngineCrash) and "not finite" in outcome.message
        else:
            assert isinstance(outcome, Generation) and outcome.text == text


def test_a_cancelled_seat_leaves_its_neighbours_alone() -> None:
    requests = panel_of("a", "b")

    async def ask_all(engine: BatchedEngine) -> list[Generation | BaseException]:
        started = Started()
        tasks = [asyncio.create_task(engine.generate(request, started)) for request in requests]
        while not any(progress.phase == "decode" for progress in started.seen):
            await asyncio.sleep(0)
        for number in (0, 2, 5):
            tasks[number].cancel()
        return await asyncio.gather(*tasks, return_exceptions=True)

    with working(ToyModel()) as engine:
        outcomes = asyncio.run(asyncio.wait_for(ask_all(engine), DEADLINE_S))
    for number, (outcome, text) in enumerate(zip(outcomes, expected(*requests), strict=True)):
        if isinstance(outcome, Generation):
            assert outcome.text == text
        else:
            assert number in (0, 2, 5) and isinstance(outcome, asyncio.CancelledError)


def test_log_probabilities_cover_every_token() -> None:
    model = ToyModel()
    with working(model) as engine:
        plain = run_one(engine, seat("a", "dx"))
        told = run_one(engine, seat("a", "dx", logprobs=True))
    assert plain.logprobs is None
    assert told.text == plain.text
    assert told.logprobs is not None and len(told.logprobs) == told.completion_tokens
    prompt = b"<system>You judge tools in one line.</system><user>Dossier on a.You are dx.</user><answer>"
    context, wanted = list(prompt), []
    for byte in told.text.encode():
        scores = model.scores_after(context).astype(np.float64)
        wanted.append(scores[byte] - np.log(np.exp(scores).sum()))
        context.append(byte)
    assert told.logprobs == pytest.approx(wanted, abs=1e-5)


def test_samples_draw_the_call_and_share_the_prompt() -> None:
    schema = closed_object({"call": {"enum": ["ship", "skip"]}})
    request = seat("a", "dx", schema=schema, choice=Choice('"call":"', ("ship", "skip")))
    with working(ToyModel()) as engine:
        decided = run_one(engine, request)
        samples = asyncio.run(resample(engine, request, 60))
        again = asyncio.run(resample(engine, request, 60))
    assert texts(samples) == texts(again)
    assert decided.probabilities is not None
    assert all(sample.probabilities == decided.probabilities for sample in samples)
    ships = sum("ship" in sample.text for sample in samples) / len(samples)
    assert 0 < ships < 1
    assert ships == pytest.approx(decided.probabilities["ship"], abs=0.2)
    assert all(sample.prompt_tokens - sample.cached_tokens == len(b"</user><answer>") for sample in samples)


def test_one_stream_is_enough() -> None:
    requests = panel_of("a", "b")
    with working(ToyModel(streams=1, seats=1)) as engine:
        assert texts(run(engine, *requests)) == expected(*requests)


def test_many_tools_cost_what_each_of_them_costs() -> None:
    costs = []
    for count in (5, 20):
        model = ToyModel()
        with working(model) as engine:
            run(engine, *panel_of(*(f"t{number:02d}" for number in range(count)), schema=line_schema(20, 20)))
        costs.append(len(model.decoded) / count)
    assert costs[1] <= costs[0]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_numbers_that_are_not_finite_are_a_crash(value: float) -> None:
    model = ToyModel()
    spoiled = [True]

    def spoil(scores: Logits, context: Sequence[int]) -> None:
        if spoiled:
            scores[:] = value

    model.spoil = spoil
    with working(model) as engine:
        with pytest.raises(EngineCrash, match="not finite"):
            run_one(engine, seat("a", "dx"))
        spoiled.clear()
        assert texts(run(engine, seat("a", "dx"))) == expected(seat("a", "dx"))


def test_a_score_of_minus_infinity_is_never_picked() -> None:
    model = ToyModel()

    def spoil(scores: Logits, context: Sequence[int]) -> None:
        scores[ord("b") : ord("z") + 1] = -np.inf

    model.spoil = spoil
    schema = closed_object({"line": {"type": "string", "pattern": "^[a-z]{20,30}$"}})
    with working(model) as engine:
        text = run_one(engine, ask(schema=schema, choice=None)).text
    assert set(text.removeprefix('{"line":"').removesuffix('"}')) == {"a"}


def test_only_minus_infinity_is_a_crash() -> None:
    model = ToyModel()
    model.spoil = lambda scores, context: scores.fill(-np.inf)
    with working(model) as engine, pytest.raises(EngineCrash, match="not finite"):
        run_one(engine, seat("a", "dx"))


def test_a_bug_in_the_tokenizer_fails_its_request_only() -> None:
    model = ToyModel()

    def refuse(segment: Segment) -> None:
        if "poison" in segment.outside:
            raise RuntimeError("no such word")

    model.refuses = refuse

    async def ask_both(engine: BatchedEngine) -> list[Generation | BaseException]:
        requests = [seat("poison", "dx"), seat("a", "dx")]
        return await asyncio.gather(*map(engine.generate, requests), return_exceptions=True)

    with working(model) as engine:
        bad, good = asyncio.run(asyncio.wait_for(ask_both(engine), DEADLINE_S))
        assert isinstance(bad, EngineCrash) and "no such word" in bad.message
        assert isinstance(good, Generation)


def test_a_progress_call_that_fails_does_not_kill_the_thread() -> None:
    def fail(progress: Progress) -> None:
        raise ZeroDivisionError

    with working(ToyModel()) as engine:
        with pytest.raises(EngineCrash, match="ZeroDivisionError"):
            asyncio.run(asyncio.wait_for(engine.generate(seat("a", "dx"), fail), DEADLINE_S))
        assert texts(run(engine, seat("a", "dx"))) == expected(seat("a", "dx"))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_when_the_thread_dies_nobody_waits_for_it() -> None:
    model = ToyModel(before_decode=failing_at(3, SystemExit()))

    async def ask_three(engine: BatchedEngine) -> list[Generation | BaseException]:
        requests = [seat("a", "dx"), seat("a", "business"), seat("b", "dx")]
        return await asyncio.gather(*map(engine.generate, requests), return_exceptions=True)

    with working(model) as engine:
        outcomes = asyncio.run(asyncio.wait_for(ask_three(engine), DEADLINE_S))
        assert [type(outcome) for outcome in outcomes] == [EngineCrash] * 3
        with pytest.raises(EngineCrash, match="closed"):
            run_one(engine, seat("a", "dx"))


@pytest.mark.parametrize("error", [SetupError("no such file"), ValueError("a bug"), KeyboardInterrupt()])
def test_a_failing_opening_is_told_as_it_is(error: BaseException) -> None:
    def open_model() -> ToyModel:
        raise error

    before = threading.active_count()
    with pytest.raises(type(error)) as caught:
        BatchedEngine(open_model)
    assert caught.value is error
    assert threading.active_count() == before


def test_an_interrupt_while_opening_leaves_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    model = ToyModel()

    def open_model() -> ToyModel:
        gate.wait()
        return model

    class Interrupted(threading.Condition):
        def wait(self, timeout: float | None = None) -> bool:
            if threading.current_thread() is threading.main_thread():
                raise KeyboardInterrupt
            return super().wait(timeout)

    before = set(threading.enumerate())
    with monkeypatch.context() as patch:
        patch.setattr("panel.engine.worker.Condition", Interrupted)
        with pytest.raises(KeyboardInterrupt):
            BatchedEngine(open_model)
    left = [thread for thread in threading.enumerate() if thread not in before]
    gate.set()
    for thread in left:
        thread.join(DEADLINE_S)
    assert len(left) == 1 and not left[0].is_alive()
    assert model.closed == 1


def test_a_loop_that_is_gone_disturbs_nobody() -> None:
    gate = threading.Event()
    with working(ToyModel(before_decode=lambda call, pieces: gate.wait() and None)) as engine:
        loop = asyncio.new_event_loop()
        task = loop.create_task(engine.generate(seat("a", "dx")))
        loop.run_until_complete(asyncio.sleep(0))
        task.cancel()
        loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
        loop.close()
        gate.set()
        assert texts(run(engine, seat("b", "dx"))) == expected(seat("b", "dx"))


def test_a_loop_closed_while_its_request_waits_disturbs_nobody() -> None:
    gate = threading.Event()
    with working(ToyModel(before_decode=lambda call, pieces: gate.wait() and None)) as engine:
        loop = asyncio.new_event_loop()
        waiting = loop.create_task(engine.generate(seat("a", "dx")))
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
        gate.set()
        assert texts(run(engine, seat("b", "dx"))) == expected(seat("b", "dx"))
        assert not waiting.done()
        waiting._log_destroy_pending = False  # type: ignore[attr-defined]


def test_an_interrupted_program_closes_and_leaves_no_thread() -> None:
    model = ToyModel(context_tokens=100_000)
    engine = BatchedEngine(lambda: model)

    async def program() -> None:
        try:
            started = Started()
            task = asyncio.create_task(engine.generate(endless(max_tokens=90_000), started))
            await started.wait()
            asyncio.current_task().cancel()  # type: ignore[union-attr]
            await task
        finally:
            await engine.aclose()

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(asyncio.wait_for(program(), DEADLINE_S))
    assert not engine._thread.is_alive()
    assert model.closed == 1


def test_time_is_counted_from_the_first_step_not_from_the_asking() -> None:
    gate = threading.Event()
    with working(ToyModel(before_decode=lambda call, pieces: gate.wait() and None)) as engine:

        async def ask_both() -> list[Generation | BaseException]:
            started = Started()
            first = asyncio.create_task(engine.generate(seat("a", "dx"), started))
            await started.wait()
            second = asyncio.create_task(engine.generate(seat("b", "dx", timeout_s=60.0)))
            hopeless = asyncio.create_task(engine.generate(seat("c", "dx", timeout_s=0.0)))
            await asyncio.sleep(0)
            gate.set()
            return await asyncio.gather(first, second, hopeless, return_exceptions=True)

        kinds = [type(outcome) for outcome in asyncio.run(ask_both())]
    assert kinds == [Generation, Generation, EngineTimeout]


def test_forced_tokens_never_exceed_the_limit() -> None:
    schema = closed_object({"a_long_name_that_is_forced": {"enum": ["and_a_long_value_that_is_forced_too"]}})
    whole = '{"a_long_name_that_is_forced":"and_a_long_value_that_is_forced_too"}'
    with working(ToyModel()) as engine:
        for limit in (1, 10, len(whole) - 1, len(whole)):
            generation = run_one(engine, ask(schema=schema, choice=None, max_tokens=limit))
            assert (generation.text, generation.completion_tokens) == (whole[:limit], limit)
            assert generation.finish == ("stop" if limit == len(whole) else "length")


def test_the_answer_may_end_at_the_last_place_of_the_context() -> None:
    request = ask(schema=line_schema(90, 90), max_tokens=150)
    with working(ToyModel()) as engine:
        needed = run_one(engine, request)
    with working(ToyModel(context_tokens=needed.prompt_tokens + 150)) as engine:
        assert run_one(engine, request).text == needed.text
