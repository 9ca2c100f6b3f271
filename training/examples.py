"""From gold verdicts to token ids: the very prompts that `panel run` renders, answered as an editor would.

A tool's four verdicts share their prompt up to the persona, so they are laid out as one sequence: what is shared
once, then each seat's own part. Which token may look at which is `training.attention`'s business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from panel.corpus import GoldTool, GoldVerdict
from panel.engine.llama import LlamaContext
from panel.evaluation.losses import text_spans
from panel.materials import Materials
from panel.personas import answer_text
from panel.prompts import PromptSet
from panel.records import Persona, Seat


@dataclass(frozen=True, slots=True)
class Turn:
    """One seat's own part of a sequence.

    Attributes:
        seat: whose it is.
        prompt: the persona's tokens, up to where the answer begins.
        answer: the answer's tokens.
        call_at: the place in `answer` of the token that decides the call.
    """

    seat: Seat
    prompt: tuple[int, ...]
    answer: tuple[int, ...]
    call_at: int


@dataclass(frozen=True, slots=True)
class Example:
    """One tool: what its seats share, and each seat's own part."""

    shared: tuple[int, ...]
    turns: tuple[Turn, ...]

    @property
    def tokens(self) -> int:
        """The length of the whole sequence."""
        return len(self.shared) + sum(len(turn.prompt) + len(turn.answer) for turn in self.turns)


class Examples:
    """Makes examples with a model's own tokenizer and chat template.

    Args:
        context: the model, opened for its vocabulary.
        prompts: the newsroom's templates.
        personas: the seats, in order.
    """

    def __init__(self, context: LlamaContext, prompts: PromptSet, personas: Sequence[Persona]) -> None:
        self._context, self._prompts = context, prompts
        self._personas = {persona.slug: persona for persona in personas}

    def make(self, tool: GoldTool) -> Example:
        """Lay one tool out."""
        slug = tool.dossier.slug
        materials = Materials({slug: tool.dossier}, self._personas, self._prompts, {})
        shared: tuple[int, ...] = ()
        turns = []
        for persona, verdict in tool.verdicts.items():
            seat = Seat(tool=slug, persona=persona)
            cut = self._context.chat.segments(materials.messages(seat))
            house, dossier, *own = (self._context.tokenize(part, first=not index) for index, part in enumerate(cut))
            shared = (*house, *dossier)
            turns.append(self._turn(seat, tuple(token for part in own for token in part), verdict))
        return Example(shared, tuple(turns))

    def _turn(self, seat: Seat, prompt: tuple[int, ...], verdict: GoldVerdict) -> Turn:
        tokens = self._context.tokens_of(answer_text(verdict.beats, verdict.call))
        call_from, _ = text_spans(verdict)[-1]
        end = 0
        for place, token in enumerate(tokens):
            end += len(self._context.tokenizer.decode_bytes([token]))
            if end > call_from:
                return Turn(seat, prompt, tuple(tokens), place)
        raise AssertionError("the call is in the text")
