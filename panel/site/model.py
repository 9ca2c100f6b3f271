"""What a site is: publications in order, and the tools, comparisons and categories that follow from them.

Everything here is made of pages that passed the editorial gate. The records are also the site's public data: each page
has a JSON twin, and the twins' schema is these records.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from panel.records import Action, Community, Dossier, HowMade, Page, Persona, Record, SeatRow, Sha256, Slug, Tally
from panel.settings import PublicationSettings, ReadersSettings, SiteSettings


class Change(Record):
    """One thing an editor did to words that readers could already see, and published anew."""

    at: datetime
    author: str
    action: Action
    """`edit`, `flip` or `redraft`."""
    tool: Slug
    persona: Slug
    reason: str
    """As the editor gave it; "" only for a redraft without a note."""


class Publication(Record):
    """One page that was published, at one time."""

    run_id: Slug
    seq: int
    """The journal entry of the run that published it."""
    sha256: Sha256
    """Of the page without its date: what the journal names."""
    page: Page
    published_at: datetime
    """The date that the page carries."""
    at: datetime
    """When the journal says it was published; later than the page's date for one that was brought back."""
    author: str
    """Who published it."""
    changes: tuple[Change, ...] = ()
    """What editors changed since this run's publication before, oldest first."""
    withdrawn_at: datetime | None = None
    """When it, or the one that had replaced it, was taken off the site; None for one that was not."""
    withdrawn_because: str = ""
    reverted: bool = False
    """Whether it was taken back with its release, so that what it had replaced stands again."""


class Correction(Record):
    """A change after publication, or a withdrawal, as readers are told of it. Newest first on the site."""

    at: datetime
    """When readers got it: the date of the publication that carries it, or of the withdrawal."""
    kind: Literal["edit", "flip", "redraft", "withdrawn"]
    author: str
    reason: str
    page: Slug
    """The comparison it was about."""
    title: str
    """That comparison's."""
    tool: Slug | None = None
    """None for a withdrawal."""
    tool_name: str = ""
    persona: Slug | None = None
    persona_name: str = ""


class ToolVersion(Record):
    """One tool's verdicts as they were published at one time."""

    n: int
    """1 for the first; the next number is given when a word, a call or a fact of the dossier changed."""
    published_at: datetime
    run_id: Slug
    page: Slug
    """The comparison that it was published in."""
    dossier: Dossier
    tally: Tally
    rows: tuple[SeatRow, ...]
    """One a persona, each with this tool's one cell."""
    how_made: HowMade
    changes: tuple[str, ...] = ()
    """What is new since the version before, a sentence each; () for the first."""
    corrections: tuple[Correction, ...] = ()
    """The editors' changes that led to it, oldest first."""
    withdrawn_at: datetime | None = None
    """When the publication that carried it was taken back; its words are not shown any more."""
    withdrawn_because: str = ""


def current_version(versions: Sequence[ToolVersion]) -> ToolVersion:
    """Return the version that stands: the newest that is not withdrawn, of which there is one."""
    return next(version for version in reversed(versions) if version.withdrawn_at is None)


class ComparisonRef(Record):
    """A link to a comparison."""

    slug: Slug
    title: str
    tools: tuple[Slug, ...]
    kind: Literal["panel", "pair"]
    published_at: datetime


class ToolPage(Record):
    """One tool. Its place is `tools/<slug>/`; version n of its verdicts stays at `tools/<slug>/verdicts/<n>/`."""

    schema_version: Literal[1] = 1
    slug: Slug
    category: Slug
    """The category's slug; its name is the dossier's."""
    versions: tuple[ToolVersion, ...]
    """Oldest first; the last one that is not withdrawn stands."""
    comparisons: tuple[ComparisonRef, ...]
    """Newest first."""
    community: Community | None
    """Readers' votes, whatever their number; None without any."""

    @property
    def current(self) -> ToolVersion:
        """The version that stands: the newest that is not withdrawn."""
        return current_version(self.versions)

    @property
    def name(self) -> str:
        """The tool's name."""
        return self.current.dossier.name


class ComparisonPage(Record):
    """One comparison, whole. Its place is `compare/<slug>/`."""

    schema_version: Literal[1] = 1
    slug: Slug
    kind: Literal["panel", "pair"]
    """Whether a run drafted these tools together and editors approved the page, or Panel set verdicts side by side that
    were approved each for itself."""
    page: Page
    """What was approved; for a pair, made of approved seats by rules. Holds no votes."""
    sha256: Sha256
    """Of `page` without its date; for a pair, of the names of the verdicts it is made of."""
    community: tuple[Community | None, ...]
    """Readers' votes by tool, in the page's order, whatever their number."""
    corrections: tuple[Correction, ...] = ()
    """Newest first."""
    sources: tuple[ComparisonRef, ...] = ()
    """For a pair: the comparisons that its seats were published in."""

    @property
    def ref(self) -> ComparisonRef:
        """A link to it."""
        assert self.page.published_at is not None
        tools = tuple(card.dossier.slug for card in self.page.tools)
        return ComparisonRef(
            slug=self.slug, title=self.page.title, tools=tools, kind=self.kind, published_at=self.page.published_at
        )


class CategoryPage(Record):
    """One category. Its place is `categories/<slug>/`."""

    schema_version: Literal[1] = 1
    slug: Slug
    name: str
    tools: tuple[Slug, ...]
    """By ship share, then by name."""
    comparisons: tuple[ComparisonRef, ...]
    """Newest first."""


@dataclass(frozen=True, slots=True)
class Site:
    """Everything that is on a site.

    Attributes:
        site: the publication's name and newsletter address.
        publication: its other settings.
        readers: how readers vote and sign up.
        tools: by slug, sorted by slug.
        comparisons: by slug, newest first.
        categories: by slug, sorted by name.
        corrections: newest first.
        personas: of the methodology page: as the newest publication of each persona used them, in the panel's order.
        publications: every publication that was ever made, oldest first; of withdrawn ones the page must not be shown.
    """

    site: SiteSettings
    publication: PublicationSettings
    readers: ReadersSettings
    tools: Mapping[str, ToolPage] = field(default_factory=dict)
    comparisons: Mapping[str, ComparisonPage] = field(default_factory=dict)
    categories: Mapping[str, CategoryPage] = field(default_factory=dict)
    corrections: tuple[Correction, ...] = ()
    personas: tuple[Persona, ...] = ()
    publications: tuple[Publication, ...] = ()

    @property
    def updated_at(self) -> datetime | None:
        """When its content last changed; None for a site without any. Nothing depends on when it was built."""
        dates = [page.ref.published_at for page in self.comparisons.values()]
        return max((*dates, *(item.at for item in self.corrections)), default=None)

    def shown_votes(self, votes: Community | None) -> Community | None:
        """Return votes when there are enough of them to be shown."""
        return votes if votes and votes.votes >= self.publication.votes_shown_from else None

    def compared(self) -> Iterator[ComparisonPage]:
        """Yield the comparisons that a panel drafted, newest first."""
        return (page for page in self.comparisons.values() if page.kind == "panel")


def tool_path(slug: str) -> str:
    """Return a tool page's place under the site: "tools/aider/"."""
    return f"tools/{slug}/"


def version_path(slug: str, n: int) -> str:
    """Return where one version of a tool's verdicts stays readable."""
    return f"tools/{slug}/verdicts/{n}/"


def comparison_path(slug: str) -> str:
    """Return a comparison's place under the site."""
    return f"compare/{slug}/"


def category_path(slug: str) -> str:
    """Return a category's place under the site."""
    return f"categories/{slug}/"
