"""The JSON a persona must answer with: its beats in order, then the call.

The call comes last because a call made first is a call defended. The schema is what the engine's grammar is made
from, so an answer that does not satisfy it cannot be written.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from panel.records import Beat, BeatText, Call, Persona

CALL_MARKER = '},"call":"'
"""What stands right before the call. A beat may be named `call` too, but only here a brace closes first: inside a
beat's text the quotes would be escaped."""

_START = r"[A-Z0-9$'(“‘]"
_PLAIN = r"[^.!?\\{}\[\]<>|\x00-\x1f\x7f-\x9f]"
_DOTTED = r"[0-9][.][0-9]|[a-z][.](?:ai|cpp|io|js|net|py)[ ,;:)]"
_INNER = rf"(?:{_PLAIN}|{_DOTTED})"
_LAST = r"[A-Za-z0-9%)'\"’”]"
_END = r"[.!?]"


def answer_schema(persona: Persona) -> dict[str, Any]:
    """Return the JSON Schema of a persona's answer.

    Each beat begins with a capital, a digit or an opening mark, ends with a full stop, a question or an exclamation
    mark, and keeps its bounds (a stop inside a number counts with its digits as one character; `panel.personas.grammar`
    is exact). Braces, brackets, angle brackets and bars are left out: no sentence needs them, and a lost model hides in
    them.
    """
    beats = {beat.id: {"type": "string", "pattern": beat_pattern(beat)} for beat in persona.beats}
    return _closed({"argument": _closed(beats), "call": {"enum": [call.value for call in Call]}})


def exact_schema(beats: Sequence[BeatText], call: Call) -> dict[str, Any]:
    """Return the JSON Schema that one verdict alone satisfies.

    It is spelled as an object of choices with one option each, and not as one `const`, because that is what the engines
    over servers can check.
    """
    argument = {beat.id: {"enum": [beat.text]} for beat in beats}
    return _closed({"argument": _closed(argument), "call": {"enum": [call.value]}})


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def answer_text(beats: Sequence[BeatText], call: Call) -> str:
    """Write a verdict as the engine would: the one spelling that the schema's grammar allows."""
    answer = {"argument": {beat.id: beat.text for beat in beats}, "call": call.value}
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":"))


def beat_pattern(beat: Beat) -> str:
    """Return the regular expression of one beat: one or two sentences, between its bounds in all."""
    low, high = beat.min_chars, beat.max_chars
    one = _sentence(low, high)
    half = _sentence(low // 2, high // 2)
    return f"^(?:{one}|{half} {half})$"


def _sentence(low: int, high: int) -> str:
    return f"{_START}{_INNER}{{{max(low - 3, 1)},{max(high - 3, 2)}}}{_LAST}{_END}"


def answer_limit_tokens(persona: Persona) -> int:
    """Return how many tokens the longest allowed answer can take.

    A token covers at least one character of plain text; the longest beats, spelled character by character, are the
    worst case that still has to fit.
    """
    names = sum(len(beat.id) + 6 for beat in persona.beats)
    return sum(beat.max_chars for beat in persona.beats) + names + 40
