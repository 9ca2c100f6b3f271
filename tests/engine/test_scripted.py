from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panel.checks import CheckSubject, run_checks
from panel.dossiers import load_dossiers
from panel.engine import Choice, Progress, Request, ScriptedEngine
from panel.errors import EngineCrash, SetupError
from panel.personas import CALL_MARKER, answer_limit_tokens, answer_schema, load_personas
from panel.prompts import load_prompts
from panel.records import Beat, BeatText, Persona
from panel.texts import find_sentences, find_words

from .asking import ask, closed_object, run_one

ROOT = Path(__file__).parents[2]
PERSONAS = {loaded.persona.slug: loaded.persona for loaded in load_personas(ROOT / "personas")}
DOSSIERS = [
    loaded.dossier
    for loaded in load_dossiers(ROOT / "dossiers", sorted(path.stem for path in (ROOT / "dossiers").glob("*.yaml")))
]


def ask_persona(persona: Persona, seed: int) -> Request:
    return ask(
        persona.name,
        schema=answer_schema(persona),
        choice=Choice(CALL_MARKER, ("ship", "skip")),
        seed=seed,
        max_tokens=answer_limit_tokens(persona),
    )


async def rehearse(persona: Persona, seeds: range) -> list[dict[str, Any]]:
    engine = ScriptedEngine(context_tokens=100_000)
    return [json.loads((await engine.generate(ask_persona(persona, seed))).text) for seed in seeds]


@pytest.mark.parametrize("persona", PERSONAS.values(), ids=PERSONAS)
def test_a_rehearsal_is_clean(persona: Persona) -> None:
    prompt_text = load_prompts(ROOT / "prompts").house()
    for seed, answer in enumerate(asyncio.run(rehearse(persona, range(200)))):
        dossier = DOSSIERS[seed % len(DOSSIERS)]
        others = tuple(other for other in DOSSIERS if other is not dossier)
        beats = tuple(BeatText(id=beat.id, text=answer["argument"][beat.id]) for beat in persona.beats)
        assert run_checks(CheckSubject(beats, persona, dossier, others, prompt_text)) == ()
        assert 70 <= sum(len(find_words(beat.text)) for beat in beats) <= 130
        sentences = [sentence.keys for beat in beats for sentence in find_sentences(beat.text)]
        assert len(set(sentences)) == len(sentences)


def test_calls_go_both_ways() -> None:
    calls = Counter(answer["call"] for answer in asyncio.run(rehearse(PERSONAS["dx"], range(200))))
    assert min(calls["ship"], calls["skip"]) > 60


def test_probabilities_spread() -> None:
    engine = ScriptedEngine(context_tokens=100_000)
    shares = [
        generation.probabilities["ship"]
        for generation in (run_one(engine, ask_persona(PERSONAS["dx"], seed)) for seed in range(40))
        if generation.probabilities
    ]
    assert len(shares) == len(set(shares)) == 40
    assert min(shares) < 0.35 < 0.65 < max(shares)


def test_prompts_are_told_apart_by_their_hash() -> None:
    engine = ScriptedEngine()
    assert run_one(engine, ask("One tool.")).text != run_one(engine, ask("Another tool.")).text


@given(low=st.integers(1, 300), room=st.integers(60, 1700), seed=st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=60)
def test_any_reasonable_bounds_are_kept(low: int, room: int, seed: int) -> None:
    beats = tuple(Beat(id=f"beat_{n}", question="Why?", min_chars=low, max_chars=low + room) for n in range(4))
    persona = PERSONAS["dx"].model_copy(update={"beats": beats})
    request = ask_persona(persona, seed)
    generation = run_one(ScriptedEngine(context_tokens=1_000_000), request)
    assert generation.finish == "stop"
    answer = json.loads(generation.text)
    pattern = request.schema["properties"]["argument"]["properties"]["beat_0"]["pattern"]
    assert list(answer["argument"]) == [beat.id for beat in beats]
    assert all(re.search(pattern, text) for text in answer["argument"].values())
    assert all(low <= len(text) <= low + room + 1 for text in answer["argument"].values())


@pytest.mark.parametrize(("low", "high"), [(1, 20), (5, 30), (21, 26), (70, 75), (1990, 2000)])
def test_narrow_bounds_are_kept_with_small_words(low: int, high: int) -> None:
    beat = Beat(id="only", question="Why?", min_chars=low, max_chars=high)
    persona = PERSONAS["dx"].model_copy(update={"beats": (beat,)})
    for seed in range(5):
        answer = json.loads(run_one(ScriptedEngine(context_tokens=9000), ask_persona(persona, seed)).text)
        assert low <= len(answer["argument"]["only"]) <= high + 1


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ({"type": "integer"}, "cannot write 'integer'"),
        ({"type": "array", "items": {"type": "string"}}, "cannot write 'array'"),
        ({}, "cannot write None"),
        (closed_object({"line": {"type": "null"}}), "cannot write 'null'"),
        ({"type": "string", "pattern": "("}, "cannot read the pattern"),
        ({"type": "string", "pattern": "^[0-9]{4}$"}, "found no sentence"),
    ],
)
def test_schemas_it_cannot_write_say_so(schema: dict[str, Any], reason: str) -> None:
    with pytest.raises(SetupError, match=reason):
        run_one(ScriptedEngine(), ask(schema=schema))


def test_an_object_without_properties_is_empty() -> None:
    assert run_one(ScriptedEngine(), ask(schema={"type": "object"})).text == "{}"


def test_a_script_overrides_by_request_and_count() -> None:
    def script(request: Request, asked: int) -> str | Exception | None:
        if request.id != "tool/dx":
            return None
        return EngineCrash("as scripted") if asked == 0 else f"answer {asked}"

    engine = ScriptedEngine(script=script)
    with pytest.raises(EngineCrash, match="as scripted"):
        run_one(engine, ask())
    assert run_one(engine, ask(id="tool/business")).text.startswith('{"line"')
    again = run_one(engine, ask())
    assert (again.text, again.probabilities) == ("answer 1", None)


def test_it_tells_that_it_reads_before_it_writes() -> None:
    seen: list[Progress] = []
    asyncio.run(ScriptedEngine().generate(ask("x" * 400), seen.append))
    assert [progress.phase for progress in seen] == ["prefill", "decode"]
    assert seen[0].tokens == seen[0].total > 100


def test_the_context_is_counted_to_the_last_token() -> None:
    needed = run_one(ScriptedEngine(), ask()).prompt_tokens + 200
    assert run_one(ScriptedEngine(context_tokens=needed), ask()).finish == "stop"
    with pytest.raises(Exception, match=f"context of {needed - 1}"):
        run_one(ScriptedEngine(context_tokens=needed - 1), ask())
