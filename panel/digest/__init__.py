"""The weekly digest: what a week's letter says, how it looks, and how it is sent without anybody getting it twice.

A `Digest` is made of a `Site` by rules (`content`), rendered as letter, plain text and page body (`rendering`), put
into a message (`message`) and sent to a list of subscribers (`planning`, `sending`), one journal line before and one
after each mail (`journal`). Not here: the connection to a mail server (`panel.mail`), and who subscribes
(`panel.readers`).
"""

from panel.digest.content import Digest, digest_path, digest_weeks, make_digest
from panel.digest.journal import Step
from panel.digest.message import NOBODY, edition_sha256, is_unsubscribe_url, make_message
from panel.digest.planning import Rules, SendReport, read_edition, rehearse_digest
from panel.digest.rendering import Letter, digest_body, render_letter
from panel.digest.sending import STOPPED, Hooks, SendEvent, send_digest
from panel.digest.subscribers import Subscriber, SubscriberList, read_subscribers
from panel.digest.weeks import Week, last_week

__all__ = [
    "NOBODY",
    "STOPPED",
    "Digest",
    "Hooks",
    "Letter",
    "Rules",
    "SendEvent",
    "SendReport",
    "Step",
    "Subscriber",
    "SubscriberList",
    "Week",
    "digest_body",
    "digest_path",
    "digest_weeks",
    "edition_sha256",
    "is_unsubscribe_url",
    "last_week",
    "make_digest",
    "make_message",
    "read_edition",
    "read_subscribers",
    "rehearse_digest",
    "render_letter",
    "send_digest",
]
