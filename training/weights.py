"""The base model's weights, from its GGUF into torch."""

from __future__ import annotations

from typing import Any

import torch
from transformers import AutoModelForCausalLM

from panel.models import ModelFile
from training.attention import NAME


def load_weights(base: ModelFile, device: torch.device, dtype: torch.dtype = torch.bfloat16) -> Any:
    """Load a GGUF as a causal language model, with the attention of `training.attention`."""
    model = AutoModelForCausalLM.from_pretrained(
        base.path.parent, gguf_file=base.path.name, dtype=dtype, attn_implementation=NAME
    )
    return model.to(device)
