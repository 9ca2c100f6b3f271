from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.engine.sampling import Logits, TokenIds, allowed_ids, pick_token, softmax, weigh_options
from panel.records import Sampling

HUGE = 2.0**127
OFF = Sampling(temperature=1, top_k=0, top_p=1, min_p=0, repetition_penalty=1)
SAMPLINGS = st.builds(
    Sampling,
    temperature=st.sampled_from([0.0, 1e-300, 1e-6, 0.3, 1.0, 5.0]),
    top_k=st.integers(0, 40),
    top_p=st.sampled_from([1e-9, 0.1, 0.95, 1.0]),
    min_p=st.sampled_from([0.0, 0.08, 0.99]),
    repetition_penalty=st.floats(1, 3),
    presence_penalty=st.floats(0, 5),
    penalty_window=st.integers(0, 20),
)
SCORES = st.lists(st.floats(-HUGE, HUGE, width=32) | st.floats(-9, 9, width=32), min_size=1, max_size=60)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def as_logits(*scores: float) -> Logits:
    return np.array(scores, dtype=np.float32)


def ids(*tokens: int) -> TokenIds:
    return np.array(tokens, dtype=np.int64)


def drawn(logits: Logits, sampling: Sampling, *, times: int = 400, recent: tuple[int, ...] = ()) -> set[int]:
    return {pick_token(logits, np.arange(logits.size), recent, sampling, rng(seed)) for seed in range(times)}


@given(SCORES, SAMPLINGS, st.data())
def test_the_pick_is_allowed(scores: list[float], sampling: Sampling, data: st.DataObject) -> None:
    allowed = data.draw(st.sets(st.sampled_from(range(len(scores))), min_size=1))
    recent = data.draw(st.lists(st.sampled_from(range(len(scores)))))
    token = pick_token(as_logits(*scores), ids(*sorted(allowed)), recent, sampling, rng())
    assert token in allowed


@given(SCORES)
def test_greedy_is_the_best_and_the_first_among_equals(scores: list[float]) -> None:
    logits = as_logits(*scores)
    greedy = pick_token(logits, np.arange(logits.size), (), OFF.model_copy(update={"temperature": 0}), rng())
    assert greedy == int(np.argmax(logits))


@given(SCORES | st.lists(st.sampled_from([0.0, 1.0]), min_size=2, max_size=60), SAMPLINGS, st.integers(0, 99))
def test_one_candidate_is_greedy(scores: list[float], sampling: Sampling, seed: int) -> None:
    logits, allowed = as_logits(*scores), np.arange(len(scores))
    recent = range(len(scores) // 2)
    greedy = pick_token(logits, allowed, recent, sampling.model_copy(update={"temperature": 0}), rng(seed))
    one = sampling.model_copy(update={"top_k": 1, "temperature": sampling.temperature or 1})
    assert pick_token(logits, allowed, recent, one, rng(seed)) == greedy


@given(SCORES, st.integers(0, 99))
def test_no_temperature_at_all_is_the_limit_of_little(scores: list[float], seed: int) -> None:
    logits = as_logits(*scores)
    token = pick_token(logits, np.arange(logits.size), (), OFF.model_copy(update={"temperature": 1e-300}), rng(seed))
    assert logits[token] == logits.max()


def test_the_same_generator_draws_the_same() -> None:
    logits = rng(5).normal(size=500).astype(np.float32)
    first, again = (
        [pick_token(logits, np.arange(500), (), OFF, generator) for _ in range(30)] for generator in (rng(1), rng(1))
    )
    assert first == again
    assert len(set(first)) > 10


def test_frequencies_follow_the_probabilities() -> None:
    logits, generator = as_logits(*np.log([0.5, 0.3, 0.2])), rng(3)
    counts = np.bincount([pick_token(logits, np.arange(3), (), OFF, generator) for _ in range(5000)])
    assert counts / 5000 == pytest.approx([0.5, 0.3, 0.2], abs=0.03)


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({}, {0, 1, 2, 3}),
        ({"top_k": 2}, {0, 1}),
        ({"top_k": 99}, {0, 1, 2, 3}),
        ({"top_p": 0.4}, {0}),
        ({"top_p": 0.6}, {0, 1}),  # 0.5 is not enough; the token that crosses the line stays
        ({"top_p": 0.8}, {0, 1, 2}),
        ({"min_p": 0.5}, {0, 1}),  # 0.27 of 0.5 is more than half, 0.18 is not
        ({"min_p": 0.3}, {0, 1, 2}),
        ({"top_k": 3, "min_p": 0.5, "top_p": 0.999}, {0, 1}),
        ({"temperature": 0.05}, {0}),
    ],
)
def test_the_cuts_keep_what_they_say(changes: dict[str, float], kept: set[int]) -> None:
    logits = as_logits(*np.log([0.5, 0.27, 0.18, 0.05]))
    assert drawn(logits, OFF.model_copy(update=changes)) == kept


def test_a_tie_at_the_edge_of_top_k_keeps_the_first() -> None:
    assert drawn(as_logits(1, 1, 5, 1, 1), OFF.model_copy(update={"top_k": 3})) == {0, 1, 2}


def test_minus_infinity_is_never_drawn() -> None:
    assert drawn(as_logits(-np.inf, 0, -np.inf, 0), OFF) == {1, 3}


@pytest.mark.parametrize(
    ("changes", "recent", "best"),
    [
        ({}, (0,), 0),
        ({"repetition_penalty": 1.5}, (0,), 1),  # 4 / 1.5 is below 3
        ({"repetition_penalty": 1.2}, (0,), 0),  # 4 / 1.2 is not
        ({"presence_penalty": 1.5}, (0, 0, 0), 1),  # once, however often it stood
        ({"presence_penalty": 0.9}, (0, 0, 0), 0),
        ({"presence_penalty": 5, "penalty_window": 2}, (0, 2, 2), 0),  # out of the window
        ({"presence_penalty": 5, "penalty_window": 3}, (0, 2, 2), 1),
        ({"presence_penalty": 5, "penalty_window": 0}, (0,), 0),
        ({"presence_penalty": 5}, (77,), 0),  # what may not follow is not looked at
    ],
)
def test_penalties(changes: dict[str, float], recent: tuple[int, ...], best: int) -> None:
    sampling = OFF.model_copy(update={"temperature": 0, **changes})
    assert pick_token(as_logits(4, 3, -1), np.arange(3), recent, sampling, rng()) == best


def test_a_penalty_lowers_what_is_negative() -> None:
    sampling = OFF.model_copy(update={"temperature": 0, "repetition_penalty": 2.0})
    assert pick_token(as_logits(-1, -1.5), np.arange(2), (0,), sampling, rng()) == 1


def test_penalties_name_tokens_not_places() -> None:
    sampling = OFF.model_copy(update={"temperature": 0, "presence_penalty": 5.0})
    logits = np.zeros(50, dtype=np.float32)
    logits[[7, 40]] = 4, 3
    assert pick_token(logits, ids(3, 7, 40), (7, 8, 2), sampling, rng()) == 40


@given(st.lists(st.floats(-HUGE, HUGE, width=32), min_size=1, max_size=40))
def test_softmax_sums_to_one(scores: list[float]) -> None:
    shares = softmax(np.array(scores, dtype=np.float64))
    assert shares.sum() == pytest.approx(1)
    assert (shares >= 0).all()


@given(st.lists(st.floats(-HUGE, HUGE, width=32), min_size=6, max_size=6))
def test_options_share_one_whole(scores: list[float]) -> None:
    logits = as_logits(*scores)
    shares, best = weigh_options(logits, {"ship": [0, 2, 4], "skip": [1, 5]})
    assert list(shares) == ["ship", "skip"]
    assert sum(shares.values()) == pytest.approx(1)
    assert best["ship"] in {0, 2, 4}
    assert logits[best["ship"]] == pytest.approx(logits[[0, 2, 4]].max()) or shares["ship"] == 0


def test_options_are_weighed_by_their_tokens_mass() -> None:
    shares, best = weigh_options(as_logits(*np.log([0.2, 0.3, 0.25, 0.25])), {"ship": [0, 2], "skip": [1]})
    assert shares == pytest.approx({"ship": 0.6, "skip": 0.4})
    assert best == {"ship": 2, "skip": 1}


@given(st.integers(1, 200), st.data())
def test_bits_are_read_lowest_first(vocab_size: int, data: st.DataObject) -> None:
    words = data.draw(st.lists(st.integers(-(2**31), 2**31 - 1), min_size=-(-vocab_size // 32), max_size=9))
    naive = [token for token in range(vocab_size) if (words[token // 32] >> (token % 32)) & 1]
    assert allowed_ids(np.array(words, dtype=np.int32), vocab_size).tolist() == naive
