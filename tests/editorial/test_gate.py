"""The gate: nothing passes that an editor did not approve, byte for byte."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from panel.editorial import (
    Desk,
    build_page,
    last_publication,
    page_content_sha256,
    record_publication,
    record_unpublication,
    refusals,
)
from panel.errors import Conflict, Corrupt, IllegalMove, NotApproved
from panel.records import Action, Page, content_hashes
from panel.settings import SiteSettings

from . import desks
from .desks import OTHER, SEAT

FILES = {"compare/larkspur-vs-tidewater/index.html": b"<html>", "compare/larkspur-vs-tidewater/index.json": b"{}"}


def refused(desk: Desk) -> tuple[str, ...]:
    with pytest.raises(NotApproved) as error:
        desks.gate(desk)
    assert error.value.hint
    assert error.value.reasons == refusals(desk, desk.states())
    return error.value.reasons


def replace_in(path: Path, old: bytes, new: bytes) -> None:
    data = path.read_bytes()
    assert old in data and old != new
    path.write_bytes(data.replace(old, new))


class TestRefusals:
    def test_nothing_approved_names_every_seat_and_the_comparison(self, desk: Desk) -> None:
        expected = [f"{seat}: not approved" for seat in desks.SEATS]
        assert refused(desk) == (*expected, "the comparison: not approved")

    @pytest.mark.parametrize("seat", desks.SEATS)
    def test_one_seat_is_enough(self, desk: Desk, seat: desks.Seat) -> None:
        for other in desks.SEATS:
            if other != seat:
                desk.approve(other, author="Eve")
        desk.approve_comparison(author="Eve")
        assert refused(desk) == (f"{seat}: not approved",)

    def test_the_comparison_wants_its_own_approval(self, desk: Desk) -> None:
        for seat in desks.SEATS:
            desk.approve(seat, author="Eve")
        assert refused(desk) == ("the comparison: not approved",)

    def test_an_edit_after_the_approval(self, approved: Desk) -> None:
        desks.edit(approved, SEAT, "New")
        assert refused(approved) == (f"{SEAT}: changed since Eve approved it",)

    def test_an_edit_back_to_the_approved_words(self, approved: Desk) -> None:
        for words in ("New", "As drafted"):
            desks.edit(approved, SEAT, words)
        assert refused(approved) == (f"{SEAT}: changed since Eve approved it",)
        approved.approve(SEAT, author="Bob")
        assert desks.gate(approved).page.rows[0].cells[0].approved_by == "Bob"

    def test_a_flip_after_the_approval_changes_the_comparison_too(self, approved: Desk) -> None:
        approved.flip(SEAT, author="Ada", reason="why")
        changed = (f"{SEAT}: changed since Eve approved it", "the comparison: changed since Eve approved it")
        assert refused(approved) == changed
        approved.approve(SEAT, author="Bob")
        assert refused(approved) == changed[1:]

    def test_a_redraft_after_the_approval(self, approved: Desk) -> None:
        approved.adopt_redraft(desks.redraft(approved, SEAT, "As drafted"), author="Ada")
        assert refused(approved) == (f"{SEAT}: changed since Eve approved it",)

    def test_an_approval_taken_back(self, approved: Desk) -> None:
        approved.undo(SEAT, author="Eve")
        assert refused(approved) == (f"{SEAT}: not approved",)

    def test_a_change_undone_is_approved_again(self, approved: Desk) -> None:
        before = desks.gate(approved).page
        approved.flip(SEAT, author="Eve", reason="why")
        approved.undo(SEAT, author="Eve")
        assert desks.gate(approved).page.rows == before.rows

    def test_a_missing_seat_and_one_not_drafted(self, tmp_path: Path) -> None:
        desk = desks.make_desk(tmp_path, leave_out=(SEAT, OTHER))
        desk.run.write_draft(desks.missing(SEAT))
        for seat in desks.SEATS[2:]:
            desk.approve(seat, author="Eve")
        desk.approve_comparison(author="Eve")
        assert refused(desk) == (f"{SEAT}: missing (ran out of time)", f"{OTHER}: not drafted yet")


class TestDamage:
    """Changes on disk, behind the journal's back, while a desk is open."""

    def test_a_dossier_changed_on_disk(self, approved: Desk) -> None:
        replace_in(approved.run.inputs / "dossiers" / "larkspur.yaml", b"3 languages", b"9 languages")
        with pytest.raises(Corrupt, match=r"dossiers/larkspur\.yaml"):
            desks.gate(approved)

    def test_a_dossier_changed_with_its_hash_in_the_manifest(self, approved: Desk) -> None:
        path = approved.run.inputs / "dossiers" / "larkspur.yaml"
        old = content_hashes({"x": path.read_bytes()})["x"]
        replace_in(path, b"3 languages", b"9 languages")
        new = content_hashes({"x": path.read_bytes()})["x"]
        replace_in(approved.run.folder / "run.json", old.encode(), new.encode())
        with pytest.raises(NotApproved) as error:
            desks.gate(approved)
        assert len([reason for reason in error.value.reasons if "changed since Eve approved" in reason]) == 3

    def test_how_the_page_was_made_is_approved_too(self, approved: Desk) -> None:
        replace_in(approved.run.folder / "run.json", b'"model_name": "none"', b'"model_name": "Opus"')
        with pytest.raises(NotApproved, match="the comparison: changed since Eve approved it"):
            desks.gate(approved)

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (b'"text": "As drafted (bet)."', b'"text": "As bought (bet)."'),
            (b'"p_ship": 0.75', b'"p_ship": 0.99'),
            (b'"duration_s": 0.5', b'"duration_s": 0.1'),
            (b'"origin": "run"', b'"origin":  "run"'),
        ],
    )
    def test_a_draft_s_file_changed_after_the_approval(self, approved: Desk, old: bytes, new: bytes) -> None:
        replace_in(desks.draft_path(approved, SEAT), old, new)
        assert any(str(SEAT) in reason for reason in refused(approved))

    def test_a_draft_s_file_changed_under_an_edit(self, desk: Desk) -> None:
        desks.edit(desk, SEAT, "Edited")
        desks.approve_all(desk)
        desks.gate(desk)
        replace_in(desks.draft_path(desk, SEAT), b'"text": "As drafted (bet)."', b'"text": "As bought (bet)."')
        assert any("names another text before it" in reason for reason in refused(desk))

    def test_a_redraft_s_file_changed_between_adoption_and_approval(self, desk: Desk) -> None:
        record = desks.redraft(desk, SEAT, "Redrafted")
        desk.adopt_redraft(record, author="Ada")
        replace_in(desks.draft_path(desk, SEAT, record.n), b'"p_ship": 0.75', b'"p_ship": 0.99')
        desks.approve_all(desk)
        assert any("draft 2 was changed" in reason for reason in refused(desk))

    def test_a_draft_that_was_deleted(self, approved: Desk) -> None:
        desks.draft_path(approved, SEAT).unlink()
        with pytest.raises(Corrupt):
            desks.gate(approved)

    def test_two_seats_drafts_swapped(self, approved: Desk) -> None:
        one, other = desks.draft_path(approved, SEAT), desks.draft_path(approved, desks.SEATS[2])
        first = one.read_bytes()
        one.write_bytes(other.read_bytes())
        other.write_bytes(first)
        with pytest.raises(Corrupt, match="is draft 1 of tidewater/dx"):
            desks.gate(approved)

    def test_a_journal_line_changed(self, approved: Desk) -> None:
        replace_in(approved.run.journal.path, b'"author":"Eve","before"', b'"author":"Mal","before"')
        with pytest.raises(Corrupt, match=r"journal\.jsonl:2"):
            desks.gate(approved)


class TestPublishing:
    def test_the_page_is_what_was_approved(self, desk: Desk) -> None:
        desks.edit(desk, SEAT, "Edited", author="Ada", call=desks.Call.SKIP)
        desks.approve_all(desk)
        seen = {seat: state.verdict for seat, state in desk.states().items()}
        page = Page.model_validate_json(desks.gate(desk).page.model_dump_json())
        assert page.status == "approved" and page.published_at is not None
        for row in page.rows:
            for cell in row.cells:
                verdict = seen[cell.seat]
                assert verdict is not None
                assert (cell.beats, cell.call, cell.approved_by) == (verdict.beats, verdict.call, "Eve")
        cell = page.rows[0].cells[0]
        assert cell.call_changed and 0 < cell.changed_share < 1 and cell.p_ship == 0.75
        assert page.rows[0].cells[1].changed_share == 0
        assert [card.dossier for card in page.tools] == [desks.dossier(slug) for slug in desks.TOOLS]
        assert (page.how_made.editors, page.how_made.approvers) == (("Ada", "Eve"), ("Eve",))
        assert [tally.ships for tally in page.comparison.tallies] == [0, 0]

    def test_the_content_s_hash_ignores_the_date_and_nothing_else(self, approved: Desk) -> None:
        states = approved.states()

        def page(name: str = "The Desk") -> Page:
            return build_page(approved, states, status="approved", site_name=name, newsletter_action="")

        first = page()
        later = first.model_copy(update={"published_at": desks.WHEN})
        assert later != first and page_content_sha256(later) == page_content_sha256(first)
        assert page_content_sha256(page("Another desk")) != page_content_sha256(first)
        for field, value in {"title": "x", "status": "draft", "slug": "x", "newsletter_action": "x"}.items():
            assert page_content_sha256(first.model_copy(update={field: value})) != page_content_sha256(first)

    def test_the_same_page_twice_is_published_once_with_one_date(self, approved: Desk) -> None:
        first = desks.gate(approved)
        assert first.already is None
        entry = record_publication(approved, first, FILES, out="site", author="Eve")
        assert entry.files == content_hashes(FILES)
        assert (entry.after, entry.published_at) == (first.content_sha256, first.page.published_at)
        again = desks.gate(approved)
        assert again.already == entry and again.page == first.page
        assert record_publication(approved, again, FILES, out="site", author="Bob") == entry
        assert approved.run.journal.read().entries[-1] == entry == last_publication(approved.run)

    def test_other_files_are_journaled_and_another_place_is_refused(self, approved: Desk) -> None:
        first = record_publication(approved, desks.gate(approved), FILES, out="site", author="Eve")
        rendered = {name: data + b"newer template" for name, data in FILES.items()}
        newer = record_publication(approved, desks.gate(approved), rendered, out="site", author="Eve")
        assert [entry.seq for entry in (first, newer)] == [6, 7]
        assert first.published_at == newer.published_at
        assert newer.files == content_hashes(rendered)
        with pytest.raises(IllegalMove, match="published in site"):
            record_publication(approved, desks.gate(approved), FILES, out="mirror", author="Eve")
        record_unpublication(approved, newer, author="Eve", reason="moving")
        assert record_publication(approved, desks.gate(approved), FILES, out="mirror", author="Eve").out == "mirror"

    def test_a_page_published_again_meanwhile_is_not_taken_for_the_old_one(self, approved: Desk) -> None:
        first = record_publication(approved, desks.gate(approved), FILES, out="site", author="Eve")
        rendered = {name: data + b"newer template" for name, data in FILES.items()}
        record_publication(approved, desks.gate(approved), rendered, out="site", author="Eve")
        with pytest.raises(Conflict, match="again"):
            record_unpublication(approved, first, author="Ada", reason="too late")

    def test_the_publication_s_own_words_are_approved_too(self, approved: Desk) -> None:
        for site in (SiteSettings(name="A scam"), SiteSettings(newsletter_action="https://evil.example/")):
            with pytest.raises(NotApproved, match="the comparison: changed"):
                desks.gate(replace(approved, site=site))
        assert desks.gate(approved).page.site_name == approved.site.name

    def test_changed_and_approved_again_is_a_new_publication(self, approved: Desk) -> None:
        first = record_publication(approved, desks.gate(approved), FILES, out="site", author="Eve")
        desks.edit(approved, SEAT, "New")
        approved.approve(SEAT, author="Eve")
        new = desks.gate(approved)
        assert new.already is None and new.content_sha256 != first.after
        assert record_publication(approved, new, FILES, out="site", author="Eve").seq > first.seq

    @pytest.mark.parametrize("published", [False, True])
    def test_a_run_changed_since_the_gate_looked_is_not_published(self, approved: Desk, published: bool) -> None:
        if published:
            record_publication(approved, desks.gate(approved), FILES, out="site", author="Eve")
        passed = desks.gate(approved)
        desks.edit(approved, SEAT, "Meanwhile")
        with pytest.raises(Conflict) as error:
            record_publication(approved, passed, FILES, out="site", author="Eve")
        assert error.value.hint
        assert approved.run.journal.read().entries[-1].action is Action.EDIT

    def test_an_unpublished_page_is_published_anew(self, approved: Desk) -> None:
        entry = record_publication(approved, desks.gate(approved), FILES, out="site", author="Eve")
        gone = record_unpublication(approved, entry, author="Ada", reason="wrong price")
        assert (gone.before, gone.files, gone.reason) == (entry.after, entry.files, "wrong price")
        assert last_publication(approved.run) is None
        assert desks.gate(approved).already is None
        assert refusals(approved, approved.states()) == ()

    def test_a_publication_needs_a_name(self, approved: Desk) -> None:
        with pytest.raises(IllegalMove, match="author"):
            record_publication(approved, desks.gate(approved), FILES, out="site", author="")

    def test_a_publisher_killed_at_any_moment_has_journaled_the_whole_publication_or_none(
        self, tmp_path: Path, editors: Callable[..., list[str]]
    ) -> None:
        published = set()
        for answer in editors("killed", "publish", tmp_path):
            desk = desks.open_desk(Path(answer.split()[0]))
            entry = last_publication(desk.run)
            published.add(entry is not None)
            passed = desks.gate(desk)
            assert passed.already == entry
            record_publication(desk, passed, FILES, out="site", author="Eve")
        assert published == {False, True}

    def test_a_preview_is_never_approved(self, approved: Desk) -> None:
        page = build_page(approved, approved.states(), status="draft", site_name="x", newsletter_action="")
        assert (page.published_at, page.how_made.approved_at, page.how_made.approvers) == (None, None, ())
        assert json.loads(page.model_dump_json())["status"] == "draft"

    def test_a_changed_seat_shows_no_approver_on_a_preview(self, approved: Desk) -> None:
        for _ in range(2):
            approved.flip(SEAT, author="Ada", reason="why")
        page = build_page(approved, approved.states(), status="draft", site_name="x", newsletter_action="")
        assert page.rows[0].cells[0].approved_by is None
        assert page.rows[0].cells[1].approved_by == "Eve"
