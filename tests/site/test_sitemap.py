"""The sitemap: every address once, cut into parts where one file may not hold them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from lxml import etree

from panel.settings import PublicationSettings
from panel.site import sitemap
from panel.site.sitemap import robots_txt, sitemap_files
from tests.site.sites import BASE_URL, FIRST, empty_site, sample_site

SCHEMA = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def read(data: bytes) -> tuple[str, list[tuple[str, str | None]]]:
    root = etree.fromstring(data)
    return str(root.tag), [(one.findtext(f"{SCHEMA}loc", ""), one.findtext(f"{SCHEMA}lastmod")) for one in root]


def test_addresses_are_absolute_sorted_and_dated() -> None:
    files = sitemap_files(sample_site(), {"tools/whin/": FIRST, "": None, "compare/a-vs-b/": FIRST + timedelta(days=1)})
    assert list(files) == ["sitemap.xml"]
    assert read(files["sitemap.xml"]) == (
        f"{SCHEMA}urlset",
        [
            (BASE_URL, None),
            (f"{BASE_URL}compare/a-vs-b/", "2026-03-04T16:45:00Z"),
            (f"{BASE_URL}tools/whin/", "2026-03-03T16:45:00Z"),
        ],
    )


def test_the_order_of_the_pages_does_not_matter() -> None:
    pages = {"b/": FIRST, "a/": None}
    assert sitemap_files(sample_site(), pages) == sitemap_files(sample_site(), dict(reversed(pages.items())))


def test_a_site_without_pages_lists_its_home_page() -> None:
    tag, listed = read(sitemap_files(empty_site(), {})["sitemap.xml"])
    assert tag == f"{SCHEMA}urlset" and listed == [(BASE_URL, None)]


def test_markup_in_an_address_is_escaped() -> None:
    site = sample_site(publication=PublicationSettings(base_url="https://desk.example/a&b/"))
    assert b"a&amp;b" in sitemap_files(site, {"x/": None})["sitemap.xml"]
    assert read(sitemap_files(site, {"x/": None})["sitemap.xml"])[1] == [("https://desk.example/a&b/x/", None)]


def test_fifty_thousand_addresses_stand_in_one_file_and_one_more_makes_an_index() -> None:
    pages = {f"tools/t{number:06}/": FIRST for number in range(50_000)}
    assert list(sitemap_files(sample_site(), pages)) == ["sitemap.xml"]
    later = FIRST + timedelta(days=2)
    files = sitemap_files(sample_site(), {**pages, "tools/zz/": later})
    assert list(files) == ["sitemap.xml", "sitemap-1.xml", "sitemap-2.xml"]
    tag, parts = read(files["sitemap.xml"])
    assert tag == f"{SCHEMA}sitemapindex"
    assert parts == [
        (f"{BASE_URL}sitemap-1.xml", "2026-03-03T16:45:00Z"),
        (f"{BASE_URL}sitemap-2.xml", "2026-03-05T16:45:00Z"),
    ]
    listed = [place for name in list(files)[1:] for place, _ in read(files[name])[1]]
    assert listed == [f"{BASE_URL}{path}" for path in sorted([*pages, "tools/zz/"])]


def test_a_part_is_never_larger_than_it_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemap, "MOST_BYTES", 400)
    files = sitemap_files(sample_site(), {f"tools/é-{number}/": FIRST for number in range(9)})
    assert len(files) > 3
    assert all(len(data) <= 400 for name, data in files.items() if name != "sitemap.xml")


def test_robots_may_read_everything_and_find_the_sitemap() -> None:
    assert robots_txt(sample_site()).decode() == f"User-agent: *\nAllow: /\n\nSitemap: {BASE_URL}sitemap.xml\n"
