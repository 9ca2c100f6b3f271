"""What a week's digest tells: chosen from a site by rules, with nothing in it that the site does not say.

Deterministic: the same site and week make the same digest. It is the week as it was at its end, with one exception:
what was withdrawn since is not shown, as it is not on the site.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Literal, TypeVar

from panel.digest.weeks import Week
from panel.publish.context import is_scripted
from panel.records import Call, Community, Record, SeatCell, SeatRow, Slug, Tally
from panel.site.model import Correction, Publication, Site

_HALF = Fraction(1, 2)
T = TypeVar("T")


class DigestTool(Record):
    """One tool of a comparison."""

    slug: Slug
    name: str
    tally: Tally
    price: str
    """The entry price."""
    price_as_of: date
    changes: tuple[str, ...] = ()
    """What became new about its verdicts with this publication, a sentence each."""


class DigestEntry(Record):
    """One comparison that was published in the week, as it stood at the week's end."""

    slug: Slug
    title: str
    published_at: datetime
    first_published_at: datetime | None
    """For one published anew: when it first was, before the week. None for a new one."""
    verdict: str
    """The panel verdict, as approved."""
    tools: tuple[DigestTool, ...]
    scripted: bool
    """Whether a script stood in for the model."""


class Voice(Record):
    """One reviewer's last word."""

    name: str
    """The persona's."""
    text: str
    """The beat that ends the argument, whole."""


class DividedPanel(Record):
    """The tool that the panel was most divided on."""

    page: Slug
    tool: Slug
    name: str
    tally: Tally
    ships: tuple[str, ...]
    """The personas that ship it, by name."""
    skips: tuple[str, ...]
    case_for: Voice | None
    case_against: Voice | None
    scripted: bool


class VoteGap(Record):
    """The tool on which the panel and the readers are furthest apart."""

    page: Slug
    tool: Slug
    name: str
    panel: Tally
    readers: Community
    points_apart: int
    """Percentage points between the two shares, rounded half up."""
    scripted: bool


class Digest(Record):
    """One week's digest."""

    schema_version: Literal[1] = 1
    week: str
    """As `Week` writes it: "2026-W47"."""
    site_name: str
    published: tuple[DigestEntry, ...] = ()
    """New comparisons, newest first."""
    updated: tuple[DigestEntry, ...] = ()
    """Comparisons published anew, newest first."""
    corrections: tuple[Correction, ...] = ()
    """What editors changed after publication, newest first."""
    withdrawals: tuple[Correction, ...] = ()
    """Newest first."""
    divided: DividedPanel | None = None
    """None when no panel of the week was divided."""
    gap: VoteGap | None = None
    """None without enough votes on any tool of the week."""
    models: tuple[str, ...] = ()
    """The models that drafted what is shown."""
    approvers: tuple[str, ...] = ()
    """The editors whose approval stands behind what is shown."""

    @property
    def entries(self) -> tuple[DigestEntry, ...]:
        """Every comparison of the week."""
        return self.published + self.updated

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.published or self.updated or self.corrections or self.withdrawals)

    @property
    def is_rehearsal(self) -> bool:
        """Whether any of it was written by a script instead of a model."""
        return any(entry.scripted for entry in self.entries)

    def same_but_for_votes(self, other: Digest) -> bool:
        """Tell whether two digests differ in the readers' votes at most."""
        return self.model_copy(update={"gap": None}) == other.model_copy(update={"gap": None})


def make_digest(site: Site, week: Week) -> Digest:
    """Make a week's digest.

    Args:
        site: the site, whose votes are those of now.
        week: the week; one without anything makes an empty digest.
    """
    shown = _shown(site, week)
    entries = [_entry(site, week, one) for one in shown]
    told = [one for one in site.corrections if week.holds(one.at)]
    return Digest(
        week=str(week),
        site_name=site.site.name,
        published=tuple(entry for entry in entries if entry.first_published_at is None),
        updated=tuple(entry for entry in entries if entry.first_published_at is not None),
        corrections=tuple(one for one in told if one.kind != "withdrawn"),
        withdrawals=tuple(one for one in told if one.kind == "withdrawn"),
        divided=_most_divided(shown),
        gap=_widest_gap(site, shown),
        models=_unique(one.page.how_made.model_name for one in shown if not is_scripted(one.page)),
        approvers=_unique(name for one in shown for name in one.page.how_made.approvers),
    )


def digest_weeks(site: Site) -> tuple[Week, ...]:
    """Return the weeks of which there is something to tell, newest first."""
    moments = [one.published_at for one in site.publications if one.withdrawn_at is None]
    moments += [one.at for one in site.corrections]
    return tuple(sorted({Week.of(moment) for moment in moments}, reverse=True))


def digest_path(week: Week) -> str:
    """Return a digest's place under the site: "digest/2026-W47/"."""
    return f"digest/{week}/"


def _shown(site: Site, week: Week) -> tuple[Publication, ...]:
    """Return, newest first, the last publication of the week at each address, unless it was withdrawn."""
    last = {one.page.slug: one for one in site.publications if week.holds(one.published_at)}
    standing = [one for one in last.values() if one.withdrawn_at is None]
    return tuple(sorted(standing, key=lambda one: (one.published_at, one.page.slug), reverse=True))


def _entry(site: Site, week: Week, publication: Publication) -> DigestEntry:
    page = publication.page
    first = next(one for one in site.publications if one.page.slug == page.slug)
    tools = tuple(
        DigestTool(
            slug=card.dossier.slug,
            name=card.dossier.name,
            tally=card.tally,
            price=card.dossier.pricing.entry,
            price_as_of=card.dossier.pricing.as_of,
            changes=_changes(site, week, card.dossier.slug, page.slug),
        )
        for card in page.tools
    )
    return DigestEntry(
        slug=page.slug,
        title=page.title,
        published_at=publication.published_at,
        first_published_at=first.published_at if first.published_at < week.begins_at else None,
        verdict=page.comparison.verdict,
        tools=tools,
        scripted=is_scripted(page),
    )


def _changes(site: Site, week: Week, tool: str, page: str) -> tuple[str, ...]:
    versions = site.tools[tool].versions if tool in site.tools else ()
    fresh = [one for one in versions if one.page == page and week.holds(one.published_at) and not one.withdrawn_at]
    return _unique(sentence for version in fresh for sentence in version.changes)


def _most_divided(shown: Iterable[Publication]) -> DividedPanel | None:
    """Pick the share nearest to half; of equals the newest, and of those the first on its page."""
    candidates = [
        (one, place)
        for one in shown
        for place, card in enumerate(one.page.tools)
        if 0 < card.tally.ships < card.tally.voted
    ]
    if not candidates:
        return None
    found, place = min(candidates, key=lambda one: abs(_share(one[0].page.tools[one[1]].tally) - _HALF))
    page, card = found.page, found.page.tools[place]
    seats = [(row, row.cells[place]) for row in page.rows]
    return DividedPanel(
        page=page.slug,
        tool=card.dossier.slug,
        name=card.dossier.name,
        tally=card.tally,
        ships=tuple(row.name for row, cell in seats if cell.call is Call.SHIP),
        skips=tuple(row.name for row, cell in seats if cell.call is Call.SKIP),
        case_for=_voice(seats, Call.SHIP),
        case_against=_voice(seats, Call.SKIP),
        scripted=is_scripted(page),
    )


def _voice(seats: Sequence[tuple[SeatRow, SeatCell]], call: Call) -> Voice | None:
    """Return the last word of the first reviewer, in the panel's order, who made this call."""
    for row, cell in seats:
        said = [beat.text for beat in cell.beats if beat.text] if cell.call is call else []
        if said:
            return Voice(name=row.name, text=said[-1])
    return None


def _widest_gap(site: Site, shown: Iterable[Publication]) -> VoteGap | None:
    """Pick the tool whose two shares are furthest apart; of equals the newest, and of those the first on its page."""
    found: list[tuple[Fraction, VoteGap]] = []
    for one in shown:
        for card in one.page.tools:
            slug = card.dossier.slug
            votes = site.shown_votes(site.tools[slug].community) if slug in site.tools else None
            if votes is None or not card.tally.voted:
                continue
            apart = abs(_share(card.tally) - Fraction(votes.ships, votes.votes))
            gap = VoteGap(
                page=one.page.slug,
                tool=slug,
                name=card.dossier.name,
                panel=card.tally,
                readers=votes,
                points_apart=int(100 * apart + _HALF),
                scripted=is_scripted(one.page),
            )
            found.append((apart, gap))
    return max(found, key=lambda one: one[0])[1] if found else None


def _share(tally: Tally) -> Fraction:
    return Fraction(tally.ships, tally.voted)


def _unique(items: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(items))
