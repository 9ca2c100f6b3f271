"""Every page of a site: whole, correct, inert, and telling machines what it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from functools import cache
from itertools import pairwise

import html5lib
import pytest
from jinja2 import meta, nodes
from lxml import html
from markupsafe import Markup

from panel.settings import PublicationSettings, ReadersSettings
from panel.site import pages
from panel.site.model import Site, category_path, comparison_path, tool_path, version_path
from panel.site.pages.checks import CONTEXTS
from panel.site.pages.chrome import Chrome
from panel.site.pages.head import make_head
from panel.site.pages.theme import make_theme_environment, packaged_sources, read_theme
from tests.publish.pages import LONG_WORD, SCRIPT, dossier, page
from tests.site.sites import BASE_URL, empty_site, hostile_site, measured_site, publication, sample_site

SITES: Mapping[str, Callable[[], Site]] = {
    "sample": sample_site,
    "measured": measured_site,
    "hostile": hostile_site,
    "empty": empty_site,
}


def render_all(site: Site, chrome: Chrome | None = None) -> dict[str, str]:
    """Every page of a site by its place."""
    chrome = chrome or pages.make_chrome(site)
    made = {
        "": pages.home_html(site, chrome),
        "404.html": pages.not_found_html(site, chrome),
        "categories/": pages.categories_html(site, chrome),
        "methodology/": pages.methodology_html(site, chrome),
        "corrections/": pages.corrections_html(site, chrome),
        "search/": pages.search_html(site, chrome),
        "digest/": pages.weeks_html(chrome, ("2026-W11", "2026-W10") if site.tools else ()),
        "digest/2026-W11/": pages.framed_html(chrome, "digest/2026-W11/", "One", "One.", Markup("<h1>One</h1>")),
        "digest/2026-W10/": pages.framed_html(chrome, "digest/2026-W10/", "Two", "Two.", Markup("<h1>Two</h1>")),
    }
    for slug, tool in site.tools.items():
        made[tool_path(slug)] = pages.tool_html(site, tool, chrome, structured='{"@type":"Thing"}')
        for version in tool.versions:
            made[version_path(slug, version.n)] = pages.version_html(site, tool, version, chrome)
    for slug, comparison in site.comparisons.items():
        card = f"{comparison_path(slug)}card.png"
        made[comparison_path(slug)] = pages.comparison_html(site, comparison, chrome, '{"@type":"Thing"}', card)
    for slug, category in site.categories.items():
        made[category_path(slug)] = pages.category_html(site, category, chrome)
    return made


@cache
def rendered(name: str) -> dict[str, str]:
    return render_all(SITES[name]())


def tree_of(text: str) -> html.HtmlElement:
    return html.document_fromstring(text)


def only(tree: html.HtmlElement, path: str) -> html.HtmlElement:
    found = tree.xpath(path)
    assert len(found) == 1, f"{path}: {len(found)} found"
    return found[0]


def words(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def content(tree: html.HtmlElement, name: str) -> str:
    return str(only(tree, f"//meta[@name='{name}' or @property='{name}']").get("content"))


def policy_of(text: str) -> str:
    return str(only(tree_of(text), "//meta[@http-equiv='Content-Security-Policy']").get("content"))


every_page = pytest.mark.parametrize(
    ("name", "place"), [(name, place) for name in SITES for place in rendered(name)], ids=lambda value: value or "home"
)


class TestEveryPage:
    @every_page
    def test_it_is_correct_html(self, name: str, place: str) -> None:
        parser = html5lib.HTMLParser(strict=True)
        parser.parse(rendered(name)[place])
        assert parser.errors == []

    @every_page
    def test_it_has_one_headline_and_headings_descend(self, name: str, place: str) -> None:
        levels = [int(element.tag[1]) for element in tree_of(rendered(name)[place]).iter("h1", "h2", "h3", "h4", "h5")]
        assert levels[0] == 1 and levels.count(1) == 1
        assert all(deeper - level <= 1 for level, deeper in pairwise(levels))

    @every_page
    def test_landmarks_and_the_way_past_them(self, name: str, place: str) -> None:
        tree = tree_of(rendered(name)[place])
        assert tree.get("lang") == "en"
        assert [len(tree.xpath(f"//body/{part}")) for part in ("header", "main", "footer")] == [1, 1, 1]
        assert only(tree, "//body/*[1]").get("href") == "#content" and only(tree, "//main").get("id") == "content"
        labels = tree.xpath("//nav/@aria-label")
        assert len(labels) == len(set(labels)) == len(tree.xpath("//nav"))
        sections = [words(link) for link in tree.xpath("//body/header/nav//a")]
        assert sections == ["Home", "Categories", "Search", "Methodology", "Corrections"]

    @every_page
    def test_ids_are_unique_and_everything_is_called_something(self, name: str, place: str) -> None:
        tree = tree_of(rendered(name)[place])
        ids = tree.xpath("//@id")
        assert len(ids) == len(set(ids))
        pointed = {word for value in tree.xpath("//@aria-labelledby | //label/@for") for word in value.split()}
        pointed |= {href[1:] for href in tree.xpath("//a/@href") if href.startswith("#")}
        assert pointed <= set(ids)
        assert not tree.xpath("//section[not(@aria-labelledby)] | //article[not(@aria-labelledby)]")
        for field in tree.xpath("//input[not(@type='hidden')]"):
            assert tree.xpath("//label[@for=$ident]", ident=field.get("id"))
        for link in tree.xpath("//a | //button"):
            assert words(link), html.tostring(link)
        assert not tree.xpath("//svg[not(@aria-hidden='true')] | //th[not(@scope)]")

    @every_page
    def test_nothing_runs_but_the_site_s_own_script(self, name: str, place: str) -> None:
        tree = tree_of(rendered(name)[place])
        assert not tree.xpath("//style | //iframe | //object | //embed | //base | //img | //@style | //@srcset")
        assert not [at for element in tree.iter() for at in element.attrib if at.startswith("on")]
        for script in tree.xpath("//script"):
            if script.get("src"):
                assert re.fullmatch(r"/reviews/assets/(search|vote)\.[0-9a-f]{12}\.js", script.get("src"))
                assert not script.text
            else:
                assert script.get("type") == "application/ld+json"
        assert only(tree, "//link[@rel='stylesheet']").get("href").startswith("/reviews/assets/style.")

    @every_page
    def test_the_policy_comes_first_and_lets_in_only_what_the_page_has(self, name: str, place: str) -> None:
        tree = tree_of(rendered(name)[place])
        first = only(tree, "/html/head/*[1]")
        assert first.get("http-equiv") == "Content-Security-Policy"
        scripts = "; script-src 'self'; connect-src 'self'" if tree.xpath("//script[@src]") else ""
        assert first.get("content") == (
            f"default-src 'none'; style-src 'self'; img-src 'self'{scripts}; form-action 'self'; base-uri 'none'"
        )

    @every_page
    def test_the_head_tells_what_the_page_is(self, name: str, place: str) -> None:
        tree = tree_of(rendered(name)[place])
        assert content(tree, "description").strip()
        assert content(tree, "og:title") and content(tree, "og:site_name") == "The Shipping Desk"
        assert content(tree, "og:image").startswith(BASE_URL)
        assert content(tree, "twitter:card") in ("summary", "summary_large_image")
        assert content(tree, "viewport") == "width=device-width, initial-scale=1"
        assert tree.xpath("//meta[@name='theme-color']/@media") == [
            "(prefers-color-scheme: light)",
            "(prefers-color-scheme: dark)",
        ]
        if place == "404.html":
            assert content(tree, "robots") == "noindex"
            assert not tree.xpath("//link[@rel='canonical'] | //meta[@property='og:url']")
        else:
            assert not tree.xpath("//meta[@name='robots']")
            assert only(tree, "//link[@rel='canonical']").get("href") == BASE_URL + place == content(tree, "og:url")

    @every_page
    def test_feeds_and_data_are_announced(self, name: str, place: str) -> None:
        tree = tree_of(rendered(name)[place])
        others = {link.get("type"): link.get("href") for link in tree.xpath("//link[@rel='alternate']")}
        own = place if re.fullmatch("categories/.+/", place) else ""
        assert others.pop("application/atom+xml") == f"/reviews/{own}feed.atom"
        assert others.pop("application/feed+json") == f"/reviews/{own}feed.json"
        twin = re.fullmatch("(compare|tools|categories)/[a-z0-9-]+/", place)
        assert others == ({"application/json": f"/reviews/{place}index.json"} if twin else {})

    @every_page
    def test_links_stay_on_the_site_or_say_that_they_leave(self, name: str, place: str) -> None:
        known = rendered(name)
        for link in tree_of(known[place]).xpath("//a"):
            href = link.get("href")
            if href.startswith(("https://", "http://")):
                assert link.get("rel") == "nofollow noopener"
            elif not href.startswith("#"):
                assert href.startswith("/reviews/"), href
                there = href.removeprefix("/reviews/")
                assert there in known or there.endswith((".atom", ".json")), href

    @pytest.mark.parametrize("name", SITES)
    def test_no_two_pages_have_one_title(self, name: str) -> None:
        titles = Counter(words(only(tree_of(text), "//title")) for text in rendered(name).values())
        assert titles.most_common(1)[0][1] == 1, titles.most_common(1)

    def test_the_same_site_gives_the_same_bytes(self) -> None:
        assert render_all(sample_site()) == rendered("sample")


class TestContexts:
    @pytest.mark.parametrize("name", CONTEXTS)
    def test_a_template_uses_no_name_that_its_context_lacks_and_the_context_none_that_it_does_not_use(
        self, name: str
    ) -> None:
        assert used_names(name) == {field.name for field in fields(CONTEXTS[name])}

    def test_every_template_is_a_page_or_part_of_one(self) -> None:
        macros = {"lines.html.j2", "macros.html.j2", "making.html.j2"}
        parts = {"base.html.j2", "comparison-body.html.j2", "verdict-making.html.j2", *macros}
        templates = {name for name in packaged_sources() if name.endswith(".j2")}
        assert templates == set(CONTEXTS) | parts
        assert all(used_names(name) == set() for name in macros)


def used_names(name: str) -> set[str]:
    """What a template, with all that it includes or extends, takes from its context."""
    environment = make_theme_environment(read_theme(None, []))
    tree = environment.parse(packaged_sources()[name])
    # What a page imports at its top is there in its blocks, which Jinja's own look at a tree does not see.
    imported = {one for node in tree.find_all(nodes.FromImport) for one in node.names}
    used = meta.find_undeclared_variables(tree) - imported
    for other in meta.find_referenced_templates(tree):
        assert other
        used |= used_names(other)
    return used


class TestHostileText:
    def test_markup_arrives_as_text_on_every_page(self) -> None:
        for place, text in rendered("hostile").items():
            tree = tree_of(text)
            assert not tree.xpath("//b | //img | //script[not(@src) and not(@type)]"), place
            assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08]", text), place
        for place in (tool_path("larkspur"), comparison_path("larkspur-vs-tidewater"), "corrections/"):
            shown = words(tree_of(rendered("hostile")[place]))
            assert SCRIPT in shown, place
        assert "<img src=x onerror=alert(1)>" in words(tree_of(rendered("hostile")[tool_path("larkspur")]))
        assert LONG_WORD[:2000] in rendered("hostile")["corrections/"]

    def test_addresses_of_links_are_never_scripts(self) -> None:
        for text in rendered("hostile").values():
            for href in tree_of(text).xpath("//@href | //@src | //@action"):
                assert re.match(r"https?://|/|#", href), href

    def test_names_stand_in_elements_of_their_own_direction(self) -> None:
        for place, text in rendered("hostile").items():
            for link in tree_of(text).xpath("//main//a[starts-with(@href, '/reviews/tools/')]"):
                assert link.xpath(".//bdi") or re.match(r"verdict \d|Everything|The verdict", words(link)), place

    def test_a_name_of_which_nothing_is_seen_is_called_by_its_slug(self) -> None:
        site = hostile_site()
        tool = site.tools["larkspur"]
        version = tool.current
        blank = version.model_copy(update={"dossier": version.dossier.model_copy(update={"name": "\u202e"})})
        tool = tool.model_copy(update={"versions": (blank,)})
        text = pages.tool_html(site, tool, pages.make_chrome(site))
        assert words(only(tree_of(text), "//h1")) == "larkspur"

    def test_structured_data_that_could_end_its_element_is_refused(self) -> None:
        chrome = pages.make_chrome(sample_site())
        with pytest.raises(ValueError, match="escaped"):
            make_head(chrome, "x/", "X", "Y", kind="z", structured='{"a":"</script>"}')
        assert '"\\u003c"' in make_head(chrome, "x/", "X", "Y", kind="z", structured='{"a":"\\u003c"}').structured


class TestTitles:
    def test_tools_of_one_name_are_told_apart(self) -> None:
        twins = page(dossier("one", "Twin"), dossier("two", "Twin"))
        again = page(dossier("three", "Twin"), dossier("four", "Twin"))
        site = sample_site((publication(twins, "a"), publication(again, "b", days=1)), pairs=())
        titles = [words(only(tree_of(text), "//title")) for text in render_all(site).values()]
        assert len(set(titles)) == len(titles)
        assert "Twin vs Twin [one-vs-two] · The Shipping Desk" in titles


class TestSettings:
    def test_a_site_at_the_root_of_its_host(self) -> None:
        site = sample_site(publication=PublicationSettings(base_url="https://desk.example/"))
        home = tree_of(pages.home_html(site, pages.make_chrome(site)))
        assert "/tools/larkspur/" in home.xpath("//a/@href")
        assert only(home, "//link[@rel='canonical']").get("href") == "https://desk.example/"

    def test_readers_services_elsewhere_are_let_in_by_the_policy(self) -> None:
        site = sample_site()
        far = replace(
            site,
            readers=ReadersSettings(url="https://votes.example"),
            site=site.site.model_copy(update={"newsletter_action": "https://lists.example/join"}),
        )
        chrome = pages.make_chrome(far)
        tool = pages.tool_html(far, far.tools["larkspur"], chrome)
        assert policy_of(tool) == (
            "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
            "connect-src 'self' https://votes.example; "
            "form-action 'self' https://lists.example https://votes.example; base-uri 'none'"
        )
        assert only(tree_of(tool), "//form[@class='ballot']").get("action") == "https://votes.example/vote"
        search = pages.search_html(far, chrome)
        assert "connect-src 'self'; form-action 'self' https://lists.example; base-uri" in policy_of(search)
        home = pages.home_html(far, chrome)
        assert "script-src" not in home and "votes.example" not in home

    def test_a_site_without_votes_and_newsletter_asks_for_neither(self) -> None:
        site = sample_site()
        quiet = replace(
            site,
            readers=ReadersSettings(vote_form=False),
            site=site.site.model_copy(update={"newsletter_action": ""}),
        )
        for place, text in render_all(quiet).items():
            tree = tree_of(text)
            assert not tree.xpath("//form[@method='post']"), place
            assert place == "search/" or not tree.xpath("//script[@src]"), place
        assert "Readers may vote" not in pages.methodology_html(quiet, pages.make_chrome(quiet))
