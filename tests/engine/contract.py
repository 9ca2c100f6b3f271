"""What every engine promises; `panel.engine.protocol` in tests. Subclass `EngineContract` to make an engine pass it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import jsonschema
import pytest

from panel.engine import Choice, Engine, Progress
from panel.errors import ContextOverflow, EngineCrash, EngineTimeout, SetupError
from panel.records import EngineIdentity

from .asking import DEADLINE_S, Started, ask, closed_object, endless, line_schema, run, run_one, texts


class EngineContract:
    """Subclasses provide the fixtures `engine`, `another` (like it, to be closed) and `slow`.

    `slow` takes longer than `DEADLINE_S` for `endless` with `endless_tokens` and is closed by the test or the fixture.
    """

    context_tokens: int
    endless_tokens: int

    def test_the_answer_satisfies_its_schema(self, engine: Engine) -> None:
        request = ask()
        generation = run_one(engine, request)
        assert generation.finish == "stop"
        jsonschema.validate(json.loads(generation.text), request.schema)

    def test_the_same_request_gives_the_same_text(self, engine: Engine) -> None:
        first, between, again = (run_one(engine, ask(seed=seed)) for seed in (11, 12, 11))
        assert again.text == first.text
        assert again.probabilities == first.probabilities
        assert between.text != first.text

    def test_seeds_give_different_texts(self, engine: Engine) -> None:
        assert len(set(texts(run(engine, *(ask(seed=seed) for seed in range(5)))))) > 1

    def test_the_call_is_the_likelier_option(self, engine: Engine) -> None:
        for generation in run(engine, *(ask(seed=seed) for seed in range(5))):
            assert generation.probabilities is not None
            assert set(generation.probabilities) == {"ship", "skip"}
            assert sum(generation.probabilities.values()) == pytest.approx(1)
            assert all(0 <= share <= 1 for share in generation.probabilities.values())
            call = json.loads(generation.text)["call"]
            assert generation.probabilities[call] == max(generation.probabilities.values())

    @pytest.mark.parametrize("marker", ['},"call":"', '"call":"'])
    def test_a_beat_named_call_is_not_the_call(self, engine: Engine, marker: str) -> None:
        beat = {"type": "string", "pattern": "^[A-Za-z][A-Za-z ,.-]{15,100}[.]$"}
        schema = closed_object({"argument": closed_object({"call": beat}), "call": {"enum": ["ship", "skip"]}})
        plain = run_one(engine, ask(schema=schema, choice=None))
        generation = run_one(engine, ask(schema=schema, choice=Choice(marker, ("ship", "skip"))))
        answer = json.loads(generation.text)
        assert generation.probabilities is not None
        assert generation.probabilities[answer["call"]] == max(generation.probabilities.values())
        if type(engine).__name__ != "ScriptedEngine":  # the script draws its call before its words
            assert answer["argument"] == json.loads(plain.text)["argument"]

    def test_without_a_choice_there_are_no_probabilities(self, engine: Engine) -> None:
        assert run_one(engine, ask(choice=None)).probabilities is None

    def test_what_cannot_fit_fails_before_any_work(self, engine: Engine) -> None:
        seen: list[Progress] = []
        request = ask("word " * 50, max_tokens=self.context_tokens - 5)
        with pytest.raises(ContextOverflow) as caught:
            asyncio.run(engine.generate(request, seen.append))
        assert seen == []
        assert f"{self.context_tokens:,}" in caught.value.message
        assert f"{self.context_tokens - 5:,}" in caught.value.message
        assert not caught.value.retryable
        assert caught.value.hint

    def test_time_runs_out(self, engine: Engine) -> None:
        with pytest.raises(EngineTimeout, match="tool/dx") as caught:
            run_one(engine, ask(timeout_s=0.0))
        assert caught.value.retryable
        assert run_one(engine, ask()).finish == "stop"

    def test_an_impossible_schema_is_a_setup_error(self, engine: Engine) -> None:
        with pytest.raises(SetupError):
            run_one(engine, ask(schema=closed_object({"line": {"type": "string", "pattern": "("}})))
        with pytest.raises(SetupError):
            run_one(engine, ask(schema={"type": "nonsense"}))
        assert run_one(engine, ask()).finish == "stop"

    def test_max_tokens_cuts_the_answer(self, engine: Engine) -> None:
        whole = run_one(engine, ask(schema=line_schema(60, 100)))
        cut = run_one(engine, ask(schema=line_schema(60, 100), max_tokens=5))
        assert cut.finish == "length"
        assert 0 < cut.completion_tokens <= 5
        assert cut.probabilities is None
        assert whole.text.startswith(cut.text)
        assert len(cut.text) < len(whole.text)

    def test_the_counts_are_sane(self, engine: Engine) -> None:
        generation = run_one(engine, ask())
        assert 0 <= generation.cached_tokens <= generation.prompt_tokens
        assert generation.prompt_tokens > 0
        assert 0 < generation.completion_tokens <= 200
        assert generation.duration_s >= 0

    def test_progress_is_sane(self, engine: Engine) -> None:
        seen: list[Progress] = []
        generation = asyncio.run(engine.generate(ask(id="tool/business"), seen.append))
        phases = [progress.phase for progress in seen]
        assert phases == sorted(phases, key=["prefill", "decode"].index)
        assert set(phases) == {"prefill", "decode"}
        assert {progress.request_id for progress in seen} == {"tool/business"}
        for phase, total in (("prefill", generation.prompt_tokens), ("decode", 200)):
            tokens = [progress.tokens for progress in seen if progress.phase == phase]
            assert tokens == sorted(tokens)
            assert tokens[-1] <= total
            assert {progress.total for progress in seen if progress.phase == phase} == {total}

    def test_many_at_once_all_finish(self, engine: Engine) -> None:
        requests = [
            ask(f"Tool {number // 4}.", f"Persona {number % 4}.", seed=number, schema=line_schema(10, 60))
            for number in range(12)
        ]
        together = run(engine, *requests)
        assert {generation.finish for generation in together} == {"stop"}
        assert texts(run(engine, *reversed(requests)))[::-1] == texts(together)

    @pytest.mark.parametrize(
        "part",
        ["🦜 naïve 日本語", "half a pair: \ud83e", "nul \x00 and bell \x07", "", " ", "{{ 7*7 }}{% if %}", "é" * 9],
    )
    def test_any_text_can_be_prompted(self, engine: Engine, part: str) -> None:
        request = ask(part, "Judge it.", schema=line_schema(5, 30))
        assert run_one(engine, request).finish == "stop"
        assert len(request.prompt_sha256()) == 64

    def test_a_huge_text_does_not_fit(self, engine: Engine) -> None:
        with pytest.raises(ContextOverflow):
            run_one(engine, ask("<|im_end|> x" * 9000))
        assert run_one(engine, ask()).finish == "stop"

    def test_cancelling_stops_the_work(self, slow: Engine) -> None:
        async def cancel_one() -> None:
            started = Started()
            task = asyncio.create_task(slow.generate(endless(max_tokens=self.endless_tokens), started))
            await started.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            # Served only when the first one no longer holds the engine; the second is cut down by its own clock.
            with pytest.raises(EngineTimeout):
                await slow.generate(replace(endless(max_tokens=self.endless_tokens), timeout_s=0.01))

        asyncio.run(asyncio.wait_for(cancel_one(), DEADLINE_S))

    def test_cancelling_what_waits_leaves_the_others_alone(self, engine: Engine) -> None:
        async def cancel_the_second() -> list[str | BaseException]:
            tasks = [asyncio.create_task(engine.generate(ask(seed=seed))) for seed in range(3)]
            await asyncio.sleep(0)
            tasks[1].cancel()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
            return [outcome if isinstance(outcome, BaseException) else outcome.text for outcome in outcomes]

        first, second, third = asyncio.run(cancel_the_second())
        assert isinstance(second, asyncio.CancelledError)
        assert [first, third] == texts(run(engine, ask(seed=0), ask(seed=2)))

    def test_closing_ends_what_is_pending(self, slow: Engine) -> None:
        async def close_under_three() -> list[object]:
            started = Started()
            request = endless(max_tokens=self.endless_tokens)
            tasks = [asyncio.create_task(slow.generate(request, started)) for _ in range(3)]
            await started.wait()
            await slow.aclose()
            return list(await asyncio.gather(*tasks, return_exceptions=True))

        outcomes = asyncio.run(asyncio.wait_for(close_under_three(), DEADLINE_S))
        assert [type(outcome) for outcome in outcomes] == [EngineCrash] * 3

    def test_closing_twice_is_fine_and_final(self, another: Engine) -> None:
        asyncio.run(another.aclose())
        asyncio.run(another.aclose())
        with pytest.raises(EngineCrash, match="closed"):
            run_one(another, ask())

    def test_the_identity_is_whole(self, engine: Engine) -> None:
        identity = engine.identity
        assert EngineIdentity.model_validate(identity.model_dump()) == identity
        assert identity.context_tokens == self.context_tokens
        assert identity.engine_version and identity.model_name
        assert engine.identity == identity
