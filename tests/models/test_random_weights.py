from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import llama_cpp
import numpy as np
import numpy.typing as npt
import pytest
from gguf import GGMLQuantizationType as KIND
from gguf import GGUFWriter, dequantize

from benchmarks import random_weights
from benchmarks.random_weights import (
    LLAMA_1B,
    LLAMA_3B,
    SHAPES,
    TINY,
    TINY_150K,
    TINY_HYBRID,
    TINY_MAMBA,
    TINY_SLIDING,
    Quantization,
    Shape,
    Tensor,
    write_model,
)
from panel.models import EMBEDDED_BASE, find_model
from panel.models.quantization import quantization_name

TINY_SHAPES = (TINY, TINY_150K, TINY_SLIDING, TINY_HYBRID, TINY_MAMBA)
EMBEDDED_TOKENS = 49_152
TEXT = "<|im_start|>user\nGrüße, 12,345 naïve 語 — a tooltip's `f(x)`<|im_end|>".encode()
TOKENS = (1, 300, 4000, 50, 12_345, 49_151, 17, 2)


@contextmanager
def loaded(path: Path) -> Iterator[ctypes.c_void_p]:
    llama_cpp.llama_backend_init()
    model = llama_cpp.llama_model_load_from_file(os.fsencode(path), llama_cpp.llama_model_default_params())
    assert model
    try:
        yield model
    finally:
        llama_cpp.llama_model_free(model)


def scores_after(model: ctypes.c_void_p, tokens: tuple[int, ...]) -> npt.NDArray[np.float32]:
    parameters = llama_cpp.llama_context_default_params()
    parameters.n_ctx = 256
    parameters.n_seq_max = 1
    parameters.n_threads = parameters.n_threads_batch = 1
    context = llama_cpp.llama_init_from_model(model, parameters)
    assert context
    batch = llama_cpp.llama_batch_init(len(tokens), 0, 1)
    try:
        batch.n_tokens = len(tokens)
        for index, token in enumerate(tokens):
            batch.token[index], batch.pos[index] = token, index
            batch.n_seq_id[index], batch.seq_id[index][0] = 1, 0
            batch.logits[index] = index == len(tokens) - 1
        assert llama_cpp.llama_decode(context, batch) == 0
        size = llama_cpp.llama_vocab_n_tokens(llama_cpp.llama_model_get_vocab(model))
        pointer = llama_cpp.llama_get_logits_ith(context, -1)
        return np.ctypeslib.as_array(pointer, shape=(size,)).copy()
    finally:
        llama_cpp.llama_batch_free(batch)
        llama_cpp.llama_free(context)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The models that more than one test reads: each takes a second or two to write."""
    return tmp_path_factory.mktemp("shapes")


@pytest.mark.parametrize("shape", TINY_SHAPES, ids=lambda shape: shape.name)
def test_a_written_model_is_what_its_shape_says(shape: Shape, folder: Path) -> None:
    with loaded(write_model(shape, folder)) as model:
        assert llama_cpp.llama_model_n_layer(model) == shape.layers
        assert llama_cpp.llama_model_n_embd(model) == shape.width
        assert llama_cpp.llama_model_n_head(model) == shape.heads
        assert llama_cpp.llama_model_n_ctx_train(model) == shape.context
        assert llama_cpp.llama_model_n_swa(model) == shape.sliding_window
        assert llama_cpp.llama_model_is_recurrent(model) == shape.recurrent == (shape is TINY_MAMBA)
        assert llama_cpp.llama_model_is_hybrid(model) == shape.hybrid == (shape is TINY_HYBRID)
        scores = scores_after(model, TOKENS)
    assert (shape is TINY_SLIDING) == (shape.sliding_window > 0)
    assert scores.shape == (shape.vocabulary or EMBEDDED_TOKENS,)
    assert np.isfinite(scores).all()
    assert 0.1 < scores.std() < 10
    assert len(np.unique(scores)) > 1000


@pytest.mark.parametrize(
    ("quantization", "embedding_bits", "matrix_bits"), [("Q4_0", 8.5, 4.5), ("Q8_0", 8.5, 8.5), ("F16", 16, 16)]
)
def test_every_quantization_decodes_in_the_size_it_has(
    quantization: Quantization, embedding_bits: float, matrix_bits: float, folder: Path
) -> None:
    embedding, norms = EMBEDDED_TOKENS * 64, (2 * 2 + 1) * 64
    matrices = 2 * (64 * (64 + 32 + 32 + 64) + 3 * 64 * 128)
    with loaded(write_model(TINY, folder, quantization=quantization)) as model:
        assert llama_cpp.llama_model_n_params(model) == embedding + matrices + norms
        bits = embedding * embedding_bits + matrices * matrix_bits + norms * 32
        assert llama_cpp.llama_model_size(model) == bits / 8
        assert quantization_name(llama_cpp.llama_model_ftype(model)) == quantization
        assert np.isfinite(scores_after(model, TOKENS)).all()


@pytest.mark.parametrize("kind", [KIND.Q4_0, KIND.Q8_0, KIND.F16, KIND.F32])
@pytest.mark.parametrize("inputs", [64, 8192])
def test_weights_have_mean_0_and_a_spread_of_one_over_the_root_of_the_inputs(kind: KIND, inputs: int) -> None:
    drawn = random_weights.draw(Tensor("any", (2**20 // inputs, inputs)), kind, np.random.default_rng(0))
    values = dequantize(drawn, kind)
    assert values.size == 2**20
    assert abs(values.mean()) < 0.01 * inputs**-0.5
    assert values.std() == pytest.approx(inputs**-0.5, rel=0.01)


def test_weights_longer_than_a_slice_are_drawn_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random_weights, "_SLICE_VALUES", 1000)
    values = random_weights.draw(Tensor("any", (50, 64)), KIND.F16, np.random.default_rng(0))
    assert np.count_nonzero(values[-100:]) == 100


def test_the_seed_decides_the_bytes(folder: Path, tmp_path: Path) -> None:
    first, again, other = write_model(TINY, folder), write_model(TINY, tmp_path), write_model(TINY, tmp_path, seed=1)
    assert first.name == again.name != other.name
    assert first.read_bytes() == again.read_bytes() != other.read_bytes()


def test_a_model_that_is_there_is_not_written_again(tmp_path: Path) -> None:
    path = write_model(TINY, tmp_path)
    before = path.stat()
    assert write_model(TINY, tmp_path) == path
    after = path.stat()
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)
    assert list(tmp_path.iterdir()) == [path]


def test_whatever_the_bytes_depend_on_is_in_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random_weights, "_write", lambda path, *_: path.touch())
    plain = write_model(TINY, tmp_path)
    assert plain.name.startswith("tiny-Q4_0-seed0-v1-")
    write_model(replace(TINY, ffn=256), tmp_path)
    write_model(TINY, tmp_path, quantization="F16")
    write_model(TINY, tmp_path, seed=1)
    monkeypatch.setattr(random_weights, "FORMAT", 2)
    write_model(TINY, tmp_path)
    assert len(list(tmp_path.iterdir())) == 5


def test_a_write_that_breaks_off_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(_: GGUFWriter) -> None:
        assert len(list(tmp_path.iterdir())) == 1
        raise OSError("no space left on device")

    monkeypatch.setattr(GGUFWriter, "write_kv_data_to_file", full_disk)
    with pytest.raises(OSError, match="no space left"):
        write_model(TINY, tmp_path)
    assert list(tmp_path.iterdir()) == []


def tokens_of(vocabulary: ctypes.c_void_p) -> list[tuple[bytes, int, bool]]:
    ask = (llama_cpp.llama_vocab_get_text, llama_cpp.llama_vocab_get_attr, llama_cpp.llama_vocab_is_eog)
    count = llama_cpp.llama_vocab_n_tokens(vocabulary)
    return [tuple(question(vocabulary, token) for question in ask) for token in range(count)]


def cut(vocabulary: ctypes.c_void_p, text: bytes) -> list[int]:
    room = (llama_cpp.llama_token * len(text))()
    return room[: llama_cpp.llama_tokenize(vocabulary, text, len(text), room, len(text), True, True)]


@pytest.mark.parametrize("shape", [TINY, TINY_150K], ids=lambda shape: shape.name)
def test_the_vocabulary_begins_with_the_embedded_one_and_cuts_text_as_it_does(shape: Shape, folder: Path) -> None:
    with (
        loaded(find_model(EMBEDDED_BASE, base=Path("/")).path) as embedded,
        loaded(write_model(shape, folder)) as written,
    ):
        assert llama_cpp.llama_model_chat_template(written, None) == llama_cpp.llama_model_chat_template(embedded, None)
        vocabularies = [llama_cpp.llama_model_get_vocab(model) for model in (embedded, written)]
        known, tokens = map(tokens_of, vocabularies)
        for special in ("bos", "eos", "pad", "get_add_bos", "get_add_eos"):
            first, second = (getattr(llama_cpp, f"llama_vocab_{special}")(vocabulary) for vocabulary in vocabularies)
            assert first == second, special
        first, second = (cut(vocabulary, TEXT) for vocabulary in vocabularies)
        assert first == second
    assert tokens[:EMBEDDED_TOKENS] == known
    texts = [text.decode() for text, *_ in tokens]
    assert len(texts) == len(set(texts)) == (shape.vocabulary or EMBEDDED_TOKENS)
    assert {kind[1:] for kind in tokens[EMBEDDED_TOKENS:]} <= {(llama_cpp.LLAMA_TOKEN_ATTR_NORMAL, False)}
    assert set("".join(texts[EMBEDDED_TOKENS:])) <= set("".join(texts[:EMBEDDED_TOKENS]))


def test_the_large_shapes_have_the_published_numbers_of_weights() -> None:
    def weights(shape: Shape, tokens: int) -> int:
        return sum(int(np.prod(tensor.shape)) for tensor in random_weights.tensors(shape, tokens))

    assert weights(LLAMA_1B, 128_256) == 1_235_814_400
    assert weights(LLAMA_3B, 128_256) == 3_212_749_824


def test_the_command_prints_the_path(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(random_weights, "_write", lambda path, *_: path.touch())
    random_weights.main(["tiny", "--folder", str(tmp_path), "--quantization", "Q8_0", "--seed", "3"])
    (path,) = tmp_path.iterdir()
    assert capsys.readouterr().out == f"{path}\n"
    assert path.name.startswith("tiny-Q8_0-seed3-")


def test_shapes_are_listed_by_their_names() -> None:
    assert all(name == shape.name for name, shape in SHAPES.items())
