"""The newsroom's settings: `panel.toml`, checked whole, every problem at once.

A setting left out has the default written here; the packaged `panel.toml` says the same things in comments.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from panel.errors import InputProblems, NotFound, Problem
from panel.inputs import YamlTree, read_text, record_problems
from panel.records import Record, Sampling, Slug

FILE_NAME = "panel.toml"


class SiteSettings(Record):
    """The publication."""

    name: Annotated[str, Field(min_length=1, max_length=80)] = "Panel"
    """The publication's name, as readers see it."""
    newsletter_action: Annotated[str, Field(max_length=300, pattern=r"^(https?://[^\s\"'<>;,]+|/[^\s\"'<>;,]*|)$")] = ""
    """Where the newsletter form posts: an address or a path on the site; "" leaves the form out."""


class ModelSettings(Record):
    """Which model drafts, and how much of the machine it may have."""

    path: Annotated[str, Field(min_length=1)] = "embedded"
    """`embedded`, `embedded-base`, or the path of a GGUF, relative to the newsroom."""
    prepared: Annotated[bool, Field(strict=True)] = True
    """Whether the form that `panel model prepare` made of the file is used, where there is one."""
    context_tokens: Annotated[int, Field(ge=512, le=1_048_576)] = 4096
    threads: Annotated[int, Field(ge=0, le=1024)] = 0
    """0: one for each physical core that the process may use."""
    seats_at_once: Annotated[int, Field(ge=1, le=64)] = 8
    """How many seats are written at once, at most; fewer where memory does not allow them."""
    memory_limit_mb: Annotated[int, Field(ge=0, le=16_777_216)] = 0
    """What the model may have of memory, in MiB; 0: four fifths of what is free."""
    steady: Annotated[bool, Field(strict=True)] = False
    """Whether a text must not depend on what is written beside it, even where that costs time."""
    url: Annotated[str, Field(max_length=300, pattern=r"^(https?://[^\s\"'<>]+|)$")] = ""
    """The address of an OpenAI-compatible server, up to its `/v1`, that drafts instead of a file."""
    url_model: Annotated[str, Field(max_length=200)] = ""
    """Which of the server's models; "" where it serves only one."""


class RunSettings(Record):
    """How a run is drafted."""

    seed: Annotated[int, Field(ge=0, lt=2**32)] = 1
    personas: tuple[Slug, ...] = ()
    """Their order; personas not named here follow by name."""
    max_revisions: Annotated[int, Field(ge=0, le=5)] = 2
    """How often a draft with findings is written anew."""
    max_retries: Annotated[int, Field(ge=0, le=10)] = 2
    """How often a failing engine is asked again before a seat is missing."""
    seat_timeout_s: Annotated[float, Field(gt=0, le=86_400)] = 600.0


class Settings(Record):
    """`panel.toml`."""

    site: SiteSettings = SiteSettings()
    model: ModelSettings = ModelSettings()
    run: RunSettings = RunSettings()
    sampling: Sampling = Sampling()


@dataclass(frozen=True, slots=True)
class Newsroom:
    """The folder a desk works in, and its settings."""

    root: Path
    settings: Settings

    @property
    def dossiers(self) -> Path:
        """Where dossiers are."""
        return self.root / "dossiers"

    @property
    def personas(self) -> Path:
        """Where personas are."""
        return self.root / "personas"

    @property
    def prompts(self) -> Path:
        """Where prompt templates are."""
        return self.root / "prompts"

    @property
    def runs(self) -> Path:
        """Where runs are kept."""
        return self.root / "runs"

    @property
    def site(self) -> Path:
        """Where pages are published."""
        return self.root / "site"


def find_newsroom(start: Path) -> Newsroom:
    """Find the newsroom a folder is in: the nearest folder upward that holds a `panel.toml`.

    Raises:
        NotFound: there is none.
        InputProblems: its settings are wrong.
    """
    for folder in (start, *start.parents):
        if (folder / FILE_NAME).is_file():
            return Newsroom(folder, load_settings(folder / FILE_NAME))
    raise NotFound(
        f"no newsroom here: neither {start} nor a folder above it has a {FILE_NAME}",
        hint="Make one with `panel init DIR`, or go into one.",
    )


def load_settings(path: Path) -> Settings:
    """Read `panel.toml`.

    Raises:
        InputProblems: every problem, with line and field.
    """
    problems: list[Problem] = []
    text = read_text(path, problems, name=path.name)
    if text is not None:
        try:
            return Settings.model_validate(tomllib.loads(text))
        except ValidationError as error:
            problems.extend(record_problems(error, path.name, YamlTree(lines=_toml_lines(text))))
        except RecursionError:
            problems.append(Problem(path.name, 0, "", "not valid TOML: nested too deeply"))
        except ValueError as error:
            # tomllib's own error, or Python's for a number of five thousand digits.
            line = re.search(r"at line (\d+)", str(error))
            problems.append(Problem(path.name, int(line[1]) if line else 0, "", f"not valid TOML: {error}"))
    raise InputProblems(problems)


def _toml_lines(text: str) -> dict[tuple[str | int, ...], int]:
    """Find the line of each table and key, as people write them: one key a line under a `[table]`."""
    lines: dict[tuple[str | int, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if found := re.match(r"\s*\[\s*([\w.-]+)\s*\]", line):
            table = tuple(found[1].split("."))
            lines.setdefault(table, number)
        elif found := re.match(r"\s*([\w.-]+)\s*=", line):
            lines.setdefault((*table, *found[1].split(".")), number)
    return lines
