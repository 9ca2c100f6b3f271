"""Who is sent which edition: decided before the first mail, from the list and the journal.

What the first reader got, the last one gets too: the edition is kept when the first mail goes out, and another one is
refused. Readers' votes may go on: they are told as they stood for the first reader.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

from pydantic import TypeAdapter

from panel.digest.content import Digest
from panel.digest.journal import FILE_NAME, SendJournal, Step, last_lines
from panel.digest.message import address_sha256, edition_sha256, make_message
from panel.digest.subscribers import Subscriber
from panel.errors import IllegalMove, NotFound
from panel.mail import Sends
from panel.settings import MailSettings
from panel.site.model import Site
from panel.store.reading import read_stored

EDITION_NAME = "edition.json"


@dataclass(frozen=True, slots=True)
class Rules:
    """What an editor allows.

    Attributes:
        even_empty: send a digest that tells nothing.
        new_edition: send the digest as it is now, although others got an earlier edition.
        resend_unknown: send again to readers of whom nobody knows whether they got it.
        retry_refused: try again those whom the server refused for good.
    """

    even_empty: bool = False
    new_edition: bool = False
    resend_unknown: bool = False
    retry_refused: bool = False


NO_EXCEPTIONS = Rules()


@dataclass(slots=True)
class SendReport:
    """How a sending ended.

    Attributes:
        week: the digest's.
        edition: the hash of what was sent.
        total: how many readers are on the list.
        already: how many of them had it before this run.
        sent: how many were sent it in this run.
        refused: readers whom the server refuses for good, now or before.
        failed: readers whose mail was not taken; the next run tries again.
        unknown: readers of whom nobody knows whether they got it.
        left: how many were not reached in this run.
        stopped: why it ended early; "" when it did not.
    """

    week: str
    edition: str
    total: int
    already: int = 0
    sent: int = 0
    refused: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    left: int = 0
    stopped: str = ""

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to do: everybody has it, or will never take it."""
        return not (self.failed or self.unknown or self.left or self.stopped)


@dataclass(frozen=True, slots=True)
class Plan:
    """Who is sent what.

    Attributes:
        digest: the edition to send.
        edition: its hash.
        todo: whom it is sent to, in the list's order.
        report: the report, with everything that is known before the first mail.
    """

    digest: Digest
    edition: str
    todo: tuple[Subscriber, ...]
    report: SendReport


def rehearse_digest(
    digest: Digest,
    site: Site,
    settings: MailSettings,
    subscribers: Sequence[Subscriber],
    *,
    folder: Path,
    outbox: Sends,
    rules: Rules = NO_EXCEPTIONS,
) -> SendReport:
    """Do as `send_digest` would do now, but into an outbox; nothing is journaled, and the week need not be over.

    Raises:
        IllegalMove: the digest tells nothing, or is not what others were sent.
    """
    plan = plan_sending(digest, site, settings, subscribers, folder=folder, rules=rules)
    for subscriber in plan.todo:
        outbox.send(message_for(plan.digest, site, settings, subscriber), subscriber.address)
        plan.report.sent += 1
    return plan.report


def plan_sending(
    digest: Digest,
    site: Site,
    settings: MailSettings,
    subscribers: Sequence[Subscriber],
    *,
    folder: Path,
    rules: Rules,
) -> Plan:
    """Decide who is sent what; writes nothing.

    Raises:
        IllegalMove: the digest tells nothing, or is not what others were sent.
    """
    if digest.is_empty and not rules.even_empty:
        raise IllegalMove(
            f"the digest of {digest.week} tells nothing: nothing was published, changed or taken back",
            hint="`--even-empty` sends it all the same.",
        )
    last = last_lines(SendJournal(folder / FILE_NAME).read())
    out = [line for line in last.values() if line.step in (Step.SENT, Step.UNKNOWN)]
    kept = read_edition(folder) if out else None
    if kept is not None and kept.same_but_for_votes(digest):
        digest = kept
    edition = edition_sha256(digest, site, settings)
    if out and out[-1].edition != edition and not rules.new_edition:
        raise IllegalMove(
            f"the digest of {digest.week} is not what was sent before: subscribers would get different editions",
            hint="`--new-edition` sends it to those who have none yet; nobody gets a second one.",
        )
    report = SendReport(digest.week, edition, len(subscribers))
    steps = {who: line.step for who, line in last.items()}
    return Plan(digest, edition, tuple(_choose(subscribers, steps, rules, report)), report)


def read_edition(folder: Path) -> Digest | None:
    """Return the edition of a week that was sent last; None when none was."""
    try:
        return read_stored(folder / EDITION_NAME, TypeAdapter(Digest))
    except NotFound:
        return None


def _choose(
    subscribers: Iterable[Subscriber], steps: Mapping[str, Step], rules: Rules, report: SendReport
) -> Iterable[Subscriber]:
    for subscriber in subscribers:
        step = steps.get(address_sha256(subscriber.address))
        if step is Step.SENT:
            report.already += 1
        elif step is Step.REFUSED and not rules.retry_refused:
            report.refused.append(subscriber.address)
        elif step is Step.UNKNOWN and not rules.resend_unknown:
            report.unknown.append(subscriber.address)
        else:
            yield subscriber


def message_for(
    digest: Digest, site: Site, settings: MailSettings, subscriber: Subscriber, at: datetime | None = None
) -> EmailMessage:
    """Make one reader's message."""
    url = subscriber.unsubscribe_url or None
    return make_message(digest, site, settings, to=subscriber.address, unsubscribe_url=url, at=at)
