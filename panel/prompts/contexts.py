"""What each prompt template is given: one typed context each, and nothing else.

The order of the prompt is house rules (the same for all), dossier (the same for a tool's seats), persona, and last
what an editor or a check asks for. So seats share the longest possible beginning, and every instruction that counts
comes after the evidence.
"""

from __future__ import annotations

from dataclasses import dataclass

from panel.records import Dossier, Finding, Persona, Record


@dataclass(frozen=True, slots=True)
class HouseContext:
    """`house.j2`: the rules all reviewers share."""

    words_min: int
    words_max: int


@dataclass(frozen=True, slots=True)
class DossierContext:
    """`dossier.j2`: one tool's dossier."""

    dossier: Dossier
    mark: str
    """A word that the evidence cannot know, set around it."""


@dataclass(frozen=True, slots=True)
class PersonaContext:
    """`persona.j2`: one reviewer, and the tool it is to review."""

    persona: Persona
    tool_name: str


@dataclass(frozen=True, slots=True)
class RevisionContext:
    """`revision.j2`: what the checks found in the last attempt."""

    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class RedraftContext:
    """`redraft.j2`: what the editor wants done differently."""

    note: str


Context = HouseContext | DossierContext | PersonaContext | RevisionContext | RedraftContext

CONTEXTS: dict[str, type[Context]] = {
    "house.j2": HouseContext,
    "dossier.j2": DossierContext,
    "persona.j2": PersonaContext,
    "revision.j2": RevisionContext,
    "redraft.j2": RedraftContext,
}
"""Every template by its file name, with its context."""


def evidence_mark(dossier: Record) -> str:
    """Return the word set around a dossier's evidence.

    It is made from the dossier's own hash: the same for every seat and every day, so that prompts can be shared and
    drafts repeated, yet no excerpt can contain it, since the excerpt is part of what is hashed.
    """
    return f"evidence-{dossier.content_sha256()[:16]}"
