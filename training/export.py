"""From PEFT's matrices to the adapter's file, in llama.cpp's names and order of rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from panel.models.adapter import Matrices, write_adapter

_NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
_PEFT = re.compile(r"layers\.(\d+)\.(\w+\.\w+)\.lora_([AB])\.")


def export_adapter(path: Path, weights: Mapping[str, Tensor], config: Any, *, alpha: float, name: str) -> None:
    """Write an adapter.

    Args:
        path: the file.
        weights: the LoRA's matrices by PEFT's names.
        config: the model's, for its numbers of heads.
        alpha: the LoRA's.
        name: what the adapter is called.
    """
    halves: dict[str, dict[str, NDArray[np.float32]]] = {}
    for peft_name, weight in weights.items():
        found = _PEFT.search(peft_name)
        if found is None:
            raise ValueError(f"no LoRA matrix: {peft_name}")
        tensor = f"blk.{found[1]}.{_NAMES[found[2]]}.weight"
        halves.setdefault(tensor, {})[found[3]] = weight.detach().float().cpu().numpy()
    matrices: Matrices = {tensor: (half["A"], _reorder(tensor, half["B"], config)) for tensor, half in halves.items()}
    write_adapter(path, matrices, architecture="llama", alpha=alpha, name=name)


def _reorder(tensor: str, rows: NDArray[np.float32], config: Any) -> NDArray[np.float32]:
    """Order a head's rows as llama.cpp rotates them: pairs beside each other, not half a head apart."""
    heads = {"attn_q": config.num_attention_heads, "attn_k": config.num_key_value_heads}.get(tensor.split(".")[2])
    if heads is None:
        return rows
    return rows.reshape(heads, 2, rows.shape[0] // heads // 2, -1).swapaxes(1, 2).reshape(rows.shape)
