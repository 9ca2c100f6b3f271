"""From a tool's name to its slug: the file name and the address it goes by."""

from __future__ import annotations

import re
import unicodedata

from panel.errors import SetupError

SLUG_MAX_CHARS = 80
_LETTERS = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i", "&": " and "}
)
"""Letters that Unicode does not take apart into a plain one and an accent."""


def slugify(name: str) -> str:
    """Write a name with a-z, 0-9 and single dashes: "Le Chat (Élite)" is `le-chat-elite`.

    Raises:
        SetupError: nothing of the name is left.
    """
    apart = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    plain = "".join(character for character in apart if not unicodedata.combining(character) and character not in "'’")
    slug = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:SLUG_MAX_CHARS].strip("-")
    if not slug:
        hint = "Give a name that has at least one letter of a-z, or one digit."
        raise SetupError(f"no file name can be made of the name {name[:60]!r}", hint=hint)
    return slug
