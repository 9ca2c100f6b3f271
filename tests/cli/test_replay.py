"""`panel replay`: the same again, what differs, and what cannot be told."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from panel.models import find_model
from panel.records import MissingSeat, Seat
from panel.store import open_folder

from .calls import call, do
from .conftest import TOOLS

DRAFT = Path("runs/a/drafts/smolvlm2-turbo/dx/1.json")


def rewrite(room: Path, **changes: Any) -> None:
    """Change a stored draft by hand, as nobody should."""
    path = room / DRAFT
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def files_of(room: Path) -> dict[str, bytes]:
    return {str(path.relative_to(room)): path.read_bytes() for path in room.rglob("*") if path.is_file()}


def test_a_run_is_written_again_to_the_letter_and_left_as_it_was(drafted: Path) -> None:
    before = files_of(drafted)
    found = do(drafted, "replay", "a", "--json").data
    assert (found["outcome"], found["identical"], found["drafts"], found["changed"]) == ("identical", 8, 8, [])
    assert [(seat["seat"]["tool"], seat["seat"]["persona"]) for seat in found["seats"]][:2] == [
        ("smolvlm2-turbo", "dx"),
        ("smolvlm2-turbo", "competition"),
    ]
    assert files_of(drafted) == before
    text = do(drafted, "replay", "a").out
    assert text.count(": identical") == 9 and "a: 8 of 8 drafts identical" in text


def test_one_tool_and_one_seat_can_be_replayed_alone(drafted: Path) -> None:
    assert do(drafted, "replay", "a", TOOLS[0], "--json").data["drafts"] == 4
    assert do(drafted, "replay", "a", *TOOLS[:1], "dx", "--json").data["drafts"] == 1


def test_today_s_prompts_personas_and_dossiers_do_not_matter(drafted: Path) -> None:
    for name in ("prompts/house.j2", "personas/dx.yaml", "dossiers/smolvlm2-turbo.yaml"):
        (drafted / name).write_text("not even a file of its kind: {{")
    assert do(drafted, "replay", "a", "--json").data["outcome"] == "identical"


def test_a_text_that_is_not_what_the_model_wrote_is_shown_word_by_word(drafted: Path) -> None:
    stored = json.loads((drafted / DRAFT).read_text())
    beats = [{**stored["beats"][0], "text": "Somebody wrote this."}, *stored["beats"][1:]]
    other = "skip" if stored["call"] == "ship" else "ship"
    rewrite(drafted, beats=beats, call=other, p_ship=0.123456)
    said = call(drafted, "replay", "a")
    assert said.rc == 1 and "7 of 8 drafts identical: drift" in said.out
    assert "smolvlm2-turbo/dx draft 1: differs" in said.out
    assert "[-Somebody" in said.out and f"call: [-{other}-]{{+{stored['call']}+}}" in said.out
    assert "p_ship: 0.123456 then" in said.out and "nothing that the manifest names has changed" in said.out
    (seat,) = [
        one for one in json.loads(call(drafted, "replay", "a", "--json").out)["seats"] if one["outcome"] == "differs"
    ]
    assert seat["call"] == other and set(seat["diff"]) == {stored["beats"][0]["id"]}


def test_a_probability_alone_is_a_difference(drafted: Path) -> None:
    rewrite(drafted, p_ship=0.123456)
    said = call(drafted, "replay", "a", *TOOLS[:1], "dx")
    assert said.rc == 1 and "p_ship: 0.123456 then" in said.out


def test_where_two_drafts_part_is_told(drafted: Path) -> None:
    stored = json.loads((drafted / DRAFT).read_text())
    first = stored["attempts"][0]
    for attempts, words in (
        ([{**first, "raw": "{}"}], "attempt 1 of 1 is another text"),
        ([{**first, "seed": 5}], "attempt 1 has another seed"),
        ([first, first], "the checks judge them otherwise now: attempt 2 of 2 then, 1 of 1 now"),
    ):
        rewrite(drafted, attempts=attempts, chosen=len(attempts) - 1, call=stored["call"], p_ship=0.5)
        assert words in call(drafted, "replay", "a", *TOOLS[:1], "dx").out, words


def test_redrafts_are_replayed_as_what_they_were(drafted: Path) -> None:
    do(drafted, "redraft", "a", *TOOLS[:1], "dx", "--note", "name the file format")
    found = do(drafted, "replay", "a", *TOOLS[:1], "dx", "--json").data
    assert [(seat["draft"], seat["origin"], seat["outcome"]) for seat in found["seats"]] == [
        (1, "run", "identical"),
        (2, "redraft", "identical"),
    ]
    assert "draft 2 (redraft): identical" in do(drafted, "replay", "a", *TOOLS[:1], "dx").out


def test_missing_seats_are_told_and_are_no_drift(drafted: Path) -> None:
    run, seat = open_folder(drafted / "runs/a"), Seat(tool=TOOLS[0], persona="dx")
    stored = run.draft(seat, 1)
    (drafted / DRAFT).unlink()
    lost = MissingSeat(seat=seat, n=1, error="EngineTimeout", message="ran out of time", created_at=stored.created_at)
    run.write_draft(lost)
    found = do(drafted, "replay", "a", "--json").data
    assert (found["outcome"], found["identical"], found["drafts"]) == ("identical", 7, 8)
    assert found["seats"][0]["outcome"] == "missing" and "ran out of time" in found["seats"][0]["reason"]
    alone = call(drafted, "replay", "a", *TOOLS[:1], "dx")
    assert alone.rc == 2 and "0 of 1 drafts identical: cannot" in alone.out


def test_changed_inputs_cannot_be_replayed(drafted: Path) -> None:
    (drafted / "runs/a/inputs/personas/dx.yaml").write_text("changed")
    said = call(drafted, "replay", "a")
    assert said.rc == 2 and "personas/dx.yaml" in said.err and not said.out


def test_libraries_that_changed_are_named(drafted: Path) -> None:
    path = drafted / "runs/a/run.json"
    manifest = json.loads(path.read_text())
    manifest["versions"] = {**manifest["versions"], "numpy": "0.1", "gone-for-good": "2"}
    path.write_text(json.dumps(manifest))
    found = do(drafted, "replay", "a", "--json").data
    assert found["outcome"] == "identical" and found["changed"] == ["gone-for-good", "numpy"]
    assert "no longer the same: gone-for-good: 2 then, not installed now" in do(drafted, "replay", "a").out


@pytest.fixture(scope="module")
def real(drafted_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A newsroom with a run of the real model: one tool, two seats of one beat, one answer each, the model's file."""
    room = tmp_path_factory.mktemp("real") / "room"
    shutil.copytree(drafted_once, room)
    shutil.copyfile(find_model("embedded-base", base=room).path, room / "model.gguf")
    for slug in ("dx", "business"):
        path = room / "personas" / f"{slug}.yaml"
        persona = yaml.safe_load(path.read_text())
        path.write_text(yaml.safe_dump({**persona, "beats": persona["beats"][:1]}))
    settings = (room / "panel.toml").read_text()
    (room / "panel.toml").write_text(settings.replace("# max_revisions = 2", "max_revisions = 0"))
    do(room, "run", TOOLS[0], "-p", "dx", "-p", "business", "--model", "model.gguf", "--run-id", "real")
    return room


def test_the_real_model_writes_the_same_again_alone_and_in_company(real: Path) -> None:
    found = do(real, "replay", "real", "--json").data
    assert (found["outcome"], found["identical"], found["changed"]) == ("identical", 2, [])
    assert [one["name"] for one in found["ingredients"] if one["same"] is None] == ["processor"]
    assert all(seat["p_ship"] == seat["p_ship_now"] is not None for seat in found["seats"])
    alone = do(real, "replay", "real", TOOLS[0], "business", "--json").data
    assert (alone["outcome"], alone["changed"]) == ("identical", [])


def test_another_model_file_cannot_replay(real: Path, tmp_path: Path) -> None:
    room = tmp_path / "room"
    shutil.copytree(real, room)
    model = room / "model.gguf"
    manifest = json.loads((room / "runs/real/run.json").read_text())
    manifest["engine"]["model_path"] = str(model)
    (room / "runs/real/run.json").write_text(json.dumps(manifest))
    with model.open("ab") as file:
        file.write(b"\0")
    said = call(room, "replay", "real")
    assert said.rc == 2 and "not the model this run was begun with" in said.err


def test_the_real_model_is_asked_for_its_calls_alone(real: Path) -> None:
    found = do(real, "ablate", "real", "--json").data
    assert (found["known"], found["compared_with_run"], found["argued"]) == (2, 2, 2)
    first, second = found["seats"]
    assert first["neutral"] == second["neutral"] and first["own"] != second["own"]
    assert set(first["swapped"]) == {"business"} and set(second["swapped"]) == {"dx"}
    for seat in found["seats"]:
        asked = [seat["own"], seat["neutral"], seat["argued"], *seat["swapped"].values()]
        assert all((one["call"] == "ship") == (one["p_ship"] >= 0.5) for one in asked)
