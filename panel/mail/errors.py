"""What can go wrong with a mail once its settings are right.

They are `RunError`s, work that failed: neither the input (`SetupError`) nor the disk (`StoreError`) is at fault. A
server that refuses the login, the sender or the certificate is a `SetupError`: no mail will pass until the settings
change.
"""

from __future__ import annotations

from panel.errors import RunError


class MailError(RunError):
    """A mail was not sent, or nobody knows whether it was."""


class RecipientRefused(MailError):
    """The server will never take a mail for this recipient, or this mail: a reply of 5xx."""


class MailServerTrouble(MailError):
    """The server cannot be reached, went away, or asks to come back later: a reply of 4xx.

    Attributes:
        uncertain: whether the server may have taken the mail; sending it again may then deliver it twice.
    """

    retryable = True

    def __init__(self, message: str, *, hint: str = "", uncertain: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.uncertain = uncertain
