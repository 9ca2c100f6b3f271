"""From logits to one token: penalties, temperature, top-k, min-p, top-p, in that order.

Works on the allowed tokens only, so that its cost follows the grammar and not the vocabulary where the grammar is
narrow. Knows nothing of grammars or models.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from panel.records import Sampling

Logits = NDArray[np.float32]
TokenIds = NDArray[np.int64]


def allowed_ids(bitmask: NDArray[np.int32], vocab_size: int) -> TokenIds:
    """Turn a grammar's bit mask (one bit a token, lowest bit first) into sorted token ids."""
    bits = np.unpackbits(bitmask.view(np.uint8), bitorder="little", count=vocab_size)
    return np.flatnonzero(bits)


def pick_token(
    logits: Logits, allowed: TokenIds, recent: Sequence[int], sampling: Sampling, rng: np.random.Generator
) -> int:
    """Choose one allowed token.

    Args:
        logits: the model's raw scores, shape (vocabulary,).
        allowed: ids that may follow, sorted, at least one.
        recent: the answer's sampled tokens so far; the penalties look at the last `penalty_window`.
        sampling: every setting.
        rng: the request's own generator.

    Returns:
        A token id from `allowed`.
    """
    if allowed.size == 1:
        return int(allowed[0])
    scores = logits[allowed].astype(np.float64)
    _penalise(scores, allowed, recent, sampling)
    if sampling.temperature == 0:
        return int(allowed[np.argmax(scores)])
    # Temperature comes before the cuts, and the cuts see one sorted, normalised list.
    top = _highest(scores, sampling.top_k or scores.size)
    # Relative to the best, so that no temperature, however small, divides two scores into two infinities.
    with np.errstate(over="ignore"):
        probabilities = softmax((scores[top] - scores[top[0]]) / sampling.temperature)
    keep = probabilities >= sampling.min_p * probabilities[0]
    keep &= np.cumsum(probabilities) - probabilities < sampling.top_p
    cumulative = np.cumsum(probabilities[keep])
    drawn = int(np.searchsorted(cumulative, rng.random() * cumulative[-1], side="right"))
    return int(allowed[top[keep][min(drawn, cumulative.size - 1)]])


def _highest(scores: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """Return the places of the `count` highest scores, highest first, the earlier first among equals."""
    if count >= scores.size:
        return np.argsort(-scores, kind="stable")
    last = np.partition(scores, scores.size - count)[scores.size - count]
    above = np.flatnonzero(scores > last)
    level = np.flatnonzero(scores == last)[: count - above.size]
    return np.concatenate((above[np.argsort(-scores[above], kind="stable")], level))


def _penalise(scores: NDArray[np.float64], allowed: TokenIds, recent: Sequence[int], sampling: Sampling) -> None:
    window = recent[-sampling.penalty_window :] if sampling.penalty_window else ()
    if not window or (sampling.repetition_penalty == 1 and sampling.presence_penalty == 0):
        return
    seen = np.unique(np.fromiter(window, dtype=np.int64))
    places = np.searchsorted(allowed, seen)
    places = places[(places < allowed.size) & (allowed[np.minimum(places, allowed.size - 1)] == seen)]
    held = scores[places]
    # After Keskar et al. 2019 (CTRL): divide what is positive, multiply what is negative.
    penalised = np.where(held > 0, held / sampling.repetition_penalty, held * sampling.repetition_penalty)
    scores[places] = penalised - sampling.presence_penalty


def softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return probabilities that sum to 1; the scores must not be empty."""
    shifted: NDArray[np.float64] = np.exp(scores - np.max(scores))
    return shifted / np.sum(shifted)


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
