"""GGUF files with random weights: what a model of a given shape costs, without that model.

The layers, and so the arithmetic of a token, are those of the named shape; the vocabulary and the chat template are
the embedded model's, so the embedding is as many rows long as that vocabulary (`replace(LLAMA_1B, vocabulary=128_256)`
has the published number of weights). What such a model writes is noise. A weight has mean 0 and standard deviation
1/sqrt(inputs), so that scores stay finite and near 1.

The same shape, quantization and seed give the same bytes; a file under its final name is whole; no more than one
tensor is in memory at a time.

    python -m benchmarks.random_weights llama-1b [--folder DIR] [--quantization Q4_0] [--seed 0]
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import math
import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, GGUFReader, GGUFWriter, LlamaFileType, TokenType
from gguf.gguf_writer import GGUFValue

from panel.models import EMBEDDED, find_model

Quantization = Literal["Q4_0", "Q8_0", "F16"]

FORMAT = 1
"""Counts up whenever this module would write other bytes for the same shape."""

CACHE = Path("~/.cache/panel-benchmarks")
_BLOCK = 32  # values that share a scale in Q4_0 and Q8_0
_SLICE_VALUES = 1 << 24
_EPSILON = 1e-5
_HEAD_CHARACTERS, _TAIL_CHARACTERS = 7, 2


@dataclass(frozen=True, slots=True)
class Shape:
    """The numbers that a model's cost follows from; 0 where an architecture has no such thing.

    Attributes:
        name: for people and for the file's name.
        architecture: llama.cpp's name: `llama`, `gemma3` (sliding windows), `mamba` (recurrent), `lfm2` (hybrid).
        layers: how many.
        width: values of a token between two layers.
        context: the most tokens it claims to have been trained on.
        heads: of attention.
        kv_heads: heads that keys and values have.
        head_size: values of a head.
        ffn: values inside a feed-forward block.
        rope_base: of the rotary positions.
        vocabulary: pad the vocabulary to this many tokens; 0 leaves it as it is.
        sliding_window: tokens that a `gemma3` layer looks back; every sixth layer looks at all.
        convolution_layers: layers of `lfm2` that have a short convolution for attention.
        conv_kernel: tokens under a convolution (`mamba`, `lfm2`).
        state_size: values of state for each inner value (`mamba`).
        time_step_rank: of `mamba`'s step sizes.
    """

    name: str
    architecture: str
    layers: int
    width: int
    context: int
    heads: int = 0
    kv_heads: int = 0
    head_size: int = 0
    ffn: int = 0
    rope_base: float = 10_000.0
    vocabulary: int = 0
    sliding_window: int = 0
    convolution_layers: tuple[int, ...] = ()
    conv_kernel: int = 0
    state_size: int = 0
    time_step_rank: int = 0

    @property
    def recurrent(self) -> bool:
        """Whether all its memory is a state that cannot be cut back."""
        return self.architecture == "mamba"

    @property
    def hybrid(self) -> bool:
        """Whether a part of its memory is such a state."""
        return bool(self.convolution_layers)


TINY = Shape("tiny", "llama", layers=2, width=64, context=4096, heads=2, kv_heads=1, head_size=32, ffn=128)
TINY_150K = replace(TINY, name="tiny-150k", vocabulary=151_936)
TINY_SLIDING = replace(TINY, name="tiny-sliding", architecture="gemma3", layers=6, sliding_window=32)
TINY_HYBRID = replace(TINY, name="tiny-hybrid", architecture="lfm2", convolution_layers=(0,), conv_kernel=3)
TINY_MAMBA = Shape(
    "tiny-mamba", "mamba", layers=2, width=64, context=4096, conv_kernel=4, state_size=16, time_step_rank=4
)
LLAMA_1B = Shape(
    "llama-1b",
    "llama",
    layers=16,
    width=2048,
    context=131_072,
    heads=32,
    kv_heads=8,
    head_size=64,
    ffn=8192,
    rope_base=5e5,
)
LLAMA_3B = replace(LLAMA_1B, name="llama-3b", layers=28, width=3072, heads=24, head_size=128)
SHAPES = {shape.name: shape for shape in (TINY, TINY_150K, TINY_SLIDING, TINY_HYBRID, TINY_MAMBA, LLAMA_1B, LLAMA_3B)}


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor to write.

    Attributes:
        name: llama.cpp's.
        shape: (outputs, inputs), or (values,).
        constant: every value; None for random ones.
    """

    name: str
    shape: tuple[int, ...]
    constant: float | None = None


def write_model(shape: Shape, folder: Path, *, quantization: Quantization = "Q4_0", seed: int = 0) -> Path:
    """Write a model into a folder, unless it is there already.

    Args:
        shape: one of `SHAPES`, or another of the same architectures.
        folder: made if need be.
        quantization: of the matrices; with `Q4_0` the embedding is `Q8_0`, which published files keep finer too.
        seed: of the weights.

    Returns:
        The file. Its name tells shape, quantization, seed and all else that its bytes depend on.

    Raises:
        SetupError: there is no embedded model to take the vocabulary from.
    """
    vocabulary = find_model(EMBEDDED, base=Path("/"))
    digest = hashlib.sha256(repr((shape, vocabulary.sha256)).encode()).hexdigest()[:8]
    path = folder / f"{shape.name}-{quantization}-seed{seed}-v{FORMAT}-{digest}.gguf"
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.part")
    try:
        _write(partial, shape, vocabulary.path, quantization, seed)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path


def _write(path: Path, shape: Shape, vocabulary: Path, quantization: Quantization, seed: int) -> None:
    writer = GGUFWriter(path, shape.architecture)
    tokens = _add_vocabulary(writer, vocabulary, shape.vocabulary)
    _add_hyperparameters(writer, shape)
    writer.add_vocab_size(tokens)
    writer.add_file_type(LlamaFileType[f"MOSTLY_{quantization}"])
    writer.add_quantization_version(2)
    plan = [(tensor, _type_of(tensor, quantization)) for tensor in tensors(shape, tokens)]
    for tensor, kind in plan:
        values, size = GGML_QUANT_SIZES[kind]
        bytes_in_all = math.prod(tensor.shape) // values * size
        writer.add_tensor_info(tensor.name, tensor.shape, np.dtype(np.float32), bytes_in_all, raw_dtype=kind)
    try:
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
        random_numbers = np.random.default_rng(seed)
        for tensor, kind in plan:
            writer.write_tensor_data(draw(tensor, kind, random_numbers))
    finally:
        writer.close()


def _add_vocabulary(writer: GGUFWriter, source: Path, size: int) -> int:
    """Copy a model's tokenizer and chat template, padded to at least `size` tokens; return how many there are."""
    fields = dict(_tokenizer_fields(source))
    tokens, types = fields["tokenizer.ggml.tokens"].value, fields["tokenizer.ggml.token_type"].value
    usual = [token for token, kind in zip(tokens, types, strict=True) if kind == TokenType.NORMAL]
    invented = _invented_tokens(usual, max(0, size - len(tokens)))
    more: dict[str, list[Any]] = {
        "tokenizer.ggml.tokens": invented,
        "tokenizer.ggml.token_type": [int(TokenType.NORMAL)] * len(invented),
    }
    for name, field in fields.items():
        value = field.value + more[name] if name in more else field.value
        writer.add_key_value(name, value, field.type, field.sub_type)
    return len(tokens) + len(invented)


@functools.cache
def _tokenizer_fields(source: Path) -> tuple[tuple[str, GGUFValue], ...]:
    """Read a model's `tokenizer.*` keys, once for each process: it takes seconds."""
    return tuple(
        (name, GGUFValue(field.contents(), field.types[0], field.types[-1] if len(field.types) > 1 else None))
        for name, field in GGUFReader(source).fields.items()
        if name.startswith("tokenizer.")
    )


def _invented_tokens(known: Sequence[str], count: int) -> list[str]:
    """Join two known tokens again and again, the second a short one, as byte-pair merges do.

    So they are spelled in the same byte alphabet. The two bounds make them as long on average as the known ones, with
    as many beginnings shared (about two nodes of a prefix tree for each): what a grammar's mask costs hangs on that.
    No merge leads to them, so no text is ever cut into them.
    """
    choice = random.Random(0).choice
    heads = [token for token in known if len(token) <= _HEAD_CHARACTERS]
    tails = [token for token in known if len(token) <= _TAIL_CHARACTERS]
    seen, invented = set(known), dict[str, None]()
    while len(invented) < count:
        token = choice(heads) + choice(tails)
        if token not in seen:
            invented[token] = None
    return list(invented)


def _add_hyperparameters(writer: GGUFWriter, shape: Shape) -> None:
    writer.add_type("model")
    writer.add_name(f"{shape.name} with random weights")
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.ffn)
    writer.add_head_count(shape.heads)
    writer.add_layer_norm_rms_eps(_EPSILON)
    if shape.recurrent:
        writer.add_ssm_conv_kernel(shape.conv_kernel)
        writer.add_ssm_inner_size(2 * shape.width)
        writer.add_ssm_state_size(shape.state_size)
        writer.add_ssm_time_step_rank(shape.time_step_rank)
        return
    # A layer without keys and values is how llama.cpp knows a convolution from attention.
    kv_heads = [0 if layer in shape.convolution_layers else shape.kv_heads for layer in range(shape.layers)]
    writer.add_head_count_kv(kv_heads if shape.hybrid else shape.kv_heads)
    writer.add_key_length(shape.head_size)
    writer.add_value_length(shape.head_size)
    writer.add_rope_dimension_count(shape.head_size)
    writer.add_rope_freq_base(shape.rope_base)
    if shape.sliding_window:
        writer.add_sliding_window(shape.sliding_window)
    if shape.hybrid:
        writer.add_shortconv_l_cache(shape.conv_kernel)


def tensors(shape: Shape, tokens: int) -> Iterator[Tensor]:
    """Name every tensor of a model with this many tokens, in the order of the file; the output is the embedding's."""
    yield Tensor("token_embd.weight", (tokens, shape.width))
    last = "token_embd_norm" if shape.architecture == "lfm2" else "output_norm"
    yield Tensor(f"{last}.weight", (shape.width,), 1.0)
    for layer in range(shape.layers):
        block = f"blk.{layer}"
        yield Tensor(f"{block}.attn_norm.weight", (shape.width,), 1.0)
        if shape.recurrent:
            yield from _mamba(block, shape)
            continue
        yield from _convolution(block, shape) if layer in shape.convolution_layers else _attention(block, shape)
        yield from _feed_forward(block, shape)


def _attention(block: str, shape: Shape) -> Iterator[Tensor]:
    queries, keys = shape.heads * shape.head_size, shape.kv_heads * shape.head_size
    yield Tensor(f"{block}.attn_q.weight", (queries, shape.width))
    yield Tensor(f"{block}.attn_k.weight", (keys, shape.width))
    yield Tensor(f"{block}.attn_v.weight", (keys, shape.width))
    yield Tensor(f"{block}.attn_output.weight", (shape.width, queries))
    if shape.architecture in ("gemma3", "lfm2"):
        yield Tensor(f"{block}.attn_q_norm.weight", (shape.head_size,), 1.0)
        yield Tensor(f"{block}.attn_k_norm.weight", (shape.head_size,), 1.0)
    if shape.architecture == "gemma3":
        yield Tensor(f"{block}.post_attention_norm.weight", (shape.width,), 1.0)
        yield Tensor(f"{block}.post_ffw_norm.weight", (shape.width,), 1.0)


def _convolution(block: str, shape: Shape) -> Iterator[Tensor]:
    yield Tensor(f"{block}.shortconv.in_proj.weight", (3 * shape.width, shape.width))
    yield Tensor(f"{block}.shortconv.conv.weight", (shape.width, shape.conv_kernel))
    yield Tensor(f"{block}.shortconv.out_proj.weight", (shape.width, shape.width))


def _feed_forward(block: str, shape: Shape) -> Iterator[Tensor]:
    yield Tensor(f"{block}.ffn_norm.weight", (shape.width,), 1.0)
    yield Tensor(f"{block}.ffn_gate.weight", (shape.ffn, shape.width))
    yield Tensor(f"{block}.ffn_up.weight", (shape.ffn, shape.width))
    yield Tensor(f"{block}.ffn_down.weight", (shape.width, shape.ffn))


def _mamba(block: str, shape: Shape) -> Iterator[Tensor]:
    """A layer of Mamba 1 that forgets slowly: a decay of -1, steps of softplus(-4.6), about 0.01."""
    inner = 2 * shape.width
    yield Tensor(f"{block}.ssm_in.weight", (2 * inner, shape.width))
    yield Tensor(f"{block}.ssm_conv1d.weight", (inner, shape.conv_kernel))
    yield Tensor(f"{block}.ssm_conv1d.bias", (inner,), 0.0)
    yield Tensor(f"{block}.ssm_x.weight", (shape.time_step_rank + 2 * shape.state_size, inner))
    yield Tensor(f"{block}.ssm_dt.weight", (inner, shape.time_step_rank))
    yield Tensor(f"{block}.ssm_dt.bias", (inner,), -4.6)
    yield Tensor(f"{block}.ssm_a", (inner, shape.state_size), -1.0)
    yield Tensor(f"{block}.ssm_d", (inner,), 1.0)
    yield Tensor(f"{block}.ssm_out.weight", (shape.width, inner))


def _type_of(tensor: Tensor, quantization: Quantization) -> GGMLQuantizationType:
    if tensor.constant is not None or tensor.shape[-1] % _BLOCK:
        return GGMLQuantizationType.F32
    if tensor.name == "token_embd.weight" and quantization == "Q4_0":
        return GGMLQuantizationType.Q8_0
    return GGMLQuantizationType[quantization]


def draw(tensor: Tensor, kind: GGMLQuantizationType, random_numbers: np.random.Generator) -> npt.NDArray[Any]:
    """Return a tensor's values as they lie in the file."""
    if tensor.constant is not None:
        return np.full(tensor.shape, tensor.constant, np.float32)
    sigma = 1 / math.sqrt(tensor.shape[-1])
    count = math.prod(tensor.shape)
    if kind == GGMLQuantizationType.Q4_0:
        return _q4_0_blocks(count // _BLOCK, sigma, random_numbers)
    if kind == GGMLQuantizationType.Q8_0:
        return _q8_0_blocks(count // _BLOCK, sigma, random_numbers)
    values = np.empty(count, np.float16 if kind == GGMLQuantizationType.F16 else np.float32)
    for start in range(0, count, _SLICE_VALUES):
        part = values[start : start + _SLICE_VALUES]
        part[:] = random_numbers.standard_normal(len(part), np.float32) * np.float32(sigma)
    return values


def _q4_0_blocks(count: int, sigma: float, random_numbers: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Draw blocks of a float16 scale and 32 numbers of four bits, each of which means (number - 8) * scale.

    The numbers -8 to 7 have a mean of -1/2, so half of the scales are negative.
    """
    blocks = _random_bytes(count, 18, random_numbers)
    low, high = _half(sigma / math.sqrt((16**2 - 1) / 12 + 1 / 4))
    blocks[:, 0] = low
    blocks[:, 1] = blocks[:, 1] & 0x80 | high  # the sign stays random
    return blocks


def _q8_0_blocks(count: int, sigma: float, random_numbers: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Draw blocks of a float16 scale and 32 signed bytes.

    The bytes are odd: that leaves out -128, which no quantizer writes, and makes their mean 0.
    """
    blocks = _random_bytes(count, 34, random_numbers) | np.uint8(1)
    blocks[:, :2] = _half(sigma / math.sqrt((128**2 - 1) / 3))
    return blocks


def _random_bytes(rows: int, columns: int, random_numbers: np.random.Generator) -> npt.NDArray[np.uint8]:
    words = random_numbers.integers(0, 2**64, -(-rows * columns // 8), np.uint64)
    return words.view(np.uint8)[: rows * columns].reshape(rows, columns)


def _half(value: float) -> tuple[int, int]:
    low, high = np.array(value, "<f2").tobytes()
    return low, high


def main(arguments: Sequence[str] | None = None) -> None:
    """Write one model and print where it is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shape", choices=SHAPES, metavar="SHAPE", help=", ".join(SHAPES))
    parser.add_argument("--folder", type=Path, default=CACHE, help=f"where it goes ({CACHE})")
    parser.add_argument("--quantization", choices=get_args(Quantization), default="Q4_0")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    folder = options.folder.expanduser()
    print(write_model(SHAPES[options.shape], folder, quantization=options.quantization, seed=options.seed))


if __name__ == "__main__":
    main()
