"""Mail addresses: one spelling each, and nothing in them that a mail server or a spreadsheet could take for more.

Narrower than RFC 5322 on purpose: no quoted local parts, no comments, no address literals, ASCII before the `@`.
"""

from __future__ import annotations

import re
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage

MAX_ADDRESS_CHARS = 254
"""RFC 5321 allows a path of 256 octets, its angle brackets included."""

_LOCAL = re.compile(r"[a-z0-9_][a-z0-9!#$%&'*+/=?^_`{|}~-]*(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?!\d+$){_LABEL}")


def normalise_address(text: str) -> str | None:
    """Return the one spelling of an address: lower case, an international domain in its ASCII form.

    The first character must be a letter, a digit or `_`: an address such as `=1+1@x.example` is a formula to a
    spreadsheet.

    Returns:
        The address, at most 254 characters; None when it is not one that mail can be sent to.
    """
    text = text.strip(" ")
    if len(text) > MAX_ADDRESS_CHARS or text.count("@") != 1:
        return None
    local, domain = text.split("@")
    if not local.isascii():
        return None
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    local, domain = local.lower(), domain.lower()
    if len(local) > 64 or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        return None
    address = f"{local}@{domain}"
    return address if len(address) <= MAX_ADDRESS_CHARS else None


def sender_address(sender: str) -> str | None:
    """Return the bare address of a sender such as `Panel <weekly@panel.example>`; None unless it holds exactly one."""
    message = EmailMessage(policy=policy.SMTP)
    try:
        message["From"] = sender
        header = message["From"]
    except (ValueError, IndexError):
        # IndexError: Python's parser trips over a few malformed addresses, such as one that ends in "@".
        return None
    # The header is made from two classes at run time, which its type does not tell.
    addresses: tuple[Address, ...] = getattr(header, "addresses", ())
    if getattr(header, "defects", ()) or len(addresses) != 1:
        return None
    return normalise_address(addresses[0].addr_spec)
