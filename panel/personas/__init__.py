"""Personas: loading them, and the answer each of them must give."""

from panel.personas.answer import CALL_MARKER, answer_limit_tokens, answer_schema, answer_text, exact_schema
from panel.personas.grammar import answer_grammar
from panel.personas.loading import LoadedPersona, load_personas, persona_json_schema

__all__ = [
    "CALL_MARKER",
    "LoadedPersona",
    "answer_grammar",
    "answer_limit_tokens",
    "answer_schema",
    "answer_text",
    "exact_schema",
    "load_personas",
    "persona_json_schema",
]
