"""Attention for one shared beginning and several continuations that do not see each other.

A tool's four seats read the same dossier. Masked as one long sequence, two thirds of all pairs would be computed to be
thrown away; here each continuation asks only the beginning and itself. A sequence is computed in two parts: the
prompts, without gradients, and then the answers, which look back at them. So only the answers, a quarter of the tokens,
cost a way back; what the prompts' reading would have learnt from it is given up (docs/LOG.md has both side by side).

Written out as matrix products: on a processor, PyTorch's fused kernel takes three times as long to go back through.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from transformers import AttentionInterface

NAME = "shared_beginning"


class SharedBeginning:
    """The layout of the sequence that is being computed, and attention over it.

    Shapes below: H key heads, G query heads to each, N continuations, S tokens of the beginning, P tokens of the
    longest prompt, A tokens of the longest answer, D numbers a head.
    """

    def __init__(self) -> None:
        self._shared = self._longest = self._answer = 0
        self._lengths: tuple[int, ...] = ()
        self._future = self._filler = torch.ones(0, 0, dtype=torch.bool)
        self._read: dict[int, tuple[Tensor, Tensor]] = {}
        self._is_reading = True

    def lay_out_prompts(self, shared: int, lengths: Sequence[int], device: torch.device) -> Tensor:
        """Say how the prompts lie: the beginning, then each continuation, filled up to the longest.

        Returns:
            The tokens' positions, shape (1, S + N x P): each continuation goes on where the beginning ends.
        """
        self._is_reading, self._read = True, {}
        self._shared, self._lengths, self._longest = shared, tuple(lengths), max(lengths)
        side = max(shared, self._longest)
        self._future = torch.ones(side, side, dtype=torch.bool, device=device).triu(1)
        tail = torch.arange(shared, shared + self._longest, device=device).repeat(len(lengths))
        return torch.cat([torch.arange(shared, device=device), tail])[None]

    def lay_out_answers(self, longest: int, device: torch.device) -> Tensor:
        """Say how the answers lie, each filled up to the longest; the prompts have been computed.

        Returns:
            The tokens' positions, shape (1, N x A).
        """
        self._is_reading, self._answer = False, longest
        place = torch.arange(self._longest, device=device)
        self._filler = torch.stack([place >= length for length in self._lengths])
        self._future = torch.ones(longest, longest, dtype=torch.bool, device=device).triu(1)
        starts = [self._shared + length for length in self._lengths]
        return torch.cat([torch.arange(start, start + longest, device=device) for start in starts])[None]

    def attend(
        self, module: Any, query: Tensor, key: Tensor, value: Tensor, attention_mask: Any, scaling: float, **_: Any
    ) -> tuple[Tensor, None]:
        """Attend.

        Args:
            module: the layer; its number tells whose keys are kept.
            query: shape (1, H x G, tokens, D).
            key: shape (1, H, tokens, D).
            value: as the key.
            attention_mask: unused; the layout says it.
            scaling: of the scores.

        Returns:
            Shape (1, tokens, H x G, D), and no weights.
        """
        heads, key_heads, size = query.shape[1], key.shape[1], query.shape[3]
        query, key, value = (query * scaling).view(key_heads, heads // key_heads, -1, size), key[0], value[0]
        if self._is_reading:
            self._read[module.layer_idx] = (key.detach(), value.detach())
            cut = self._shared
            begun = self._attend_beginning(query[:, :, :cut], key[:, :cut], value[:, :cut])
            own = self._attend_own(query[:, :, cut:], key, value, key[:, cut:], value[:, cut:], self._longest)
            attended = torch.cat([begun, own], dim=2)
        else:
            read_key, read_value = self._read[module.layer_idx]
            attended = self._attend_own(query, read_key, read_value, key, value, self._answer)
        return attended.reshape(1, heads, -1, size).transpose(1, 2), None

    def _attend_beginning(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        scores = (query.flatten(1, 2) @ key.transpose(1, 2)).view(*query.shape[:3], self._shared)
        weights = scores.masked_fill(self._future[: self._shared, : self._shared], float("-inf")).softmax(dim=-1)
        return (weights.flatten(1, 2) @ value).view(query.shape)

    def _attend_own(
        self, query: Tensor, read_key: Tensor, read_value: Tensor, key: Tensor, value: Tensor, own: int
    ) -> Tensor:
        """Let each continuation's `own` tokens ask the beginning, their prompt where it was read before, themselves."""
        key_heads, groups, _, size = query.shape
        count, shared, longest = len(self._lengths), self._shared, self._longest
        each = query.view(key_heads, groups, count, own, size).transpose(1, 2).reshape(key_heads * count, -1, size)

        def scores(keys: Tensor, width: int) -> Tensor:
            found = each @ keys.reshape(key_heads * count, width, size).transpose(1, 2)
            return found.view(key_heads, count, groups, own, width).transpose(1, 2)

        to_shared = query.flatten(1, 2) @ read_key[:, :shared].transpose(1, 2)
        parts = [to_shared.view(key_heads, groups, count, own, shared)]
        held = []
        if not self._is_reading:
            to_prompt = scores(read_key[:, shared:], longest)
            parts.append(to_prompt.masked_fill(self._filler[None, None, :, None], float("-inf")))
            held.append((read_value[:, shared:], longest))
        parts.append(scores(key, own).masked_fill(self._future[:own, :own], float("-inf")))
        held.append((value, own))
        weights = torch.cat(parts, dim=-1).softmax(dim=-1)
        result = (weights[..., :shared].flatten(1, 3) @ read_value[:, :shared]).view(query.shape)
        first = shared
        for values, width in held:
            part = weights[..., first : first + width].transpose(1, 2).reshape(key_heads * count, -1, width)
            told = (part @ values.reshape(key_heads * count, width, size)).view(key_heads, count, groups, own, size)
            result = result + told.transpose(1, 2).reshape(query.shape)
            first += width
        return result


LAYOUT = SharedBeginning()
AttentionInterface.register(NAME, LAYOUT.attend)
