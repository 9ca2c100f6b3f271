from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.engine.memory import WARM_STREAMS, ModelSizes, plan_streams, scratch_bytes, stream_bytes
from panel.errors import SetupError

GIB = 1024**3
SMALL = ModelSizes(weights_bytes=100_000_000, layers=30, heads=9, kv_heads=3, head_size=64, vocabulary=49_152)
LARGE = ModelSizes(weights_bytes=2 * GIB, layers=28, heads=24, kv_heads=8, head_size=128, vocabulary=128_256)


def test_a_stream_is_keys_and_values_of_every_layer() -> None:
    # 30 layers x 3 heads x 64 numbers: a key's take 34 bytes for 32, a value's two bytes each.
    assert stream_bytes(SMALL, 1024) == 30 * 3 * 64 * (34 * 1024 // 32 + 2 * 1024)


def test_plenty_of_memory_gives_all_seats_and_some_streams_to_keep_prefixes() -> None:
    assert plan_streams(SMALL, 4096, 8, 16 * GIB) == (8 + WARM_STREAMS, 8)


@given(st.sampled_from([SMALL, LARGE]), st.integers(512, 8192), st.integers(1, 32), st.integers(1, 64))
def test_the_plan_keeps_to_the_limit(sizes: ModelSizes, context: int, seats: int, quarters: int) -> None:
    limit = quarters * GIB // 4
    try:
        streams, planned = plan_streams(sizes, context, seats, limit)
    except SetupError:
        assert sizes.weights_bytes + scratch_bytes(sizes, context, seats) + stream_bytes(sizes, context) > limit
        return
    assert 1 <= planned <= seats
    assert planned < streams or streams == planned == 1
    assert sizes.weights_bytes + scratch_bytes(sizes, context, seats) + streams * stream_bytes(sizes, context) <= limit


def test_too_little_memory_is_told_with_its_numbers() -> None:
    with pytest.raises(
        SetupError, match=r"4,096 tokens does not fit: the model needs [\d,]+ MiB, and may have 2,048"
    ) as caught:
        plan_streams(LARGE, 4096, 8, 2 * GIB)
    assert "memory_limit_mb" in (caught.value.hint or "")


def test_a_model_without_attention_needs_no_cache() -> None:
    assert plan_streams(replace(SMALL, kv_heads=0), 4096, 8, GIB) == (8 + WARM_STREAMS, 8)
