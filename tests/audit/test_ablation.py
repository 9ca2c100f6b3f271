from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from editorial import desks

from panel.audit import Ablated, Asked, ablate
from panel.audit.ablation import NEUTRAL, make_request, swap_lens
from panel.engine import Request, ScriptedEngine
from panel.errors import EngineCrash
from panel.materials import Materials, gather_materials, reopen_materials
from panel.records import Call, Seat
from panel.store import Run

SHIP, SKIP = Call.SHIP, Call.SKIP
TOOL = "smolvlm2-turbo"


@pytest.fixture
def materials(room: Path) -> Materials:
    return gather_materials(room, [TOOL])


def asked(call: Call | None) -> Asked:
    return Asked(call=call, p_ship=None)


def ablated(own: Call | None, neutral: Call | None, *swapped: Call, run: Call | None = None) -> Ablated:
    return Ablated(
        seat=desks.SEAT,
        run_call=run,
        run_p_ship=None,
        own=asked(own),
        neutral=asked(neutral),
        swapped={f"p{place}": asked(call) for place, call in enumerate(swapped)},
        argued=None,
    )


def test_a_call_is_the_persona_s_when_the_neutral_reviewer_s_is_another() -> None:
    assert ablated(SHIP, SHIP, SKIP).cause == "the model's own opinion"
    assert ablated(SHIP, SKIP).cause == "persona"
    assert ablated(SHIP, SKIP, SHIP, SHIP, SKIP).cause == "persona: its questions"
    assert ablated(SHIP, SKIP, SHIP, SKIP, SKIP).cause == "persona: its lens"
    assert ablated(None, SKIP).cause == ablated(SHIP, None).cause == "unknown"


def test_an_argument_turns_a_call_that_was_another_without_it() -> None:
    assert ablated(SHIP, SHIP, run=SKIP).turned is True
    assert ablated(SHIP, SHIP, run=SHIP).turned is False
    assert ablated(SHIP, SHIP).turned is None and ablated(SHIP, SHIP, run=SHIP).carried is None


def test_the_neutral_reviewer_s_prompt_has_nothing_of_any_persona(materials: Materials) -> None:
    text = materials.prompts.persona(NEUTRAL, materials.dossiers[TOOL])
    for persona in materials.personas.values():
        for words in (persona.lens, persona.voice, *persona.ships_when, *persona.skips_when):
            assert words not in text
        assert not any(beat.question in text for beat in persona.beats)


def test_a_swapped_persona_keeps_its_questions_and_takes_the_lens(materials: Materials) -> None:
    dx, futurist = materials.personas["dx"], materials.personas["futurist"]
    text = materials.prompts.persona(swap_lens(dx, futurist), materials.dossiers[TOOL])
    assert all(beat.question in text for beat in dx.beats) and futurist.lens in text and futurist.voice in text
    assert dx.lens not in text and dx.voice not in text and not any(beat.question in text for beat in futurist.beats)


def test_only_the_call_is_asked_for_and_prompts_share_their_beginning(tmp_path: Path) -> None:
    run = desks.make_run(tmp_path)
    materials = reopen_materials(run)
    requests = [make_request(materials, run.manifest, "larkspur", persona) for persona in materials.personas.values()]
    assert all(request.schema["required"] == ["call"] and request.max_tokens < 50 for request in requests)
    assert requests[0].messages[0] == requests[1].messages[0]
    assert requests[0].messages[1].parts[0] == requests[1].messages[1].parts[0]


def run_with(root: Path, script: object) -> tuple[tuple[Ablated, ...], list[Request]]:
    seen: list[Request] = []

    def told(request: Request, number: int) -> object:
        seen.append(request)
        return script(request)  # type: ignore[operator]

    run: Run = desks.make_run(root)
    for seat in desks.SEATS[:2]:
        run.write_draft(desks.draft(seat))
    engine = ScriptedEngine(context_tokens=4096, script=told)  # type: ignore[arg-type]
    found = asyncio.run(ablate(run, reopen_materials(run), ["larkspur"], engine, lambda known, total: None))
    return found, seen


def test_a_server_that_tells_no_probabilities_is_read_by_its_words(tmp_path: Path) -> None:
    def answer(request: Request) -> str:
        properties = request.schema["properties"]
        if "argument" not in properties:
            return '{"call":"skip"}'
        words = {name: beat["enum"][0] for name, beat in properties["argument"]["properties"].items()}
        return json.dumps({"argument": words, "call": "ship"})

    found, seen = run_with(tmp_path, answer)
    assert [(one.own.call, one.neutral.call, one.own.p_ship) for one in found] == [(SKIP, SKIP, None)] * 2
    assert [one.argued and one.argued.call for one in found] == [SHIP, SHIP]
    assert len(seen) == 1 + 2 * 2 + 2  # neutral, every questions under every lens, and after each draft's words


def test_the_draft_s_own_words_are_what_the_call_is_asked_after(tmp_path: Path) -> None:
    _, seen = run_with(tmp_path, lambda request: None)
    words = [request.schema["properties"]["argument"] for request in seen if "argument" in request.schema["properties"]]
    assert words[0]["properties"]["primitive"]["enum"] == [desks.draft(desks.SEAT).beats[0].text]
    assert all(request.schema["properties"]["call"] == {"enum": ["ship", "skip"]} for request in seen)


def test_a_failing_engine_leaves_a_call_unknown_and_the_others_known(tmp_path: Path) -> None:
    def answer(request: Request) -> Exception | None:
        return EngineCrash("gone") if request.id == "larkspur/neutral" else None

    found, _ = run_with(tmp_path, answer)
    assert [one.by_persona for one in found] == [None, None] and all(one.own.call for one in found)
    assert found[0].seat == Seat(tool="larkspur", persona="dx")
