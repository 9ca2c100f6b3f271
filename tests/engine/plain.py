"""Writing one request the plain way: read it, then one token after the other under the whole mask. The yardstick."""

from __future__ import annotations

import numpy as np

from panel.engine import Request
from panel.engine.batch import BATCH_TOKENS, Piece
from panel.engine.constraint import Grammars
from panel.engine.llama import LlamaContext
from panel.engine.sampling import penalise, weigh_options


def write_plainly(context: LlamaContext, request: Request, *, width: int = 1, takes_back: bool = True) -> str:
    """Write greedily.

    Args:
        context: its first stream is used.
        request: its sampling is greedy.
        width: tokens computed a step; those behind the first are thrown away.
        takes_back: whether the model can drop tokens.
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
            if takes_back:
                context.truncate(0, position)
        scores = rows[0]
        if decision := constraint.decision():
            shares, tokens = weigh_options(scores, decision)
            token = tokens[max(shares, key=lambda option: shares[option])]
        else:
            penalise(scores, chosen, request.sampling)
            allowed = constraint.allowed()
            token = int(allowed[np.argmax(scores[allowed])])
            chosen.append(token)
        constraint.take(token)
        ahead = [token]
