"""Contexts: the words around a claim, each weighed by how near it stands and whether another figure stands nearer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp

from panel.claims.anchors import HERE, TOOL, read_anchors
from panel.claims.claim import Claim, Kind
from panel.claims.stems import Word, words_of
from panel.texts import sentence_spans

NEAR_REACH, FAR_REACH = 2.0, 6.0
"""How many words away a word counts a third of what it counts right beside the claim."""
BEFORE = 0.08
"""What a word of the sentence before counts, or of the source's title."""
NONE_OF = "@none"
_LACKING = frozenset({"no", "without", "none", "neither"})
"""Words for what is not there, which say as much as its name: "without help", "no code"."""
COUNTED = (Kind.NUMBER, Kind.PRICE, Kind.PERCENTAGE, Kind.VERSION)
_RIVALS = frozenset({Kind.NUMBER, Kind.PRICE, Kind.PERCENTAGE})
_LEFT_OUT = _RIVALS | {Kind.LICENCE}


@dataclass(frozen=True, slots=True)
class Context:
    """The words around one claim, as stems.

    Attributes:
        near: weights of the words close by: nearness, shared with the other figures that they stand near to.
        far: the same over a longer way.
        sentence: the words of its sentence.
        text: those and the words that the sentence leans on.
        right: up to three words right after it.
        names: what it is said of.
        days: when it is said to have been so.
    """

    near: Mapping[str, float]
    far: Mapping[str, float]
    sentence: frozenset[str]
    text: frozenset[str]
    right: tuple[str, ...]
    names: frozenset[str]
    days: frozenset[str]


def read_contexts(
    text: str, claims: Sequence[Claim], own: frozenset[str], entities: frozenset[str], before: str = ""
) -> tuple[Context, ...]:
    """Read the context of each claim of a sentence or a beat.

    Args:
        text: what the claims stand in.
        claims: in order.
        own: the stems of the tool's own name, which become one.
        entities: the stems of the names that the dossier knows.
        before: what the text leans on.
    """
    every = words_of(text)
    words = [
        word
        for word in every
        if not any(claim.kind in _LEFT_OUT and claim.start <= word.start < claim.end for claim in claims)
    ]
    known = [(word, _fold(word, own)) for word in words if word.is_content or word.stem in HERE | _LACKING]
    leaning = {_fold(word, own): BEFORE for word in words_of(before) if word.is_content}
    whole = frozenset(stem for _, stem in known) | leaning.keys()
    centres = [_centre(claim, every) for claim in claims]
    spans = tuple(sentence_spans(text))
    anchors = read_anchors(text, claims, own, entities)
    found = []
    for place, claim in enumerate(claims):
        rivals = [centres[other] for other, rival in enumerate(claims) if other != place and _are_rivals(claim, rival)]
        start, end = next((span for span in spans if span[0] <= claim.start < span[1]), (0, len(text)))
        _, last = centres[place]
        found.append(
            Context(
                near=leaning | _weigh(known, centres[place], rivals, NEAR_REACH),
                far=leaning | _weigh(known, centres[place], rivals, FAR_REACH),
                sentence=frozenset(stem for word, stem in known if start <= word.start < end),
                text=whole,
                right=tuple(word.stem for word in words if last < word.place <= last + 3 and word.is_content),
                names=anchors[place][0],
                days=anchors[place][1],
            )
        )
    return tuple(found)


def _are_rivals(one: Claim, other: Claim) -> bool:
    """Tell whether words that stand nearer to the other are the other's."""
    return {one.kind, other.kind} <= _RIVALS or one.kind is other.kind is Kind.LICENCE


def _fold(word: Word, own: frozenset[str]) -> str:
    if word.stem in _LACKING:
        return NONE_OF
    return TOOL if word.stem in own or word.stem in HERE else word.stem


def _weigh(
    words: Sequence[tuple[Word, str]], centre: tuple[float, float], rivals: Sequence[tuple[float, float]], reach: float
) -> dict[str, float]:
    near: dict[str, float] = {}
    for word, stem in words:
        nearness = _nearness(word, centre, reach)
        if nearness < 1e-3:
            continue
        weight = nearness * nearness / (nearness + sum(_nearness(word, rival, reach) for rival in rivals))
        near[stem] = max(near.get(stem, 0.0), weight)
    return near


def _nearness(word: Word, centre: tuple[float, float], reach: float) -> float:
    return exp(-max(centre[0] - word.place, word.place - centre[1], 0.0) / reach)


def _centre(claim: Claim, words: Sequence[Word]) -> tuple[float, float]:
    """Return where a claim stands among the words: its first and its last."""
    inside = [word.place for word in words if claim.start <= word.start < claim.end]
    if inside:
        return inside[0], inside[-1]
    before = [word.place for word in words if word.start < claim.start]
    return (before[-1], before[-1]) if before else (0.0, 0.0)
