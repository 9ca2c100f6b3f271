"""Every file of a site is planned; what is built step by step is what is built at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from panel.errors import InputProblems, NotApproved
from panel.records import Call, Community
from panel.settings import PublicationSettings
from panel.site.building import MANIFEST, build_site, find_differences
from panel.site.checking import check_site
from panel.site.model import Publication, Site
from panel.site.planning import SERVICES, plan_site
from tests.publish.pages import LARKSPUR, ORRERY, TIDEWATER, page
from tests.site.sites import (
    BASE_URL,
    FIRST,
    PUBLICATION,
    VOTES,
    WHIN,
    empty_site,
    hostile_site,
    publication,
    publications,
    rewritten,
    sample_site,
)


def files_of(folder: Path) -> dict[str, bytes]:
    found = {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    found.pop(MANIFEST)
    return found


@pytest.mark.parametrize("make", [sample_site, hostile_site, empty_site], ids=lambda make: make.__name__)
def test_a_built_site_has_no_fault(tmp_path: Path, make) -> None:  # type: ignore[no-untyped-def]
    units = plan_site(make())
    build_site(tmp_path / "public", units)
    assert check_site(tmp_path / "public", base_url=BASE_URL, services=SERVICES) == ()
    assert list(find_differences(tmp_path / "public", units)) == []


def test_every_address_of_the_model_is_a_file(tmp_path: Path) -> None:
    build_site(tmp_path / "public", plan_site(sample_site()))
    for path in (
        "index.html",
        "404.html",
        "compare/larkspur-vs-tidewater/card.png",
        "compare/larkspur-vs-whin/index.json",
        "tools/larkspur/verdicts/1/index.html",
        "tools/larkspur/verdicts/2/index.html",
        "categories/coding-assistant/feed.atom",
        "feed.json",
        "sitemap.xml",
        "robots.txt",
        "search/index.json",
        "votes.json",
        "favicon.ico",
    ):
        assert (tmp_path / "public" / path).stat().st_size, path
    assert not (tmp_path / "public/compare/orrery-vs-quarry").exists()


def history() -> Iterator[Site]:
    """A site as it grows: published, corrected, voted on, paired, withdrawn, reverted, renamed."""
    first, mended, other, gone = publications()
    back = publication(first.page, "a", days=12).model_copy(update={"published_at": first.published_at, "seq": 20})
    reverted = mended.model_copy(update={"withdrawn_at": back.at, "withdrawn_because": "worse", "reverted": True})
    flipped = publication(rewritten(first.page, "larkspur", "dx", "New.", Call.SKIP), "a", days=13, seq=21)
    withdrawn = other.model_copy(
        update={"withdrawn_at": FIRST + timedelta(days=14), "withdrawn_because": "The maker asked."}
    )
    few = {"larkspur": Community(ships=1, votes=2)}
    alone: tuple[Publication, ...] = (first,)
    yield sample_site(alone, pairs=(), votes={})
    yield sample_site(alone, pairs=(), votes=few)
    yield sample_site((first, mended), pairs=(), votes=few)
    yield sample_site((first, mended, other), pairs=(), votes=VOTES)
    yield sample_site((first, mended, other), votes=VOTES)
    yield sample_site((first, mended, other, gone), votes=VOTES)
    yield sample_site((first, reverted, other, gone, back), votes=VOTES)
    yield sample_site((first, reverted, other, gone, back, flipped), votes=VOTES)
    yield sample_site((first, reverted, withdrawn, gone, back, flipped), votes={})
    renamed = PUBLICATION.model_copy(update={"description": "Another one.", "votes_shown_from": 1})
    yield sample_site((first, reverted, withdrawn, gone, back, flipped), votes=few, publication=renamed)
    yield sample_site((first, publication(page(WHIN, LARKSPUR), "d", days=20)), publication=renamed)
    every = PublicationSettings(base_url=BASE_URL, pairs="all")
    yield sample_site((first, publication(page(WHIN), "e", days=21), publication(page(ORRERY), "f")), publication=every)
    dearer = WHIN.model_copy(update={"category": "Review bot", "name": "Larkspur"})
    yield sample_site((first, publication(page(dearer, ORRERY, TIDEWATER), "g", days=22)), publication=every)
    yield empty_site()


def test_a_site_built_step_by_step_is_the_site_built_at_once(tmp_path: Path) -> None:
    for number, site in enumerate(history()):
        build_site(tmp_path / "grown", plan_site(site))
        build_site(tmp_path / str(number), plan_site(site))
        grown, fresh = files_of(tmp_path / "grown"), files_of(tmp_path / str(number))
        assert grown.keys() == fresh.keys(), number
        assert [path for path in fresh if grown[path] != fresh[path]] == [], number


def test_the_same_site_again_makes_only_what_has_no_key(tmp_path: Path) -> None:
    build_site(tmp_path / "public", plan_site(sample_site()))
    built = build_site(tmp_path / "public", plan_site(sample_site()))
    assert not built.changed and built.made == 3


def test_one_vote_changes_the_pages_that_show_it(tmp_path: Path) -> None:
    build_site(tmp_path / "public", plan_site(sample_site()))
    votes = VOTES | {"larkspur": Community(ships=134, votes=219)}
    built = build_site(tmp_path / "public", plan_site(sample_site(votes=votes)))
    assert "tools/larkspur/index.html" in built.written and "votes.json" in built.written
    assert not any(path.startswith("tools/tidewater") for path in built.written)
    # What was approved is not touched by a vote.
    assert not any(path.endswith("larkspur-vs-tidewater/index.json") for path in built.written)


def test_a_page_that_lacks_an_approval_stops_everything() -> None:
    bad = page(LARKSPUR, TIDEWATER)
    cells = bad.rows[0].cells[0].model_copy(update={"approved_by": None})
    row = bad.rows[0].model_copy(update={"cells": (cells, *bad.rows[0].cells[1:])})
    site = sample_site((publication(bad.model_copy(update={"rows": (row, *bad.rows[1:])}), "a"),), pairs=())
    with pytest.raises(NotApproved) as refused:
        plan_site(site)
    assert refused.value.reasons == ("compare/larkspur-vs-tidewater/: larkspur/dx: not approved",)


def test_a_newsroom_s_broken_template_stops_everything(tmp_path: Path) -> None:
    (tmp_path / "home.html.j2").write_text("{% if %}")
    with pytest.raises(InputProblems, match=r"home\.html\.j2"):
        plan_site(sample_site(), templates=tmp_path)
