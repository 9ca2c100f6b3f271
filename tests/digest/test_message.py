from __future__ import annotations

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import fast_mail_parser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.digest import NOBODY, Digest, edition_sha256, is_unsubscribe_url, make_message
from panel.errors import SetupError
from panel.mail import WIRE
from panel.settings import MailSettings, PublicationSettings
from tests.site.sites import hostile_site, sample_site

from .weeks_of import FIRST, QUIET, SECOND, SETTINGS, digest_of

TO = "ada@reader.example"
URL = "https://desk.example/unsubscribe?token=" + "a" * 300
STRICT = policy.SMTP.clone(raise_on_defect=True)


def raw(
    digest: Digest | None = None, *, settings: MailSettings = SETTINGS, to: str = TO, url: str | None = URL
) -> bytes:
    message = make_message(digest or digest_of(FIRST), sample_site(), settings, to=to, unsubscribe_url=url)
    return message.as_bytes(policy=WIRE)


def read(data: bytes) -> EmailMessage:
    message = message_from_bytes(data, policy=STRICT)
    assert isinstance(message, EmailMessage)
    return message


def headers(data: bytes) -> list[str]:
    return data.split(b"\r\n\r\n")[0].decode("ascii").split("\r\n")


def test_the_headers_are_exactly_these() -> None:
    boundary = read(raw()).get_boundary()
    assert headers(raw()) == [
        "From: The Desk <weekly@desk.example>",
        "To: ada@reader.example",
        "Subject: The Shipping Desk, week 10: Larkspur vs Tidewater",
        "Date: Mon, 09 Mar 2026 08:00:00 +0000",
        "Message-ID: <digest.2026-W10.f5f2042fd43f8d34cce43d6d@desk.example>",
        "List-Id: <weekly.desk.example>",
        f"List-Unsubscribe: <{URL}>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        "List-Archive: <https://desk.example/reviews/digest/2026-W10/>",
        "MIME-Version: 1.0",
        "Content-Type: multipart/alternative;",
        f' boundary="{boundary}"',
    ]


@pytest.mark.parametrize(
    ("url", "unsubscribe", "post"),
    [
        ("https://desk.example/u?t=1", "<https://desk.example/u?t=1>", "List-Unsubscribe=One-Click"),
        ("http://localhost:8000/u?t=1", "<http://localhost:8000/u?t=1>", None),
        (None, None, None),
    ],
)
def test_one_click_is_promised_for_https_alone(url: str | None, unsubscribe: str | None, post: str | None) -> None:
    message = read(raw(url=url))
    assert (message["List-Unsubscribe"], message["List-Unsubscribe-Post"]) == (unsubscribe, post)
    for kind in ("plain", "html"):
        body = message.get_body((kind,))
        assert body is not None
        said = body.get_content()
        assert (url in said) if url else "answer this mail" in said
    assert message["Precedence"] is None and message["Auto-Submitted"] is None


def test_the_text_comes_first_and_both_parts_are_what_was_rendered() -> None:
    for digest in (digest_of(FIRST), digest_of(SECOND), digest_of(QUIET)):
        message = read(raw(digest))
        text, html = message.iter_parts()
        assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
        assert text.get_content_charset() == html.get_content_charset() == "utf-8"
        other = fast_mail_parser.parse_email(raw(digest))
        assert [part.replace("\r\n", "\n") for part in other.text_plain] == [text.get_content().replace("\r\n", "\n")]
        assert [part.replace("\r\n", "\n") for part in other.text_html] == [html.get_content().replace("\r\n", "\n")]
        assert other.subject == message["Subject"] and not other.attachments and not other.warnings
        assert "—" not in other.subject


def test_lines_are_seven_bit_and_short_and_end_as_lines_of_mails_do() -> None:
    for data in (raw(), raw(digest_of(SECOND))):
        assert data.isascii() and b"\n" not in data.replace(b"\r\n", b"") and b"\r" not in data.replace(b"\r\n", b"")
        body = data.split(b"\r\n\r\n", 1)[1]
        assert max(map(len, body.split(b"\r\n"))) <= 78 and max(map(len, data.split(b"\r\n"))) <= 998


def test_the_same_week_gives_the_same_bytes() -> None:
    assert raw(to=NOBODY, url=None) == raw(to=NOBODY, url=None)
    assert read(raw(to=NOBODY, url=None))["To"] == NOBODY


def test_ids_differ_by_week_and_reader_and_the_date_can_be_given() -> None:
    ids = {
        read(raw(digest_of(week), to=to))["Message-ID"] for week in (FIRST, SECOND) for to in (TO, "b@reader.example")
    }
    assert len(ids) == 4
    at = datetime(2026, 3, 12, 10, tzinfo=UTC)
    message = make_message(digest_of(FIRST), sample_site(), SETTINGS, to=TO, at=at)
    assert message["Date"] == "Thu, 12 Mar 2026 10:00:00 +0000"


def test_hostile_texts_stay_texts() -> None:
    site = hostile_site()
    message = make_message(digest_of(FIRST, site), site, SETTINGS, to=TO, unsubscribe_url=URL)
    data = message.as_bytes(policy=WIRE)
    got = read(data)
    assert [name for name in got.keys()] == [name for name in read(raw()).keys()]  # noqa: SIM118
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", got["Subject"])
    assert fast_mail_parser.parse_email(data).subject == got["Subject"]


@given(st.text(min_size=1, max_size=200), st.text(min_size=1, max_size=80))
def test_no_title_breaks_out_of_the_subject(title: str, name: str) -> None:
    digest = digest_of(FIRST)
    entry = digest.published[0].model_copy(update={"title": title})
    nasty = digest.model_copy(update={"published": (entry,), "site_name": name})
    data = raw(nasty)
    got = message_from_bytes(data, policy=policy.default)
    assert list(got.keys()) == list(read(raw()).keys())
    assert len(got["Subject"]) <= 120 and got["To"] == TO


@pytest.mark.parametrize(
    "title", ["a\r\nBcc: x@y.example", "=?utf-8?q?a=0D=0ABcc:_x@y.example?= vs b", "a\u2028b\x0bc\x85d"]
)
def test_a_title_cannot_add_a_header(title: str) -> None:
    digest = digest_of(FIRST)
    nasty = digest.model_copy(update={"published": (digest.published[0].model_copy(update={"title": title}),)})
    assert read(raw(nasty))["Bcc"] is None and "\r\nBcc" not in "\r\n".join(headers(raw(nasty)))


@pytest.mark.parametrize(
    "url",
    [
        "https://desk.example/u>, <https://evil.example/",
        "https://desk.example/\r\nBcc: x@y.example",
        "https://desk.example/=?utf-8?q?a=0D=0A?=",
        "ftp://desk.example/",
        "javascript:alert(1)",
        "https://dësk.example/",
        "https://u:p@desk.example/",
        "https:///u",
        "https://desk.example/" + "a" * 900,
        "mailto:weekly@desk.example",
        "https://desk.example/a b",
    ],
)
def test_an_address_that_could_be_more_than_one_is_refused(url: str) -> None:
    assert not is_unsubscribe_url(url)
    with pytest.raises(SetupError):
        raw(url=url)


def test_a_recipient_cannot_add_a_header() -> None:
    with pytest.raises(ValueError):
        raw(to="ada@reader.example\r\nBcc: x@y.example")


def test_without_a_sender_the_mail_is_from_a_placeholder() -> None:
    assert read(raw(settings=MailSettings()))["From"] == "sender-not-set@panel.invalid"
    with pytest.raises(SetupError):
        raw(settings=MailSettings(sender="nobody"))


def test_an_edition_is_what_readers_are_told() -> None:
    site, digest = sample_site(), digest_of(FIRST)
    same = edition_sha256(digest, site, SETTINGS)
    assert same == edition_sha256(digest, site, SETTINGS.model_copy(update={"sender": "Other <o@desk.example>"}))
    assert same != edition_sha256(digest_of(SECOND), site, SETTINGS)
    moved = sample_site(publication=PublicationSettings(base_url="https://elsewhere.example/"))
    assert same != edition_sha256(digest, moved, SETTINGS)


def test_a_site_with_an_international_name_has_ascii_headers() -> None:
    site = sample_site(publication=PublicationSettings(base_url="https://bücher.example:8443/ü/"))
    data = make_message(digest_of(FIRST, site), site, SETTINGS, to=TO).as_bytes(policy=WIRE)
    assert "List-Id: <weekly.xn--bcher-kva.example>" in headers(data)
    assert "List-Archive: <https://xn--bcher-kva.example:8443/%C3%BC/digest/2026-W10/>" in headers(data)
