"""The proof of the loss: on the real model, forced tokens are surprising just as much as when they are simply read.

Here the gold answer is cut into tokens as the vocabulary would by itself and read behind the prompt, without grammar,
engine, streams or guesses; the scores of every place are turned into a loss the plain way.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Sequence
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np
import pytest
import yaml

from panel.cli.run import make_manifest
from panel.engine import Message
from panel.engine.batch import BATCH_TOKENS, Piece
from panel.engine.llama import LlamaContext, open_llama
from panel.evaluation import Exam, gather_exam
from panel.evaluation.answers import gold_answers
from panel.evaluation.losses import SeatLoss
from panel.evaluation.sitting import measure_losses, read_losses
from panel.models import ModelFile, find_model
from panel.personas import answer_text
from panel.records import Seat
from panel.settings import find_newsroom
from panel.store import RunStore

from .golds import write_gold, write_yaml

CONTEXT_TOKENS = 2560
MOST_APART_NATS = 1e-3
SEAT = Seat(tool="hushcap", persona="dx")


@pytest.fixture
def one_seat(room: Path) -> Exam:
    for path in (room / "personas").glob("*.yaml"):
        if path.stem != SEAT.persona:
            path.unlink()
    gold = write_gold(room, {SEAT.tool: "test"})
    dossier = gold / "dossiers" / f"{SEAT.tool}.yaml"
    # A prompt of more than one batch is enough.
    write_yaml(dossier, yaml.safe_load(dossier.read_text()) | {"evidence": []})
    return gather_exam(find_newsroom(room), gold)


def measure(room: Path, exam: Exam, model: ModelFile) -> SeatLoss:
    engine = open_llama(model, context_tokens=CONTEXT_TOKENS, threads=1, seats=1)
    manifest = make_manifest(find_newsroom(room), exam.materials, engine, run_id="a", seed=1)
    run = RunStore(room / "evaluations").create(manifest, exam.materials.files)

    async def measure_and_close() -> None:
        await measure_losses(run, exam, engine, lambda known, total: None)
        await engine.aclose()

    asyncio.run(measure_and_close())
    return read_losses(run)[SEAT]


def read_plainly(context: LlamaContext, messages: Sequence[Message], answer: str) -> list[tuple[bytes, float]]:
    """Read a prompt and then the answer to it; returns the answer's tokens with their log-probabilities."""
    cut = context.chat.segments(messages)
    position = 0
    for index, segment in enumerate(cut):
        tokens = context.tokenize(segment, first=index == 0)
        # Cut where the engine cuts: the numbers of a batch depend a little on its shape.
        for start in range(0, len(tokens), BATCH_TOKENS):
            piece = tokens[start : start + BATCH_TOKENS]
            scores = context.decode([Piece(0, position, piece, 1)], is_step=False)[0].astype(np.float64)
            position += len(piece)
    told = []
    answer_tokens = context.tokens_of(answer)
    for start in range(0, len(answer_tokens), 2):
        pair = answer_tokens[start : start + 2]
        rows = context.decode([Piece(0, position, pair, len(pair))], is_step=False)
        position += len(pair)
        for token, row in zip(pair, rows, strict=True):
            probability = np.exp(scores[token] - scores.max()) / np.exp(scores - scores.max()).sum()
            told.append((context.tokenizer.decode_bytes([token]), float(np.log(probability))))
            scores = row.astype(np.float64)
    return told


def words_in(pieces: Sequence[bytes], answer: str) -> list[bool]:
    """Tell of each token whether it spells any of the words: of a string that is a value, not a name."""
    is_word = bytearray(len(answer.encode()))
    for found in re.finditer(rb':"((?:\\.|[^"\\])*)"', answer.encode()):
        is_word[found.start(1) : found.end(1)] = b"\1" * len(found[1])
    places = pairwise(accumulate(map(len, pieces), initial=0))
    return [any(is_word[start:end]) for start, end in places]


def test_the_loss_of_forced_tokens_is_that_of_reading_them(room: Path, one_seat: Exam) -> None:
    model = find_model("embedded-base", base=room)
    gold = gold_answers(one_seat)[SEAT]
    answer = answer_text(gold.beats, gold.call)
    context = LlamaContext(model, context_tokens=CONTEXT_TOKENS, threads=1, seats=1)
    told = read_plainly(context, one_seat.materials.messages(SEAT), answer)
    context.close()
    assert b"".join(piece for piece, _ in told).decode() == answer
    is_text = words_in([piece for piece, _ in told], answer)
    loss = measure(room, one_seat, model)

    assert loss.answer_tokens == len(told) > 100
    assert loss.answer_nats == pytest.approx(-sum(one for _, one in told), abs=MOST_APART_NATS * len(told))
    text_nats = -sum(one for (_, one), is_one in zip(told, is_text, strict=True) if is_one)
    assert loss.text_nats == pytest.approx(text_nats, abs=MOST_APART_NATS * sum(is_text))
    words = "".join(json.loads(answer)["argument"].values()) + gold.call
    assert loss.text_bytes == len(words.encode()) < loss.answer_bytes == len(answer.encode())
    # So that equal sums mean something: they are of different tokens, none of them empty.
    assert 0 < sum(is_text) < len(told)
    assert 0 < loss.text_nats < loss.answer_nats
