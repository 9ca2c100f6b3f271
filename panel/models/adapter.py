"""A LoRA adapter in a GGUF, and folding it into its base model.

The adapter's file is laid out as llama.cpp has it: for a matrix W of the base, `W.lora_a` of shape (rank, in) and
`W.lora_b` of shape (out, rank); the product B A, times alpha / rank, is what the training added to W. Folded in, it
costs nothing while writing; left beside the model, llama.cpp computes two more products for each matrix.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gguf
import numpy as np
from numpy.typing import NDArray

from panel.errors import SetupError

_A, _B = ".lora_a", ".lora_b"

Matrices = dict[str, tuple[NDArray[np.float32], NDArray[np.float32]]]
"""By the base's tensor: A of shape (rank, in), B of shape (out, rank)."""


def write_adapter(path: Path, matrices: Matrices, *, architecture: str, alpha: float, name: str) -> None:
    """Write an adapter that llama.cpp can load too, its matrices in eight bits where their rows are whole blocks."""
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_type(gguf.GGUFType.ADAPTER)
    writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
    writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, alpha)
    writer.add_name(name)
    for tensor, (a, b) in sorted(matrices.items()):
        _add(writer, tensor + _A, a)
        _add(writer, tensor + _B, b)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def read_adapter(path: Path) -> tuple[Matrices, float]:
    """Read an adapter.

    Returns:
        Its matrices, and alpha / rank.

    Raises:
        SetupError: the file is no LoRA adapter.
    """
    try:
        reader = gguf.GGUFReader(path)
        alpha = float(reader.fields[gguf.Keys.Adapter.LORA_ALPHA].contents())
        tensors = {tensor.name: gguf.dequantize(tensor.data, tensor.tensor_type) for tensor in reader.tensors}
        names = sorted(name.removesuffix(_A) for name in tensors if name.endswith(_A))
        matrices = {name: (tensors[name + _A], tensors[name + _B]) for name in names}
        rank = next(iter(matrices.values()))[0].shape[0]
    except (OSError, LookupError, ValueError, OverflowError, StopIteration, NotImplementedError) as error:
        raise SetupError(f"{path.name}: not a LoRA adapter: {type(error).__name__}: {error}") from error
    return matrices, alpha / rank


def fold(base: Path, adapter: Path, target: Path, *, name: str) -> None:
    """Write base and adapter as one model; the matrices the adapter changes come out in eight bits.

    Args:
        base: the model that the adapter was trained on.
        adapter: as `write_adapter` wrote it.
        target: the new file.
        name: the model's name, for its metadata.

    Raises:
        SetupError: the adapter is none, or is of another model.
        OSError: the disk said no.
    """
    matrices, scale = read_adapter(adapter)
    reader = gguf.GGUFReader(base)
    shapes = {tensor.name: tuple(reversed(tensor.shape.tolist())) for tensor in reader.tensors}
    for tensor, (a, b) in matrices.items():
        if shapes.get(tensor) != (b.shape[0], a.shape[1]):
            raise SetupError(f"{adapter.name}: the adapter is of another model: {tensor} does not fit")
    writer = gguf.GGUFWriter(target, str(reader.fields[gguf.Keys.General.ARCHITECTURE].contents()))
    _copy_metadata(reader, writer, name)
    for held in reader.tensors:
        if held.name not in matrices:
            writer.add_tensor(held.name, held.data, raw_dtype=held.tensor_type)
            continue
        a, b = matrices[held.name]
        weights = gguf.dequantize(held.data, held.tensor_type)
        _add(writer, held.name, weights.reshape(shapes[held.name]) + scale * (b @ a))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _add(writer: gguf.GGUFWriter, name: str, weights: NDArray[Any]) -> None:
    weights = np.ascontiguousarray(weights, dtype=np.float32)
    kind = gguf.GGMLQuantizationType.Q8_0
    if weights.shape[1] % gguf.GGML_QUANT_SIZES[kind][0]:
        writer.add_tensor(name, weights)
    else:
        writer.add_tensor(name, gguf.quantize(weights, kind), raw_dtype=kind)


def _copy_metadata(reader: gguf.GGUFReader, writer: gguf.GGUFWriter, name: str) -> None:
    changed = {gguf.Keys.General.NAME: name, gguf.Keys.General.FILE_TYPE: int(gguf.LlamaFileType.MOSTLY_Q8_0)}
    for field in reader.fields.values():
        if field.name == gguf.Keys.General.ARCHITECTURE or field.name.startswith("GGUF."):
            continue
        kind = field.types[0]
        inner = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(field.name, changed.get(field.name, field.contents()), kind, sub_type=inner)
