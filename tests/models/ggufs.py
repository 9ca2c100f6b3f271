"""Small GGUFs for tests: a header that says what it is told to say, and a tensor or none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gguf
import numpy as np


def write_model(path: Path, *, architecture: str = "llama", tensors: int = 1, **fields: Any) -> Path:
    """Write a GGUF; `a__b` in a field's name stands for `a.b`."""
    writer = gguf.GGUFWriter(path, architecture)
    for name, value in fields.items():
        key = name.replace("__", ".")
        if isinstance(value, bool):
            writer.add_bool(key, value)
        elif isinstance(value, int):
            writer.add_uint32(key, value)
        elif isinstance(value, float):
            writer.add_float32(key, value)
        elif isinstance(value, list):
            writer.add_array(key, value)
        else:
            writer.add_string(key, value)
    for number in range(tensors):
        writer.add_tensor(f"t{number}", np.zeros((4, 4), dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def write_shortened(source: Path, path: Path, *, layers: int) -> Path:
    """Write a model anew with its first layers only: the real vocabulary and formats, a fraction of the time."""
    reader = gguf.GGUFReader(source)
    architecture = reader.fields["general.architecture"].contents()
    writer = gguf.GGUFWriter(path, architecture)
    for field in reader.fields.values():
        if field.name.startswith("GGUF.") or field.name == "general.architecture":
            continue
        kind = field.types[0]
        items = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
        value = layers if field.name == f"{architecture}.block_count" else field.contents()
        writer.add_key_value(field.name, value, kind, items)
    for tensor in reader.tensors:
        if not tensor.name.startswith("blk.") or int(tensor.name.split(".")[1]) < layers:
            writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
