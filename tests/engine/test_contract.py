from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from panel.engine import Engine, ScriptedEngine
from panel.engine.llama import open_llama
from panel.engine.worker import BatchedEngine
from panel.models import ModelFile

from .asking import DEADLINE_S
from .conftest import CONTEXT_TOKENS
from .contract import EngineContract
from .toy import ToyModel


class TestScripted(EngineContract):
    context_tokens = 2048
    endless_tokens = 500

    @pytest.fixture
    def engine(self) -> Engine:
        return ScriptedEngine(context_tokens=self.context_tokens)

    @pytest.fixture
    def another(self) -> Engine:
        return ScriptedEngine()

    @pytest.fixture
    def slow(self) -> Engine:
        return ScriptedEngine(delay_s=10 * DEADLINE_S)


class TestToyModel(EngineContract):
    context_tokens = 4096
    endless_tokens = 90_000

    @pytest.fixture(params=[True, False], ids=["attention", "recurrent"])
    def engine(self, request: pytest.FixtureRequest) -> Iterator[Engine]:
        engine = BatchedEngine(lambda: ToyModel(context_tokens=self.context_tokens, shares=request.param))
        yield engine
        asyncio.run(engine.aclose())

    @pytest.fixture
    def another(self) -> Engine:
        return BatchedEngine(ToyModel)

    @pytest.fixture
    def slow(self) -> Iterator[Engine]:
        engine = BatchedEngine(lambda: ToyModel(context_tokens=100_000))
        yield engine
        asyncio.run(engine.aclose())


class TestLlama(EngineContract):
    context_tokens = CONTEXT_TOKENS
    endless_tokens = 1900

    @pytest.fixture
    def engine(self, llama: BatchedEngine) -> Engine:
        return llama

    @pytest.fixture
    def another(self, model_file: ModelFile) -> Engine:
        return open_llama(model_file, context_tokens=512, threads=2)

    @pytest.fixture
    def slow(self, model_file: ModelFile) -> Iterator[Engine]:
        engine = open_llama(model_file, context_tokens=CONTEXT_TOKENS, threads=1)
        yield engine
        asyncio.run(engine.aclose())
