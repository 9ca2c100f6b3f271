"""The loss of the gold: how much each model is surprised by what the editors wrote, in nats a byte.

Nothing is chosen here: the answer's schema allows the gold verdict alone, so every token is forced, and what the engine
tells of each is its log-probability under the model alone. Models cut the same text into different tokens, so sums are
set against bytes, which are the same for all (bits per byte; Gao et al., The Pile, 2020, section 3.1, here in nats).

An engine over a server spells the text by its own choice of tokens, likeliest first, and not as its vocabulary would
cut it: its loss may be a hair above what forced tokens would give.

A token counts as text when it spells any byte of a beat's text or of the call; names, quotes and braces of the JSON are
known beforehand and are left out of the headline.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Annotated, Literal

from pydantic import Field

from panel.corpus import GoldVerdict
from panel.engine import Generation
from panel.evaluation.figures import Figure, make_ratio
from panel.personas import answer_text
from panel.records import Record, Seat

Nats = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=1)]


class SeatLoss(Record):
    """What a model makes of one gold verdict."""

    text_nats: Nats
    """Over the tokens that hold any of the beats' texts or of the call."""
    text_bytes: Count
    """Of the beats' texts and the call, as UTF-8: the same for every model."""
    answer_nats: Nats
    """Over all tokens, the JSON around the texts included."""
    answer_bytes: Count
    answer_tokens: Count


class Losses(Record):
    """`losses.json`: of each seat the engine could tell of, by `tool/persona`."""

    schema_version: Literal[1] = 1
    seats: dict[str, SeatLoss]


def weigh_answer(generation: Generation, verdict: GoldVerdict) -> SeatLoss | None:
    """Sum what an engine told of a gold verdict's tokens.

    Returns:
        None when it did not tell, or wrote anything else than the verdict.
    """
    raw = answer_text(verdict.beats, verdict.call).encode()
    logprobs, lengths = generation.logprobs, generation.token_bytes
    if logprobs is None or lengths is None or not logprobs or len(logprobs) != len(lengths):
        return None
    if generation.finish != "stop" or generation.text.encode() != raw or sum(lengths) != len(raw):
        return None
    is_text = bytearray(len(raw))
    for start, end in text_spans(verdict):
        is_text[start:end] = b"\1" * (end - start)
    places = pairwise(accumulate(lengths, initial=0))
    return SeatLoss(
        text_nats=_surprise(
            logprob for logprob, (start, end) in zip(logprobs, places, strict=True) if any(is_text[start:end])
        ),
        text_bytes=sum(len(beat.text.encode()) for beat in verdict.beats) + len(verdict.call.value),
        answer_nats=_surprise(logprobs),
        answer_bytes=len(raw),
        answer_tokens=len(logprobs),
    )


def text_spans(verdict: GoldVerdict) -> list[tuple[int, int]]:
    """Find where the beats' texts and the call stand in the answer's bytes, in order."""
    raw = answer_text(verdict.beats, verdict.call).encode()
    spans: list[tuple[int, int]] = []
    place = 0
    for name, text in [*((beat.id, beat.text) for beat in verdict.beats), ("call", verdict.call.value)]:
        lead = f'"{name}":'.encode()
        quoted = json.dumps(text, ensure_ascii=False).encode()
        start = raw.index(lead + quoted, place) + len(lead) + 1
        place = start + len(quoted) - 2
        spans.append((start, place))
    return spans


def text_loss(losses: Mapping[Seat, SeatLoss], seats: Iterable[Sequence[Seat]]) -> Figure:
    """Return the loss of the gold's words, in nats a byte; lower is better. None when no seat's is known.

    Args:
        losses: of the seats whose loss is known; the others are left out.
        seats: tool by tool.
    """
    known = [[losses[seat] for seat in tool if seat in losses] for tool in seats]
    return make_ratio((sum(one.text_nats for one in tool), sum(one.text_bytes for one in tool)) for tool in known)


def answer_loss(losses: Mapping[Seat, SeatLoss], seats: Iterable[Sequence[Seat]]) -> Figure:
    """Return the loss of the whole answers, their JSON included, in nats a byte; else as `text_loss`."""
    known = [[losses[seat] for seat in tool if seat in losses] for tool in seats]
    return make_ratio((sum(one.answer_nats for one in tool), sum(one.answer_bytes for one in tool)) for tool in known)


def _surprise(logprobs: Iterable[float]) -> float:
    # A rounding can leave the logarithm of a certainty a hair above 0.
    return max(-math.fsum(logprobs), 0.0)
