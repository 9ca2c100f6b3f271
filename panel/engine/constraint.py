"""The grammar of one answer: a JSON Schema compiled by llguidance, walked token by token.

A matcher in an error state masks everything and looks like an immediate stop, so every step asks it for errors.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import llguidance
import llguidance.numpy

from panel.engine.protocol import Choice
from panel.engine.sampling import TokenIds, allowed_ids
from panel.errors import EngineCrash, SetupError


class Constraint:
    """Walks one answer through its grammar and knows what has been written."""

    def __init__(self, tokenizer: llguidance.LLTokenizer, schema: Mapping[str, Any], choice: Choice | None) -> None:
        grammar = llguidance.LLMatcher.grammar_from_json_schema(
            json.dumps(schema), overrides={"whitespace_flexible": False}
        )
        self._tokenizer = tokenizer
        self._matcher = llguidance.LLMatcher(tokenizer, grammar, log_level=0)
        if self._matcher.is_error():
            raise SetupError(f"the answer's schema cannot become a grammar: {self._matcher.get_error()}")
        self._bitmask = llguidance.numpy.allocate_token_bitmask(1, tokenizer.vocab_size)
        self._choice = choice
        self._marker = choice.marker.encode() if choice else b""
        self._decided = choice is None
        self.written = b""

    @property
    def finished(self) -> bool:
        """Whether the schema is satisfied and nothing may follow."""
        stopped: bool = self._matcher.is_stopped()
        return stopped

    def forced(self, room: int) -> list[int]:
        """Return the tokens the grammar leaves no choice about, at most `room` of them, already taken."""
        tokens: list[int] = self._matcher.compute_ff_tokens()[: max(room, 0)]
        for token in tokens:
            self.take(token)
        return tokens

    def allowed(self) -> TokenIds:
        """Return the ids that may follow, sorted."""
        llguidance.numpy.fill_next_token_bitmask(self._matcher, self._bitmask)
        self._check()
        ids = allowed_ids(self._bitmask[0], self._tokenizer.vocab_size)
        if not ids.size:
            raise EngineCrash("the grammar allows no token at all")
        return ids

    def take(self, token: int) -> None:
        """Append one token."""
        self._matcher.consume_token(token)
        self._check()
        # An end of text may be the only way to finish a number; it is no part of the answer.
        if token != self._tokenizer.eos_token:
            self.written += self._tokenizer.decode_bytes([token])

    def decision(self, allowed: TokenIds) -> dict[str, list[int]] | None:
        """Tell whether the next token decides the choice.

        A place is a decision only where the grammar allows nothing but the options: text that happens to
        follow the marker's words is none.

        Returns:
            For each option, the allowed tokens that begin it and no other; None when this is no decision, or not
            every option has such a token yet.
        """
        if self._decided or self._choice is None or self._marker not in self.written:
            return None
        tail = self.written.rpartition(self._marker)[2]
        ends = [(option, f'{option}"'.encode()) for option in self._choice.options]
        rest = {option: end[len(tail) :] for option, end in ends if end.startswith(tail)}
        if len(rest) < len(ends):
            return None
        exclusive = _exclusive_tokens(rest, allowed.tolist(), self._tokenizer)
        self._decided = exclusive is not None
        return exclusive

    def _check(self) -> None:
        if self._matcher.is_error():
            raise EngineCrash(f"the grammar broke: {self._matcher.get_error()}")


def _exclusive_tokens(
    rest: Mapping[str, bytes], allowed: Sequence[int], tokenizer: llguidance.LLTokenizer
) -> dict[str, list[int]] | None:
    exclusive: dict[str, list[int]] = {option: [] for option in rest}
    for token in allowed:
        piece = tokenizer.decode_bytes([token])
        fits = [option for option, end in rest.items() if piece and (end.startswith(piece) or piece.startswith(end))]
        if not fits:
            return None
        if len(fits) == 1:
            exclusive[fits[0]].append(token)
    return exclusive if all(exclusive.values()) else None
