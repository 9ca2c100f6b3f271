"""The site's pages in a browser: quiet, accessible, fitting, and working with and without their scripts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from panel.records import Community
from panel.site import pages
from panel.site.model import Site
from panel.site.search_index import search_index
from tests.browser.axe import must_be_accessible, small_targets
from tests.browser.conftest import OpenPage
from tests.browser.serving import Served
from tests.browser.watching import LOOK, LOOKS, PHONE, Look, Watched
from tests.site.sites import VOTES, empty_site, hostile_site, measured_site, sample_site
from tests.site.test_pages import render_all

Serve = Callable[..., Served]
PLACES = (
    "",
    "compare/larkspur-vs-tidewater/",
    "compare/larkspur-vs-whin/",
    "tools/larkspur/",
    "tools/larkspur/verdicts/1/",
    "categories/coding-assistant/",
    "categories/",
    "methodology/",
    "corrections/",
    "search/",
    "404.html",
)
MOVED = """new Promise(done => {
  let sum = 0;
  const watch = list => { for (const entry of list.getEntries()) sum += entry.value };
  new PerformanceObserver(watch).observe({type: 'layout-shift', buffered: true});
  setTimeout(() => done(sum), 200);
})"""
NARROW = Look(width=320, height=640, touch=True)


def write(site: Site, folder: Path) -> Path:
    chrome = pages.make_chrome(site)
    files = {
        place if place.endswith(".html") else f"{place}index.html": text.encode()
        for place, text in render_all(site, chrome).items()
    }
    files |= pages.render_assets(chrome)
    files["search/index.json"] = search_index(site)
    for place, data in files.items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("sites")
    votes = VOTES | {"whin": Community(ships=18, votes=25)}
    sites = {
        "sample": sample_site(votes=votes),
        "measured": measured_site(),
        "hostile": hostile_site(),
        "empty": empty_site(),
    }
    return {name: write(site, root / name) for name, site in sites.items()}


# Tests name the server before the browser, so that the browser is gone before the server is.
@pytest.fixture
def url(serve: Serve, folders: dict[str, Path]) -> str:
    return serve(folders["sample"], "/reviews/").url


@pytest.mark.parametrize("look", LOOKS[:4], ids=str)
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place or "home")
def test_every_kind_of_page_is_accessible_and_fits(
    url: str, open_page: OpenPage, place: str, look: Look, screenshots: Callable[[Page, str], None]
) -> None:
    page = open_page(url + place, look)
    must_be_accessible(page)
    assert small_targets(page) == []
    assert wider_than_the_window(page) == 0
    screenshots(page, "page")


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place or "home")
def test_every_kind_of_page_reflows_at_320_pixels(url: str, open_page: OpenPage, place: str) -> None:
    page = open_page(url + place, NARROW)
    assert wider_than_the_window(page) == 0
    # WCAG 1.4.12: readers may set the text wider.
    page.evaluate(
        "() => { for (const element of document.querySelectorAll('*')) { const style = element.style;"
        "style.lineHeight = '1.5'; style.letterSpacing = '0.12em'; style.wordSpacing = '0.16em'; } }"
    )
    assert wider_than_the_window(page) == 0


@pytest.mark.parametrize("look", [LOOK, NARROW], ids=str)
def test_hostile_texts_neither_run_nor_burst_the_page(
    serve: Serve, folders: dict[str, Path], open_page: OpenPage, look: Look
) -> None:
    url = serve(folders["hostile"], "/reviews/").url
    for place in ("", "compare/larkspur-vs-tidewater/", "tools/larkspur/", "corrections/", "categories/"):
        page = open_page(url + place, look)
        assert wider_than_the_window(page) == 0, place
        page.close()
    page = open_page(url + "search/?q=img", look)
    expect(page.locator("#results li").first).to_be_visible()
    assert page.locator("#results img, #results script, #results b").count() == 0


def test_an_empty_site_is_whole(serve: Serve, folders: dict[str, Path], open_page: OpenPage) -> None:
    url = serve(folders["empty"], "/reviews/").url
    for place in ("", "categories/", "methodology/", "corrections/", "search/"):
        page = open_page(url + place)
        must_be_accessible(page)
        assert wider_than_the_window(page) == 0, place


@pytest.mark.parametrize("look", [*LOOKS[:4], NARROW], ids=str)
@pytest.mark.parametrize(
    "place", ["compare/larkspur-vs-tidewater/", "compare/larkspur-vs-whin/", "tools/larkspur/verdicts/1/"]
)
def test_how_a_page_was_made_is_accessible_and_fits_with_all_of_it_open(
    serve: Serve,
    folders: dict[str, Path],
    open_page: OpenPage,
    place: str,
    look: Look,
    screenshots: Callable[[Page, str], None],
) -> None:
    page = open_page(serve(folders["measured"], "/reviews/").url + place, look)
    page.locator("summary").click()
    expect(page.locator(".made li").first).to_be_visible()
    must_be_accessible(page)
    assert small_targets(page) == []
    assert wider_than_the_window(page) == 0
    screenshots(page, "how")


def test_provenance_is_open_on_paper(serve: Serve, folders: dict[str, Path], open_page: OpenPage) -> None:
    page = open_page(serve(folders["measured"], "/reviews/").url + "compare/larkspur-vs-tidewater/")
    seen = "element => element.checkVisibility()"
    last = page.locator(".made li").last
    assert not last.evaluate(seen)
    page.emulate_media(media="print")
    assert last.evaluate(seen)
    assert page.locator(".firmness").evaluate("table => table.scrollWidth <= table.parentElement.clientWidth")


def wider_than_the_window(page: Page) -> int:
    """By how many pixels the page scrolls sideways."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def test_nothing_moves_while_a_page_is_loaded(url: str, open_page: OpenPage) -> None:
    for place in ("", "tools/larkspur/", "search/"):
        page = open_page(url + place, PHONE)
        assert page.evaluate(MOVED) < 0.01, place


def test_the_first_tab_leads_past_the_navigation(url: str, open_page: OpenPage) -> None:
    page = open_page(url)
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the page")
    expect(page.locator(":focus")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


class TestSearch:
    def test_it_finds_as_one_types_and_is_used_by_keyboard(self, url: str, open_page: OpenPage) -> None:
        page = open_page(url + "search/")
        field = page.get_by_label("Find a tool")
        field.focus()
        page.keyboard.type("whin")
        expect(page.get_by_role("status")).to_have_text("1 tool and 2 comparisons.")
        results = page.locator("#results a")
        expect(results).to_have_text(["Whin", "Whin vs Orrery", "Larkspur vs Whin"])
        assert page.url.endswith("search/?q=whin")
        expect(page.locator("#all")).to_be_hidden()
        must_be_accessible(page)
        page.keyboard.press("ArrowDown")
        expect(results.nth(0)).to_be_focused()
        page.keyboard.press("ArrowDown")
        expect(results.nth(1)).to_be_focused()
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
        expect(field).to_be_focused()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Escape")
        expect(field).to_be_focused()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url(url + "tools/whin/")

    def test_the_question_is_in_the_address_and_back_from_it(self, url: str, open_page: OpenPage) -> None:
        page = open_page(url + "search/?q=code+EDITOR")
        expect(page.get_by_label("Find a tool")).to_have_value("code EDITOR")
        expect(page.locator("#results h3").first).to_have_text("Tidewater")
        expect(page.locator("#results .share").first).to_have_text("Panel 25 % ship, 1 of 4")
        page.get_by_label("Find a tool").fill("")
        expect(page.locator("#found")).to_be_hidden()
        expect(page.locator("#all")).to_be_visible()
        assert page.url == url + "search/"

    def test_accents_do_not_matter_and_every_word_must_occur(self, url: str, open_page: OpenPage) -> None:
        page = open_page(url + "search/")
        field = page.get_by_label("Find a tool")
        field.fill("Lárkspür assistant")
        expect(page.locator("#results h3")).to_have_text(["Larkspur"])
        field.fill("larkspur telephone")
        expect(page.get_by_role("status")).to_have_text(
            "Nothing matches “larkspur telephone”. Try fewer or shorter words."
        )
        expect(page.locator("#results li")).to_have_count(0)

    def test_names_come_before_what_is_said_of_other_tools(
        self, serve: Serve, open_page: OpenPage, tmp_path: Path
    ) -> None:
        folder = write(sample_site(), tmp_path)
        tools = [self.tool(number, f"Tool {number}", tagline="better than mast") for number in range(998)]
        tools += [self.tool(998, "Halfmast"), self.tool(999, "Mast")]
        (folder / "search" / "index.json").write_text(
            json.dumps({"schema_version": 1, "tools": tools, "comparisons": []}), encoding="utf-8"
        )
        page = open_page(serve(folder, "/reviews/").url + "search/")
        page.get_by_label("Find a tool").fill("mast")
        expect(page.get_by_role("status")).to_have_text("1000 tools and 0 comparisons; the first 100 are listed.")
        assert page.locator("#results h3").all_text_contents()[:3] == ["Mast", "Halfmast", "Tool 0"]
        spent = page.evaluate(
            "() => { const field = document.getElementById('q'); const start = performance.now();"
            "for (const text of ['m', 'ma', 'mas', 'mast'])"
            "{ field.value = text; field.dispatchEvent(new Event('input')) }"
            "return performance.now() - start }"
        )
        assert spent < 2000

    def tool(self, number: int, name: str, **changes: object) -> dict[str, object]:
        slug = f"tool-{number}"
        plain: dict[str, object] = {
            "slug": slug,
            "name": name,
            "category": "Code editor",
            "category_slug": "code-editor",
            "maker": "Somebody",
            "tagline": "Plain",
            "ship_pct": None,
            "ships": 0,
            "voted": 0,
            "path": f"/reviews/tools/{slug}/",
        }
        return plain | changes

    def test_without_its_script_it_is_a_list_of_links(self, url: str, open_page: OpenPage) -> None:
        page = open_page(url, Look(javascript=False))
        page.get_by_label("Find a tool").fill("whin")
        page.get_by_role("button", name="Search").click()
        page.wait_for_url("**/search/?q=whin")
        page.get_by_role("link", name="Whin", exact=True).click()
        page.wait_for_url("**/tools/whin/")
        assert page.url == url + "tools/whin/"

    def test_an_index_that_cannot_be_had_leaves_the_list(self, url: str, open_page: OpenPage, watched: Watched) -> None:
        watched.answered.add((url + "search/index.json", 500))
        page = open_page(url + "search/")
        page.route("**/search/index.json", lambda route: route.fulfill(status=500, body="no"))
        page.get_by_label("Find a tool").fill("whin")
        expect(page.get_by_role("status")).to_have_text(
            "The search’s index could not be loaded. Everything is listed below."
        )
        expect(page.locator("#all")).to_be_visible()

    def test_a_path_that_leaves_the_site_is_left_out(self, serve: Serve, open_page: OpenPage, tmp_path: Path) -> None:
        folder = write(sample_site(), tmp_path)
        paths = (
            "//evil.example/",
            "javascript:alert(1)",
            "https://evil.example/",
            "/\\evil.example/",
            "/reviews/tools/ok/",
        )
        tools = [self.tool(number, f"Mast {number}", path=path) for number, path in enumerate(paths)]
        (folder / "search" / "index.json").write_text(
            json.dumps({"schema_version": 1, "tools": tools, "comparisons": []}), encoding="utf-8"
        )
        page = open_page(serve(folder, "/reviews/").url + "search/?q=mast")
        expect(page.locator("#results a")).to_have_count(1)


class TestVote:
    def answer(self, page: Page, told: dict[str, object], asked: list[str]) -> None:
        """Stand in for the readers' service."""

        def session(route: Route) -> None:
            route.fulfill(json={"csrf": "token"})

        def vote(route: Route) -> None:
            assert route.request.method == "POST"
            assert route.request.headers["accept"] == "application/json"
            asked.append(route.request.post_data or "")
            route.fulfill(json=told)

        page.route("**/vote/session", session)
        page.route("**/vote", vote)

    def test_a_vote_is_answered_where_it_was_cast(self, url: str, open_page: OpenPage) -> None:
        page, asked = open_page(url + "tools/larkspur/"), []
        told = {"tool": "larkspur", "call": "ship", "ships": 134, "votes": 219, "shown": True}
        self.answer(page, told, asked)
        ship = page.get_by_role("button", name="Ship")
        ship.focus()
        page.keyboard.press("Enter")
        expect(page.locator(".ballot .answer")).to_have_text(
            "Thank you. Your vote: ship. Now 61 % ship, 134 of 219 readers."
        )
        assert asked == ["tool=larkspur&call=ship&csrf=token"]
        expect(ship).to_have_attribute("aria-pressed", "true")
        expect(ship).to_be_focused()
        must_be_accessible(page)

    def test_too_few_votes_are_no_share(self, url: str, open_page: OpenPage) -> None:
        page = open_page(url + "compare/larkspur-vs-tidewater/")
        told = {"tool": "tidewater", "call": "skip", "ships": 1, "votes": 2, "shown": False}
        self.answer(page, told, [])
        ballot = page.get_by_role("form", name="Would you ship Tidewater?")
        ballot.get_by_role("button", name="Skip").click()
        expect(ballot.locator(".answer")).to_have_text(
            "Thank you. Your vote: skip. The share is shown once enough readers have voted."
        )

    def test_where_anything_goes_wrong_the_plain_form_is_sent(
        self, url: str, open_page: OpenPage, watched: Watched
    ) -> None:
        origin = url.removesuffix("/reviews/")
        watched.answered.add((f"{origin}/vote/session", 503))
        page = open_page(url + "tools/larkspur/")
        sent: list[str] = []

        def vote(route: Route) -> None:
            sent.append(route.request.post_data or "")
            route.fulfill(body="<!doctype html><title>Thank you</title>", content_type="text/html")

        page.route("**/vote/session", lambda route: route.fulfill(status=503))
        page.route("**/vote", vote)
        page.get_by_role("button", name="Skip").click()
        page.wait_for_url("**/vote")
        assert sent == ["tool=larkspur&call=skip"]
        # The page left before the answer's body was read.
        assert all("/vote/session" in complaint for complaint in watched.take())

    def test_it_works_without_a_script(self, url: str, open_page: OpenPage) -> None:
        page = open_page(url + "tools/larkspur/", Look(javascript=False))
        sent: list[str] = []

        def vote(route: Route) -> None:
            sent.append(route.request.post_data or "")
            route.fulfill(body="<!doctype html><title>Thank you</title>", content_type="text/html")

        page.route("**/vote", vote)
        page.get_by_role("button", name="Ship").click()
        page.wait_for_url("**/vote")
        assert sent == ["tool=larkspur&call=ship"]


def test_the_sign_up_s_trap_is_met_by_nobody(url: str, open_page: OpenPage) -> None:
    page = open_page(url + "tools/larkspur/")
    page.get_by_label("E-mail address").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Subscribe")).to_be_focused()
    assert page.get_by_label("Leave this empty").bounding_box()["width"] <= 24 * 20
    box = page.locator(".website").bounding_box()
    assert box is not None and box["width"] <= 1 and box["height"] <= 1


def test_colours_that_a_reader_forces_leave_ship_and_skip_apart(url: str, open_page: OpenPage) -> None:
    page = open_page(url + "compare/larkspur-vs-tidewater/")
    page.emulate_media(forced_colors="active")
    ship = page.locator(".calls .call-ship").first
    skip = page.locator(".calls .call-skip").first
    fill = "element => getComputedStyle(element, '::before').backgroundColor"
    assert ship.evaluate(fill) != skip.evaluate(fill)
    must_be_accessible(page)
