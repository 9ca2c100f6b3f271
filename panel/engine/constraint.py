"""The grammar of one answer: a JSON Schema compiled by llguidance, walked token by token.

A matcher in an error state masks everything and looks like an immediate stop, so every step asks it for errors.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

import llguidance
import llguidance.numpy

from panel.engine.protocol import Choice
from panel.engine.sampling import TokenIds, allowed_ids
from panel.errors import EngineCrash, SetupError

KEPT_GRAMMARS = 64
"""How many compiled grammars are kept: a seat's revisions and samples follow its draft closely."""


# A locked answer's lexer counts letters while it follows words; a step of it can cost what a whole schema does. The
# library's own limits guard against strangers' grammars: theirs end an answer in its middle.
_LIMITS = llguidance.LLParserLimits(
    initial_lexer_fuel=20_000_000, step_lexer_fuel=20_000_000, max_lexer_states=2_000_000, verbose_errors=False
)


class Grammars:
    """Compiles schemas once; what a matcher learns of its grammar is shared by all copies of it."""

    def __init__(self, tokenizer: llguidance.LLTokenizer) -> None:
        self._tokenizer = tokenizer
        self._compiled: OrderedDict[str, llguidance.LLMatcher] = OrderedDict()

    def constrain(self, schema: Mapping[str, Any], choice: Choice | None, grammar: str = "") -> Constraint:
        """Begin an answer under a schema, or under a stricter grammar.

        Raises:
            SetupError: the schema or the grammar is none.
        """
        source = grammar or json.dumps(schema)
        if source not in self._compiled:
            self._compiled[source] = _compile(self._tokenizer, source, is_schema=not grammar)
            if len(self._compiled) > KEPT_GRAMMARS:
                self._compiled.popitem(last=False)
        self._compiled.move_to_end(source)
        return Constraint(self._tokenizer, self._compiled[source].deep_copy(), choice)


def _compile(tokenizer: llguidance.LLTokenizer, source: str, *, is_schema: bool) -> llguidance.LLMatcher:
    try:
        if is_schema:
            grammar = llguidance.LLMatcher.grammar_from_json_schema(source, overrides={"whitespace_flexible": False})
        else:
            grammar = llguidance.LLMatcher.grammar_from_lark(source)
    except ValueError as error:
        raise SetupError(f"the answer's schema cannot become a grammar: {error}") from error
    matcher = llguidance.LLMatcher(tokenizer, grammar, log_level=0, limits=_LIMITS)
    if matcher.is_error():
        raise SetupError(f"the answer's schema cannot become a grammar: {matcher.get_error()}")
    return matcher


class Constraint:
    """Walks one answer through its grammar and knows what has been written."""

    def __init__(self, tokenizer: llguidance.LLTokenizer, matcher: llguidance.LLMatcher, choice: Choice | None) -> None:
        self._tokenizer = tokenizer
        self._matcher = matcher
        self._choice = choice
        self._marker = choice.marker.encode() if choice else b""
        self._decided = choice is None
        self.written = b""
        self.token_bytes: list[int] = []
        self.masks = 0

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

    def allows(self, token: int) -> bool:
        """Tell whether one token may follow; much cheaper than all that may."""
        valid: int = self._matcher.validate_tokens([token])
        return valid == 1

    def allowed(self) -> TokenIds:
        """Return the ids that may follow, sorted."""
        self.masks += 1
        bitmask = llguidance.numpy.allocate_token_bitmask(1, self._tokenizer.vocab_size)
        llguidance.numpy.fill_next_token_bitmask(self._matcher, bitmask)
        self._check()
        ids = allowed_ids(bitmask[0], self._tokenizer.vocab_size)
        if not ids.size:
            raise EngineCrash("the grammar allows no token at all")
        return ids

    def take(self, token: int) -> None:
        """Append one token."""
        self._matcher.consume_token(token)
        self._check()
        # An end of text may be the only way to finish a number; it is no part of the answer.
        spelled = b"" if token == self._tokenizer.eos_token else self._tokenizer.decode_bytes([token])
        self.written += spelled
        self.token_bytes.append(len(spelled))

    def decision(self) -> dict[str, list[int]] | None:
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
        exclusive = _exclusive_tokens(rest, self.allowed().tolist(), self._tokenizer)
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
