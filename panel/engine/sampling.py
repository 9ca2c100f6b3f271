"""From logits to one token: penalties, temperature, top-k, min-p, top-p, in that order.

The likeliest tokens are asked for one by one whether the grammar allows them; its mask over the whole vocabulary is
computed only when they miss. Both ways give the same token. Knows nothing of models.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from panel.records import Sampling

Logits = NDArray[np.float32]
TokenIds = NDArray[np.int64]

MOST_ASKED = 24
"""How many tokens are asked for one by one before the mask is cheaper: a mask costs some sixty such questions, and
most answers need one or two."""

_FIRST_REACH = 2.0
"""How far below the best score, at least, the first search looks, so that a miss or two needs no second one."""

_MOST_SEARCHES = 4
_LOWEST = float(np.finfo(np.float32).min)


class Grammar(Protocol):
    """What may follow; `panel.engine.constraint.Constraint` is the real one."""

    def allows(self, token: int) -> bool: ...  # noqa: D102
    def allowed(self) -> TokenIds: ...  # noqa: D102


def allowed_ids(bitmask: NDArray[np.int32], vocab_size: int) -> TokenIds:
    """Turn a grammar's bit mask (one bit a token, lowest bit first) into sorted token ids."""
    bits = np.unpackbits(bitmask.view(np.uint8), bitorder="little", count=vocab_size)
    return np.flatnonzero(bits)


def pick_token(
    scores: Logits, grammar: Grammar, history: Sequence[int], sampling: Sampling, rng: np.random.Generator
) -> int:
    """Choose one token that the grammar allows.

    Args:
        scores: the model's raw scores, shape (vocabulary,); the penalties are taken off in place.
        grammar: what may follow: at least one token.
        history: the tokens chosen so far; the penalties look at the last `penalty_window`.
        sampling: every setting.
        rng: the request's own generator; drawn from once if more than one token is left to choose from.
    """
    penalise(scores, history, sampling)
    kept = likeliest(scores, grammar, sampling)
    if kept is None:
        ids = grammar.allowed()
        kept = cut(ids, scores[ids].astype(np.float64), sampling)
    if len(kept) == 1:
        return int(kept[0])
    # Relative to the best, so that no temperature, however small, divides two scores into two infinities.
    with np.errstate(over="ignore"):
        probabilities = softmax((scores[kept].astype(np.float64) - float(scores[kept[0]])) / sampling.temperature)
    before = np.cumsum(probabilities) - probabilities
    cumulative = np.cumsum(probabilities[before < sampling.top_p])
    drawn = int(np.searchsorted(cumulative, rng.random() * cumulative[-1], side="right"))
    return int(kept[min(drawn, cumulative.size - 1)])


def likeliest(scores: Logits, grammar: Grammar, sampling: Sampling) -> list[int] | None:
    """Find the tokens that `cut` would leave, asking the grammar for the likeliest ones only.

    Returns:
        Their ids, likeliest first, the lower id among equals; None when that takes too many questions.
    """
    window = _window(sampling)
    if math.isinf(window):
        return None
    kept: list[int] = []
    asked = 0
    reach = float(scores.max()) - max(window, _FIRST_REACH)
    for _ in range(_MOST_SEARCHES):
        # A little lower than meant: the comparison rounds to the scores' own precision; the exact one is below.
        found = np.flatnonzero(scores >= reach - 1e-3)
        values = scores[found].astype(np.float64)
        for place in _highest(values, MOST_ASKED + 1)[asked:].tolist():
            if kept and values[place] < float(scores[kept[0]]) - window:
                return kept
            if asked == MOST_ASKED:
                return None
            asked += 1
            token = int(found[place])
            if grammar.allows(token):
                kept.append(token)
                if len(kept) == sampling.top_k or sampling.temperature == 0:
                    return kept
        lowest = float(scores[kept[0]]) - window if kept else reach - _FIRST_REACH
        if kept and reach <= lowest:
            return kept
        reach = lowest
    return None


def cut(ids: TokenIds, values: NDArray[np.float64], sampling: Sampling) -> list[int]:
    """Leave the tokens worth drawing from: the `top_k` best, and of those the ones `min_p` keeps.

    Args:
        ids: tokens, sorted, at least one.
        values: their scores, penalties taken off.
        sampling: greedy leaves one.

    Returns:
        Their ids, likeliest first, the lower id among equals.
    """
    if sampling.temperature == 0:
        return [int(ids[np.argmax(values)])]
    top = _highest(values, sampling.top_k or values.size)
    left = top[values[top] >= values[top[0]] - _window(sampling)]
    kept: list[int] = ids[left].tolist()
    return kept


def penalise(scores: Logits, history: Sequence[int], sampling: Sampling) -> None:
    """Take the repetition, presence and DRY penalties off the scores, in place."""
    window = history[-sampling.penalty_window :] if sampling.penalty_window else ()
    if not window:
        return
    if sampling.repetition_penalty != 1 or sampling.presence_penalty:
        seen = np.fromiter(set(window), dtype=np.int64)
        held = scores[seen].astype(np.float64)
        # After Keskar et al. 2019 (CTRL): divide what is positive, multiply what is negative.
        penalised = np.where(held > 0, held / sampling.repetition_penalty, held * sampling.repetition_penalty)
        scores[seen] = np.maximum(penalised - sampling.presence_penalty, _LOWEST)
    if sampling.dry_multiplier:
        for token, length in repetitions(window).items():
            if length >= sampling.dry_allowed_length:
                exponent = min(length - sampling.dry_allowed_length, 64)
                loss = sampling.dry_multiplier * sampling.dry_base**exponent
                scores[token] = max(float(scores[token]) - loss, _LOWEST)


def repetitions(history: Sequence[int]) -> dict[int, int]:
    """Tell which tokens would continue a repetition, and how long a one.

    Returns:
        For each token that followed an earlier copy of the history's end, the length of the longest such copy, in
        tokens (as in the DRY sampler of llama.cpp, without its breakers: an answer is one text).
    """
    lengths: dict[int, int] = {}
    for end in range(len(history) - 1):
        length = 0
        while length <= end and history[end - length] == history[-1 - length]:
            length += 1
        if length:
            follower = history[end + 1]
            lengths[follower] = max(lengths.get(follower, 0), length)
    return lengths


def _window(sampling: Sampling) -> float:
    """Return how far below the best score a token may lie: `min_p` of its probability at this temperature."""
    if sampling.temperature == 0:
        return 0.0
    return -math.log(sampling.min_p) * sampling.temperature if sampling.min_p else math.inf


def _highest(scores: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """Return the places of the `count` highest scores, highest first, the earlier first among equals."""
    if count >= scores.size:
        return np.argsort(-scores, kind="stable")
    last = np.partition(scores, scores.size - count)[scores.size - count]
    above = np.flatnonzero(scores > last)
    level = np.flatnonzero(scores == last)[: count - above.size]
    return np.concatenate((above[np.argsort(-scores[above], kind="stable")], level))


def softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return probabilities that sum to 1; the scores must not be empty."""
    shifted: NDArray[np.float64] = np.exp(scores - np.max(scores))
    return shifted / np.sum(shifted)


def log_probability(scores: Logits, token: int) -> float:
    """Return the natural logarithm of a token's probability under the raw scores, shape (vocabulary,)."""
    top = scores.max()
    return float(scores[token] - top) - math.log(float(np.exp(scores - top).sum(dtype=np.float64)))


def weigh_options(logits: Logits, candidates: Mapping[str, Sequence[int]]) -> tuple[dict[str, float], dict[str, int]]:
    """Weigh options by the raw logits of the tokens that begin exactly one of them.

    Args:
        logits: the model's raw scores, shape (vocabulary,).
        candidates: for each option the tokens that begin it and no other option; none of them empty.

    Returns:
        The options' probabilities, renormalised to sum to 1, and each option's most probable token.
    """
    ids = [(option, token) for option, tokens in candidates.items() for token in tokens]
    mass = softmax(logits[[token for _, token in ids]].astype(np.float64))
    probabilities = dict.fromkeys(candidates, 0.0)
    best: dict[str, tuple[float, int]] = {}
    for (option, token), share in zip(ids, mass, strict=True):
        probabilities[option] += float(share)
        best[option] = max(best.get(option, (-1.0, token)), (float(share), token))
    return probabilities, {option: token for option, (_, token) in best.items()}
