from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from panel.engine.llama import LlamaContext, open_llama
from panel.engine.worker import BatchedEngine
from panel.models import ModelFile, find_model

CONTEXT_TOKENS = 2048


@pytest.fixture(scope="session")
def model_file() -> ModelFile:
    return find_model("embedded-base", base=Path("/"))


@pytest.fixture(scope="session")
def llama(model_file: ModelFile) -> Iterator[BatchedEngine]:
    engine = open_llama(model_file, context_tokens=CONTEXT_TOKENS, threads=1)
    yield engine
    asyncio.run(engine.aclose())


@pytest.fixture(scope="session")
def context(model_file: ModelFile) -> Iterator[LlamaContext]:
    """The model without a worker, for its vocabulary; nothing is decoded in it."""
    context = LlamaContext(model_file, context_tokens=512, threads=1)
    yield context
    context.close()
