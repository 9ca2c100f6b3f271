"""Sending, against a real server on loopback."""

from __future__ import annotations

import socket
import ssl
from email import message_from_bytes, policy

import pytest
import trustme

from panel.errors import SetupError
from panel.mail import MailServerTrouble, RecipientRefused, build_message, open_outgoing
from panel.settings import MailSettings

from .servers import SENDER, Postbox, knows, server_context, serving

TO = "ada@reader.example"


def letter(settings: MailSettings, text: str = "Hello.", subject: str = "Hello"):
    return build_message(settings, to=TO, subject=subject, text=text)


def test_a_mail_arrives_as_it_was_written() -> None:
    postbox, text = Postbox(), "Grüße — 你好.\n.\n..a line with dots\n" + "x" * 2000 + "\n"
    with serving(postbox) as settings, open_outgoing(settings, "") as outgoing:
        outgoing.send(letter(settings, text, "Ein Gruß"), TO)
    ((sender, to, raw),) = postbox.mails
    assert (sender, to) == ("weekly@panel.example", TO)
    assert raw.isascii() and max(map(len, raw.split(b"\r\n"))) <= 998
    got = message_from_bytes(raw, policy=policy.default)
    assert got.get_content().replace("\r\n", "\n") == text
    assert (got["Subject"], got["From"]) == ("Ein Gruß", SENDER)


def test_starttls_encrypts_and_checks_the_certificate() -> None:
    authority, postbox = trustme.CA(), Postbox()
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with serving(postbox, tls_context=server_context(authority), require_starttls=True) as settings:
        settings = settings.model_copy(update={"smtp_security": "starttls"})
        with open_outgoing(settings, "", context=trusting) as outgoing:
            outgoing.send(letter(settings), TO)
        with pytest.raises(SetupError, match="certificate") as refused, open_outgoing(settings, ""):
            pass
    assert postbox.tls == [True] and len(postbox.mails) == 1
    assert "cannot be trusted" in refused.value.message


def test_tls_from_the_first_byte() -> None:
    authority, postbox = trustme.CA(), Postbox()
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with serving(postbox, ssl_context=server_context(authority)) as settings:
        settings = settings.model_copy(update={"smtp_security": "tls"})
        with open_outgoing(settings, "", context=trusting) as outgoing:
            outgoing.send(letter(settings), TO)
    assert len(postbox.mails) == 1


def test_a_server_without_starttls_is_given_nothing() -> None:
    postbox = Postbox()
    with serving(postbox) as settings:
        settings = settings.model_copy(update={"smtp_security": "starttls"})
        with pytest.raises(SetupError, match="does not offer"), open_outgoing(settings, ""):
            pass
    assert postbox.mails == []


@pytest.mark.parametrize(("password", "taken"), [("right", True), ("wrong", False)])
def test_the_login_is_the_settings_user(password: str, taken: bool) -> None:
    authority, postbox = trustme.CA(), Postbox()
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    login = {"tls_context": server_context(authority), "auth_required": True, "authenticator": knows("right")}
    with serving(postbox, **login) as settings:
        settings = settings.model_copy(update={"smtp_user": "desk", "smtp_security": "starttls"})
        if taken:
            with open_outgoing(settings, password, context=trusting) as outgoing:
                outgoing.send(letter(settings), TO)
        else:
            with (
                pytest.raises(SetupError, match="refuses the login") as refused,
                open_outgoing(settings, password, context=trusting),
            ):
                pass
            assert "wrong" not in refused.value.message + refused.value.hint
    assert len(postbox.mails) == taken


def test_a_refused_recipient_does_not_disturb_the_next() -> None:
    postbox = Postbox(answers={"gone@reader.example": "550 5.1.1 no such user", "full@reader.example": "452 full"})
    with serving(postbox) as settings, open_outgoing(settings, "") as outgoing:
        with pytest.raises(RecipientRefused, match="550") as never:
            outgoing.send(letter(settings), "gone@reader.example")
        with pytest.raises(MailServerTrouble, match="452") as later:
            outgoing.send(letter(settings), "full@reader.example")
        outgoing.send(letter(settings), TO)
    assert (never.value.retryable, later.value.retryable, later.value.uncertain) == (False, True, False)
    assert [to for _, to, _ in postbox.mails] == [TO] and postbox.connections == 1


def test_a_mail_that_the_server_does_not_want_is_refused_for_good() -> None:
    postbox = Postbox(data_answers=["554 looks like spam", "451 try later"])
    with serving(postbox) as settings, open_outgoing(settings, "") as outgoing:
        with pytest.raises(RecipientRefused, match="554"):
            outgoing.send(letter(settings), TO)
        with pytest.raises(MailServerTrouble, match="451"):
            outgoing.send(letter(settings), TO)
        outgoing.send(letter(settings), TO)
    assert len(postbox.mails) == 1


def test_a_server_that_hung_up_between_mails_is_connected_to_once_more() -> None:
    postbox = Postbox(hang_ups=["MAIL"])
    with serving(postbox) as settings, open_outgoing(settings, "") as outgoing:
        outgoing.send(letter(settings), TO)
        outgoing.send(letter(settings), TO)
    assert len(postbox.mails) == 2 and postbox.connections == 2


def test_a_server_that_keeps_hanging_up_is_trouble() -> None:
    postbox = Postbox(hang_ups=["MAIL", "MAIL"])
    with serving(postbox) as settings, open_outgoing(settings, "") as outgoing:
        with pytest.raises(MailServerTrouble) as trouble:
            outgoing.send(letter(settings), TO)
        outgoing.send(letter(settings), TO)
    assert not trouble.value.uncertain and len(postbox.mails) == 1


def test_a_server_that_went_away_with_the_mail_is_not_given_it_again() -> None:
    postbox = Postbox(hang_ups=["DATA"])
    with serving(postbox) as settings, open_outgoing(settings, "") as outgoing:
        with pytest.raises(MailServerTrouble) as trouble:
            outgoing.send(letter(settings), TO)
        assert trouble.value.uncertain and trouble.value.retryable
        assert postbox.mails == []


def test_no_server_is_trouble_that_may_pass() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        settings = MailSettings(sender=SENDER, smtp_host="127.0.0.1", smtp_port=taken.getsockname()[1])
        with pytest.raises(MailServerTrouble) as trouble, open_outgoing(settings, ""):
            pass
    assert trouble.value.retryable


def test_mails_are_paced() -> None:
    now, waits = [100.0], []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    with serving(Postbox()) as settings:
        settings = settings.model_copy(update={"per_minute": 30})
        with open_outgoing(settings, "", clock=lambda: now[0], sleep=sleep) as outgoing:
            for _ in range(3):
                outgoing.send(letter(settings), TO)
            now[0] += 60
            outgoing.send(letter(settings), TO)
    assert waits == [2.0, 2.0]


def test_a_hostile_recipient_never_reaches_the_server() -> None:
    postbox = Postbox()
    with serving(postbox) as settings, open_outgoing(settings, "") as outgoing:
        for to in ("a@x.example>\r\nRCPT TO:<b@x.example", "a@x.example\nDATA", "a@x.example, b@x.example", ""):
            with pytest.raises(RecipientRefused):
                outgoing.send(letter(settings), to)
    assert postbox.mails == []
