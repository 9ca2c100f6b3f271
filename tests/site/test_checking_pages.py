"""Every rule for pages finds the fault that was planted for it, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from panel.site.checking import RULES
from tests.site.test_checking_sample import (
    BASE,
    COMPARISON,
    HASH,
    NOINDEX,
    STRUCTURED,
    STYLE,
    TOOL,
    Plant,
    checked,
    plant,
    write_site,
)

__all__ = ["plant"]

FAULTS: dict[str, list[tuple[str, str]]] = {
    "markup": [
        ("<!doctype html>\n", ""),
        ("Words &amp; more", "Words &nope; more"),
        ("Words &amp; more", "Words &more"),
        ("Words &amp; more", "Words &#0; more"),
        ("Words &amp; more", "Words < more"),
        ("Words &amp; more", "Words </br> more"),
        ("Words &amp; more", "<!-- <!-- -->"),
        ("Words &amp; more", "<!-- x --!>"),
        ("Words &amp; more", "<?php x ?>"),
        ("Words &amp; more", "<b/>x</b>"),
        ("<h2>Part", '<h2 class="a" class="b">Part'),
        ("<h2>Part", '<h2 class="a"lang="b">Part'),
        ("</h2>", "</h2 lang='x'>"),
        ("<style>" + STYLE, "<style>" + STYLE[:0] + "<!-- " + STYLE),
    ],
    "nesting": [
        ("</h2>", ""),
        ("</h2>", "</h2></h2>"),
        ("<h2>Part</h2>", "<h2><b>Part</h2></b>"),
        ("Words", "<div>Words</div>"),
        ("Words", "<b><div>Words</div></b>"),
        ("Words", '<a href="/reviews/"><button>x</button></a>'),
        ("Words", '<a href="/reviews/">x<a href="/reviews/">y</a></a>'),
        ("<h2>Part</h2>", "<h2><h3>Part</h3></h2>"),
        ("<h2>Part</h2>", "<h2>Part</h2><li>x</li>"),
        ("<tbody><tr>", "<tbody>x<tr>"),
        ("<td>Aider</td>", "<p>Aider</p>"),
        ("<label for", "<form></form><label for"),
        ("<!doctype html>", "<!doctype html>words"),
        ("</main>", "<title>x</title></main>"),
        ("</body>\n</html>", "</body>\n<p>x</p></html>"),
        ("<h2>Part</h2>", "<h2>Part</h2>" + "<div>" * 300 + "</div>" * 300),
    ],
    "element": [("<h2>Part</h2>", "<h2><font>Part</font></h2>"), ("<rect ", "<p>x</p><rect ")],
    "dangerous": [
        ("Words", '<iframe src="/reviews/"></iframe>'),
        ("Words", '<object data="/reviews/"></object>'),
        ("Words", '<embed src="/reviews/">'),
        ("<title>", '<base href="/reviews/">\n<title>'),
        ("<title>", '<meta http-equiv="refresh" content="5">\n<title>'),
        ("<rect ", "<script>x</script><rect "),
        ("<rect ", "<foreignObject></foreignObject><rect "),
        ('href="#lead"', 'href="#lead" ping="/reviews/"'),
    ],
    "inline-code": [
        ("<h2>", '<h2 onclick="x()">'),
        ("<h2>", '<h2 style="color: red">'),
        ("<h2>", "<script>x()</script><h2>"),
        ("<h2>", '<script type="module">x()</script><h2>'),
        ("<h2>", '<script type="importmap">{}</script><h2>'),
    ],
    "opener": [(' rel="noopener"', "")],
    "controls": [
        ("Words", "Wor\u202eds"),
        ("Words", "Wor&#x202e;ds"),
        ("Words", "Wor\x07ds"),
        ('alt="', 'alt="&#x2066;'),
    ],
    "unapproved": [("<h2>Part</h2>", '<h2>Part</h2><aside class="banner"><p><b>DRAFT</b></p></aside>')],
    "charset": [
        ('<meta charset="utf-8">\n', ""),
        ('charset="utf-8"', 'charset="latin1"'),
        ("<html", f"{' ' * 1024}<html"),
    ],
    "language": [(' lang="en"', ""), (' lang="en"', ' lang="English!"')],
    "title": [("<title>Aider", "<title></title>\n<title>Aider"), ("<title>Aider vs Kilo · Desk", "<title>")],
    "description": [('name="description" content="About Aider vs Kilo."', 'name="description" content=" "')],
    "viewport": [("width=device-width, ", ""), ("initial-scale=1", "maximum-scale=1")],
    "main": [("<main", "<div"), ("<h2>", "<main></main><h2>")],
    "heading-one": [("<h2>Part</h2>", "<h1>Part</h1>"), ("<h1>Aider vs Kilo</h1>", "<h1></h1>")],
    "heading-levels": [("<h2>Part</h2>", "<h3>Part</h3>")],
    "id-unique": [("<h2>", '<h2 id="lead">'), ("<h2>", '<h2 id="a b">'), ("<h2>", '<h2 id="">')],
    "id-target": [("<h2>", '<h2 aria-describedby="nothing">'), ("</label>", '</label><label for="nobody">x</label>')],
    "image-alternative": [(' alt="The mark"', ""), (' aria-hidden="true"', ""), (' aria-hidden="true"', ' role="img"')],
    "control-label": [
        ('<label for="mail">Mail</label>', ""),
        ('<label for="mail">Mail</label>', '<label for="mail"></label>'),
        ('<label for="mail">Mail</label>', '<label for="mail">Mail</label><fieldset></fieldset>'),
        ('<label for="mail">Mail</label>', '<label for="mail">Mail</label><select><option>x</option></select>'),
    ],
    "control-name": [(">Send<", "><"), (">Up<", "><"), (">Send<", '><span aria-hidden="true">x</span><')],
    "table-headers": [('<th scope="col">Tool</th>', "<td>Tool</td>")],
    "policy": [
        ("Content-Security-Policy", "Content-Security"),
        ("default-src", "frame-ancestors &#x27;none&#x27;; default-src"),
        ("default-src", "default-source x; default-src"),
        ("base-uri", "base-uri &#x27;none&#x27;; base-uri"),
        ("img-src", "object-src &#x27;none&#x27; data:; img-src"),
        ('<meta charset="utf-8">', '<meta charset="utf-8"><link rel="icon" href="data:,">'),
    ],
    "policy-weak": [
        ("default-src &#x27;none&#x27;", "default-src &#x27;self&#x27;"),
        ("script-src &#x27;self&#x27;", "script-src &#x27;self&#x27; &#x27;unsafe-inline&#x27;"),
        ("script-src &#x27;self&#x27;", "script-src &#x27;self&#x27; https:"),
        ("script-src &#x27;self&#x27;", "script-src &#x27;self&#x27; data:"),
        ("script-src &#x27;self&#x27;", "script-src &#x27;self&#x27; https://*.x.example"),
        ("; base-uri &#x27;none&#x27;", ""),
    ],
    "policy-refuses": [
        (HASH, HASH[::-1]),
        ("style-src &#x27;self&#x27;", "style-src"),
        ("script-src &#x27;self&#x27;", "script-src https://elsewhere.example"),
        ("img-src &#x27;self&#x27; data:", "img-src &#x27;self&#x27;"),
        ("connect-src &#x27;self&#x27;; ", ""),
        ("form-action &#x27;self&#x27;", "form-action &#x27;none&#x27;"),
        (STYLE, STYLE + " "),
    ],
    "link-address": [
        ('href="#lead"', 'href="https://a b/"'),
        ('href="#lead"', 'href="/\\evil"'),
        ("#lead", "http://[x"),
    ],
    "link-scheme": [('href="#lead"', 'href="javascript:x"'), ("#lead", "data:text/html,x"), ("#lead", "JavaScript:x")],
    "link-outside": [('href="/reviews/tools/', 'href="/tools/'), ("#lead", "../../../")],
    "link-broken": [
        ('href="/reviews/tools/aider/"', 'href="/reviews/tools/nobody/"'),
        ('href="/reviews/tools/aider/"', 'href="/reviews/tools/aider"'),
        ('href="/reviews/tools/aider/"', f'href="{BASE}nothing.html"'),
        ("/reviews/assets/mark.png", "/reviews/assets/none.png"),
        ('action="/vote"', 'action="/reviews/else"'),
        ('action="/vote"', 'action="/reviews/votes"'),
        ('data-index="/reviews/search/index.json"', 'data-index="/reviews/search/none.json"'),
        (json.dumps(BASE + "tools/aider/"), json.dumps(BASE + "tools/none/")),
    ],
    "link-fragment": [('href="#lead"', 'href="#none"'), ("/reviews/methodology/#lead", "/reviews/methodology/#none")],
    "canonical": [
        ('<link rel="canonical" href="https', '<link rel="canonical" href="http'),
        (f'<meta property="og:url" content="{BASE}', f'<meta property="og:url" content="{BASE}compare/'),
        ('<meta property="og:url"', '<meta property="og:URL2"'),
    ],
    "json-ld": [
        ('"@context": "https://schema.org"', '"@context": "http://schema.org"'),
        ('"@type": "Review", ', '"@type": "Review" '),
        (', "datePublished": "2026-03-03"', ""),
        ('"2026-03-03"', '"soon"'),
        ('"datePublished"', '"aggregateRating": {"ratingValue": 4}, "datePublished"'),
        ('"datePublished"', '"aggregateRating": {"ratingValue": 4, "ratingCount": 0}, "datePublished"'),
        ('"datePublished"', '"review": {"@type": "Review"}, "datePublished"'),
        ('"datePublished"', '"x": {"@type": "ItemList", "itemListElement": [{"position": 2}]}, "datePublished"'),
        (json.dumps(STRUCTURED), "[" * 100_000),
    ],
}
SIDE_EFFECTS = {
    "markup": {"nesting", "policy-refuses", "element"},
    "nesting": {"control-label", "table-headers", "canonical", "title", "control-name", "heading-levels"},
    "element": {"nesting"},
    "dangerous": {"policy", "element", "inline-code"},
    "main": {"nesting"},
    "policy": {"policy-weak"},
    "heading-one": {"heading-levels"},
    "title": {"nesting"},
    "id-unique": {"id-target"},
    "link-scheme": {"policy-refuses"},
    "link-broken": {"policy-refuses"},
    "control-label": {"id-target"},
    "controls": {"markup"},
}


@pytest.mark.parametrize(("rule", "old", "new"), [(rule, *pair) for rule, pairs in FAULTS.items() for pair in pairs])
def test_a_planted_fault_is_found(plant: Plant, rule: str, old: str, new: str) -> None:
    found = plant(COMPARISON, old, new)
    assert rule in found
    assert found <= {rule} | SIDE_EFFECTS.get(rule, set())


@pytest.mark.parametrize(
    "planted",
    [
        '<img src="https://cdn.example/x.png" alt="">',
        '<link rel="stylesheet" href="//cdn.example/x.css">',
        '<script src="https://cdn.example/x.js"></script>',
        '<link rel="preconnect" href="https://cdn.example/">',
        '<img srcset="/reviews/assets/mark.png 1x, https://cdn.example/x.png 2x" alt="">',
        '<video poster="https://cdn.example/x.png" controls></video>',
        "<style>@import url(https://cdn.example/x.css);</style>",
    ],
)
def test_nothing_may_come_from_another_site(plant: Plant, planted: str) -> None:
    assert {"third-party", "policy-refuses"} <= plant(COMPARISON, "<h2>", planted + "<h2>")


def test_a_style_sheet_may_load_nothing_from_another_site_or_from_nowhere(plant: Plant) -> None:
    assert plant("assets/site.css", "'mark.png'", '"https://cdn.example/x.png"') == {"third-party"}
    assert plant("assets/site.css", "'mark.png'", "none.png") == {"link-broken"}
    assert plant("assets/site.css", "b {", "/* url(none.png) */ b {") == set()


def test_two_pages_with_one_title_are_found(plant: Plant) -> None:
    assert plant(TOOL, "<title>Aider ·", "<title>Kilo ·", anywhere=True) == {"title-unique"}


def test_a_preview_is_found_by_its_title(plant: Plant) -> None:
    noindex = '<meta name="robots" content="noindex">'
    found = plant(TOOL, "<title>Aider", f"{noindex}\n<title>DRAFT, not approved: Aider")
    assert found == {"unapproved"}
    assert plant(TOOL, "<title>Aider", "<title>Aider is not approved everywhere") == set()


def test_a_preview_beside_the_site_is_found(tmp_path: Path) -> None:
    site = write_site(tmp_path)
    (site / "preview.html").write_text('<aside class="banner"><p>DRAFT</p></aside>')
    assert [(one.path, one.rule) for one in checked(site)] == [("preview.html", "unapproved")]


def test_a_page_of_the_editors_is_checked_for_its_links_only(plant: Plant) -> None:
    assert plant("about.html", "'/reviews/'", "'/reviews/none/'") == {"link-broken"}


def test_a_link_on_the_page_of_what_is_not_found_works_at_any_address(plant: Plant) -> None:
    assert plant("404.html", 'href="/reviews/tools/aider/"', 'href="tools/aider/"') == {"link-broken"}


def test_a_page_outside_of_the_index_may_leave_its_names_out_but_not_give_wrong_ones(plant: Plant) -> None:
    noindex = '<meta name="robots" content="noindex">'
    path = NOINDEX[1]
    assert plant(path, noindex, f'{noindex}<link rel="canonical" href="{BASE}">') == set()
    assert plant(path, noindex, f'{noindex}<link rel="canonical" href="https://elsewhere.example/">') == {"canonical"}


def test_services_may_be_whole_addresses(plant: Plant, tmp_path: Path) -> None:
    assert plant(COMPARISON, 'action="/vote"', 'action="https://votes.example/vote"') == {"policy-refuses"}
    assert plant(COMPARISON, 'action="/vote"', 'action="/reviews/vote/aider"') == set()


def test_every_rule_has_a_fault_planted_for_it() -> None:
    elsewhere = Path(__file__).with_name("test_checking_files.py").read_text(encoding="utf-8")
    here = Path(__file__).read_text(encoding="utf-8")
    missing = [rule for rule in RULES if rule not in FAULTS and f'"{rule}"' not in here.split("SIDE_EFFECTS", 2)[2]]
    assert [rule for rule in missing if f'"{rule}"' not in elsewhere] == []
