"""Numbers: prices, versions and counts in a verdict that its dossier does not hold."""

from __future__ import annotations

from collections.abc import Iterator

from panel.checks.subject import CheckSubject
from panel.facts import fact_forms, unsupported_numbers
from panel.records import Finding
from panel.texts import clip_quote


def check_unsupported_number(subject: CheckSubject) -> Iterator[Finding]:
    """Find numbers from nowhere, once for each of them, in the beats of a persona whose facts are locked.

    A text drafted under the lock has none; a server that cannot follow the lock, and a person, may write some.
    """
    if subject.persona.facts != "locked":
        return
    asked = {beat.id: beat for beat in subject.persona.beats}
    for beat in subject.beats:
        years = asked[beat.id].forecast_years if beat.id in asked else ()
        for number in unsupported_numbers(beat.text, fact_forms(subject.dossier, years=years)):
            yield Finding(
                check="unsupported-number",
                beat=beat.id,
                message=f"The dossier on {subject.dossier.name} does not hold {number}.",
                instruction=f"Do not write {number}; use only numbers that stand in the dossier.",
                quote=clip_quote(number),
            )
