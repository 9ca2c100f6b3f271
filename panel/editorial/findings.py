"""What the checks say of a verdict as it stands, and which of it an editor has to answer before approving.

A statement that the dossier contradicts or does not have, and a call that a passage aimed at reviewers turned, block
approval. An editor answers by changing the text, or by acknowledging the finding with a reason. An acknowledgement
is bound to the text it was about: once that is changed, the same finding asks again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from panel.checks import fact_findings, run_checks
from panel.editorial.fold import SeatState
from panel.errors import IllegalMove
from panel.materials import Materials
from panel.quarantine import FLIP, UNKNOWN, flag_passages, quarantine_findings
from panel.records import Finding, FindingKey, sha256_of

STATEMENTS = frozenset({"claim-differs", "claim-absent"})
"""The checks of what a text states."""

SWAYED = frozenset({FLIP, UNKNOWN})
"""The checks of what a passage aimed at reviewers did to a call."""

BLOCKING = STATEMENTS | SWAYED
"""The checks whose findings an editor has to answer before approving."""


def find_all(state: SeatState, materials: Materials) -> tuple[Finding, ...]:
    """Check a seat's current text; () without one.

    Returns:
        Those that block first, then the rest, each in the order of the checks. A figure that two checks find is told
        once.
    """
    verdict, draft = state.verdict, state.draft
    if verdict is None:
        return ()
    subject = materials.subject(state.seat, verdict.beats)
    facts = fact_findings(subject)
    flags = flag_passages(materials.shown(state.seat.tool))
    injected = quarantine_findings(draft.quarantine if draft else None, flags, verdict.call)
    rest = [finding for finding in run_checks(subject) if not _is_told(finding, facts)]
    return tuple(sorted((*injected, *facts, *rest), key=lambda finding: finding.check not in BLOCKING))


def unanswered(state: SeatState, findings: Collection[Finding]) -> tuple[Finding, ...]:
    """Return those of a seat's findings that keep it from approval."""
    return tuple(finding for finding in findings if finding.check in BLOCKING and not is_acknowledged(state, finding))


def is_acknowledged(state: SeatState, finding: Finding) -> bool:
    """Tell whether an editor acknowledged this finding in the text as it stands."""
    return state.verdict is not None and key_of(finding, state) in state.acknowledged


def key_of(finding: Finding, state: SeatState) -> FindingKey:
    """Name a finding in a seat's text as it stands."""
    verdict, draft = state.verdict, state.draft
    texts = {beat.id: beat.text for beat in verdict.beats} if verdict else {}
    asked = draft.quarantine.model_dump(mode="json") if draft and draft.quarantine else None
    call = [verdict.call.value if verdict else None, draft.n if draft else None, asked]
    about = texts.get(finding.beat or "", call)
    return FindingKey(
        check=finding.check,
        beat=finding.beat,
        start=finding.start,
        quote=finding.quote,
        text_sha256=sha256_of(about),
    )


def need_answers(state: SeatState, findings: Collection[Finding]) -> None:
    """Refuse an approval as long as there are findings to answer.

    Raises:
        IllegalMove: with every one of them.
    """
    left = unanswered(state, findings)
    if left:
        raise IllegalMove(
            f"{state.seat} cannot be approved: {'; '.join(_lines(left))}",
            hint="Edit the text, or keep it as it stands with `panel acknowledge` and a reason.",
        )


def _lines(findings: Collection[Finding]) -> Iterator[str]:
    for finding in findings:
        yield f"{finding.beat}: {finding.message}" if finding.beat else finding.message


def _is_told(finding: Finding, facts: Collection[Finding]) -> bool:
    """Tell whether the fact desk says the same of a number that is not in the dossier."""
    return finding.check == "unsupported-number" and any(
        fact.beat == finding.beat and finding.quote in fact.quote for fact in facts
    )
