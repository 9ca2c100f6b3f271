"""Materials: everything read at once, kept byte for byte, read again from a run's own copies."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from panel.cli.run import make_manifest
from panel.engine import ScriptedEngine
from panel.errors import Corrupt, InputProblems
from panel.materials import gather_materials, reopen_materials
from panel.records import Seat
from panel.settings import find_newsroom
from panel.store import Run, RunStore

TOOLS = ["ledgerlark", "hushcap"]


def make_run(room: Path) -> Run:
    materials = gather_materials(room, TOOLS, persona_order=("dx",))
    manifest = make_manifest(find_newsroom(room), materials, ScriptedEngine(), run_id="a", seed=3)
    return RunStore(room / "runs").create(manifest, materials.files)


def test_what_was_read_is_kept_byte_for_byte(room: Path) -> None:
    materials = gather_materials(room, TOOLS, persona_order=("dx",))
    assert list(materials.dossiers) == TOOLS
    assert list(materials.personas) == ["dx", "business", "competition", "futurist"]
    assert "dossiers/ledgerlark/limits.txt" in materials.files
    assert all((room / name).read_bytes() == data for name, data in materials.files.items())
    assert len(materials.files) == 2 + 1 + 4 + 5


def test_a_subject_is_told_of_the_other_tools(room: Path) -> None:
    materials = gather_materials(room, TOOLS)
    subject = materials.subject(Seat(tool="hushcap", persona="dx"), ())
    assert [other.slug for other in subject.other_tools] == ["ledgerlark"]
    assert subject.prompt_text == materials.prompts.house()


def test_a_run_reads_its_own_copies(room: Path) -> None:
    run = make_run(room)
    for folder in ("dossiers", "personas", "prompts"):
        for path in (room / folder).rglob("*.*"):
            path.write_text("changed since")
    again = reopen_materials(run)
    assert list(again.dossiers) == TOOLS and again.personas["dx"].slug == "dx"
    assert {name: hashlib.sha256(data).hexdigest() for name, data in again.files.items()} == run.manifest.inputs


def test_copies_that_were_changed_are_refused(room: Path) -> None:
    run = make_run(room)
    (run.inputs / "dossiers" / "ledgerlark" / "limits.txt").write_text("No limits.")
    (run.inputs / "prompts" / "house.j2").unlink()
    with pytest.raises(Corrupt, match=r"dossiers/ledgerlark/limits.txt, prompts/house.j2"):
        reopen_materials(run)


def test_problems_of_all_three_come_at_once(room: Path) -> None:
    (room / "dossiers" / "hushcap.yaml").write_text("slug: 1\n")
    (room / "personas" / "dx.yaml").write_text("slug: 1\n")
    (room / "prompts" / "house.j2").write_text("{{ x }}")
    with pytest.raises(InputProblems) as caught:
        gather_materials(room, TOOLS)
    assert {problem.file.split("/")[0] for problem in caught.value.problems} == {"dossiers", "personas", "prompts"}
