"""The newsroom's settings: `panel.toml`, checked whole, every problem at once.

A setting left out has the default written here; the packaged `panel.toml` says the same things in comments.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

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


class PublicationSettings(Record):
    """What surrounds the pages: where they will be found, and what is made beside them."""

    base_url: Annotated[str, Field(max_length=200, pattern=r"^https?://[^\s\"'<>;,?#]+/$")] = "http://localhost:8000/"
    """Where readers find the site, with its last slash: canonical addresses, feeds and mails begin with it."""
    description: Annotated[str, Field(max_length=300)] = "Ship or skip: AI tools, argued from four sides."
    """What the publication is, in a sentence: on the home page, in feeds and for search engines."""
    pairs: Literal["asked", "all"] = "asked"
    """Which comparisons are made of verdicts that stand: those asked for by `panel compare`, or all of a category."""
    votes_shown_from: Annotated[int, Field(ge=1, le=1_000_000)] = 20
    """How many readers must have voted on a tool before their share is shown."""
    home_items: Annotated[int, Field(ge=1, le=100)] = 12
    """How many entries each list on the home page has."""


class DeskSettings(Record):
    """What the desk asks of editors."""

    price_days: Annotated[int, Field(ge=0, le=3650)] = 90
    """How many days ago a price may have been read; an older one keeps its tool from publication. 0: any age."""


class ReadersSettings(Record):
    """The service that takes readers' votes and sign-ups, `panel serve`."""

    url: Annotated[str, Field(max_length=200, pattern=r"^(https?://[^\s\"'<>;,?#]+[^/\s\"'<>;,?#]|)$")] = ""
    """Where the service is, without a last slash; "" where it serves the site too."""
    vote_form: Annotated[bool, Field(strict=True)] = True
    """Whether pages ask readers for a vote."""
    votes_per_hour: Annotated[int, Field(ge=1, le=100_000)] = 60
    """How many votes are taken from one network address in an hour."""
    signups_per_hour: Annotated[int, Field(ge=1, le=100_000)] = 10
    """How many sign-ups are taken from one network address in an hour."""
    behind_proxy: Annotated[bool, Field(strict=True)] = False
    """Whether a reader's address is the last one in `X-Forwarded-For`, as a reverse proxy writes it."""


class MailSettings(Record):
    """How mails are sent: confirmations of sign-ups, and the weekly digest."""

    sender: Annotated[str, Field(max_length=200, pattern=r"^[^\r\n]*$")] = ""
    """As readers see it: "Panel <weekly@panel.example>"; "" sends nothing."""
    postal_address: Annotated[str, Field(max_length=200, pattern=r"^[^\r\n]*$")] = ""
    """The publisher's postal address, which many countries want at the end of a newsletter."""
    smtp_host: Annotated[str, Field(max_length=253, pattern=r"^[A-Za-z0-9.:-]*$")] = "localhost"
    smtp_port: Annotated[int, Field(ge=1, le=65_535)] = 587
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: Annotated[str, Field(max_length=200)] = ""
    """Who logs in, with the password in `PANEL_SMTP_PASSWORD`; "" logs nobody in."""
    per_minute: Annotated[int, Field(ge=1, le=100_000)] = 60
    """How many mails are sent in a minute, at most."""


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
    publication: PublicationSettings = PublicationSettings()
    desk: DeskSettings = DeskSettings()
    readers: ReadersSettings = ReadersSettings()
    mail: MailSettings = MailSettings()
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
        """Where approved pages are published, each whole in itself."""
        return self.root / "site"

    @property
    def public(self) -> Path:
        """Where the whole site is built, for any web server."""
        return self.root / "public"

    @property
    def releases(self) -> Path:
        """Where the journal of releases and pairs is kept."""
        return self.root / "releases"

    @property
    def templates(self) -> Path:
        """Where the newsroom's own templates are, which come before the packaged ones; need not be there."""
        return self.root / "templates"

    @property
    def reader_store(self) -> Path:
        """Where readers' votes and addresses are kept."""
        return self.root / "readers" / "readers.sqlite"

    @property
    def digests(self) -> Path:
        """Where the weekly mails are made, and who was sent them."""
        return self.root / "digests"


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
