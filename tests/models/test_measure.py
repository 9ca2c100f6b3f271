"""The figures of a real model, against llama-cpp-python's own reading of it."""

from __future__ import annotations

from collections.abc import Iterator

import llama_cpp
import numpy as np
import pytest

from panel.errors import EngineCrash
from panel.models import ModelFile, measure
from panel.models.measure import BenchModel, Shape

SHAPE = Shape(prefix_tokens=64, piece_tokens=32, streams=3, step_tokens=2, steps=2)


@pytest.fixture(scope="module")
def model(embedded: ModelFile) -> Iterator[BenchModel]:
    model = BenchModel(str(embedded.path), threads=1)
    yield model
    model.close()
    model.close()


def test_the_loss_is_the_mean_surprise_at_the_next_token(model: BenchModel, embedded: ModelFile) -> None:
    count = 40
    other = llama_cpp.Llama(str(embedded.path), n_ctx=64, logits_all=True, verbose=False, n_threads=1)
    text = other.tokenize(measure._FIXED_TEXT.read_bytes(), add_bos=True)[: count + 1]
    other.eval(text[:count])
    scores = other.scores[:count].astype(np.float64)
    other.close()
    chances = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    expected = -np.log(chances[np.arange(count), text[1:]]).mean()
    read = model.loss(tokens=count)
    assert read["tokens"] == count
    assert read["loss_nats"] == pytest.approx(expected, rel=0.01)


def test_the_loss_does_not_depend_on_how_the_text_is_cut(model: BenchModel, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = model.loss(tokens=40)
    monkeypatch.setattr(measure, "LOSS_PIECE_TOKENS", 16)
    pieces = model.loss(tokens=40)
    assert pieces["tokens"] == 40 and pieces["loss_nats"] == pytest.approx(whole["loss_nats"], rel=1e-3)


def test_when_the_time_is_used_up_the_loss_is_of_what_was_read(
    model: BenchModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measure, "LOSS_PIECE_TOKENS", 16)
    begun = model.loss(tokens=40, budget_s=0.0)
    assert begun["tokens"] == 16
    assert begun["loss_nats"] == pytest.approx(model.loss(tokens=16)["loss_nats"])


def test_no_more_is_read_than_there_is(model: BenchModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "_tokens", model._tokens[:20])
    assert model.loss(tokens=1000)["tokens"] == 19


def test_rounds_can_be_timed_again_and_again(model: BenchModel) -> None:
    model.set_up(SHAPE)
    for _ in range(3):
        took = model.time_round()
        assert [len(took["piece_s"]), len(took["step_s"])] == [1, 2]
        assert all(seconds > 0 for seconds in took["piece_s"] + took["step_s"])


def test_a_model_that_forgets_all_or_nothing_is_read_again(model: BenchModel, monkeypatch: pytest.MonkeyPatch) -> None:
    forget = llama_cpp.llama_memory_seq_rm

    def all_or_nothing(memory: object, stream: int, start: int, end: int) -> bool:
        return start <= 0 and forget(memory, stream, -1, -1)

    monkeypatch.setattr(llama_cpp, "llama_memory_seq_rm", all_or_nothing)
    model.set_up(SHAPE)
    for _ in range(2):
        assert len(model.time_round()["step_s"]) == 2


def test_keys_that_cannot_be_stored_in_eight_bits_are_stored_in_sixteen(
    model: BenchModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = llama_cpp.llama_init_from_model
    asked: list[int] = []

    def refuse(loaded: object, parameters: llama_cpp.llama_context_params) -> object:
        asked.append(parameters.type_k)
        return None if parameters.type_k == llama_cpp.GGML_TYPE_Q8_0 else make(loaded, parameters)

    monkeypatch.setattr(llama_cpp, "llama_init_from_model", refuse)
    assert model.loss(tokens=4)["tokens"] == 4
    assert asked == [llama_cpp.GGML_TYPE_Q8_0, llama_cpp.GGML_TYPE_F16]
    monkeypatch.setattr(llama_cpp, "llama_init_from_model", lambda *_: None)
    with pytest.raises(EngineCrash):
        model.loss(tokens=4)


def test_the_fixed_text_is_long_enough_for_what_is_timed(model: BenchModel) -> None:
    assert len(model._tokens) > 1024 + 256
    words = measure._FIXED_TEXT.read_text(encoding="utf-8").split()
    assert 900 <= len(words) <= 1400
