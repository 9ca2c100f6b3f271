from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from panel.digest import (
    Hooks,
    Rules,
    SendEvent,
    SendReport,
    Step,
    Subscriber,
    rehearse_digest,
    send_digest,
)
from panel.digest.journal import SendJournal
from panel.digest.sending import GIVE_UP_AFTER, RETRY_WAITS_S
from panel.errors import Conflict, IllegalMove, SetupError
from panel.mail import MailServerTrouble, Outbox, RecipientRefused, Sends, open_outgoing
from panel.records import Community
from panel.settings import PublicationSettings
from panel.site.model import Site
from panel.store.files import locked
from tests.mail.servers import Postbox, serving
from tests.site.sites import publications, sample_site

from .weeks_of import FIRST, LATER, QUIET, SETTINGS, digest_of

READERS = tuple(Subscriber(f"r{number}@reader.example", f"https://desk.example/u?t={number}") for number in range(6))
REFUSED, LATER_PLEASE = RecipientRefused("550 no <R1@Reader.Example> here"), MailServerTrouble("452 full")
AWAY = MailServerTrouble("went away", uncertain=True)


@dataclass
class Post:
    """A way out that keeps what it is given, and fails as it is told, by address, in order."""

    fails: dict[str, list[BaseException]] = field(default_factory=dict)
    given: list[str] = field(default_factory=list)
    opened: int = 0

    def send(self, message: EmailMessage, to: str) -> None:
        assert message["To"] == to
        if self.fails.get(to):
            raise self.fails[to].pop(0)
        self.given.append(to)

    @contextmanager
    def open(self) -> Iterator[Sends]:
        self.opened += 1
        yield self


@dataclass
class Desk:
    """Sends the first week's digest, and keeps what was told and how long it waited."""

    folder: Path
    events: list[SendEvent] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def send(
        self,
        open_mail: Callable[[], AbstractContextManager[Sends]],
        readers: Sequence[Subscriber] = READERS,
        site: Site | None = None,
        week: Any = FIRST,
        now: datetime = LATER,
        wants_stop: Callable[[], bool] = lambda: False,
        **rules: bool,
    ) -> SendReport:
        hooks = Hooks(tell=self.events.append, wants_stop=wants_stop, sleep=self.waits.append, now=lambda: now)
        return send_digest(
            digest_of(week, site),
            site or sample_site(),
            SETTINGS,
            readers,
            folder=self.folder,
            open_mail=open_mail,
            rules=Rules(**rules),
            hooks=hooks,
        )

    @property
    def steps(self) -> list[Step]:
        return [line.step for line in SendJournal(self.folder / "sent.jsonl").read()]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "digests" / "2026-W10")


def addresses(readers: Sequence[Subscriber] = READERS) -> list[str]:
    return [reader.address for reader in readers]


def test_everybody_gets_it_once_however_often_it_is_sent(desk: Desk) -> None:
    post = Post()
    report = desk.send(post.open)
    assert post.given == addresses() and report.is_settled and (report.sent, report.already) == (6, 0)
    again = desk.send(post.open, [*READERS, Subscriber("new@reader.example")])
    assert post.given == [*addresses(), "new@reader.example"] and (again.sent, again.already) == (1, 6)
    assert desk.send(post.open).is_settled and post.opened == 2
    assert desk.steps == [Step.SENDING, Step.SENT] * 7
    assert [(event.done, event.total) for event in desk.events][:6] == [(number, 6) for number in range(1, 7)]


def test_the_journal_names_nobody(desk: Desk) -> None:
    desk.send(Post({"r1@reader.example": [REFUSED]}).open)
    said = (desk.folder / "sent.jsonl").read_text()
    assert "reader.example" not in said.lower() and "550 no <the address> here" in said


def test_each_line_is_written_before_the_next_thing_happens(desk: Desk) -> None:
    seen: list[list[Step]] = []

    class Watching(Post):
        def send(self, message: EmailMessage, to: str) -> None:
            seen.append(desk.steps)

    desk.send(Watching().open, READERS[:2])
    assert seen == [[Step.SENDING], [Step.SENDING, Step.SENT, Step.SENDING]]


def test_a_refusal_is_for_good_unless_somebody_says_otherwise(desk: Desk) -> None:
    post = Post({"r1@reader.example": [REFUSED]})
    report = desk.send(post.open)
    assert report.refused == ["r1@reader.example"] and report.sent == 5 and report.is_settled
    assert desk.send(post.open).refused == ["r1@reader.example"] and post.opened == 1
    assert desk.send(post.open, retry_refused=True).sent == 1 and desk.waits == []


def test_trouble_is_waited_out_and_otherwise_left_to_the_next_run(desk: Desk) -> None:
    post = Post({"r0@reader.example": [LATER_PLEASE], "r1@reader.example": [LATER_PLEASE] * 3})
    report = desk.send(post.open)
    assert report.failed == ["r1@reader.example"] and report.sent == 5 and not report.is_settled
    assert desk.waits == [RETRY_WAITS_S[0], *RETRY_WAITS_S]
    assert [event.again_in_s for event in desk.events][:2] == [5.0, None]
    assert desk.send(post.open).sent == 1 and sorted(post.given) == addresses()


def test_nobody_is_sent_again_what_may_have_arrived(desk: Desk) -> None:
    post = Post({"r1@reader.example": [AWAY]})
    assert desk.send(post.open).unknown == ["r1@reader.example"]
    again = desk.send(post.open)
    assert again.unknown == ["r1@reader.example"] and not again.is_settled and "r1@reader.example" not in post.given
    assert desk.send(post.open, resend_unknown=True).is_settled and sorted(post.given) == addresses()


def test_a_mail_in_the_air_when_everything_stops_is_unknown(desk: Desk) -> None:
    with pytest.raises(KeyboardInterrupt):
        desk.send(Post({"r2@reader.example": [KeyboardInterrupt()]}).open)
    assert desk.steps[-1] is Step.SENDING
    report = desk.send(Post().open)
    assert (report.already, report.sent, report.unknown) == (2, 3, ["r2@reader.example"])


def test_a_server_that_refuses_the_sender_ends_it_and_nobody_is_unknown(desk: Desk) -> None:
    post = Post({"r1@reader.example": [SetupError("no mails from you")]})
    with pytest.raises(SetupError):
        desk.send(post.open)
    assert desk.send(post.open).is_settled and post.given == addresses()


def test_many_in_a_row_are_the_server_s_trouble(desk: Desk) -> None:
    readers = [Subscriber(f"r{number}@reader.example") for number in range(GIVE_UP_AFTER + 5)]
    post = Post({reader.address: [REFUSED] for reader in readers})
    report = desk.send(post.open, readers)
    assert len(report.refused) == GIVE_UP_AFTER and report.left == 5 and "10 mails in a row" in report.stopped
    assert not report.is_settled


def test_a_stop_comes_between_two_mails(desk: Desk) -> None:
    post = Post()
    report = desk.send(post.open, wants_stop=lambda: len(post.given) == 2)
    assert (report.sent, report.left, report.stopped) == (2, 4, "you stopped it") and desk.steps[-1] is Step.SENT
    assert desk.send(post.open).is_settled and post.given == addresses()


def test_a_stop_while_waiting_leaves_the_mail_to_the_next_run(desk: Desk) -> None:
    post = Post({"r0@reader.example": [LATER_PLEASE]})
    report = desk.send(post.open, wants_stop=lambda: bool(desk.waits))
    assert (report.sent, report.failed, report.left) == (0, ["r0@reader.example"], 5)
    assert desk.send(post.open).is_settled and post.given == addresses()


def test_two_never_send_at_once(desk: Desk) -> None:
    desk.folder.mkdir(parents=True)
    with locked(desk.folder / ".sending.lock"), pytest.raises(Conflict, match="somebody is sending") as refused:
        desk.send(Post().open)
    assert refused.value.retryable and not (desk.folder / "sent.jsonl").exists()


def test_a_week_that_is_not_over_is_not_sent(desk: Desk) -> None:
    with pytest.raises(IllegalMove, match="not over"):
        desk.send(Post().open, now=FIRST.ends_at - timedelta(seconds=1))
    assert desk.send(Post().open, now=FIRST.ends_at).sent == 6


@pytest.mark.parametrize("url", ["http://localhost:8000/", "http://127.0.0.1/", "http://[::1]/"])
def test_nobody_is_sent_links_to_this_machine(desk: Desk, url: str) -> None:
    with pytest.raises(SetupError, match="cannot follow links") as refused:
        desk.send(Post().open, site=sample_site(publication=PublicationSettings(base_url=url)))
    assert "base_url" in refused.value.hint


def test_an_empty_week_is_sent_only_when_somebody_says_so(desk: Desk) -> None:
    post = Post()
    with pytest.raises(IllegalMove, match="tells nothing") as refused:
        desk.send(post.open, week=QUIET)
    assert "--even-empty" in refused.value.hint and post.opened == 0
    assert desk.send(post.open, week=QUIET, even_empty=True).sent == 6


def other_site() -> Site:
    first, *rest = publications()
    verdict = first.page.comparison.model_copy(update={"verdict": "Ship with neither."})
    return sample_site(
        (first.model_copy(update={"page": first.page.model_copy(update={"comparison": verdict})}), *rest)
    )


def test_no_two_readers_get_different_editions_unless_somebody_says_so(desk: Desk) -> None:
    post = Post()
    desk.send(post.open, READERS[:2])
    with pytest.raises(IllegalMove, match="different editions") as refused:
        desk.send(post.open, site=other_site())
    assert "--new-edition" in refused.value.hint and len(post.given) == 2
    assert desk.send(post.open, READERS[:4], site=other_site(), new_edition=True).sent == 2
    with pytest.raises(IllegalMove, match="different editions"):
        desk.send(post.open)
    assert desk.send(post.open, site=other_site()).is_settled and post.given == addresses()


def test_an_edition_that_reached_nobody_binds_nobody(desk: Desk) -> None:
    desk.send(Post({"r0@reader.example": [REFUSED]}).open, READERS[:1])
    assert desk.send(Post().open, site=other_site()).sent == 5


def test_votes_that_go_on_make_no_new_edition(desk: Desk) -> None:
    texts: list[bytes] = []

    class Keeping(Post):
        def send(self, message: EmailMessage, to: str) -> None:
            body = message.get_body(("plain",))
            assert body is not None
            texts.append(body.get_content().replace(f"?t={to[1]}", "?t=").encode())

    desk.send(Keeping().open, READERS[:3])
    desk.send(Keeping().open, site=sample_site(votes={"larkspur": Community(ships=1, votes=300)}))
    assert len(texts) == 6 and len(set(texts)) == 1 and b"133 of 218 votes" in texts[0]


def test_a_rehearsal_writes_what_would_be_sent_and_sends_nothing(desk: Desk, tmp_path: Path) -> None:
    post, outbox = Post(), Outbox(tmp_path / "out")
    desk.send(post.open, READERS[:2])
    before = desk.steps
    report = rehearse_digest(digest_of(FIRST), sample_site(), SETTINGS, READERS, folder=desk.folder, outbox=outbox)
    assert (report.sent, report.already) == (4, 2) and len(outbox.paths()) == 4
    assert desk.steps == before and len(post.given) == 2
    assert b"List-Unsubscribe: <https://desk.example/u?t=2>" in outbox.paths()[0].read_bytes()


def test_a_real_server_gets_the_digest_from_the_sender_with_each_reader_s_own_address(desk: Desk) -> None:
    postbox = Postbox(answers={"r1@reader.example": "550 5.1.1 no such user", "r2@reader.example": "452 full"})
    with serving(postbox) as settings:
        report = desk.send(lambda: open_outgoing(settings, ""))
        assert (report.sent, report.refused, report.failed) == (4, ["r1@reader.example"], ["r2@reader.example"])
        postbox.answers.clear()
        assert desk.send(lambda: open_outgoing(settings, "")).is_settled
    assert [to for _, to, _ in postbox.mails] == [f"r{number}@reader.example" for number in (0, 3, 4, 5, 2)]
    for _, to, data in postbox.mails:
        assert f"To: {to}\r\n".encode() in data
        assert f"List-Unsubscribe: <https://desk.example/u?t={to[1]}>\r\n".encode() in data
        assert LATER.astimezone(UTC).strftime("Date: %a, %d %b %Y %H:%M:%S +0000").encode() in data


def test_a_server_that_hangs_up_on_a_mail_makes_one_unknown(desk: Desk) -> None:
    postbox = Postbox(hang_ups=["DATA"])
    with serving(postbox) as settings:
        report = desk.send(lambda: open_outgoing(settings, ""))
    assert report.unknown == ["r0@reader.example"] and report.sent == 5


def test_a_server_that_is_not_there_leaves_no_trace(desk: Desk) -> None:
    postbox = Postbox()
    with serving(postbox) as settings:
        pass
    with pytest.raises(MailServerTrouble):
        desk.send(lambda: open_outgoing(settings, ""))
    assert not (desk.folder / "sent.jsonl").exists() and not (desk.folder / "edition.json").exists()
