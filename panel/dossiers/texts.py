"""What every text of a dossier must be, whatever its field: visible, and finished.

Works on the plain parsed data, before any record: an unfinished dossier is told as unfinished, not as a wrong date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from panel.dossiers.hidden import find_hidden
from panel.errors import Problem
from panel.inputs import YamlTree

Path = tuple[str | int, ...]

TODO = "TODO"
"""What `panel dossier add` writes where only an editor can know: alone, or as "TODO: what is wanted"."""

_UNFINISHED = re.compile(rf"\s*{TODO}(?![A-Za-z0-9_])")
_REFUSED_BY_YAML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


def walk_texts(data: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Yield every text in plain data with its path, in order; keys are not texts."""
    if isinstance(data, str):
        yield path, data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from walk_texts(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from walk_texts(value, (*path, index))


def unfinished_problems(tree: YamlTree, name: str) -> list[Problem]:
    """Tell every text that still begins with TODO."""
    return [
        Problem(name, tree.line_of(path), dotted(path), f"still to be filled in (found {_shorten(text)!r})")
        for path, text in walk_texts(tree.data)
        if _UNFINISHED.match(text)
    ]


def hidden_problems(tree: YamlTree, name: str) -> list[Problem]:
    """Tell every text that holds hidden characters: one problem a text, naming its first one."""
    return [
        Problem(name, tree.line_of(path), dotted(path), message)
        for path, text in walk_texts(tree.data)
        if (message := hidden_message(text))
    ]


def hidden_message(text: str) -> str:
    """Say which hidden character a text holds first, and how many more; "" when there is none."""
    found = find_hidden(text)
    if not found:
        return ""
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    return f"hidden character {found[0].codepoint} at character {found[0].offset + 1}{more}; delete it"


def unreadable_problem(text: str, name: str) -> Problem | None:
    """Tell the control characters that no YAML may hold, with the line that YAML's own complaint lacks."""
    match = _REFUSED_BY_YAML.search(text)
    if match is None:
        return None
    start = text.rfind("\n", 0, match.start()) + 1
    end = text.find("\n", start)
    line = text[start:] if end < 0 else text[start:end]
    return Problem(name, text.count("\n", 0, start) + 1, "", hidden_message(line))


def dotted(path: Path) -> str:
    """Write a path as problems name fields: `evidence.1.text`."""
    return ".".join(str(part) for part in path)


def printable(problem: Problem) -> Problem:
    """Escape what a terminal must not be sent: a field's or a file's name may hold an escape sequence."""
    file, field, message = (escape_unprintable(text) for text in (problem.file, problem.field, problem.message))
    return Problem(file, problem.line, field, message)


def escape_unprintable(text: str) -> str:
    """Write a text on one line, with what cannot be printed as an escape such as a backslash and `x1b`."""
    if text.isprintable():
        return text
    plain = " ".join(text.splitlines())
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in plain)


def _shorten(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
