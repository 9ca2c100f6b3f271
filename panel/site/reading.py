"""From a newsroom's folders to its publications: every page that was ever published, as its journal names it.

Only journals and kept pages are read. What an editor has done to a run since it was published is not looked at: the
site shows what was approved when it was published, until it is published anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from panel.editorial.published import read_published
from panel.editorial.releases import Releases
from panel.errors import PanelError
from panel.materials import reopen_materials
from panel.records import Action, Community, Entry, Page, Persona
from panel.settings import Newsroom
from panel.site.gathering import make_site
from panel.site.model import Change, Publication, Site
from panel.store import Run, RunStore, open_folder

_CHANGES = (Action.EDIT, Action.FLIP, Action.REDRAFT)
TAKEN_BACK = "An earlier change was taken back."


def read_site(newsroom: Newsroom, *, votes: Mapping[str, Community] | None = None, out: str = "site") -> Site:
    """Read the site of a newsroom.

    Args:
        newsroom: its runs, releases and settings.
        votes: readers' votes by tool.
        out: where the pages were published, as the journals name it.

    Raises:
        IllegalMove: a release was cut short.
        Corrupt, NotFound: a journal or a published page is not what it was.
    """
    releases = Releases(newsroom.releases)
    releases.refuse_unfinished()
    runs = RunStore(newsroom.runs)
    published = read_all_publications(runs, out)
    settings = newsroom.settings
    return make_site(
        published,
        site=settings.site,
        publication=settings.publication,
        readers=settings.readers,
        votes=votes,
        pairs=releases.pairs(),
        personas=_personas(runs, published, settings.run.personas),
    )


def read_all_publications(runs: RunStore, out: str) -> tuple[Publication, ...]:
    """Read what every run published in a place, run by run; errors as `read_publications`."""
    # By folder: opening a run by its name lists all runs.
    return tuple(one for name in runs.names() for one in read_publications(open_folder(runs.root / name), out))


def read_publications(run: Run, out: str) -> tuple[Publication, ...]:
    """Read what a run published in a place, oldest first.

    Raises:
        Corrupt, NotFound: its journal or a published page is not what it was.
    """
    made: list[Publication] = []
    since: list[Entry] = []
    pages: dict[str, Page] = {}
    standing = False
    for entry in run.journal.read().entries:
        if entry.action is Action.PUBLISH and entry.out == out and entry.after:
            if entry.restores is not None and standing:
                made[-1] = _withdrawn(made[-1], entry)
            page = pages.get(entry.after) or read_published(run, entry)
            pages[entry.after] = page.model_copy(update={"published_at": entry.published_at})
            changes = _changes(since) if made and entry.restores is None else ()
            made.append(_publication(run, entry, pages[entry.after], changes))
            since, standing = [], True
        elif entry.action is Action.UNPUBLISH and entry.out == out and standing:
            made[-1] = _withdrawn(made[-1], entry)
            standing = False
        else:
            since.append(entry)
    return tuple(made)


def _publication(run: Run, entry: Entry, page: Page, changes: tuple[Change, ...]) -> Publication:
    assert entry.after is not None and page.published_at is not None
    return Publication(
        run_id=run.run_id,
        seq=entry.seq,
        sha256=entry.after,
        page=page,
        published_at=page.published_at,
        at=entry.at,
        author=entry.author,
        changes=changes,
    )


def _withdrawn(publication: Publication, entry: Entry) -> Publication:
    update: dict[str, Any] = {
        "withdrawn_at": entry.at,
        "withdrawn_because": entry.reason,
        "reverted": entry.release is not None,
    }
    return publication.model_copy(update=update)


def _changes(entries: Sequence[Entry]) -> tuple[Change, ...]:
    """Find what editors changed, without what they took back themselves before readers saw it."""
    standing: dict[int, Change] = {}
    for entry in entries:
        if entry.seat is None:
            continue
        if entry.action in _CHANGES:
            standing[entry.seq] = _change(entry, entry.action, entry.reason)
        elif entry.action is Action.UNDO and entry.undoes in standing:
            del standing[entry.undoes]
        elif entry.action is Action.UNDO and entry.before != entry.after:
            standing[entry.seq] = _change(entry, Action.EDIT, entry.reason or TAKEN_BACK)
    return tuple(standing.values())


def _change(entry: Entry, action: Action, reason: str) -> Change:
    assert entry.seat is not None
    return Change(
        at=entry.at,
        author=entry.author,
        action=action,
        tool=entry.seat.tool,
        persona=entry.seat.persona,
        reason=reason,
    )


def _personas(runs: RunStore, published: Sequence[Publication], order: Sequence[str]) -> tuple[Persona, ...]:
    """Return the personas of the publications that stand, each as the newest of them used it."""
    found: dict[str, Persona] = {}
    opened: set[str] = set()
    standing = [one for one in published if one.withdrawn_at is None]
    for one in sorted(standing, key=lambda one: one.at, reverse=True):
        wanted = {row.persona for row in one.page.rows}
        if one.run_id in opened or wanted <= found.keys():
            continue
        opened.add(one.run_id)
        try:
            materials = reopen_materials(open_folder(runs.root / one.run_id))
        except PanelError:
            # A run whose inputs were changed since cannot explain itself; the page it published stands all the same.
            continue
        for slug, persona in materials.personas.items():
            found.setdefault(slug, persona)
    places = {slug: place for place, slug in enumerate(order)}
    return tuple(sorted(found.values(), key=lambda one: (places.get(one.slug, len(places)), one.slug)))
