"""Mail: what is sent, to whom, how fast, and what a server's refusal means.

Knows nothing of readers or digests: it takes a finished message and one recipient.
"""

from panel.mail.addresses import MAX_ADDRESS_CHARS, normalise_address, sender_address
from panel.mail.errors import MailError, MailServerTrouble, RecipientRefused
from panel.mail.messages import WIRE, build_message, check_sender
from panel.mail.outbox import Outbox
from panel.mail.smtp import OutgoingMail, Sends, open_outgoing

__all__ = [
    "MAX_ADDRESS_CHARS",
    "WIRE",
    "MailError",
    "MailServerTrouble",
    "Outbox",
    "OutgoingMail",
    "RecipientRefused",
    "Sends",
    "build_message",
    "check_sender",
    "normalise_address",
    "open_outgoing",
    "sender_address",
]
