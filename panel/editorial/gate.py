"""The editorial gate: the only place where an approved page is made.

It looks at everything again, from the files up: the inputs' hashes, the journal's chain, each seat's words against
the hash that was approved, and the comparison. What it lets through is a value that publishing takes and that
nothing else makes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from panel.editorial.desk import PATIENCE, Desk
from panel.editorial.findings import unanswered
from panel.editorial.fold import SeatState, Standing
from panel.editorial.pages import build_page, page_content_sha256
from panel.editorial.published import keep_published
from panel.errors import Conflict, IllegalMove, NotApproved
from panel.materials import reopen_materials
from panel.records import Action, Entry, Page, Seat, content_hashes
from panel.store import Run, open_folder


@dataclass(frozen=True, slots=True)
class ApprovedRun:
    """A page every word of which an editor approved.

    Attributes:
        page: the page, with its date of publication.
        content_sha256: the hash of the page without its date.
        already: the journal entry of this very page's publication; None when it is new.
        head: the journal's head when the gate looked.
    """

    page: Page
    content_sha256: str
    already: Entry | None
    head: str


def refusals(desk: Desk, states: Mapping[Seat, SeatState]) -> tuple[str, ...]:
    """Say why a run cannot be published, one reason a line; () when it can."""
    return (*_unapproved(desk, states), *_old_prices(desk))


def _old_prices(desk: Desk) -> list[str]:
    confirm = f"`panel confirm {desk.run.run_id}"
    return [f"{tool}: {stale.text} ({confirm} {tool}`)" for tool, stale in desk.stale_prices().items()]


def _unapproved(desk: Desk, states: Mapping[Seat, SeatState]) -> list[str]:
    reasons = [_seat_refusal(state) for state in states.values() if state.standing is not Standing.APPROVED]
    for state in states.values():
        for finding in unanswered(state, desk.findings(state)):
            place = f" ({finding.beat})" if finding.beat else ""
            reasons.append(f"{state.seat}: nobody answered {finding.check}{place}: {finding.message}")
    approval = desk.comparison_approval()
    if approval is None:
        reasons.append("the comparison: not approved")
    elif approval.after != desk.comparison_sha256(desk.comparison(states)):
        reasons.append(f"the comparison: changed since {approval.author} approved it")
    for state in states.values():
        reasons += [f"{state.seat}: {mismatch}" for mismatch in state.mismatches]
    return reasons


def _seat_refusal(state: SeatState) -> str:
    if state.standing is Standing.MISSING and state.missing:
        return f"{state.seat}: missing ({state.missing.message})"
    if state.standing is Standing.CHANGED and state.approval:
        return f"{state.seat}: changed since {state.approval.author} approved it"
    return f"{state.seat}: {state.standing}"


def open_gate(desk: Desk) -> ApprovedRun:
    """Let a run through, if every word of it is approved.

    Raises:
        NotApproved: with every reason.
        Corrupt: the run's files are not what they were.
    """
    # The desk may have been open for hours: nothing it holds in memory is trusted.
    run = open_folder(desk.run.folder)
    desk = Desk(run, reopen_materials(run), desk.site, desk.rules)
    head = run.journal.read().head
    states = desk.states()
    _need(desk, _unapproved(desk, states))
    page = build_page(
        desk, states, status="approved", site_name=desk.site.name, newsletter_action=desk.site.newsletter_action
    )
    content_sha256 = page_content_sha256(page)
    already = last_publication(desk.run)
    if already and already.after == content_sha256 and already.published_at:
        date = already.published_at
    else:
        # A page that stands may be written again whatever its age; a new one must not begin old.
        _need(desk, _old_prices(desk))
        already, date = None, datetime.now(UTC).replace(microsecond=0)
    return ApprovedRun(page.model_copy(update={"published_at": date}), content_sha256, already, head)


def _need(desk: Desk, reasons: list[str]) -> None:
    if reasons:
        raise NotApproved(
            f"the run {desk.run.run_id} cannot be published:",
            reasons,
            hint=f"`panel review {desk.run.run_id}` walks through what is open.",
        )


def last_publication(run: Run) -> Entry | None:
    """Return the publication that stands: the last one, unless it was unpublished since."""
    standing = None
    for entry in run.journal.read().entries:
        if entry.action is Action.PUBLISH:
            standing = entry
        elif entry.action is Action.UNPUBLISH:
            standing = None
    return standing


def record_publication(
    desk: Desk, approved: ApprovedRun, files: Mapping[str, bytes], *, out: str, author: str, release: str | None = None
) -> Entry:
    """Journal a publication, before its files are written: the site never shows what the journal does not know.

    The page is kept first, under the hash that the journal names: it stays readable whatever is published later.
    Publishing the very same files again, to the same place, adds nothing: it mends a site whose writing was cut short.

    Raises:
        Conflict: somebody changed the run since the gate looked; nothing was journaled.
        IllegalMove: the run is published in another place.
    """
    hashes = content_hashes(files)
    keep_published(desk.run, approved.page)
    already = approved.already
    standing = last_publication(desk.run)
    if standing and standing.out != out:
        raise IllegalMove(
            f"the run {desk.run.run_id} is published in {standing.out}",
            hint="Unpublish it there first: a page in two places could only be taken back from one.",
        )
    if already and already.out == out and already.files == hashes:
        if desk.run.journal.read().head != approved.head:
            raise Conflict("somebody else wrote to this run's journal in between", hint="Look again, then publish.")
        return already
    fields = {
        "author": author,
        "action": Action.PUBLISH,
        "after": approved.content_sha256,
        "files": hashes,
        "published_at": approved.page.published_at,
        "out": out,
        "release": release,
    }
    return desk.run.journal.append(approved.head, fields)


def record_unpublication(desk: Desk, standing: Entry, *, author: str, reason: str, release: str | None = None) -> Entry:
    """Journal that a page was taken off the site.

    Raises:
        Conflict: the page was published again meanwhile.
    """
    for _ in range(PATIENCE):
        view = desk.run.journal.read()
        if last_publication(desk.run) != standing:
            raise Conflict("the page was published again meanwhile", hint="Unpublish it again.")
        fields = {
            "author": author,
            "action": Action.UNPUBLISH,
            "reason": reason,
            "before": standing.after,
            "files": standing.files,
            "out": standing.out,
            "release": release,
        }
        try:
            return desk.run.journal.append(view.head, fields)
        except Conflict:
            continue
    raise Conflict("the journal is too busy", hint="Try again.")


def record_restoration(
    run: Run, first: Entry, files: Mapping[str, bytes], *, author: str, reason: str, release: str
) -> Entry:
    """Journal that an earlier publication stands again, with the date it had; once for a reverted release.

    Args:
        run: whose page.
        first: the entry that published it.
        files: the page's files.
        author: who takes the release back.
        reason: why.
        release: which.

    Raises:
        Conflict: the run is published and unpublished all the time.
    """
    for _ in range(PATIENCE):
        view = run.journal.read()
        standing = last_publication(run)
        if standing and (standing.release, standing.restores) == (release, first.seq):
            return standing
        fields = {
            "author": author,
            "action": Action.PUBLISH,
            "reason": reason,
            "after": first.after,
            "files": content_hashes(files),
            "published_at": first.published_at,
            "out": first.out,
            "restores": first.seq,
            "release": release,
        }
        try:
            return run.journal.append(view.head, fields)
        except Conflict:
            continue
    raise Conflict("the journal is too busy", hint="Try again.")
