"""The JSON twins: every page as data, and the schema that describes them.

A twin says what its page shows and no more. A comparison's is the very bytes whose hash the journal has; nothing may
be taken out of them or put into them here. Not here: the search's index (`search_index`), whose schema is with these.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic.json_schema import models_json_schema

from panel.publish.context import SCRIPTED
from panel.publish.render import render_json
from panel.records import Community, Page, Record, SeatRow, Slug
from panel.site.model import CategoryPage, ComparisonPage, Site, ToolPage, ToolVersion
from panel.site.search_index import SearchIndex

SCHEMA = "https://json-schema.org/draft/2020-12/schema"


class Votes(Record):
    """Readers' votes on one tool."""

    ships: int
    """How many would ship it."""
    votes: int
    """How many voted."""


class VotesTwin(Record):
    """Readers' votes, as far as they are shown."""

    schema_version: Literal[1] = 1
    tools: dict[Slug, Votes]
    """By the tool's slug. A tool on which too few have voted yet is left out."""


TWINS: dict[str, tuple[type[Record], str]] = {
    "compare/<slug>/index.json": (Page, "a comparison, exactly as it was approved; without readers' votes"),
    "tools/<slug>/index.json": (ToolPage, "a tool with every version of its verdicts"),
    "categories/<slug>/index.json": (CategoryPage, "a category with its tools and comparisons"),
    "search/index.json": (SearchIndex, "what the search page looks through"),
    "votes.json": (VotesTwin, "readers' votes on every tool that enough of them voted on"),
}
"""The record and the meaning of each twin, by its place."""


def comparison_json(page: ComparisonPage, site: Site) -> bytes:
    """Write a comparison's twin: for one that a panel drafted, the bytes that its approval names.

    A pair's is written the same way. `site` is there because every twin is made of a page and its site.
    """
    return render_json(page.page).encode("utf-8")


def tool_json(site: Site, tool: ToolPage) -> bytes:
    """Write a tool's twin.

    Left out is what its page does not show: the words and the excerpts of withdrawn versions (their rows and their
    dossiers' evidence are empty), the odds of scripted rehearsals, open findings, and votes that are too few.
    """
    shown = tool.model_copy(
        update={
            "versions": tuple(map(_shown_version, tool.versions)),
            "community": site.shown_votes(tool.community),
        }
    )
    return _write(shown)


def category_json(site: Site, category: CategoryPage) -> bytes:
    """Write a category's twin."""
    return _write(category)


def votes_json(site: Site) -> bytes:
    """Write readers' votes on every tool of the site whose votes are shown, by slug."""
    shown: dict[str, Community | None] = {slug: site.shown_votes(tool.community) for slug, tool in site.tools.items()}
    tools = {slug: Votes(ships=one.ships, votes=one.votes) for slug, one in sorted(shown.items()) if one}
    return _write(VotesTwin(tools=tools))


def site_json_schema() -> dict[str, Any]:
    """Describe every twin as one JSON Schema, draft 2020-12; each twin's own part is under `$defs`, by its record."""
    records = [record for record, _ in TWINS.values()]
    _, schema = models_json_schema([(record, "serialization") for record in records], ref_template="#/$defs/{model}")
    places = " ".join(f"`{place}` ({record.__name__}): {what}." for place, (record, what) in TWINS.items())
    return {
        "$schema": SCHEMA,
        "title": "Site",
        "description": f"The public data of a site. {places}",
        "anyOf": [{"$ref": f"#/$defs/{record.__name__}"} for record in records],
        "$defs": schema["$defs"],
    }


def site_schemas() -> dict[str, dict[str, Any]]:
    """Return the site's schema by the name of its file."""
    return {"site.schema.json": site_json_schema()}


def _shown_version(version: ToolVersion) -> ToolVersion:
    if version.withdrawn_at is not None:
        return version.model_copy(
            update={"rows": (), "dossier": version.dossier.model_copy(update={"evidence": ()})},
        )
    hidden: dict[str, Any] = {"findings": ()}
    if version.how_made.engine.startswith(SCRIPTED):
        hidden |= {"p_ship": None, "flips": None}
    return version.model_copy(update={"rows": tuple(_shown_row(row, hidden) for row in version.rows)})


def _shown_row(row: SeatRow, hidden: dict[str, Any]) -> SeatRow:
    return row.model_copy(update={"cells": tuple(cell.model_copy(update=hidden) for cell in row.cells)})


def _write(record: Record) -> bytes:
    return (record.model_dump_json(indent=2) + "\n").encode("utf-8")
