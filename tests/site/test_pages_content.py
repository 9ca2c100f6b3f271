"""What the pages say: shares with denominators, histories, withdrawals, pairs, rehearsals, methods."""

from __future__ import annotations

from datetime import date, timedelta

from panel.records import Call, Community, Evidence, HowMade, Page
from panel.settings import PublicationSettings
from panel.site import pages
from panel.site.model import Site
from panel.site.pages.search import LISTED_TOOLS
from tests.publish.pages import (
    LARKSPUR,
    MODEL_SHA256,
    ORRERY,
    OWN_MAKER,
    PROVENANCE,
    QUARRY,
    TIDEWATER,
    disclosed,
    dossier,
    measured,
    page,
    scripted,
    with_cell,
)
from tests.site.sites import (
    FIRST,
    VOTES,
    WHIN,
    empty_site,
    measured_site,
    publication,
    publications,
    rewritten,
    sample_site,
)
from tests.site.test_pages import only, render_all, tree_of, words

SCRIPTED = {"engine": "scripted 0.1.0", "model_name": "scripted", "model_sha256": None, "quantization": None}


def rehearsed(shown: Page) -> Page:
    made: HowMade = shown.how_made.model_copy(update=SCRIPTED)
    return shown.model_copy(update={"how_made": made})


def comparison(site: Site, slug: str) -> str:
    return pages.comparison_html(site, site.comparisons[slug], pages.make_chrome(site))


def tool(site: Site, slug: str) -> str:
    return pages.tool_html(site, site.tools[slug], pages.make_chrome(site))


class TestVotes:
    def test_enough_votes_are_a_share_with_its_denominator(self) -> None:
        tree = tree_of(comparison(sample_site(), "larkspur-vs-tidewater"))
        first, second = tree.xpath("//div[@class='community-share']/dd")
        assert words(first) == "61 % ship, 133 of 218 readers"
        assert words(second) == "— no votes yet"
        read = words(only(tree, "//section[@id='community']//p[@dir='auto']"))
        assert read == (
            "Readers are harder on Larkspur than the panel: 61 % ship, 133 of 218 readers, "
            "against 75 % ship, 3 of 4 reviewers. Tidewater: no votes yet."
        )

    def test_too_few_votes_are_no_share_anywhere(self) -> None:
        site = sample_site(votes={"whin": Community(ships=2, votes=3)})
        for place, text in render_all(site).items():
            assert "2 of 3" not in text and "67" not in words(tree_of(text)), place
        assert words(only(tree_of(tool(site, "whin")), "//div[@class='community-share']/dd")) == (
            "— fewer than 20 votes"
        )
        assert "Whin: fewer than 20 votes." in words(tree_of(tool(site, "whin")))
        assert "community against the panel" not in render_all(site)[""]

    def test_the_threshold_itself_is_enough_and_one_less_is_not(self) -> None:
        for votes, shown in ((20, True), (19, False)):
            site = sample_site(votes={"larkspur": Community(ships=10, votes=votes)})
            assert (f"10 of {votes} readers" in words(tree_of(tool(site, "larkspur")))) is shown

    def test_kinder_close_and_without_a_verdict(self) -> None:
        def said(slug: str, ships: int) -> str:
            return words(tree_of(tool(sample_site(votes={slug: Community(ships=ships, votes=100)}), slug)))

        assert "Readers are kinder to Whin than the panel: 90 % ship, 90 of 100 readers" in said("whin", 90)
        assert "Readers and panel are close on Whin: 55 % ship, 55 of 100 readers, and 50 % ship, 2 of 4" in (
            said("whin", 55)
        )

    def test_each_tool_has_a_ballot_that_works_without_a_script(self) -> None:
        ballots = tree_of(comparison(sample_site(), "larkspur-vs-tidewater")).xpath("//form[@class='ballot']")
        assert [form.xpath("./input[@name='tool']/@value") for form in ballots] == [["larkspur"], ["tidewater"]]
        for form in ballots:
            assert (form.get("method"), form.get("action")) == ("post", "/vote")
            assert form.xpath("./button[@name='call' and @type='submit']/@value") == ["ship", "skip"]
            assert form.xpath("./p[@role='status']")

    def test_the_sign_up_has_a_trap_that_people_do_not_meet(self) -> None:
        form = only(tree_of(comparison(sample_site(), "larkspur-vs-tidewater")), "//section[@id='newsletter']//form")
        assert (form.get("method"), form.get("action")) == ("post", "/subscribe")
        trap = only(form, ".//input[@name='website']")
        assert (trap.get("tabindex"), trap.get("autocomplete")) == ("-1", "off")
        assert only(form, ".//div[@aria-hidden='true']//input").get("name") == "website"


class TestComparison:
    def test_names_lead_to_the_tools_and_their_categories(self) -> None:
        tree = tree_of(comparison(sample_site(), "larkspur-vs-tidewater"))
        assert tree.xpath("//article[@class='tool']/h3/a/@href") == [
            "/reviews/tools/larkspur/",
            "/reviews/tools/tidewater/",
        ]
        assert tree.xpath("//article[@class='tool']/p[@class='category']/a/@href") == [
            "/reviews/categories/coding-assistant/",
            "/reviews/categories/code-editor/",
        ]

    def test_corrections_of_the_page_have_date_and_reason(self) -> None:
        told = only(tree_of(comparison(sample_site(), "larkspur-vs-tidewater")), "//section[@id='corrections']")
        assert words(told) == (
            "Corrections 10 March 2026 · The skeptic on Larkspur "
            "Words changed by Ben Sample: A reader named a fifth rival."
        )
        assert not tree_of(comparison(sample_site(), "whin-vs-orrery")).xpath("//section[@id='corrections']")

    def test_a_pair_says_that_no_panel_judged_these_tools_together(self) -> None:
        tree = tree_of(comparison(sample_site(), "larkspur-vs-whin"))
        assert words(only(tree, "//p[@class='byline']")).startswith("No panel judged these tools together.")
        origins = only(tree, "//ul[@class='origins']")
        assert words(origins) == (
            "On Larkspur: from Larkspur vs Tidewater, 10 March 2026 On Whin: from Whin vs Orrery, 11 March 2026"
        )
        assert origins.xpath(".//a/@href") == [
            "/reviews/tools/larkspur/",
            "/reviews/compare/larkspur-vs-tidewater/",
            "/reviews/tools/whin/",
            "/reviews/compare/whin-vs-orrery/",
        ]
        how = words(only(tree, "//section[@id='how']"))
        assert "no editor approved this page as a whole" in how
        assert "who hold editorial responsibility for these verdicts" in how
        assert words(only(tree, "//h2[@id='verdict-heading']")) == "The verdicts side by side"
        assert "No panel judged" not in comparison(sample_site(), "larkspur-vs-tidewater")

    def test_a_pair_of_two_models_says_so(self) -> None:
        other = page(WHIN, ORRERY)
        other = other.model_copy(update={"how_made": other.how_made.model_copy(update={"model_name": "Ministral 3"})})
        site = sample_site((publication(page(LARKSPUR), "a"), publication(other, "b", days=1)))
        how = words(only(tree_of(comparison(site, "larkspur-vs-whin")), "//section[@id='how']"))
        assert "not all tools were reviewed with the same one" in how
        assert "All of them run on the same model" not in how

    def test_the_split_is_a_table_of_words_and_shapes(self) -> None:
        tree = tree_of(comparison(sample_site(), "larkspur-vs-tidewater"))
        rows = tree.xpath("//table[@class='calls']/tbody/tr")
        assert [words(cell) for cell in rows[2]] == ["The futurist", "Ship", "Skip"]
        assert [row.get("class") for row in rows] == [None, None, "differs", "differs"]

    def test_the_page_s_card_and_structured_data_are_its_own(self) -> None:
        site = sample_site()
        shown, card = site.comparisons["larkspur-vs-whin"], "compare/larkspur-vs-whin/card.png"
        text = pages.comparison_html(site, shown, pages.make_chrome(site), '{"a":1}', card)
        tree = tree_of(text)
        assert only(tree, "//script[@type='application/ld+json']").text == '{"a":1}'
        image = only(tree, "//meta[@property='og:image']").get("content")
        assert image == "https://desk.example/reviews/compare/larkspur-vs-whin/card.png"
        assert only(tree, "//meta[@name='twitter:card']").get("content") == "summary_large_image"


class TestTool:
    def test_facts_stand_with_their_dates_and_sources(self) -> None:
        known = LARKSPUR.model_copy(
            update={
                "model_family": "Mistral",
                "rivals": ("Whin", "Elsewhere"),
                "evidence": (
                    Evidence(id="a", source="Release notes", url="https://larkspur.example/notes",
                             retrieved=date(2026, 2, 20), text="Not to be shown in full."),
                ),
            }
        )  # fmt: skip
        site = sample_site((publication(page(known, WHIN), "a"),), pairs=())
        tree = tree_of(tool(site, "larkspur"))
        facts = only(tree, "//section[@id='facts']")
        said = words(facts)
        for part in (
            "Maker An Invented Company",
            "Licence Apache-2.0",
            "Model inside Mistral",
            "Rivals Whin, Elsewhere",
            "Prices as of 24 February 2026, Price page",
            "Team$20 a monthper seat",
            "Release notes read 20 February 2026",
        ):
            assert part in said
        assert "Not to be shown in full" not in said
        assert "/reviews/tools/whin/" in facts.xpath(".//dd/a/@href")
        assert only(facts, ".//ul[@class='sources']//a").get("rel") == "nofollow noopener"

    def test_its_verdicts_and_who_is_on_which_side(self) -> None:
        tree = tree_of(tool(sample_site(), "larkspur"))
        assert words(only(tree, "//div[@class='panel-share']/dd")) == "75 % ship, 3 of 4"
        rows = tree.xpath("//section[@class='row']")
        assert len(rows) == 4 and "five coding assistants" in words(rows[1])
        sides = only(tree, "//dl[@class='sides']")
        assert words(sides) == "Ship Developer experienceThe futuristBusiness Skip The skeptic"

    def test_its_history_names_every_version_newest_first(self) -> None:
        history = only(tree_of(tool(sample_site(), "larkspur")), "//ol[@class='history']")
        second, first = history.xpath("./li")
        assert second.get("class") == "stands"
        assert words(second).startswith("10 March 2026: verdict 2, stands today 75 % ship, 3 of 4.")
        assert "The skeptic: the argument was rewritten." in words(second)
        assert "Words changed by Ben Sample: A reader named a fifth rival." in words(second)
        assert words(first).startswith("3 March 2026: verdict 1")
        assert first.xpath(".//h3/a/@href") == ["/reviews/tools/larkspur/verdicts/1/"]

    def test_it_lists_every_comparison_it_is_in(self) -> None:
        tree = tree_of(tool(sample_site(), "larkspur"))
        listed = tree.xpath("//section[@id='comparisons']//h3/a/@href")
        assert listed == ["/reviews/compare/larkspur-vs-tidewater/", "/reviews/compare/larkspur-vs-whin/"]
        assert "set side by side by Panel" in words(only(tree, "//section[@id='comparisons']"))

    def test_what_is_kept_out_of_the_record_is_told_to_the_build(self) -> None:
        site, chrome = sample_site(), pages.make_chrome(sample_site())
        shown = site.tools["larkspur"]
        before = pages.tool_outside(site, shown, chrome)
        assert before == pages.tool_outside(site, shown, chrome)
        fewer = sample_site(publications()[:2], pairs=())
        assert before != pages.tool_outside(fewer, shown, pages.make_chrome(fewer))
        pair = site.comparisons["larkspur-vs-whin"]
        assert pages.comparison_outside(site, pair, chrome) != pages.comparison_outside(fewer, pair, chrome)


class TestVersions:
    def render(self, site: Site, slug: str, n: int) -> str:
        shown = site.tools[slug]
        version = next(one for one in shown.versions if one.n == n)
        return pages.version_html(site, shown, version, pages.make_chrome(site))

    def test_a_replaced_verdict_keeps_its_words_and_says_so_at_the_top(self) -> None:
        tree = tree_of(self.render(sample_site(), "larkspur", 1))
        notice = only(tree, "//div[@class='notice']")
        assert words(notice).startswith("Replaced on 10 March 2026.")
        assert notice.xpath(".//a/@href") == ["/reviews/tools/larkspur/"]
        assert "four coding assistants" in words(tree) and "five coding assistants" not in words(tree)
        assert not tree.xpath("//form[@class='ballot']")

    def test_the_verdict_that_stands_says_so(self) -> None:
        tree = tree_of(self.render(sample_site(), "larkspur", 2))
        assert words(only(tree, "//div[@class='notice']")).startswith("This verdict stands today.")
        assert "A reader named a fifth rival." in words(tree)

    def test_a_withdrawn_verdict_shows_when_and_why_and_no_words(self) -> None:
        gone = {"withdrawn_at": FIRST + timedelta(days=5), "withdrawn_because": "The price was wrong."}
        spoilt = rewritten(page(QUARRY, ORRERY), "quarry", "dx", "Words that were taken back.", Call.SHIP)
        site = sample_site((publication(spoilt, "a", **gone), publication(page(QUARRY), "b", days=8)), pairs=())
        text = self.render(site, "quarry", 1)
        notice = words(only(tree_of(text), "//div[@class='notice']"))
        assert "Withdrawn on 8 March 2026." in notice and "The price was wrong." in notice
        assert "taken back" not in text and "% ship" not in text and "Ship</dt>" not in text
        history = words(only(tree_of(tool(site, "quarry")), "//ol[@class='history']"))
        assert "Withdrawn on 8 March 2026: The price was wrong." in history
        assert "Words that were taken back" not in tool(site, "quarry")


class TestMaking:
    """What the site's pages tell of how verdicts were made, beside what a page that stands alone does."""

    CONFLICT = "Conflict of interest: Larkspur was reviewed by a model of its own maker"
    WORTH = "By how their calls agree in an evaluation over 48 tools, the four reviewers are worth about 3.2"

    def version(self, site: Site, slug: str, n: int) -> str:
        shown = site.tools[slug]
        return pages.version_html(site, shown, shown.versions[n - 1], pages.make_chrome(site))

    def mixed(self) -> str:
        first = measured(page(LARKSPUR), disclosed(OWN_MAKER))
        second = measured(page(WHIN, ORRERY), disclosed(knows_maker=False), model_name="Ministral 3")
        site = sample_site((publication(first, "a"), publication(second, "b", days=1)))
        return comparison(site, "larkspur-vs-whin")

    def test_the_comparison_s_page_tells_what_it_tells_alone(self) -> None:
        tree = tree_of(comparison(measured_site(), "larkspur-vs-tidewater"))
        assert words(only(tree, "//header[@class='opening']//p[@class='interest']")).startswith(self.CONFLICT)
        how = words(only(tree, "//section[@id='how']"))
        assert self.WORTH in how and self.CONFLICT in how and "Editors kept 1 statement" in how
        assert only(tree, "//table[@class='firmness']").xpath("./tbody/tr")
        assert "(JSON)" in words(only(tree, "//details[@class='provenance']"))

    def test_a_tool_s_page_and_its_versions_tell_the_same_of_it(self) -> None:
        site = measured_site()
        for text in (tool(site, "larkspur"), self.version(site, "larkspur", 1), self.version(site, "larkspur", 2)):
            tree = tree_of(text)
            opening = only(tree, "//header[@class='opening']")
            assert words(only(opening, ".//p[@class='interest']")).startswith(self.CONFLICT)
            assert opening.xpath(".//p[@class='byline']/a[@href='#how']")
            how = only(tree, "//section[@id='how']")
            assert self.WORTH in words(how) and self.CONFLICT in words(how) and "Editors kept 1 statement" in words(how)
            assert len(only(how, ".//table[@class='firmness']").xpath("./tbody/tr")) == 4
            assert len(only(how, ".//details[@class='provenance']").xpath("./ul/li")) == 4
            assert "An editor kept 1 statement" in words(only(tree, "//section[@id='verdicts']"))

    def test_only_pages_with_data_of_their_own_send_readers_there(self) -> None:
        site = measured_site()
        assert "(JSON)" in words(only(tree_of(tool(site, "larkspur")), "//details"))
        assert "(JSON)" not in words(only(tree_of(self.version(site, "larkspur", 1)), "//details"))

    def test_another_tool_s_conflict_is_not_this_one_s(self) -> None:
        for slug in ("tidewater", "whin"):
            tree = tree_of(tool(measured_site(), slug))
            assert not tree.xpath("//p[@class='interest']") and "Editors kept" not in words(tree)
            assert self.WORTH in words(tree)

    def test_a_pair_of_one_model_has_its_figure_and_every_tool_s_conflicts(self) -> None:
        tree = tree_of(comparison(measured_site(), "larkspur-vs-whin"))
        assert words(only(tree, "//header[@class='opening']//p[@class='interest']")).startswith(self.CONFLICT)
        how = only(tree, "//section[@id='how']")
        assert self.WORTH in words(how)
        assert PROVENANCE.adapter_sha256 in how.xpath(".//code/@title")

    def test_a_pair_of_two_models_claims_no_independence(self) -> None:
        tree = tree_of(self.mixed())
        how = only(tree, "//section[@id='how']")
        said = words(how)
        assert words(only(how, ".//p[@class='independence']")) == (
            "How many independent votes they are worth together is not known; each tool’s own page says what is known "
            "of its reviewers."
        )
        assert "3.2" not in said and "toss coins" not in said
        assert self.CONFLICT in said
        assert (
            "For at least one of these tools the maker of the reviewing model was not known to Panel, so it cannot say "
            "whether it is that tool’s own."
        ) in said

    def test_a_pair_of_two_models_has_every_seat_s_provenance_and_no_run_s(self) -> None:
        details = only(tree_of(self.mixed()), "//details[@class='provenance']")
        assert "What all verdicts of one run were made with stands on the tools’ own pages." in words(details)
        assert not details.xpath("./dl") and len(details.xpath("./ul/li")) == 8

    def test_a_withdrawn_verdict_tells_nothing_of_its_making(self) -> None:
        gone = {"withdrawn_at": FIRST + timedelta(days=5), "withdrawn_because": "Wrong."}
        spoilt = rewritten(measured(page(LARKSPUR), disclosed(OWN_MAKER)), "larkspur", "dx", "Taken back.")
        site = sample_site((publication(spoilt, "a", **gone), publication(page(LARKSPUR), "b", days=8)), pairs=())
        tree = tree_of(self.version(site, "larkspur", 1))
        assert not tree.xpath("//section[@id='how'] | //details | //p[@class='interest'] | //a[@href='#how']")

    def test_a_rehearsal_has_neither_odds_nor_a_figure(self) -> None:
        rehearsal = scripted(with_cell(measured(page(LARKSPUR)), "larkspur", "dx", acknowledged=1))
        rehearsal = rehearsal.model_copy(
            update={"how_made": rehearsal.how_made.model_copy(update={"disclosure": None})}
        )
        site = sample_site((publication(rehearsal, "a"),), pairs=())
        for text in (tool(site, "larkspur"), self.version(site, "larkspur", 1), comparison(site, "larkspur")):
            how = only(tree_of(text), "//section[@id='how']")
            assert not how.xpath(".//table | .//p[@class='independence']")
            assert "How firm" not in words(how) and "Editors kept 1 statement" in words(how)

    def test_older_pages_claim_nothing(self) -> None:
        site = sample_site()
        for text in (tool(site, "larkspur"), self.version(site, "larkspur", 1)):
            how = only(tree_of(text), "//section[@id='how']")
            assert not how.xpath(".//details | .//p[@class='independence' or @class='interest' or @class='kept']")
            assert "drawn again" not in words(how).lower()


class TestHome:
    def test_the_newest_panel_leads_and_the_pair_does_not(self) -> None:
        tree = tree_of(render_all(sample_site())[""])
        lead = only(tree, "//article[@class='lead']")
        assert words(only(lead, "./h2")) == "Whin vs Orrery"
        assert [words(dd) for dd in lead.xpath(".//dd")] == ["50 % ship, 2 of 4", "50 % ship, 2 of 4"]
        listed = tree.xpath("//section[@aria-labelledby='newest-heading']//h3/a/@href")
        assert listed == ["/reviews/compare/larkspur-vs-tidewater/"]

    def test_divided_panels_come_by_how_even_they_are(self) -> None:
        tree = tree_of(render_all(sample_site())[""])
        names = [words(link) for link in tree.xpath("//section[@aria-labelledby='divided-heading']//h3/a")]
        assert names[:2] == ["Orrery", "Whin"] and set(names[2:]) == {"Larkspur", "Tidewater"}

    def test_readers_against_the_panel_needs_votes_enough(self) -> None:
        section = "//section[@aria-labelledby='contrary-heading']"
        told = only(tree_of(render_all(sample_site())[""]), section)
        assert [words(link) for link in told.xpath(".//h3/a")] == ["Larkspur"]
        assert "Panel 75 % ship, 3 of 4. Community 61 % ship, 133 of 218 readers." in words(told)
        assert not tree_of(render_all(sample_site(votes={}))[""]).xpath(section)

    def test_the_search_box_works_without_a_script(self) -> None:
        form = only(tree_of(render_all(sample_site())[""]), "//form[@role='search']")
        assert (form.get("method"), form.get("action")) == ("get", "/reviews/search/")
        assert only(form, "./input").get("name") == "q"

    def test_an_empty_site_says_that_there_is_nothing_yet(self) -> None:
        tree = tree_of(render_all(empty_site())[""])
        assert "Nothing is published yet." in words(tree)
        assert not tree.xpath("//article | //main//section[not(@id='newsletter')]")

    def test_no_list_is_longer_than_the_newsroom_wants(self) -> None:
        site = sample_site(publication=PublicationSettings(home_items=1))
        tree = tree_of(render_all(site)[""])
        for heading in ("tools", "newest", "divided", "corrections"):
            assert len(tree.xpath(f"//section[@aria-labelledby='{heading}-heading']//ul[1]/li[.//h3 or .//p]")) <= 1


class TestRehearsals:
    def test_a_rehearsal_says_everywhere_that_no_model_wrote_it(self) -> None:
        site = sample_site(
            (publication(rehearsed(page(LARKSPUR, TIDEWATER)), "a"), publication(rehearsed(page(WHIN)), "b", days=1))
        )
        for place, text in render_all(site).items():
            assert "no model wrote" in words(tree_of(text)), place
        for place in ("tools/larkspur/", "compare/larkspur-vs-tidewater/", "compare/larkspur-vs-whin/"):
            tree = tree_of(render_all(site)[place])
            assert "(scripted rehearsal)" in words(only(tree, "//title")), place
            assert "no model wrote this" in only(tree, "//meta[@name='description']").get("content").lower(), place
        home = tree_of(render_all(site)[""])
        for entry in home.xpath("//article[@class='lead'] | //ul[@class='ledger body']/li | //ul[@class='entries']/li"):
            assert "Scripted rehearsal" in words(entry)

    def test_a_site_of_models_claims_no_rehearsal(self) -> None:
        assert not [place for place, text in render_all(sample_site()).items() if "rehearsal" in text]


class TestMethodology:
    def text(self, site: Site) -> str:
        return words(tree_of(pages.methodology_html(site, pages.make_chrome(site))))

    def test_it_names_reviewers_questions_counting_models_and_editors(self) -> None:
        said = self.text(sample_site())
        for part in (
            "Developer experience",
            "What is it, named plainly?",
            "no verdict is not 0 %",
            "they are not independent",
            "shown from 20 votes on",
            "Approvals on the pages that stand were given by Ada Example and Ben Sample.",
            f"Qwen3-4B-Instruct-2507Q4_K_M{MODEL_SHA256[:12]}…llama.cpp 0.3.362",
            "These drafted the 2 comparisons that stand today.",
            "No tracker",
            "They hold editorial responsibility.",
        ):
            assert part in said, part

    def test_a_rehearsal_is_no_model(self) -> None:
        site = sample_site((publication(rehearsed(page(LARKSPUR)), "a"), publication(page(WHIN), "b")))
        assert "none: scripted rehearsal" in self.text(site) and "Qwen3" in self.text(site)

    def test_an_empty_site_has_no_models(self) -> None:
        assert "No page stands yet." in self.text(empty_site())


class TestCorrections:
    def test_all_are_listed_newest_first_and_what_is_gone_is_no_link(self) -> None:
        site = sample_site()
        tree = tree_of(pages.corrections_html(site, pages.make_chrome(site)))
        withdrawn, changed = only(tree, "//ol").xpath("./li")
        assert words(withdrawn) == "Orrery vs Quarry withdrawn 13 March 2026 Withdrawn: The maker took the tool down."
        assert not withdrawn.xpath(".//a")
        assert changed.xpath(".//a/@href") == ["/reviews/compare/larkspur-vs-tidewater/"]
        assert "2 entries, one of them a withdrawal" in words(tree)


class TestCategories:
    def test_a_category_lists_its_tools_by_share(self) -> None:
        site = sample_site()
        shown = site.categories["coding-assistant"]
        tree = tree_of(pages.category_html(site, shown, pages.make_chrome(site)))
        names = [words(link) for link in tree.xpath("//ul[@class='ledger body']//h3/a")]
        assert names == ["Larkspur", "Whin"]
        numbers = [words(dd) for dd in tree.xpath("//ul[@class='ledger body']/li[1]//dd")]
        assert numbers == ["75 % ship, 3 of 4", "61 % ship, 133 of 218 readers", "Free as of 24 February 2026"]

    def test_the_list_of_categories_leads_to_each(self) -> None:
        site = sample_site()
        tree = tree_of(pages.categories_html(site, pages.make_chrome(site)))
        assert tree.xpath("//h2/a/@href") == [f"/reviews/categories/{slug}/" for slug in site.categories]


class TestSearch:
    def test_without_a_script_it_lists_every_tool(self) -> None:
        site = sample_site()
        tree = tree_of(pages.search_html(site, pages.make_chrome(site)))
        assert [words(link) for link in tree.xpath("//ul[@class='index body']//a")] == [
            "Larkspur",
            "Orrery",
            "Tidewater",
            "Whin",
        ]
        assert only(tree, "//form[@id='finder']").get("data-index") == "/reviews/search/index.json"

    def test_more_tools_than_anybody_reads_are_listed_by_category(self) -> None:
        many = [publication(page(dossier(f"tool-{n}", f"Tool {n}")), f"r{n}") for n in range(LISTED_TOOLS + 1)]
        site = sample_site(many, pairs=(), votes=VOTES)
        tree = tree_of(pages.search_html(site, pages.make_chrome(site)))
        assert words(only(tree, "//h2[@id='all-heading']")) == "All 301 tools, by category"
        assert tree.xpath("//ul[@class='index body']//a/@href") == ["/reviews/categories/coding-assistant/"]
