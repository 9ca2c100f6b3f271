"""The materials of a run: its dossiers, personas and prompts, checked whole before anything is started.

A new run gathers them from the newsroom; an old one reads its own copies, so that a dossier mended since does not
change what was reviewed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from panel.checks import CheckSubject
from panel.dossiers import LoadedDossier, Removed, clean_dossier, load_dossiers
from panel.engine import Message
from panel.errors import Corrupt, InputProblems, Problem
from panel.personas import LoadedPersona, load_personas
from panel.prompts import PromptSet, load_prompts
from panel.records import BeatText, Dossier, Finding, Persona, Seat
from panel.store import Run

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Materials:
    """What the reviewers of one run are given.

    Attributes:
        dossiers: by slug, in the run's order, as they were written; reviewers are given what `shown` returns.
        personas: by slug, in the run's order.
        prompts: the templates.
        files: every file read, by its path under a run's `inputs/`, byte for byte.
    """

    dossiers: dict[str, Dossier]
    personas: dict[str, Persona]
    prompts: PromptSet
    files: dict[str, bytes]

    def shown(self, tool: str) -> Dossier:
        """Return a tool's dossier as reviewers read it: without what no reader of its sources saw."""
        return clean_dossier(self.dossiers[tool]).dossier

    def removed(self) -> dict[str, tuple[Removed, ...]]:
        """Tell what reviewers are not shown, by tool; a tool that is shown whole is left out."""
        cleaned = {slug: clean_dossier(dossier).removed for slug, dossier in self.dossiers.items()}
        return {slug: removed for slug, removed in cleaned.items() if removed}

    def messages(self, seat: Seat, *, note: str = "", findings: tuple[Finding, ...] = ()) -> tuple[Message, ...]:
        """Render what a seat is asked: the house's rules, its dossier, its persona, then what is wanted differently.

        Args:
            seat: whose prompt it is.
            note: the editor's, for a redraft.
            findings: of the attempt that is to be written anew.

        Raises:
            SetupError: a template cannot be rendered.
        """
        dossier, persona = self.shown(seat.tool), self.personas[seat.persona]
        parts = [self.prompts.dossier(dossier), self.prompts.persona(persona, dossier)]
        if note:
            parts.append(self.prompts.redraft(note))
        if findings:
            parts.append(self.prompts.revision(findings))
        return (Message("system", (self.prompts.house(),)), Message("user", tuple(parts)))

    def subject(self, seat: Seat, beats: tuple[BeatText, ...]) -> CheckSubject:
        """Put a seat's text together with what it is checked against."""
        return CheckSubject(
            beats=beats,
            persona=self.personas[seat.persona],
            dossier=self.shown(seat.tool),
            other_tools=tuple(self.shown(slug) for slug in self.dossiers if slug != seat.tool),
            prompt_text=self.prompts.house(),
        )


def gather_materials(
    root: Path, tools: Sequence[str], *, personas: Sequence[str] = (), persona_order: Sequence[str] = ()
) -> Materials:
    """Read everything a run needs from a folder with `dossiers/`, `personas/` and `prompts/`.

    Args:
        root: the newsroom, or a run's `inputs/`.
        tools: slugs of dossiers, in order.
        personas: slugs of personas, in order; all when empty.
        persona_order: slugs that come first when all are taken.

    Raises:
        InputProblems: every problem of every file, at once.
    """
    problems: list[Problem] = []
    dossiers = _try(lambda: load_dossiers(root / "dossiers", tools), problems)
    seats = _try(lambda: load_personas(root / "personas", only=personas, order=persona_order), problems)
    prompts = _try(lambda: load_prompts(root / "prompts"), problems)
    if dossiers is None or seats is None or prompts is None:
        raise InputProblems(problems)
    return pack_materials(dossiers, seats, prompts)


def pack_materials(
    dossiers: Sequence[LoadedDossier], personas: Sequence[LoadedPersona], prompts: PromptSet
) -> Materials:
    """Put together what was read, every prompt tried with all of it.

    Raises:
        InputProblems: a prompt cannot be rendered with them.
    """
    problems = prompts.check([item.dossier for item in dossiers], [item.persona for item in personas])
    if problems:
        raise InputProblems(problems)
    return Materials(
        dossiers={item.dossier.slug: item.dossier for item in dossiers},
        personas={item.persona.slug: item.persona for item in personas},
        prompts=prompts,
        files=_files(dossiers, personas, prompts),
    )


def reopen_materials(run: Run) -> Materials:
    """Read a run's own copies.

    Raises:
        Corrupt: a copy is no longer what the manifest says.
    """
    changed = run.changed_inputs()
    if changed:
        raise Corrupt(
            f"the inputs of the run {run.run_id} were changed after it began: {', '.join(changed)}",
            hint="Restore them from a backup, or start a new run from the mended dossiers.",
        )
    return gather_materials(run.inputs, run.manifest.tools, personas=run.manifest.personas)


def _try(load: Callable[[], T], problems: list[Problem]) -> T | None:
    try:
        return load()
    except InputProblems as error:
        problems.extend(error.problems)
        return None


def _files(
    dossiers: Sequence[LoadedDossier], personas: Sequence[LoadedPersona], prompts: PromptSet
) -> dict[str, bytes]:
    files = {f"dossiers/{name}": data for item in dossiers for name, data in item.files.items()}
    files |= {f"personas/{item.file_name}": item.data for item in personas}
    return files | {f"prompts/{name}": data for name, data in prompts.files.items()}
