"""Making a message: plain text, HTML beside it where there is some, headers that cannot be broken out of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email import policy, utils
from email.message import EmailMessage

from panel.errors import SetupError
from panel.mail.addresses import sender_address
from panel.settings import MailSettings

WIRE = policy.SMTP.clone(cte_type="7bit")
"""How a message goes over the wire: CRLF, seven bits. A header with CR or LF raises `ValueError` when it is set."""


def check_sender(settings: MailSettings) -> None:
    """Refuse to go on without somebody to send as.

    Raises:
        SetupError: `sender` is empty, or is not exactly one valid address.
    """
    if not settings.sender.strip():
        raise SetupError(
            "nobody is named to send mails as", hint='Set sender = "Panel <weekly@panel.example>" under [mail].'
        )
    if sender_address(settings.sender) is None:
        raise SetupError(
            f"mails cannot be sent as {settings.sender!r}: it must hold exactly one mail address",
            hint='Write it as "Panel <weekly@panel.example>" under [mail].',
        )


def build_message(
    settings: MailSettings,
    *,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    headers: Mapping[str, str] | None = None,
    at: datetime | None = None,
) -> EmailMessage:
    """Build a message with its date and id.

    Args:
        settings: who sends.
        to: the reader, as `normalise_address` spells them.
        subject: one line.
        text: the plain text.
        html: the same as HTML; "" sends plain text alone.
        headers: more headers, such as `List-Unsubscribe`.
        at: the message's date; now when None.

    Raises:
        SetupError: there is no sender.
        ValueError: a header holds CR or LF.
    """
    check_sender(settings)
    address = sender_address(settings.sender) or ""
    message = EmailMessage(policy=WIRE)
    message["From"] = settings.sender
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = utils.format_datetime(at) if at else utils.localtime()
    message["Message-ID"] = utils.make_msgid(domain=address.partition("@")[2])
    for name, value in (headers or {}).items():
        message[name] = value
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return message
