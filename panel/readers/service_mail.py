"""Sending confirmations: in a thread of their own, from what the store says is due, until nothing is.

A confirmation is due from the moment its sign-up is on the disk; a service that starts sends what an earlier one left.
One that died between sending and noting it sends that confirmation twice.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

from panel.errors import PanelError
from panel.mail import MailServerTrouble, RecipientRefused, Sends, build_message
from panel.readers.store import ReaderStore
from panel.settings import Settings

FIRST_PAUSE_S = 60.0
LONGEST_PAUSE_S = 3600.0
STOP_S = 5.0
_log = logging.getLogger(__name__)


class ConfirmationMailer:
    """Sends the confirmations that are due."""

    def __init__(
        self,
        store: ReaderStore,
        settings: Settings,
        base: str,
        open_mail: Callable[[], AbstractContextManager[Sends]],
    ) -> None:
        """Prepare to send.

        Args:
            store: says what is due.
            settings: the newsroom's.
            base: where the service is, without a last slash.
            open_mail: connects to whatever takes mails; called anew for each batch.
        """
        self._store = store
        self._settings = settings
        self._base = base
        self._open_mail = open_mail
        self._wanted = threading.Event()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, with what is due already."""
        self._wanted.set()
        self._thread = threading.Thread(target=self._work, name="confirmations", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Say that something is due."""
        self._wanted.set()

    def stop(self) -> None:
        """Stop after the mail that is being sent; what is left is sent at the next start."""
        self._stopped.set()
        self._wanted.set()
        if self._thread is not None:
            self._thread.join(STOP_S)

    def send_due(self) -> bool:
        """Send what is due.

        Returns:
            Whether nothing is left.

        Raises:
            PanelError: nothing can be sent now.
        """
        due = self._store.due_confirmations()
        if not due:
            return True
        all_sent = True
        with self._open_mail() as outgoing:
            while due and all_sent and not self._stopped.is_set():
                for address, token in due:
                    all_sent &= self._send(outgoing, address, token)
                    if self._stopped.is_set():
                        return False
                due = self._store.due_confirmations()
        return all_sent

    def _send(self, outgoing: Sends, address: str, token: str) -> bool:
        name = self._settings.site.name
        text = (
            f"Somebody, you we hope, asked for {name} at this address.\n\n"
            f"To confirm, open this and press the button:\n\n{self._base}/confirm?token={token}\n\n"
            "The link works for a week. If it was not you, do nothing: nothing more is sent.\n"
        )
        if self._settings.mail.postal_address:
            text += f"\n{self._settings.mail.postal_address}\n"
        message = build_message(
            self._settings.mail,
            to=address,
            subject=f"Confirm your subscription to {' '.join(name.split())}",
            text=text,
            headers={"Auto-Submitted": "auto-generated"},
        )
        try:
            outgoing.send(message, address)
        except RecipientRefused:
            _log.warning("a confirmation was refused for good by the mail server")
        except MailServerTrouble:
            _log.warning("a confirmation could not be sent; it is tried again later")
            return False
        self._store.mark_mailed(address)
        return True

    def _work(self) -> None:
        pause_s = FIRST_PAUSE_S
        wait_s: float | None = None
        while True:
            self._wanted.wait(wait_s)
            self._wanted.clear()
            if self._stopped.is_set():
                return
            try:
                is_done = self.send_due()
            except PanelError as error:
                _log.warning("confirmations cannot be sent: %s", error.message)
                is_done = False
            except Exception:
                # Whatever it was, sign-ups that come later shall not wait for a restart.
                _log.exception("confirmations cannot be sent")
                is_done = False
            wait_s, pause_s = (None, FIRST_PAUSE_S) if is_done else (pause_s, min(2 * pause_s, LONGEST_PAUSE_S))
