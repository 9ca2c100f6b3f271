"""From a slug to a dossier: the YAML, the files beside it, every problem at once.

Loading changes no text. What it gives back beside the record is the exact bytes it was read from, so that a run
can keep its inputs as they were used.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from panel.dossiers.evidence import EvidenceFiles, decode_utf8, resolve_files, resolve_inside
from panel.dossiers.texts import hidden_problems, printable, unfinished_problems, unreadable_problem
from panel.errors import InputProblems, Problem
from panel.inputs import YamlTree, parse_yaml, read_bytes
from panel.inputs.reading import pour_record
from panel.records import Dossier, is_slug

SUFFIX = ".yaml"
ALLOWED = "1 to 80 of a-z, 0-9 and `-`, with no `-` at either end"


@dataclass(frozen=True, slots=True)
class LoadedDossier:
    """A dossier and what it was read from.

    Attributes:
        dossier: the record.
        files: exact bytes by path relative to the dossiers folder: the YAML, then each evidence file.
    """

    dossier: Dossier
    files: dict[str, bytes]


def load_dossiers(folder: Path, slugs: Sequence[str]) -> tuple[LoadedDossier, ...]:
    """Load the dossiers asked for, in that order; none asked for gives none.

    Raises:
        InputProblems: anything is wrong with any of them; all problems of all files.
    """
    problems: list[Problem] = []
    declared: dict[str, str] = {}
    loaded = [_load(folder, slug, problems, declared) for slug in dict.fromkeys(slugs)]
    for slug in sorted({slug for slug in slugs if slugs.count(slug) > 1}):
        problems.append(printable(Problem(_shown(folder), 0, "", f"{_quote(slug)} is asked for twice")))
    if problems:
        raise InputProblems(list(dict.fromkeys(problems)))
    return tuple(item for item in loaded if item is not None)


def check_folder(folder: Path) -> tuple[tuple[LoadedDossier, ...], list[Problem]]:
    """Load every dossier of a folder.

    Returns:
        The sound ones by slug, and everything wrong with the others and with files misnamed; an empty folder has
        neither.
    """
    problems: list[Problem] = []
    declared: dict[str, str] = {}
    loaded = []
    for file in _list_folder(folder, problems):
        stem, suffix = os.path.splitext(file)
        if suffix == SUFFIX and is_slug(stem):
            loaded.append(_load(folder, stem, problems, declared))
        elif suffix == SUFFIX:
            message = f"its name must be a slug, {ALLOWED}, then {SUFFIX}"
            problems.append(printable(Problem(f"{_shown(folder)}{file}", 0, "", message)))
        elif suffix.lower() in {".yaml", ".yml"}:
            message = f"is not read: rename it to {stem}{SUFFIX}"
            problems.append(printable(Problem(f"{_shown(folder)}{file}", 0, "", message)))
    return tuple(item for item in loaded if item is not None), problems


def load_dossier(folder: Path, slug: str, problems: list[Problem]) -> LoadedDossier | None:
    """Load one dossier.

    Args:
        folder: the dossiers folder.
        slug: as given by a person; only a valid slug ever touches the disk.
        problems: everything wrong is added here; files are named relative to the folder's parent.

    Returns:
        The dossier, or None when there was any problem.
    """
    return _load(folder, slug, problems, {})


def _load(folder: Path, slug: str, problems: list[Problem], declared: dict[str, str]) -> LoadedDossier | None:
    found: list[Problem] = []
    loaded = _read(folder, slug, found, declared)
    problems.extend(printable(problem) for problem in found)
    return None if found else loaded


def _read(folder: Path, slug: str, problems: list[Problem], declared: dict[str, str]) -> LoadedDossier | None:
    if not is_slug(slug):
        message = f"{_quote(slug)} cannot be a dossier's name: {ALLOWED}"
        problems.append(Problem(_shown(folder), 0, "", message))
        return None
    file = slug + SUFFIX
    name = _shown(folder) + file
    if not os.path.lexists(folder / file):
        problems.append(_unknown(folder, slug))
        return None
    complaints: list[Problem] = []
    path = resolve_inside(folder, file, complaints)
    raw = None if path is None else read_bytes(path, complaints, name=name)
    text = None if raw is None else decode_utf8(raw, name, complaints)
    problems.extend(Problem(name, complaint.line, "", complaint.message) for complaint in complaints)
    tree = None if text is None else _parse(text, name, problems)
    if raw is None or tree is None:
        return None
    files = resolve_files(tree, name, folder, problems)
    _check_slug(tree, slug, name, declared, problems)
    dossier = _pour(tree, name, files, problems)
    return None if dossier is None else LoadedDossier(dossier, {file: raw, **files.contents})


def _parse(text: str, name: str, problems: list[Problem]) -> YamlTree | None:
    unreadable = unreadable_problem(text, name)
    if unreadable:
        problems.append(unreadable)
        return None
    return parse_yaml(text, name, problems)


def _check_slug(tree: YamlTree, stem: str, name: str, declared: dict[str, str], problems: list[Problem]) -> None:
    slug = tree.data.get("slug") if isinstance(tree.data, dict) else None
    if not isinstance(slug, str):
        return
    slug, line = slug.strip(), tree.line_of(("slug",))
    if slug in declared:
        problems.append(Problem(name, line, "slug", f"{_quote(slug)} is already the slug of {declared[slug]}"))
    declared.setdefault(slug, name)
    if slug != stem:
        problems.append(Problem(name, line, "slug", f"must be `{stem}`, as the file is named (found {_quote(slug)})"))


def _pour(tree: YamlTree, name: str, files: EvidenceFiles, problems: list[Problem]) -> Dossier | None:
    unfinished = unfinished_problems(tree, name)
    hidden = hidden_problems(tree, name)
    poured: list[Problem] = []
    dossier = pour_record(tree, Dossier, name, poured)
    told = {problem.field for problem in unfinished}
    poured = [problem for problem in poured if problem.field not in told]
    from_files = {f"evidence.{index}.text": f"evidence.{index}.file" for index in files.indices}
    for problem in (*unfinished, *hidden, *poured):
        where = from_files.get(problem.field, problem.field)
        problems.append(Problem(problem.file, problem.line, where, problem.message))
    return dossier


def _unknown(folder: Path, slug: str) -> Problem:
    complaints: list[Problem] = []
    files = _list_folder(folder, complaints)
    if complaints:
        return complaints[0]
    name = f"{_shown(folder)}{slug}{SUFFIX}"
    if f"{slug}.yml" in files:
        return Problem(name, 0, "", f"no such file; rename {slug}.yml to {slug}{SUFFIX}")
    slugs = [file.removesuffix(SUFFIX) for file in files if file.endswith(SUFFIX)]
    close = difflib.get_close_matches(slug, slugs, n=3)
    if close:
        return Problem(name, 0, "", f"no such dossier; did you mean {' or '.join(close)}?")
    known = ", ".join(slugs[:10]) + (", ..." if len(slugs) > 10 else "")
    return Problem(
        name, 0, "", f"no such dossier; there are {known}" if slugs else "no such dossier; there is none yet"
    )


def _list_folder(folder: Path, problems: list[Problem]) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except FileNotFoundError:
        problems.append(Problem(_shown(folder), 0, "", "no such folder"))
    except OSError as error:
        problems.append(Problem(_shown(folder), 0, "", f"cannot be read: {error.strerror or error}"))
    return []


def _shown(folder: Path) -> str:
    """Name the folder as problems do: `dossiers/`."""
    return f"{Path(os.path.abspath(folder)).name}/"


def _quote(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:77] + "...")
