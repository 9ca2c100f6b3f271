"""The persona: one reviewer, as a lens, a voice and its ordered beats."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any, Literal, Self

from pydantic import (
    Field,
    SerializerFunctionWrapHandler,
    StringConstraints,
    field_validator,
    model_serializer,
    model_validator,
)

from panel.records.base import BEAT_PATTERN, Line, Prose, Record, Slug

ARGUMENT_MIN_WORDS = 70
ARGUMENT_MAX_WORDS = 130
"""How long a whole argument is, in words: the design's bounds, asked for in prompts and held by a check."""

BeatId = Annotated[str, StringConstraints(pattern=BEAT_PATTERN)]


MOST_YEARS = 50

Year = Annotated[int, Field(ge=1900, le=2200)]


class Beat(Record):
    """One question a persona always answers, in one or two sentences."""

    id: BeatId
    question: Line
    min_chars: Annotated[int, Field(ge=1, le=2000)] = 40
    max_chars: Annotated[int, Field(ge=20, le=2000)] = 260
    years: tuple[Year, Year] | None = None
    """The first and the last year that the answer may name beside the dossier's, for a beat that has to forecast."""

    @model_serializer(mode="wrap")
    def _leave_out_no_years(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return _without(write(self), "years", None)

    @property
    def forecast_years(self) -> tuple[int, ...]:
        """Every year that `years` spans; none where it is not set."""
        return tuple(range(self.years[0], self.years[1] + 1)) if self.years else ()

    @model_validator(mode="after")
    def _bounds_are_ordered(self) -> Self:
        if self.min_chars >= self.max_chars:
            raise ValueError(f"min_chars ({self.min_chars}) must be below max_chars ({self.max_chars})")
        if self.years and not 0 <= self.years[1] - self.years[0] <= MOST_YEARS:
            raise ValueError(f"years must be a first and a last one, at most {MOST_YEARS} apart")
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
    facts: Literal["locked", "free"] = "locked"
    """Whether its drafts may hold numbers only as the dossier has them, or any."""

    @model_serializer(mode="wrap")
    def _leave_out_lock(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return _without(write(self), "facts", "locked")

    @field_validator("beats")
    @classmethod
    def _ids_are_unique(cls, beats: tuple[Beat, ...]) -> tuple[Beat, ...]:
        twice = [ident for ident, count in Counter(beat.id for beat in beats).items() if count > 1]
        if twice:
            raise ValueError(f"the same beat twice: {', '.join(twice)}")
        return beats


def _without(data: dict[str, Any], field: str, usual: object) -> dict[str, Any]:
    """Leave a field that is as usual out: it is younger than the records whose hashes editors have approved."""
    if data.get(field) == usual:
        data.pop(field, None)
    return data
