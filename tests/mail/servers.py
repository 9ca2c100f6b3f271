"""A real SMTP server on loopback, which can be told to refuse, to hang up and to want a login."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from panel.settings import MailSettings

SENDER = "Panel <weekly@panel.example>"


@dataclass
class Postbox:
    """What a server was given, and how it answers.

    Attributes:
        answers: replies to recipients, by address.
        data_answers: replies to mails, used up in order; 250 after that.
        hang_ups: at which commands ("MAIL", "DATA") it closes the connection, used up in order.
    """

    answers: dict[str, str] = field(default_factory=dict)
    data_answers: list[str] = field(default_factory=list)
    hang_ups: list[str] = field(default_factory=list)
    mails: list[tuple[str, str, bytes]] = field(default_factory=list)
    tls: list[bool] = field(default_factory=list)
    connections: int = 0

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.hang_ups[:1] == ["MAIL"]:
            return self.hang_up(server)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.hang_ups[:1] == ["DATA"]:
            return self.hang_up(server)
        if self.data_answers:
            return self.data_answers.pop(0)
        assert isinstance(envelope.content, bytes) and envelope.mail_from
        self.mails.append((envelope.mail_from, envelope.rcpt_tos[0], envelope.content))
        self.tls.append(session.ssl is not None)
        return "250 OK"

    def hang_up(self, server: SMTP) -> str:
        self.hang_ups.pop(0)
        assert server.transport is not None
        server.transport.abort()
        return "250 never heard"


class AnyPort(Controller):
    """Listens on whatever port is free; the library's own start knocks at port 0."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def serving(postbox: Postbox, **settings: Any) -> Iterator[MailSettings]:
    """Run the server; yield settings that lead to it, with nothing encrypted unless `tls_context` is given."""
    controller = AnyPort(postbox, hostname="127.0.0.1", port=0, **settings)
    controller.start()
    try:
        port = controller.port
        yield MailSettings(
            sender=SENDER, smtp_host="localhost", smtp_port=port, smtp_security="none", per_minute=100_000
        )
    finally:
        controller.stop()


def knows(password: str) -> Any:
    """Make a server's check of logins."""

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        right = data.password == password.encode()
        return AuthResult(success=right, handled=right)

    return check


def server_context(authority: Any) -> ssl.SSLContext:
    """Make a server's TLS, with a certificate for `localhost`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return context
