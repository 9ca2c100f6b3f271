from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from datetime import timedelta
from pathlib import Path

import html5lib
import pytest
from editorial import desks
from honesty.rooms import HOUSE, OTHER, add_run

from panel.audit import PersonaRecord, TrackRecord, collect_record, render_html, render_svg, severities
from panel.editorial import Desk
from panel.records import Call, Community
from panel.store import RunStore

SHIP, SKIP = Call.SHIP, Call.SKIP


def collect(root: Path, votes: dict[str, Community] | None = None, votes_from: int = 20) -> TrackRecord:
    return collect_record(RunStore(root / "runs"), votes or {}, votes_from=votes_from)


def of(record: TrackRecord, persona: str) -> PersonaRecord:
    (found,) = [one for one in record.personas if one.persona == persona]
    return found


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desks.make_desk(tmp_path)


def test_an_untouched_desk_has_drafts_and_no_shares(desk: Desk, tmp_path: Path) -> None:
    found = of(collect(tmp_path), "dx")
    assert (found.drafts, found.seats, found.runs, found.redrafts, found.missing) == (2, 2, 1, 0, 0)
    assert (found.ships.count, found.ships.of) == (1, 2)
    assert (found.untouched.value, found.changed.value, found.flipped.value, found.community.value) == (None,) * 4
    assert found.hours_to_approval.value is None and found.findings.value == 0.0


def test_what_editors_did_is_counted_over_what_was_approved(desk: Desk, tmp_path: Path) -> None:
    seat, other = desks.SEAT, desks.SEATS[2]
    desks.edit(desk, seat, "Changed by hand")
    desk.flip(seat, author="Ada", reason="the licence")
    desk.approve(seat, author="Eve")
    desk.approve(other, author="Eve")
    found = of(collect(tmp_path), "dx")
    assert (found.untouched.count, found.untouched.of) == (1, 2)
    assert (found.flipped.count, found.flipped.of) == (1, 2)
    assert found.changed.of == 2 and 0 < (found.changed.value or 0) < 0.5
    assert (found.severity.true_negative.count, found.severity.true_negative.of) == (1, 2)
    assert found.severity.true_positive.of == 0
    assert of(collect(tmp_path), "business").untouched.of == 0


def test_time_runs_from_the_draft_to_its_approval(desk: Desk, tmp_path: Path) -> None:
    desk.run.journal._now = lambda: desks.WHEN + timedelta(hours=3)
    desk.approve(desks.SEAT, author="Eve")
    desk.run.journal._now = lambda: desks.WHEN + timedelta(hours=8)
    desk.approve(desks.SEATS[2], author="Eve")
    found = of(collect(tmp_path), "dx").hours_to_approval
    assert (found.value, found.of) == (5.5, 2)


def test_a_redraft_is_no_draft_that_was_left_alone(desk: Desk, tmp_path: Path) -> None:
    desk.adopt_redraft(desks.redraft(desk, desks.SEAT, "Anew", call=SKIP), author="Ada")
    desk.approve(desks.SEAT, author="Eve")
    found = of(collect(tmp_path), "dx")
    assert (found.drafts, found.redrafts, found.untouched.count, found.untouched.of) == (3, 1, 0, 1)
    assert found.changed.value == 0.0 and found.flipped.count == 0
    # The run's own draft had said ship: the note that led to the redraft was the editor's.
    assert (found.severity.true_negative.count, found.severity.true_negative.of) == (0, 1)


def test_readers_count_where_they_are_enough_and_of_one_mind(desk: Desk, tmp_path: Path) -> None:
    desks.approve_all(desk)
    votes = {"larkspur": Community(ships=15, votes=20), "tidewater": Community(ships=10, votes=20)}
    found = of(collect(tmp_path, votes), "dx").community
    assert (found.count, found.of) == (1, 1)
    assert of(collect(tmp_path, votes), "business").community.value == 0.0
    assert of(collect(tmp_path, votes, votes_from=21), "dx").community.of == 0


def test_models_are_told_apart_by_their_bytes_and_damaged_runs_are_named(tmp_path: Path) -> None:
    add_run(tmp_path, "a", {"larkspur": {"dx": SHIP, "business": SKIP}})
    prepared = HOUSE.model_copy(update={"model_sha256": "8" * 64, "source_sha256": "1" * 64, "model_name": "the same"})
    add_run(tmp_path, "b", {"tidewater": {"dx": SHIP, "business": None}}, engine=prepared, days=1)
    add_run(tmp_path, "c", {"larkspur": {"dx": SHIP, "business": SKIP}}, engine=OTHER, days=2)
    (add_run(tmp_path, "d", {"larkspur": {"dx": SHIP}}).folder / "run.json").write_text("{}")
    record = collect(tmp_path)
    assert [(one.persona, one.model, one.seats) for one in record.personas] == [
        ("dx", "the same", 2),
        ("business", "the same", 2),
        ("dx", "Qwen3-4B-Instruct", 1),
        ("business", "Qwen3-4B-Instruct", 1),
    ]
    assert (record.personas[1].missing, record.personas[1].drafts) == (1, 1)
    assert record.runs == 3 and list(record.left_out) == ["d"]
    unknown = HOUSE.model_copy(update={"adapter_sha256": "0" * 64})
    assert set(severities(record, OTHER)) == {"dx", "business"} and not severities(record, unknown)


def test_the_chart_is_a_sound_picture_with_its_figures_in_words(desk: Desk, tmp_path: Path) -> None:
    desk.approve(desks.SEAT, author="Eve")
    record = collect(tmp_path)
    svg = ElementTree.fromstring(render_svg(record))
    named = {child.tag.split("}")[1]: child for child in svg if child.get("id")}
    assert svg.get("role") == "img" and set(named) == {"title", "desc"}
    assert set((svg.get("aria-labelledby") or "").split()) == {child.get("id") for child in named.values()}
    assert "approved untouched 100 %, 1 of 1" in (named["desc"].text or "")
    assert "—" in render_svg(record)
    page = render_html(record)
    html5lib.HTMLParser(strict=True).parse(page)
    assert "<script" not in page and "on" + "load" not in page
    assert page.count("<tr>") == 1 + len(record.personas) and "100 %, 1 of 1" in page


def test_the_chart_escapes_what_comes_from_outside_and_can_be_empty(tmp_path: Path) -> None:
    nasty = HOUSE.model_copy(update={"model_name": "<script>alert(1)</script>&"})
    add_run(tmp_path, "a", {"larkspur": {"dx": SHIP, "business": SKIP}}, engine=nasty)
    record = collect(tmp_path)
    assert "<script>" not in render_html(record)
    ElementTree.fromstring(render_svg(record))
    empty = collect(tmp_path / "nothing")
    assert "No drafts yet" in render_svg(empty)
    html5lib.HTMLParser(strict=True).parse(render_html(empty))


def test_every_figure_is_a_plain_value(desk: Desk, tmp_path: Path) -> None:
    record = collect(tmp_path)
    assert TrackRecord.model_validate_json(record.model_dump_json()) == record


def test_what_the_fact_desk_finds_in_drafts_is_counted(tmp_path: Path) -> None:
    add_run(tmp_path, "a", {"larkspur": {"dx": Call.SHIP}}, words="It has 77 plugins")
    (found,) = collect_record(RunStore(tmp_path / "runs"), {}, votes_from=1).personas
    assert found.findings.value == 2.0, "one in each of its two beats"
