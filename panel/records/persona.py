"""The persona: one reviewer, as a lens, a voice and its ordered beats."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from panel.records.base import BEAT_PATTERN, Line, Prose, Record, Slug

ARGUMENT_MIN_WORDS = 70
ARGUMENT_MAX_WORDS = 130
"""How long a whole argument is, in words: the design's bounds, asked for in prompts and held by a check."""

BeatId = Annotated[str, StringConstraints(pattern=BEAT_PATTERN)]


class Beat(Record):
    """One question a persona always answers, in one or two sentences."""

    id: BeatId
    question: Line
    min_chars: Annotated[int, Field(ge=1, le=2000)] = 40
    max_chars: Annotated[int, Field(ge=20, le=2000)] = 260

    @model_validator(mode="after")
    def _bounds_are_ordered(self) -> Self:
        if self.min_chars >= self.max_chars:
            raise ValueError(f"min_chars ({self.min_chars}) must be below max_chars ({self.max_chars})")
        return self


class Persona(Record):
    """One reviewer. It is a lens, never a person: no human name, no biography."""

    slug: Slug
    name: Annotated[Line, Field(max_length=60)]
    """As readers see it: "Developer experience"."""
    lens: Line
    """What this reviewer looks at, in one line."""
    voice: Prose
    """How it writes."""
    ships_when: Annotated[tuple[Line, ...], Field(min_length=1)]
    skips_when: Annotated[tuple[Line, ...], Field(min_length=1)]
    beats: Annotated[tuple[Beat, ...], Field(min_length=1, max_length=12)]

    @field_validator("beats")
    @classmethod
    def _ids_are_unique(cls, beats: tuple[Beat, ...]) -> tuple[Beat, ...]:
        twice = [ident for ident, count in Counter(beat.id for beat in beats).items() if count > 1]
        if twice:
            raise ValueError(f"the same beat twice: {', '.join(twice)}")
        return beats
