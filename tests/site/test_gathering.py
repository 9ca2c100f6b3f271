"""From publications to a site: addresses, histories, categories, corrections, pairs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

from panel.records import Call, Disclosure, HowMade, Page
from panel.settings import PublicationSettings
from panel.site.gathering import make_site
from panel.site.model import Publication
from panel.site.pairs import why_not_compared
from tests.publish.pages import (
    INDEPENDENCE,
    LARKSPUR,
    ORRERY,
    OWN_MAKER,
    PROVENANCE,
    QUARRY,
    TIDEWATER,
    disclosed,
    dossier,
    measured,
    page,
    with_cell,
)
from tests.site.sites import FIRST, SITE, VOTES, WHIN, empty_site, publication, publications, rewritten, sample_site


def test_the_newest_publication_stands_at_its_address_and_the_older_stays_in_the_history() -> None:
    site = sample_site()
    shown = site.comparisons["larkspur-vs-tidewater"]
    assert shown.ref.published_at == FIRST + timedelta(days=7)
    assert "five coding assistants" in shown.page.rows[1].cells[0].beats[0].text
    first, second = site.tools["larkspur"].versions
    assert (first.n, second.n) == (1, 2) and first.published_at == FIRST
    assert second.changes == ("The skeptic: the argument was rewritten.",)
    assert [one.reason for one in second.corrections] == ["A reader named a fifth rival."]
    # Nothing of the other tool changed, so it has no new version, and is corrected nowhere.
    (only,) = site.tools["tidewater"].versions
    assert only.published_at == FIRST and only.corrections == ()


def test_what_was_withdrawn_is_gone_with_what_it_had_replaced() -> None:
    gone = {"withdrawn_at": FIRST + timedelta(days=3), "withdrawn_because": "wrong price"}
    site = sample_site((publication(page(QUARRY), "a"), publication(page(QUARRY), "b", days=2, **gone)), pairs=())
    assert not site.comparisons and not site.tools and not site.categories
    (told,) = site.corrections
    assert (told.kind, told.reason, told.tool) == ("withdrawn", "wrong price", None)


def test_a_tool_that_stands_elsewhere_survives_a_withdrawal() -> None:
    site = sample_site()
    assert "orrery-vs-quarry" not in site.comparisons and "quarry" not in site.tools
    orrery = site.tools["orrery"]
    assert [version.page for version in orrery.versions] == ["whin-vs-orrery"]
    assert orrery.current.withdrawn_at is None


def test_a_new_run_a_flip_and_a_new_price_are_told() -> None:
    dearer = QUARRY.model_copy(
        update={"pricing": QUARRY.pricing.model_copy(update={"entry": "$9 a month"}), "licence": "MIT"}
    )
    later = rewritten(page(dearer), "quarry", "dx", "New words.", Call.SHIP)
    site = sample_site((publication(page(QUARRY), "a"), publication(later, "b", days=1)), pairs=())
    assert site.tools["quarry"].current.changes == (
        "Reviewed anew by the panel.",
        "Developer experience: ship, before skip.",
        "Entry price as of 24 February 2026: $9 a month; before: Free.",
        "Licence: MIT; before: Apache-2.0.",
    )


def test_the_order_in_which_publications_come_does_not_matter() -> None:
    one = sample_site()
    assert all(sample_site(order) == one for order in permutations(publications()))


def test_two_tools_of_a_category_are_compared_without_a_run() -> None:
    site = sample_site()
    pair = site.comparisons["larkspur-vs-whin"]
    assert pair.kind == "pair" and pair.page.title == "Larkspur vs Whin"
    words = {cell.beats for row in pair.page.rows for cell in row.cells}
    approved = {
        cell.beats for one in site.compared() for row in one.page.rows for cell in row.cells if cell.approved_by
    }
    assert words <= approved
    assert pair.page.comparison.winner == "larkspur" and pair.page.comparison.verdict.startswith("Ship with Larkspur")
    assert {source.slug for source in pair.sources} == {"larkspur-vs-tidewater", "whin-vs-orrery"}
    assert pair.ref in site.tools["whin"].comparisons


def test_every_pair_of_a_category_is_compared_where_the_newsroom_says_so() -> None:
    every = sample_site(pairs=(), publication=PublicationSettings(pairs="all"))
    assert [one.slug for one in every.comparisons.values() if one.kind == "pair"] == ["larkspur-vs-whin"]
    asked = sample_site(pairs=(("whin", "larkspur"),), publication=PublicationSettings(pairs="all"))
    assert [one.slug for one in asked.comparisons.values() if one.kind == "pair"] == ["whin-vs-larkspur"]


def test_a_run_of_the_same_tools_takes_a_pair_s_place() -> None:
    site = sample_site((*publications(), publication(page(WHIN, LARKSPUR), "d", days=20)))
    assert site.comparisons["whin-vs-larkspur"].kind == "panel" and "larkspur-vs-whin" not in site.comparisons


def test_why_tools_cannot_be_compared() -> None:
    current = {slug: tool.current for slug, tool in sample_site().tools.items()}
    assert not why_not_compared(("larkspur", "whin"), current)
    assert "2 to 4" in why_not_compared(("larkspur",), current)
    assert "2 to 4" in why_not_compared(("larkspur", "larkspur"), current)
    assert why_not_compared(("larkspur", "quarry"), current) == "nothing is published about quarry"
    assert "not of one category" in why_not_compared(("larkspur", "tidewater"), current)
    fewer = current["whin"].model_copy(update={"rows": current["whin"].rows[:3]})
    assert "same panel" in why_not_compared(("larkspur", "whin"), {**current, "whin": fewer})
    how = current["whin"].how_made.model_copy(update={"engine": "scripted (0.1)"})
    rehearsed = current["whin"].model_copy(update={"how_made": how})
    assert "rehearsals" in why_not_compared(("larkspur", "whin"), {**current, "whin": rehearsed})


class TestHowAPairWasMade:
    """What may be said of verdicts of different runs together."""

    def made(self, first: Page, second: Page) -> HowMade:
        site = sample_site((publication(first, "a"), publication(second, "b", days=1)), pairs=(("larkspur", "whin"),))
        return site.comparisons["larkspur-vs-whin"].page.how_made

    def told(self, first: Page, second: Page) -> Disclosure:
        told = self.made(first, second).disclosure
        assert told is not None
        return told

    def test_one_model_s_runs_have_one_figure_and_one_provenance(self) -> None:
        made = self.made(measured(page(LARKSPUR)), measured(page(WHIN)))
        assert made.disclosure == disclosed() and made.provenance == PROVENANCE

    def test_each_tool_keeps_its_own_conflicts_and_those_of_other_tools_stay_away(self) -> None:
        whin = OWN_MAKER.model_copy(update={"tool": "whin", "for_page": "Whin is built on it."})
        orrery = OWN_MAKER.model_copy(update={"tool": "orrery", "for_page": "Orrery is built on it."})
        first = measured(page(LARKSPUR, TIDEWATER), disclosed(OWN_MAKER, OWN_MAKER.model_copy(update={"tool": "x"})))
        told = self.told(first, measured(page(WHIN, ORRERY), disclosed(whin, orrery)))
        assert [one.for_page for one in told.interests] == [OWN_MAKER.for_page, "Whin is built on it."]

    def test_a_mixture_of_models_has_no_figure_and_no_provenance_of_its_own(self) -> None:
        made = self.made(measured(page(LARKSPUR)), measured(page(WHIN), model_name="Ministral 3"))
        assert made.disclosure is not None
        worth = made.disclosure.independence
        assert (worth.votes, worth.low, worth.high, worth.tools, worth.source) == (None, None, None, 0, "none")
        assert worth.reviewers == 4 and "nobody measured" in worth.text
        assert made.provenance is None

    def test_one_name_for_two_files_is_a_mixture(self) -> None:
        made = self.made(measured(page(LARKSPUR)), measured(page(WHIN), model_sha256="0" * 64))
        assert made.disclosure and made.disclosure.independence.votes is None and made.provenance is None

    def test_figures_of_one_model_that_differ_are_neither_the_one_nor_the_other(self) -> None:
        other = disclosed(independence=INDEPENDENCE.model_copy(update={"votes": 1.4}))
        made = self.made(measured(page(LARKSPUR)), measured(page(WHIN), other))
        assert made.disclosure and made.disclosure.independence.votes is None
        assert made.provenance == PROVENANCE

    def test_runs_of_one_model_with_other_seeds_have_no_provenance_together(self) -> None:
        other = PROVENANCE.model_copy(update={"seed": 1})
        made = self.made(measured(page(LARKSPUR)), measured(page(WHIN), provenance=other))
        assert made.provenance is None and made.disclosure == disclosed()

    def test_an_unknown_maker_of_one_is_unknown_of_the_pair(self) -> None:
        first = measured(page(LARKSPUR), disclosed(OWN_MAKER))
        for second in (measured(page(WHIN), disclosed(knows_maker=False)), page(WHIN)):
            told = self.told(first, second)
            assert not told.knows_maker and told.interests == (OWN_MAKER,)
        assert self.told(page(LARKSPUR), measured(page(WHIN))).independence.votes is None

    def test_what_nobody_asked_of_either_is_not_told_of_the_pair(self) -> None:
        made = self.made(page(LARKSPUR), page(WHIN))
        assert made.disclosure is None and made.provenance is None

    def test_every_seat_keeps_its_own_provenance_and_flips(self) -> None:
        first, second = measured(page(LARKSPUR)), measured(page(WHIN), model_name="Ministral 3")
        site = sample_site((publication(first, "a"), publication(second, "b")), pairs=(("larkspur", "whin"),))
        rows = site.comparisons["larkspur-vs-whin"].page.rows
        for row, of_first, of_second in zip(rows, first.rows, second.rows, strict=True):
            assert row.cells == (of_first.cells[0], of_second.cells[0])
            assert all(cell.provenance and cell.flips for cell in row.cells)


def test_a_statement_that_an_editor_kept_since_is_a_new_version() -> None:
    kept = with_cell(page(QUARRY), "quarry", "dx", acknowledged=1)
    site = sample_site((publication(page(QUARRY), "a"), publication(kept, "a", days=1)), pairs=())
    first, second = site.tools["quarry"].versions
    assert (first.rows[0].cells[0].acknowledged, second.rows[0].cells[0].acknowledged) == (0, 1)
    assert second.changes == ("Developer experience: 1 statement was kept that the dossier does not bear out.",)


def test_a_call_that_an_editor_let_stand_since_is_a_new_version() -> None:
    kept = with_cell(page(QUARRY), "quarry", "dx", swayed=True)
    site = sample_site((publication(page(QUARRY), "a"), publication(kept, "a", days=1)), pairs=())
    _, second = site.tools["quarry"].versions
    assert second.changes == (
        "Developer experience: a call was kept that may hang on a passage which speaks to reviewers.",
    )


def test_categories_that_fold_alike_have_addresses_of_their_own() -> None:
    one = dossier("one", "One", category="Réview bot")
    site = sample_site((publication(page(one), "a"), publication(page(QUARRY), "b")), pairs=())
    assert len(site.categories) == 2 and all(slug.startswith("review-bot-") for slug in site.categories)
    strange = sample_site((publication(page(dossier("two", "Two", category="評価")), "c"),), pairs=())
    (slug,) = strange.categories
    assert strange.categories[slug].name == "評価" and strange.tools["two"].category == slug


def test_votes_stand_beside_the_page_and_never_in_it() -> None:
    site = sample_site()
    shown = site.comparisons["larkspur-vs-tidewater"]
    assert shown.community == (VOTES["larkspur"], None) and shown.page.comparison.community == (None, None)
    assert shown.sha256 == sample_site(votes={}).comparisons["larkspur-vs-tidewater"].sha256
    assert site.shown_votes(VOTES["larkspur"]) and site.shown_votes(VOTES["whin"]) is None


def test_a_site_without_publications_is_empty() -> None:
    site = empty_site()
    assert site.updated_at is None and not site.tools and not site.comparisons


def test_three_tools_make_one_comparison_and_three_tools() -> None:
    site = make_site([publication(page(LARKSPUR, TIDEWATER, ORRERY), "a")], site=SITE)
    assert set(site.tools) == {"larkspur", "tidewater", "orrery"} and len(site.comparisons) == 1
    assert site.updated_at == FIRST and isinstance(site.publications[0], Publication)
    assert replace(site, tools={}).tools == {}
