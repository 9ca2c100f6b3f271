"""A deterministic model of bytes: its scores follow from every token in its context, so a wrong cache shows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import llguidance
import numpy as np

from panel.engine.chat import ChatTemplate, Segment
from panel.engine.sampling import Logits
from panel.records import EngineIdentity

TEMPLATE = "{% for m in messages %}<{{ m.role }}>{{ m.content }}</{{ m.role }}>{% endfor %}<answer>"


class ToyModel:
    """What the worker needs, over `llguidance`'s byte tokenizer.

    Args:
        context_tokens: how many bytes fit.
        keeps: whether a part of the context can be kept; False is a recurrent model.
        before_decode: called with the number of the decode call and its tokens; may raise or wait.
    """

    def __init__(
        self,
        *,
        context_tokens: int = 4096,
        keeps: bool = True,
        before_decode: Callable[[int, Sequence[int]], None] = lambda call, tokens: None,
    ) -> None:
        self.context_tokens = context_tokens
        self.keeps = keeps
        self.before_decode = before_decode
        self.tokenizer = llguidance.LLTokenizer("byte")
        self.chat = ChatTemplate(TEMPLATE, bos="", eos="")
        self.identity = EngineIdentity(
            engine="llama", engine_version="toy", model_name="toy", context_tokens=context_tokens
        )
        self.cells: list[int] = []
        self.decoded: list[int] = []
        self.calls = 0
        self.closed = 0
        self.spoil: Callable[[Logits], None] = lambda scores: None
        self.refuses: Callable[[Segment], None] = lambda segment: None

    def tokenize(self, segment: Segment, *, first: bool) -> tuple[int, ...]:
        self.refuses(segment)
        return tuple((segment.template + segment.outside).encode("utf-8", "replace"))

    def truncate(self, length: int) -> bool:
        if length and not self.keeps:
            self.cells.clear()
            return False
        del self.cells[length:]
        return True

    def decode(self, tokens: Sequence[int], position: int) -> None:
        self.calls += 1
        self.before_decode(self.calls, tokens)
        assert 0 < len(tokens) <= 512
        assert position == len(self.cells)
        assert position + len(tokens) <= self.context_tokens
        self.cells.extend(tokens)
        self.decoded.extend(tokens)

    def logits(self) -> Logits:
        digest = hashlib.sha256(bytes(token % 256 for token in self.cells)).digest()
        scores: Logits = np.random.Generator(np.random.PCG64(list(digest))).normal(size=262).astype(np.float32)
        self.spoil(scores)
        return scores

    def close(self) -> None:
        self.closed += 1
