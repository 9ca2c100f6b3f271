"""A small site without a fault, the planting of faults in it, and the proof that it has none."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from html import escape
from pathlib import Path

import pytest

from panel.site.checking import SiteProblem, check_site

BASE = "https://x.example/reviews/"
SERVICES = ("/vote", "/subscribe")
STYLE = "body { margin: 0 }"
HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'self' 'sha256-{HASH}'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'"
)
PAGES = {
    "index.html": "The desk",
    "compare/aider-vs-kilo/index.html": "Aider vs Kilo",
    "tools/aider/index.html": "Aider",
    "tools/aider/verdicts/1/index.html": "Aider, version 1",
    "tools/kilo/index.html": "Kilo",
    "categories/agents/index.html": "Agents",
    "methodology/index.html": "How we work",
    "corrections/index.html": "Corrections",
    "search/index.html": "Search",
    "digest/2026-W10/index.html": "Week 10",
    "404.html": "Not found",
}
NOINDEX = ("404.html", "search/index.html")
COMPARISON = "compare/aider-vs-kilo/index.html"
TOOL = "tools/aider/index.html"

BODY = """
<p id="lead">Words &amp; more. <a href="#lead">Up</a>
<a href="https://elsewhere.example/a?b=1&amp;c=2" target="_blank" rel="noopener">Elsewhere</a>
<a href="/reviews/methodology/#lead">How</a> <a href="mailto:desk@x.example">Mail</a></p>
<img src="/reviews/assets/mark.png" alt="The mark" width="10" height="10">
<svg viewBox="0 0 2 2" aria-hidden="true"><rect width="1" height="1"/></svg>
<table><thead><tr><th scope="col">Tool</th></tr></thead><tbody><tr><td>Aider</td></tr></tbody></table>
<form action="/vote" method="post"><label for="mail">Mail</label> <input id="mail" name="mail" type="email" required>
<button type="submit">Send</button></form>
"""
STRUCTURED: dict[str, object] = {
    "@context": "https://schema.org",
    "@type": "Review",
    "author": {"@type": "Organization", "name": "The desk"},
    "itemReviewed": {"@type": "SoftwareApplication", "name": "Aider", "url": BASE + "tools/aider/"},
    "datePublished": "2026-03-03",
}


def url_of(path: str) -> str:
    return BASE + path.removesuffix("index.html")


def page(path: str, title: str) -> str:
    noindex = path in NOINDEX
    own = url_of(path)
    names = f'<link rel="canonical" href="{own}">\n<meta property="og:url" content="{own}">'
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · Desk</title>
<meta name="description" content="About {title}.">
{'<meta name="robots" content="noindex">' if noindex else names}
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/reviews/assets/site.css">
<link rel="alternate" type="application/atom+xml" title="Feed" href="/reviews/feed.atom">
<style>{STYLE}</style>
<script src="/reviews/assets/site.js" defer></script>
<script type="application/ld+json">{json.dumps(STRUCTURED)}</script>
</head>
<body>
<!-- a comment -->
<header><nav aria-label="Site"><ul>
<li><a href="/reviews/">Home</a></li>
<li><a href="/reviews/tools/aider/">Aider</a></li>
</ul></nav></header>
<main id="content" data-index="/reviews/search/index.json">
<h1>{title}</h1>
<h2>Part</h2>
{BODY}</main>
</body>
</html>
"""


def atom(path: str) -> str:
    entries = "".join(
        f"""<entry><id>tag:x.example,2026:{n}</id><title>Entry {n}</title><updated>2026-03-0{n}T10:00:00Z</updated>
<link href="{BASE}{COMPARISON.removesuffix("index.html")}"/>
<summary>Words</summary>
<content type="html">&lt;p&gt;See &lt;a href="{BASE}tools/aider/"&gt;it&lt;/a&gt;&lt;/p&gt;</content></entry>"""
        for n in (3, 2)
    )
    return f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><id>{BASE}</id><title>Desk</title><updated>2026-03-03T10:00:00Z</updated>
<author><name>The desk</name></author><link rel="self" href="{BASE}{path}"/><link href="{BASE}"/>
{entries}</feed>
"""


def json_feed(path: str) -> str:
    items = [
        {
            "id": f"tag:x.example,2026:{n}",
            "url": BASE + "tools/aider/",
            "title": f"Item {n}",
            "content_html": f'<p>See <a href="{BASE}tools/kilo/">it</a></p>',
            "date_published": f"2026-03-0{n}T10:00:00Z",
        }
        for n in (3, 2)
    ]
    return json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "Desk",
            "home_page_url": BASE,
            "feed_url": BASE + path,
            "authors": [{"name": "The desk"}],
            "items": items,
        }
    )


def sitemap() -> str:
    urls = "\n".join(
        f"<url><loc>{url_of(path)}</loc><lastmod>2026-03-03</lastmod></url>" for path in PAGES if path not in NOINDEX
    )
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{urls}\n</urlset>\n'


def write_site(folder: Path) -> Path:
    """Write the whole site and return its folder."""
    files = {path: page(path, title) for path, title in PAGES.items()}
    for path in ("feed.atom", "categories/agents/feed.atom"):
        files[path] = atom(path)
        files[path.replace(".atom", ".json")] = json_feed(path.replace(".atom", ".json"))
    for path in (COMPARISON, TOOL, "tools/kilo/index.html", "categories/agents/index.html", "search/index.html"):
        files[path.replace(".html", ".json")] = '{"schema_version": 1}\n'
    files["sitemap.xml"] = sitemap()
    files["robots.txt"] = f"User-agent: *\nDisallow:\nSitemap: {BASE}sitemap.xml\n"
    files["assets/site.css"] = "@font-face { font-family: a; src: url(a.woff2) }\nb { background: url('mark.png') }\n"
    files["assets/site.js"] = files["assets/a.woff2"] = files["assets/mark.png"] = "x"
    files["about.html"] = "<p>An editor's own page: <b>no head, no end<a href='/reviews/'>home</a>"
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


Plant = Callable[..., set[str]]


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    """Return a function that changes one file of a clean site and returns the rules that are broken in it then."""
    site = write_site(tmp_path / "site")

    def plant_one(path: str, old: str, new: str, *, anywhere: bool = False) -> set[str]:
        before = (site / path).read_text(encoding="utf-8")
        assert old in before
        (site / path).write_text(before.replace(old, new, 1), encoding="utf-8")
        problems = checked(site)
        (site / path).write_text(before, encoding="utf-8")
        return {problem.rule for problem in problems if anywhere or problem.path == path}

    return plant_one


def checked(site: Path) -> tuple[SiteProblem, ...]:
    return check_site(site, base_url=BASE, services=SERVICES)


def test_a_clean_site_has_no_problems(tmp_path: Path) -> None:
    assert checked(write_site(tmp_path)) == ()


def test_problems_come_sorted_and_all_at_once(tmp_path: Path) -> None:
    site = write_site(tmp_path)
    for path in (TOOL, COMPARISON):
        text = (site / path).read_text().replace("<main", "<div").replace("</main>", "</div>").replace("alt=", "title=")
        (site / path).write_text(text)
    problems = checked(site)
    assert list(problems) == sorted(problems)
    found = [(one.path, one.rule) for one in problems]
    assert found == [
        (COMPARISON, "main"),
        (COMPARISON, "image-alternative"),
        (TOOL, "main"),
        (TOOL, "image-alternative"),
    ]
    image = problems[1]
    assert (site / COMPARISON).read_text().splitlines()[image.line - 1].startswith("<img")
    assert str(image) == f"{COMPARISON}:{image.line}: image-alternative: <img> without alt"
