"""How much of a model's context fits the memory it may have.

The figures are llama.cpp's own arithmetic for attention models; recurrent ones need less.
"""

from __future__ import annotations

from dataclasses import dataclass

from panel.errors import SetupError
from panel.models.memory import available_memory

WARM_STREAMS = 4
"""Streams beyond the seats': they keep dossiers and drafts for redrafts and revisions."""

_FREE_SHARE = 0.8
_MIB = 1024 * 1024
_KEY_BYTES, _VALUE_BYTES = 34 / 32, 2
"""Of one number in the cache: keys in eight bits with a scale for every 32, values in sixteen bits."""

_PIECE_TOKENS = 512
_OVERHEAD_BYTES = 64 * _MIB


@dataclass(frozen=True, slots=True)
class ModelSizes:
    """What decides how much memory a model takes."""

    weights_bytes: int
    layers: int
    heads: int
    kv_heads: int
    head_size: int
    vocabulary: int


def plan_streams(sizes: ModelSizes, context_tokens: int, seats: int, memory_limit_bytes: int | None) -> tuple[int, int]:
    """Decide how many streams a context gets and how many seats are written at once.

    Args:
        sizes: of the model.
        context_tokens: of one stream.
        seats: how many seats are wanted.
        memory_limit_bytes: for everything together; None is four fifths of what is free.

    Returns:
        Streams and seats, each at least 1; there are more streams than seats where memory allows.

    Raises:
        SetupError: not even one stream fits.
    """
    limit = available_memory() * _FREE_SHARE if memory_limit_bytes is None else memory_limit_bytes
    stream = stream_bytes(sizes, context_tokens)
    fixed = sizes.weights_bytes + scratch_bytes(sizes, context_tokens, seats)
    room = int((limit - fixed) // stream) if stream else seats + WARM_STREAMS
    if room < 1:
        raise SetupError(
            f"a context of {context_tokens:,} tokens does not fit: the model needs {_mib(fixed + stream)} MiB, "
            f"and may have {_mib(limit)}",
            hint="Raise memory_limit_mb in panel.toml, lower context_tokens, or choose a smaller model.",
        )
    streams = min(room, seats + WARM_STREAMS)
    # One stream is left to keep what would be overwritten, as soon as there are enough to spare one.
    return streams, min(seats, max(streams - 1, 1))


def stream_bytes(sizes: ModelSizes, context_tokens: int) -> int:
    """Return what one stream's cache takes."""
    return int(sizes.layers * sizes.kv_heads * sizes.head_size * (_KEY_BYTES + _VALUE_BYTES) * context_tokens)


def scratch_bytes(sizes: ModelSizes, context_tokens: int, seats: int) -> int:
    """Return what computing takes: the attention's scores of a whole piece of a prompt, and the last scores."""
    attention = context_tokens * _PIECE_TOKENS * sizes.heads * 4
    scores = 2 * seats * sizes.vocabulary * 4
    return attention + scores + _OVERHEAD_BYTES


def _mib(size: float) -> str:
    return f"{size / _MIB:,.0f}"
