"""Prompt templates: loading them whole, and rendering each from its one typed context."""

from panel.prompts.contexts import (
    CONTEXTS,
    DossierContext,
    HouseContext,
    PersonaContext,
    RedraftContext,
    RevisionContext,
)
from panel.prompts.templates import PromptSet, load_prompts

__all__ = [
    "CONTEXTS",
    "DossierContext",
    "HouseContext",
    "PersonaContext",
    "PromptSet",
    "RedraftContext",
    "RevisionContext",
    "load_prompts",
]
