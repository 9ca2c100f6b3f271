"""A deterministic model of bytes: its scores follow from every token in its context, so a wrong cache shows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import llguidance
import numpy as np

from panel.engine.batch import Piece
from panel.engine.chat import ChatTemplate, Segment
from panel.engine.sampling import Logits
from panel.records import EngineIdentity

TEMPLATE = "{% for m in messages %}<{{ m.role }}>{{ m.content }}</{{ m.role }}>{% endfor %}<answer>"


class ToyModel:
    """What the batch needs, over `llguidance`'s byte tokenizer.

    Args:
        context_tokens: how many bytes fit a stream.
        streams: how many there are.
        seats: how many are written at once.
        shares: whether a stream can be copied and cut; False is a recurrent model.
        before_decode: called with the number of the decode call and its pieces; may raise or wait.
    """

    def __init__(
        self,
        *,
        context_tokens: int = 4096,
        streams: int = 6,
        seats: int = 4,
        shares: bool = True,
        before_decode: Callable[[int, Sequence[Piece]], None] = lambda call, pieces: None,
    ) -> None:
        self.context_tokens, self.streams, self.seats, self.shares = context_tokens, streams, seats, shares
        self.before_decode = before_decode
        self.tokenizer = llguidance.LLTokenizer("byte")
        self.chat = ChatTemplate(TEMPLATE, bos="", eos="")
        self.identity = EngineIdentity(
            engine="llama", engine_version="toy", model_name="toy", context_tokens=context_tokens, seats_at_once=seats
        )
        self.cells: list[list[int]] = [[] for _ in range(streams)]
        self.decoded: list[int] = []
        self.copies = 0
        self.calls = 0
        self.closed = 0
        self.interrupted = False
        self.spoil: Callable[[Logits, Sequence[int]], None] = lambda scores, context: None
        self.refuses: Callable[[Segment], None] = lambda segment: None

    def tokenize(self, segment: Segment, *, first: bool) -> tuple[int, ...]:
        self.refuses(segment)
        return tuple((segment.template + segment.outside).encode("utf-8", "replace"))

    def copy(self, source: int, target: int) -> None:
        assert self.shares and source != target
        self.copies += 1
        self.cells[target] = list(self.cells[source])

    def truncate(self, stream: int, length: int) -> None:
        assert self.shares or not length
        assert length <= len(self.cells[stream])
        del self.cells[stream][length:]

    def clear(self) -> None:
        self.cells = [[] for _ in range(self.streams)]

    def decode(self, pieces: Sequence[Piece], *, is_step: bool) -> list[Logits]:
        self.calls += 1
        self.before_decode(self.calls, pieces)
        streams = [piece.stream for piece in pieces]
        assert 0 < sum(len(piece.tokens) for piece in pieces) <= 512
        # Busy streams are neighbours, lowest first, and those of a step are all computed alike.
        assert streams == sorted(set(streams))
        assert not (is_step and self.shares) or streams == list(range(len(streams)))
        assert not is_step or {len(piece.tokens) for piece in pieces} == {2 if self.shares else 1}
        rows = []
        for piece in pieces:
            cells = self.cells[piece.stream]
            assert piece.position == len(cells)
            assert piece.position + len(piece.tokens) <= self.context_tokens
            for number, token in enumerate(piece.tokens, start=1):
                cells.append(token)
                self.decoded.append(token)
                if number > len(piece.tokens) - piece.scored:
                    rows.append(self.scores_after(cells))
        return rows

    def scores_after(self, cells: Sequence[int]) -> Logits:
        digest = hashlib.sha256(bytes(token % 256 for token in cells)).digest()
        scores: Logits = np.random.Generator(np.random.PCG64(list(digest))).normal(size=262).astype(np.float32)
        self.spoil(scores, cells)
        return scores

    def interrupt(self) -> None:
        self.interrupted = True

    def close(self) -> None:
        self.closed += 1
