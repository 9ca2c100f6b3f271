"""Dating: a text's dates held against a dossier's, by value and by the words that stand around both."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from panel.claims.claim import Claim, Day, Kind, Resolved, Status
from panel.claims.context import Context, read_contexts
from panel.claims.dates import covers
from panel.claims.ground import Ground, Mention
from panel.claims.linking import overlap
from panel.claims.opposites import OPPOSITE, contradicts
from panel.claims.outside import is_forecast
from panel.claims.stems import words_of
from panel.records import Persona

OTHER_EVENT = "another date fits the words around it better"
_THESIS = "thesis"
"""The beat whose years are forecasts all."""
MARGIN = 2.0
"""How much better another date of the dossier has to fit than the claim's own."""
_BY = re.compile(r"\bby\s+(?:the\s+(?:end|middle|summer)\s+of\s+)?$", re.IGNORECASE)
"""What opens a forecast."""
_LEAD = 40
"""How many letters before a date are read for what opens it."""
_AS_OF = re.compile(
    r"\b(?:as (?:of|at|on)|read on|seen on|retrieved(?: on)?|checked on|dated|listed on)\s+$", re.IGNORECASE
)
"""What opens the day on which a page was read."""
FORECAST_FIT = 4.5
"""How well a date of the dossier has to fit for a later year to be no forecast but its slip."""


def resolve_dates(claims: Sequence[Claim], ground: Ground, persona: Persona | None) -> Mapping[Claim, Resolved]:
    """Resolve the dates among the claims of one text.

    Args:
        claims: every claim of the text, in order.
        ground: its dossier.
        persona: whose beat it is; without it no year counts as a forecast.
    """
    if not any(claim.kind is Kind.DATE for claim in claims):
        return {}
    contexts = read_contexts(claims[0].within, claims, ground.own, ground.entities)
    own = frozenset(word.stem for claim in claims if claim.kind is Kind.DATE for word in words_of(claim.text))
    told = [claim.value for claim in claims if isinstance(claim.value, Day)]
    return {
        claim: _resolve(claim, claim.value, _leave_out(own, context), told, ground, persona)
        for claim, context in zip(claims, contexts, strict=True)
        if isinstance(claim.value, Day)
    }


def _resolve(
    claim: Claim, day: Day, context: Context, told: Sequence[Day], ground: Ground, persona: Persona | None
) -> Resolved:
    same: list[tuple[float, Mention]] = []
    others: list[tuple[float, Mention]] = []
    for mention in ground.of(Kind.DATE):
        known = mention.claim.value
        if isinstance(known, Day):
            fits = _fit(context, mention, ground)
            if covers(day, known):
                same.append((fits, mention))
            elif (
                _is_as_fine(day, known)
                and known not in ground.read_on
                and not any(covers(other, known) for other in told)
            ):
                others.append((fits, mention))
    if same and day in ground.read_on and _AS_OF.search(claim.within, max(0, claim.start - _LEAD), claim.start):
        return Resolved(claim, Status.SUPPORTED, max(same, key=_first)[1].passage.place)
    best = max(same, key=_first, default=None)
    rival = max(others, key=_first, default=None)
    is_ahead = is_forecast(claim, persona, ground.dossier.pricing.as_of)
    if best is not None:
        if rival is not None and not is_ahead and rival[0] > best[0] + MARGIN:
            return _differs(claim, rival[1], OTHER_EVENT)
        if contradicts(claim, context, best[1]):
            return _differs(claim, best[1], OPPOSITE)
        return Resolved(claim, Status.SUPPORTED, best[1].passage.place)
    if is_ahead:
        if (
            rival
            and rival[0] > FORECAST_FIT
            and claim.beat != _THESIS
            and not _BY.search(claim.within, max(0, claim.start - _LEAD), claim.start)
        ):
            return _differs(claim, rival[1])
        return Resolved(claim, Status.OUTSIDE)
    nearest = max(
        ground.of(Kind.DATE), key=lambda mention: (_shared(day, mention), _fit(context, mention, ground)), default=None
    )
    if nearest and _shared(day, nearest) >= (1 if day.day is None else 2) and day != Day(day.year):
        return _differs(claim, nearest)
    return Resolved(claim, Status.ABSENT)


def _fit(context: Context, mention: Mention, ground: Ground) -> float:
    """Return how well the words around a date fit those around the dossier's."""
    other = mention.context
    return overlap(context.near, other.near, ground.rarity) + overlap(context.far, other.far, ground.rarity)


def _leave_out(own: frozenset[str], context: Context) -> Context:
    """Return a context without the words of dates: two Junes are not the same for their name."""
    near = {stem: weight for stem, weight in context.near.items() if stem not in own}
    far = {stem: weight for stem, weight in context.far.items() if stem not in own}
    return replace(context, near=near, far=far)


def _first(pair: tuple[float, Mention]) -> float:
    return pair[0]


def _is_as_fine(claimed: Day, known: Day) -> bool:
    """Tell whether a known date says as much as a claimed one: a month for a month, a day for a day."""
    return all(its is not None or mine is None for mine, its in zip(claimed[1:3], known[1:3], strict=True))


def _shared(day: Day, mention: Mention) -> int:
    known = mention.claim.value
    if not isinstance(known, Day):
        return 0
    return sum(mine is not None and mine == its for mine, its in zip(day, known, strict=True))


def _differs(claim: Claim, mention: Mention, why: str = "") -> Resolved:
    return Resolved(claim, Status.DIFFERS, mention.passage.place, mention.claim.text, why=why)
