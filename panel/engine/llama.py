"""llama.cpp through its C interface: one model, one context, tokens in, logits out.

The only module of the engine that knows llama.cpp. It holds no policy: what to decode, when to stop and what to
keep is `panel.engine.worker`'s. Not thread-safe: one thread owns an instance from `open` to `close`.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import warnings
from collections.abc import Sequence
from importlib.metadata import version

import llama_cpp
import llguidance
import numpy as np
from llguidance.llamacpp import lltokenizer_from_vocab

from panel.engine.chat import ChatTemplate, Segment
from panel.engine.sampling import Logits
from panel.engine.worker import BatchOfOneEngine
from panel.engine.writing import BATCH_TOKENS
from panel.errors import EngineCrash, SetupError
from panel.models import ModelFile
from panel.models.quantization import quantization_name
from panel.records import EngineIdentity

_log_tail: list[str] = []


@llama_cpp.llama_log_callback  # type: ignore[untyped-decorator]
def _remember_log(level: int, text: bytes, user_data: ctypes.c_void_p) -> None:
    """Keep llama.cpp's last words for an error message, and its chatter off the terminal."""
    _log_tail.append(text.decode("utf-8", "replace"))
    del _log_tail[:-60]


def open_llama(model: ModelFile, *, context_tokens: int, threads: int) -> BatchOfOneEngine:
    """Open the in-process engine over a GGUF.

    Raises:
        SetupError: the file cannot be loaded, or its chat template cannot be used.
    """
    return BatchOfOneEngine(lambda: LlamaContext(model, context_tokens=context_tokens, threads=threads))


class LlamaContext:
    """A loaded model with one context of `context_tokens` tokens."""

    def __init__(self, model: ModelFile, *, context_tokens: int, threads: int) -> None:
        llama_cpp.llama_log_set(_remember_log, ctypes.c_void_p(0))
        llama_cpp.llama_backend_init()
        self._model = self._context = self._batch = None
        _log_tail.clear()
        try:
            self._load(model, context_tokens, threads)
            self._read_vocabulary()
            template = self._read_template(model)
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
            quantization=quantization_name(llama_cpp.llama_model_ftype(self._model)),
            chat_template_sha256=hashlib.sha256(template).hexdigest(),
            context_tokens=self.context_tokens,
            threads=threads,
        )

    def _load(self, model: ModelFile, context_tokens: int, threads: int) -> None:
        self._model = llama_cpp.llama_model_load_from_file(
            os.fsencode(model.path), llama_cpp.llama_model_default_params()
        )
        if not self._model:
            raise _refused(model, "cannot be loaded")
        self.context_tokens = min(context_tokens, llama_cpp.llama_model_n_ctx_train(self._model))
        parameters = llama_cpp.llama_context_default_params()
        parameters.n_ctx = self.context_tokens
        parameters.n_batch = parameters.n_ubatch = BATCH_TOKENS
        parameters.n_seq_max = 1
        parameters.n_threads = parameters.n_threads_batch = threads
        self._context = llama_cpp.llama_init_from_model(self._model, parameters)
        if not self._context:
            raise _refused(model, f"leaves no room for a context of {self.context_tokens:,} tokens")
        self._memory = llama_cpp.llama_get_memory(self._context)
        self._batch = llama_cpp.llama_batch_init(BATCH_TOKENS, 0, 1)

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
        tokens = self._tokens_of(template, special=True)
        for piece in defuse(segment.outside, self._special):
            tokens += self._tokens_of(piece, special=False)
        return tuple(tokens)

    def truncate(self, length: int) -> bool:
        """Keep the first `length` tokens of the context; False (and an empty context) if the model cannot."""
        if length and llama_cpp.llama_memory_seq_rm(self._memory, 0, length, -1):
            return True
        llama_cpp.llama_memory_clear(self._memory, True)
        return length == 0

    def decode(self, tokens: Sequence[int], position: int) -> None:
        """Run at most `BATCH_TOKENS` tokens through the model, the first at `position`.

        Raises:
            EngineCrash: llama.cpp refused, with its own words.
        """
        batch = self._batch
        assert batch is not None
        batch.n_tokens = len(tokens)
        for index, token in enumerate(tokens):
            batch.token[index] = token
            batch.pos[index] = position + index
            batch.n_seq_id[index] = 1
            batch.seq_id[index][0] = 0
            batch.logits[index] = index == len(tokens) - 1
        status = llama_cpp.llama_decode(self._context, batch)
        if status != 0:
            raise EngineCrash(f"llama.cpp could not decode (status {status}): {_last_words()}")

    def logits(self) -> Logits:
        """Return the scores after the last decoded token, shape (vocabulary,); a view, valid until the next decode."""
        pointer = llama_cpp.llama_get_logits_ith(self._context, -1)
        scores: Logits = np.ctypeslib.as_array(pointer, shape=(self.vocab_size,))
        return scores

    def close(self) -> None:
        """Free the context and the model; calling it twice is fine."""
        if self._batch is not None:
            llama_cpp.llama_batch_free(self._batch)
        if self._context:
            llama_cpp.llama_free(self._context)
        if self._model:
            llama_cpp.llama_model_free(self._model)
        self._batch = self._context = self._model = None

    def _tokens_of(self, text: str, *, special: bool) -> list[int]:
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


def _refused(model: ModelFile, what: str) -> SetupError:
    return SetupError(
        f"{model.path}: the model file {what}: {_last_words()}",
        hint="Check the file against its published sha256, or name another with --model.",
    )


def _last_words() -> str:
    telling = [line.strip() for line in _log_tail if "error" in line.lower() or "failed" in line.lower()]
    return "; ".join(telling[-3:]) or "llama.cpp gave no reason"
