"""Sending a digest: to everybody on the list once, and to nobody twice, whatever dies when.

One sender at a time, under a lock; what happens to each mail is in the journal before anything else happens.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from panel.digest.content import Digest
from panel.digest.journal import FILE_NAME, SendJournal, Step
from panel.digest.message import address_sha256
from panel.digest.planning import EDITION_NAME, NO_EXCEPTIONS, Plan, Rules, SendReport, message_for, plan_sending
from panel.digest.subscribers import Subscriber
from panel.digest.weeks import Week
from panel.errors import IllegalMove, SetupError
from panel.mail import MailError, Sends
from panel.settings import MailSettings
from panel.site.model import Site
from panel.store.files import locked, make_folder, replace_file, translated

LOCK_NAME = ".sending.lock"
STOPPED = "you stopped it"
RETRY_WAITS_S = (5.0, 20.0)
"""How long to wait before a mail that failed for now is tried again; then it is left to the next run."""
GIVE_UP_AFTER = 10
"""So many mails in a row that were not taken are the server's trouble, not the readers'."""


@dataclass(frozen=True, slots=True)
class SendEvent:
    """What just happened to one reader's mail.

    Attributes:
        address: the reader's.
        step: how it ended, or `failed` with `again_in_s` while it is tried on.
        done: how many are through, this one included.
        total: how many there are to send to.
        detail: the server's answer.
        again_in_s: in how many seconds it is tried again; None when not in this run.
    """

    address: str
    step: Step
    done: int
    total: int
    detail: str = ""
    again_in_s: float | None = None


@dataclass(frozen=True, slots=True)
class Hooks:
    """What surrounds a sending.

    Attributes:
        tell: hears of every mail.
        wants_stop: asked between mails; True ends the sending there.
        sleep: waits so many seconds.
        now: the time, for the journal.
    """

    tell: Callable[[SendEvent], None] = lambda event: None
    wants_stop: Callable[[], bool] = lambda: False
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


def send_digest(
    digest: Digest,
    site: Site,
    settings: MailSettings,
    subscribers: Sequence[Subscriber],
    *,
    folder: Path,
    open_mail: Callable[[], AbstractContextManager[Sends]],
    rules: Rules = NO_EXCEPTIONS,
    hooks: Hooks | None = None,
) -> SendReport:
    """Send a digest to everybody on a list who does not have it yet.

    Args:
        digest: as made of the site now.
        site: where the links lead.
        settings: who sends.
        subscribers: each address once.
        folder: where the week's journal is kept.
        open_mail: opens the way out; not called when there is nobody to send to.
        rules: what an editor allows.
        hooks: what surrounds it.

    Returns:
        How it ended. Every mail of it is in the journal.

    Raises:
        IllegalMove: the week is not over, the digest tells nothing, or it is not what others were sent.
        Conflict: somebody else is sending this digest.
        SetupError: mails cannot be sent with these settings.
        MailServerTrouble: the server cannot be reached.
        StoreError: the journal cannot be written; nothing is sent without it.
    """
    week, hooks = Week.parse(digest.week), hooks or Hooks()
    if hooks.now() < week.ends_at:
        raise IllegalMove(
            f"the week {week} is not over: what is published until {week.days} is part of it",
            hint=f"Send it from {week.due_at:%Y-%m-%d} on; `--dry-run` shows it before.",
        )
    if is_local(site):
        raise SetupError(
            f"readers cannot follow links to {site.publication.base_url}",
            hint="Set base_url under [publication] to where readers find the site.",
        )
    with translated("making a folder", folder):
        make_folder(folder)
    with locked(folder / LOCK_NAME, busy=f"somebody is sending the digest of {week} now"):
        journal = SendJournal(folder / FILE_NAME)
        journal.mend()
        plan = plan_sending(digest, site, settings, subscribers, folder=folder, rules=rules)
        if plan.todo:
            with open_mail() as outgoing:
                replace_file(folder / EDITION_NAME, plan.digest.model_dump_json(indent=1).encode("utf-8") + b"\n")
                _Sending(plan, site, settings, journal, outgoing, hooks).send_all()
        return plan.report


def is_local(site: Site) -> bool:
    """Tell whether the site's address leads to nowhere but this machine."""
    host = urlsplit(site.publication.base_url).hostname or "localhost"
    return host == "localhost" or host.endswith(".localhost") or host.startswith("127.") or host == "::1"


class _Sending:
    """One sending under way."""

    def __init__(
        self,
        plan: Plan,
        site: Site,
        settings: MailSettings,
        journal: SendJournal,
        outgoing: Sends,
        hooks: Hooks,
    ) -> None:
        self._plan, self._report, self._hooks = plan, plan.report, hooks
        self._site, self._settings = site, settings
        self._journal, self._outgoing = journal, outgoing
        self._at = hooks.now()

    def send_all(self) -> None:
        in_a_row = 0
        todo = self._plan.todo
        for done, subscriber in enumerate(todo):
            if self._hooks.wants_stop():
                self._report.stopped = STOPPED
            elif in_a_row >= GIVE_UP_AFTER:
                self._report.stopped = f"{in_a_row} mails in a row were not taken; look at the mail server first"
            if self._report.stopped:
                self._report.left = len(todo) - done
                return
            step = self._send_one(subscriber, done + 1)
            in_a_row = 0 if step is Step.SENT else in_a_row + 1

    def _send_one(self, subscriber: Subscriber, done: int) -> Step:
        message = message_for(self._plan.digest, self._site, self._settings, subscriber, self._at)
        event = SendEvent(subscriber.address, Step.SENT, done, len(self._plan.todo))
        for wait_s in (*RETRY_WAITS_S, None):
            self._note(Step.SENDING, subscriber)
            try:
                self._outgoing.send(message, subscriber.address)
            except SetupError as error:
                # The server will have no mail from this sender; this one it was not given.
                self._note(Step.FAILED, subscriber, error.message)
                raise
            except MailError as error:
                event = replace(event, step=_step_of(error), detail=error.message)
            self._note(event.step, subscriber, event.detail)
            if event.step is not Step.FAILED or wait_s is None or self._hooks.wants_stop():
                break
            self._hooks.tell(replace(event, again_in_s=wait_s))
            self._hooks.sleep(wait_s)
            if self._hooks.wants_stop():
                break
            event = replace(event, step=Step.SENT, detail="")
        self._count(event)
        return event.step

    def _note(self, step: Step, subscriber: Subscriber, detail: str = "") -> None:
        said = re.sub(re.escape(subscriber.address), "the address", detail, flags=re.IGNORECASE)
        who = address_sha256(subscriber.address)
        self._journal.append(step, recipient=who, edition=self._plan.edition, at=self._hooks.now(), detail=said)

    def _count(self, event: SendEvent) -> None:
        if event.step is Step.SENT:
            self._report.sent += 1
        else:
            by_step = {
                Step.REFUSED: self._report.refused,
                Step.FAILED: self._report.failed,
                Step.UNKNOWN: self._report.unknown,
            }
            by_step[event.step].append(event.address)
        self._hooks.tell(event)


def _step_of(error: MailError) -> Step:
    if getattr(error, "uncertain", False):
        return Step.UNKNOWN
    return Step.FAILED if error.retryable else Step.REFUSED
