"""The model's own chat template, in a sandbox, with outside text kept apart from it.

A template is rendered over placeholders, never over the text itself; what comes out is cut at the placeholders.
So the template's control tokens and the text between them never meet in one string, and text that spells a control
token stays text.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from jinja2 import TemplateError

from panel.engine.protocol import Message
from panel.engine.sandbox import TemplateSandbox
from panel.errors import SetupError

MAX_TEMPLATE_CHARS = 65_536


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the prompt that is computed and reused as a whole.

    Attributes:
        template: the template's text before the outside text; may hold control tokens.
        outside: text of dossiers, personas and prompts; never holds control tokens.
    """

    template: str
    outside: str


class ChatTemplate:
    """A GGUF's chat template, ready to cut prompts into segments."""

    def __init__(self, source: str, *, bos: str, eos: str) -> None:
        if len(source) > MAX_TEMPLATE_CHARS:
            raise SetupError(f"the model's chat template is longer than {MAX_TEMPLATE_CHARS:,} characters")
        environment = TemplateSandbox()
        environment.globals["raise_exception"] = _refuse
        # A date in the prompt would make yesterday's run differ from today's.
        environment.globals["strftime_now"] = lambda form: datetime(2026, 1, 1).strftime(form)
        try:
            self._template = environment.from_string(source)
        except Exception as error:  # Jinja compiles to Python, and some templates only fail there
            raise _unusable(error) from error
        self._budget = environment.budget
        # Templates ask whether `tools` is none, as the library they were written for passes it.
        self._given = {"bos_token": bos, "eos_token": eos, "tools": None, "documents": None}

    def segments(self, messages: Sequence[Message]) -> tuple[Segment, ...]:
        """Cut a prompt into segments, one for each part of each message, and the opening of the answer last.

        Raises:
            SetupError: the template fails, or drops or reorders a message even with the system turn folded
                into the user's.
        """
        try:
            return self._cut(messages)
        except SetupError as error:
            folded = _fold_system(messages)
            if folded == tuple(messages):
                raise
            try:
                return self._cut(folded)
            except SetupError as second:
                if second.message == error.message:
                    raise
                both = f"{error.message}; and with the system turn folded into the user's: {second.message}"
                raise SetupError(both, hint=second.hint) from second

    def _cut(self, messages: Sequence[Message]) -> tuple[Segment, ...]:
        nonce = secrets.token_hex(8)
        parts = [part for message in messages for part in message.parts]
        marks = [f"PART{nonce}N{index}E" for index in range(len(parts))]
        unused = iter(marks)
        turns: list[dict[str, Any]] = [
            {"role": message.role, "content": "".join(next(unused) for _ in message.parts)} for message in messages
        ]
        try:
            rendered = self._render(turns)
        except Exception as error:  # a template is a program: it can fail in any way
            raise _unusable(error) from error
        segments = []
        for mark, part in zip(marks, parts, strict=True):
            before, found, rendered = rendered.partition(mark)
            if not found or nonce in before:
                raise SetupError("the model's chat template drops or reorders a part of the prompt")
            segments.append(Segment(before, part))
        if nonce in rendered:
            raise SetupError("the model's chat template repeats a part of the prompt")
        return (*segments, Segment(rendered, ""))

    def _render(self, turns: list[dict[str, Any]]) -> str:
        self._budget.refill()
        rendered = []
        for piece in self._template.generate(
            messages=turns, add_generation_prompt=True, enable_thinking=False, **self._given
        ):
            self._budget.spend(len(piece))
            rendered.append(piece)
        return "".join(rendered)


def defuse(text: str, special: Sequence[str]) -> list[str]:
    """Cut text inside anything that spells a special token, so that no tokenizer can join it again.

    Control tokens are not formed from outside text anyway; user-defined ones are, and some models keep their turn
    marks among those.

    Args:
        text: any.
        special: the tokens' texts, each at least two characters long.

    Returns:
        Pieces that make up the text when joined, none of them empty or holding a special text.
    """
    for mark in special:
        if mark in text:
            return [piece for part in _split_inside(text, mark) for piece in defuse(part, special)]
    return [text] if text else []


def _split_inside(text: str, special: str) -> list[str]:
    pieces = text.split(special)
    head, tail = special[:1], special[1:]
    return [pieces[0] + head, *(tail + piece + head for piece in pieces[1:-1]), tail + pieces[-1]]


def _fold_system(messages: Sequence[Message]) -> tuple[Message, ...]:
    """Put the system turn's parts before the first user turn's, for models that know no system turn."""
    system = tuple(part for message in messages if message.role == "system" for part in message.parts)
    rest = [message for message in messages if message.role != "system"]
    if not system or not rest:
        return tuple(messages)
    # The parts keep their cuts, so that the house rules are still computed once for all seats.
    return (Message("user", (*system[:-1], f"{system[-1].rstrip()}\n\n", *rest[0].parts)), *rest[1:])


def _refuse(message: str) -> NoReturn:
    raise TemplateError(message)


def _unusable(error: Exception) -> SetupError:
    return SetupError(
        f"the model's chat template cannot be used: {error}",
        hint="Choose an instruction-tuned GGUF with a working chat template.",
    )
