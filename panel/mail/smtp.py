"""Sending over SMTP: the one seam where smtplib's and the network's complaints become Panel's errors."""

from __future__ import annotations

import re
import smtplib
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from typing import Protocol

from panel.errors import SetupError
from panel.mail.addresses import normalise_address, sender_address
from panel.mail.errors import MailServerTrouble, RecipientRefused
from panel.mail.messages import WIRE, check_sender
from panel.settings import MailSettings

TIMEOUT_S = 30.0
"""How long the server may take over one answer."""

_LINE_START_DOT = re.compile(rb"(?m)^\.")
_LATER = "The server will be asked again; look at it when this goes on."


class Sends(Protocol):
    """Whatever takes a finished mail for one recipient."""

    def send(self, message: EmailMessage, to: str) -> None:
        """Send a mail, or raise."""
        ...


@contextmanager
def open_outgoing(
    settings: MailSettings,
    password: str,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
    context: ssl.SSLContext | None = None,
) -> Iterator[OutgoingMail]:
    """Connect to the mail server, and say goodbye at the end.

    Args:
        settings: the server, and who sends.
        password: for `smtp_user`; not used without one.
        clock: seconds that only go forward.
        sleep: waits between mails.
        context: how TLS is spoken; else with the system's certificates, checked.

    Raises:
        SetupError: there is no sender, or the server refuses the login or offers no TLS that can be trusted.
        MailServerTrouble: the server cannot be reached now.
    """
    check_sender(settings)
    outgoing = OutgoingMail(settings, password, clock, sleep, context or ssl.create_default_context())
    try:
        outgoing.connect()
        yield outgoing
    finally:
        outgoing.close()


class OutgoingMail:
    """A connection to the mail server that paces itself; made by `open_outgoing`."""

    def __init__(
        self,
        settings: MailSettings,
        password: str,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        context: ssl.SSLContext,
    ) -> None:
        self._settings = settings
        self._password = password
        self._clock = clock
        self._sleep = sleep
        self._context = context
        self._sender = sender_address(settings.sender) or ""
        self._client: smtplib.SMTP | None = None
        self._next_at = clock()

    def send(self, message: EmailMessage, to: str) -> None:
        """Send one mail to one recipient, whatever its headers say.

        A server that closed the connection before it was given the mail is connected to once more; one that went away
        while it was given the mail is not, for it may have taken it.

        Raises:
            RecipientRefused: never again for this recipient.
            MailServerTrouble: try again later; `uncertain` when the server may have taken the mail.
            SetupError: the server refuses the sender.
        """
        recipient = normalise_address(to)
        if recipient is None:
            raise RecipientRefused("not an address that mail can be sent to")
        data = _LINE_START_DOT.sub(b"..", message.as_bytes(policy=WIRE))
        self._pace()
        if self._client is None:
            self.connect()
        try:
            self._prepare(recipient)
        except (smtplib.SMTPServerDisconnected, ConnectionError):
            self._drop()
            self.connect()
            try:
                self._prepare(recipient)
            except (smtplib.SMTPException, OSError) as error:
                self._drop()
                raise self._trouble(error) from error
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise self._trouble(error) from error
        self._deliver(data)

    def _pace(self) -> None:
        wait_s = self._next_at - self._clock()
        if wait_s > 0:
            self._sleep(wait_s)
        self._next_at = max(self._next_at, self._clock()) + 60 / self._settings.per_minute

    def _prepare(self, recipient: str) -> None:
        """Name sender and recipient and get leave to send: nothing here can deliver a mail."""
        client = self._client
        assert client is not None
        code, said = client.mail(self._sender)
        if code != 250:
            self._refused(code, said, "the sender")
        code, said = client.rcpt(recipient)
        if code not in (250, 251):
            self._refused(code, said, "the recipient")
        code, said = client.docmd("DATA")
        if code != 354:
            self._refused(code, said, "the mail")

    def _deliver(self, data: bytes) -> None:
        client = self._client
        assert client is not None
        try:
            client.send(data + (b"" if data.endswith(b"\r\n") else b"\r\n") + b".\r\n")
            code, said = client.getreply()
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise self._trouble(error, uncertain=True) from error
        if code in (421, -1):
            self._drop()
            raise MailServerTrouble(f"the mail server does not take the mail now: {code} {_shown(said)}", hint=_LATER)
        if code != 250:
            self._refused(code, said, "the mail")

    def _refused(self, code: int, said: bytes, what: str) -> None:
        if code in (421, -1):
            raise smtplib.SMTPServerDisconnected(_shown(said) or "the connection was closed")
        if self._client is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._client.rset()
        answer = f"{code} {_shown(said)}"
        if not 500 <= code < 600:
            raise MailServerTrouble(f"the mail server does not take {what} now: {answer}", hint=_LATER)
        if what == "the sender":
            raise SetupError(
                f"the mail server refuses mails from {self._sender}: {answer}",
                hint="Set a sender under [mail] that this server sends for.",
            )
        raise RecipientRefused(f"the mail server refuses {what}: {answer}")

    def connect(self) -> None:
        """Connect and log in; see `open_outgoing`."""
        settings = self._settings
        place = f"{settings.smtp_host}:{settings.smtp_port}"
        try:
            # Named after the sender: smtplib would ask the network for this machine's name, and may wait long for it.
            name = self._sender.partition("@")[2]
            if settings.smtp_security == "tls":
                self._client = smtplib.SMTP_SSL(
                    settings.smtp_host, settings.smtp_port, name, timeout=TIMEOUT_S, context=self._context
                )
            else:
                self._client = smtplib.SMTP(settings.smtp_host, settings.smtp_port, name, timeout=TIMEOUT_S)
            self._client.ehlo_or_helo_if_needed()
            if settings.smtp_security == "starttls":
                self._client.starttls(context=self._context)
                self._client.ehlo_or_helo_if_needed()
            if settings.smtp_user:
                self._client.login(settings.smtp_user, self._password)
        except ssl.SSLCertVerificationError as error:
            self._drop()
            raise SetupError(
                f"the certificate of {place} cannot be trusted: {error.verify_message}",
                hint="Name the host as its certificate does, under [mail], or mend the certificate.",
            ) from error
        except smtplib.SMTPNotSupportedError as error:
            self._drop()
            raise SetupError(
                f"{place} does not offer what was asked of it: {error}",
                hint="See smtp_security and smtp_user under [mail].",
            ) from error
        except smtplib.SMTPAuthenticationError as error:
            self._drop()
            if error.smtp_code < 500:
                raise self._trouble(error) from error
            raise SetupError(
                f"{place} refuses the login of {settings.smtp_user!r}: {error.smtp_code} {_shown(error.smtp_error)}",
                hint="See smtp_user under [mail], and the password in PANEL_SMTP_PASSWORD.",
            ) from error
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            self._drop()
            raise self._trouble(error) from error

    def close(self) -> None:
        """Say goodbye, if anybody is still there."""
        if self._client is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._client.quit()
        self._drop()

    def _drop(self) -> None:
        if self._client is not None:
            with suppress(OSError):
                self._client.close()
        self._client = None

    def _trouble(self, error: Exception, *, uncertain: bool = False) -> MailServerTrouble:
        place = f"{self._settings.smtp_host}:{self._settings.smtp_port}"
        said = _shown(getattr(error, "smtp_error", b"") or str(error) or type(error).__name__)
        if uncertain:
            return MailServerTrouble(
                f"{place} went away while it was given a mail: {said}", hint="It may have taken it.", uncertain=True
            )
        return MailServerTrouble(f"{place} cannot be used now: {said}", hint=_LATER)


def _shown(said: bytes | str) -> str:
    """Return a server's words as one plain line."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return "".join(char if char.isprintable() else " " for char in " ".join(text.split()))[:200]
