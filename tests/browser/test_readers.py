"""Readers at the real service, in a real browser: voting, signing up, leaving; by keyboard, and without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Locator, Page, Route, expect

from panel.records import Community
from tests.browser.axe import must_be_accessible, small_targets
from tests.browser.conftest import OpenPage
from tests.browser.readers_site import SHOWN_FROM, ReadersSite, running_site
from tests.browser.watching import LOOK, LOOKS, Look, Watched

ADA = "ada@reader.example"
PLAIN = Look(javascript=False)
NOT_YET = "The share is shown once enough readers have voted."
RING = """() => {
  const element = document.activeElement, style = getComputedStyle(element);
  const drawn = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  return drawn && element.matches(':focus-visible') ? '' : element.outerHTML.slice(0, 200);
}"""
STOP = """() => {
  const all = 'a[href], button, input:not([type=hidden]):not([tabindex="-1"]), [tabindex="0"]';
  const stops = [...document.querySelectorAll(all)].filter(element => element.checkVisibility());
  return [stops.indexOf(document.activeElement), stops.length];
}"""


# Tests name the site before the browser, so that the browser is gone before the service is.
@pytest.fixture
def site(tmp_path: Path) -> Iterator[ReadersSite]:
    with running_site(tmp_path / "room") as running:
        yield running


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def ballot(page: Page, tool: str) -> Locator:
    return page.get_by_role("form", name=f"Would you ship {tool}?")


def press(within: Page | Locator, name: str) -> None:
    within.get_by_role("button", name=name, exact=True).click()


def sign_up(page: Page, address: str) -> None:
    page.get_by_label("E-mail address").fill(address)
    press(page, "Subscribe")


class TestVotingWithItsScript:
    @pytest.mark.parametrize("place", ["tools/larkspur/", "compare/larkspur-vs-tidewater/"])
    def test_a_vote_is_answered_in_place_and_changed_by_the_next(
        self, site: ReadersSite, open_page: OpenPage, place: str
    ) -> None:
        page = open_page(site.url + place)
        form = ballot(page, "Larkspur")
        press(form, "Ship")
        expect(form.locator(".answer")).to_have_text(f"Thank you. Your vote: ship. {NOT_YET}")
        assert page.url == site.url + place
        assert site.counts() == {"larkspur": Community(ships=1, votes=1)}
        press(form, "Skip")
        expect(form.locator(".answer")).to_have_text(f"Thank you. Your vote: skip. {NOT_YET}")
        assert site.counts() == {"larkspur": Community(ships=0, votes=1)}

    def test_the_cookie_is_kept_over_a_reload_and_for_other_pages(self, site: ReadersSite, open_page: OpenPage) -> None:
        page = open_page(site.url + "tools/larkspur/")
        assert page.context.cookies() == []
        press(ballot(page, "Larkspur"), "Ship")
        expect(page.locator(".answer")).to_contain_text("Thank you.")
        (cookie,) = page.context.cookies()
        assert cookie["httpOnly"] and cookie["sameSite"] == "Lax" and page.evaluate("document.cookie") == ""
        page.reload()
        press(ballot(page, "Larkspur"), "Skip")
        expect(page.locator(".answer")).to_contain_text("Your vote: skip.")
        page.goto(site.url + "compare/larkspur-vs-tidewater/")
        press(ballot(page, "Tidewater"), "Ship")
        expect(ballot(page, "Tidewater").locator(".answer")).to_contain_text("Your vote: ship.")
        assert page.context.cookies()[0]["value"] == cookie["value"]
        assert site.counts() == {"larkspur": Community(ships=0, votes=1), "tidewater": Community(ships=1, votes=1)}

    def test_a_vote_that_gets_no_answer_is_told_and_goes_through_later(
        self, site: ReadersSite, open_page: OpenPage, watched: Watched
    ) -> None:
        page = open_page(site.url + "tools/larkspur/")
        site.stop()
        form = ballot(page, "Larkspur")
        press(form, "Ship")
        expect(form.locator(".answer")).to_contain_text("your vote may not have been counted")
        assert page.url == site.url + "tools/larkspur/" and site.counts() == {}
        page.get_by_role("link", name="Facts", exact=True).click()
        expect(page.locator("#facts-heading")).to_be_in_viewport()
        must_be_accessible(page)
        site.start()
        press(form, "Ship")
        expect(heading(page)).to_have_text("Your vote: ship larkspur")
        press(page, "Vote ship")
        expect(heading(page)).to_have_text("Thank you")
        assert site.counts() == {"larkspur": Community(ships=1, votes=1)}
        page.get_by_role("link", name="Back to larkspur").click()
        # Before its script is there, a press sends the plain form.
        page.wait_for_load_state("load")
        press(form, "Skip")
        expect(form.locator(".answer")).to_contain_text("Your vote: skip.")
        assert site.counts() == {"larkspur": Community(ships=0, votes=1)}
        assert all("ERR_CONNECTION_REFUSED" in complaint for complaint in watched.take())

    def test_a_service_that_never_answers_is_not_waited_for_without_end(
        self, site: ReadersSite, open_page: OpenPage, watched: Watched
    ) -> None:
        page = open_page(site.url + "tools/larkspur/")
        waiting: list[Route] = []
        page.route("**/vote/session", lambda route: waiting.append(route))
        page.clock.install()
        form = ballot(page, "Larkspur")
        with page.expect_request("**/vote/session"):
            press(form, "Ship")
        expect(form.locator(".answer")).to_have_text("Sending your vote …")
        page.clock.fast_forward(60_000)
        expect(form.locator(".answer")).to_contain_text("your vote may not have been counted")
        assert all("/vote/session" in complaint for complaint in watched.take())
        assert len(waiting) == 1

    def test_a_form_that_was_sent_plainly_can_be_used_again(
        self, site: ReadersSite, open_page: OpenPage, watched: Watched
    ) -> None:
        """As after going back to a page that the browser had kept."""
        watched.answered.add((site.url + "vote/session", 503))
        page = open_page(site.url + "tools/larkspur/")
        page.route("**/vote/session", lambda route: route.fulfill(status=503))
        page.route("**/vote", lambda route: route.fulfill(status=204))
        form = ballot(page, "Larkspur")
        with page.expect_request("**/vote") as sent:
            press(form, "Ship")
        assert sent.value.post_data == "tool=larkspur&call=ship"
        expect(form.locator(".answer")).to_have_text("Your vote continues on a page of its own.")
        page.unroute_all()
        press(form, "Skip")
        expect(form.locator(".answer")).to_contain_text("Your vote: skip.")
        assert site.counts() == {"larkspur": Community(ships=0, votes=1)}
        assert all("/vote" in complaint for complaint in watched.take())


class TestVotingWithoutScripts:
    @pytest.mark.parametrize("place", ["tools/larkspur/", "compare/larkspur-vs-tidewater/"])
    def test_a_vote_is_asked_about_counted_and_led_back_from(
        self, site: ReadersSite, open_page: OpenPage, place: str
    ) -> None:
        page = open_page(site.url + place, PLAIN)
        press(ballot(page, "Larkspur"), "Ship")
        expect(heading(page)).to_have_text("Your vote: ship larkspur")
        assert site.counts() == {}
        press(page, "Vote ship")
        expect(heading(page)).to_have_text("Thank you")
        expect(page.locator("main")).to_contain_text("Your vote on larkspur is ship.")
        assert site.counts() == {"larkspur": Community(ships=1, votes=1)}
        page.get_by_role("link", name="Back to larkspur").click()
        page.wait_for_url(site.url + "tools/larkspur/")
        press(ballot(page, "Larkspur"), "Skip")
        press(page, "Vote skip")
        expect(heading(page)).to_have_text("Thank you")
        assert site.counts() == {"larkspur": Community(ships=0, votes=1)}

    def test_another_browser_is_another_reader(self, site: ReadersSite, open_page: OpenPage) -> None:
        for call in ("Ship", "Skip"):
            page = open_page(site.url + "tools/larkspur/", PLAIN)
            press(ballot(page, "Larkspur"), call)
            press(page, f"Vote {call.lower()}")
            expect(heading(page)).to_have_text("Thank you")
        assert site.counts() == {"larkspur": Community(ships=1, votes=2)}

    def test_a_sent_vote_that_is_sent_again_counts_once(self, site: ReadersSite, open_page: OpenPage) -> None:
        page = open_page(site.url + "tools/larkspur/", PLAIN)
        press(ballot(page, "Larkspur"), "Ship")
        press(page, "Vote ship")
        expect(heading(page)).to_have_text("Thank you")
        page.reload()
        expect(heading(page)).to_have_text("Thank you")
        assert site.counts() == {"larkspur": Community(ships=1, votes=1)}

    def test_whose_browser_keeps_no_cookie_is_told_so(
        self, site: ReadersSite, open_page: OpenPage, watched: Watched
    ) -> None:
        watched.answered.add((site.url + "vote", 403))
        page = open_page(site.url + "tools/larkspur/", PLAIN)
        press(ballot(page, "Larkspur"), "Ship")
        expect(heading(page)).to_have_text("Your vote: ship larkspur")
        page.context.clear_cookies()
        press(page, "Vote ship")
        expect(heading(page)).to_have_text("No cookie")
        expect(page.locator("main")).to_contain_text("your vote was not counted")
        assert site.counts() == {}


class TestTheList:
    @pytest.mark.parametrize("look", [LOOK, PLAIN], ids=str)
    def test_a_reader_signs_up_confirms_and_leaves(self, site: ReadersSite, open_page: OpenPage, look: Look) -> None:
        page = open_page(site.url + "compare/larkspur-vs-tidewater/", look)
        sign_up(page, ADA)
        expect(heading(page)).to_have_text("Look into your mailbox")
        page.goto(site.confirmation(ADA))
        expect(heading(page)).to_have_text("Confirm your subscription")
        assert site.states() == {ADA: "pending"}
        press(page, "Confirm")
        expect(heading(page)).to_have_text("You are on the list")
        assert site.states() == {ADA: "confirmed"}
        page.goto(site.unsubscribe_url(ADA))
        expect(heading(page)).to_have_text("Leave the list")
        assert site.states() == {ADA: "confirmed"}
        press(page, "Unsubscribe")
        expect(heading(page)).to_have_text("You are off the list")
        assert site.states() == {ADA: "unsubscribed"}

    def test_a_mail_program_unsubscribes_with_one_click(self, site: ReadersSite, open_page: OpenPage) -> None:
        page = open_page(site.url)
        sign_up(page, ADA)
        page.goto(site.confirmation(ADA))
        press(page, "Confirm")
        expect(heading(page)).to_have_text("You are on the list")
        link = site.unsubscribe_url(ADA)
        # RFC 8058: a POST of this one field, without cookies and without an origin.
        answer = httpx2.post(link, data={"List-Unsubscribe": "One-Click"}, trust_env=False, timeout=30)
        assert answer.status_code == 200 and not answer.history
        assert site.states() == {ADA: "unsubscribed"}

    @pytest.mark.parametrize("look", [LOOK, PLAIN], ids=str)
    def test_a_filled_trap_signs_nobody_up(self, site: ReadersSite, open_page: OpenPage, look: Look) -> None:
        page = open_page(site.url + "tools/larkspur/", look)
        trap = page.get_by_label("Leave this empty")
        trap.evaluate("trap => { trap.value = 'https://spam.example/' }")
        sign_up(page, "bot@spam.example")
        expect(heading(page)).to_have_text("Look into your mailbox")
        assert site.states() == {}
        page.goto(site.url)
        sign_up(page, ADA)
        # The next mail is Ada's: none went to the other address.
        site.confirmation(ADA)
        assert site.states() == {ADA: "pending"}


class TestTheKeyboard:
    def tab(self, page: Page, key: str = "Tab") -> Locator:
        """Go one stop on, where the focus must be seen."""
        page.keyboard.press(key)
        focus = page.locator(":focus")
        assert page.evaluate(RING) == "", "the focus is not seen"
        expect(focus).to_be_in_viewport()
        return focus

    def tab_to(self, page: Page, wanted: Locator) -> None:
        for _ in range(200):
            if wanted.evaluate("element => element === document.activeElement"):
                return
            self.tab(page)
        raise AssertionError(f"no way by keyboard to {wanted}")

    def skip(self, page: Page) -> None:
        expect(self.tab(page)).to_have_text("Skip to the page")
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()

    def test_from_the_front_page_to_a_vote_and_onto_the_list(self, site: ReadersSite, open_page: OpenPage) -> None:
        page = open_page(site.url)
        self.skip(page)
        self.tab_to(page, page.get_by_label("Find a tool"))
        page.keyboard.type("whin")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search/?q=whin")
        expect(page.locator("#results a").first).to_be_visible()
        self.skip(page)
        self.tab_to(page, page.get_by_label("Find a tool"))
        results = page.locator("#results a")
        expect(self.tab(page, "ArrowDown")).to_have_text("Whin")
        expect(self.tab(page, "ArrowDown")).to_have_text("Whin vs Orrery")
        expect(self.tab(page, "ArrowUp")).to_have_text("Whin")
        expect(results.first).to_be_focused()
        page.keyboard.press("Enter")
        page.wait_for_url(site.url + "tools/whin/")

        self.skip(page)
        form = ballot(page, "Whin")
        self.tab_to(page, form.get_by_role("button", name="Ship"))
        page.keyboard.press("Space")
        expect(form.locator(".answer")).to_contain_text("Your vote: ship.")
        expect(form.get_by_role("button", name="Ship")).to_be_focused()
        assert page.evaluate(RING) == ""
        expect(self.tab(page)).to_have_text("Skip")
        page.keyboard.press("Enter")
        expect(form.locator(".answer")).to_contain_text("Your vote: skip.")
        assert site.counts() == {"whin": Community(ships=0, votes=1)}

        self.tab_to(page, page.get_by_label("E-mail address"))
        page.keyboard.type(ADA)
        page.keyboard.press("Enter")
        expect(heading(page)).to_have_text("Look into your mailbox")
        page.goto(site.confirmation(ADA))
        self.tab_to(page, page.get_by_role("button", name="Confirm"))
        page.keyboard.press("Space")
        expect(heading(page)).to_have_text("You are on the list")
        expect(self.tab(page)).to_have_text("The Shipping Desk")
        assert site.states() == {ADA: "confirmed"}

    def test_a_vote_without_scripts(self, site: ReadersSite, open_page: OpenPage) -> None:
        page = open_page(site.url + "tools/larkspur/", PLAIN)
        ship = ballot(page, "Larkspur").get_by_role("button", name="Ship")
        self.skip(page)
        self.tab_to(page, ship)
        page.keyboard.press("Enter")
        self.tab_to(page, page.get_by_role("button", name="Vote ship"))
        page.keyboard.press("Space")
        expect(heading(page)).to_have_text("Thank you")
        self.tab_to(page, page.get_by_role("link", name="Back to larkspur"))
        page.keyboard.press("Enter")
        page.wait_for_url(site.url + "tools/larkspur/")
        assert site.counts() == {"larkspur": Community(ships=1, votes=1)}

    @pytest.mark.parametrize("place", ["", "tools/larkspur/", "compare/larkspur-vs-tidewater/", "search/"])
    def test_every_stop_comes_in_order_and_none_is_a_trap(
        self, site: ReadersSite, open_page: OpenPage, place: str
    ) -> None:
        page = open_page(site.url + place)
        self.tab(page)
        at, count = page.evaluate(STOP)
        assert at == 0 and count > 10
        for number in range(1, count):
            self.tab(page)
            assert page.evaluate(STOP) == [number, count]
        for number in reversed(range(count - 1)):
            self.tab(page, "Shift+Tab")
            assert page.evaluate(STOP) == [number, count]


class TestTheServicesOwnPages:
    @pytest.mark.parametrize("look", LOOKS[:4], ids=str)
    def test_each_is_accessible_and_whole(
        self,
        site: ReadersSite,
        open_page: OpenPage,
        watched: Watched,
        look: Look,
        screenshots: Callable[[Page, str], None],
    ) -> None:
        refused = {
            "vote?tool=nothing&call=ship": (404, "No such tool"),
            "vote?tool=larkspur&call=maybe": (400, "Not a vote"),
            "confirm": (404, "That link does not work"),
            "unsubscribe": (404, "That link does not work"),
        }
        watched.answered |= {(site.url + place, status) for place, (status, _) in refused.items()}
        watched.answered.add((site.url + "subscribe", 400))
        page = open_page(site.url + "vote?tool=larkspur&call=ship", look)

        def must_be(title: str) -> None:
            expect(heading(page)).to_have_text(title)
            assert page.title() == f"{title} · The Shipping Desk"
            assert page.locator("h1").count() == 1
            expect(page.get_by_role("banner").get_by_role("link")).to_have_attribute("href", site.url)
            must_be_accessible(page)
            assert small_targets(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
            screenshots(page, re.sub(r"\W+", "-", title))

        must_be("Your vote: ship larkspur")
        press(page, "Vote ship")
        must_be("Thank you")
        page.goto(site.url)
        sign_up(page, ADA)
        must_be("Look into your mailbox")
        link = site.confirmation(ADA)
        page.goto(link)
        must_be("Confirm your subscription")
        press(page, "Confirm")
        must_be("You are on the list")
        page.goto(site.unsubscribe_url(ADA))
        must_be("Leave the list")
        press(page, "Unsubscribe")
        must_be("You are off the list")
        page.goto(link)
        press(page, "Confirm")
        must_be("That link does not work")
        page.goto(site.url + "unsubscribe?token=nobody-s")
        press(page, "Unsubscribe")
        must_be("That link does not work")
        page.goto(site.url)
        sign_up(page, "ada@reader")
        must_be("Not an address")
        for place, (_, title) in refused.items():
            page.goto(site.url + place)
            must_be(title)

    def test_what_is_nowhere_is_told_by_the_sites_own_page(
        self, site: ReadersSite, open_page: OpenPage, watched: Watched
    ) -> None:
        watched.answered.add((site.url + "tools/nothing/", 404))
        page = open_page(site.url + "tools/nothing/")
        must_be_accessible(page)
        page.get_by_role("banner").get_by_role("link", name="The Shipping Desk").click()
        page.wait_for_url(site.url)
        assert page.url == site.url


def test_the_share_is_on_the_site_from_enough_votes_on(site: ReadersSite, open_page: OpenPage) -> None:
    site.bring_votes("larkspur", ships=10, votes=SHOWN_FROM - 1)
    site.build()
    page = open_page(site.url + "tools/larkspur/")
    share = page.locator(".community-share dd")
    expect(share).to_contain_text(f"fewer than {SHOWN_FROM} votes")
    expect(page.locator("#community")).not_to_contain_text("%")
    press(ballot(page, "Larkspur"), "Ship")
    expect(page.locator(".answer")).to_have_text("Thank you. Your vote: ship. Now 61 % ship, 11 of 18 readers.")
    page.reload()
    expect(share).to_contain_text("fewer than")
    site.build()
    page.reload()
    expect(share).to_have_text(re.compile(r"61\s%\s+ship, 11 of 18 readers"))
    expect(page.locator("#community")).to_contain_text("61 % ship, 11 of 18 readers")
    page.goto(site.url + "compare/larkspur-vs-tidewater/")
    expect(share).to_have_text([re.compile("11 of 18 readers"), re.compile("—")])
    must_be_accessible(page)
