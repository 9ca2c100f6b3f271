"""llama.cpp's own words: off the terminal, and the last of them kept for an error message.

llama.cpp has one log for the whole process; whoever uses it calls `catch_logs` first.
"""

from __future__ import annotations

import ctypes

import llama_cpp

_KEPT_LINES = 60
_tail: list[str] = []


# Bound to a name of this module: llama.cpp keeps a bare pointer, and a collected callback would be called all the same.
@llama_cpp.llama_log_callback  # type: ignore[untyped-decorator]
def _remember(level: int, text: bytes, user_data: ctypes.c_void_p) -> None:
    _tail.append(text.decode("utf-8", "replace"))
    del _tail[:-_KEPT_LINES]


def catch_logs() -> None:
    """Take llama.cpp's log over, and forget what it said so far."""
    _tail.clear()
    llama_cpp.llama_log_set(_remember, ctypes.c_void_p(0))


def last_words() -> str:
    """Return the last errors llama.cpp reported since `catch_logs`, three at most, on one line."""
    telling = [
        line.strip() for line in "".join(_tail).splitlines() if "error" in line.lower() or "fail" in line.lower()
    ]
    return "; ".join(telling[-3:]) or "llama.cpp gave no reason"
