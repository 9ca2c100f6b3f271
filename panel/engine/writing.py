"""One request being written: prefill, then token after token, under its grammar.

Knows nothing of threads, queues or futures; it asks before every step whether it is still wanted. Which requests
there are and which is next is `panel.engine.worker`'s.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Literal, Protocol

import llguidance
import numpy as np

from panel.engine.chat import ChatTemplate, Segment
from panel.engine.constraint import Constraint
from panel.engine.protocol import Generation, OnProgress, Progress, Request
from panel.engine.sampling import Logits, pick_token, weigh_options
from panel.errors import EngineCrash, EngineTimeout
from panel.records import EngineIdentity

BATCH_TOKENS = 512
"""Prefill goes through the model in pieces of this many tokens, counted from a segment's start."""

PROGRESS_EVERY = 8

Tokens = tuple[int, ...]


class TokenModel(Protocol):
    """What is needed of a model; `panel.engine.llama.LlamaContext` is the real one."""

    identity: EngineIdentity
    context_tokens: int
    tokenizer: llguidance.LLTokenizer
    chat: ChatTemplate

    def tokenize(self, segment: Segment, *, first: bool) -> Tokens: ...  # noqa: D102
    def truncate(self, length: int) -> bool: ...  # noqa: D102
    def decode(self, tokens: Sequence[int], position: int) -> None: ...  # noqa: D102
    def logits(self) -> Logits: ...  # noqa: D102
    def close(self) -> None: ...  # noqa: D102


class Writing:
    """Writes one request.

    Args:
        model: the model, owned by the calling thread.
        request: what to write.
        segments: the prompt's tokens, none of the segments empty.
        held: the segments the context holds, in order; kept true to the context, step by step.
        shared: how many leading segments of `held` this prompt begins with.
        check_wanted: called before every step; raises when the text is no longer wanted.
        on_progress: told how far it is.
    """

    def __init__(
        self,
        model: TokenModel,
        request: Request,
        segments: Sequence[Tokens],
        held: list[Tokens],
        *,
        shared: int,
        check_wanted: Callable[[], None],
        on_progress: OnProgress,
    ) -> None:
        self._model, self._request, self._segments, self._held = model, request, segments, held
        self._shared, self._check_wanted, self._on_progress = shared, check_wanted, on_progress
        self._started = time.monotonic()
        self._sampled: list[int] = []
        self._count = 0
        self._probabilities: dict[str, float] | None = None
        self._rng = np.random.Generator(np.random.PCG64(request.seed))

    def write(self) -> Generation:
        """Prefill what is not shared, then decode until the grammar is satisfied.

        Raises:
            EngineTimeout: the request's time is used up.
            EngineCrash: the model or the grammar failed.
            SetupError: the request's schema cannot become a grammar.
        """
        limit = self._request.max_tokens
        constraint = Constraint(self._model.tokenizer, self._request.schema, self._request.choice)
        position, cached = self._prefill()
        queue: list[int] = []
        while True:
            forced = constraint.forced(limit - self._count)
            queue += forced
            self._count += len(forced)
            if constraint.finished or self._count >= limit:
                break
            position = self._decode(queue, position)
            queue = [self._choose(constraint)]
            self._count += 1
            if self._count % PROGRESS_EVERY == 0:
                self._tell("decode", self._count, limit)
        return Generation(
            text=constraint.written.decode("utf-8", "replace"),
            finish="stop" if constraint.finished else "length",
            probabilities=self._probabilities,
            prompt_tokens=sum(map(len, self._segments)),
            cached_tokens=cached,
            completion_tokens=self._count,
            duration_s=time.monotonic() - self._started,
        )

    def _prefill(self) -> tuple[int, int]:
        """Compute the segments that the context lacks.

        Returns:
            The prompt's length, and how much of it was there already, in tokens.
        """
        del self._held[self._shared :]
        cached = sum(map(len, self._held))
        if not self._model.truncate(cached):
            cached = 0
            self._held.clear()
        position, total = cached, sum(map(len, self._segments))
        for segment in self._segments[len(self._held) :]:
            self._tell("prefill", position, total)
            position = self._decode(segment, position)
            self._held.append(segment)
        self._tell("prefill", total, total)
        return position, cached

    def _decode(self, tokens: Sequence[int], position: int) -> int:
        for start in range(0, len(tokens), BATCH_TOKENS):
            self._check_wanted()
            self._check_time()
            piece = tokens[start : start + BATCH_TOKENS]
            self._model.decode(piece, position)
            position += len(piece)
        return position

    def _choose(self, constraint: Constraint) -> int:
        allowed = constraint.allowed()
        logits = self._model.logits()
        _check_numbers(logits[allowed])
        decision = constraint.decision(allowed)
        if decision is None:
            token = pick_token(logits, allowed, self._sampled, self._request.sampling, self._rng)
            if allowed.size > 1:
                self._sampled.append(token)
        else:
            # The call is the likelier option, so that a printed probability never contradicts its call.
            self._probabilities, tokens = weigh_options(logits, decision)
            token = tokens[max(self._probabilities.items(), key=lambda item: item[1])[0]]
        constraint.take(token)
        return token

    def _check_time(self) -> None:
        spent_s = time.monotonic() - self._started
        if spent_s > self._request.timeout_s:
            raise EngineTimeout(
                f"{self._request.id}: no verdict after {spent_s:.0f} s ({self._count} tokens written)",
                hint="Raise seat_timeout_s in panel.toml, or choose a smaller model.",
            )

    def _tell(self, phase: Literal["prefill", "decode"], tokens: int, total: int) -> None:
        self._on_progress(Progress(self._request.id, phase, tokens, total))


def _check_numbers(scores: Logits) -> None:
    # Some models score a token they never want minus infinity; anything else that is not finite is broken.
    if np.isnan(scores).any() or not np.isfinite(scores.max()):
        raise EngineCrash("the model answered with numbers that are not finite")
