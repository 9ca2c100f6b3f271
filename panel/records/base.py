"""What every record shares: frozen, closed to unknown fields, hashable by content.

Not here: any rule of the desk. Records are values; they know their own shape and their own hash.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints


class Record(BaseModel):
    """A frozen value that refuses fields it does not know, and numbers that JSON does not."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, str_strip_whitespace=True, use_attribute_docstrings=True
    )

    later: ClassVar[frozenset[str]] = frozenset()
    """Fields that came after such records were first kept. Where one is what it is by default it is not hashed, so that
    a record from before it has the hash it was approved by."""

    def content_sha256(self) -> str:
        """Hash the record's content.

        Returns:
            64 lower-case hexadecimal digits: the SHA-256 of the record's canonical JSON.
        """
        data = self.model_dump(mode="json")
        _leave_out_unsaid(self, data)
        return sha256_of(data)


def _leave_out_unsaid(value: Any, data: Any) -> None:
    """Take `later` fields that are what they are by default out of a record's dumped data, however deep it lies."""
    if isinstance(value, Record):
        for name in type(value).later:
            if getattr(value, name) == type(value).model_fields[name].default:
                del data[name]
        for name in data:
            _leave_out_unsaid(getattr(value, name), data[name])
    elif isinstance(value, tuple):
        for inner, its in zip(value, data, strict=True):
            _leave_out_unsaid(inner, its)
    elif isinstance(value, dict):
        for inner, its in zip(value.values(), data.values(), strict=True):
            _leave_out_unsaid(inner, its)


def canonical_json(value: Any) -> bytes:
    """Serialise plain data in one way only: sorted keys, no spaces, UTF-8, no NaN (after RFC 8785).

    Raises:
        ValueError: the value holds NaN or an infinity.
    """
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")


def sha256_of(value: Any) -> str:
    """Return the SHA-256, in hexadecimal, of a plain value's canonical JSON."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


SLUG_PATTERN = r"^[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?$"
BEAT_PATTERN = r"^[a-z][a-z0-9_]{0,39}$"

Slug = Annotated[str, StringConstraints(pattern=SLUG_PATTERN, max_length=80)]
"""1 to 80 of `a-z`, `0-9` and `-`, neither end a dash: safe as a file name and in an address."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


def is_slug(text: str) -> bool:
    """Tell whether the text is safe to use as a file name and in an address."""
    return re.fullmatch(SLUG_PATTERN, text) is not None


Raw = Annotated[str, StringConstraints(strip_whitespace=False)]
"""A text kept to the last space: what a model wrote, or a file's name."""


def _fold_lines(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value


Line = Annotated[str, BeforeValidator(_fold_lines), StringConstraints(min_length=1, max_length=200)]
"""One line of 1 to 200 characters; inner white space is folded."""

Prose = Annotated[str, BeforeValidator(_fold_lines), StringConstraints(min_length=1, max_length=1200)]
"""A paragraph of 1 to 1,200 characters; inner white space is folded."""


def content_hashes(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the SHA-256, in hexadecimal, of each file's bytes, by name, names sorted."""
    return {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}
