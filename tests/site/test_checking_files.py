"""Feeds, the sitemap, data files, and a folder with broken and hostile files in it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from panel.site.checking import check_site
from panel.site.checking.problems import PROBLEMS_OF_ONE_FILE
from tests.site.test_checking_sample import BASE, COMPARISON, PAGES, TOOL, Plant, checked, page, plant, write_site

__all__ = ["plant"]

ATOM, FEED = "categories/agents/feed.atom", "categories/agents/feed.json"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("</feed>", ""),
        ("<feed", "<!DOCTYPE feed [<!ENTITY a 'b'>]><feed"),
        ("http://www.w3.org/2005/Atom", "http://purl.org/atom"),
        ("<title>Desk</title>", ""),
        ("<id>tag:x.example,2026:3</id>", "<id>tag:x.example,2026:2</id>"),
        ("<id>tag:x.example,2026:3</id>", "<id>3</id>"),
        ("<id>tag:x.example,2026:3</id>", ""),
        ("<updated>2026-03-03T10:00:00Z</updated>\n<link", "<updated>2026-03-03</updated>\n<link"),
        ("<updated>2026-03-03T10:00:00Z</updated>\n<author>", "<updated>2026-03-01T10:00:00Z</updated>\n<author>"),
        ("2026-03-02T", "2026-03-03T11:"[:11]),
        ("<updated>2026-03-02T10", "<updated>2026-03-03T11"),
        ("<author><name>The desk</name></author>", ""),
        (f'href="{BASE}{ATOM}"', f'href="{BASE}feed.atom"'),
        ('<link rel="self"', '<link rel="hub"'),
        ('type="html"', 'type="text/html"'),
        ('type="html">', 'type="html"><b/>'),
        ('type="html">', 'type="xhtml">'),
        (f'<link href="{BASE}compare', '<link href="/reviews/compare'),
    ],
)
def test_a_fault_of_an_atom_feed_is_found(plant: Plant, old: str, new: str) -> None:
    if new == "2026-03-03T":
        assert plant(ATOM, old, new) == set()  # two of one moment are in order
    else:
        assert plant(ATOM, old, new) == {"atom"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("version/1.1", "version/1"),
        ('"title": "Desk", ', ""),
        (f'"feed_url": "{BASE}{FEED}"', f'"feed_url": "{BASE}"'),
        ('"id": "tag:x.example,2026:3"', '"id": 3'),
        ("2026:3", "2026:2"),
        ('"date_published": "2026-03-03T10:00:00Z"', '"date_published": "3 March"'),
        ("2026-03-02T10", "2026-03-03T11"),
        ('"content_html"', '"content"'),
        (f'"url": "{BASE}tools/aider/"', '"url": "/reviews/tools/aider/"'),
        (f'"url": "{BASE}tools/aider/", ', ""),
        ('{"name": "The desk"}', '"The desk"'),
        ('"items": [', '"items": [1, '),
        ("{", "[{"),
        ("{", '{"title": "Desk", '),
        ("2026-03-03T10:00:00Z", "\\ud800"),
    ],
)
def test_a_fault_of_a_json_feed_is_found(plant: Plant, old: str, new: str) -> None:
    assert plant(FEED, old, new) == {"json-feed"}


@pytest.mark.parametrize(
    ("inside", "rule"),
    [
        ("<script>x</script>", "feed-content"),
        ("<img src='https://x.example/reviews/assets/mark.png' onerror='x()'>", "feed-content"),
        ("<a href='javascript:x'>y</a>", "feed-content"),
        ("<a href='/reviews/tools/aider/'>y</a>", "feed-content"),
        ("<iframe></iframe>", "feed-content"),
        ("<b>", "feed-content"),
        ("<form></form>", "feed-content"),
        (f"<a href='{BASE}tools/none/'>y</a>", "link-broken"),
        (f"<a href='{BASE}tools/aider/#none'>y</a>", "link-fragment"),
        ("a\u202eb", "controls"),
    ],
)
def test_html_in_feeds_is_inert_and_complete(plant: Plant, inside: str, rule: str) -> None:
    escaped = inside.replace("<", "&lt;")
    assert rule in plant(ATOM, 'type="html">', 'type="html">' + escaped)
    assert rule in plant(FEED, '"content_html": "', '"content_html": "' + inside)
    div = f'type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{inside}</div></content><rights>'
    if "<b>" not in inside and "<img" not in inside:
        changed = plant(ATOM, 'type="html">', div)
        assert rule in changed or "atom" in changed


def test_feeds_may_be_in_the_order_of_publication(plant: Plant) -> None:
    later = "<published>{}</published><updated>{}</updated>"
    for old, published, new in (("02", "2026-03-02T10:00:00Z", "2026-03-02T23:00:00Z"),):
        stands = f"<updated>2026-03-{old}T10:00:00Z</updated>"
        assert plant(ATOM, stands, later.format(published, new)) == set()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (f"<url><loc>{BASE}tools/kilo/</loc><lastmod>2026-03-03</lastmod></url>", ""),
        (f"<loc>{BASE}tools/kilo/</loc>", f"<loc>{BASE}tools/aider/</loc>"),
        (f"<loc>{BASE}tools/kilo/</loc>", f"<loc>{BASE}tools/kilo/index.html</loc>"),
        (f"<loc>{BASE}tools/kilo/</loc>", f"<loc>{BASE}search/</loc>"),
        (f"<loc>{BASE}tools/kilo/</loc>", "<loc>https://elsewhere.example/</loc>"),
        ("<lastmod>2026-03-03", "<lastmod>March"),
        ("</urlset>", ""),
        ("sitemap/0.9", "sitemap/1"),
    ],
)
def test_a_fault_of_the_sitemap_is_found(plant: Plant, old: str, new: str) -> None:
    assert plant("sitemap.xml", old, new) == {"sitemap"}


def test_a_page_that_became_noindex_must_leave_the_sitemap(plant: Plant) -> None:
    noindex = "<title>Aider ·", '<meta name="robots" content="noindex"><title>Aider ·'
    assert plant(TOOL, *noindex, anywhere=True) == {"sitemap"}


def test_robots_names_the_sitemap_and_lets_everybody_in(plant: Plant) -> None:
    assert plant("robots.txt", BASE, "/") == {"robots"}
    assert plant("robots.txt", "Disallow:", "Disallow: /") == {"robots"}


@pytest.mark.parametrize(
    "new", ["{", '{"version": 1', '{"schema_version": "1"', "[" * 200_000, '{"schema_version": NaN']
)
def test_a_data_file_that_does_not_parse_or_has_no_version_is_found(plant: Plant, new: str) -> None:
    assert plant("tools/aider/index.json", '{"schema_version": 1', new) == {"json"}


def test_a_drafts_data_is_found(plant: Plant) -> None:
    draft = '{"schema_version": 1, "page": {"status": "draft"}'
    assert plant("compare/aider-vs-kilo/index.json", '{"schema_version": 1', draft) == {"unapproved"}


@pytest.mark.parametrize(
    "address", ["http://x.example/", "x.example", "https://", "https://x:y/", "https://a@b/", "ftp://x"]
)
def test_a_site_has_an_address_that_browsers_trust(tmp_path: Path, address: str) -> None:
    assert [one.rule for one in check_site(tmp_path, base_url=address)] == ["base-url"]


def test_the_address_may_be_this_machine_and_may_lack_its_last_slash(tmp_path: Path) -> None:
    site = write_site(tmp_path)
    for file in site.rglob("*.*"):
        if file.is_file():
            file.write_text(file.read_text().replace("https://x.example/reviews/", "http://localhost:8000/reviews/"))
    assert check_site(site, base_url="http://localhost:8000/reviews", services=("/vote",)) == ()


def test_a_folder_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    assert [one.rule for one in check_site(tmp_path / "none", base_url=BASE)] == ["missing"]


@pytest.mark.parametrize("name", ["index.html", "404.html", "feed.atom", "feed.json", "sitemap.xml", "robots.txt"])
def test_every_site_has_its_first_files(tmp_path: Path, name: str) -> None:
    site = write_site(tmp_path)
    (site / name).unlink()
    assert (name, "missing") in [(one.path, one.rule) for one in checked(site)]


def test_broken_and_hostile_files_are_problems_and_no_crash(tmp_path: Path) -> None:
    secret = tmp_path / "secret.html"
    secret.write_text("secret")
    site = write_site(tmp_path / "site")
    folder = site / "tools/bad"
    bad = {
        "binary": b"\x00\xff\xfe" * 1000,
        "large": b"<p>" * 20_000_000,
        "deep": b"<!doctype html>" + b"<div>" * 100_000,
    }
    for name, content in bad.items():
        (site / f"tools/{name}").mkdir()
        (site / f"tools/{name}/index.html").write_bytes(content)
    folder.mkdir()
    (folder / "index.html").symlink_to(secret)
    (folder / "out").symlink_to(tmp_path)
    (folder / "round").symlink_to(folder / "round")
    (folder / "inside.txt").symlink_to(site / "robots.txt")
    os.mkfifo(folder / "pipe.html")
    (site / "gone.html").symlink_to(site / "none.html")
    os.mkdir(os.fsencode(folder) + b"/\xff")
    started = time.monotonic()
    problems = checked(site)
    assert time.monotonic() - started < 20
    files = {one.path: one.message for one in problems if one.rule == "file"}
    assert set(files) >= {f"tools/bad/{name}" for name in ("index.html", "out", "round", "pipe.html", r"\xff")}
    assert set(files) >= {"tools/binary/index.html", "tools/large/index.html", "gone.html"}
    assert "tools/bad/inside.txt" not in files
    assert "not UTF-8" in files["tools/binary/index.html"] and "larger" in files["tools/large/index.html"]
    assert any(one.path == "tools/deep/index.html" and "deep" in one.message for one in problems)
    assert "secret" not in str(problems).replace("secret.html", "")


def test_an_unreadable_file_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = write_site(tmp_path)
    opened = os.open

    def refuse(path: Path, flags: int) -> int:
        if str(path).endswith(TOOL):
            raise PermissionError(13, "Permission denied")
        return opened(path, flags)

    monkeypatch.setattr("panel.site.checking.files.os.open", refuse)
    assert (TOOL, "file", "cannot be read: Permission denied") in [
        (one.path, one.rule, one.message) for one in checked(site)
    ]


@pytest.mark.parametrize(
    "piece",
    [
        "<a ",
        "<a '",
        "<a \"'",
        "<!--",
        "/*",
        "<!-- -->",
        "url('",
        "<!",
        "&#",
        "<a b",
        "<b></i>",
        "</x ",
        "<table>",
        "<p id=a>",
        "<label><input>",
        "<script>",
        "<a href='#",
        "<title>",
        "<svg>",
        "<p></p>",
        "<a href=#x></a>",
        "<input>",
        "<img>",
        "<td></td>",
        "<h1></h1>",
        "<p onclick=x id=a></p>",
        "url(",
        "<h2 aria-labelledby='a a a a'>",
    ],
)
def test_no_page_takes_more_than_its_length(tmp_path: Path, piece: str) -> None:
    site = write_site(tmp_path)
    times = []
    for size in (100_000, 400_000):
        (site / TOOL).write_text("<!doctype html><html><head><style>" + piece * (size // len(piece)))
        (site / COMPARISON).write_text(
            page(COMPARISON, PAGES[COMPARISON]).replace("Words", piece * (size // len(piece)))
        )
        started = time.process_time()
        checked(site)
        times.append(time.process_time() - started)
    assert times[1] < 8 * times[0] + 1


def test_a_page_that_is_broken_everywhere_is_told_in_a_bounded_list(plant: Plant, tmp_path: Path) -> None:
    site = write_site(tmp_path / "other")
    text = (site / COMPARISON).read_text()
    (site / COMPARISON).write_text(text.replace("Words", "<font></font>\n" * 5000))
    problems = [one for one in checked(site) if one.path == COMPARISON]
    assert len(problems) == PROBLEMS_OF_ONE_FILE + 1
    assert problems[0].message == "4900 more problems in this file are not listed"


def test_looking_writes_nothing(tmp_path: Path) -> None:
    site = write_site(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in site.rglob("*")}
    checked(site)
    assert {path: path.stat().st_mtime_ns for path in site.rglob("*")} == before


def test_a_large_site_has_an_index_of_sitemaps(tmp_path: Path) -> None:
    site = write_site(tmp_path)
    schema = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    whole = (site / "sitemap.xml").read_text()
    first, last = whole.split("\n", 6)[:6], whole.split("\n", 6)[6]
    (site / "sitemap-1.xml").write_text("\n".join([*first, "</urlset>"]))
    (site / "sitemap-2.xml").write_text(f"<urlset {schema}>{last}")
    named = [f"<sitemap><loc>{BASE}sitemap-{n}.xml</loc></sitemap>" for n in (1, 2)]
    (site / "sitemap.xml").write_text(f"<sitemapindex {schema}>{''.join(named)}</sitemapindex>")
    assert checked(site) == ()
    (site / "sitemap.xml").write_text(f"<sitemapindex {schema}>{named[0]}</sitemapindex>")
    assert [one.message for one in checked(site)] == [f"the index does not name {BASE}sitemap-2.xml"]
    (site / "sitemap-2.xml").write_text(f"<urlset {schema}></urlset>")
    assert {one.rule for one in checked(site)} == {"sitemap"}
