from __future__ import annotations

import pytest

from panel.digest import Digest, digest_weeks, make_digest
from panel.records import Community
from panel.settings import PublicationSettings
from panel.site.model import Publication
from tests.publish.pages import LARKSPUR, ORRERY, QUARRY, TIDEWATER, page
from tests.site.sites import empty_site, publication, publications, sample_site

from .weeks_of import FIRST, QUIET, SECOND, digest_of


def test_first_publications_and_later_ones_are_told_apart() -> None:
    first, second = digest_of(FIRST), digest_of(SECOND)
    assert [one.slug for one in first.published] == ["larkspur-vs-tidewater"] and first.updated == ()
    assert [one.slug for one in second.published] == ["whin-vs-orrery"]
    (again,) = second.updated
    assert again.slug == "larkspur-vs-tidewater" and again.first_published_at == first.published[0].published_at
    assert again.tools[0].changes == ("The skeptic: the argument was rewritten.",)


def test_a_comparison_published_twice_in_its_first_week_is_new_and_comes_once() -> None:
    one = page(LARKSPUR, TIDEWATER)
    digest = digest_of(FIRST, sample_site((publication(one, "a"), publication(one, "a", days=1, seq=12)), pairs=()))
    assert len(digest.published) == 1 and not digest.updated
    assert digest.published[0].published_at.day == 4


def test_corrections_and_withdrawals_are_those_of_the_week() -> None:
    assert digest_of(FIRST).corrections == () == digest_of(FIRST).withdrawals
    second = digest_of(SECOND)
    assert [(one.kind, one.tool, one.reason) for one in second.corrections] == [
        ("edit", "larkspur", "A reader named a fifth rival.")
    ]
    (taken,) = second.withdrawals
    assert (taken.page, taken.reason) == ("orrery-vs-quarry", "The maker took the tool down.")


def test_what_was_withdrawn_is_told_as_withdrawn_and_not_shown() -> None:
    assert "quarry" not in digest_of(SECOND).model_dump_json(exclude={"withdrawals"})


def test_what_was_withdrawn_in_a_later_week_is_no_longer_shown() -> None:
    first, *_ = publications()
    gone = first.model_copy(update={"withdrawn_at": QUIET.begins_at, "withdrawn_because": "A mistake."})
    site = sample_site((gone,), pairs=())
    assert digest_of(FIRST, site).is_empty and len(digest_of(QUIET, site).withdrawals) == 1
    assert digest_weeks(site) == (QUIET,)


def test_the_most_divided_panel_is_the_one_nearest_to_half_and_the_newest_of_equals() -> None:
    assert (digest_of(SECOND).divided or pytest.fail()).name == "Whin"
    two = (publication(page(ORRERY, LARKSPUR), "a"), publication(page(QUARRY, ORRERY), "b", days=1))
    found = digest_of(FIRST, sample_site(two, pairs=())).divided
    assert found is not None and (found.tool, found.page) == ("orrery", "quarry-vs-orrery")
    assert found.ships == ("Developer experience", "The skeptic") and found.skips == ("The futurist", "Business")
    assert found.case_for and found.case_for.name == "Developer experience" and "decides it" in found.case_for.text
    assert found.case_against and found.case_against.name == "The futurist"


def test_a_unanimous_panel_is_not_divided() -> None:
    assert digest_of(FIRST, sample_site((publication(page(QUARRY), "a"),), pairs=())).divided is None


def test_the_gap_is_shown_only_with_enough_votes() -> None:
    gap = digest_of(FIRST).gap
    assert gap is not None and (gap.tool, gap.panel.label, gap.readers.votes) == ("larkspur", "75 % ship, 3 of 4", 218)
    assert gap.points_apart == 14
    few = sample_site(publication=PublicationSettings(votes_shown_from=219))
    assert digest_of(FIRST, few).gap is None
    wider = sample_site(votes={"larkspur": Community(ships=3, votes=40), "tidewater": Community(ships=40, votes=40)})
    assert (digest_of(FIRST, wider).gap or pytest.fail()).tool == "tidewater"


def test_a_week_without_anything_is_empty() -> None:
    for digest in (digest_of(QUIET), digest_of(FIRST, empty_site())):
        assert digest.is_empty and not digest.is_rehearsal and digest.divided is None and digest.gap is None
    assert digest_weeks(sample_site()) == (SECOND, FIRST) and digest_weeks(empty_site()) == ()


def test_a_digest_depends_on_nothing_but_its_week() -> None:
    assert digest_of(FIRST, sample_site(tuple(reversed(publications())))) == digest_of(FIRST)
    only = sample_site(publications()[:1])
    assert digest_of(FIRST, only) == digest_of(FIRST)
    assert Digest.model_validate_json(digest_of(SECOND).model_dump_json()) == digest_of(SECOND)


def test_votes_alone_make_no_other_digest() -> None:
    more = sample_site(votes={"larkspur": Community(ships=134, votes=219)})
    assert digest_of(FIRST, more) != digest_of(FIRST) and digest_of(FIRST, more).same_but_for_votes(digest_of(FIRST))
    assert not digest_of(SECOND).same_but_for_votes(digest_of(FIRST))


def scripted(one: Publication) -> Publication:
    how = one.page.how_made.model_copy(update={"engine": "scripted"})
    return one.model_copy(update={"page": one.page.model_copy(update={"how_made": how})})


def test_a_rehearsal_names_no_model() -> None:
    digest = make_digest(sample_site((scripted(publications()[0]),), pairs=()), FIRST)
    assert digest.is_rehearsal and digest.models == () and digest.divided and digest.divided.scripted
    assert digest_of(FIRST).models == ("Qwen3-4B-Instruct-2507",)
