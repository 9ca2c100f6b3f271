"""The exam: which gold is taken, what the reviewers are given, and what a run's name follows from."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from panel.engine import ScriptedEngine
from panel.errors import InputProblems, SetupError
from panel.evaluation import Exam, gather_exam, name_run
from panel.records import EngineIdentity, Sampling, is_slug
from panel.settings import Settings, find_newsroom

from .golds import ORDER, SPLITS, write_gold, write_yaml

ENGINE = ScriptedEngine().identity


def gather(room: Path, path: Path | None = None, split: str | None = None, limit: int | None = None) -> Exam:
    return gather_exam(find_newsroom(room), path or room / "corpus", split=split, limit=limit)


def test_a_split_is_taken_and_all_dossiers_are_neighbours(room: Path, gold: Path) -> None:
    exam = gather(room)
    assert (exam.split, list(exam.tools)) == ("test", ["hushcap", "ledgerlark", "marrowdesk"])
    assert list(exam.neighbours) == sorted(SPLITS)
    assert tuple(exam.personas) == ORDER
    assert [str(seat) for seat in exam.seats("hushcap")] == [f"hushcap/{persona}" for persona in ORDER]
    assert list(gather(room, split="train").tools) == ["foreglint"]
    assert list(gather(room, limit=2).tools) == ["hushcap", "ledgerlark"]


def test_one_file_is_its_own_split_and_all_dossiers_beside_it_are_neighbours(room: Path, gold: Path) -> None:
    exam = gather(room, gold / "verdicts" / "foreglint.yaml")
    assert (exam.split, list(exam.tools)) == ("train", ["foreglint"])
    assert set(exam.neighbours) == {path.stem for path in (room / "dossiers").glob("*.yaml")}
    with pytest.raises(SetupError, match="no gold of the split test"):
        gather(room, gold / "verdicts" / "foreglint.yaml", split="test")


def test_reviewers_are_given_the_gold_s_dossiers_byte_for_byte(room: Path, gold: Path) -> None:
    dossier = gold / "dossiers" / "hushcap.yaml"
    dossier.write_text(dossier.read_text().replace("Two Herons", "Three Herons"))
    materials = gather(room).materials
    assert materials.dossiers["hushcap"].maker == "Three Herons Software"
    for name in ("dossiers/hushcap.yaml", "verdicts/hushcap.yaml"):
        assert materials.files[name] == (gold / name).read_bytes()
    for name in ("personas/dx.yaml", "prompts/house.j2"):
        assert materials.files[name] == (room / name).read_bytes()
    evidence = {name for name in materials.files if name.startswith("dossiers/ledgerlark/")}
    assert evidence and all(materials.files[name] == (gold / name).read_bytes() for name in evidence)
    assert not any("foreglint" in name for name in materials.files)


def test_gold_that_is_not_there_says_where_it_was_looked_for(room: Path) -> None:
    with pytest.raises(InputProblems, match="no gold verdicts here"):
        gather(room)
    write_gold(room, {"hushcap": "train"})
    with pytest.raises(SetupError) as caught:
        gather(room)
    assert "split test" in caught.value.message and "train" in caught.value.hint


def test_gold_has_to_be_of_the_newsroom_s_personas(room: Path, gold: Path) -> None:
    persona = yaml.safe_load((room / "personas" / "dx.yaml").read_text())
    write_yaml(room / "personas" / "fifth.yaml", persona | {"slug": "fifth"})
    with pytest.raises(InputProblems, match=r"verdicts\.fifth: is missing") as caught:
        gather(room)
    assert len(caught.value.problems) == len(SPLITS)
    for slug in ("fifth", "dx"):
        (room / "personas" / f"{slug}.yaml").unlink()
    with pytest.raises(InputProblems, match="no such persona"):
        gather(room)
    shutil.rmtree(room / "personas")
    with pytest.raises(InputProblems, match="no persona here"):
        gather(room)


def test_a_prompt_that_does_not_fit_is_told_before_any_work(room: Path, gold: Path) -> None:
    (room / "prompts" / "persona.j2").write_text("{{ persona.nothing_of_the_kind }}")
    with pytest.raises(InputProblems, match="nothing_of_the_kind"):
        gather(room)


def name(exam: Exam, settings: Settings, engine: EngineIdentity = ENGINE, seed: int = 1) -> str:
    return name_run(exam, engine, settings, seed)


def test_a_run_s_name_follows_from_everything_that_shapes_its_drafts(
    room: Path, gold: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exam, settings = gather(room), Settings()
    first = name(exam, settings)
    assert is_slug(first) and first.startswith("test-")
    assert name(gather(room), settings) == first
    found = {first}

    def note(other: str, *, part: int) -> None:
        assert other not in found
        # Its parts are the split, the model, the gold and how it is asked.
        assert other.split("-")[part] != first.split("-")[part]
        found.add(other)

    note(name(exam, settings, ENGINE.model_copy(update={"model_name": "other"})), part=1)
    note(name(exam, settings, ENGINE.model_copy(update={"model_sha256": "1" * 64})), part=1)
    note(name(exam, settings, ENGINE.model_copy(update={"model_sha256": "2" * 64})), part=1)
    note(name(exam, settings, ENGINE.model_copy(update={"context_tokens": 512})), part=1)
    note(name(exam, settings, seed=2), part=3)
    note(name(exam, settings.model_copy(update={"sampling": Sampling(temperature=0)})), part=3)
    revised = settings.run.model_copy(update={"max_revisions": 0})
    note(name(exam, settings.model_copy(update={"run": revised})), part=3)
    note(name(gather(room, limit=1), settings), part=2)
    for changed, part in (("corpus/verdicts/hushcap.yaml", 2), ("personas/dx.yaml", 3), ("prompts/house.j2", 3)):
        kept = (room / changed).read_text()
        (room / changed).write_text(kept.replace("the", "no", 1))
        note(name(gather(room), settings), part=part)
        (room / changed).write_text(kept)
    assert name(gather(room), settings) == first
    monkeypatch.setattr("panel.evaluation.exam.answer_grammar", lambda persona, dossier: "start: ANY")
    note(name(exam, settings), part=3)


def test_where_a_model_lies_and_how_many_seats_it_writes_at_once_does_not_name_it(room: Path, gold: Path) -> None:
    exam, settings = gather(room), Settings()
    model = ENGINE.model_copy(update={"model_sha256": "1" * 64})
    moved = model.model_copy(update={"model_path": "/elsewhere", "model_name": "b", "seats_at_once": 4, "threads": 3})
    assert name(exam, settings, model) == name(exam, settings, moved)
