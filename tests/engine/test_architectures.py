"""Kinds of models that cannot share a prefix or take a token back, and one that can: served correctly all the same."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator

import pytest

from benchmarks.random_weights import TINY, TINY_HYBRID, TINY_MAMBA, TINY_SLIDING, Shape, write_model
from panel.engine import Engine
from panel.engine.llama import LlamaContext, open_llama
from panel.models import ModelFile, find_model

from .asking import ask, run, run_one, texts
from .contract import EngineContract
from .plain import write_plainly

SHAPES = {shape.name: shape for shape in (TINY, TINY_SLIDING, TINY_HYBRID, TINY_MAMBA)}


@pytest.fixture(scope="module", params=SHAPES)
def shape(request: pytest.FixtureRequest) -> Shape:
    return SHAPES[request.param]


@pytest.fixture(scope="module")
def file(shape: Shape, tmp_path_factory: pytest.TempPathFactory) -> ModelFile:
    path = write_model(shape, tmp_path_factory.mktemp("models"), quantization="Q8_0")
    return find_model(str(path), base=path.parent)


@pytest.fixture(scope="module")
def engine(file: ModelFile) -> Iterator[Engine]:
    engine = open_llama(file, context_tokens=2048, threads=1)
    yield engine
    asyncio.run(engine.aclose())


class TestArchitectures(EngineContract):
    context_tokens = 2048
    endless_tokens = 1900

    @pytest.fixture
    def another(self, file: ModelFile) -> Engine:
        return open_llama(file, context_tokens=512, threads=1)

    @pytest.fixture
    def slow(self, file: ModelFile) -> Iterator[Engine]:
        engine = open_llama(file, context_tokens=self.context_tokens, threads=1)
        yield engine
        asyncio.run(engine.aclose())


def test_only_attention_models_share(file: ModelFile, shape: Shape) -> None:
    engine = open_llama(file, context_tokens=512, threads=1)
    run_one(engine, ask("A dossier.", "A persona."))
    second = run_one(engine, ask("A dossier.", "Another persona."))
    asyncio.run(engine.aclose())
    assert bool(second.cached_tokens) is not (shape.recurrent or shape.hybrid)


def test_who_cannot_share_is_told(file: ModelFile, shape: Shape, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        LlamaContext(file, context_tokens=512, threads=1).close()
    assert ("every prompt is read whole" in caplog.text) is (shape.recurrent or shape.hybrid)


def test_answers_are_those_of_plain_decoding(file: ModelFile) -> None:
    requests = [
        ask(f"Dossier {tool}.", f"Persona {number}.", sampling=ask().sampling.model_copy(update={"temperature": 0}))
        for tool in range(2)
        for number in range(3)
    ]
    engine = open_llama(file, context_tokens=512, threads=1)
    together = texts(run(engine, *requests))
    asyncio.run(engine.aclose())
    assert len(set(together)) > 2
    context = LlamaContext(file, context_tokens=512, threads=1, seats=1)
    assert together == [write_plainly(context, request, takes_back=context.shares) for request in requests]
    context.close()
