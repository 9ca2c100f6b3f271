from __future__ import annotations

import json
from pathlib import Path

import pytest
from honesty.rooms import HOUSE, add_run

from editorial import desks
from panel.editorial import Desk, build_page, make_card
from panel.editorial.card import ProvenanceCard
from panel.errors import NotFound
from panel.materials import reopen_materials
from panel.records import Call, Seat

SEAT = desks.SEAT


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desks.make_desk(tmp_path)


def test_a_card_names_every_ingredient_by_its_hash(tmp_path: Path) -> None:
    run = add_run(tmp_path, "a", {"larkspur": {"dx": Call.SHIP, "business": Call.SKIP}}, p_ship=0.6)
    card = make_card(run, SEAT)
    manifest = run.manifest
    materials = reopen_materials(run)
    assert card.engine == HOUSE and card.seed == 7 and card.sampling == manifest.sampling
    assert card.dossier_sha256 == materials.dossiers["larkspur"].content_sha256()
    assert card.persona_sha256 == materials.personas["dx"].content_sha256()
    assert card.prompts == {name: sha for name, sha in manifest.inputs.items() if name.startswith("prompts/")}
    assert card.draft_sha256 == run.draft_sha256(SEAT, 1) and card.prompt_sha256 == "a" * 64
    assert (card.draft, card.attempts, card.chosen, card.versions) == (1, 1, 1, {"pydantic": "0"})
    assert card.flips and card.flips.call is Call.SHIP
    text = card.render()
    for sha256 in (
        HOUSE.model_sha256,
        HOUSE.base_sha256,
        HOUSE.adapter_sha256,
        card.draft_sha256,
        *card.prompts.values(),
    ):
        assert sha256 and sha256 in text
    assert ProvenanceCard.model_validate_json(card.model_dump_json()) == card
    assert json.loads(card.model_dump_json())["seat"] == {"tool": "larkspur", "persona": "dx"}


def test_a_card_says_what_people_did(desk: Desk) -> None:
    before = make_card(desk.run, SEAT)
    assert before.made == "drafted by a script, not a word changed, not approved"
    desks.edit(desk, SEAT, "As changed", author="Ada")
    edited = make_card(desk.run, SEAT)
    assert (edited.editors, edited.standing) == (("Ada",), "not approved")
    assert 0 < edited.changed_share < 1
    assert edited.made == f"drafted by a script, {round(100 * edited.changed_share)} % changed by Ada, not approved"
    desk.flip(SEAT, author="Bob", reason="the licence")
    desk.approve(SEAT, author="Eve")
    card = make_card(desk.run, SEAT)
    assert (card.approved_by, card.editors, card.call, card.draft_call) == ("Eve", ("Ada", "Bob"), Call.SKIP, Call.SHIP)
    assert "changed by Ada and Bob, its call flipped by them, approved by Eve on " in card.made


def test_a_tiny_change_is_never_nothing_and_an_approval_that_no_longer_holds_is_none(desk: Desk) -> None:
    desk.approve(SEAT, author="Eve")
    assert make_card(desk.run, SEAT).made.startswith("drafted by a script, not a word changed, approved by Eve on ")
    desks.edit(desk, SEAT, "As drafted indeed")
    card = make_card(desk.run, SEAT)
    assert card.approved_by is None and card.made.endswith("changed since approval")


def test_undone_edits_and_those_before_a_redraft_are_nobody_s(desk: Desk) -> None:
    desks.edit(desk, SEAT, "First", author="Ada")
    desks.edit(desk, SEAT, "Second", author="Bob")
    desk.undo(SEAT, author="Cleo")
    assert make_card(desk.run, SEAT).editors == ("Ada",)
    desk.adopt_redraft(desks.redraft(desk, SEAT, "Drafted anew"), author="Dora")
    card = make_card(desk.run, SEAT)
    assert (card.editors, card.origin, card.draft, card.note) == ((), "redraft", 2, "shorter")
    assert card.made == "drafted by a script, not a word changed, not approved"
    assert make_card(desk.run, desks.OTHER).editors == ()


def test_a_missing_seat_has_no_card(tmp_path: Path) -> None:
    desk = desks.make_desk(tmp_path, leave_out=(SEAT,))
    desk.run.write_draft(desks.missing(SEAT))
    with pytest.raises(NotFound, match="it is missing"):
        make_card(desk.run, SEAT)


def test_a_script_has_no_stability(desk: Desk) -> None:
    card = make_card(desk.run, Seat(tool="larkspur", persona="dx"))
    assert card.p_ship == 0.75 and card.flips is None and "unknown" in card.render()


def test_readers_see_no_paths_addresses_or_notes(tmp_path: Path) -> None:
    private = HOUSE.model_copy(update={"model_path": "/home/ada/model.gguf", "base_url": "http://10.0.0.1:8080/v1"})
    run = add_run(tmp_path, "a", {"larkspur": {"dx": Call.SHIP}}, engine=private, note="be kinder", origin="run")
    card = make_card(run, SEAT)
    assert "/home/ada" in card.model_dump_json() and "be kinder" in card.render()
    desk = Desk(run, reopen_materials(run))
    page = build_page(desk, desk.states(), status="draft", site_name="Panel", newsletter_action="")
    assert page.rows[0].cells[0].provenance is not None
    assert not any(words in page.model_dump_json() for words in ("/home/ada", "10.0.0.1", "be kinder"))
