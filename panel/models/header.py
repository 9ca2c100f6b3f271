"""A GGUF's header: what the file says of itself before any weight. Read without llama.cpp, and without trusting it.

The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from panel.errors import SetupError
from panel.models.files import printable, unreadable

_VERSIONS = (2, 3)
_NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
"""The format's scalar types, as `struct` writes them."""
_STRING, _ARRAY = 8, 9
_LONGEST_KEPT = 1 << 20
_DEEPEST = 4

Scalar = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Header:
    """What a GGUF says of itself.

    Attributes:
        tensors: how many it holds.
        fields: its texts and numbers by key; lists are left out.
    """

    tensors: int
    fields: dict[str, Scalar]


class _Damaged(Exception):
    """The header does not say what a header says; never leaves this module."""


def read_header(path: Path) -> Header:
    """Read a GGUF's header.

    Raises:
        SetupError: the file cannot be read, or its header is cut off, damaged or of an unknown version.
    """
    try:
        with path.open("rb") as file:
            return _Reader(file).header()
    except OSError as error:
        raise unreadable(path, error.strerror or str(error)) from error
    except _Damaged as error:
        raise SetupError(
            f"{printable(path)}: the model file's header is no good: {error}",
            hint="Check the file against its published sha256; a download may have been cut off.",
        ) from error


def check_can_draft(path: Path) -> None:
    """Refuse what no engine of the panel can write with, before minutes are spent on it.

    Raises:
        SetupError: it is a vocabulary, one part of several, an adapter, an embedding model, or has no chat template.
    """
    header = read_header(path)
    fields = header.fields
    architecture = fields.get("general.architecture", "")
    kind = fields.get("general.type", "model")
    parts = fields.get("split.count", 0)
    pooling = fields.get(f"{architecture}.pooling_type", 0)
    causal = fields.get(f"{architecture}.attention.causal", True)
    hint = "Choose an instruction-tuned GGUF."
    if isinstance(parts, int) and parts > 1:
        what = f"is one of {parts} parts of a model"
        hint = "Join them with `llama-gguf-split --merge`, and name the one file."
    elif kind != "model":
        what = f"is no model but of the type '{printable(str(kind))}'"
    elif not header.tensors:
        what = "holds a vocabulary and no weights"
    elif pooling or not causal:
        what = "is an embedding model: it writes no text"
    elif not fields.get("tokenizer.chat_template"):
        what = "has no chat template: it was not trained to answer"
    else:
        return
    raise SetupError(f"{printable(path)}: the file {what}", hint=hint)


class _Reader:
    """Walks through a header; every length in it is held against the file's end."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._size = os.fstat(file.fileno()).st_size

    def header(self) -> Header:
        if self._take(4) != b"GGUF":
            raise _Damaged("it does not begin with GGUF")
        version = self._number("I")
        if version not in _VERSIONS:
            raise _Damaged(f"its version is {version}, and {' and '.join(map(str, _VERSIONS))} are known")
        tensors, pairs = self._whole("Q"), self._whole("Q")
        fields: dict[str, Scalar] = {}
        for _ in range(pairs):
            key = self._text()
            value = self._value(self._whole("I"), 0)
            if value is not None:
                fields[key] = value
        return Header(tensors, fields)

    def _value(self, kind: int, depth: int) -> Scalar | None:
        if kind in _NUMBERS:
            return self._number(_NUMBERS[kind])
        if kind == _STRING:
            return self._text()
        if kind == _ARRAY and depth < _DEEPEST:
            self._skip_list(depth)
            return None
        raise _Damaged(f"a value of the unknown type {kind}")

    def _skip_list(self, depth: int) -> None:
        kind, count = self._whole("I"), self._whole("Q")
        if kind in _NUMBERS:
            self._skip(count * struct.calcsize(f"<{_NUMBERS[kind]}"))
            return
        for _ in range(count):
            if kind == _STRING:
                self._skip(self._whole("Q"))
            else:
                self._value(kind, depth + 1)

    def _text(self) -> str:
        length = self._whole("Q")
        if length > _LONGEST_KEPT:
            self._skip(length)
            return "…"
        return self._take(length).decode("utf-8", "replace")

    def _whole(self, code: str) -> int:
        return int(self._number(code))

    def _number(self, code: str) -> int | float | bool:
        value: int | float | bool
        (value,) = struct.unpack(f"<{code}", self._take(struct.calcsize(f"<{code}")))
        return value

    def _skip(self, length: int) -> None:
        if length > self._size - self._file.tell():
            raise _Damaged("it is cut off")
        self._file.seek(length, os.SEEK_CUR)

    def _take(self, length: int) -> bytes:
        data = self._file.read(length)
        if len(data) < length:
            raise _Damaged("it is cut off")
        return data
