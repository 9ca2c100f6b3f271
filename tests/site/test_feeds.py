"""Feeds: two formats that independent readers take, with ids that stay."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from typing import Any

import feedparser
import jsonschema
import pytest
from lxml import etree
from lxml import html as lxml_html

from panel.settings import PublicationSettings
from panel.site.feeds import MOST_ENTRIES, atom_feed, feed_entries, json_feed
from panel.site.model import CategoryPage, Site
from tests.publish.pages import LARKSPUR, TIDEWATER, dossier, page
from tests.site.sites import BASE_URL, FIRST, empty_site, hostile_site, publication, publications, sample_site

ATOM = "{http://www.w3.org/2005/Atom}"
ADDRESS = {"type": "string", "pattern": r"^https?://[^\s<>\"]+$"}
TEXT = {"type": "string", "minLength": 1, "pattern": r"^[^\u0000-\u001f\u202a-\u202e\u2066-\u2069]+$"}
MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
AUTHORS = {
    "type": "array",
    "minItems": 1,
    "items": {"type": "object", "required": ["name"], "properties": {"name": TEXT, "url": ADDRESS}},
}
JSON_FEED_RULES: dict[str, Any] = {
    "type": "object",
    "required": ["version", "title", "items"],
    "additionalProperties": False,
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"},
        "title": TEXT,
        "home_page_url": ADDRESS,
        "feed_url": ADDRESS,
        "description": {"type": "string"},
        "language": {"const": "en"},
        "authors": AUTHORS,
        "items": {
            "type": "array",
            "uniqueItems": True,
            "items": {
                "type": "object",
                "required": ["id", "content_html", "url", "title"],
                "additionalProperties": False,
                "properties": {
                    "id": TEXT,
                    "url": ADDRESS,
                    "title": TEXT,
                    "summary": TEXT,
                    "content_html": {"type": "string", "minLength": 1},
                    "date_published": MOMENT,
                    "date_modified": MOMENT,
                    "authors": AUTHORS,
                    "tags": {"type": "array", "items": TEXT},
                },
            },
        },
    },
}


def every_feed(site: Site) -> list[tuple[bytes, bytes]]:
    wanted: list[CategoryPage | None] = [None, *site.categories.values()]
    return [(atom_feed(site, one), json_feed(site, one)) for one in wanted]


def many(count: int) -> Site:
    made = (publication(page(dossier(f"tool-{n}", f"Tool {n}")), f"run-{n}", days=n) for n in range(count))
    return sample_site(made, pairs=())


@pytest.mark.parametrize("site", [sample_site(), hostile_site(), empty_site()], ids=["sample", "hostile", "empty"])
def test_independent_readers_take_every_feed(site: Site) -> None:
    for atom, data in every_feed(site):
        parsed = feedparser.parse(atom)
        assert parsed.bozo == 0 and parsed.version == "atom10"
        feed = parsed.feed
        assert feed.id and feed.title and feed.updated and feed.author
        assert [link.type for link in feed.links] == ["application/atom+xml", "text/html"]
        assert {link.rel for link in feed.links} == {"self", "alternate"}
        for entry in parsed.entries:
            assert entry.id.startswith("tag:desk.example,2026-03-") and entry.title and entry.updated and entry.author
            assert entry.link.startswith(BASE_URL) and entry.published_parsed <= entry.updated_parsed
        jsonschema.validate(json.loads(data), JSON_FEED_RULES)


def test_entries_are_what_panels_drafted_and_not_pairs() -> None:
    site = sample_site()
    assert site.comparisons["larkspur-vs-whin"].kind == "pair"
    titles = [entry.title for entry in feed_entries(site)]
    assert titles == ["Withdrawn: Orrery vs Quarry", "Whin vs Orrery", "Larkspur vs Tidewater"]


def test_a_corrected_entry_keeps_its_id_and_says_what_was_corrected() -> None:
    (before,) = feed_entries(sample_site(publications()[:1], pairs=()))
    (after,) = feed_entries(sample_site(publications()[:2], pairs=()))
    assert before.ident == after.ident == "tag:desk.example,2026-03-03:compare/larkspur-vs-tidewater"
    assert (before.published, after.published) == (FIRST, FIRST)
    assert (before.updated, after.updated) == (FIRST, FIRST + timedelta(days=7))
    assert "A reader named a fifth rival." in after.content and "Corrected" not in before.content


def test_a_withdrawn_entry_keeps_its_id_and_none_of_its_words() -> None:
    stood = publication(page(LARKSPUR, TIDEWATER), "a")
    gone = stood.model_copy(update={"withdrawn_at": FIRST + timedelta(days=3), "withdrawn_because": "Wrong <price>."})
    (before,), (after,) = (feed_entries(sample_site((one,), pairs=())) for one in (stood, gone))
    assert after.ident == before.ident and after.published == before.published
    assert after.updated == FIRST + timedelta(days=3) and after.link == f"{BASE_URL}corrections/"
    assert after.title == "Withdrawn: Larkspur vs Tidewater" and "Wrong &lt;price&gt;." in after.content
    assert stood.page.comparison.verdict not in after.content and "75 %" not in after.content + after.summary


def test_ids_survive_another_scheme_port_and_folder() -> None:
    idents = {
        feed_entries(sample_site(publication=PublicationSettings(base_url=base)))[0].ident
        for base in ("http://desk.example/", "https://desk.example:8443/", "https://DESK.example/elsewhere/")
    }
    assert len(idents) == 1


def test_a_page_that_was_brought_back_is_new_again_under_its_id() -> None:
    first = publication(page(LARKSPUR, TIDEWATER), "a")
    restored = first.model_copy(update={"seq": 20, "at": FIRST + timedelta(days=9)})
    (entry,) = feed_entries(sample_site((first, restored), pairs=()))
    assert entry.updated == FIRST + timedelta(days=9) and entry.published == FIRST


def test_an_entry_has_shares_with_denominators_authors_and_categories() -> None:
    root = etree.fromstring(atom_feed(sample_site(publications()[:2], pairs=())))
    (entry,) = root.findall(f"{ATOM}entry")
    assert [one.text for one in entry.findall(f"{ATOM}author/{ATOM}name")] == ["Ada Example", "Ben Sample"]
    terms = [(one.get("term"), one.get("label")) for one in entry.findall(f"{ATOM}category")]
    assert terms == [("coding-assistant", "Coding assistant"), ("code-editor", "Code editor")]
    assert "Larkspur: 75 % ship, 3 of 4. Tidewater: 25 % ship, 1 of 4." in entry.findtext(f"{ATOM}summary", "")
    body = lxml_html.fromstring(f"<div>{entry.findtext(f'{ATOM}content')}</div>")
    assert next(one.text_content() for one in body.iter("li")) == "Larkspur: 75 % ship, 3 of 4"
    assert [one.get("href") for one in body.iter("a")] == [f"{BASE_URL}compare/larkspur-vs-tidewater/"]


def test_a_category_s_feed_has_its_comparisons_only() -> None:
    site = sample_site()
    links = {entry.link for entry in feed_entries(site, site.categories["code-editor"])}
    assert links == {f"{BASE_URL}compare/larkspur-vs-tidewater/"}
    parsed = feedparser.parse(atom_feed(site, site.categories["code-editor"]))
    assert parsed.feed.links[0].href == f"{BASE_URL}categories/code-editor/feed.atom"
    agents = [entry.title for entry in feed_entries(site, site.categories["agent-platform"])]
    assert agents == ["Withdrawn: Orrery vs Quarry", "Whin vs Orrery"]


def test_a_scripted_rehearsal_says_so_in_its_title_summary_and_body() -> None:
    plain = page(LARKSPUR, TIDEWATER)
    made = plain.how_made.model_copy(update={"engine": "scripted"})
    (entry,) = feed_entries(sample_site((publication(plain.model_copy(update={"how_made": made}), "a"),), pairs=()))
    assert entry.title == "Larkspur vs Tidewater (scripted rehearsal)"
    assert entry.summary.startswith("Scripted rehearsal, no model wrote this.")
    assert entry.content.startswith("<p>Scripted rehearsal, no model wrote this.</p>")


def test_hostile_texts_are_inert() -> None:
    site = hostile_site()
    for atom, data in every_feed(site):
        texts = "".join(etree.fromstring(atom).itertext())
        assert not set(texts) & set("\x00\u202e\u2066") and b"<script" not in atom.lower() and b"]]>" not in atom
        assert b"<" not in data and "\u202e" not in data.decode()
        for item in json.loads(data)["items"]:
            body = lxml_html.fromstring(f"<div>{item['content_html']}</div>")
            assert {element.tag for element in body.iter()} <= {"div", "p", "ul", "li", "bdi", "a"}
            assert {name for element in body.iter() for name in element.attrib} == {"href"}


def test_an_empty_feed_was_updated_at_a_fixed_date() -> None:
    assert feedparser.parse(atom_feed(empty_site())).feed.updated == "1970-01-01T00:00:00Z"
    assert json.loads(json_feed(empty_site()))["items"] == []


def test_a_feed_has_the_newest_fifty() -> None:
    entries = feed_entries(many(MOST_ENTRIES + 5))
    assert len(entries) == MOST_ENTRIES and entries[0].title == "Tool 54"
    assert [one.updated for one in entries] == sorted((one.updated for one in entries), reverse=True)


def test_votes_change_no_feed() -> None:
    assert every_feed(sample_site()) == every_feed(sample_site(votes={}))


def test_dates_are_written_in_utc() -> None:
    east = datetime.fromisoformat("2026-03-04T01:30:00.5+09:00")
    made = publication(page(LARKSPUR), "a").model_copy(update={"published_at": east, "at": east})
    (entry,) = json.loads(json_feed(sample_site((made,), pairs=())))["items"]
    assert entry["date_modified"] == "2026-03-03T16:30:00Z" and ",2026-03-03:" in entry["id"]


def test_a_fresh_process_with_another_hash_seed_writes_the_same_bytes() -> None:
    code = (
        "import hashlib; from tests.site import sites; from panel.site import feeds\n"
        "site = sites.hostile_site(), sites.sample_site()\n"
        "print(hashlib.sha256(b''.join(feeds.atom_feed(s) + feeds.json_feed(s) for s in site)).hexdigest())"
    )
    runs = [
        subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True)
        for seed in ("1", "77")
    ]
    assert runs[0].stdout == runs[1].stdout and len(runs[0].stdout) == 65, runs[0].stderr.decode()
