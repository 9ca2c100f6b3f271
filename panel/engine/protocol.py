"""What every engine promises: one request in, one constrained text out.

An engine knows nothing of dossiers, personas or verdicts. It owns the model, its context and the thread that
context belongs to; callers own retries, checks and meaning. All engines pass `tests/engine/contract.py`.

Invariants: the same request (its seed included) gives the same text on the same engine, whatever else is pending;
a finished text always satisfies the request's schema; a request that cannot fit fails before any decoding.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

from panel.records import EngineIdentity, Sampling, sha256_of


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of the prompt.

    Attributes:
        role: who speaks.
        parts: the turn's text, cut where prompts are likely to part ways. An engine may keep what it computed for
            a run of leading parts and use it for the next prompt that begins the same.
    """

    role: Literal["system", "user"]
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A place in the text where the model must decide between a few words.

    Attributes:
        marker: the text right before the decision, unique in the answer.
        options: the words; each is followed by a closing quote.
    """

    marker: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """One text to write.

    Attributes:
        id: the caller's name for it, for progress and messages.
        messages: the prompt. All of it is outside text to the engine: none of it can become a control token.
        schema: the JSON Schema the answer satisfies.
        grammar: for the same answer, in llguidance's Lark dialect, where a schema cannot say enough; an engine that can
            follow it does, in the schema's place. "" is none.
        choice: the decision whose probabilities are wanted.
        sampling: every sampling setting.
        seed: 32 bits.
        max_tokens: how long the answer may grow, in tokens.
        timeout_s: seconds of the engine's own work on this request; waiting for its turn is not counted.
        sample_choice: whether the choice is drawn from its probabilities; else it is the likeliest option.
        logprobs: whether the log-probability of every token is wanted.
    """

    id: str
    messages: tuple[Message, ...]
    schema: Mapping[str, Any]
    choice: Choice | None
    sampling: Sampling
    seed: int
    max_tokens: int
    timeout_s: float
    sample_choice: bool = False
    logprobs: bool = False
    grammar: str = ""

    def prompt_sha256(self) -> str:
        """Hash the prompt's words and their cuts (not the schema, the seed or the sampling)."""
        # A page may hold half a surrogate pair, which has no UTF-8; it is spelled out here.
        return sha256_of(
            [
                [message.role, [part.encode("utf-8", "backslashreplace").decode() for part in message.parts]]
                for message in self.messages
            ]
        )


_ROUNDING = 1e-6
"""How far the sum of a server's rounded numbers may lie outside 0 to 1."""


@dataclass(frozen=True, slots=True)
class Generation:
    """What an engine wrote.

    Attributes:
        text: the whole answer.
        finish: `stop` when the schema is satisfied, `length` when `max_tokens` ended it early.
        probabilities: of each option of the request's choice, summing to 1; None when the answer was cut off
            before its choice or has none.
        prompt_tokens: length of the prompt.
        cached_tokens: how many of them were reused from earlier work.
        completion_tokens: length of the answer.
        duration_s: seconds of the engine's own work; what a step of several requests takes is shared between them.
        logprobs: when asked for, the natural logarithm of each token's probability under the model alone, before any
            grammar, penalty or temperature; None when not asked for or when the engine cannot tell.
        token_bytes: beside `logprobs`, how many bytes of the text's UTF-8 each token spells.
    """

    text: str
    finish: Literal["stop", "length"]
    probabilities: Mapping[str, float] | None
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    duration_s: float
    logprobs: tuple[float, ...] | None = None
    token_bytes: tuple[int, ...] | None = None

    def probability(self, option: str) -> float | None:
        """Return an option's probability, 0 to 1; None when it is not known, or is told as what is no probability."""
        told = (self.probabilities or {}).get(option)
        if told is None or not -_ROUNDING <= told <= 1 + _ROUNDING:  # NaN is in no interval
            return None
        return min(max(told, 0.0), 1.0)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a request is: `tokens` of at most `total` in this phase."""

    request_id: str
    phase: Literal["prefill", "decode"]
    tokens: int
    total: int


OnProgress = Callable[[Progress], None]
"""Called from any thread; must be quick and must not raise."""


class Engine(Protocol):
    """Writes constrained text.

    Errors of `generate`: ContextOverflow (before decoding, with its numbers), EngineTimeout, EngineCrash, and
    SetupError when the schema is no grammar or the model's chat template cannot carry the prompt.
    Cancelling the awaiting task stops the work within a step.
    """

    @property
    def identity(self) -> EngineIdentity:
        """Which model writes, down to its bytes."""
        ...

    async def generate(self, request: Request, on_progress: OnProgress | None = None) -> Generation:
        """Write one text. Safe to await many at once; the engine decides their order."""
        ...

    async def aclose(self) -> None:
        """Stop what is pending or being written (EngineCrash) and free the model. Calling it twice is fine."""
        ...


async def resample(engine: Engine, request: Request, count: int) -> tuple[Generation, ...]:
    """Ask for further answers to one request, its choice drawn and not decided, each with a seed of its own.

    They share the whole prompt, so that an engine which keeps prefixes only pays for the answers. For a sample of
    calls alone, ask with a schema that holds the call alone.
    """
    drawn = [replace(request, seed=_sample_seed(request.seed, number), sample_choice=True) for number in range(count)]
    return tuple(await asyncio.gather(*(engine.generate(one) for one in drawn)))


def _sample_seed(seed: int, number: int) -> int:
    return int(sha256_of(["sample", seed, number])[:8], 16)
