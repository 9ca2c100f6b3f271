"""What each stream of a context holds, and which of it the next prompt can use.

A stream is one sequence's own cache. It holds the segments of a prompt, in order, and then perhaps the answer to it.
Busy streams come first, without a gap, because llama.cpp computes neighbours together; the idle ones behind them keep
what they hold for the prompts to come. Knows nothing of tokens' meaning or of llama.cpp.

A segment is used whole or not at all. So its numbers depend on what stands before it, never on who computed it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

Tokens = tuple[int, ...]


class Cache(Protocol):
    """Where the streams are."""

    streams: int
    shares: bool

    def copy(self, source: int, target: int) -> None: ...  # noqa: D102
    def truncate(self, stream: int, length: int) -> None: ...  # noqa: D102


class Streams:
    """Keeps account of a cache.

    Args:
        cache: the streams; when it cannot share, nothing is ever copied or kept.
    """

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._held: list[list[Tokens]] = [[] for _ in range(cache.streams)]
        self._used = [0] * cache.streams
        self._clock = 0
        self._busy: set[int] = set()

    def shared(self, segments: Sequence[Tokens]) -> int:
        """Return how many tokens of a prompt some stream holds."""
        return self._best(segments)[1]

    def open(self, segments: Sequence[Tokens]) -> tuple[int, int]:
        """Make the first stream that is not busy hold as much of a prompt as any does, and nothing else.

        Returns:
            The stream, busy from now on, and how many segments it holds; never the prompt's last one, whose scores
            the answer begins with.
        """
        target = min(set(range(self._cache.streams)) - self._busy)
        source, tokens = self._best(segments)
        count = _common(self._held[source], segments) if tokens else 0
        if not tokens or _common(self._held[target], segments) == count:
            source = target
        if self._held[target] != list(segments[: len(self._held[target])]):
            self._save(target, spared=source)
        if source != target:
            self._cache.copy(source, target)
            self._touch(source)
        self._held[target] = list(segments[:count])
        self._cache.truncate(target, tokens)
        self._touch(target)
        self._busy.add(target)
        return target, count

    def close(self, stream: int) -> int | None:
        """Give up a busy stream; what it holds is kept among the idle ones.

        Returns:
            The busy stream that took its place, so that no gap is left; None when there is no gap.
        """
        last = max(self._busy)
        self._busy.remove(last if self._cache.shares else stream)
        if stream == last or not self._cache.shares:
            return None
        self._save(stream, spared=last)
        self._cache.copy(last, stream)
        self._held[stream] = list(self._held[last])
        self._touch(stream)
        return last

    def append(self, stream: int, segment: Tokens) -> None:
        """Note that a segment has been computed."""
        if self._cache.shares:
            self._held[stream].append(segment)
            self._touch(stream)

    def forget(self, stream: int) -> None:
        """Note that nobody knows what a stream holds."""
        self._held[stream].clear()

    def _best(self, segments: Sequence[Tokens]) -> tuple[int, int]:
        """Return the stream that holds the most of a prompt, and how many tokens; the last among equals."""
        best, most = 0, 0
        if self._cache.shares:
            for stream, held in enumerate(self._held):
                tokens = sum(map(len, segments[: _common(held, segments)]))
                if tokens and tokens >= most:
                    best, most = stream, tokens
        return best, most

    def _is_worth_keeping(self, stream: int) -> bool:
        """Tell whether a stream holds anything that no other does."""
        held = self._held[stream]
        return bool(held) and not any(
            other[: len(held)] == held for index, other in enumerate(self._held) if index != stream
        )

    def _save(self, stream: int, *, spared: int) -> None:
        """Copy a stream that is about to be overwritten over the idle one that is missed least."""
        idle = set(range(self._cache.streams)) - self._busy - {stream, spared}
        if not idle or not self._is_worth_keeping(stream):
            return
        victim = min(idle, key=lambda index: (self._is_worth_keeping(index), self._used[index]))
        if self._used[victim] < self._used[stream] or not self._is_worth_keeping(victim):
            self._cache.copy(stream, victim)
            self._held[victim] = list(self._held[stream])
            self._used[victim] = self._used[stream]

    def _touch(self, stream: int) -> None:
        self._clock += 1
        self._used[stream] = self._clock


def _common(held: Sequence[Tokens], segments: Sequence[Tokens]) -> int:
    """Return how many leading segments are held, the prompt's last never counted."""
    count = 0
    for one, other in zip(held, segments[:-1], strict=False):
        if one != other:
            break
        count += 1
    return count
