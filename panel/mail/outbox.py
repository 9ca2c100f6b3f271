"""An outbox: mails as files in a folder, for rehearsals and tests."""

from __future__ import annotations

import hashlib
from email.message import EmailMessage
from pathlib import Path

from panel.errors import Conflict
from panel.mail.messages import WIRE
from panel.store.files import create_file


class Outbox:
    """Writes each mail as `<n>-<hash>.eml`, numbered in the order of sending, instead of sending it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message: EmailMessage, to: str) -> None:
        """Keep a mail as the server would be given it.

        Raises:
            StoreError: the disk said no.
        """
        data = message.as_bytes(policy=WIRE)
        digest = hashlib.sha256(to.encode("utf-8") + b"\0" + data).hexdigest()[:12]
        number = 1 + max((int(path.name[:6]) for path in self.paths()), default=0)
        while True:
            try:
                create_file(self.folder / f"{number:06d}-{digest}.eml", data)
                return
            except Conflict:
                number += 1

    def paths(self) -> tuple[Path, ...]:
        """Return the mails' files, first sent first."""
        return tuple(sorted(self.folder.glob("[0-9][0-9][0-9][0-9][0-9][0-9]-*.eml")))
