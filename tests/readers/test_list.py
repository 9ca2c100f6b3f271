"""Signing up, confirming and leaving, with mails in an outbox or to a real server."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from mail.servers import Postbox, serving
from starlette.testclient import TestClient

from panel.mail import MailServerTrouble, Outbox, RecipientRefused, Sends, open_outgoing
from panel.readers import ReaderStore, SubscriberState
from panel.readers.limits import HOUR_S
from panel.readers.service import make_app
from panel.readers.service_mail import ConfirmationMailer
from panel.settings import MailSettings, ReadersSettings, Settings

from .conftest import Clock

HERE = "http://localhost:8000"
FROM_SITE = {"Origin": HERE}
SETTINGS = Settings(mail=MailSettings(sender="Panel <weekly@panel.example>", postal_address="1 Main St"))


class Switch:
    """An outbox that can refuse."""

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox
        self.errors: dict[str, Exception] = {}

    def send(self, message: Any, to: str) -> None:
        if to in self.errors:
            raise self.errors[to]
        self.outbox.send(message, to)


@pytest.fixture
def switch(tmp_path: Path) -> Switch:
    return Switch(Outbox(tmp_path / "mails"))


def opener(sends: Sends) -> Callable[[], AbstractContextManager[Sends]]:
    @contextmanager
    def open_mail() -> Iterator[Sends]:
        yield sends

    return open_mail


def client_of(store: ReaderStore, mail: Any = None, settings: Settings = SETTINGS) -> TestClient:
    return TestClient(make_app(store, settings, site=None, open_mail=mail), base_url=HERE)


def sign_up(client: TestClient, email: str, **more: str) -> Any:
    return client.post("/subscribe", data={"email": email, **more}, headers=FROM_SITE)


def mailer_of(store: ReaderStore, sends: Sends) -> ConfirmationMailer:
    return ConfirmationMailer(store, SETTINGS, HERE, opener(sends))


def links_in(outbox: Outbox) -> list[tuple[str, str]]:
    found = []
    for path in outbox.paths():
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        (token,) = re.findall(rf"{HERE}/confirm\?token=(\S+)", message.get_content())
        found.append((message["To"], token))
    return found


def test_the_double_opt_in_from_the_form_to_the_list(store: ReaderStore, switch: Switch) -> None:
    with client_of(store, opener(switch)) as client:
        assert "Look into your mailbox" in sign_up(client, " Ada@X.example ").text
    # Stopping waits for the mail that is being sent; what was not begun is sent now.
    mailer_of(store, switch).send_due()
    ((to, token),) = links_in(switch.outbox)
    assert to == "ada@x.example"
    client = client_of(store)
    page = client.get("/confirm", params={"token": token})
    assert page.status_code == 200 and "<button>" in page.text and page.headers["referrer-policy"] == "no-referrer"
    assert store.confirmed() == ()
    assert client.post("/confirm", data={"token": token}, headers={"Origin": "null"}).status_code == 200
    assert [person.address for person in store.confirmed()] == ["ada@x.example"]
    assert client.post("/confirm", data={"token": token}).status_code == 200


def test_a_real_server_takes_the_confirmation(store: ReaderStore) -> None:
    postbox = Postbox()
    store.sign_up("ada@x.example")
    with serving(postbox) as mail:
        settings = SETTINGS.model_copy(update={"mail": mail})
        mailer = ConfirmationMailer(store, settings, HERE, lambda: open_outgoing(mail, ""))
        assert mailer.send_due()
    assert [to for _, to, _ in postbox.mails] == ["ada@x.example"] and store.due_confirmations() == []


def test_the_answer_is_the_same_whether_the_address_is_known(store: ReaderStore, switch: Switch) -> None:
    with client_of(store, opener(switch)) as client:
        new = sign_up(client, "ada@x.example")
        pending = sign_up(client, "ada@x.example")
        mailer_of(store, switch).send_due()
        store.confirm(links_in(switch.outbox)[0][1])
        confirmed = sign_up(client, "ada@x.example")
        robot = sign_up(client, "bot@x.example", website="https://spam.example")
        store.unsubscribe(store.tokens.unsubscribe("ada@x.example"))
        left = sign_up(client, "ada@x.example")
    assert len({(answer.status_code, answer.text) for answer in (new, pending, confirmed, robot, left)}) == 1
    assert [person.address for person in store.subscribers()] == ["ada@x.example"]


def test_without_mail_a_sign_up_is_kept_and_confirmed_later(store: ReaderStore, switch: Switch) -> None:
    answer = sign_up(client_of(store), "ada@x.example")
    assert answer.status_code == 503 and "noted" in answer.text
    mailer = mailer_of(store, switch)
    mailer.start()
    # Stopping before the thread has begun would be no test: wait for what it has to do.
    while not switch.outbox.paths():
        assert mailer._thread is not None and mailer._thread.is_alive()
        mailer._thread.join(0.01)
    mailer.stop()
    assert [to for to, _ in links_in(switch.outbox)] == ["ada@x.example"]


@pytest.mark.parametrize(
    "email",
    [
        "", "ada", "ada@x.example\r\nBcc: all@x.example", "ada@x.example\nSubject: spam", "a@x.example,b@x.example",
        "ada@x.example\0", "\u202eada@x.example", "'; DROP TABLE subscribers; --@x.example", "a" * 300 + "@x.example",
        "=HYPERLINK(1)@x.example", "<script>@x.example",
    ],
)  # fmt: skip
def test_what_is_no_address_is_not_noted(store: ReaderStore, email: str) -> None:
    answer = sign_up(client_of(store), email)
    assert answer.status_code == 400 and store.subscribers() == ()


def test_sign_ups_are_limited(store: ReaderStore, switch: Switch, clock: Clock) -> None:
    settings = SETTINGS.model_copy(update={"readers": ReadersSettings(signups_per_hour=2)})
    with client_of(store, opener(switch), settings) as client:
        assert [sign_up(client, f"a{n}@x.example").status_code for n in range(3)] == [200, 200, 429]
        clock.at += HOUR_S
        assert sign_up(client, "a3@x.example").status_code == 200


def test_one_click_unsubscribes_without_cookie_or_origin(store: ReaderStore) -> None:
    for number, body in enumerate(
        [
            {"data": {"List-Unsubscribe": "One-Click"}},
            {"files": {"List-Unsubscribe": (None, "One-Click")}},
        ]
    ):
        address = f"a{number}@x.example"
        store.sign_up(address)
        store.confirm(dict(store.due_confirmations())[address])
        link = store.unsubscribe_url(HERE, address)
        answer = client_of(store).post(link.removeprefix(HERE), **body, follow_redirects=False)
        assert answer.status_code == 200 and "set-cookie" not in answer.headers
    assert store.confirmed() == () and {p.state for p in store.subscribers()} == {SubscriberState.UNSUBSCRIBED}


def test_a_followed_link_only_shows_a_button(store: ReaderStore) -> None:
    store.sign_up("ada@x.example")
    store.confirm(store.due_confirmations()[0][1])
    link = store.unsubscribe_url(HERE, "ada@x.example").removeprefix(HERE)
    client = client_of(store)
    for _ in range(2):
        assert "<button>Unsubscribe</button>" in client.get(link).text
        assert client.head(link).status_code == 200
    assert len(store.confirmed()) == 1
    (token,) = re.findall(r'name="token" value="([^"]+)"', client.get(link).text)
    assert client.post("/unsubscribe", data={"token": token}).status_code == 200 and store.confirmed() == ()


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "A" * 5000, "\u202e", "<script>", "' OR 1=1"])
def test_an_invented_link_does_nothing(store: ReaderStore, token: str) -> None:
    store.sign_up("ada@x.example")
    client = client_of(store)
    for place in ("/confirm", "/unsubscribe"):
        assert client.get(place, params={"token": token}).text.count("<script>") == 0
        assert client.post(place, data={"token": token}).status_code == 404
    assert [person.state for person in store.subscribers()] == [SubscriberState.PENDING]


def test_one_recipient_s_trouble_delays_nobody_else(store: ReaderStore, switch: Switch) -> None:
    for name in ("full", "gone", "ada"):
        store.sign_up(f"{name}@x.example")
    switch.errors = {"full@x.example": MailServerTrouble("full"), "gone@x.example": RecipientRefused("gone")}
    assert not mailer_of(store, switch).send_due()
    assert [address for address, _ in store.due_confirmations()] == ["full@x.example"]
    switch.errors.clear()
    assert mailer_of(store, switch).send_due()
    assert [to for to, _ in links_in(switch.outbox)] == ["ada@x.example", "full@x.example"]


def test_no_address_is_logged(store: ReaderStore, switch: Switch, caplog: pytest.LogCaptureFixture) -> None:
    store.sign_up("ada@x.example")
    for error in (MailServerTrouble("550 ada@x.example"), RecipientRefused("550 ada@x.example")):
        switch.errors = {"ada@x.example": error}
        mailer_of(store, switch).send_due()
    assert caplog.records and "ada@x" not in caplog.text
