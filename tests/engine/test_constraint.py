from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import llguidance
import numpy as np
import pytest

from panel.engine import Choice
from panel.engine.constraint import KEPT_GRAMMARS, Constraint, Grammars
from panel.engine.llama import LlamaContext
from panel.errors import EngineCrash, SetupError
from panel.personas import CALL_MARKER, answer_limit_tokens, answer_schema, load_personas
from panel.records import Persona

from .asking import CALL, closed_object, line_schema

PERSONAS = {loaded.persona.slug: loaded.persona for loaded in load_personas(Path(__file__).parents[2] / "personas")}
OPTIONS = ("ship", "skip")
SENTENCE = closed_object(
    {"line": {"type": "string", "pattern": "^[A-Z][a-z ]{5,40}[.]$"}, "call": {"enum": list(OPTIONS)}}
)


@pytest.fixture(scope="module")
def tokenizer(context: LlamaContext) -> llguidance.LLTokenizer:
    return context.tokenizer


@pytest.fixture(scope="module")
def plain_tokens(tokenizer: llguidance.LLTokenizer) -> np.ndarray[Any, Any]:
    """Which tokens are short ASCII: random ones of all kinds would rarely make more than a word."""
    pieces = [tokenizer.decode_bytes([token]) for token in range(tokenizer.vocab_size)]
    return np.array([len(piece) < 8 and piece.isascii() for piece in pieces])


def wander(constraint: Constraint, rng: np.random.Generator, liked: Any, limit: int, *, whole: bool = True) -> int:
    """Take random allowed tokens until the grammar is satisfied; returns how many, forced ones included."""
    count = 0
    while True:
        count += len(constraint.forced(limit))
        if constraint.finished or (count >= limit and not whole):
            return count
        assert count < limit
        allowed = constraint.allowed()
        tame = allowed[liked[allowed]]
        pool = tame if tame.size and rng.random() < 0.8 else allowed
        constraint.take(int(pool[rng.integers(pool.size)]))
        count += 1


@pytest.mark.parametrize("persona", PERSONAS.values(), ids=PERSONAS)
def test_random_tokens_make_a_verdict(persona: Persona, tokenizer: llguidance.LLTokenizer, plain_tokens: Any) -> None:
    schema = answer_schema(persona)
    for seed in range(2):
        constraint = Grammars(tokenizer).constrain(schema, Choice(CALL_MARKER, OPTIONS))
        count = wander(constraint, np.random.default_rng(seed), plain_tokens, 4000)
        answer = json.loads(constraint.written)
        jsonschema.validate(answer, schema)
        assert list(answer["argument"]) == [beat.id for beat in persona.beats]
        assert all(beat.min_chars <= len(answer["argument"][beat.id]) <= 4 * beat.max_chars for beat in persona.beats)
        assert count <= answer_limit_tokens(persona)


def test_the_real_personas_are_all_here() -> None:
    assert set(PERSONAS) == {"dx", "competition", "futurist", "business"}


def type_in(constraint: Constraint, text: str, tokenizer: llguidance.LLTokenizer) -> None:
    for token in tokenizer.tokenize_str(text):
        constraint.take(token)


def test_the_decision_names_tokens_of_one_option_only(tokenizer: llguidance.LLTokenizer) -> None:
    constraint = Grammars(tokenizer).constrain(SENTENCE, CALL)
    constraint.forced(50)
    type_in(constraint, "A tool that sorts the mail.", tokenizer)
    assert constraint.decision() is None
    constraint.forced(50)
    assert constraint.written.endswith(b'","call":"')
    decision = constraint.decision()
    assert decision is not None
    pieces = {option: {tokenizer.decode_bytes([token]) for token in tokens} for option, tokens in decision.items()}
    assert b"ship" in pieces["ship"] and b"skip" in pieces["skip"]
    assert all(piece.startswith((b"sh", b"sk")) for found in pieces.values() for piece in found)
    assert not pieces["ship"] & pieces["skip"]
    assert constraint.decision() is None  # asked once


def test_a_decision_may_come_after_a_shared_beginning() -> None:
    bytewise = llguidance.LLTokenizer("byte")
    constraint = Grammars(bytewise).constrain(SENTENCE, CALL)
    constraint.forced(50)
    type_in(constraint, "A tool for mail.", bytewise)
    constraint.forced(50)
    assert constraint.written.endswith(b'"call":"s')
    assert constraint.decision() == {"ship": [ord("h")], "skip": [ord("k")]}


def test_text_after_the_marker_is_no_decision(tokenizer: llguidance.LLTokenizer) -> None:
    beat = {"type": "string", "pattern": "^[a-z ]{4,30}$"}
    schema = closed_object({"argument": closed_object({"call": beat}), "call": {"enum": list(OPTIONS)}})
    constraint = Grammars(tokenizer).constrain(schema, Choice('"call":"', OPTIONS))
    constraint.forced(50)
    assert constraint.written.endswith(b'"call":"')
    assert constraint.decision() is None
    type_in(constraint, "ship it", tokenizer)
    assert constraint.decision() is None
    type_in(constraint, '"', tokenizer)
    constraint.forced(50)
    decision = constraint.decision()
    assert decision is not None and set(decision) == set(OPTIONS)


def test_an_option_the_schema_forbids_makes_no_decision(tokenizer: llguidance.LLTokenizer) -> None:
    schema = closed_object({"line": {"enum": ["x"]}, "call": {"enum": ["ship", "stop"]}})
    constraint = Grammars(tokenizer).constrain(schema, CALL)
    constraint.forced(50)
    assert constraint.decision() is None


def test_without_a_choice_nothing_is_decided(tokenizer: llguidance.LLTokenizer) -> None:
    constraint = Grammars(tokenizer).constrain(closed_object({"call": {"enum": list(OPTIONS)}}), None)
    constraint.forced(50)
    assert constraint.decision() is None


def test_forced_tokens_are_counted_out(tokenizer: llguidance.LLTokenizer) -> None:
    constraint = Grammars(tokenizer).constrain(line_schema(), CALL)
    assert constraint.forced(0) == []
    first = constraint.forced(1)
    assert len(first) == 1
    assert constraint.written == tokenizer.decode_bytes(first)
    constraint.forced(50)
    assert constraint.written == b'{"line":"'


def test_an_end_of_text_is_not_written(tokenizer: llguidance.LLTokenizer) -> None:
    constraint = Grammars(tokenizer).constrain({"type": "integer"}, None)
    type_in(constraint, "42", tokenizer)
    assert not constraint.finished
    constraint.take(tokenizer.eos_token)
    assert constraint.finished
    assert constraint.written == b"42"


def test_a_token_the_grammar_forbids_is_a_crash(tokenizer: llguidance.LLTokenizer) -> None:
    constraint = Grammars(tokenizer).constrain(line_schema(), CALL)
    with pytest.raises(EngineCrash, match="the grammar broke"):
        type_in(constraint, "Sure! Here is", tokenizer)
    with pytest.raises(EngineCrash, match="the grammar broke"):
        constraint.allowed()


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "nonsense"},
        {"type": "string", "pattern": "("},
        {"type": "object", "properties": {"a": {"$ref": "#/nowhere"}}},
        {"type": "string", "minLength": 5, "maxLength": 3},
        {"enum": []},
    ],
)
def test_a_schema_that_is_no_grammar_is_a_setup_error(
    schema: dict[str, Any], tokenizer: llguidance.LLTokenizer
) -> None:
    with pytest.raises(SetupError, match="schema"):
        Grammars(tokenizer).constrain(schema, None)


@pytest.mark.parametrize("persona", PERSONAS.values(), ids=PERSONAS)
def test_what_one_token_is_asked_agrees_with_the_mask(
    persona: Persona, tokenizer: llguidance.LLTokenizer, plain_tokens: Any
) -> None:
    rng = np.random.default_rng(3)
    constraint = Grammars(tokenizer).constrain(answer_schema(persona), Choice(CALL_MARKER, OPTIONS))
    for _ in range(12):
        wander(constraint, rng, plain_tokens, 25, whole=False)
        if constraint.finished:
            break
        allowed = set(constraint.allowed().tolist())
        asked = [*rng.choice(sorted(allowed), 20), *rng.integers(0, tokenizer.vocab_size, 100), tokenizer.eos_token]
        for token in map(int, asked):
            assert constraint.allows(token) is (token in allowed)


def test_copies_of_a_grammar_do_not_disturb_each_other(tokenizer: llguidance.LLTokenizer) -> None:
    grammars = Grammars(tokenizer)
    one, other = (grammars.constrain(SENTENCE, CALL) for _ in range(2))
    one.forced(50)
    type_in(one, "A tool", tokenizer)
    with pytest.raises(EngineCrash):
        type_in(other, "Sure", tokenizer)
    type_in(one, " for mail.", tokenizer)
    again = grammars.constrain(SENTENCE, CALL)
    again.forced(50)
    assert again.written == b'{"line":"'
    assert one.written == b'{"line":"A tool for mail.'


def test_old_grammars_are_forgotten(tokenizer: llguidance.LLTokenizer) -> None:
    grammars = Grammars(tokenizer)
    for number in range(KEPT_GRAMMARS + 5):
        grammars.constrain(closed_object({f"n{number}": {"enum": ["x"]}}), None)
    assert len(grammars._compiled) == KEPT_GRAMMARS
