"""Addresses, senders, messages and the outbox."""

from __future__ import annotations

from email import message_from_bytes, policy
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.errors import SetupError
from panel.mail import Outbox, build_message, check_sender, normalise_address
from panel.settings import MailSettings

SETTINGS = MailSettings(sender="Panel <weekly@panel.example>")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (" Ada.Lovelace+news@Example.COM ", "ada.lovelace+news@example.com"),
        ("o'brien@mail.example.org", "o'brien@mail.example.org"),
        ("a@bücher.example", "a@xn--bcher-kva.example"),
    ],
)
def test_an_address_has_one_spelling(given: str, kept: str) -> None:
    assert normalise_address(given) == kept
    assert normalise_address(kept) == kept


@pytest.mark.parametrize(
    "text",
    [
        "", "ada", "@x.example", "ada@", "ada@localhost", "ada@@x.example", "a b@x.example", "ada@x..example",
        ".ada@x.example", "ada.@x.example", "a..b@x.example", '"ada"@x.example', "ada@[127.0.0.1]", "ada@127.0.0.1",
        "ada@-x.example", "=1+1@x.example", "+a@x.example", "-a@x.example", "ada@x.example\nBcc: b@x.example",
        "ada@x.example\r", "\tada@x.example", "ada\u202e@x.example", "ада@x.example", "ada@x.exa\u200bmple\ud800",
        "a@" + "x" * 64 + ".example", "a" * 65 + "@x.example", "a@" + ".".join(["x" * 60] * 5), "Ada <a@x.example>",
        "a@x.example,b@x.example", "a@x.example\0",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    assert normalise_address(text) is None


@given(st.text(max_size=40) | st.from_regex(r"\A[a-z.@<>\r\n ,;\"=-]{1,30}\Z"))
def test_a_kept_address_is_plain(text: str) -> None:
    address = normalise_address(text)
    if address is not None:
        assert address.isascii() and address.isprintable() and not set(address) & set(' <>,;:"()[]\\')
        assert address.count("@") == 1 and address[0] not in "=+-@"


@pytest.mark.parametrize("sender", ["weekly@panel.example", "Panel <weekly@panel.example>", '"P, Inc" <w@p.example>'])
def test_a_sender_is_one_address(sender: str) -> None:
    check_sender(MailSettings(sender=sender))


@pytest.mark.parametrize("sender", ["", "  ", "Panel", "a@x.example, b@x.example", "Panel <>", "P <a@localhost>", "a@"])
def test_no_sender_or_two_is_refused(sender: str) -> None:
    with pytest.raises(SetupError) as refused:
        check_sender(MailSettings(sender=sender))
    assert refused.value.hint


@pytest.mark.parametrize("field", ["to", "subject", "header"])
def test_no_header_can_be_broken_out_of(field: str) -> None:
    hostile = "ada@x.example\r\nBcc: everybody@x.example"
    given = {"to": "ada@x.example", "subject": "Hello"} | ({field: hostile} if field != "header" else {})
    with pytest.raises(ValueError, match="linefeed or carriage return"):
        build_message(SETTINGS, **given, text="x", headers={"List-Unsubscribe": hostile} if field == "header" else {})


def test_the_outbox_numbers_mails_in_order(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "mails")
    assert outbox.paths() == ()
    for number in range(3):
        message = build_message(SETTINGS, to="a@x.example", subject=f"Number {number}", text="x", html="<p>x</p>")
        Outbox(tmp_path / "mails").send(message, "a@x.example")
    assert [path.name[:7] for path in outbox.paths()] == ["000001-", "000002-", "000003-"]
    got = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in outbox.paths()]
    assert [message["Subject"] for message in got] == ["Number 0", "Number 1", "Number 2"]
    assert got[0].get_content_type() == "multipart/alternative"
