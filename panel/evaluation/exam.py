"""The exam: the gold that models are measured against, and what reviewers are given for it.

Dossiers and verdicts are the gold's, personas and prompts the newsroom's, so that a figure is about the desk as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import panel
from panel.corpus import GoldTool, Split, load_gold
from panel.corpus.loading import DOSSIERS, VERDICTS
from panel.dossiers import check_folder, load_dossiers
from panel.errors import InputProblems, Problem, SetupError
from panel.inputs import read_bytes
from panel.materials import Materials, pack_materials
from panel.personas import LoadedPersona, answer_grammar, answer_schema, load_personas
from panel.prompts import PromptSet, load_prompts
from panel.records import Dossier, EngineIdentity, Persona, Seat, content_hashes, sha256_of
from panel.settings import Newsroom, Settings

_SHORT = 10
"""Hexadecimal digits of a hash in a run's name."""


@dataclass(frozen=True, slots=True)
class Exam:
    """What models are measured against.

    Attributes:
        split: which part of the gold.
        tools: by slug, sorted.
        neighbours: every dossier of the gold, those of other splits too, by slug, sorted.
        materials: what reviewers are given.
    """

    split: Split
    tools: dict[str, GoldTool]
    neighbours: dict[str, Dossier]
    materials: Materials

    @property
    def personas(self) -> dict[str, Persona]:
        """The reviewers by slug, in the newsroom's order."""
        return self.materials.personas

    def seats(self, tool: str) -> tuple[Seat, ...]:
        """Return a tool's seats, in the personas' order."""
        return tuple(Seat(tool=tool, persona=persona) for persona in self.personas)

    def gold_sha256(self) -> str:
        """Hash the tools' dossiers and gold verdicts."""
        tools = {
            slug: [tool.dossier.content_sha256(), [one.model_dump(mode="json") for one in tool.verdicts.values()]]
            for slug, tool in self.tools.items()
        }
        return sha256_of([self.split, list(self.personas), tools])


def gather_exam(newsroom: Newsroom, path: Path, *, split: str | None = None, limit: int | None = None) -> Exam:
    """Read an exam whole.

    Args:
        newsroom: whose personas and prompts are used.
        path: a folder that holds `verdicts/` and `dossiers/`, or one file of such a `verdicts/`.
        split: which part of the gold, `train`, `dev` or `test`; else that of the file, and `test` of a folder.
        limit: only the first so many tools, by slug.

    Raises:
        InputProblems: everything that is wrong with the personas, with the prompts or with the gold.
        SetupError: the gold has nothing of that split.
    """
    personas = load_personas(newsroom.personas, order=newsroom.settings.run.personas)
    prompts = load_prompts(newsroom.prompts)
    gold = load_gold(path, [item.persona for item in personas])
    part = Split(split) if split else gold[0].split if path.is_file() else Split.TEST
    chosen = {tool.dossier.slug: tool for tool in gold if tool.split == part}
    if not chosen:
        there = ", ".join(sorted({tool.split for tool in gold}))
        hint = f"There is gold of the split {there}: choose it with --split."
        raise SetupError(f"{path}: there is no gold of the split {part}", hint=hint)
    chosen = dict(list(chosen.items())[:limit])
    folder = path.parent.parent if path.is_file() else path
    known = [tool.dossier for tool in gold]
    if path.is_file():
        # What one file cannot say: which words are rare.
        known += [item.dossier for item in check_folder(folder / DOSSIERS)[0] if item.dossier.slug not in chosen]
    return Exam(
        split=part,
        tools=chosen,
        neighbours={dossier.slug: dossier for dossier in sorted(known, key=lambda dossier: dossier.slug)},
        materials=_gather_materials(folder, tuple(chosen), personas, prompts),
    )


def name_run(exam: Exam, engine: EngineIdentity, settings: Settings, seed: int) -> str:
    """Name a model's run after all that its drafts follow from: the same again has the same name.

    Returns:
        A slug: the split, then short hashes of the model, of the gold, and of how it is asked. What the desk's checks
        would find is not in it: a Panel of another version is another name, and that has to do.
    """
    model = [engine.engine, engine.engine_version, engine.context_tokens, engine.chat_template_sha256]
    model += [engine.model_sha256] if engine.model_sha256 else [engine.base_url, engine.model_name]
    files = {name: data for name, data in exam.materials.files.items() if name.startswith(("personas/", "prompts/"))}
    asked = [
        panel.__version__,
        content_hashes(files),
        _answer_forms(exam),
        settings.sampling.model_dump(mode="json"),
        settings.run.max_revisions,
        seed,
    ]
    hashes = (sha256_of(model), exam.gold_sha256(), sha256_of(asked))
    return "-".join([exam.split, *(sha256[:_SHORT] for sha256 in hashes)])


def _answer_forms(exam: Exam) -> list[Any]:
    """Return what answers are held to: code makes it from personas and dossiers, and code changes."""
    grammars = [
        answer_grammar(persona, tool.dossier) for tool in exam.tools.values() for persona in exam.personas.values()
    ]
    return [[answer_schema(persona) for persona in exam.personas.values()], grammars]


def _gather_materials(
    folder: Path, tools: Sequence[str], personas: Sequence[LoadedPersona], prompts: PromptSet
) -> Materials:
    problems: list[Problem] = []
    verdicts = {}
    for slug in tools:
        name = f"{VERDICTS}/{slug}.yaml"
        verdicts[name] = read_bytes(folder / name, problems, name=name) or b""
    if problems:
        raise InputProblems(problems)
    packed = pack_materials(load_dossiers(folder / DOSSIERS, tools), personas, prompts)
    return replace(packed, files={**packed.files, **verdicts})
