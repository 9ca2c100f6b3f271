"""Claims: what a verdict says that its dossier contradicts, or does not have."""

from __future__ import annotations

from collections.abc import Iterator

from panel.checks.subject import CheckSubject
from panel.claims import Claim, Kind, Resolved, Status, best_passage, resolve_beats
from panel.records import Dossier, Finding, Passage
from panel.texts import clip_quote, sentence_spans


def check_claims(subject: CheckSubject) -> Iterator[Finding]:
    """Find claims that differ from the dossier or are absent from it, each with the place that says so.

    A persona whose facts are free may bring numbers of its own; those that the dossier has otherwise are still found.
    """
    is_free = subject.persona.facts == "free"
    for resolved in resolve_beats(subject.beats, subject.dossier, subject.persona):
        if resolved.status is Status.DIFFERS:
            yield _differs(resolved)
        elif resolved.status is Status.ABSENT and not (is_free and resolved.claim.quantity is not None):
            yield _absent(resolved, subject.dossier)


def _differs(resolved: Resolved) -> Finding:
    claim, place = resolved.claim, resolved.place
    reason = f": {resolved.why}" if resolved.why else ""
    return Finding(
        check="claim-differs",
        beat=claim.beat,
        message=f"“{clip_quote(claim.text)}” is not what the dossier says{reason}.",
        instruction=f"Say “{clip_quote(resolved.instead)}”, as the dossier does, or leave the claim out.",
        quote=clip_quote(claim.text),
        start=claim.start,
        passage=Passage(place=place.field, text=place.text) if place else None,
        instead=clip_quote(resolved.instead),
    )


def _absent(resolved: Resolved, dossier: Dossier) -> Finding:
    claim = resolved.claim
    return Finding(
        check="claim-absent",
        beat=claim.beat,
        message=f"The dossier on {dossier.name} does not have “{clip_quote(claim.text)}” ({claim.kind}).",
        instruction=f"Leave “{clip_quote(claim.text)}” out, or write what the dossier has.",
        quote=clip_quote(claim.text),
        start=claim.start,
        passage=_nearest(claim, dossier),
    )


def _nearest(claim: Claim, dossier: Dossier) -> Passage | None:
    """Find what the dossier says of a licence or a price, and of anything else its sentence nearest to the claim's."""
    if claim.kind is Kind.LICENCE:
        return Passage(place="licence", text=dossier.licence)
    if claim.kind is Kind.PRICE:
        return Passage(place="pricing.entry", text=dossier.pricing.entry)
    spans = sentence_spans(claim.within)
    around = next((claim.within[start:end] for start, end in spans if start <= claim.start < end), claim.within)
    nearest = best_passage(around, dossier)
    return Passage(place=nearest.place.field, text=nearest.text) if nearest else None
