"""The names of llama.cpp's file types."""

from __future__ import annotations

import llama_cpp

_PREFIXES = ("LLAMA_FTYPE_MOSTLY_", "LLAMA_FTYPE_ALL_")
_GUESSED: int = llama_cpp.LLAMA_FTYPE_GUESSED


def quantization_name(file_type: int) -> str:
    """Name a `llama_ftype`: 3 is "Q4_1"; a number without a name is "type 99"."""
    file_type &= ~_GUESSED
    for constant in dir(llama_cpp):
        for prefix in _PREFIXES:
            if constant.startswith(prefix) and getattr(llama_cpp, constant) == file_type:
                return constant.removeprefix(prefix)
    return f"type {file_type}"
