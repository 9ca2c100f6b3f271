"""Fits the weights by which the fact desk tells which of a dossier's figures a sentence speaks of.

    python -m benchmarks.fact_desk_weights

A conditional logit on the corpus's train split: each figure of a gold verdict against all comparable ones of its
dossier, those of the same value being right. The result belongs into `panel.claims.linking.WEIGHTS`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from panel.claims import find_claims
from panel.claims.claim import Kind
from panel.claims.context import COUNTED, read_contexts
from panel.claims.ground import Ground, ground_of
from panel.claims.linking import WEIGHTS, read_likenesses
from panel.claims.matching import is_comparable, is_same
from panel.corpus.gold import Split
from panel.corpus.loading import load_gold
from panel.personas import load_personas

ROOT = Path(__file__).parent.parent
STEPS, RATE, RIDGE = 400, 0.05, 0.002

Choice = tuple[NDArray[np.float64], NDArray[np.bool_]]
"""One figure's likenesses to each comparable mention, a row each, and which of them have its value."""


def read_choices(split: Split) -> Iterator[Choice]:
    personas = [loaded.persona for loaded in load_personas(ROOT / "personas")]
    for tool in load_gold(ROOT / "corpus", personas):
        if tool.split is split:
            for verdict in tool.verdicts.values():
                for beat in verdict.beats:
                    yield from _read_text(beat.text, ground_of(tool.dossier))


def _read_text(text: str, ground: Ground) -> Iterator[Choice]:
    claims = find_claims(text)
    contexts = read_contexts(text, claims, ground.own, ground.entities)
    dated = [claim for claim in claims if claim.kind in (*COUNTED, Kind.DATE)]
    for claim, context in zip(claims, contexts, strict=True):
        rows, same = [], []
        for mention in ground.of(*COUNTED):
            mine, its = claim.quantity, mention.claim.quantity
            if mine is None or its is None or not (is_same(mine, its) or is_comparable(mine, its)):
                continue
            company = [other for other in dated if other is not claim]
            likenesses = read_likenesses(claim, context, company, mention, ground)
            rows.append([likenesses[name] for name in WEIGHTS])
            same.append(is_same(mine, its))
        if any(same) and not all(same):
            yield np.array(rows), np.array(same)


def fit(choices: list[Choice]) -> NDArray[np.float64]:
    """Return the weights of the highest likelihood, a ridge keeping them small; Adam, from nought."""
    weights = np.zeros(len(WEIGHTS))
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, STEPS + 1):
        slope = -RIDGE * weights
        for rows, same in choices:
            odds = np.exp(rows @ weights - (rows @ weights).max())
            odds /= odds.sum()
            slope += rows.T @ (np.where(same, odds / odds[same].sum(), 0) - odds) / len(choices)
        mean, square = 0.9 * mean + 0.1 * slope, 0.99 * square + 0.01 * slope * slope
        weights += RATE * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    return weights


def share_right(choices: list[Choice], weights: NDArray[np.float64]) -> float:
    return float(np.mean([same[np.argmax(rows @ weights)] for rows, same in choices]))


def main() -> None:
    train, dev = list(read_choices(Split.TRAIN)), list(read_choices(Split.DEV))
    weights = fit(train)
    for name, weight in zip(WEIGHTS, weights, strict=True):
        print(f'    "{name}": {weight:.2f},')
    for name, choices in (("train", train), ("dev", dev)):
        print(f"right on {name}: {share_right(choices, weights):.1%} of {len(choices)}")


if __name__ == "__main__":
    main()
