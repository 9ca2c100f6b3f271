"""Linking: which of a dossier's figures a sentence speaks of, told from the words around both, never the values.

A linear score over a dozen likenesses. Its weights were fitted once as a conditional logit on the corpus's train split,
where each figure of a gold verdict had to be told from the others of its dossier (`benchmarks.fact_desk_weights`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import sqrt

from panel.claims.claim import Claim
from panel.claims.context import Context
from panel.claims.ground import Ground, Mention
from panel.claims.matching import equals

WEIGHTS: Mapping[str, float] = {
    "near": 0.85,
    "far": 0.76,
    "sentence": 0.05,
    "text": 0.0,
    "noun": 0.14,
    "other noun": -0.98,
    "next word": 0.34,
    "right": 0.41,
    "company": 2.68,
    "paid": 0.65,
    "paid otherwise": -0.25,
    "bound": 1.34,
    "unit": 0.1,
    "noun nearby": 0.74,
    "its noun nearby": 0.24,
    "name": 0.99,
    "other name": -0.36,
    "day": 0.29,
    "other day": -0.14,
}


def link(claim: Claim, context: Context, company: Sequence[Claim], mention: Mention, ground: Ground) -> float:
    """Score how likely a claim speaks of a mention; only differences between mentions mean anything.

    Args:
        claim: a quantity.
        context: the words around it.
        company: the other claims of its text.
        mention: a quantity of the dossier.
        ground: the dossier.
    """
    likenesses = read_likenesses(claim, context, company, mention, ground)
    return sum(WEIGHTS[name] * value for name, value in likenesses.items())


def read_likenesses(
    claim: Claim, context: Context, company: Sequence[Claim], mention: Mention, ground: Ground
) -> dict[str, float]:
    """Return what a claim and a mention share, by name; the keys are those of `WEIGHTS`."""
    mine, its = claim.quantity, mention.claim.quantity
    if mine is None or its is None:
        return {}
    other = mention.context
    nouns = (mine.noun, its.noun) if "version" not in (mine.unit, its.unit) else ("", "")
    shared = bool(set(mine.per) & set(its.per))
    return {
        "near": overlap(context.near, other.near, ground.rarity),
        "far": overlap(context.far, other.far, ground.rarity),
        "sentence": sum(map(ground.rarity, context.sentence & other.sentence)),
        "text": sum(map(ground.rarity, context.text & other.text)),
        "noun": float(nouns[0] != "" and nouns[0] == nouns[1]),
        "other noun": float(all(nouns) and nouns[0] != nouns[1]),
        "next word": float(bool(context.right[:1]) and context.right[:1] == other.right[:1]),
        "right": float(bool(set(context.right) & set(other.right))),
        "company": _keep_company(company, mention, ground),
        "paid": float(shared),
        "paid otherwise": float(bool(mine.per and its.per) and not shared),
        "bound": float(bool(mine.bound) and mine.bound == its.bound),
        "unit": float(mine.unit == its.unit),
        "noun nearby": float(nouns[0] in other.sentence),
        "its noun nearby": float(nouns[1] in context.sentence),
        "name": float(bool(context.names & other.names)),
        "other name": float(bool(context.names and other.names) and not context.names & other.names),
        "day": float(bool(context.days & other.days)),
        "other day": float(bool(context.days and other.days) and not context.days & other.days),
    }


def overlap(one: Mapping[str, float], other: Mapping[str, float], rarity: Callable[[str], float]) -> float:
    """Return how much the words around two claims share, from nought up; rare words say more."""
    return sum(rarity(stem) * sqrt(weight * other[stem]) for stem, weight in one.items() if stem in other)


def _keep_company(company: Sequence[Claim], mention: Mention, ground: Ground) -> float:
    """Return the share of a text's other figures and dates that stand in the mention's sentence too."""
    if not company:
        return 0.0
    own = mention.claim.value
    told = (claim.value for claim in company)
    # The mention itself is no company.
    return sum(ground.count_like(value, mention.passage) > equals(value, own) for value in told) / len(company)
