"""A loaded model on the bench: how well it foretells a fixed text, how fast it reads and writes.

Loss is the mean surprise at each token of the package's fixed text, in nats, after
https://github.com/ggml-org/llama.cpp/tree/master/tools/perplexity (without its windows: the text is read once, whole).
Rates are taken at the panel's own shape: many streams behind one long prefix, a few tokens each a step, with the keys'
cache in eight bits. Runs in a process of its own (`panel.models.bench`), for llama.cpp may abort on a broken file.
"""

from __future__ import annotations

import ctypes
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import llama_cpp
import numpy as np

from panel.errors import EngineCrash
from panel.models.logs import catch_logs, last_words
from panel.models.quantization import quantization_name

BATCH_TOKENS = 512
LOSS_PIECE_TOKENS = 256
_FIXED_TEXT = Path(__file__).with_name("fixed_text.txt")
_KEY_TYPES = (llama_cpp.GGML_TYPE_Q8_0, llama_cpp.GGML_TYPE_F16)
"""The second one for models whose heads are no multiple of a block of the first."""

Item = tuple[int, int, int, bool]
"""A token, its position, its stream, and whether what follows it is wanted."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What is timed.

    Attributes:
        prefix_tokens: how much lies before a step; half of it before a piece.
        piece_tokens: how much of a prompt is read at once.
        streams: how many texts are written together.
        step_tokens: how many tokens of each a step takes.
        steps: how many steps a round takes, each timed alone.
    """

    prefix_tokens: int = 1024
    piece_tokens: int = 256
    streams: int = 8
    step_tokens: int = 2
    steps: int = 4


class BenchModel:
    """A loaded model; not thread-safe."""

    def __init__(self, path: str, *, threads: int) -> None:
        catch_logs()
        llama_cpp.llama_backend_init()
        self._threads = threads
        self._context = self._batch = self._memory = None
        self._shape = Shape()
        self._model = llama_cpp.llama_model_load_from_file(os.fsencode(path), llama_cpp.llama_model_default_params())
        if not self._model:
            raise EngineCrash(last_words())
        self._vocab = llama_cpp.llama_model_get_vocab(self._model)
        self._vocab_size: int = llama_cpp.llama_vocab_n_tokens(self._vocab)
        self._tokens = self._tokenize(_FIXED_TEXT.read_bytes())

    def facts(self) -> dict[str, Any]:
        """Return the file's quantization, and how many parameters it holds."""
        return {
            "quantization": quantization_name(llama_cpp.llama_model_ftype(self._model)),
            "parameters": llama_cpp.llama_model_n_params(self._model),
            "trained_tokens": llama_cpp.llama_model_n_ctx_train(self._model),
        }

    def loss(self, *, tokens: int, budget_s: float | None = None) -> dict[str, float]:
        """Read the fixed text.

        Args:
            tokens: how many are to be foretold at most; fewer when the text or the model's context ends.
            budget_s: no further piece is begun after so many seconds; None: no end.

        Returns:
            `loss_nats`, the `tokens` it is the mean of, and `read_s`, the seconds of reading.
        """
        wanted = min(tokens, llama_cpp.llama_model_n_ctx_train(self._model), len(self._tokens) - 1)
        self._open_context(streams=1, stream_tokens=wanted, batch_tokens=LOSS_PIECE_TOKENS)
        surprise, counted, read_s = 0.0, 0, 0.0
        while counted < wanted and (budget_s is None or counted == 0 or read_s <= budget_s):
            end = min(counted + LOSS_PIECE_TOKENS, wanted)
            read_s += self._decode((self._tokens[at], at, 0, True) for at in range(counted, end))
            surprise += self._surprise(self._tokens[counted + 1 : end + 1])
            counted = end
        return {"loss_nats": surprise / counted, "tokens": counted, "read_s": read_s}

    def set_up(self, shape: Shape) -> None:
        """Read the prefix once and share it with every stream; the first step warms up and is not timed."""
        self._shape = shape
        longest = shape.prefix_tokens + max(shape.piece_tokens, shape.step_tokens)
        self._open_context(streams=shape.streams + 1, stream_tokens=longest, batch_tokens=BATCH_TOKENS)
        self._read(0, shape.prefix_tokens, shape.streams)
        self._share_prefix()
        self._step()

    def time_round(self) -> dict[str, list[float]]:
        """Time one piece and some steps.

        Returns:
            Seconds: `piece_s` of reading `piece_tokens`, `step_s` of each step of `streams * step_tokens`.
        """
        shape = self._shape
        half = shape.prefix_tokens // 2
        reader = shape.streams
        if not self._cut(reader, half):
            self._read(0, half, reader)
        piece_s = self._read(half, half + shape.piece_tokens, reader)
        return {"piece_s": [piece_s], "step_s": [self._step() for _ in range(shape.steps)]}

    def close(self) -> None:
        """Free everything; calling it twice is fine."""
        self._close_context()
        if self._model:
            llama_cpp.llama_model_free(self._model)
        self._model = None

    def _step(self) -> float:
        shape = self._shape
        start = shape.prefix_tokens
        took_s = self._decode(
            (self._token(start + stream + index), start + index, stream, True)
            for stream in range(shape.streams)
            for index in range(shape.step_tokens)
        )
        if not all([self._cut(stream, start) for stream in range(shape.streams)]):
            # A recurrent model forgets all or nothing: read the prefix again.
            llama_cpp.llama_memory_clear(self._memory, True)
            self._read(0, start, shape.streams)
            self._share_prefix()
        return took_s

    def _share_prefix(self) -> None:
        for stream in range(self._shape.streams):
            llama_cpp.llama_memory_seq_cp(self._memory, self._shape.streams, stream, -1, -1)

    def _cut(self, stream: int, length: int) -> bool:
        if llama_cpp.llama_memory_seq_rm(self._memory, stream, length, -1):
            return True
        llama_cpp.llama_memory_seq_rm(self._memory, stream, -1, -1)
        return False

    def _read(self, start: int, end: int, stream: int) -> float:
        """Read the text's tokens from `start` to `end`, the text repeating itself, in pieces."""
        took_s = 0.0
        for first in range(start, end, BATCH_TOKENS):
            last = min(first + BATCH_TOKENS, end)
            took_s += self._decode((self._token(at), at, stream, at == last - 1) for at in range(first, last))
        return took_s

    def _token(self, at: int) -> int:
        return self._tokens[at % len(self._tokens)]

    def _tokenize(self, text: bytes) -> list[int]:
        room = len(text) + 8
        buffer = (llama_cpp.llama_token * room)()
        count = llama_cpp.llama_tokenize(self._vocab, text, len(text), buffer, room, True, False)
        if count < 2:
            raise EngineCrash("the model's vocabulary cannot spell the fixed text")
        return list(buffer[:count])

    def _open_context(self, *, streams: int, stream_tokens: int, batch_tokens: int) -> None:
        self._close_context()
        parameters = llama_cpp.llama_context_default_params()
        parameters.n_ctx = streams * stream_tokens
        parameters.n_batch = parameters.n_ubatch = batch_tokens
        parameters.n_seq_max = streams
        parameters.kv_unified = False
        parameters.flash_attn_type = llama_cpp.LLAMA_FLASH_ATTN_TYPE_DISABLED
        parameters.type_v = llama_cpp.GGML_TYPE_F16
        parameters.n_threads = parameters.n_threads_batch = self._threads
        for key_type in _KEY_TYPES:
            parameters.type_k = key_type
            self._context = llama_cpp.llama_init_from_model(self._model, parameters)
            if self._context:
                break
        else:
            raise EngineCrash(last_words())
        self._memory = llama_cpp.llama_get_memory(self._context)
        self._batch = llama_cpp.llama_batch_init(batch_tokens, 0, 1)

    def _close_context(self) -> None:
        if self._batch is not None:
            llama_cpp.llama_batch_free(self._batch)
        if self._context:
            llama_cpp.llama_free(self._context)
        self._context = self._batch = None

    def _decode(self, items: Iterable[Item]) -> float:
        """Run tokens through the model; returns the seconds it took."""
        batch = self._batch
        assert batch is not None
        count = 0
        for token, position, stream, wanted in items:
            batch.token[count] = token
            batch.pos[count] = position
            batch.n_seq_id[count] = 1
            batch.seq_id[count][0] = stream
            batch.logits[count] = wanted
            count += 1
        batch.n_tokens = count
        began = time.perf_counter()
        status = llama_cpp.llama_decode(self._context, batch)
        llama_cpp.llama_synchronize(self._context)
        took_s = time.perf_counter() - began
        if status != 0:
            raise EngineCrash(f"llama.cpp could not decode (status {status}): {last_words()}")
        return took_s

    def _surprise(self, following: list[int]) -> float:
        """Sum the surprise at the tokens that follow those decoded last, one each, in nats."""
        pointer = llama_cpp.llama_get_logits(self._context)
        scores = np.ctypeslib.as_array(pointer, shape=(len(following), self._vocab_size))
        total = 0.0
        for row, token in zip(scores, following, strict=True):
            shifted = row - row.max()
            total += float(np.log(np.exp(shifted).sum(dtype=np.float64)) - shifted[token])
        return total


def convert(source: str, target: str, *, quantization: str, threads: int) -> None:
    """Write a model anew in another quantization.

    Raises:
        EngineCrash: llama.cpp refused or could not write, with its own words; a part of the target may be there.
    """
    catch_logs()
    llama_cpp.llama_backend_init()
    parameters = llama_cpp.llama_model_quantize_default_params()
    parameters.ftype = getattr(llama_cpp, f"LLAMA_FTYPE_MOSTLY_{quantization}")
    parameters.allow_requantize = True
    parameters.nthread = threads
    if llama_cpp.llama_model_quantize(os.fsencode(source), os.fsencode(target), ctypes.byref(parameters)) != 0:
        raise EngineCrash(last_words())
