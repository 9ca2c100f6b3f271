"""The prefix tree of all prompts, and which stream of a context holds which path of it.

A prompt is cut into segments: house rules, dossier, persona, what is asked last. Prompts that begin with the same
segments share the nodes of those. A node is computed once and used whole or not at all; so its numbers depend on what
stands before it, never on who computed it.

A stream is one sequence's own cache. It holds a path from the root, and then perhaps the answer to it. Busy streams
come first, without a gap, because llama.cpp computes neighbours together; the idle ones behind them keep what they hold
for prompts to come. Knows nothing of tokens' meaning or of llama.cpp.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

Tokens = tuple[int, ...]

KEPT_NODES = 4096


@dataclass(frozen=True, eq=False, slots=True)
class Node:
    """A segment at its place: two nodes are the same only if all that stands before them is.

    Attributes:
        tokens: of the segment.
        end: how many tokens the path from the root takes, this segment included.
    """

    tokens: Tokens
    end: int


class PrefixTree:
    """Gives equal beginnings of prompts the same nodes."""

    def __init__(self) -> None:
        self._nodes: dict[tuple[Node | None, Tokens], Node] = {}

    def __len__(self) -> int:
        return len(self._nodes)

    def path(self, segments: Sequence[Tokens]) -> list[Node]:
        """Return a prompt's nodes, the root's child first."""
        path: list[Node] = []
        for tokens in segments:
            parent = path[-1] if path else None
            node = self._nodes.get((parent, tokens))
            if node is None:
                node = self._nodes[parent, tokens] = Node(tokens, (parent.end if parent else 0) + len(tokens))
            path.append(node)
        return path


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
        self._held: list[list[Node]] = [[] for _ in range(cache.streams)]
        self._nodes: set[Node] = set()
        self._used = [0] * cache.streams
        self._clock = 0
        self._busy: set[int] = set()

    def shared(self, path: Sequence[Node]) -> int:
        """Return how many tokens of a prompt some stream holds; its last segment never counts."""
        return path[count - 1].end if (count := self._count(path)) else 0

    def open(self, path: Sequence[Node]) -> tuple[int, int]:
        """Make the first stream that is not busy hold as much of a prompt as any does, and nothing else.

        Returns:
            The stream, busy from now on, and how many segments it holds; never the prompt's last one, whose scores
            the answer begins with.
        """
        target = min(set(range(self._cache.streams)) - self._busy)
        count = self._count(path)
        held = list(path[:count])
        source = target
        if held != self._held[target][:count]:
            source = max(stream for stream, other in enumerate(self._held) if other[:count] == held)
        if self._held[target] != held:
            self._save(target, spared=source)
        if source != target:
            self._cache.copy(source, target)
            self._touch(source)
        self._hold(target, held)
        self._cache.truncate(target, held[-1].end if held else 0)
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
        self._hold(stream, self._held[last])
        return last

    def append(self, stream: int, node: Node) -> None:
        """Note that a segment has been computed."""
        if self._cache.shares:
            self._hold(stream, [*self._held[stream], node])

    def forget(self, stream: int) -> None:
        """Note that nobody knows what a stream holds."""
        self._hold(stream, [])

    def _count(self, path: Sequence[Node]) -> int:
        """Return how many leading segments of a prompt some stream holds, the last one never counted."""
        return next((count for count in range(len(path) - 1, 0, -1) if path[count - 1] in self._nodes), 0)

    def _hold(self, stream: int, path: Sequence[Node]) -> None:
        self._held[stream] = list(path)
        self._nodes = {node for held in self._held for node in held}
        self._touch(stream)

    def _is_worth_keeping(self, stream: int) -> bool:
        """Tell whether a stream holds anything that no other does."""
        held = self._held[stream]
        return bool(held) and not any(held[-1] in other for index, other in enumerate(self._held) if index != stream)

    def _save(self, stream: int, *, spared: int) -> None:
        """Copy a stream that is about to be overwritten over the idle one that is missed least."""
        idle = set(range(self._cache.streams)) - self._busy - {stream, spared}
        if not idle or not self._is_worth_keeping(stream):
            return
        victim = min(idle, key=lambda index: (self._is_worth_keeping(index), self._used[index]))
        if self._used[victim] < self._used[stream] or not self._is_worth_keeping(victim):
            self._cache.copy(stream, victim)
            used = self._used[stream]
            self._hold(victim, self._held[stream])
            self._used[victim] = used

    def _touch(self, stream: int) -> None:
        self._clock += 1
        self._used[stream] = self._clock
