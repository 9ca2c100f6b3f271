from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.engine.sampling import (
    MOST_ASKED,
    Logits,
    TokenIds,
    allowed_ids,
    cut,
    likeliest,
    log_probability,
    penalise,
    pick_token,
    repetitions,
    softmax,
    weigh_options,
)
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
    dry_multiplier=st.sampled_from([0.0, 0.8]),
)
SCORES = st.lists(st.floats(-HUGE, HUGE, width=32) | st.floats(-9, 9, width=32), min_size=1, max_size=60)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def as_logits(*scores: float) -> Logits:
    return np.array(scores, dtype=np.float32)


class OnlyThese:
    """A grammar that is a set of tokens, and counts what it is asked."""

    def __init__(self, *tokens: int) -> None:
        self.tokens = set(tokens)
        self.asked = self.masks = 0

    def allows(self, token: int) -> bool:
        self.asked += 1
        return token in self.tokens

    def allowed(self) -> TokenIds:
        self.masks += 1
        return np.array(sorted(self.tokens), dtype=np.int64)


def pick(
    logits: Logits, allowed: Sequence[int], recent: Sequence[int], sampling: Sampling, generator: np.random.Generator
) -> int:
    return pick_token(logits.copy(), OnlyThese(*allowed), recent, sampling, generator)


def drawn(logits: Logits, sampling: Sampling, *, times: int = 400, recent: tuple[int, ...] = ()) -> set[int]:
    return {pick(logits, range(logits.size), recent, sampling, rng(seed)) for seed in range(times)}


@given(SCORES, SAMPLINGS, st.data())
def test_the_pick_is_allowed(scores: list[float], sampling: Sampling, data: st.DataObject) -> None:
    allowed = data.draw(st.sets(st.sampled_from(range(len(scores))), min_size=1))
    recent = data.draw(st.lists(st.sampled_from(range(len(scores)))))
    token = pick(as_logits(*scores), sorted(allowed), recent, sampling, rng())
    assert token in allowed


@given(SCORES)
def test_greedy_is_the_best_and_the_first_among_equals(scores: list[float]) -> None:
    logits = as_logits(*scores)
    greedy = pick(logits, range(logits.size), (), OFF.model_copy(update={"temperature": 0}), rng())
    assert greedy == int(np.argmax(logits))


@given(SCORES | st.lists(st.sampled_from([0.0, 1.0]), min_size=2, max_size=60), SAMPLINGS, st.integers(0, 99))
def test_one_candidate_is_greedy(scores: list[float], sampling: Sampling, seed: int) -> None:
    logits, allowed = as_logits(*scores), range(len(scores))
    recent = range(len(scores) // 2)
    greedy = pick(logits, allowed, recent, sampling.model_copy(update={"temperature": 0}), rng(seed))
    one = sampling.model_copy(update={"top_k": 1, "temperature": sampling.temperature or 1})
    assert pick(logits, allowed, recent, one, rng(seed)) == greedy


@given(SCORES, st.integers(0, 99))
def test_no_temperature_at_all_is_the_limit_of_little(scores: list[float], seed: int) -> None:
    logits = as_logits(*scores)
    token = pick(logits, range(logits.size), (), OFF.model_copy(update={"temperature": 1e-300}), rng(seed))
    assert logits[token] == logits.max()


def test_the_same_generator_draws_the_same() -> None:
    logits = rng(5).normal(size=500).astype(np.float32)
    first, again = ([pick(logits, range(500), (), OFF, generator) for _ in range(30)] for generator in (rng(1), rng(1)))
    assert first == again
    assert len(set(first)) > 10


def test_frequencies_follow_the_probabilities() -> None:
    logits, generator = as_logits(*np.log([0.5, 0.3, 0.2])), rng(3)
    counts = np.bincount([pick(logits, range(3), (), OFF, generator) for _ in range(5000)])
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
        ({"presence_penalty": 5}, (2,), 0),
    ],
)
def test_penalties(changes: dict[str, float], recent: tuple[int, ...], best: int) -> None:
    sampling = OFF.model_copy(update={"temperature": 0, **changes})
    assert pick(as_logits(4, 3, -1), range(3), recent, sampling, rng()) == best


def test_a_penalty_lowers_what_is_negative() -> None:
    sampling = OFF.model_copy(update={"temperature": 0, "repetition_penalty": 2.0})
    assert pick(as_logits(-1, -1.5), np.arange(2), (0,), sampling, rng()) == 1


def test_penalties_name_tokens_not_places() -> None:
    sampling = OFF.model_copy(update={"temperature": 0, "presence_penalty": 5.0})
    logits = np.zeros(50, dtype=np.float32)
    logits[[7, 40]] = 4, 3
    assert pick(logits, (3, 7, 40), (7, 8, 2), sampling, rng()) == 40


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


@given(SCORES, SAMPLINGS, st.data(), st.integers(0, 99))
def test_asking_one_by_one_picks_what_the_mask_would(
    scores: list[float], sampling: Sampling, data: st.DataObject, seed: int
) -> None:
    allowed = sorted(data.draw(st.sets(st.sampled_from(range(len(scores))), min_size=1)))
    recent = data.draw(st.lists(st.sampled_from(range(len(scores)))))
    logits = as_logits(*scores)
    penalise(logits, recent, sampling)
    ids = np.array(allowed, dtype=np.int64)
    masked = cut(ids, logits[ids].astype(np.float64), sampling)
    asked = likeliest(logits, OnlyThese(*allowed), sampling)
    assert asked is None or asked == masked
    # A token is drawn once for each choice, whichever way it was found.
    first, again = rng(seed), rng(seed)
    grammar = OnlyThese(*allowed)
    token = pick_token(as_logits(*scores), grammar, recent, sampling, first)
    assert token in masked
    if len(masked) > 1:
        again.random()
    assert first.random() == again.random()


@given(st.integers(0, 999), st.integers(0, 40))
def test_large_vocabularies_are_no_different(seed: int, top_k: int) -> None:
    logits = np.round(rng(seed).normal(size=2000) * 3, 1).astype(np.float32)  # rounded: many are equal
    sampling = OFF.model_copy(update={"min_p": 0.2, "top_k": top_k})
    allowed = range(0, 2000, 3)
    ids = np.array(allowed, dtype=np.int64)
    asked = likeliest(logits, OnlyThese(*allowed), sampling)
    assert asked is None or asked == cut(ids, logits[ids].astype(np.float64), sampling)


@pytest.mark.parametrize("sampling", [Sampling(temperature=0), Sampling()], ids=["greedy", "usual"])
def test_usual_scores_need_no_mask(sampling: Sampling) -> None:
    logits = (rng(1).normal(size=5000) * 3).astype(np.float32)
    best = np.argsort(-logits)[:4].tolist()
    grammar = OnlyThese(*best[2:], *range(100))
    pick_token(logits, grammar, (), sampling, rng())
    assert grammar.masks == 0
    assert 0 < grammar.asked <= MOST_ASKED


def test_a_grammar_that_refuses_all_likely_tokens_is_asked_for_its_mask() -> None:
    logits = (rng(1).normal(size=5000) * 3).astype(np.float32)
    (worst,) = np.argsort(logits)[:1].tolist()
    grammar = OnlyThese(worst)
    assert pick_token(logits, grammar, (), Sampling(), rng()) == worst
    assert grammar.masks == 1
    assert grammar.asked <= MOST_ASKED


def naive_repetitions(history: Sequence[int]) -> dict[int, int]:
    lengths: dict[int, int] = {}
    for start in range(len(history)):
        for length in range(1, len(history) - start):
            if list(history[start : start + length]) == list(history[-length:]):
                follower = history[start + length]
                lengths[follower] = max(lengths.get(follower, 0), length)
    return lengths


@given(st.lists(st.integers(0, 3), max_size=14))
def test_repetitions_are_all_found(history: list[int]) -> None:
    assert repetitions(history) == naive_repetitions(history)


@pytest.mark.parametrize(
    ("history", "best"),
    [
        ((1, 2, 0, 3, 1, 2), 1),  # two tokens stood before 0 already: 4 - 2 is below 3
        ((2, 0, 3, 1, 2), 0),  # one did: less than is allowed
        ((1, 2, 0, 1, 2, 0, 1, 2), 1),
    ],
)
def test_dry_takes_off_what_would_go_on_repeating(history: tuple[int, ...], best: int) -> None:
    sampling = OFF.model_copy(update={"temperature": 0, "dry_multiplier": 2.0, "dry_allowed_length": 2})
    assert pick(as_logits(4, 3, -1, -1), range(4), history, sampling, rng()) == best


@given(SCORES)
def test_log_probabilities_are_those_of_the_raw_scores(scores: list[float]) -> None:
    logits = as_logits(*scores)
    shares = softmax(logits.astype(np.float64))
    for token, share in enumerate(shares):
        if share > 1e-30:
            assert log_probability(logits, token) == pytest.approx(math.log(share), abs=1e-4)
