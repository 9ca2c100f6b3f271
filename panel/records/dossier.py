"""The dossier: what the panel may know about one tool."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Annotated

from pydantic import Field, HttpUrl, StringConstraints, field_validator

from panel.records.base import Line, Prose, Record, Slug

SHOWN_MAX = 60
EVIDENCE_MAX_CHARS = 2000


class Tier(Record):
    """One row of a price list."""

    name: Line
    price: Annotated[Line, Field(max_length=SHOWN_MAX)]
    """As the maker prints it: "$20 a month"."""
    note: Line | None = None


class Pricing(Record):
    """What the tool costs, when that was true and who says so."""

    entry: Annotated[Line, Field(max_length=SHOWN_MAX)]
    """The entry price as readers see it: "Free", "$19 a month"."""
    tiers: tuple[Tier, ...] = ()
    as_of: date
    source: Line
    url: HttpUrl | None = None


class Evidence(Record):
    """One excerpt the reviewers may lean on."""

    id: Slug
    source: Line
    """Who wrote it: "Model card", "Release notes 2.1"."""
    url: HttpUrl | None = None
    retrieved: date
    """The day it was read."""
    text: Annotated[str, StringConstraints(min_length=1, max_length=EVIDENCE_MAX_CHARS)]
    """The excerpt itself, 1 to 2,000 characters; in YAML it may stand in a `file` beside the dossier instead."""


class Dossier(Record):
    """What the panel may know about one tool: facts, price, licence, dated excerpts."""

    slug: Slug
    name: Annotated[Line, Field(max_length=SHOWN_MAX)]
    maker: Annotated[Line, Field(max_length=SHOWN_MAX)]
    category: Annotated[Line, Field(max_length=SHOWN_MAX)]
    tagline: Line
    """One line, as it stands under the name."""
    description: Prose
    url: HttpUrl | None = None
    licence: Line
    pricing: Pricing
    model_family: Line | None = None
    """The model the tool is or wraps ("Mistral", "SmolVLM2"); none where there is none."""
    rivals: tuple[Line, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    @field_validator("evidence")
    @classmethod
    def _ids_are_unique(cls, evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
        twice = [ident for ident, count in Counter(item.id for item in evidence).items() if count > 1]
        if twice:
            raise ValueError(f"the same evidence id twice: {', '.join(twice)}")
        return evidence
