"""The page as a reader, a screen reader and a browser see it."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from importlib import resources
from itertools import pairwise
from pathlib import Path

import pytest
from jinja2 import UndefinedError, meta
from lxml import html

from panel.errors import SetupError
from panel.publish import render_json, render_page
from panel.publish.context import BodyContext, PageContext
from panel.publish.render import environment, format_day, format_share
from panel.records import BeatText, Call, Community, Flips, Independence, Page, Passage, sha256_of

from . import pages

Parse = Callable[[Page], html.HtmlElement]
SNAPSHOTS = Path(__file__).parent / "snapshots"
THREE = (pages.LARKSPUR, pages.TIDEWATER, pages.QUARRY)
FOUR = (*THREE, pages.ORRERY)


def words(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def only(tree: html.HtmlElement, path: str) -> html.HtmlElement:
    found = tree.xpath(path)
    assert len(found) == 1, f"{path}: {len(found)} found"
    return found[0]


def all_pages() -> list[Page]:
    shown = [pages.page(*tools, status=status) for tools in (FOUR[:1], FOUR[:2], THREE, FOUR) for status in STATES]
    told = [told_page(), pages.measured(pages.page(pages.LARKSPUR)), pages.measured(pages.page(*FOUR, status="draft"))]
    return [*shown, *told, pages.hostile()]


STATES = ("approved", "draft")


def told_page() -> Page:
    """A page with everything that can be told of its making."""
    page = pages.measured(pages.two_tools(), pages.disclosed(pages.OWN_MAKER))
    return pages.with_cell(page, "tidewater", "business", acknowledged=1)


def scripted_page(status: str = "approved") -> Page:
    return pages.scripted(pages.two_tools(status))


every_page = pytest.mark.parametrize("page", all_pages(), ids=lambda page: f"{page.slug}-{page.status}")


def test_the_template_uses_exactly_the_fields_of_its_context() -> None:
    assert used_names("standalone.html.j2") == {field.name for field in fields(PageContext)}
    assert used_names("comparison-body.html.j2") == {field.name for field in fields(BodyContext)}


def test_macros_know_only_what_they_are_given() -> None:
    assert used_names("macros.html.j2") == used_names("making.html.j2") == set()


def used_names(name: str) -> set[str]:
    """What a template, with all that it includes, takes from its context."""
    source = (resources.files("panel.publish") / "templates" / name).read_text(encoding="utf-8")
    parsed = environment().parse(source)
    used = meta.find_undeclared_variables(parsed)
    for other in meta.find_referenced_templates(parsed):
        assert other
        used |= used_names(other)
    return used


def test_an_unknown_name_is_an_error_and_not_a_blank() -> None:
    with pytest.raises(UndefinedError):
        environment().from_string("{{ page.titel }}").render(page=pages.two_tools())


def test_the_same_page_gives_the_same_bytes() -> None:
    assert render_page(pages.two_tools()) == render_page(pages.two_tools())


class TestParts:
    def test_title_and_cards_stand_side_by_side(self, parsed: Parse) -> None:
        tree = parsed(pages.two_tools())
        assert words(only(tree, "//h1")) == "Larkspur vs Tidewater"
        first, second = tree.xpath("//article[@class='tool']")
        assert words(first).startswith("Coding assistant Larkspur Edits your repository from the terminal")
        assert words(only(first, ".//p[@class='description']")).startswith("A command-line assistant")
        assert words(only(second, ".//p[@class='category']")) == "Code editor"
        price = words(only(first, ".//div[@class='entry-price']"))
        assert price == "Entry price Free as of 24 February 2026, Price page"
        visit = only(first, ".//p[@class='visit']/a")
        assert visit.get("href") == "https://larkspur.example/"
        assert visit.get("rel") == "nofollow noopener"

    @pytest.mark.parametrize("tools", [FOUR[:1], FOUR[:2], THREE, FOUR], ids=len)
    def test_every_share_reads_like_the_tally(self, parsed: Parse, tools: tuple[pages.Dossier, ...]) -> None:
        page = pages.page(*tools)
        shown = [words(dd) for dd in parsed(page).xpath("//div[@class='panel-share']/dd")]
        assert shown == [card.tally.label for card in page.tools]
        totals = [words(td) for td in parsed(page).xpath("//table[@class='calls']/tfoot//td")]
        assert totals == shown

    def test_no_verdict_is_never_a_zero(self, parsed: Parse) -> None:
        page = pages.page(pages.LARKSPUR)
        empty = page.tools[0].tally.model_copy(update={"ships": 0, "skips": 0, "missing": 4})
        tree = parsed(page.model_copy(update={"tools": (page.tools[0].model_copy(update={"tally": empty}),)}))
        shown = words(only(tree, "//div[@class='panel-share']/dd"))
        assert shown == empty.label == "no verdict, 4 missing"
        assert "0 %" not in shown

    def test_the_community_has_a_dash_where_nobody_voted(self, parsed: Parse) -> None:
        first, second = parsed(pages.two_tools()).xpath("//div[@class='community-share']/dd")
        assert words(first) == "62 % ship, 31 of 50 votes"
        assert words(second) == "—no votes"
        assert second.xpath(".//*[@aria-hidden='true']")[0].text == "—"

    def test_one_vote_is_singular(self, parsed: Parse) -> None:
        page = pages.page(pages.LARKSPUR)
        card = page.tools[0].model_copy(update={"community": Community(ships=1, votes=1)})
        tree = parsed(page.model_copy(update={"tools": (card,)}))
        assert words(only(tree, "//div[@class='community-share']/dd")) == "100 % ship, 1 of 1 vote"

    def test_the_scorecard_has_a_row_a_persona_and_a_named_seat_a_tool(self, parsed: Parse) -> None:
        rows = parsed(pages.two_tools()).xpath("//section[@class='row']")
        assert [words(only(row, ".//h3")) for row in rows] == [name for name, _ in pages.PERSONAS.values()]
        heads = [[words(h4) for h4 in row.xpath(".//article/h4")] for row in rows]
        assert heads == [
            ["Larkspur Ship", "Tidewater Ship"],
            ["Larkspur Skip", "Tidewater Skip"],
            ["Larkspur Ship", "Tidewater Skip"],
            ["Larkspur Ship", "Tidewater Skip"],
        ]
        argument = words(only(rows[0], "(.//p[@class='argument'])[1]"))
        assert argument == " ".join(pages.ARGUMENTS["dx"])

    def test_an_emptied_beat_leaves_no_hole(self, parsed: Parse) -> None:
        page = pages.page(pages.LARKSPUR)
        row = page.rows[0]
        beats = (BeatText(id="a", text="One."), BeatText(id="b", text=""), BeatText(id="c", text="Two."))
        rows = (row.model_copy(update={"cells": (row.cells[0].model_copy(update={"beats": beats}),)}),)
        tree = parsed(page.model_copy(update={"rows": rows}))
        assert only(tree, "//p[@class='argument']").text_content() == "One. Two."

    def test_a_missing_seat_says_so(self, parsed: Parse) -> None:
        tree = parsed(pages.page(*THREE, status="draft"))
        seat = only(tree, "//article[@aria-labelledby='seat_quarry_futurist']")
        assert words(only(seat, "./h4")) == "Quarry missing"
        assert "counts neither as a ship nor as a skip" in words(seat)
        assert only(seat, ".//*[contains(@class, 'call-missing')]") is not None

    def test_each_seat_tells_who_approved_it_and_how_much_was_changed(self, parsed: Parse) -> None:
        traces = [words(p) for p in parsed(pages.two_tools()).xpath("//p[@class='trace']")]
        assert traces[0] == (
            "Approved by Ada Example, 3 March 2026. Editors changed 12 % of the words. "
            "The model’s call was skip; an editor changed it."
        )
        assert traces[-1] == "Approved by Ben Sample, 3 March 2026. The words are as drafted."

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            (
                {"first_call": Call.SKIP},
                "Written anew at an editor’s request (draft 3); the model’s first call was skip. "
                "The words are that draft’s.",
            ),
            ({}, "Written anew at an editor’s request (draft 3). The words are that draft’s."),
            ({"first_call": None}, "Written anew at an editor’s request (draft 3). The words are that draft’s."),
            (
                {"first_call": Call.SKIP, "call_changed": True, "changed_share": 0.12},
                "Written anew at an editor’s request (draft 3). Editors changed 12 % of the words. "
                "The model’s call was skip; an editor changed it.",
            ),
            (
                {"call_changed": True},
                "Written anew at an editor’s request (draft 3); the model’s first call was ship. "
                "The words are that draft’s. The model’s call was skip; an editor changed it.",
            ),
        ],
    )
    def test_what_was_written_anew_says_so_and_what_the_first_call_was(
        self, parsed: Parse, changes: dict[str, object], said: str
    ) -> None:
        values = {"call_changed": False, "changed_share": 0.0, "draft": 3, "redrafts": 1, "first_call": Call.SHIP}
        page = pages.page(pages.LARKSPUR)
        cell = page.rows[0].cells[0].model_copy(update=values | changes)
        rows = (page.rows[0].model_copy(update={"cells": (cell,)}), *page.rows[1:])
        tree = parsed(page.model_copy(update={"rows": rows}))
        assert words(tree.xpath("//p[@class='trace']")[0]) == f"Approved by Ada Example, 3 March 2026. {said}"
        assert "Editors had 1 of 4 arguments written anew." in words(only(tree, "//section[@id='how']"))

    def test_verdict_price_split_and_vote_are_there(self, parsed: Parse) -> None:
        page = pages.two_tools()
        tree = parsed(page)
        for ident, text in [
            ("verdict", page.comparison.verdict),
            ("price", page.comparison.price_read),
            ("split", page.comparison.split_read),
            ("community", page.comparison.community_read),
        ]:
            assert text in words(only(tree, f"//section[@id='{ident}']"))
        assert words(only(tree, "//p[@class='winner']")) == "Highest ship share: Larkspur"
        split = [[words(cell) for cell in row] for row in tree.xpath("//table[@class='calls']/tbody/tr")]
        assert split[0] == ["Developer experience", "Ship", "Ship"]
        assert split[3] == ["Business", "Ship", "Skip"]
        prices = [[words(cell) for cell in row] for row in tree.xpath("//section[@id='price']//tbody/tr")]
        assert prices[0] == ["Larkspur", "Free", "Team: $20 a month (per seat)", "24 February 2026", "Price page"]
        assert prices[1][2] == "—none recorded"

    def test_a_tie_names_no_winner(self, parsed: Parse) -> None:
        page = pages.page(pages.ORRERY, pages.dossier("other", "Other"))
        assert page.comparison.winner is None
        assert not parsed(page).xpath("//p[@class='winner']")

    def test_the_sign_up_is_labelled_and_left_out_without_an_address(self, parsed: Parse) -> None:
        tree = parsed(pages.two_tools())
        form = only(tree, "//form")
        assert (form.get("action"), form.get("method")) == ("https://lists.example/subscribe", "post")
        assert "Weekly verdicts" in words(only(tree, "//section[@id='newsletter']"))
        without = parsed(pages.two_tools(newsletter_action=""))
        assert not without.xpath("//form | //*[@id='newsletter'] | //a[@href='#newsletter']")

    def test_one_tool_alone_compares_nothing(self, parsed: Parse) -> None:
        tree = parsed(pages.page(pages.LARKSPUR))
        assert words(only(tree, "//h1")) == "Larkspur"
        assert words(only(tree, "//h2[@id='tools-heading']")) == "The tool"
        assert not tree.xpath("//p[@class='winner'] | //*[@class='versus']")


class TestHowItWasMade:
    def test_model_bytes_editors_and_responsibility(self, parsed: Parse) -> None:
        how = only(parsed(pages.two_tools()), "//section[@id='how']")
        text = words(how)
        assert "Qwen3-4B-Instruct-2507, quantized to Q4_K_M" in text
        assert "llama.cpp 0.3.36" in text
        code = only(how, ".//code[@title]")
        assert code.get("title") == pages.MODEL_SHA256
        assert code.text == pages.MODEL_SHA256[:12] + "…"
        assert "They are not people, and none of them has used the products" in text
        assert "All of them run on the same model" in text
        assert words(only(how, ".//p[@class='responsibility']")) == (
            "Drafted by a model; reviewed, and approved by Ada Example and Ben Sample on 3 March 2026, "
            "who hold editorial responsibility for this page."
        )
        assert "Editors changed 1 of 8 arguments, the most changed one by 12 % of its words." in text

    def test_one_approver_holds_and_two_days_are_named(self, parsed: Parse) -> None:
        page = pages.page(pages.LARKSPUR)
        cell = page.rows[0].cells[0].model_copy(update={"approved_at": pages.APPROVED - timedelta(days=2)})
        made = page.how_made.model_copy(update={"approvers": ("Ada Example",)})
        rows = (page.rows[0].model_copy(update={"cells": (cell,)}),)
        tree = parsed(page.model_copy(update={"rows": rows, "how_made": made}))
        assert words(only(tree, "//p[@class='responsibility']")) == (
            "Drafted by a model; reviewed, and approved by Ada Example between 1 March 2026 and 3 March 2026, "
            "who holds editorial responsibility for this page."
        )

    def test_who_approved_only_the_comparison_answers_for_the_page_too(self, parsed: Parse) -> None:
        made = pages.two_tools().how_made.model_copy(update={"approvers": ("Ada Example", "Cy Third")})
        said = words(only(parsed(pages.two_tools(how_made=made)), "//p[@class='responsibility']"))
        assert "approved by Ada Example and Cy Third" in said

    def test_changed_calls_are_counted(self, parsed: Parse) -> None:
        how = words(only(parsed(pages.two_tools()), "//section[@id='how']"))
        assert "Editors changed the call of 1 of 8 seats" in how

    def test_untouched_drafts_are_said_to_be_untouched(self, parsed: Parse) -> None:
        text = words(parsed(pages.page(pages.TIDEWATER)))
        assert "Editors changed no words" in text
        assert "written anew" not in text.lower()

    @pytest.mark.parametrize("status", STATES)
    def test_a_scripted_page_says_so_where_the_page_itself_is_not_seen(self, parsed: Parse, status: str) -> None:
        tree = parsed(scripted_page(status))
        title = words(only(tree, "//title"))
        assert title.endswith("Larkspur vs Tidewater (scripted rehearsal) · The Shipping Desk")
        assert only(tree, "//meta[@property='og:title']").get("content").endswith(" (scripted rehearsal)")
        for path in ("//meta[@name='description']", "//meta[@property='og:description']"):
            said = only(tree, path).get("content")
            assert said.startswith("Scripted rehearsal, no model wrote this. Larkspur vs Tidewater: ")
        assert "rehearsal" not in only(parsed(pages.two_tools(status)), "//head").text_content()
        assert "The model’s call" not in words(tree)

    def test_a_scripted_page_says_that_no_model_wrote_it(self, parsed: Parse) -> None:
        tree = parsed(scripted_page())
        assert "No model wrote this" in words(only(tree, "//p[@class='byline']"))
        how = words(only(tree, "//section[@id='how']"))
        assert how.startswith("How this page was made No model wrote this.")
        assert "Drafted by a model" not in how
        assert "Model none" in how

    def test_a_single_persona_is_not_plural(self, parsed: Parse) -> None:
        made = pages.two_tools().how_made.model_copy(update={"personas": 1})
        text = words(only(parsed(pages.two_tools(how_made=made)), "//section[@id='how']"))
        assert "One AI reviewer drafted the arguments above. It is not a person, and it has not used" in text
        assert "same model" not in text


def how_of(tree: html.HtmlElement) -> html.HtmlElement:
    return only(tree, "//section[@id='how']")


class TestIndependence:
    SAME_MODEL = "All of them run on the same model, so their agreement weighs less"

    def told(self, parsed: Parse, **changes: object) -> str:
        worth = pages.INDEPENDENCE.model_copy(update=changes)
        page = pages.measured(pages.two_tools(), pages.disclosed(independence=worth))
        return words(only(how_of(parsed(page)), ".//p[@class='independence']"))

    def test_it_says_what_the_votes_are_worth_with_interval_and_source(self, parsed: Parse) -> None:
        assert self.told(parsed) == (
            "By how their calls agree in an evaluation over 48 tools, the four reviewers are worth about 3.2 "
            "independent votes (95 % interval: 2.2 to 4.0). "
            "Independent is not right: reviewers who toss coins are independent too."
        )

    def test_the_publication_s_own_reviews_are_named_as_such(self, parsed: Parse) -> None:
        told = self.told(parsed, source="newsroom", tools=31, votes=1.0)
        assert told.startswith("By how their calls agree in this publication’s own reviews of 31 tools, the four")
        assert "worth about 1.0 independent votes" in told

    def test_without_an_interval_there_is_none(self, parsed: Parse) -> None:
        assert "votes. Independent is not right" in self.told(parsed, low=None, high=None)

    def test_a_figure_that_nobody_knows_is_said_to_be_unknown(self, parsed: Parse) -> None:
        page = pages.measured(pages.two_tools(), pages.disclosed(independence=pages.UNKNOWN))
        told = only(how_of(parsed(page)), ".//p[@class='independence']")
        assert words(told) == "How many independent votes they are worth is not known for this model."

    def test_the_same_thing_is_not_said_twice(self, parsed: Parse) -> None:
        how = words(how_of(parsed(pages.measured(pages.two_tools()))))
        assert how.count("same model") == 1 and self.SAME_MODEL in how

    def test_one_reviewer_agrees_with_nobody(self, parsed: Parse) -> None:
        alone = pages.disclosed(independence=Independence(reviewers=1, text="1 reviewer"))
        how = how_of(parsed(pages.measured(pages.two_tools(), alone, personas=1)))
        assert "independent" not in words(how)

    def test_without_a_disclosure_nothing_is_claimed(self, parsed: Parse) -> None:
        for page in (pages.two_tools(), scripted_page(), scripted_page("draft")):
            how = how_of(parsed(page))
            assert not how.xpath(".//p[@class='independence']")
            assert "independent votes" not in words(how)


class TestInterests:
    SAID = "Conflict of interest: Larkspur was reviewed by a model of its own maker, An Invented Company (Inventa)."

    @pytest.mark.parametrize("status", STATES)
    def test_a_conflict_stands_at_the_top_and_among_how_it_was_made(self, parsed: Parse, status: str) -> None:
        tree = parsed(pages.measured(pages.two_tools(status), pages.disclosed(pages.OWN_MAKER)))
        opening = only(tree, "//header[@class='opening']//p[@class='interest']")
        assert words(opening) == f"{self.SAID} What that means"
        assert opening.xpath("./a/@href") == ["#how"]
        assert words(only(how_of(tree), ".//p[@class='interest']")).startswith(self.SAID)
        assert "conflict of interest: Larkspur and its reviewer" not in tree.text_content()

    def test_several_are_all_told(self, parsed: Parse) -> None:
        other = pages.OWN_MAKER.model_copy(update={"tool": "tidewater", "for_page": "Tidewater is built on one."})
        tree = parsed(pages.measured(pages.two_tools(), pages.disclosed(pages.OWN_MAKER, other)))
        for told in tree.xpath("//p[@class='interest']"):
            assert words(told).startswith("Conflicts of interest: Larkspur was")
            assert "Tidewater is built on one." in words(told)

    def test_a_known_maker_without_a_conflict_is_not_mentioned(self, parsed: Parse) -> None:
        tree = parsed(pages.measured(pages.two_tools()))
        assert not tree.xpath("//p[@class='interest']")
        assert "maker of the reviewing model" not in words(tree)

    @pytest.mark.parametrize(
        ("tools", "which"), [(FOUR[:1], "this tool"), (FOUR[:2], "one of these tools")], ids=["one", "two"]
    )
    def test_a_maker_that_nobody_knows_is_said_to_be_unknown(
        self, parsed: Parse, tools: tuple[pages.Dossier, ...], which: str
    ) -> None:
        tree = parsed(pages.measured(pages.page(*tools), pages.disclosed(knows_maker=False)))
        said = (
            "The maker of the reviewing model is not known to Panel, so it cannot say whether it is the maker of "
            f"{which}."
        )
        assert said in words(how_of(tree))
        assert words(tree).count("maker of the reviewing model") == 1
        assert not tree.xpath("//p[@class='interest']")

    def test_an_older_page_says_nothing_of_makers(self, parsed: Parse) -> None:
        assert "maker of the reviewing model" not in words(parsed(pages.two_tools()))


class TestFirmness:
    def table(self, tree: html.HtmlElement) -> list[list[str]]:
        return [[words(cell) for cell in row] for row in tree.xpath("//table[@class='firmness']//tr")]

    def test_each_call_has_its_odds_its_flips_and_who_answers_for_it(self, parsed: Parse) -> None:
        head, *rows = self.table(parsed(pages.measured(pages.two_tools())))
        assert head == [
            "Tool",
            "Drafted call",
            "Probability of ship",
            "Drawn again",
            "Words changed",
            "Approved by",
        ]
        changed = "skip; an editor changed it to ship"
        assert rows[:5] == [
            ["Developer experience"],
            ["Larkspur", changed, "under 1 %", "flips 0 of 8", "12 %", "Ada Example"],
            ["Tidewater", "ship", "91 %", "flips 0 of 8", "none", "Ada Example"],
            ["The skeptic"],
            ["Larkspur", "skip", "44 %", "flips 2 of 8", "none", "Ada Example"],
        ]
        assert len(rows) == 4 * 3

    def test_each_row_belongs_to_its_reviewer(self, parsed: Parse) -> None:
        for body in parsed(pages.measured(pages.two_tools())).xpath("//table[@class='firmness']/tbody"):
            assert body.xpath("./tr/th/@scope") == ["rowgroup", "row", "row"]
            assert body.xpath("./tr[1]/th/@colspan") == ["6"]

    def test_it_says_what_was_drawn_again_how_often_and_at_which_temperature(self, parsed: Parse) -> None:
        how = words(how_of(parsed(pages.measured(pages.two_tools()))))
        assert (
            "How firm each call was At the token that decides, the model gives ship a probability, its argument "
            "given. From it each call was drawn again eight times, at the run’s temperature of 0.3; a draw that comes "
            "out the other way is a flip. Another argument could have led elsewhere."
        ) in how

    def test_draws_that_differ_are_not_counted_as_one(self, parsed: Parse) -> None:
        other = Flips(call=Call.SHIP, flipped=2, of=16, rate=0.1, temperature=0.7)
        page = pages.with_cell(pages.measured(pages.two_tools()), "larkspur", "business", flips=other)
        tree = parsed(page)
        assert "drawn again several times, at its run’s temperature;" in words(how_of(tree))
        assert self.table(tree)[-2][3] == "flips 2 of 16"

    def test_one_tool_is_listed_by_reviewers_and_one_draw_is_singular(self, parsed: Parse) -> None:
        page = pages.measured(pages.page(pages.LARKSPUR))
        for persona in pages.PERSONAS:
            once = Flips(call=Call.SHIP, flipped=0, of=1, rate=0.1, temperature=1.0)
            page = pages.with_cell(page, "larkspur", persona, flips=once)
        tree = parsed(page)
        rows = self.table(tree)
        assert [row[0] for row in rows] == ["Reviewer", *(name for name, _ in pages.PERSONAS.values())]
        assert {len(row) for row in rows} == {6}
        assert "drawn again one time, at the run’s temperature of 1;" in words(how_of(tree))
        assert set(tree.xpath("//table[@class='firmness']/tbody//th/@scope")) == {"row"}

    def test_a_missing_seat_has_no_row_and_an_unknown_figure_no_number(self, parsed: Parse) -> None:
        page = pages.measured(pages.page(*THREE, status="draft"))
        page = pages.with_cell(page, "larkspur", "dx", p_ship=None, flips=None)
        rows = self.table(parsed(page))
        assert rows[2][2:] == ["not known", "not known", "12 %", "nobody yet"]
        assert len(rows) == 1 + 4 + 10
        assert not [row for row in rows if "None" in " ".join(row)]

    def test_an_older_page_has_the_odds_alone(self, parsed: Parse) -> None:
        tree = parsed(pages.two_tools())
        assert self.table(tree)[2][2:] == ["62 %", "12 %", "Ada Example"]
        assert "drawn again" not in words(how_of(tree)).lower()

    def test_odds_that_nobody_knows_leave_no_empty_table(self, parsed: Parse) -> None:
        page = pages.measured(pages.page(pages.LARKSPUR))
        for persona in pages.PERSONAS:
            page = pages.with_cell(page, "larkspur", persona, p_ship=None, flips=None)
        tree = parsed(page)
        assert not tree.xpath("//table[@class='firmness'] | //h3[.='How firm each call was']")
        assert "How firm the calls were is not known: no probability of them was recorded." in words(how_of(tree))

    @pytest.mark.parametrize("status", STATES)
    def test_a_script_s_calls_are_neither_firm_nor_not(self, parsed: Parse, status: str) -> None:
        for page in (scripted_page(status), pages.scripted(pages.measured(pages.two_tools(status)))):
            tree = parsed(page)
            assert not tree.xpath("//table[@class='firmness']")
            assert not re.search("How firm|robability|flip", words(how_of(tree)))

    def test_the_scorecard_stays_as_it_is(self, parsed: Parse) -> None:
        before, after = (
            words(only(parsed(page), "//section[@id='scorecard']"))
            for page in (pages.two_tools(), pages.measured(pages.two_tools()))
        )
        assert before == after


class TestKept:
    def test_what_editors_kept_is_counted_and_told_at_its_seat(self, parsed: Parse) -> None:
        page = pages.with_cell(pages.measured(pages.two_tools()), "larkspur", "dx", acknowledged=1)
        tree = parsed(page)
        assert words(only(tree, "//p[@class='kept']")) == (
            "Editors kept 1 statement that the dossier contradicts or does not have, with a reason in the journal."
        )
        traces = [words(p) for p in tree.xpath("//p[@class='trace']")]
        assert traces[0].endswith(" An editor kept 1 statement that the dossier does not bear out.")
        assert not [trace for trace in traces[1:] if "kept" in trace]

    def test_several_are_plural(self, parsed: Parse) -> None:
        page = pages.with_cell(pages.two_tools("draft"), "larkspur", "dx", acknowledged=2)
        tree = parsed(pages.with_cell(page, "tidewater", "business", acknowledged=1))
        assert "kept 3 statements that" in words(only(tree, "//p[@class='kept']"))
        assert "each with a reason in the journal" in words(only(tree, "//p[@class='kept']"))
        assert "Editors kept 2 statements that the dossier does not bear out." in words(tree)

    def test_a_call_that_may_hang_on_a_passage_is_told(self, parsed: Parse) -> None:
        tree = parsed(pages.with_cell(pages.measured(pages.two_tools()), "larkspur", "dx", swayed=True))
        assert "Editors let 1 call stand that may hang on a passage of the evidence" in words(tree)
        traces = [words(p) for p in tree.xpath("//p[@class='trace']")]
        assert "speaks to reviewers; an editor let it stand." in traces[0]
        assert not [trace for trace in traces[1:] if "speaks to reviewers" in trace]

    def test_nothing_kept_is_not_mentioned(self, parsed: Parse) -> None:
        tree = parsed(pages.measured(pages.page(pages.TIDEWATER)))
        assert not tree.xpath("//p[@class='kept']")
        assert "does not bear out" not in words(tree)


class TestProvenance:
    def details(self, tree: html.HtmlElement) -> html.HtmlElement:
        return only(how_of(tree), ".//details[@class='provenance']")

    def test_the_run_is_told_by_hashes_seeds_sampling_and_software(self, parsed: Parse) -> None:
        details = self.details(parsed(pages.measured(pages.two_tools())))
        assert words(only(details, "./summary")) == "Provenance of every verdict"
        told = {words(div.find("dt")): words(div.find("dd")) for div in details.xpath("./dl/div")}
        assert list(told) == [
            "Base model",
            "Adapter",
            "Chat template",
            "Run’s seed",
            "Sampling",
            "Prompt templates",
            "Software",
        ]
        assert told["Run’s seed"] == "20260302"
        assert told["Sampling"].startswith(
            "temperature 0.3, top k 40, top p 0.95, min p 0.08, repetition penalty 1.15,"
        )
        assert told["Software"] == "Panel 0.9.0, llama-cpp-python 0.3.36, llguidance 1.3.0"
        assert told["Prompt templates"].startswith("prompts/house.md.j2 ")
        wanted = [pages.PROVENANCE.base_sha256, pages.PROVENANCE.adapter_sha256, *pages.PROVENANCE.prompts.values()]
        assert set(wanted) <= set(details.xpath(".//code/@title"))
        assert pages.MODEL_SHA256 not in details.xpath(".//code/@title"), "it stands above already"

    def test_every_verdict_tells_who_made_it_and_what_of(self, parsed: Parse) -> None:
        page = pages.measured(pages.two_tools())
        items = self.details(parsed(page)).xpath("./ul/li")
        assert len(items) == 8
        assert words(items[0]).startswith(
            "Developer experience on Larkspur: drafted by the model Qwen3-4B-Instruct-2507, not a word changed, "
            "approved by Ada Example on 3 March 2026. One attempt, seed 71. Draft "
        )
        assert "Attempt 2 of 3, seeds 71, 72, 73." in words(items[2])
        for item, cell in zip(items, [cell for row in page.rows for cell in row.cells], strict=True):
            made = cell.provenance
            assert made
            assert item.xpath(".//code/@title") == [
                made.draft_sha256,
                made.dossier_sha256,
                made.persona_sha256,
                made.prompt_sha256,
            ]
            assert [code.text for code in item.xpath(".//code")] == [
                f"{title[:12]}…" for title in item.xpath(".//code/@title")
            ]

    def test_only_a_page_with_data_sends_readers_there(self, parsed: Parse) -> None:
        assert "(JSON)" in words(self.details(parsed(pages.measured(pages.two_tools()))))
        assert "(JSON)" not in words(self.details(parsed(pages.measured(pages.two_tools("draft")))))

    def test_what_is_not_known_has_no_line(self, parsed: Parse) -> None:
        bare = pages.PROVENANCE.model_copy(
            update={"base_sha256": None, "adapter_sha256": None, "chat_template_sha256": None, "prompts": {}}
        )
        details = self.details(parsed(pages.measured(pages.two_tools(), provenance=bare)))
        assert [words(dt) for dt in details.xpath("./dl//dt")] == ["Run’s seed", "Sampling", "Software"]

    def test_a_script_samples_nothing(self, parsed: Parse) -> None:
        details = self.details(parsed(pages.scripted(pages.measured(pages.two_tools()))))
        assert "temperature" not in words(details) and "Run’s seed" in words(details)

    def test_an_older_page_has_none(self, parsed: Parse) -> None:
        assert not parsed(pages.two_tools()).xpath("//details")

    def test_it_is_open_on_paper(self) -> None:
        style = (resources.files("panel.publish") / "templates" / "style.css").read_text(encoding="utf-8")
        printed = style.split("@media print")[-1]
        assert re.search(r"details-content \{[^}]*content-visibility: visible", printed)


def test_an_older_page_keeps_its_hash() -> None:
    """The hash of what editors approved before a page told all this; it must be readable for ever."""
    page = pages.two_tools()
    kept = json.loads(page.model_dump_json())
    for row in kept["rows"]:
        for cell in row["cells"]:
            for name in ("flips", "acknowledged", "swayed", "provenance"):
                del cell[name]
    for name in ("disclosure", "provenance"):
        del kept["how_made"][name]
    assert Page.model_validate(kept) == page
    assert sha256_of(kept) == page.content_sha256() != pages.measured(page).content_sha256()


class TestDrafts:
    def test_a_draft_says_so_where_nobody_can_miss_it(self, parsed: Parse) -> None:
        tree = parsed(pages.two_tools("draft"))
        assert words(only(tree, "//title")).startswith("DRAFT, not approved: Larkspur vs Tidewater")
        assert only(tree, "//meta[@name='robots']").get("content") == "noindex"
        banner = only(tree, "//body/aside[@class='banner']")
        assert words(banner) == "DRAFT Not approved. Not for publication."
        style = only(tree, "//style").text
        rule = re.search(r"\.banner \{([^}]*)\}", style)
        assert rule and "position: sticky" in rule[1] and "top: 0" in rule[1]
        printed = style.split("@media print")[-1]
        assert re.search(r"\.banner \{[^}]*position: fixed", printed)
        assert not tree.xpath("//link[@type='application/json'] | //a[@href='index.json']")

    def test_a_draft_lists_open_findings_at_their_seat(self, parsed: Parse) -> None:
        seat = only(parsed(pages.two_tools("draft")), "//article[@aria-labelledby='seat_larkspur_dx']")
        findings = words(only(seat, ".//div[@class='findings']"))
        assert findings == (
            "1 open finding unsupported-number in beat_1: the number 50 is not in the dossier under fifty lines"
        )

    def test_a_finding_shows_what_the_dossier_says_there(self, parsed: Parse) -> None:
        passage = Passage(place="pricing.entry", text="Free for one seat.")
        found = pages.finding().model_copy(update={"passage": passage, "instead": "Free"})
        page = pages.with_cell(pages.two_tools("draft"), "larkspur", "dx", findings=(found, pages.finding()))
        items = parsed(page).xpath("//article[@aria-labelledby='seat_larkspur_dx']//div[@class='findings']//li")
        assert words(items[0]) == (
            "unsupported-number in beat_1: the number 50 is not in the dossier under fifty lines "
            "The dossier has Free there. The dossier (pricing.entry): Free for one seat."
        )
        assert [q.text_content() for q in items[0].xpath(".//q")] == ["under fifty lines", "Free", passage.text]
        assert "The dossier" not in words(items[1])

    def test_an_approved_page_has_no_trace_of_either(self) -> None:
        page = pages.two_tools()
        row = page.rows[0]
        cells = tuple(cell.model_copy(update={"findings": (pages.finding("leaked"),)}) for cell in row.cells)
        leaky = page.model_copy(update={"rows": (row.model_copy(update={"cells": cells}), *page.rows[1:])})
        for text in (render_page(leaky), render_json(leaky)):
            assert "DRAFT" not in text
            assert "leaked" not in text
            assert "unsupported-number" not in text
        assert "noindex" not in render_page(leaky)
        assert "banner" not in render_page(leaky)
        assert 'class="findings"' not in render_page(leaky)
        assert "leaked" in render_json(leaky.model_copy(update={"status": "draft"}))

    def test_a_draft_claims_no_approval(self) -> None:
        page = pages.two_tools().model_copy(update={"status": "draft"})
        text = render_page(page)
        assert "editorial responsibility" not in text
        assert "Nobody has approved this page" in text


class TestAccessibility:
    @every_page
    def test_language_viewport_and_landmarks(self, parsed: Parse, page: Page) -> None:
        tree = parsed(page)
        assert tree.get("lang") == "en"
        assert only(tree, "//meta[@name='viewport']").get("content") == "width=device-width, initial-scale=1"
        assert [len(tree.xpath(f"//body/{name}")) for name in ("header", "main", "footer")] == [1, 1, 1]
        assert only(tree, "//a[@class='skip-link']").get("href") == "#content"

    @every_page
    def test_headings_descend_one_step_at_a_time(self, parsed: Parse, page: Page) -> None:
        levels = [int(element.tag[1]) for element in parsed(page).iter("h1", "h2", "h3", "h4", "h5", "h6")]
        assert levels[0] == 1 and levels.count(1) == 1
        assert all(deeper - level <= 1 for level, deeper in pairwise(levels))

    @every_page
    def test_ids_are_unique_and_every_reference_meets_one(self, parsed: Parse, page: Page) -> None:
        tree = parsed(page)
        ids = tree.xpath("//@id")
        assert len(ids) == len(set(ids))
        pointed = [*tree.xpath("//@aria-labelledby"), *tree.xpath("//label/@for")]
        pointed += [href[1:] for href in tree.xpath("//a/@href") if href.startswith("#")]
        assert pointed and set(pointed) <= set(ids)

    @every_page
    def test_inputs_sections_and_tables_have_names(self, parsed: Parse, page: Page) -> None:
        tree = parsed(page)
        for field in tree.xpath("//input"):
            assert tree.xpath("//label[@for=$ident]", ident=field.get("id"))
        assert not tree.xpath("//section[not(@aria-labelledby)] | //article[not(@aria-labelledby)]")
        assert not tree.xpath("//th[not(@scope)]")
        for table in tree.xpath("//table"):
            assert table.getparent().get("aria-label")
        assert not tree.xpath("//svg[not(@aria-hidden='true')] | //a[not(normalize-space(.))]")

    def test_ids_of_seats_cannot_collide(self, parsed: Parse) -> None:
        tree = parsed(pages.page(pages.dossier("a-b", "One"), pages.dossier("a", "Two")))
        ids = tree.xpath("//article[@class='seat']/@aria-labelledby")
        assert len(set(ids)) == len(ids) == 8

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_text_has_enough_contrast(self, scheme: str) -> None:
        style = (resources.files("panel.publish") / "templates" / "style.css").read_text(encoding="utf-8")
        light, dark = [
            dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", block))
            for block in re.findall(r":root \{(.*?)\}", style, re.S)[:2]
        ]
        colours = light if scheme == "light" else light | dark
        for text in ("ink", "soft", "link"):
            assert contrast(colours[text], colours["paper"]) >= 4.5, text
        assert contrast(colours["ink"], colours["field"]) >= 4.5

    def test_a_call_differs_in_more_than_colour(self) -> None:
        style = (resources.files("panel.publish") / "templates" / "style.css").read_text(encoding="utf-8")
        assert re.search(r"\.call-ship \{[^}]*font-weight: 700", style)
        assert re.search(r"\.call-missing \{[^}]*dashed[^}]*italic", style)


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, 'contrast ratio': (L1 + 0.05) / (L2 + 0.05)."""

    def luminance(colour: str) -> float:
        parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


class TestSelfContained:
    @every_page
    def test_the_policy_lets_in_this_style_and_nothing_else(self, page: Page) -> None:
        text = render_page(page)
        style = re.search(r"<style>(.*?)</style>", text, re.S)
        assert style
        digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
        policy = only(html.document_fromstring(text), "//meta[@http-equiv='Content-Security-Policy']").get("content")
        assert policy == (
            f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
            "form-action 'self' https://lists.example; base-uri 'none'"
        )
        assert text.index("Content-Security-Policy") < text.index("<style>")

    @every_page
    def test_nothing_runs_and_nothing_is_fetched(self, parsed: Parse, page: Page) -> None:
        tree = parsed(page)
        assert not tree.xpath(
            "//script | //img | //iframe | //object | //embed | //base | //@style | //@src | //@srcset"
        )
        assert not [name for element in tree.iter() for name in element.attrib if name.startswith("on")]
        assert {link.get("rel"): link.get("href") for link in tree.xpath("//link")} in (
            {"icon": "data:,"},
            {"icon": "data:,", "alternate": "index.json"},
        )
        assert not re.search(r"url\(|@import|@font-face", only(tree, "//style").text)
        assert len(tree.xpath("//style")) == 1

    @every_page
    def test_links_lead_to_the_web_or_into_the_page(self, parsed: Parse, page: Page) -> None:
        for link in parsed(page).xpath("//a"):
            href = link.get("href")
            if href.startswith(("https://", "http://")):
                assert link.get("rel") == "nofollow noopener"
            else:
                assert href.startswith("#") or href == "index.json"

    def test_descriptions_carry_the_denominators(self, parsed: Parse) -> None:
        tree = parsed(pages.two_tools())
        summary = (
            "Larkspur vs Tidewater: reviewer arguments, panel verdict and price. "
            "Larkspur: 75 % ship, 3 of 4. Tidewater: 25 % ship, 1 of 4."
        )
        assert only(tree, "//meta[@name='description']").get("content") == summary
        assert only(tree, "//meta[@property='og:title']").get("content") == "Larkspur vs Tidewater"
        assert only(tree, "//meta[@property='og:description']").get("content") == summary
        assert "aggregateRating" not in render_page(pages.two_tools())


class TestHostileText:
    def test_markup_arrives_as_text(self, parsed: Parse) -> None:
        tree = parsed(pages.hostile())
        shown = words(tree)
        assert pages.SCRIPT in shown
        assert "<img src=x onerror=alert(1)>" in shown
        assert not tree.xpath("//b")
        assert "{{ 7*7 }}" in shown

    def test_directions_are_isolated_and_overrides_dropped(self) -> None:
        text = render_page(pages.hostile())
        assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08]", text)
        tree = html.document_fromstring(text)
        for path in (
            "//h1",
            "//h3[not(ancestor::section[@id='how'])]",
            "//h4",
            "//dt[not(ancestor::dl[@class='facts'])]",
        ):
            for element in tree.xpath(path):
                assert element.xpath("./bdi") or element.xpath("ancestor::dl[@class='figures']"), path
        assert all(p.get("dir") == "auto" for p in tree.xpath("//p[@class='argument' or @class='description']"))

    def test_marks_that_right_to_left_text_needs_stay(self) -> None:
        assert "\u200fשלום\u200f" in render_page(pages.page(pages.dossier("a", "\u200fשלום\u200f")))

    def test_long_words_may_break(self) -> None:
        style = (resources.files("panel.publish") / "templates" / "style.css").read_text(encoding="utf-8")
        assert re.search(r"body \{[^}]*overflow-wrap: anywhere", style)
        assert pages.LONG_WORD in render_page(pages.hostile())

    @pytest.mark.parametrize(
        "action",
        [
            "javascript:alert(1)",
            "//evil.example/x",
            "https://user@evil.example/",
            "https://evil.example;script-src/",
            "/\\evil.example",
            " https://lists.example/",
            "https://lists.example/\n; default-src *",
            "subscribe",
            "https:///x",
        ],
    )
    def test_an_address_that_no_form_can_post_to_is_refused(self, action: str) -> None:
        page = pages.two_tools().model_copy(update={"newsletter_action": action})
        with pytest.raises(SetupError) as refused:
            render_page(page)
        assert "https://" in refused.value.hint

    @pytest.mark.parametrize(
        ("action", "source"),
        [
            ("/subscribe", "form-action 'self'; base-uri"),
            ("", "form-action 'none'; base-uri"),
            ("http://localhost:8080/x?y=1", "form-action 'self' http://localhost:8080; base-uri"),
        ],
    )
    def test_the_policy_follows_the_address(self, parsed: Parse, action: str, source: str) -> None:
        tree = parsed(pages.two_tools(newsletter_action=action))
        assert source in only(tree, "//meta[@http-equiv='Content-Security-Policy']").get("content")


class TestJson:
    @every_page
    def test_it_reads_back(self, page: Page) -> None:
        text = render_json(page)
        assert Page.model_validate_json(text) == page
        assert text.endswith("}\n") and not text.endswith("\n\n")
        assert text.startswith('{\n  "schema_version": 1,\n  "status": ')

    def test_a_script_gives_no_probabilities(self) -> None:
        for page, odds in ((scripted_page(), {None}), (pages.two_tools(), {0.62})):
            read = Page.model_validate_json(render_json(page))
            assert {cell.p_ship for row in read.rows for cell in row.cells} == odds

    def test_a_script_s_calls_are_not_drawn_again(self) -> None:
        plain = pages.measured(pages.two_tools())
        for page, hidden in ((pages.scripted(plain), True), (plain, False)):
            read = Page.model_validate_json(render_json(page))
            assert all((cell.flips is None) is hidden for row in read.rows for cell in row.cells)

    def test_what_only_editors_are_told_is_not_in_an_approved_page_s_data(self) -> None:
        found = pages.finding("SECRET message").model_copy(
            update={"passage": Passage(place="pricing.entry", text="SECRET passage"), "instead": "SECRET instead"}
        )
        page = pages.with_cell(pages.measured(pages.two_tools()), "larkspur", "dx", findings=(found,), acknowledged=1)
        for text in (render_json(page), render_page(page)):
            assert "SECRET" not in text
        assert "SECRET passage" in render_json(page.model_copy(update={"status": "draft"}))


def test_days_are_of_utc_and_in_english() -> None:
    late = datetime(2026, 3, 3, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    assert format_day(late) == "4 March 2026"
    assert format_day(datetime(2026, 12, 1, tzinfo=UTC)) == "1 December 2026"


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "0 %"), (0.004, "under 1 %"), (0.12, "12 %"), (0.5, "50 %"), (0.996, "over 99 %"), (1.0, "100 %")],
)
def test_shares_round_nothing_away(share: float, text: str) -> None:
    assert format_share(share) == text


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("two-approved", pages.two_tools()),
        ("three-draft", pages.page(*THREE, status="draft")),
        ("one-approved", pages.page(pages.LARKSPUR)),
        ("measured-approved", told_page()),
    ],
)
def test_the_page_is_the_one_that_was_reviewed(name: str, page: Page) -> None:
    text = re.sub(r"<style>.*?</style>", "<style>…</style>", render_page(page), flags=re.S)
    text = re.sub(r"sha256-[\w+/]+=*", "sha256-…", text)
    golden = SNAPSHOTS / f"{name}.html"
    if os.environ.get("PANEL_UPDATE_SNAPSHOTS") == "1":
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8"), "look at the page, then set PANEL_UPDATE_SNAPSHOTS=1"
