"""Holding a text's figures against a dossier's: the same value, and said of the same thing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from panel.claims.arithmetic import approximates, derives, elapses
from panel.claims.claim import Bound, Claim, Day, Kind, Quantity, Resolved, Status
from panel.claims.contrary import (
    OTHER_NOUN,
    TURNED,
    find_contrary,
    find_miscount,
    has_strict_bound,
    is_supposed,
    owner_of_noun,
)
from panel.claims.figure import SMALL, Figure, is_small, read_figures
from panel.claims.ground import Ground, Mention, days_of
from panel.claims.listed import find_list
from panel.claims.matching import is_within
from panel.claims.opposites import WRONG_WAY, find_opposite, find_wrong_way
from panel.claims.quantities import read_label
from panel.claims.swaps import FITS_BETTER, find_swaps
from panel.claims.wholes import find_wholes, judge_whole

_VAGUE = frozenset({"one", "half", "a", "an"})
"""Lengths of time that are ways of speaking: "one day", "half a year"."""
_HEDGE = re.compile(
    r"\b(?:about|roughly|nearly|almost|around|approximately|some|(?:a little|just|slightly) (?:over|under|above|below)|"
    r"close to|next to|not quite|just short of)\s+(?:the\s+|an?\s+)?$|[~≈]\s?$",
    re.IGNORECASE,
)
_HEDGE_REACH = 30
_ROUND = re.compile(r"an? (?:dozen|hundred|thousand|million|billion)", re.IGNORECASE)
"""Numbers that are ways of speaking: "a thousand tables"."""
_ELAPSED = re.compile(r"\s+(?:later|earlier|after|before|apart|ago|since|on\b|between)")
"""What follows a length of time that lies between two dates."""
_SHARE_FIT = 5
"""How well another share in words has to fit to be what a missing one stands for."""
_CLOSE = 3
"""How well another figure has to fit to be what a missing one stands for."""


def resolve_figures(claims: Sequence[Claim], ground: Ground) -> dict[Claim, Resolved]:
    """Resolve the quantities among the claims of one text.

    Args:
        claims: every claim of the text, in order.
        ground: its dossier.
    """
    figures = list(read_figures(claims, ground))
    swapped = find_swaps(figures)
    for part, whole in find_wholes(figures):
        for claim, against in judge_whole(part, whole, ground).items():
            swapped.setdefault(claim, against)
    wrong_way = {figure.claim for figure in find_wrong_way(figures)}
    found: dict[Claim, Resolved] = {}
    told = [figure.known for figure in figures if figure.same]
    for figure in figures:
        if figure.same:
            others = [other.known for other in figures if other.same and other is not figure]
            found[figure.claim] = _judge(figure, swapped.get(figure.claim), others, ground)
    missing = [figure for figure in figures if not figure.same]
    days = [claim.value for claim in claims if isinstance(claim.value, Day)]
    years = [day.year for day in days if day.year]
    for figure in missing:
        found[figure.claim] = _search(figure, told, ground)
        is_between = any(abs(one - other) * 12 == figure.quantity.amount for one, other in combinations(years, 2))
        is_elapsed = _ELAPSED.match(figure.claim.within, figure.claim.end) is not None
        if figure.quantity.unit == "month" and (
            is_between or (is_elapsed and elapses(figure.quantity, days, days_of(ground)))
        ):
            found[figure.claim] = Resolved(figure.claim, Status.SUPPORTED, is_derived=True)
        if found[figure.claim].is_derived:
            told.append(figure.quantity)
    for figure in missing:
        # A sum may rest on one that stands after it.
        if found[figure.claim].status in (Status.ABSENT, Status.DIFFERS):
            found[figure.claim] = _search(figure, told, ground)
    told = _reckon_together(missing, told, found, ground)
    for figure in missing:
        # A share may rest on a sum that was just found: "200 a day are 6,000 in a month of thirty days, 60% of ...".
        if figure.quantity.unit == "%" and found[figure.claim].status is Status.ABSENT:
            found[figure.claim] = _search(figure, told, ground)
    for figure in figures:
        if figure.claim in wrong_way and found[figure.claim].status is Status.SUPPORTED:
            found[figure.claim] = replace(found[figure.claim], status=Status.DIFFERS, why=WRONG_WAY, is_derived=False)
    return found


def _reckon_together(
    missing: Sequence[Figure], told: Sequence[Quantity], found: dict[Claim, Resolved], ground: Ground
) -> list[Quantity]:
    """Let a text bring one figure of its own into a sum: "at 2,000 of them that is $400"."""
    bad = (Status.ABSENT, Status.DIFFERS)
    for figure in missing:
        for given in missing:
            if (
                given is figure
                or found[given.claim].status is Status.SUPPORTED
                or figure.quantity.unit == given.quantity.unit
            ):
                continue
            others = [quantity for quantity in told if quantity is not figure.quantity]
            if given.quantity.unit in ("", "month", "second") and derives(
                figure.quantity, [*others, given.quantity], ground.groups
            ):
                for one in (figure, given):
                    found[one.claim] = Resolved(one.claim, Status.SUPPORTED, is_derived=True)
                told = [*told, given.quantity, figure.quantity]
    if any(found[figure.claim].is_derived for figure in missing):
        # What a sum runs over is part of the sum: "$1,140 over twelve months".
        for figure in missing:
            if figure.quantity.unit in ("month", "second") and found[figure.claim].status in bad:
                found[figure.claim] = Resolved(figure.claim, Status.OUTSIDE)
    return list(told)


def _judge(figure: Figure, swapped: tuple[Mention, str] | None, told: Sequence[Quantity], ground: Ground) -> Resolved:
    claim, quantity = figure.claim, figure.quantity
    if (short := find_list(quantity, ground.dossier)) is not None and not _is_counted(figure):
        return Resolved(claim, Status.DIFFERS, short, short.text, why=OTHER_NOUN)
    contrary, contrary_why = find_contrary(figure)
    if contrary is not None:
        return Resolved(claim, Status.DIFFERS, contrary.passage.place, contrary.passage.text, why=contrary_why)
    if has_strict_bound(figure):
        mention = figure.same[0][0]
        return Resolved(claim, Status.DIFFERS, mention.passage.place, mention.claim.text, why=TURNED)
    if (opposite := find_opposite(figure, ground)) is not None:
        return Resolved(claim, Status.DIFFERS, opposite[0].passage.place, opposite[0].passage.text, why=opposite[1])
    if swapped is not None and not (swapped[1] == FITS_BETTER and derives(quantity, told, ())):
        mention, why = swapped
        return Resolved(claim, Status.DIFFERS, mention.passage.place, mention.claim.text, why=why)
    if (another := find_miscount(figure) or owner_of_noun(figure)) is not None and not derives(quantity, told, ()):
        return Resolved(claim, Status.DIFFERS, another.passage.place, another.claim.text, why=OTHER_NOUN)
    return Resolved(claim, Status.SUPPORTED, figure.same[0][0].passage.place)


def _is_counted(figure: Figure) -> bool:
    """Tell whether the dossier counts the same things to the same number."""
    return any(pair[0].claim.quantity and pair[0].claim.quantity.noun == figure.quantity.noun for pair in figure.same)


def _search(figure: Figure, told: Sequence[Quantity], ground: Ground) -> Resolved:
    """Look for a value that the dossier does not have as such: within a bound, in a share, by arithmetic."""
    claim, quantity = figure.claim, figure.quantity
    if (short := find_list(quantity, ground.dossier)) is not None:
        return Resolved(claim, Status.DIFFERS, short, short.text)
    for mention, _ in figure.others:
        known = mention.claim.quantity
        if known and quantity.bound is not Bound.NONE and is_within(quantity, known):
            return Resolved(claim, Status.SUPPORTED, mention.passage.place)
    if quantity.is_fraction and (share := _find_share(claim, quantity, ground)):
        return share
    if read_label(claim.within, claim.start):
        best = figure.others[0] if figure.others else None
        if best is None or best[1] <= _CLOSE:
            return Resolved(claim, Status.ABSENT)
        return Resolved(claim, Status.DIFFERS, best[0].passage.place, best[0].claim.text)
    if quantity.is_fraction and claim.beat != "thesis" and figure.others and figure.others[0][1] > _SHARE_FIT:
        other = figure.others[0][0]
        return Resolved(claim, Status.DIFFERS, other.passage.place, other.claim.text)
    if derives(quantity, told, () if is_small(figure) else ground.groups):
        return Resolved(claim, Status.SUPPORTED, is_derived=True)
    is_hedged = _HEDGE.search(claim.within, max(0, claim.start - _HEDGE_REACH), claim.start) is not None
    if approximates(quantity, told, is_hedged=is_hedged):
        return Resolved(claim, Status.SUPPORTED, is_derived=True)
    if quantity.unit == "" and is_supposed(claim):
        return Resolved(claim, Status.OUTSIDE)
    if quantity.is_fraction or (quantity.unit == "times" and quantity.number <= SMALL):
        return Resolved(claim, Status.OUTSIDE)
    if quantity.unit in ("second", "month") and claim.text.split()[0].lower() in _VAGUE:
        return Resolved(claim, Status.OUTSIDE)
    if _ROUND.fullmatch(claim.text):
        return Resolved(claim, Status.OUTSIDE)
    best = figure.others[0] if figure.others else None
    if is_small(figure):
        rival = _rival_count(figure)
        if rival is None:
            return Resolved(claim, Status.OUTSIDE)
        return Resolved(claim, Status.DIFFERS, rival.passage.place, rival.claim.text)
    if best and best[1] > _CLOSE:
        return Resolved(claim, Status.DIFFERS, best[0].passage.place, best[0].claim.text)
    return Resolved(claim, Status.ABSENT)


def _rival_count(figure: Figure) -> Mention | None:
    """Return the count of the same things that the dossier gives in a small count's stead."""
    noun = figure.quantity.noun
    for mention, score in figure.others:
        known = mention.claim.quantity
        if noun and known and known.noun == noun and score > _CLOSE:
            return mention
    return None


def _find_share(claim: Claim, quantity: Quantity, ground: Ground) -> Resolved | None:
    for mention in ground.of(Kind.PERCENTAGE):
        known = mention.claim.quantity
        if known and known.amount == quantity.amount:
            return Resolved(claim, Status.SUPPORTED, mention.passage.place)
    return None
