"""Resolving: what a dossier says to each claim of a verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from itertools import groupby

from panel.claims.claim import Claim, Kind, Resolved, Status
from panel.claims.dating import resolve_dates
from panel.claims.figures import resolve_figures
from panel.claims.finding import find_claims
from panel.claims.ground import Ground, ground_of
from panel.claims.letters import resolve_code, resolve_licence, resolve_name, resolve_quotation, resolve_url
from panel.records import BeatText, Dossier, Persona

_LETTERS: Mapping[Kind, Callable[[Claim, Ground], Resolved]] = {
    Kind.QUOTATION: resolve_quotation,
    Kind.CODE: resolve_code,
    Kind.URL: resolve_url,
    Kind.LICENCE: resolve_licence,
    Kind.NAME: resolve_name,
}


def resolve(claims: Iterable[Claim], dossier: Dossier, persona: Persona | None = None) -> tuple[Resolved, ...]:
    """Hold claims against a dossier.

    Args:
        claims: of one text or of several, each text's together and complete: figures are read beside each other.
        dossier: what may be claimed.
        persona: whose beats they are; without it no year counts as a forecast.

    Returns:
        One for each claim, in the claims' order.
    """
    ground = ground_of(dossier)
    found: list[Resolved] = []
    for _, together in groupby(claims, key=lambda claim: (claim.beat, claim.within)):
        text_claims = tuple(together)
        figures = resolve_figures(text_claims, ground)
        dates = resolve_dates(text_claims, ground, persona)
        for claim in text_claims:
            if claim in figures:
                found.append(_excuse(figures[claim], persona))
            elif claim in dates:
                found.append(dates[claim])
            else:
                found.append(_LETTERS[claim.kind](claim, ground))
    return tuple(found)


def resolve_beats(beats: Iterable[BeatText], dossier: Dossier, persona: Persona | None = None) -> tuple[Resolved, ...]:
    """Find the claims of a verdict's beats and hold them against its dossier.

    Remembered: a desk asks of the same text when it shows it, orders it, approves it and publishes it.
    """
    return _resolve_beats(tuple(beats), dossier, persona)


@lru_cache(maxsize=1024)
def _resolve_beats(beats: tuple[BeatText, ...], dossier: Dossier, persona: Persona | None) -> tuple[Resolved, ...]:
    return resolve((claim for beat in beats for claim in find_claims(beat.text, beat.id)), dossier, persona)


def _excuse(resolved: Resolved, persona: Persona | None) -> Resolved:
    """Let a text take up a number of its question: "ten times cheaper", "two days" for its weekend."""
    if persona is None or resolved.status is not Status.ABSENT:
        return resolved
    asked = " ".join(beat.question for beat in persona.beats if beat.id == resolved.claim.beat)
    # A weekend has two days.
    numbers = (claim.quantity for claim in find_claims(asked.replace("weekend", "two days")))
    mine = resolved.claim.quantity
    is_asked = any(mine and its and (mine.unit, mine.amount) == (its.unit, its.amount) for its in numbers)
    return Resolved(resolved.claim, Status.OUTSIDE) if is_asked else resolved
