"""The digest as a mail message: plain text and HTML, and the headers that a list's mail should have.

Which headers, and which not:

- `List-Unsubscribe` (RFC 2369) for a reader with an address to unsubscribe at, and `List-Unsubscribe-Post` (RFC 8058)
  when that address is https. No `mailto:`: a mailbox that nobody reads keeps no promise.
- `List-Id` (RFC 2919) and `List-Archive` (RFC 2369), so that mail programs can sort and show it.
- No `Precedence`, which no standard defines (RFC 2076 discourages it). No `Auto-Submitted`: an editor sends this, and
  RFC 3834 has automatic responders leave mails with `List-` headers alone already.

Everything but the recipient, the unsubscribe address and the date is the same in every mail of an edition. The same
arguments give the same bytes: date, id and boundary are computed.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from email import utils
from email._header_value_parser import UnstructuredTokenList
from email.headerregistry import BaseHeader, HeaderRegistry
from email.message import EmailMessage
from email.policy import Policy
from typing import Any
from urllib.parse import quote, urlsplit

from panel.digest.content import Digest, digest_path
from panel.digest.links import Links
from panel.digest.rendering import Letter, render_letter
from panel.digest.weeks import Week
from panel.errors import SetupError
from panel.mail import WIRE, check_sender, sender_address
from panel.records import sha256_of
from panel.settings import MailSettings
from panel.site.model import Site

NOBODY = "undisclosed-recipients:;"
"""The recipient of a message that is made to be looked at."""
UNSET_SENDER = "sender-not-set@panel.invalid"
"""Who a message is from before there is a sender; `.invalid` reaches nobody (RFC 2606)."""
MAX_URL_CHARS = 900
"""A header with it still fits on one line of 998."""

_URL = re.compile(
    r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?(?:[/?][!#$%&'()*+./:;=?@_~A-Za-z0-9-]*)?"
)


class _OneLine(BaseHeader):
    """A header written as it is given: Python would fold a long address into encoded words, and decode others."""

    max_count = 1

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        kwds["parse_tree"] = UnstructuredTokenList()
        kwds["decoded"] = value

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_REGISTRY = HeaderRegistry()
for _name in ("list-id", "list-unsubscribe", "list-unsubscribe-post", "list-archive", "message-id"):
    _REGISTRY.map_to_type(_name, _OneLine)
POLICY = WIRE.clone(header_factory=_REGISTRY)


def is_unsubscribe_url(text: str) -> bool:
    """Tell whether a text is a web address that can stand in a header: ASCII, at most 900 characters, no `<>,`."""
    return len(text) <= MAX_URL_CHARS and "=?" not in text and _URL.fullmatch(text) is not None


def make_message(
    digest: Digest,
    site: Site,
    settings: MailSettings,
    *,
    to: str,
    unsubscribe_url: str | None = None,
    at: datetime | None = None,
) -> EmailMessage:
    """Make the digest's message for one reader.

    Args:
        digest: what to tell.
        site: where the links lead.
        settings: who sends, and their postal address; without a sender the message is from a placeholder.
        to: the reader, or `NOBODY`.
        unsubscribe_url: where this reader unsubscribes with one click.
        at: the message's date; else when the digest is due, the Monday after its week at 08:00 UTC.

    Raises:
        SetupError: the sender is not an address, or `unsubscribe_url` is none that can stand in a header.
        ValueError: `to` holds CR or LF.
    """
    if unsubscribe_url and not is_unsubscribe_url(unsubscribe_url):
        raise SetupError(f"nobody can unsubscribe at {unsubscribe_url!r}", hint="Give a plain https address.")
    week = Week.parse(digest.week)
    letter = render_letter(digest, site, settings, unsubscribe_url=unsubscribe_url)
    sender = _sender(settings)
    message = EmailMessage(policy=POLICY)
    message["From"] = sender
    message["To"] = to
    message["Subject"] = letter.subject
    message["Date"] = utils.format_datetime(at or week.due_at)
    message["Message-ID"] = _message_id(digest.week, to, sender_address(sender) or UNSET_SENDER)
    message["List-Id"] = f"<weekly.{_host(site)}>"
    if unsubscribe_url:
        message["List-Unsubscribe"] = f"<{unsubscribe_url}>"
        if unsubscribe_url.startswith("https://"):
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["List-Archive"] = f"<{_ascii_url(Links.absolute(site).base + digest_path(week))}>"
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    for part in message.iter_parts():
        del part["MIME-Version"]  # it belongs to the whole message
    message.set_boundary(f"=_panel_{_sha256(letter.text + letter.html)[:32]}")
    return message


def edition_sha256(digest: Digest, site: Site, settings: MailSettings) -> str:
    """Hash what all readers of an edition are told: subject, text and HTML, without anybody's unsubscribe address."""
    letter: Letter = render_letter(digest, site, settings)
    return sha256_of([letter.subject, letter.text, letter.html])


def address_sha256(address: str) -> str:
    """Hash a normalised address: how the journal names a reader."""
    return _sha256(address)


def _sender(settings: MailSettings) -> str:
    if not settings.sender.strip():
        return UNSET_SENDER
    check_sender(settings)
    return settings.sender


def _message_id(week: str, to: str, sender: str) -> str:
    return f"<digest.{week}.{_sha256(f'{week} {to}')[:24]}@{sender.rpartition('@')[2]}>"


def _host(site: Site) -> str:
    host = urlsplit(site.publication.base_url).hostname or "localhost"
    try:
        name = host.encode("idna").decode("ascii")
    except UnicodeError:
        name = "localhost"
    return re.sub(r"[^a-z0-9.-]", "-", name.lower())


def _ascii_url(url: str) -> str:
    """Return a URL of the site as it may stand in a header."""
    parts = urlsplit(url)
    if parts.netloc.isascii() and url.isascii():
        return url
    try:
        netloc = parts.netloc.encode("idna").decode("ascii")
    except UnicodeError:
        netloc = "localhost"
    return f"{parts.scheme}://{netloc}{quote(parts.path, safe='/%')}"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
