"""llama.cpp through its C interface: one model, one context, tokens in, logits out.

The only module of the engine that knows llama.cpp. It holds no policy: what to decode, when to stop and what to
keep is `panel.engine.batch`'s. Not thread-safe: one thread owns an instance from `open` to `close`.

Every sequence has a stream of the cache to itself, attention runs without the flash kernel, and keys are kept in
eight bits. On a processor that is the fastest of llama.cpp's ways, and the one in which the numbers of a sequence do
not depend on its neighbours (docs/decisions/006).
"""

from __future__ import annotations

import ctypes
import hashlib
import logging
import os
import warnings
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import llama_cpp
import llguidance
import numpy as np
from llguidance.llamacpp import lltokenizer_from_vocab
from numpy.typing import NDArray

from panel.engine.batch import BATCH_TOKENS, Piece
from panel.engine.chat import ChatTemplate, Segment, defuse
from panel.engine.memory import ModelSizes, plan_streams
from panel.engine.sampling import Logits
from panel.engine.worker import BatchedEngine
from panel.engine.writing import PAIR
from panel.errors import EngineCrash, SetupError
from panel.models import ModelFile
from panel.models.logs import catch_logs, last_words
from panel.models.quantization import quantization_name
from panel.records import EngineIdentity

DEFAULT_SEATS = 8
"""Two tools at once: more seats hardly make a token cheaper, and make the first tool wait."""

_CACHE_BLOCK = 256
_PROBE_TOKENS = 8

_logger = logging.getLogger(__name__)

# llama.cpp asks between any two operations whether to go on. The answer is the length of a string, which is 0 or 1: so
# it is asked in C, thousands of times a second, and never waits for Python's lock.
_is_stopped = ctypes.cast(ctypes.CDLL(None).strlen, llama_cpp.ggml_abort_callback)


def open_llama(
    model: ModelFile,
    *,
    context_tokens: int,
    threads: int,
    seats: int = DEFAULT_SEATS,
    memory_limit_bytes: int | None = None,
    steady: bool = False,
) -> BatchedEngine:
    """Open the in-process engine over a GGUF.

    Args:
        model: the file.
        context_tokens: how long a prompt with its answer may be.
        threads: of the processor.
        seats: how many seats are written at once, at most; fewer when memory does not allow them.
        memory_limit_bytes: for weights, cache and scratch together; None is four fifths of what is free.
        steady: whether every step has the same shape where a text would else depend on what is written beside it.

    Raises:
        SetupError: the file cannot be loaded, its chat template cannot be used, or it does not fit the memory.
    """
    return BatchedEngine(
        lambda: LlamaContext(
            model,
            context_tokens=context_tokens,
            threads=threads,
            seats=seats,
            memory_limit_bytes=memory_limit_bytes,
            steady=steady,
        )
    )


class LlamaContext:
    """A loaded model with one context of several streams, `context_tokens` tokens each."""

    def __init__(
        self,
        model: ModelFile,
        *,
        context_tokens: int,
        threads: int,
        seats: int = DEFAULT_SEATS,
        memory_limit_bytes: int | None = None,
        steady: bool = False,
    ) -> None:
        catch_logs()
        llama_cpp.llama_backend_init()
        self._model: Any = None
        self._context: Any = None
        self._memory: Any = None
        self._buffers = _Buffers(BATCH_TOKENS)
        self._stop = ctypes.create_string_buffer(2)
        self._is_padded = False
        try:
            self._load(model, context_tokens)
            self.streams, self.seats = plan_streams(self._sizes(), self.context_tokens, seats, memory_limit_bytes)
            self._open(model, threads)
            self._read_vocabulary()
            template = self._read_template(model)
            is_steady = self._probe()
            if steady and not is_steady and self.shares:
                self._is_padded = True
                is_steady = self._probe()
        except BaseException:
            self.close()
            raise
        self.identity = EngineIdentity(
            engine="llama",
            engine_version=f"llama-cpp-python {version('llama-cpp-python')}",
            model_name=model.name,
            model_path=str(model.path),
            model_sha256=model.sha256,
            model_bytes=model.size_bytes,
            source_sha256=model.source_sha256,
            base_sha256=model.base_sha256,
            adapter_sha256=model.adapter_sha256,
            quantization=quantization_name(llama_cpp.llama_model_ftype(self._model)),
            chat_template_sha256=hashlib.sha256(template).hexdigest(),
            context_tokens=self.context_tokens,
            threads=threads,
            seats_at_once=self.seats,
            steady=is_steady,
        )

    def _load(self, model: ModelFile, context_tokens: int) -> None:
        self._model = llama_cpp.llama_model_load_from_file(
            os.fsencode(model.path), llama_cpp.llama_model_default_params()
        )
        if not self._model:
            raise _refused(model, "cannot be loaded")
        if llama_cpp.llama_model_has_encoder(self._model) or not llama_cpp.llama_model_has_decoder(self._model):
            raise SetupError(f"{model.path}: the model does not write text", hint="Choose an instruction-tuned GGUF.")
        self.context_tokens = min(context_tokens, llama_cpp.llama_model_n_ctx_train(self._model))
        self.shares = not (
            llama_cpp.llama_model_is_recurrent(self._model) or llama_cpp.llama_model_is_hybrid(self._model)
        )
        if not self.shares:
            _logger.warning(
                "%s cannot share what it has read between prompts or take a token back: every prompt is read whole",
                model.name,
            )

    def _sizes(self) -> ModelSizes:
        model = self._model
        heads = llama_cpp.llama_model_n_head(model)
        width = llama_cpp.llama_model_n_embd(model)
        return ModelSizes(
            weights_bytes=llama_cpp.llama_model_size(model),
            layers=llama_cpp.llama_model_n_layer(model),
            heads=heads,
            kv_heads=llama_cpp.llama_model_n_head_kv(model),
            head_size=self._number("attention.key_length") or width // max(heads, 1),
            vocabulary=llama_cpp.llama_vocab_n_tokens(llama_cpp.llama_model_get_vocab(model)),
        )

    def _number(self, key: str) -> int:
        """Read a whole number of the file's metadata; 0 when it has none by that name."""
        architecture = self._metadata("general.architecture")
        text = self._metadata(f"{architecture}.{key}")
        return int(text) if text.isdecimal() else 0

    def _metadata(self, key: str) -> str:
        buffer = ctypes.create_string_buffer(256)
        length = llama_cpp.llama_model_meta_val_str(self._model, key.encode(), buffer, len(buffer))
        return buffer.value.decode("utf-8", "replace") if length >= 0 else ""

    def _open(self, model: ModelFile, threads: int) -> None:
        parameters = llama_cpp.llama_context_default_params()
        # The cache is cut evenly; a stream is rounded up to whole blocks of it.
        parameters.n_ctx = -(-self.context_tokens // _CACHE_BLOCK) * _CACHE_BLOCK * self.streams
        parameters.n_batch = parameters.n_ubatch = BATCH_TOKENS
        parameters.n_seq_max = self.streams
        parameters.kv_unified = False
        parameters.flash_attn_type = llama_cpp.LLAMA_FLASH_ATTN_TYPE_DISABLED
        parameters.no_perf = True
        parameters.n_threads = parameters.n_threads_batch = threads
        for key_type in (llama_cpp.GGML_TYPE_Q8_0, llama_cpp.GGML_TYPE_F16):  # not every head's size divides by 32
            parameters.type_k = key_type
            self._context = llama_cpp.llama_init_from_model(self._model, parameters)
            if self._context:
                break
        else:
            raise _refused(model, f"leaves no room for {self.streams} contexts of {self.context_tokens:,} tokens")
        self._memory = llama_cpp.llama_get_memory(self._context)
        llama_cpp.llama_set_abort_callback(self._context, _is_stopped, ctypes.cast(self._stop, ctypes.c_void_p))

    def _read_vocabulary(self) -> None:
        self._vocab = llama_cpp.llama_model_get_vocab(self._model)
        self.vocab_size: int = llama_cpp.llama_vocab_n_tokens(self._vocab)
        # llguidance 1.9 still asks by the old name; under `-W error` that would be the end. One narrow filter that
        # stays: `catch_warnings` would swap every thread's filters.
        warnings.filterwarnings("ignore", message="llama_token_get_attr is deprecated", category=DeprecationWarning)
        self.tokenizer: llguidance.LLTokenizer = lltokenizer_from_vocab(self._vocab)
        self._special = self._special_texts()

    def _read_template(self, model: ModelFile) -> bytes:
        template: bytes | None = llama_cpp.llama_model_chat_template(self._model, None)
        if not template:
            raise SetupError(f"{model.path}: the model has no chat template", hint="Choose an instruction-tuned GGUF.")
        bos = self._text_of(llama_cpp.llama_vocab_bos(self._vocab))
        eos = self._text_of(llama_cpp.llama_vocab_eos(self._vocab))
        self._starts_with_bos = bos if llama_cpp.llama_vocab_get_add_bos(self._vocab) else ""
        self.chat = ChatTemplate(template.decode("utf-8", "replace"), bos=bos, eos=eos)
        return template

    def tokenize(self, segment: Segment, *, first: bool) -> tuple[int, ...]:
        """Turn a segment into tokens; only the template's own text can become control tokens.

        Args:
            segment: the stretch of the prompt.
            first: whether it opens the prompt (some models want a begin-of-text token there).
        """
        template = segment.template
        if first and self._starts_with_bos and not template.startswith(self._starts_with_bos):
            template = self._starts_with_bos + template
        tokens = self.tokens_of(template, special=True)
        for piece in defuse(segment.outside, self._special):
            tokens += self.tokens_of(piece, special=False)
        return tuple(tokens)

    def copy(self, source: int, target: int) -> None:
        """Make a stream hold what another one does."""
        llama_cpp.llama_memory_seq_cp(self._memory, source, target, -1, -1)

    def truncate(self, stream: int, length: int) -> None:
        """Keep a stream's first `length` tokens.

        Raises:
            EngineCrash: the model cannot.
        """
        if not llama_cpp.llama_memory_seq_rm(self._memory, stream, length, -1):
            raise EngineCrash("the model cannot take tokens back")

    def clear(self) -> None:
        """Empty every stream."""
        llama_cpp.llama_memory_clear(self._memory, True)

    def decode(self, pieces: Sequence[Piece], *, is_step: bool) -> list[Logits]:
        """Run at most `BATCH_TOKENS` tokens through the model.

        Args:
            pieces: by stream, lowest first.
            is_step: whether this is a step of answers, which is filled up when steps have to be of one shape.

        Returns:
            The scores after each token that is to give some, each of shape (vocabulary,): views, to be changed at
            will, valid until the next call.

        Raises:
            EngineCrash: llama.cpp refused, with its own words.
        """
        fillers = self._fillers(len(pieces)) if is_step and self._is_padded else []
        wanted = sum(piece.scored for piece in pieces)
        batch = self._buffers.fill([*pieces, *fillers])
        status = llama_cpp.llama_decode(self._context, batch)
        for filler in fillers:
            self.truncate(filler.stream, filler.position)
        if status != 0:
            raise EngineCrash(f"llama.cpp could not decode (status {status}): {last_words()}")
        if not wanted:
            return []
        pointer = llama_cpp.llama_get_logits(self._context)
        return list(np.ctypeslib.as_array(pointer, shape=(wanted, self.vocab_size)))

    def _fillers(self, used: int) -> list[Piece]:
        """Fill a step up to all seats: what is computed there is thrown away."""
        fillers = []
        for stream in range(used, self.seats):
            position = llama_cpp.llama_memory_seq_pos_max(self._memory, stream) + 1
            if position + PAIR > self.context_tokens:
                self.truncate(stream, 0)
                position = 0
            fillers.append(Piece(stream, position, (0,) * PAIR, PAIR))
        return fillers

    def _probe(self) -> bool:
        """Find out whether a step's numbers depend on how many seats take part in it, by trying some."""
        if not self.shares:
            return self.seats == 1
        prefix, pair = range(1, 1 + _PROBE_TOKENS), (7, 8)
        self.decode([Piece(0, 0, prefix, 0)], is_step=False)
        for stream in range(1, self.seats):
            self.copy(0, stream)
        seen = []
        for used in sorted({1, 2, 3, self.seats}):
            if used <= self.seats:
                rows = self.decode([Piece(n, _PROBE_TOKENS, pair, PAIR) for n in range(used)], is_step=True)
                seen.append(np.array(rows[:PAIR]))
                for stream in range(used):
                    self.truncate(stream, _PROBE_TOKENS)
        self.clear()
        return all(np.array_equal(rows, seen[0]) for rows in seen)

    def interrupt(self) -> None:
        """Make whatever is being computed end now, and all that comes after it; may be called from any thread."""
        self._stop[0] = b"\1"

    def close(self) -> None:
        """Free the context and the model; calling it twice is fine."""
        if self._context:
            llama_cpp.llama_free(self._context)
        if self._model:
            llama_cpp.llama_model_free(self._model)
        self._context = self._model = None

    def tokens_of(self, text: str, *, special: bool = False) -> list[int]:
        """Turn a text into tokens, the way the vocabulary would cut it by itself."""
        raw = text.encode("utf-8", "replace")
        if not raw:
            return []
        room = len(raw) + 8
        buffer = (llama_cpp.llama_token * room)()
        count = llama_cpp.llama_tokenize(self._vocab, raw, len(raw), buffer, room, False, special)
        if count < 0:
            raise EngineCrash(f"llama.cpp could not tokenize {len(raw):,} bytes")
        return list(buffer[:count])

    def _special_texts(self) -> tuple[str, ...]:
        flags = llama_cpp.LLAMA_TOKEN_ATTR_CONTROL | llama_cpp.LLAMA_TOKEN_ATTR_USER_DEFINED
        texts = {
            self._text_of(token)
            for token in range(self.vocab_size)
            if llama_cpp.llama_vocab_get_attr(self._vocab, token) & flags
        }
        # White space and single characters are user-defined in some vocabularies and forge nothing.
        return tuple(sorted(text for text in texts if len(text.strip()) > 1))

    def _text_of(self, token: int) -> str:
        if token < 0:
            return ""
        text = llama_cpp.llama_vocab_get_text(self._vocab, token)
        return text.decode("utf-8", "replace") if text else ""


class _Buffers:
    """A `llama_batch` whose memory is numpy's, filled by slices."""

    def __init__(self, size: int) -> None:
        self._tokens = np.zeros(size, dtype=np.int32)
        self._positions = np.zeros(size, dtype=np.int32)
        self._counts = np.ones(size, dtype=np.int32)
        self._streams = np.zeros(size, dtype=np.int32)
        self._scored = np.zeros(size, dtype=np.int8)
        # Each token has a list of sequences; here each list is one entry of `_streams`.
        self._lists = self._streams.ctypes.data + np.arange(size, dtype=np.uintp) * self._streams.itemsize
        self._batch = llama_cpp.llama_batch()
        self._batch.token = _pointer(self._tokens, ctypes.c_int32)
        self._batch.pos = _pointer(self._positions, ctypes.c_int32)
        self._batch.n_seq_id = _pointer(self._counts, ctypes.c_int32)
        self._batch.seq_id = _pointer(self._lists, ctypes.POINTER(ctypes.c_int32))
        self._batch.logits = _pointer(self._scored, ctypes.c_int8)

    def fill(self, pieces: Sequence[Piece]) -> llama_cpp.llama_batch:
        """Lay pieces out, in order."""
        start = 0
        for piece in pieces:
            end = start + len(piece.tokens)
            self._tokens[start:end] = piece.tokens
            self._positions[start:end] = np.arange(piece.position, piece.position + end - start)
            self._streams[start:end] = piece.stream
            self._scored[start:end] = 0
            self._scored[end - piece.scored : end] = 1
            start = end
        self._batch.n_tokens = start
        return self._batch


def _pointer(array: NDArray[Any], kind: Any) -> Any:
    return ctypes.cast(array.ctypes.data, ctypes.POINTER(kind))


def _refused(model: ModelFile, what: str) -> SetupError:
    return SetupError(
        f"{model.path}: the model file {what}: {last_words()}",
        hint="Check the file against its published sha256, or name another with --model.",
    )
