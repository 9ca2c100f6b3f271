"""Asking for a call twice, with a flagged passage and without it: does the passage make the call?

What is measured is the call asked for directly, before any argument. A drafted argument cannot be kept for the second
question: it was written under the passage and carries it on, so that the same words lead to the same call whatever the
dossier says. Writing a second argument would be a second draft, with a draft's price and its chance. Asked directly,
both sides see the same words but for the passage, nothing is sampled, and an answer is one token after the prompt.

Such a call is a probe, never a verdict: the panel argues first, and a call asked directly leans elsewhere than the one
that an argument leads to. Only the two probes are compared, with each other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from panel.engine import Choice, Engine, Message, Request
from panel.errors import RunError
from panel.quarantine.findings import likelier_call
from panel.quarantine.flags import Flag
from panel.records import Call, Flagged, Persona, Quarantine, Sampling

CALL_SCHEMA = {
    "type": "object",
    "properties": {"call": {"enum": [call.value for call in Call]}},
    "required": ["call"],
    "additionalProperties": False,
}
"""The call and nothing else."""

_CHOICE = Choice('{"call":"', tuple(call.value for call in Call))
_PLAIN = Sampling(temperature=0.0, top_k=0, top_p=1.0, min_p=0.0, repetition_penalty=1.0, penalty_window=0)
_MAX_TOKENS = 24


@dataclass(frozen=True, slots=True)
class Recheck:
    """One seat's call, asked for directly on two dossiers.

    Attributes:
        p_ship_with: the probability of `ship` with the flagged passages.
        p_ship_without: the same without them.
    """

    p_ship_with: float
    p_ship_without: float

    @property
    def call_with(self) -> Call:
        """The likelier call with the passages."""
        return likelier_call(self.p_ship_with)

    @property
    def call_without(self) -> Call:
        """The likelier call without them."""
        return likelier_call(self.p_ship_without)

    @property
    def is_flip(self) -> bool:
        """Whether the passages decide the call."""
        return self.call_with is not self.call_without


def call_messages(house: str, dossier: Sequence[str], persona: Persona, tool_name: str) -> tuple[Message, ...]:
    """Word the question for a seat's call alone.

    The seat's own prompt asks for an argument; answered with a call alone it would be answered badly. So the lens and
    the conditions stand here, and one question.

    Args:
        house: the house's rules, rendered.
        dossier: the rendered dossier, in as many parts as are shared with other requests.
        persona: whose call it is.
        tool_name: of the tool.
    """
    lines = [
        f"YOUR SEAT: {persona.name}. {persona.lens}",
        "Ship when:",
        *(f"- {line}" for line in persona.ships_when),
        "Skip when:",
        *(f"- {line}" for line in persona.skips_when),
        f"Would you ship {tool_name} today, or skip it? Answer in JSON with the call alone: ship or skip.",
    ]
    return (Message("system", (house,)), Message("user", (*dossier, "\n".join(lines) + "\n\n")))


def call_request(name: str, messages: tuple[Message, ...], *, timeout_s: float) -> Request:
    """Ask for a call alone, nothing sampled."""
    return Request(
        id=name,
        messages=messages,
        schema=CALL_SCHEMA,
        choice=_CHOICE,
        sampling=_PLAIN,
        seed=0,
        max_tokens=_MAX_TOKENS,
        timeout_s=timeout_s,
    )


async def ask_p_ship(engine: Engine, request: Request) -> float:
    """Ask for a call alone and read the probability of `ship`.

    Raises:
        RunError: the engine failed, or cannot tell probabilities.
    """
    p_ship = (await engine.generate(request)).probability(Call.SHIP.value)
    if p_ship is None:
        raise RunError("the engine does not tell how sure it is of a call", hint="Use the engine `llama`.")
    return p_ship


async def recheck_call(engine: Engine, request_with: Request, request_without: Request) -> Recheck:
    """Ask for one seat's call with the flagged passages and without them.

    Args:
        engine: the run's own.
        request_with: `call_request` on the dossier as it was reviewed.
        request_without: the same on what `leave_out` leaves of it.

    Raises:
        RunError: the engine failed, or cannot tell probabilities.
        ValueError: a request asks for more than a call.
    """
    if any(request.schema != CALL_SCHEMA for request in (request_with, request_without)):
        raise ValueError("only requests for a call alone can be compared")
    with_passage, without = await asyncio.gather(ask_p_ship(engine, request_with), ask_p_ship(engine, request_without))
    return Recheck(with_passage, without)


def hold_quarantine(flags: Sequence[Flag], recheck: Recheck | None) -> Quarantine:
    """Write down what was flagged and what became of the call without it; no recheck is one that nobody could do."""
    return Quarantine(
        flagged=tuple(Flagged(evidence=flag.evidence, quote=flag.quote, reasons=flag.reasons) for flag in flags),
        p_ship_with=recheck.p_ship_with if recheck else None,
        p_ship_without=recheck.p_ship_without if recheck else None,
    )
