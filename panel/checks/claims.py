"""Claims: what a verdict says that its dossier contradicts, or does not have."""

from __future__ import annotations

from collections.abc import Iterator

from panel.checks.subject import CheckSubject
from panel.claims import Resolved, Status, resolve_beats
from panel.records import Finding
from panel.texts import clip_quote


def check_claims(subject: CheckSubject) -> Iterator[Finding]:
    """Find claims that differ from the dossier or are absent from it, each with the place that says so.

    A persona whose facts are free may bring numbers of its own; those that the dossier has otherwise are still found.
    """
    is_free = subject.persona.facts == "free"
    for resolved in resolve_beats(subject.beats, subject.dossier, subject.persona):
        if resolved.status is Status.DIFFERS:
            yield _differs(resolved)
        elif resolved.status is Status.ABSENT and not (is_free and resolved.claim.quantity is not None):
            yield _absent(resolved, subject.dossier.name)


def _differs(resolved: Resolved) -> Finding:
    claim, place = resolved.claim, resolved.place
    reason = f": {resolved.why}" if resolved.why else ""
    source = f" ({place.field}: “{clip_quote(place.text)}”)" if place else ""
    return Finding(
        check="claim-differs",
        beat=claim.beat,
        message=f"“{clip_quote(claim.text)}” is not what the dossier says{reason}{source}.",
        instruction=f"Say “{clip_quote(resolved.instead)}”, as the dossier does, or leave the claim out.",
        quote=clip_quote(claim.text),
    )


def _absent(resolved: Resolved, name: str) -> Finding:
    claim = resolved.claim
    return Finding(
        check="claim-absent",
        beat=claim.beat,
        message=f"The dossier on {name} does not have “{clip_quote(claim.text)}” ({claim.kind}).",
        instruction=f"Leave “{clip_quote(claim.text)}” out, or write what the dossier has.",
        quote=clip_quote(claim.text),
    )
