"""From a stored JSON file to a record, and what is wrong when it is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from panel.errors import Corrupt, NewerSchema
from panel.store.files import translated

SCHEMA_VERSION = 1
T = TypeVar("T")


def read_stored(path: Path, adapter: TypeAdapter[T]) -> T:
    """Read one stored record.

    Raises:
        NotFound: there is no such file.
        NewerSchema: a newer Panel wrote it.
        Corrupt: it is not what Panel wrote.
    """
    with translated("reading", path):
        raw = path.read_bytes()
    return parse_stored(raw, adapter, str(path))


def parse_stored(raw: bytes, adapter: TypeAdapter[T], place: str) -> T:
    """Read one record from its bytes; errors as `read_stored`, naming `place`."""
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Corrupt(
            f"{place} is damaged: {error}", hint="Restore it from a backup; `panel verify` lists what else is damaged."
        ) from error
    check_version(data, place)
    try:
        return adapter.validate_python(data, strict=False)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise Corrupt(
            f"{place} is damaged: {field}: {first['msg']}",
            hint="Restore it from a backup; `panel verify` lists what else is damaged.",
        ) from error


def check_version(data: object, place: str) -> None:
    """Refuse what a newer Panel wrote before looking at anything else of it."""
    version = data.get("schema_version") if isinstance(data, dict) else None
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise NewerSchema(
            f"{place} has schema version {version}; this Panel reads up to {SCHEMA_VERSION}",
            hint="Update Panel; nothing was changed.",
        )
