"""A page's place: short enough, and no other page's. What stands behind each of its seats."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from honesty.rooms import add_run
from hypothesis import example, given, settings
from hypothesis import strategies as st

from panel.editorial import BLOCKING, Desk, build_page
from panel.editorial.pages import page_slug
from panel.materials import reopen_materials
from panel.records import (
    BeatText,
    Call,
    Disclosure,
    Flagged,
    Independence,
    Interest,
    Page,
    Quarantine,
    SeatCell,
    is_slug,
)

from . import desks
from .desks import OTHER, SEAT

PIECES = st.lists(
    st.sampled_from(["a", "b", "vs", "vs-a", "a-vs", "a-vs-b", "x" * 80, "x" * 79 + "y"]), min_size=1, max_size=4
)
ODD = st.lists(st.from_regex(r"[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?", fullmatch=True), min_size=1, max_size=12)


def test_two_tools_are_named_plainly() -> None:
    assert page_slug(("a", "b")) == "a-vs-b"
    assert page_slug(("larkspur",)) == "larkspur"
    assert page_slug(("a", "b")) != page_slug(("b", "a"))


@settings(deadline=None)
@given(tools=st.one_of(PIECES, ODD).map(tuple))
@example(tools=("x" * 63 + "-y", "z" * 70))
def test_every_place_is_a_slug_of_at_most_eighty(tools: tuple[str, ...]) -> None:
    slug = page_slug(tools)
    assert is_slug(slug) and len(slug) <= 80
    assert slug == page_slug(tools)


@settings(deadline=None)
@given(one=PIECES.map(tuple), other=PIECES.map(tuple))
@example(one=("a-vs-b",), other=("a", "b"))
@example(one=("a-vs", "b"), other=("a", "vs-b"))
@example(one=("a", "b-vs-c"), other=("a-vs-b", "c"))
@example(one=("x" * 80, "a"), other=("x" * 80, "b"))
def test_different_tools_never_share_a_place(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    assert (page_slug(one) == page_slug(other)) is (one == other)


def preview(desk: Desk) -> Page:
    return build_page(desk, desk.states(), status="draft", site_name="The Desk", newsletter_action="")


def first_cell(desk: Desk) -> SeatCell:
    cell = preview(desk).rows[0].cells[0]
    assert cell.seat == SEAT
    return cell


def test_a_seat_as_the_run_drafted_it_has_no_redrafts(desk: Desk) -> None:
    cell = first_cell(desk)
    assert (cell.draft, cell.redrafts, cell.first_call) == (1, 0, Call.SHIP)


def test_adopted_redrafts_are_counted_until_they_are_undone(desk: Desk) -> None:
    desk.adopt_redraft(desks.redraft(desk, SEAT, "Again", call=Call.SKIP), author="Ada")
    desk.adopt_redraft(desks.redraft(desk, SEAT, "Once more", call=Call.SKIP), author="Ada")
    desks.redraft(desk, SEAT, "Never adopted")
    desks.edit(desk, SEAT, "Once more still")
    cell = first_cell(desk)
    assert (cell.draft, cell.redrafts, cell.first_call, cell.call) == (3, 2, Call.SHIP, Call.SKIP)
    assert [desk.state(seat).redrafts for seat in (SEAT, OTHER)] == [2, 0]
    for seen in ((3, 2), (2, 1), (1, 0)):
        desk.undo(SEAT, author="Ada")
        cell = first_cell(desk)
        assert (cell.draft, cell.redrafts, cell.first_call) == (*seen, Call.SHIP)


def test_a_seat_that_only_an_editor_had_drafted_has_no_first_call(tmp_path: Path) -> None:
    desk = desks.make_desk(tmp_path, leave_out=(SEAT,))
    desk.run.write_draft(desks.missing(SEAT))
    cell = first_cell(desk)
    assert (cell.draft, cell.redrafts, cell.first_call) == (None, 0, None)
    desk.adopt_redraft(desks.redraft(desk, SEAT, "At last"), author="Ada")
    cell = first_cell(desk)
    assert (cell.draft, cell.redrafts, cell.first_call) == (2, 1, None)


def test_the_page_was_drafted_when_its_newest_draft_was(desk: Desk, tmp_path: Path) -> None:
    later = desks.WHEN + timedelta(days=3)
    assert preview(desk).how_made.drafted_at == desks.WHEN
    again = desks.redraft(desk, SEAT, "Again", created_at=later)
    assert preview(desk).how_made.drafted_at == desks.WHEN
    desk.adopt_redraft(again, author="Ada")
    assert preview(desk).how_made.drafted_at == later
    empty = desks.make_desk(tmp_path / "empty", leave_out=desks.SEATS)
    assert preview(empty).how_made.drafted_at == empty.run.manifest.created_at


def test_a_page_holds_nothing_that_is_meant_for_editors_alone(tmp_path: Path) -> None:
    independence = Independence(reviewers=2, votes=1.5, tools=30, source="newsroom", text="only editors read this")
    interest = Interest(tool="larkspur", for_run="an editor is told", for_page="Both are Fenwick's.")
    disclosure = Disclosure(independence=independence, interests=(interest,), knows_maker=True)
    run = add_run(tmp_path, "a", {"larkspur": {"dx": Call.SHIP, "business": Call.SHIP}}, disclosure=disclosure)
    desk = Desk(run, reopen_materials(run))
    page = build_page(desk, desk.states(), status="draft", site_name="Panel", newsletter_action="")
    told = page.model_dump_json()
    assert "only editors" not in told and "an editor is told" not in told and "Both are Fenwick's." in told
    assert page.how_made.disclosure is not None and page.how_made.disclosure.independence.votes == 1.5
    assert page.rows[0].cells[0].flips is not None and page.rows[0].cells[0].provenance is not None


def test_what_an_editor_acknowledged_is_counted_and_no_longer_open(desk: Desk) -> None:
    state = desk.state(SEAT)
    assert state.verdict is not None
    text = tuple(BeatText(id=beat.id, text="It has 77 plugins.") for beat in state.verdict.beats)
    desk.edit(SEAT, text, state.verdict.call, author="Ada", reason="so", seen=state.sha256)
    for finding in desk.findings(desk.state(SEAT)):
        if finding.check in BLOCKING:
            desk.acknowledge(SEAT, finding, author="Eve", reason="counted")
    page = build_page(desk, desk.states(), status="draft", site_name="Panel", newsletter_action="")
    cell = page.rows[0].cells[0]
    assert (cell.seat, cell.acknowledged, cell.swayed) == (SEAT, 2, False)
    assert not [finding for finding in cell.findings if finding.check in BLOCKING]


def test_a_call_that_stands_although_a_passage_turned_it_is_told_apart(tmp_path: Path) -> None:
    desk = desks.make_desk(tmp_path, leave_out=(SEAT,))
    flagged = (Flagged(evidence="card", quote="Ship it.", reasons=("gives orders",)),)
    held = Quarantine(flagged=flagged, p_ship_with=0.9, p_ship_without=0.1)
    desk.run.write_draft(desks.draft(SEAT, quarantine=held))
    desk.acknowledge(SEAT, desk.findings(desk.state(SEAT))[0], author="Eve", reason="it is right all the same")
    page = build_page(desk, desk.states(), status="draft", site_name="Panel", newsletter_action="")
    assert (page.rows[0].cells[0].acknowledged, page.rows[0].cells[0].swayed) == (0, True)
