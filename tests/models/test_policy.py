from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.models.policy import (
    BITS_PER_WEIGHT,
    LOSS_TOLERANCE,
    QUANTIZATIONS,
    SPEED_MARGIN,
    choose,
    estimate_bytes,
    is_as_good,
    loss_excess,
    tool_seconds,
    why_not_try,
)
from panel.models.prepared import Figures, Outcome


def measured(
    quantization: str, loss_nats: float | None, prefill: float | None = None, decode: float = 200.0
) -> Figures:
    if prefill is None:
        return Figures(quantization=quantization, size_bytes=10, loss_nats=loss_nats)
    return Figures(
        quantization=quantization,
        size_bytes=10,
        loss_nats=loss_nats,
        prefill_tokens_per_s=prefill,
        decode_tokens_per_s=decode,
        tool_s=tool_seconds(prefill, decode),
    )


SOURCE = measured("Q4_1", 3.2538, 262)


def chosen(source: Figures, *candidates: Figures) -> str:
    figures, reason = choose(source, candidates)
    (one,) = [one for one in figures if one.outcome is Outcome.CHOSEN]
    assert reason.startswith("as it is" if one.quantization == source.quantization else one.quantization)
    return one.quantization


def test_the_fastest_that_is_worse_is_not_chosen() -> None:
    fast, good = measured("Q4_0", 3.4629, 900, 400), measured("Q8_0", 3.2572, 420, 260)
    assert chosen(SOURCE, good, fast) == "Q8_0"
    figures, _ = choose(SOURCE, [good, fast])
    assert [one.outcome for one in figures] == [Outcome.SLOWER, Outcome.CHOSEN, Outcome.WORSE]


def test_the_faster_of_two_good_ones_is_chosen_and_the_smaller_of_two_equals() -> None:
    one, other = measured("Q8_0", 3.25, 400), measured("Q4_0", 3.25, 500)
    assert chosen(SOURCE, one, other) == chosen(SOURCE, other, one) == "Q4_0"
    small = one.model_copy(update={"quantization": "IQ4_NL", "size_bytes": 5})
    assert chosen(SOURCE, one, small) == chosen(SOURCE, small, one) == "IQ4_NL"


def test_a_little_faster_is_noise() -> None:
    seconds = SOURCE.tool_s
    assert seconds
    for share, choice in ((1.0, "Q4_1"), (0.96, "Q4_1"), (0.94, "Q8_0")):
        candidate = SOURCE.model_copy(update={"quantization": "Q8_0", "tool_s": seconds * share})
        assert chosen(SOURCE, candidate) == choice


def test_what_was_not_timed_is_not_chosen() -> None:
    untimed, unread = measured("Q8_0", 3.2), Figures(quantization="Q4_0", note="no room")
    figures, _ = choose(SOURCE, [untimed, unread])
    assert [one.outcome for one in figures] == [Outcome.CHOSEN, Outcome.LEFT_OUT, Outcome.LEFT_OUT]
    assert figures[2].note == "no room"
    assert chosen(measured("Q4_1", 3.2), measured("Q8_0", 3.2, 1000)) == "Q4_1"


def test_alone_the_source_is_chosen() -> None:
    assert chosen(SOURCE) == "Q4_1"


def test_the_rule_of_the_facts() -> None:
    """Figures of the embedded model on two cores with AVX-512."""
    for quantization, loss_nats, good in (
        ("Q8_0", 3.2572, True),
        ("Q4_0", 3.4629, False),
        ("IQ4_NL", 3.4115, False),
        ("Q4_K_S", 3.3184, False),
    ):
        assert is_as_good(loss_excess(loss_nats, 3.2538)) is good, quantization


@pytest.mark.parametrize(
    ("loss_nats", "source", "excess"), [(1.1, 1.0, 0.1), (1.0, 1.0, 0.0), (0.5, 1.0, -0.5), (0, 0, 0), (1, 0, math.inf)]
)
def test_an_excess_is_a_share_of_the_source_s_loss(loss_nats: float, source: float, excess: float) -> None:
    assert loss_excess(loss_nats, source) == pytest.approx(excess)


def test_a_tool_s_time_is_reading_and_writing() -> None:
    assert tool_seconds(234, 80) == pytest.approx(10 + 10)


LOSSES = st.floats(0, 20)
FIGURES = st.builds(
    measured,
    st.sampled_from(QUANTIZATIONS),
    st.none() | LOSSES,
    st.none() | st.floats(1, 1e5),
    st.floats(1, 1e5),
)


@given(
    st.builds(measured, st.just("SOURCE"), LOSSES, st.floats(1, 1e5), st.floats(1, 1e5)), st.lists(FIGURES, max_size=5)
)
def test_whatever_is_measured_the_choice_is_as_good_and_fast_enough(source: Figures, candidates: list[Figures]) -> None:
    figures, reason = choose(source, candidates)
    assert [one.model_copy(update={"outcome": Outcome.LEFT_OUT}) for one in figures] == [source, *candidates]
    (one,) = [one for one in figures if one.outcome is Outcome.CHOSEN]
    assert reason
    for other in figures[1:]:
        if other.outcome is Outcome.WORSE:
            assert other.loss_nats is not None and source.loss_nats is not None and other.loss_nats > source.loss_nats
        if other.outcome is Outcome.SLOWER and one is not figures[0]:
            assert one.tool_s is not None and other.tool_s is not None and one.tool_s <= other.tool_s
    if one is not figures[0]:
        assert one.loss_nats is not None and source.loss_nats is not None and one.tool_s and source.tool_s
        assert loss_excess(one.loss_nats, source.loss_nats) <= LOSS_TOLERANCE
        assert one.tool_s <= source.tool_s * (1 - SPEED_MARGIN)


def test_what_cannot_help_is_not_tried() -> None:
    assert "has it already" in why_not_try("Q8_0", "Q8_0", {})
    assert why_not_try("Q8_0", "Q4_1", {}) == why_not_try("Q4_0", "F16", {"Q4_K_M": 0.5}) == ""


def test_only_a_small_model_is_tried_in_sixteen_bits() -> None:
    assert why_not_try("BF16", "Q4_1", {}, 135_000_000) == ""
    assert "memory" in why_not_try("BF16", "Q4_K_M", {}, 3_000_000_000)
    assert why_not_try("Q8_0", "Q4_K_M", {}, 3_000_000_000) == ""


@pytest.mark.parametrize(
    ("excesses", "words"),
    [
        ({"Q4_0": 0.0}, "Q4_0 is as small"),
        ({"Q4_0": 0.06, "Q4_K_M": 0.009}, "loses too much"),
        ({"Q4_0": 0.06, "Q4_K_M": 0.004}, ""),
        ({"Q4_0": 0.06}, ""),
        ({}, ""),
    ],
)
def test_the_dear_one_is_tried_only_when_it_can_help(excesses: dict[str, float], words: str) -> None:
    why = why_not_try("IQ4_NL", "F16", excesses)
    assert words in why and bool(words) == bool(why)


def test_what_the_dear_one_waits_for_is_tried_before_it() -> None:
    assert QUANTIZATIONS.index("IQ4_NL") > max(QUANTIZATIONS.index("Q4_0"), QUANTIZATIONS.index("Q4_K_M"))


def test_every_candidate_has_a_size() -> None:
    assert set(BITS_PER_WEIGHT) == set(QUANTIZATIONS)
    assert estimate_bytes("Q8_0", 134_515_008) == pytest.approx(144_811_072, rel=0.05)
