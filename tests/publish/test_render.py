"""The page as a reader, a screen reader and a browser see it."""

from __future__ import annotations

import base64
import hashlib
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
from panel.records import BeatText, Call, Community, Page

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
    return [*shown, pages.hostile()]


STATES = ("approved", "draft")


def scripted_page(status: str = "approved") -> Page:
    made = pages.two_tools(status).how_made.model_copy(
        update={"engine": "scripted 0.1.0", "model_name": "scripted", "model_sha256": None, "quantization": None}
    )
    return pages.two_tools(status, how_made=made)


every_page = pytest.mark.parametrize("page", all_pages(), ids=lambda page: f"{page.slug}-{page.status}")


def test_the_template_uses_exactly_the_fields_of_its_context() -> None:
    assert used_names("standalone.html.j2") == {field.name for field in fields(PageContext)}
    assert used_names("comparison-body.html.j2") == {field.name for field in fields(BodyContext)}


def test_macros_know_only_what_they_are_given() -> None:
    assert used_names("macros.html.j2") == set()


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
        for path in ("//h1", "//h3", "//h4", "//dt[not(ancestor::dl[@class='facts'])]"):
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
    ],
)
def test_the_page_is_the_one_that_was_reviewed(name: str, page: Page) -> None:
    text = re.sub(r"<style>.*?</style>", "<style>…</style>", render_page(page), flags=re.S)
    text = re.sub(r"sha256-[\w+/]+=*", "sha256-…", text)
    golden = SNAPSHOTS / f"{name}.html"
    if os.environ.get("PANEL_UPDATE_SNAPSHOTS") == "1":
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8"), "look at the page, then set PANEL_UPDATE_SNAPSHOTS=1"
