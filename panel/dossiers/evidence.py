"""Evidence that stands in a file of its own beside the dossier.

The path in `file:` is outside text: it may name only a regular file inside the dossiers folder, whatever links lead
there. What is read becomes the excerpt's `text`, byte for byte as decoded; nothing is cleaned.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from panel.errors import Problem
from panel.inputs import YamlTree, read_bytes

_SAFE_PATH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_. -]*(?:/[A-Za-z0-9_][A-Za-z0-9_. -]*)*")
"""Each part begins with a letter, a digit or `_`: neither `..` nor a hidden file can be named."""
_SAFE_PATH_MAX = 200
_STAND_IN = "-"
"""Put for a text that could not be had, so that the rest of the dossier is still checked. Never leaves this package:
a stand-in always comes with a problem."""


@dataclass(slots=True)
class EvidenceFiles:
    """What the `file:` keys of one dossier led to.

    Attributes:
        contents: exact bytes by path relative to the dossiers folder.
        indices: which excerpts have their text from a file.
    """

    contents: dict[str, bytes] = field(default_factory=dict)
    indices: set[int] = field(default_factory=set)


def resolve_files(tree: YamlTree, name: str, folder: Path, problems: list[Problem]) -> EvidenceFiles:
    """Replace every excerpt's `file` by the `text` it holds.

    Args:
        tree: the parsed dossier; changed in place, its lines too (a text's line is its `file` key's).
        name: the dossier's name in problems.
        folder: the dossiers folder.
        problems: what is wrong is added here, at the `file` key's line.
    """
    found = EvidenceFiles()
    items = tree.data.get("evidence") if isinstance(tree.data, dict) else None
    for index, item in enumerate(items if isinstance(items, list) else ()):
        if not isinstance(item, dict):
            continue
        if "file" in item:
            found.indices.add(index)
            item["text"] = _text_of(item, index, name, folder, found, tree, problems)
            tree.lines[("evidence", index, "text")] = tree.line_of(("evidence", index, "file"))
        elif "text" not in item:
            message = "needs a `text`, or a `file` that names a text file beside the dossier"
            problems.append(Problem(name, tree.line_of(("evidence", index)), f"evidence.{index}", message))
            item["text"] = _STAND_IN
    return found


def _text_of(
    item: dict[str, Any],
    index: int,
    name: str,
    folder: Path,
    found: EvidenceFiles,
    tree: YamlTree,
    problems: list[Problem],
) -> str:
    line, where = tree.line_of(("evidence", index, "file")), f"evidence.{index}.file"
    given = item.pop("file")
    if "text" in item:
        problems.append(Problem(name, line, where, "give a `text` or a `file`, not both"))
        return _STAND_IN
    if not isinstance(given, str) or len(given) > _SAFE_PATH_MAX or not _SAFE_PATH.fullmatch(given):
        message = "must name a file in the dossiers folder: letters, digits, `.`, `_`, `-` and `/`, no `..`"
        problems.append(Problem(name, line, where, message))
        return _STAND_IN
    complaints: list[Problem] = []
    text = _read_inside(folder, given, found, complaints)
    problems.extend(Problem(name, line, where, f"{given}: {complaint.message}") for complaint in complaints)
    return _STAND_IN if text is None else text


def _read_inside(folder: Path, given: str, found: EvidenceFiles, problems: list[Problem]) -> str | None:
    path = resolve_inside(folder, given, problems)
    raw = None if path is None else read_bytes(path, problems, name=given)
    if raw is None:
        return None
    text = decode_utf8(raw, given, problems)
    if text is not None:
        found.contents[given] = raw
    return text


def resolve_inside(folder: Path, relative: str, problems: list[Problem]) -> Path | None:
    """Follow every link of a path and check that it ends inside the folder; None with one problem added."""
    try:
        real = Path(os.path.realpath(folder / relative, strict=True))
        root = Path(os.path.realpath(folder, strict=True))
    except FileNotFoundError:
        problems.append(Problem(relative, 0, "", "no such file"))
    except OSError as error:
        problems.append(Problem(relative, 0, "", f"cannot be read: {error.strerror or error}"))
    else:
        if real.is_relative_to(root):
            return real
        problems.append(Problem(relative, 0, "", "a link that leads outside the dossiers folder"))
    return None


def decode_utf8(raw: bytes, name: str, problems: list[Problem]) -> str | None:
    """Decode UTF-8 (a byte-order mark is dropped); None with one problem added."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"not UTF-8: byte 0x{raw[error.start]:02x} at offset {error.start}"
        problems.append(Problem(name, line, "", message))
        return None
