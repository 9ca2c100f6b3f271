"""From a file to a record: size, encoding, syntax, shape, in that order.

The one seam where pydantic's and the operating system's complaints about input become `Problem`s.
"""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from panel.errors import Problem
from panel.inputs.yamltree import YamlTree, parse_yaml
from panel.records.base import Record

MAX_BYTES = 256 * 1024
"""No file an editor writes by hand is larger; a larger one is refused unread."""

R = TypeVar("R", bound=Record)


def read_bytes(path: Path, problems: list[Problem], *, name: str = "", max_bytes: int = MAX_BYTES) -> bytes | None:
    """Read a regular file of bounded size.

    Returns:
        The bytes, or None with one problem added.
    """
    name = name or str(path)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            problems.append(Problem(name, 0, "", "not a regular file"))
            return None
        if status.st_size > max_bytes:
            size = f"{status.st_size:,} bytes; at most {max_bytes:,} are read"
            problems.append(Problem(name, 0, "", f"too large: {size}"))
            return None
        return path.read_bytes()
    except FileNotFoundError:
        problems.append(Problem(name, 0, "", "no such file"))
    except OSError as error:
        problems.append(Problem(name, 0, "", f"cannot be read: {error.strerror or error}"))
    return None


def read_text(path: Path, problems: list[Problem], *, name: str = "", max_bytes: int = MAX_BYTES) -> str | None:
    """Read a UTF-8 file of bounded size (a byte-order mark is dropped); None with one problem added."""
    name = name or str(path)
    raw = read_bytes(path, problems, name=name, max_bytes=max_bytes)
    return None if raw is None else decode_text(raw, problems, name=name)


def decode_text(raw: bytes, problems: list[Problem], *, name: str) -> str | None:
    """Decode UTF-8 (a byte-order mark is dropped); None with one problem added."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        problems.append(Problem(name, line, "", f"not UTF-8: byte 0x{raw[error.start]:02x} at offset {error.start}"))
        return None


def read_record(path: Path, model: type[R], problems: list[Problem], *, name: str = "") -> R | None:
    """Read a YAML file into a record.

    Args:
        path: the file.
        model: the record's class.
        problems: everything wrong is added here, with lines and fields.
        name: the file's name in problems; its path when empty.

    Returns:
        The record, or None when there was any problem.
    """
    name = name or str(path)
    raw = read_bytes(path, problems, name=name)
    return None if raw is None else parse_record(raw, model, problems, name=name)


def parse_record(raw: bytes, model: type[R], problems: list[Problem], *, name: str) -> R | None:
    """Turn the bytes of a YAML file into a record; as `read_record`."""
    text = decode_text(raw, problems, name=name)
    if text is None:
        return None
    before = len(problems)
    tree = parse_yaml(text, name, problems)
    if tree is None:
        return None
    record = pour_record(tree, model, name, problems)
    return record if len(problems) == before else None


def pour_record(tree: YamlTree, model: type[R], name: str, problems: list[Problem]) -> R | None:
    """Pour a parsed tree into a record; None with problems added."""
    if not isinstance(tree.data, dict):
        found = "empty" if tree.data is None else "not a mapping"
        problems.append(Problem(name, 1, "", f"the file is {found}; it must be `key: value` lines"))
        return None
    try:
        return model.model_validate(tree.data)
    except ValidationError as error:
        problems.extend(record_problems(error, name, tree))
        return None


def record_problems(error: ValidationError, name: str, tree: YamlTree) -> list[Problem]:
    """Translate pydantic's errors into problems with lines."""
    found = []
    for item in error.errors(include_url=False):
        path = item["loc"]
        field = ".".join(str(part) for part in path)
        found.append(Problem(name, tree.line_of(path), field, _plain(item["type"], item["msg"], item.get("input"))))
    return found


def _plain(kind: str, message: str, given: Any) -> str:
    if kind == "missing":
        return "is missing"
    if kind == "extra_forbidden":
        return "is not a known field"
    if kind == "value_error":
        return message.removeprefix("Value error, ")
    shown = repr(given)
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    return f"{message[0].lower()}{message[1:]} (found {shown})"
