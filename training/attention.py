"""Attention for one shared beginning and several continuations that do not see each other.

Masked as one long sequence, two thirds of all pairs would be computed to be thrown away; here each continuation asks
only the beginning and itself. Written out as matrix products: on a processor, PyTorch's fused kernel takes three times
as long to go back through.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from transformers import AttentionInterface

NAME = "shared_beginning"


class SharedBeginning:
    """The layout of the sequence that is being computed, and attention over it."""

    def __init__(self) -> None:
        self._shared = self._own = self._count = 0
        self._future = torch.ones(0, 0, dtype=torch.bool)

    def lay_out(self, shared: int, own: int, count: int, device: torch.device) -> Tensor:
        """Say how the next sequence is cut.

        Args:
            shared: tokens of the beginning.
            own: tokens of each continuation, filled up to the same length.
            count: of continuations.
            device: where the sequence is.

        Returns:
            The tokens' positions, shape (1, shared + own x count): each continuation goes on where the beginning ends.
        """
        self._shared, self._own, self._count = shared, own, count
        side = max(shared, own)
        self._future = torch.ones(side, side, dtype=torch.bool, device=device).triu(1)
        tail = torch.arange(shared, shared + own, device=device).repeat(count)
        return torch.cat([torch.arange(shared, device=device), tail])[None]

    def attend(
        self, module: Any, query: Tensor, key: Tensor, value: Tensor, attention_mask: Any, scaling: float, **_: Any
    ) -> tuple[Tensor, None]:
        """Attend.

        Args:
            module: the layer; unused.
            query: shape (1, heads, tokens, size).
            key: shape (1, key heads, tokens, size); each serves heads / key heads of the query's.
            value: as the key.
            attention_mask: unused; the layout says it.
            scaling: of the scores.

        Returns:
            Shape (1, tokens, heads, size), and no weights.
        """
        heads, key_heads, size = query.shape[1], key.shape[1], query.shape[3]
        # (key heads, heads of each, tokens, size)
        query = (query * scaling).view(key_heads, heads // key_heads, -1, size)
        key, value = key[0], value[0]
        begun = self._attend_shared(query[:, :, : self._shared], key[:, : self._shared], value[:, : self._shared])
        parts = [begun]
        if self._count:
            parts.append(self._attend_own(query[:, :, self._shared :], key, value))
        return torch.cat(parts, dim=2).reshape(1, heads, -1, size).transpose(1, 2), None

    def _attend_shared(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        groups, length = query.shape[1], self._shared
        scores = query.flatten(1, 2) @ key.transpose(1, 2)
        scores = scores.view(-1, groups, length, length).masked_fill(self._future[:length, :length], float("-inf"))
        weights = scores.softmax(dim=-1).flatten(1, 2)
        return (weights @ value).view(query.shape)

    def _attend_own(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        key_heads, groups, _, size = query.shape
        count, own, shared = self._count, self._own, self._shared
        to_shared = query.flatten(1, 2) @ key[:, :shared].transpose(1, 2)
        to_shared = to_shared.view(key_heads, groups, count, own, shared)
        # (key heads x count, groups x own, size) against (key heads x count, own, size)
        apart = query.view(key_heads, groups, count, own, size).transpose(1, 2).flatten(0, 1).flatten(1, 2)
        own_key = key[:, shared:].reshape(key_heads * count, own, size)
        own_value = value[:, shared:].reshape(key_heads * count, own, size)
        to_own = (apart @ own_key.transpose(1, 2)).view(key_heads, count, groups, own, own).transpose(1, 2)
        to_own = to_own.masked_fill(self._future[:own, :own], float("-inf"))
        weights = torch.cat([to_shared, to_own], dim=-1).softmax(dim=-1)
        from_shared = (weights[..., :shared].flatten(1, 3) @ value[:, :shared]).view(key_heads, groups, -1, size)
        own_weights = weights[..., shared:].transpose(1, 2).reshape(key_heads * count, groups * own, own)
        from_own = (own_weights @ own_value).view(key_heads, count, groups, own, size).transpose(1, 2)
        return from_shared + from_own.reshape(key_heads, groups, -1, size)


LAYOUT = SharedBeginning()
AttentionInterface.register(NAME, LAYOUT.attend)
