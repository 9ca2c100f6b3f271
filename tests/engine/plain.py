"""Writing one request the plain way: read it, then one token after the other under the whole mask. The yardstick."""

from __future__ import annotations

import numpy as np

from panel.engine import Request
from panel.engine.batch import BATCH_TOKENS, Piece
from panel.engine.constraint import Grammars
from panel.engine.llama import LlamaContext
from panel.engine.sampling import penalise


def write_plainly(context: LlamaContext, request: Request, *, width: int = 1) -> str:
    """Write greedily.

    Args:
        context: its first stream is used.
        request: its sampling is greedy.
        width: tokens computed a step; those behind the first are thrown away.
    """
    context.clear()
    cut = context.chat.segments(request.messages)
    segments = [context.tokenize(segment, first=index == 0) for index, segment in enumerate(cut)]
    position = 0
    for segment in filter(None, segments):
        for start in range(0, len(segment), BATCH_TOKENS):
            piece = segment[start : start + BATCH_TOKENS]
            rows = context.decode([Piece(0, position, piece, 1)], is_step=False)
            position += len(piece)
    constraint = Grammars(context.tokenizer).constrain(request.schema, request.choice)
    chosen: list[int] = []
    ahead: list[int] = []
    while True:
        forced = constraint.forced(request.max_tokens)
        ahead += forced
        if constraint.finished:
            return constraint.written.decode()
        for token in ahead:
            rows = context.decode([Piece(0, position, [token, 0][:width], min(width, 2))], is_step=False)
            position += 1
            context.truncate(0, position)
        decision = constraint.decision()
        allowed = constraint.allowed()
        scores = rows[0]
        if decision:
            allowed = np.array([token for tokens in decision.values() for token in tokens])
        else:
            penalise(scores, chosen, request.sampling)
        token = int(allowed[np.argmax(scores[allowed])])
        if not decision:
            chosen.append(token)
        constraint.take(token)
        ahead = [token]
