"""One answer being written: what its tokens are, which come next, and what the model's scores make of them.

Knows nothing of contexts, batches or time: it says which tokens to compute (`due`) and reads the scores that come
back (`read`). Two tokens are computed a step: the last one chosen and, behind it, either the next one that the
grammar forces or a guess. A guess that turns out to be what is chosen saves a step; any other is dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from panel.engine.constraint import Constraint
from panel.engine.lookup import Lookup
from panel.engine.protocol import Request
from panel.engine.sampling import Logits, log_probability, pick_token, weigh_options
from panel.errors import EngineCrash

PAIR = 2
"""Tokens a step computes of each answer, where the model can take one back."""


class Writing:
    """Writes one answer.

    Args:
        request: what to write.
        constraint: its grammar, at the beginning.
        lookup: what the prompt says, for guesses; None when the model cannot take a token back.
    """

    def __init__(self, request: Request, constraint: Constraint, lookup: Lookup | None) -> None:
        self._request, self._constraint, self._lookup = request, constraint, lookup
        self._rng = np.random.Generator(np.random.PCG64(request.seed))
        self._chosen: list[int] = []
        self._ahead: list[int] = []
        self._logprobs: list[float] = []
        self._count = 0
        self._is_cut = False
        self.probabilities: dict[str, float] | None = None

    def begin(self, scores: Logits) -> None:
        """Choose the first tokens from the scores after the prompt, shape (vocabulary,); changes them."""
        if self._force():
            self._note(scores, self._ahead[0])
        else:
            self._choose(scores)

    @property
    def finish(self) -> Literal["stop", "length"] | None:
        """How the answer ended; None while it is being written."""
        if self._constraint.finished:
            return "stop"
        return "length" if self._is_cut else None

    @property
    def done(self) -> bool:
        """Whether nothing is left to compute: the last tokens' own scores are wanted only for log-probabilities."""
        return self.finish is not None and not (self._request.logprobs and len(self._ahead) > 1)

    @property
    def text(self) -> str:
        """What is written so far."""
        return self._constraint.written.decode("utf-8", "replace")

    @property
    def count(self) -> int:
        """How many tokens are written."""
        return self._count

    @property
    def masks(self) -> int:
        """How often the grammar's whole mask was needed."""
        return self._constraint.masks

    @property
    def logprobs(self) -> tuple[float, ...] | None:
        """The log-probability of each token, if the request asks for it."""
        return tuple(self._logprobs) if self._request.logprobs else None

    @property
    def token_bytes(self) -> tuple[int, ...] | None:
        """How many bytes each token spells, if the request asks for log-probabilities."""
        return tuple(self._constraint.token_bytes) if self._request.logprobs else None

    def due(self) -> list[int]:
        """Return the tokens to compute next, one or two."""
        if self._lookup is None:
            return self._ahead[:1]
        if len(self._ahead) >= PAIR:
            return self._ahead[:PAIR]
        return [self._ahead[0], self._lookup.guess()]

    def read(self, computed: Sequence[int], scores: Sequence[Logits]) -> int:
        """Take the scores after each computed token, each of shape (vocabulary,); changes them.

        Returns:
            How many of the computed tokens belong to the answer; what was computed behind them is to be dropped.

        Raises:
            EngineCrash: the scores are no numbers, or the grammar broke.
        """
        kept = 0
        for token, row in zip(computed, scores, strict=True):
            if token != self._ahead[0]:
                break
            kept += 1
            self._ahead.pop(0)
            if self._ahead:
                self._note(row, self._ahead[0])
            else:
                self._choose(row)
            if self.done:
                break
        return kept

    def _choose(self, scores: Logits) -> None:
        _check_numbers(scores)
        constraint = self._constraint
        decision = constraint.decision()
        if decision is None:
            raw = scores.copy() if self._request.logprobs else scores
            token = pick_token(scores, constraint, self._chosen, self._request.sampling, self._rng)
            if not np.isfinite(scores[token]):
                raise _not_finite()
            self._chosen.append(token)
            self._note(raw, token)
        else:
            self.probabilities, tokens = weigh_options(scores, decision)
            token = tokens[self._decide(self.probabilities)]
            self._note(scores, token)
        constraint.take(token)
        self._go_on([token])
        self._force()

    def _decide(self, probabilities: dict[str, float]) -> str:
        # The likelier option, so that a printed probability never contradicts its call; a sample on request.
        if not self._request.sample_choice:
            return max(probabilities.items(), key=lambda item: item[1])[0]
        drawn = self._rng.random()
        for option, share in probabilities.items():
            drawn -= share
            if drawn < 0:
                return option
        return option

    def _force(self) -> bool:
        forced = self._constraint.forced(self._request.max_tokens - self._count)
        self._go_on(forced)
        self._is_cut = not self._constraint.finished and self._count >= self._request.max_tokens
        return bool(forced)

    def _go_on(self, tokens: Sequence[int]) -> None:
        self._count += len(tokens)
        self._ahead += tokens
        if self._lookup is not None:
            for token in tokens:
                self._lookup.extend(token)

    def _note(self, scores: Logits, token: int) -> None:
        if self._request.logprobs:
            self._logprobs.append(log_probability(scores, token))


def _check_numbers(scores: Logits) -> None:
    # Some models score a token they never want minus infinity; anything else that is not finite is broken.
    if not np.isfinite(scores.max()):
        raise _not_finite()


def _not_finite() -> EngineCrash:
    return EngineCrash("the model answered with numbers that are not finite")
