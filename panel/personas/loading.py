"""Reading persona files: all of a folder, in the desk's order, every problem at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from panel.errors import InputProblems, Problem
from panel.inputs import parse_record, read_bytes
from panel.records import Persona, is_slug


@dataclass(frozen=True, slots=True)
class LoadedPersona:
    """A persona, and the very bytes it was read from.

    Attributes:
        persona: the record.
        file_name: its file's name in the folder.
        data: the file's bytes.
    """

    persona: Persona
    file_name: str
    data: bytes


def load_personas(folder: Path, *, only: Sequence[str] = (), order: Sequence[str] = ()) -> tuple[LoadedPersona, ...]:
    """Read the personas of a folder.

    Args:
        folder: where `<slug>.yaml` files lie.
        only: slugs to read, in this order; all when empty.
        order: slugs that come first when all are read; the rest follow by name.

    Raises:
        InputProblems: every problem of every file asked for; an unknown slug; no persona at all.
    """
    problems: list[Problem] = []
    there = sorted(path.stem for path in folder.glob("*.yaml")) if folder.is_dir() else []
    wanted = list(only) or [*(slug for slug in order if slug in there), *(slug for slug in there if slug not in order)]
    if not wanted:
        problems.append(Problem(folder.name, 0, "", "there is no persona here: add a `<slug>.yaml`"))
    for slug in sorted({slug for slug in wanted if wanted.count(slug) > 1}):
        problems.append(Problem(folder.name, 0, "", f"the persona {slug} was asked for twice"))
    loaded = [_load(folder, slug, there, problems) for slug in dict.fromkeys(wanted)]
    if problems:
        raise InputProblems(problems)
    return tuple(item for item in loaded if item is not None)


def _load(folder: Path, slug: str, there: Sequence[str], problems: list[Problem]) -> LoadedPersona | None:
    name = f"{folder.name}/{slug}.yaml"
    if not is_slug(slug):
        problems.append(Problem(folder.name, 0, "", f"{slug!r} is no slug: use a-z, 0-9 and dashes, 80 at most"))
        return None
    if slug not in there:
        known = ", ".join(there) or "none"
        problems.append(Problem(name, 0, "", f"no such persona; there are: {known}"))
        return None
    path = folder / f"{slug}.yaml"
    data = read_bytes(path, problems, name=name)
    persona = parse_record(data, Persona, problems, name=name) if data is not None else None
    if data is None or persona is None:
        return None
    if persona.slug != slug:
        problems.append(Problem(name, 0, "slug", f"is {persona.slug!r}, but the file is named {slug}.yaml"))
        return None
    return LoadedPersona(persona, path.name, data)


def persona_json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a persona file, for editors' autocompletion."""
    schema = Persona.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
