"""Contradictions: a value that the dossier has, bounded, paid for or counted otherwise than the text says."""

from __future__ import annotations

import re

from panel.claims.claim import Bound, Claim, Quantity
from panel.claims.figure import Figure, is_small
from panel.claims.ground import Mention
from panel.claims.matching import counts_otherwise, has_things, is_paid_otherwise, is_turned_round
from panel.claims.stems import stem, words_of

PAID_OTHERWISE = "it is paid for something else"
TURNED = "its bound is turned round"
OTHER_NOUN = "it counts something else"
_LEEWAY = 1.0
"""How much better a mention without a bound may fit than one that is turned round."""
_MISCOUNT, _MISCOUNT_LEAST = 3.0, 6.0
"""How much better the count of the same things has to fit than a mention of the claim's own value, and how well."""
_FEW = 20
"""Up to here a dossier has most numbers of something or other."""
_CLAUSE_END = re.compile(r"[,;:.](?:\s|$)")
_SENTENCE_END = re.compile(r"[.!?](?:\s|$)")
_STRICT = re.compile(r"\b(?:under|fewer than|less than|more than|below|above)\s+$", re.IGNORECASE)
_SUPPOSED = re.compile(
    r"\b(?:if|would|could|should|might|must|need|unless|far|well|another|rerun|repeat|stay)\b", re.IGNORECASE
)
"""What makes a sentence one about what might be."""
_SUPPOSED_HERE = re.compile(r"\b(?:would|could|might|will|expect|predict|bet)\b", re.IGNORECASE)
_BEYOND = frozenset({"reversal", "killer", "thesis"})
"""Beats that speak of what is not yet."""
_LIMITS_TEXT = "hold limit allow cover support read take accept keep up most least maximum minimum context include"
_LIMITS = frozenset(stem(word) for word in _LIMITS_TEXT.split())
_NEGATIONS_TEXT = """
    not no never nothing without cannot refuse fail reject skip cut lose stop gone miss drop fall nobody none
    neither unmark ignore ignor exceed
"""
_NEGATIONS = frozenset(stem(word) for word in _NEGATIONS_TEXT.split())
"""Words that turn a bound into its complement: more than 255 characters are cut, at most 255 are kept."""


def find_contrary(figure: Figure) -> tuple[Mention | None, str]:
    """Return a mention of the same value that is paid for, counted or bounded otherwise, where none agrees; and why."""
    quantity = figure.quantity
    telling = figure.same
    if quantity.per:
        # "$8 a month" alone does not say for how many; "$8 a month for 10 people" does.
        telling = [pair for pair in figure.same if pair[0].claim.quantity and pair[0].claim.quantity.per] or telling
        if has_things(quantity):
            telling = [
                pair for pair in telling if pair[0].claim.quantity and has_things(pair[0].claim.quantity)
            ] or telling
        if all(_is_paid_otherwise(quantity, pair[0]) for pair in telling):
            return telling[0][0], PAID_OTHERWISE
    known = [(pair[0], pair[0].claim.quantity, pair[1]) for pair in figure.same]
    if all(its is not None and counts_otherwise(quantity, its) for _, its, _ in known):
        return known[0][0], OTHER_NOUN
    turned = [(mention, score) for mention, its, score in known if its and _is_turned(figure, mention)]
    agreed = [score for mention, its, score in known if its and not is_turned_round(quantity, its)]
    if turned and turned[0][1] > max(agreed, default=float("-inf")) - _LEEWAY:
        return turned[0][0], TURNED
    return None, ""


def owner_of_noun(figure: Figure) -> Mention | None:
    """Return the figure that counts what a claim says it counts, where its own value counts something else."""
    noun = figure.quantity.noun
    if not noun or figure.quantity.unit == "version" or is_small(figure):
        return None
    for mention, _ in figure.same:
        known = mention.claim.quantity
        if (
            known is None
            or known.noun in ("", noun)
            or known.noun in figure.context.sentence
            or noun in mention.context.text
        ):
            return None
    owners = [pair[0] for pair in figure.others if pair[0].claim.quantity and pair[0].claim.quantity.noun == noun]
    return owners[0] if owners else None


def find_miscount(figure: Figure) -> Mention | None:
    """Return the count of the very things that a claim counts, where no mention of its own value counts them."""
    noun = figure.quantity.noun
    if not noun or figure.quantity.unit or figure.quantity.number > _FEW:
        return None
    if any(pair[0].claim.quantity is None or pair[0].claim.quantity.noun == noun for pair in figure.same):
        return None
    for mention, score in figure.others:
        known = mention.claim.quantity
        is_alike = known is not None and known.noun == noun and figure.context.right[:1] == mention.context.right[:1]
        if is_alike and score > max(figure.best + _MISCOUNT, _MISCOUNT_LEAST):
            return mention
    return None


def has_strict_bound(figure: Figure) -> bool:
    """Tell whether a text says more or fewer of what the dossier counts exactly."""
    quantity = figure.quantity
    if quantity.bound not in (Bound.OVER, Bound.UNDER) or quantity.unit or not quantity.noun or not figure.same:
        return False
    if not _STRICT.search(figure.claim.within, max(0, figure.claim.start - 20), figure.claim.start):
        return False
    if _SUPPOSED.search(figure.claim.within) or figure.claim.beat in _BEYOND:
        return False
    known = figure.same[0][0].claim.quantity
    return (
        known is not None
        and known.bound is Bound.NONE
        and not figure.same[0][0].passage.place.field.startswith("pricing")
        and known.noun == quantity.noun
        and not _LIMITS & figure.same[0][0].context.sentence
        and figure.context.right[:2] == figure.same[0][0].context.right[:2]
    )


def _is_paid_otherwise(quantity: Quantity, mention: Mention) -> bool:
    known = mention.claim.quantity
    return known is not None and is_paid_otherwise(quantity, known, mention.context.text)


def _is_turned(figure: Figure, mention: Mention) -> bool:
    known = mention.claim.quantity
    if known is None or not is_turned_round(figure.quantity, known):
        return False
    return any(
        _is_negated(figure.claim, cut) == _is_negated(mention.claim, cut) for cut in (_CLAUSE_END, _SENTENCE_END)
    )


def _is_negated(claim: Claim, cut: re.Pattern[str]) -> bool:
    before = cut.split(claim.within[: claim.start])[-1]
    after = cut.split(claim.within[claim.end :])[0]
    return any(word.stem in _NEGATIONS for word in words_of(f"{before} {after}"))


def is_supposed(claim: Claim) -> bool:
    """Tell whether a claim stands in a sentence about what would be, in a beat that asks what would have to be."""
    if claim.beat not in _BEYOND:
        return False
    before = _SENTENCE_END.split(claim.within[: claim.start])[-1]
    after = _SENTENCE_END.split(claim.within[claim.end :])[0]
    return _SUPPOSED_HERE.search(f"{before} {after}") is not None
