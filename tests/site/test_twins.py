"""The JSON twins: what each page shows, no more, and as the schema says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from panel.publish import render_json
from panel.records import Community, Passage
from panel.site.model import Site, ToolPage
from panel.site.search_index import search_index
from panel.site.twins import (
    TWINS,
    category_json,
    comparison_json,
    site_json_schema,
    site_schemas,
    tool_json,
    votes_json,
)
from tests.publish.pages import LARKSPUR, ORRERY, TIDEWATER, finding, measured, page, scripted
from tests.site.sites import FIRST, empty_site, hostile_site, measured_site, publication, publications, sample_site

ROOT = Path(__file__).parent.parent.parent


SCHEMA = site_json_schema()


def check(data: bytes, record: str) -> Any:
    value = json.loads(data)
    jsonschema.Draft202012Validator({"$ref": f"#/$defs/{record}", "$defs": SCHEMA["$defs"]}).validate(value)
    return value


def test_the_schema_is_one_of_draft_2020_12() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    "site",
    [sample_site(), measured_site(), hostile_site(), empty_site()],
    ids=["sample", "measured", "hostile", "empty"],
)
def test_every_twin_satisfies_its_schema(site: Site) -> None:
    for comparison in site.comparisons.values():
        check(comparison_json(comparison, site), "Page")
    for tool in site.tools.values():
        check(tool_json(site, tool), "ToolPage")
    for category in site.categories.values():
        check(category_json(site, category), "CategoryPage")
    check(votes_json(site), "VotesTwin")
    check(search_index(site), "SearchIndex")


def test_the_schema_refuses_what_no_twin_is() -> None:
    schema = SCHEMA
    jsonschema.validate(json.loads(votes_json(sample_site())), schema)
    for wrong in ({}, {"schema_version": 2, "tools": {}}, {"schema_version": 1, "tools": {"a": {"ships": 1}}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)


def test_the_committed_schema_is_the_code_s() -> None:
    for name, schema in site_schemas().items():
        assert json.loads((ROOT / "schemas" / name).read_text(encoding="utf-8")) == schema, "run `panel schema`"


def test_the_schema_says_where_each_twin_stands() -> None:
    schema = SCHEMA
    assert all(f"`{place}`" in schema["description"] for place in TWINS)
    assert [one["$ref"] for one in schema["anyOf"]] == [f"#/$defs/{record.__name__}" for record, _ in TWINS.values()]


def test_a_comparison_s_twin_is_what_was_published_to_the_byte() -> None:
    site = sample_site()
    for slug, comparison in site.comparisons.items():
        assert comparison_json(comparison, site) == render_json(comparison.page).encode()
        assert comparison_json(comparison, site) == comparison_json(sample_site(votes={}).comparisons[slug], site)


def test_a_withdrawn_version_has_no_words() -> None:
    bad = page(LARKSPUR, ORRERY)
    gone = {"withdrawn_at": FIRST, "withdrawn_because": "wrong"}
    site = sample_site((*publications(), publication(bad, "z", days=-1, **gone)), pairs=())
    value = check(tool_json(site, site.tools["larkspur"]), "ToolPage")
    first, *rest = value["versions"]
    assert first["withdrawn_because"] == "wrong" and first["rows"] == [] and first["dossier"]["evidence"] == []
    assert rest and all(version["rows"] for version in rest)
    assert ToolPage.model_validate(value).current.n == rest[-1]["n"]


def test_odds_of_a_script_open_findings_and_few_votes_are_left_out() -> None:
    plain = page(LARKSPUR, TIDEWATER)
    rows = tuple(
        row.model_copy(
            update={"cells": tuple(cell.model_copy(update={"findings": (finding(),)}) for cell in row.cells)}
        )
        for row in plain.rows
    )
    scripted = plain.how_made.model_copy(update={"engine": "scripted 1"})
    for how, odds in ((plain.how_made, 0.62), (scripted, None)):
        made = publication(plain.model_copy(update={"rows": rows, "how_made": how}), "a")
        site = sample_site((made,), pairs=(), votes={"larkspur": Community(ships=1, votes=2)})
        value = check(tool_json(site, site.tools["larkspur"]), "ToolPage")
        cells = [cell for version in value["versions"] for row in version["rows"] for cell in row["cells"]]
        assert cells and all(cell["findings"] == [] and cell["p_ship"] == odds for cell in cells)
        assert value["community"] is None


def test_a_script_s_calls_are_not_drawn_again() -> None:
    for shown, hidden in ((measured(page(LARKSPUR)), False), (scripted(measured(page(LARKSPUR))), True)):
        site = sample_site((publication(shown, "a"),), pairs=())
        for value in (
            check(tool_json(site, site.tools["larkspur"]), "ToolPage")["versions"][0],
            check(comparison_json(site.comparisons["larkspur"], site), "Page"),
        ):
            cells = [cell for row in value["rows"] for cell in row["cells"]]
            assert cells and all((cell["flips"] is None) is hidden and cell["provenance"] for cell in cells)


def test_passages_of_findings_are_for_editors() -> None:
    found = finding("SECRET").model_copy(
        update={"passage": Passage(place="description", text="SECRET"), "instead": "SECRET"}
    )
    shown = measured(page(LARKSPUR, TIDEWATER))
    rows = tuple(
        row.model_copy(update={"cells": tuple(cell.model_copy(update={"findings": (found,)}) for cell in row.cells)})
        for row in shown.rows
    )
    site = sample_site((publication(shown.model_copy(update={"rows": rows}), "a"),), pairs=())
    assert b"SECRET" not in tool_json(site, site.tools["larkspur"])
    assert b"SECRET" not in comparison_json(site.comparisons["larkspur-vs-tidewater"], site)


def test_votes_are_of_all_tools_whose_votes_are_shown() -> None:
    assert json.loads(votes_json(sample_site())) == {
        "schema_version": 1,
        "tools": {"larkspur": {"ships": 133, "votes": 218}},
    }
    assert json.loads(votes_json(empty_site())) == {"schema_version": 1, "tools": {}}
