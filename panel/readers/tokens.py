"""Signed tokens: who a reader is, that a form is ours, which subscription a link is for.

Every token is an HMAC-SHA256 under one secret, made once and kept beside the readers' store with mode 0600. Each kind
of token has its own key, so that no token passes for another kind. Comparisons take the same time whatever they find.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from pathlib import Path

from panel.errors import Corrupt
from panel.readers.private import create_private, make_private_folder
from panel.store.files import translated

SECRET_NAME = "secret"
SECRET_BYTES = 32
READER_BYTES = 16
CSRF_S = 24 * 3600
"""How long a form that was shown may be sent."""
MAX_TOKEN_CHARS = 120


class Tokens:
    """Makes and checks tokens."""

    def __init__(self, secret: bytes) -> None:
        self._keys = {
            kind: hmac.digest(secret, kind.encode("ascii"), hashlib.sha256)
            for kind in ("reader", "csrf", "confirm", "unsubscribe", "store")
        }

    @property
    def fingerprint(self) -> bytes:
        """Tells one secret from another, and nothing else about it."""
        return self._mac("store", b"")

    def new_reader(self) -> bytes:
        """Make a reader's id."""
        return secrets.token_bytes(READER_BYTES)

    def sign_reader(self, reader: bytes) -> str:
        """Return a reader's cookie."""
        return f"{_text(reader)}.{_text(self._mac('reader', reader))}"

    def read_reader(self, cookie: str) -> bytes | None:
        """Return whose cookie it is; None for one that this service did not make."""
        given, _, signature = cookie.partition(".")
        reader = _bytes(given)
        if reader is None or len(reader) != READER_BYTES:
            return None
        return reader if _same(signature, _text(self._mac("reader", reader))) else None

    def csrf(self, reader: bytes, at: int) -> str:
        """Make the token of a form that is shown to a reader at a time."""
        return f"{at:x}.{_text(self._mac('csrf', reader + at.to_bytes(8, 'big')))}"

    def csrf_holds(self, token: str, reader: bytes, at: int) -> bool:
        """Tell whether a form was shown to this reader, within the last day."""
        given, _, _ = token.partition(".")
        if not 0 < len(given) <= 12 or not set(given) <= set("0123456789abcdef"):
            return False
        shown_at = int(given, 16)
        return at - CSRF_S <= shown_at <= at + 60 and _same(token, self.csrf(reader, shown_at))

    def confirm(self, address: str, asked_at: int) -> str:
        """Return the token that confirms the sign-up of an address at a time."""
        return _text(self._mac("confirm", f"{address}\n{asked_at}".encode()))

    def unsubscribe(self, address: str) -> str:
        """Return the token that ends the subscription of an address: always the same."""
        return _text(self._mac("unsubscribe", address.encode()))

    def _mac(self, kind: str, message: bytes) -> bytes:
        return hmac.digest(self._keys[kind], message, hashlib.sha256)


def load_tokens(folder: Path) -> Tokens:
    """Read the secret in a folder; it is made when there is none.

    Raises:
        Corrupt: the file is not a secret.
        StoreError: the disk said no.
    """
    path = folder / SECRET_NAME
    make_private_folder(folder)
    if not path.exists():
        create_private(path, secrets.token_bytes(SECRET_BYTES))
    with translated("reading", path):
        secret = path.read_bytes()
    if len(secret) != SECRET_BYTES:
        raise Corrupt(f"{path} is not a secret of {SECRET_BYTES} bytes", hint="Restore it from a backup.")
    return Tokens(secret)


def unsubscribe_url(base: str, address: str, tokens: Tokens) -> str:
    """Return the link that ends a subscription.

    Args:
        base: where the service is, with or without its last slash.
        address: the subscriber's, in its one spelling.
        tokens: the store's.
    """
    return f"{base.rstrip('/')}/unsubscribe?token={tokens.unsubscribe(address)}"


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _bytes(text: str) -> bytes | None:
    if len(text) > MAX_TOKEN_CHARS or not text.isascii():
        return None
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        return None
    return data if _text(data) == text else None
