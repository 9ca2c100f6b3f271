"""Reading gold: dossiers and verdicts together, every problem at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from panel.corpus.gold import GoldTool, GoldVerdicts
from panel.dossiers import load_dossier
from panel.errors import InputProblems, Problem
from panel.inputs import read_record
from panel.records import Persona, is_slug

VERDICTS = "verdicts"
DOSSIERS = "dossiers"


def load_gold(path: Path, personas: Sequence[Persona]) -> tuple[GoldTool, ...]:
    """Read gold verdicts with their dossiers.

    Args:
        path: a folder that holds `verdicts/` and `dossiers/`, or one file of such a `verdicts/`.
        personas: whose verdicts are wanted, in order; a file has to hold those of each, and no others.

    Returns:
        The tools by slug.

    Raises:
        InputProblems: everything that is wrong with any file.
    """
    problems: list[Problem] = []
    tools = []
    for file in _list_files(path, problems):
        tool = _load_tool(file, personas, problems)
        if tool is not None:
            tools.append(tool)
    if problems:
        raise InputProblems(problems)
    return tuple(tools)


def _list_files(path: Path, problems: list[Problem]) -> list[Path]:
    if path.is_file():
        return [path]
    folder = path / VERDICTS
    files = sorted(folder.glob("*.yaml")) if folder.is_dir() else []
    if not files:
        problems.append(Problem(str(folder), 0, "", "there are no gold verdicts here: add a `<slug>.yaml`"))
    return files


def _load_tool(file: Path, personas: Sequence[Persona], problems: list[Problem]) -> GoldTool | None:
    name, before = f"{file.parent.name}/{file.name}", len(problems)
    gold = read_record(file, GoldVerdicts, problems, name=name)
    if not is_slug(file.stem):
        problems.append(Problem(name, 0, "", "its name must be a tool's slug, then .yaml"))
        return None
    loaded = load_dossier(file.parent.parent / DOSSIERS, file.stem, problems)
    if gold is None or loaded is None:
        return None
    if gold.tool != file.stem:
        problems.append(Problem(name, 0, "tool", f"is {gold.tool!r}, but the file is named {file.name}"))
    wanted = {persona.slug: tuple(beat.id for beat in persona.beats) for persona in personas}
    for slug in gold.verdicts.keys() | wanted.keys():
        where = f"verdicts.{slug}"
        if slug not in wanted:
            problems.append(Problem(name, 0, where, f"there is no such persona; there are {', '.join(wanted)}"))
        elif slug not in gold.verdicts:
            problems.append(Problem(name, 0, where, "is missing"))
        elif tuple(gold.verdicts[slug].argument) != wanted[slug]:
            problems.append(Problem(name, 0, f"{where}.argument", f"must hold, in order, {', '.join(wanted[slug])}"))
    if len(problems) > before:
        return None
    return GoldTool(loaded.dossier, gold.split, {slug: gold.verdicts[slug] for slug in wanted})


def verdicts_json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a file of gold verdicts, for editors' autocompletion."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **GoldVerdicts.model_json_schema()}
