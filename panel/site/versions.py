"""The history of each tool's verdicts: a new version whenever a word, a call or a fact of the dossier changed."""

from __future__ import annotations

from collections.abc import Iterable

from panel.records import Page, SeatRow, Tally, sha256_of, write_day
from panel.site.model import Correction, Publication, ToolVersion


def make_versions(
    ordered: Iterable[Publication], corrections: Iterable[Correction]
) -> dict[str, tuple[ToolVersion, ...]]:
    """Make the versions of every tool that has a verdict which stands.

    A publication that was withdrawn keeps its number and is not shown; a tool all of whose publications were withdrawn
    has no page.

    Args:
        ordered: every publication, oldest first.
        corrections: of all publications.

    Returns:
        The versions by tool, oldest first.
    """
    told = tuple(corrections)
    versions: dict[str, list[ToolVersion]] = {}
    keys: dict[str, str] = {}
    for publication in ordered:
        for place, card in enumerate(publication.page.tools):
            tool = card.dossier.slug
            key = _key(publication.page, place)
            before = versions.setdefault(tool, [])
            if before and keys[tool] == key and before[-1].withdrawn_at is None:
                continue
            keys[tool] = key
            before.append(_version(publication, place, before[-1] if before else None, told))
    return {
        tool: tuple(of_tool) for tool, of_tool in versions.items() if any(one.withdrawn_at is None for one in of_tool)
    }


def _key(page: Page, place: int) -> str:
    """Hash what readers are told of one tool: facts, words, calls and what was kept, not who approved them when."""
    cells = [row.cells[place] for row in page.rows]
    said = [
        [one.seat.persona, one.call, [beat.text for beat in one.beats], one.acknowledged, one.swayed] for one in cells
    ]
    return sha256_of([page.tools[place].dossier.content_sha256(), said])


def _version(
    publication: Publication, place: int, before: ToolVersion | None, corrections: Iterable[Correction]
) -> ToolVersion:
    page = publication.page
    card = page.tools[place]
    rows = tuple(row.model_copy(update={"cells": (row.cells[place],)}) for row in page.rows)
    return ToolVersion(
        n=before.n + 1 if before else 1,
        published_at=publication.published_at,
        run_id=publication.run_id,
        page=page.slug,
        dossier=card.dossier,
        tally=card.tally,
        rows=rows,
        how_made=page.how_made,
        changes=_changes(before, card.tally, rows, publication) if before else (),
        corrections=tuple(
            one
            for one in reversed(tuple(corrections))
            if one.page == page.slug and one.at == publication.published_at and one.tool == card.dossier.slug
        ),
        withdrawn_at=publication.withdrawn_at,
        withdrawn_because=publication.withdrawn_because,
    )


def _changes(before: ToolVersion, tally: Tally, rows: tuple[SeatRow, ...], publication: Publication) -> tuple[str, ...]:
    """Say what is new, a sentence each."""
    told = []
    earlier = {row.persona: row for row in before.rows}
    if publication.run_id != before.run_id:
        told.append("Reviewed anew by the panel.")
    if tally.label != before.tally.label:
        told.append(f"Now {tally.label}; it was {before.tally.label}.")
    for row in rows:
        old = earlier.pop(row.persona, None)
        now = row.cells[0]
        if old is None:
            told.append(f"{row.name} is new on the panel.")
        elif old.cells[0].call is not now.call and now.call is not None:
            was = old.cells[0].call
            told.append(f"{row.name}: {now.call}, before {was or 'missing'}.")
        elif [beat.text for beat in old.cells[0].beats] != [beat.text for beat in now.beats]:
            told.append(f"{row.name}: the argument was rewritten.")
        elif old.cells[0].acknowledged != now.acknowledged:
            told.append(f"{row.name}: {_kept(now.acknowledged)} kept that the dossier does not bear out.")
        elif now.swayed and not old.cells[0].swayed:
            told.append(f"{row.name}: a call was kept that may hang on a passage which speaks to reviewers.")
    told += [f"{row.name} is no longer on the panel." for row in earlier.values()]
    told += _new_facts(before, publication)
    return tuple(told)


def _kept(statements: int) -> str:
    return "1 statement was" if statements == 1 else f"{statements or 'no'} statements were"


def _new_facts(before: ToolVersion, publication: Publication) -> list[str]:
    dossier = next(card.dossier for card in publication.page.tools if card.dossier.slug == before.dossier.slug)
    old = before.dossier
    if dossier == old:
        return []
    told = []
    if dossier.pricing.entry != old.pricing.entry:
        day = write_day(dossier.pricing.as_of)
        told.append(f"Entry price as of {day}: {dossier.pricing.entry}; before: {old.pricing.entry}.")
    if dossier.licence != old.licence:
        told.append(f"Licence: {dossier.licence}; before: {old.licence}.")
    return told or ["The facts in its dossier were brought up to date."]
