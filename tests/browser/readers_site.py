"""A newsroom's built site, its readers' service in a process of its own and a mail server, all on this machine."""

from __future__ import annotations

import json
import re
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from queue import Queue

from aiosmtpd.smtp import SMTP, Envelope, Session

from panel.readers import ReaderStore, VoteCount, count_votes
from panel.records import Community
from panel.settings import Newsroom, PublicationSettings, load_settings
from panel.site.building import build_site
from panel.site.planning import plan_site
from tests.mail.servers import Postbox, serving
from tests.readers.serving import Served, finish, serve
from tests.site.sites import SITE, sample_site

SHOWN_FROM = 18
"""How many readers must have voted before their share is shown."""


@dataclass
class Mailbox(Postbox):
    """A mail server whose mails can be waited for."""

    arrived: Queue[EmailMessage] = field(default_factory=Queue)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        said = await super().handle_DATA(server, session, envelope)
        message = message_from_bytes(self.mails[-1][2], policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.arrived.put(message)
        return said


@dataclass
class ReadersSite:
    """What a test has to do with.

    Attributes:
        newsroom: its folder and settings.
        mailbox: where its mails arrive.
        port: where the service is whenever it runs.
    """

    newsroom: Newsroom
    mailbox: Mailbox
    port: int
    _served: Served | None = None

    @property
    def url(self) -> str:
        """The site's address."""
        return self.newsroom.settings.publication.base_url

    def build(self) -> None:
        """Build the site with the votes that are in the store."""
        votes = dict(count_votes(self.newsroom.reader_store))
        site = sample_site(votes=votes, publication=self.newsroom.settings.publication)
        build_site(self.newsroom.public, plan_site(site))

    def start(self) -> None:
        """Start the service; it takes connections when this returns."""
        self._served = serve(self.newsroom.root, port=self.port)

    def stop(self) -> None:
        """Stop the service, in good order."""
        assert self._served is not None
        served, self._served = self._served, None
        served.process.send_signal(signal.SIGTERM)
        try:
            code, said = finish(served)
        finally:
            # One that does not stop in time is not left behind.
            served.process.kill()
        assert code == 0 and not re.search("Traceback|failed", said), said

    def end(self) -> None:
        """Stop the service if it runs."""
        if self._served is not None:
            self.stop()

    def counts(self) -> dict[str, Community]:
        """Count the votes in the store."""
        return dict(count_votes(self.newsroom.reader_store))

    def bring_votes(self, tool: str, ships: int, votes: int) -> None:
        """Put votes into the store that were cast elsewhere."""
        with ReaderStore.open(self.newsroom.reader_store) as store:
            store.replace_import("elsewhere", [VoteCount(tool=tool, ships=ships, votes=votes)])

    def states(self) -> dict[str, str]:
        """Tell the state of every address on the list."""
        with ReaderStore.open(self.newsroom.reader_store) as store:
            return {one.address: one.state.value for one in store.subscribers()}

    def unsubscribe_url(self, address: str) -> str:
        """Return the link that digests carry."""
        with ReaderStore.open(self.newsroom.reader_store) as store:
            return store.unsubscribe_url(self.url, address)

    def confirmation(self, address: str) -> str:
        """Wait for the next mail, which must be to this address; return the link in it."""
        mail = self.mailbox.arrived.get(timeout=30)
        assert mail["To"] == address and SITE.name in mail["Subject"]
        body = mail.get_body(("plain",))
        assert body is not None
        links = re.findall(r"https?://\S+", body.get_content())
        assert len(links) == 1 and links[0].startswith(f"{self.url}confirm?token="), links
        return str(links[0])


@contextmanager
def running_site(root: Path) -> Iterator[ReadersSite]:
    """Build a site without votes, start its service and its mail server; stop both at the end."""
    mailbox = Mailbox()
    # Bound, but not listening: the port is nobody else's, and the service can still listen there.
    with socket.socket() as held, serving(mailbox) as mail:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        publication = PublicationSettings(base_url=f"http://127.0.0.1:{port}/", votes_shown_from=SHOWN_FROM)
        root.mkdir()
        (root / "panel.toml").write_text(
            f"[site]\nname = {json.dumps(SITE.name)}\nnewsletter_action = {json.dumps(SITE.newsletter_action)}\n"
            f"[publication]\nbase_url = {json.dumps(publication.base_url)}\nvotes_shown_from = {SHOWN_FROM}\n"
            f'[mail]\nsender = {json.dumps(mail.sender)}\nsmtp_host = "127.0.0.1"\nsmtp_port = {mail.smtp_port}\n'
            'smtp_security = "none"\n',
            encoding="utf-8",
        )
        site = ReadersSite(Newsroom(root, load_settings(root / "panel.toml")), mailbox, port)
        site.build()
        site.start()
        try:
            yield site
        finally:
            site.end()
