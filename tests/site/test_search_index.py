"""The search's index: the shape that the search page reads, and nothing that acts."""

from __future__ import annotations

import json

from panel.records import Tally
from panel.site.search_index import search_index
from panel.site.twins import site_json_schema
from tests.publish.pages import QUARRY, dossier, page
from tests.site.sites import empty_site, hostile_site, publication, sample_site


def test_it_has_exactly_the_fields_that_the_search_page_reads() -> None:
    index = json.loads(search_index(sample_site()))
    assert list(index) == ["schema_version", "tools", "comparisons"] and index["schema_version"] == 1
    assert index["tools"][0] == {
        "slug": "larkspur",
        "name": "Larkspur",
        "category": "Coding assistant",
        "category_slug": "coding-assistant",
        "maker": "An Invented Company",
        "tagline": "Edits your repository from the terminal, one commit at a time",
        "ship_pct": 75,
        "ships": 3,
        "voted": 4,
        "path": "/reviews/tools/larkspur/",
    }
    assert {
        "slug": "larkspur-vs-whin",
        "title": "Larkspur vs Whin",
        "path": "/reviews/compare/larkspur-vs-whin/",
    } in index["comparisons"]
    assert [one["slug"] for one in index["comparisons"]] == list(sample_site().comparisons)


def test_tools_stand_by_name_whatever_its_case() -> None:
    made = [dossier("a", "zeta"), dossier("b", "Alpha"), dossier("c", "beta")]
    index = json.loads(search_index(sample_site([publication(page(one), one.slug) for one in made], pairs=())))
    assert [one["name"] for one in index["tools"]] == ["Alpha", "beta", "zeta"]


def test_a_tool_on_which_nobody_voted_has_no_share() -> None:
    plain = page(QUARRY)
    cards = tuple(
        card.model_copy(update={"tally": Tally(tool="quarry", ships=0, skips=0, missing=4)}) for card in plain.tools
    )
    site = sample_site((publication(plain.model_copy(update={"tools": cards}), "a"),), pairs=())
    (tool,) = json.loads(search_index(site))["tools"]
    assert tool["ship_pct"] is None and (tool["ships"], tool["voted"]) == (0, 0)


def test_hostile_texts_are_inert() -> None:
    text = search_index(hostile_site()).decode()
    assert "<" not in text and not set(text) & set("\x00\u202e\u2066")
    tool = json.loads(text)["tools"][0]
    assert tool["name"] == "<b>gnp.exe</b> {{ 7*7 }}"


def test_an_empty_site_has_an_empty_index_that_the_schema_knows() -> None:
    assert json.loads(search_index(empty_site())) == {"schema_version": 1, "tools": [], "comparisons": []}
    assert "SearchIndex" in site_json_schema()["$defs"]


def test_the_same_site_gives_the_same_bytes() -> None:
    assert search_index(sample_site()) == search_index(sample_site())
