"""Ablation: which of a run's calls its personas cause, and which the model would make without them.

Each seat is asked for its call alone, under a schema that holds nothing else, so that one token's probabilities are all
that is paid for. It is asked three ways:

- *own*: the seat's own persona, as in the run, but without the argument;
- *neutral*: the same house rules and the same dossier under a reviewer without a lens, a voice or criteria, who has one
  plain question. One such answer serves all seats of a tool;
- *swapped*: the persona's own questions (its beats), under the name, lens, voice and criteria of each other persona.

A call that differs from the neutral one is caused by the persona; one that does not is the model's own opinion. Where
the swapped lenses keep a call that differs, the questions cause it and not the lens.

The run's call came after an argument, and may be yet another one: then the argument turned it. So there is a fourth
way, for the words that the run has:

- *argued*: the draft's own argument, word for word, under the seat's questions and the neutral reviewer's lens. Where
  this call is the run's, the words carry it, and the lens is no longer needed.

One deterministic answer each: the call is the likelier one at the token that decides, no sampling is in it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from panel.engine import Choice, Engine, Generation, Request
from panel.errors import RunError
from panel.materials import Materials
from panel.personas import CALL_MARKER, answer_limit_tokens, exact_schema
from panel.records import Beat, Call, Draft, Manifest, Persona, Record, Seat, Slug
from panel.store import Run

Cause = Literal["persona: its questions", "persona: its lens", "persona", "the model's own opinion", "unknown"]
CALL_ALONE: dict[str, Any] = {
    "type": "object",
    "properties": {"call": {"enum": [call.value for call in Call]}},
    "required": ["call"],
    "additionalProperties": False,
}
MARKER = '{"call":"'
_MOST_TOKENS = 24

NEUTRAL = Persona(
    slug="neutral",
    name="General reviewer",
    lens="The tool as a whole",
    voice="Plain sentences.",
    ships_when=("A reader should use it today.",),
    skips_when=("A reader should not use it today.",),
    beats=(Beat(id="summary", question="What is the tool, whom is it for, and does the dossier show that it works?"),),
)
"""The reviewer without a point of view: the house's own rule for the call, and nothing that leans."""

OnAnswer = Callable[[int, int], None]
"""Told how many calls are known, and of how many."""


class Asked(Record):
    """One call, made alone."""

    call: Call | None
    """None when the engine failed."""
    p_ship: float | None


class Ablated(Record):
    """One seat, asked every way."""

    seat: Seat
    run_call: Call | None
    """After its argument, as the model's draft has it; None where the seat is missing, or another model was asked."""
    run_p_ship: float | None
    own: Asked
    neutral: Asked
    swapped: dict[Slug, Asked]
    """By the persona whose lens it was."""
    argued: Asked | None
    """After the draft's own words, without the lens; None where there is no draft, or another model was asked."""

    @property
    def by_persona(self) -> bool | None:
        """Whether the persona causes the call: it is not the neutral reviewer's; None when either is not known."""
        if self.own.call is None or self.neutral.call is None:
            return None
        return self.own.call is not self.neutral.call

    @property
    def kept(self) -> int:
        """How many of the other lenses keep the call, the questions being the same."""
        return sum(asked.call is self.own.call for asked in self.swapped.values())

    @property
    def cause(self) -> Cause:
        """What causes the call."""
        if self.by_persona is None:
            return "unknown"
        if not self.by_persona:
            return "the model's own opinion"
        if not self.swapped:
            return "persona"
        return "persona: its questions" if 2 * self.kept > len(self.swapped) else "persona: its lens"

    @property
    def turned(self) -> bool | None:
        """Whether the argument turned the call; None when either is not known."""
        if self.run_call is None or self.own.call is None:
            return None
        return self.run_call is not self.own.call

    @property
    def carried(self) -> bool | None:
        """Whether the draft's words carry its call without the persona's lens; None when either is not known."""
        if self.run_call is None or self.argued is None or self.argued.call is None:
            return None
        return self.run_call is self.argued.call


async def ablate(
    run: Run,
    materials: Materials,
    tools: Sequence[str],
    engine: Engine,
    on_answer: OnAnswer,
    *,
    same_model: bool = True,
) -> tuple[Ablated, ...]:
    """Ask for the calls of a run's seats in every way; the engine is closed.

    Args:
        run: whose seats; it is only read.
        materials: the run's own.
        tools: which of its tools.
        engine: who is asked: the run's model, or another one.
        on_answer: is told how far it is.
        same_model: whether the engine is the run's; else the run's own calls are not set beside.

    Returns:
        The seats, tool by tool, personas in order.

    Raises:
        SetupError: a prompt cannot be rendered.
    """
    seats = [Seat(tool=tool, persona=persona) for tool in tools for persona in materials.personas]
    drafts = {seat: run.last_draft(seat) if same_model else None for seat in seats}
    requests = _make_requests(materials, run.manifest, drafts)
    known = 0

    async def ask(request: Request) -> Asked:
        nonlocal known
        try:
            answer = _read(await engine.generate(request))
        except RunError:
            answer = Asked(call=None, p_ship=None)
        known += 1
        on_answer(known, len(requests))
        return answer

    try:
        answers = dict(zip(requests, await asyncio.gather(*map(ask, requests.values())), strict=True))
    finally:
        await engine.aclose()
    return tuple(_gather(seat, drafts[seat], answers) for seat in seats)


_Key = tuple[str, str, str]
"""A tool, whose questions, whose lens; nobody's for the neutral reviewer, and `_ARGUED` after the draft's own words."""
_ARGUED = "argued"


def _make_requests(
    materials: Materials, manifest: Manifest, drafts: Mapping[Seat, Draft | None]
) -> dict[_Key, Request]:
    personas = materials.personas
    requests: dict[_Key, Request] = {}
    for seat, draft in drafts.items():
        persona = personas[seat.persona]
        requests[seat.tool, "", ""] = make_request(materials, manifest, seat.tool, NEUTRAL)
        for lens, other in personas.items():
            asked = persona if lens == seat.persona else swap_lens(persona, other)
            requests[seat.tool, seat.persona, f"lens {lens}"] = make_request(materials, manifest, seat.tool, asked)
        if draft is not None:
            unled = make_request(materials, manifest, seat.tool, swap_lens(persona, NEUTRAL))
            requests[seat.tool, seat.persona, _ARGUED] = _after_words(unled, persona, draft)
    return requests


def _after_words(request: Request, persona: Persona, draft: Draft) -> Request:
    """Ask for the call after a draft's own argument, which the schema spells word for word."""
    schema = exact_schema(draft.beats, draft.call)
    either = {**schema["properties"], "call": CALL_ALONE["properties"]["call"]}
    choice = Choice(CALL_MARKER, tuple(call.value for call in Call))
    limit = answer_limit_tokens(persona)
    return replace(request, schema={**schema, "properties": either}, choice=choice, max_tokens=limit)


def _gather(seat: Seat, draft: Draft | None, answers: Mapping[_Key, Asked]) -> Ablated:
    lenses = {
        lens.removeprefix("lens "): asked
        for (tool, persona, lens), asked in answers.items()
        if (tool, persona) == (seat.tool, seat.persona) and lens != _ARGUED
    }
    return Ablated(
        seat=seat,
        run_call=draft.call if draft else None,
        run_p_ship=draft.p_ship if draft else None,
        own=lenses.pop(seat.persona),
        neutral=answers[seat.tool, "", ""],
        swapped=lenses,
        argued=answers.get((seat.tool, seat.persona, _ARGUED)),
    )


def swap_lens(persona: Persona, other: Persona) -> Persona:
    """Put another persona's name, lens, voice and criteria over a persona's own questions."""
    lens = {name: getattr(other, name) for name in ("name", "lens", "voice", "ships_when", "skips_when")}
    return persona.model_copy(update=lens)


def make_request(materials: Materials, manifest: Manifest, tool: str, persona: Persona) -> Request:
    """Ask a reviewer for its call on a tool, and for nothing else.

    Raises:
        SetupError: the prompt cannot be rendered.
    """
    return Request(
        id=f"{tool}/{persona.slug}",
        messages=replace(materials, personas={persona.slug: persona}).messages(Seat(tool=tool, persona=persona.slug)),
        schema=CALL_ALONE,
        choice=Choice(MARKER, tuple(call.value for call in Call)),
        sampling=manifest.sampling,
        seed=manifest.seed,
        max_tokens=_MOST_TOKENS,
        timeout_s=manifest.seat_timeout_s,
    )


def _read(generation: Generation) -> Asked:
    probabilities = generation.probabilities
    if probabilities is None:
        # A server that tells none: the answer's last word is the call.
        found = re.search(rf'"({"|".join(Call)})"\s*}}\s*$', generation.text)
        return Asked(call=Call(found[1]) if found else None, p_ship=None)
    p_ship = probabilities[Call.SHIP.value]
    return Asked(call=Call.SHIP if p_ship >= probabilities[Call.SKIP.value] else Call.SKIP, p_ship=p_ship)
