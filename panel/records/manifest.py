"""The manifest: everything that went into a run, by name and hash."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, AwareDatetime, Field

from panel.records.base import Raw, Record, Sha256, Slug
from panel.records.verdict import Seat


class Sampling(Record):
    """How tokens are chosen. Every setting is explicit, so that nothing hides in a library's default."""

    temperature: Annotated[float, Field(ge=0, le=5)] = 0.3
    """0 is greedy."""
    top_k: Annotated[int, Field(ge=0)] = 40
    """0 is off."""
    top_p: Annotated[float, Field(gt=0, le=1)] = 0.95
    min_p: Annotated[float, Field(ge=0, lt=1)] = 0.08
    repetition_penalty: Annotated[float, Field(ge=1, le=3)] = 1.15
    presence_penalty: Annotated[float, Field(ge=0, le=5)] = 0.0
    penalty_window: Annotated[int, Field(ge=0)] = 256
    """How many of the answer's last tokens the penalties look at."""
    dry_multiplier: Annotated[float, Field(ge=0, le=10)] = 0.0
    """0 is off. A token that would continue a repetition of more than `dry_allowed_length` tokens loses
    `dry_multiplier * dry_base ** (length - dry_allowed_length)`, as llama.cpp's DRY sampler does."""
    dry_base: Annotated[float, Field(ge=1, le=4)] = 1.75
    dry_allowed_length: Annotated[int, Field(ge=1, le=64)] = 2


class EngineIdentity(Record):
    """Which model wrote, down to its bytes."""

    engine: Literal["llama", "server", "scripted"]
    engine_version: str
    """The library's version: "llama-cpp-python 0.3.36"; for the scripted engine, Panel's own; for a server, what it
    says of itself."""
    model_name: str
    model_path: str | None = None
    model_sha256: Sha256 | None = None
    model_bytes: int | None = None
    quantization: str | None = None
    chat_template_sha256: Sha256 | None = None
    context_tokens: Annotated[int, Field(ge=1)]
    threads: Annotated[int, Field(ge=1)] = 1
    source_sha256: Sha256 | None = None
    """Of the file that the model's file was prepared from by `panel model prepare`; None when it is used as it came."""
    base_sha256: Sha256 | None = None
    """For the house model: of the model under its adapter."""
    adapter_sha256: Sha256 | None = None
    """For the house model: of its adapter."""
    base_url: str | None = None
    """For a server: its address, without any key."""
    seats_at_once: Annotated[int, Field(ge=1)] = 1
    """How many seats are written at once."""
    steady: bool | None = None
    """Whether a seat's text is the same whatever else is written beside it; None when nobody knows."""


class Independence(Record):
    """How many independent reviewers a panel on one model is worth, as far as that is known."""

    reviewers: Annotated[int, Field(ge=1)]
    votes: Annotated[float, Field(ge=1)] | None = None
    """1 to `reviewers`; none when nobody knows."""
    low: float | None = None
    """The lower end of its 95 % interval."""
    high: float | None = None
    """The upper end."""
    tools: Annotated[int, Field(ge=0)] = 0
    """Over how many tools the calls were compared."""
    source: Literal["newsroom", "corpus", "none"] = "none"
    """Whose calls those are: of the newsroom's own runs, or of an evaluation over the corpus."""
    text: str
    """All of it in a sentence for editors; "" on a page."""


class Interest(Record):
    """One tool that the reviewing model is too near to."""

    tool: Slug
    for_run: str
    """What an editor is told; "" on a page."""
    for_page: str
    """What a reader is told."""


class Disclosure(Record):
    """What readers are to know of a panel's independence, as it was known when the run began."""

    independence: Independence
    interests: tuple[Interest, ...] = ()
    knows_maker: bool
    """Whether the maker of the reviewing model is known; without it no interest can be found."""

    def for_page(self) -> Disclosure:
        """Return the disclosure as readers may see it: without what is said to editors alone."""
        interests = tuple(one.model_copy(update={"for_run": ""}) for one in self.interests)
        independence = self.independence.model_copy(update={"text": ""})
        return self.model_copy(update={"independence": independence, "interests": interests})


def _stay_inside(name: str) -> str:
    if "\\" in name or "\0" in name or any(part in ("", ".", "..") for part in name.split("/")):
        raise ValueError("must be a path below inputs/, with / between its parts and without . and ..")
    return name


def _refuse_twins(slugs: Sequence[str]) -> Sequence[str]:
    twice = sorted({slug for slug in slugs if slugs.count(slug) > 1})
    if twice:
        raise ValueError(f"the same twice: {', '.join(twice)}")
    return slugs


InputPath = Annotated[Raw, AfterValidator(_stay_inside)]
"""A file's path below `inputs/`: it cannot lead out of there."""

Slugs = Annotated[tuple[Slug, ...], Field(min_length=1), AfterValidator(_refuse_twins)]


class Manifest(Record):
    """What `run.json` holds. Written once, before the first draft; never changed."""

    later: ClassVar[frozenset[str]] = frozenset({"disclosure"})

    schema_version: Literal[1] = 1
    run_id: Slug
    created_at: AwareDatetime
    panel_version: str
    tools: Slugs
    personas: Slugs
    seed: Annotated[int, Field(ge=0, lt=2**32)]
    engine: EngineIdentity
    sampling: Sampling
    max_revisions: Annotated[int, Field(ge=0, le=5)]
    max_retries: Annotated[int, Field(ge=0, le=10)]
    seat_timeout_s: Annotated[float, Field(gt=0)]
    inputs: dict[InputPath, Sha256]
    """Every file under `inputs/`, by its path there, with the SHA-256 of its bytes."""
    versions: dict[str, str]
    """Libraries that shape a draft, by package name."""
    disclosure: Disclosure | None = None
    """What the page tells of the panel's independence; none for a script, which is no panel."""

    @property
    def seats(self) -> tuple[Seat, ...]:
        """Every seat of the run: tool by tool, personas in order."""
        return tuple(Seat(tool=tool, persona=persona) for tool in self.tools for persona in self.personas)
