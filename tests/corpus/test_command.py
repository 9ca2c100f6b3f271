"""`panel corpus check`: exit codes, both forms, and every problem of the files before any of what they say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from cli.calls import call, do

from panel.records import Persona

from .writing import SMALL, make_tools, slug_of, write_tools


@pytest.fixture(autouse=True)
def small_standards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("panel.cli.corpus.STANDARDS", SMALL)


@pytest.fixture
def gold(room: Path, personas: Sequence[Persona]) -> Path:
    """The newsroom's own corpus, sound."""
    return write_tools(room / "corpus", make_tools(10, personas))


def put(gold: Path, number: int, old: str, new: str) -> None:
    file = gold / "verdicts" / f"{slug_of(number)}.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_sound_corpus_ends_with_its_figures(room: Path, gold: Path) -> None:
    lines = do(room, "corpus", "check").out.splitlines()
    assert lines[0].startswith("10 tools in 2 categories, 40 verdicts of ")
    assert lines[1] == "Panels: 0/4 2, 1/4 2, 2/4 2, 3/4 2, 4/4 2."
    table = {line[:11].strip(): line[11:].split() for line in lines[2:-1]}
    assert table["ship share"] == ["all", "train", "dev", "test"]
    assert table["all seats"] == ["50.0%"] * 4
    assert table["dx"] == ["70.0%", "83.3%", "50.0%", "50.0%"]
    assert table["tools"] == ["10", "6", "2", "2"]
    assert lines[-1] == "No fault."


def test_json_says_the_same(room: Path, gold: Path) -> None:
    data = do(room, "corpus", "check", "--json").data
    assert data["sound"] is True and data["faults"] == []
    figures = data["figures"]
    assert (figures["tools"], figures["verdicts"], figures["panels"]) == (10, 40, [2, 2, 2, 2, 2])
    assert figures["splits"] == {"train": 6, "dev": 2, "test": 2}
    assert figures["ship_counts"][0] == {"seat": None, "split": None, "ships": 20, "calls": 40, "ship_share": 0.5}


def test_faults_come_before_the_figures_and_end_with_2(room: Path, gold: Path) -> None:
    put(gold, 3, "trend: ", "trend: I say ")
    said = call(room, "corpus", "check")
    line = f'verdicts/{slug_of(3)}.yaml: futurist.trend: house-rule: a seat is a lens, not a person: "I"'
    assert (said.rc, said.out.splitlines()[0]) == (2, line)
    assert "50.0%" in said.out and said.out.splitlines()[-1] == "1 fault, in 1 file."
    told = call(room, "corpus", "check", "--json")
    assert told.rc == 2 and told.data["sound"] is False and told.data["figures"]["tools"] == 10
    assert told.data["faults"] == [
        {
            "rule": "house-rule",
            "file": f"verdicts/{slug_of(3)}.yaml",
            "tool": slug_of(3),
            "seat": "futurist",
            "beat": "trend",
            "excerpt": "",
            "message": "a seat is a lens, not a person",
            "quote": "I",
        }
    ]


def test_what_a_terminal_would_obey_is_printed_as_text(room: Path, personas: Sequence[Persona]) -> None:
    tools = make_tools(10, personas)
    tools[3]["gold"]["verdicts"]["futurist"]["argument"]["trend"] = "\x1b[2J Benu lome."
    write_tools(room / "corpus", tools)
    out = call(room, "corpus", "check").out
    assert "\x1b" not in out and "\\x1b[2J Benu lome." in out


def test_another_folder_is_checked_by_the_newsroom_s_personas(room: Path, gold: Path) -> None:
    gold.rename(room / "elsewhere")
    assert do(room, "corpus", "check", "elsewhere").out.endswith("No fault.\n")
    assert do(room / "runs", "corpus", "check", "../elsewhere").out.endswith("No fault.\n")
    (room / "personas" / "dx.yaml").unlink()
    assert "there is no such persona" in call(room, "corpus", "check", "elsewhere").err


@pytest.mark.parametrize("made", [(), ("nowhere",), ("nowhere", "nowhere/verdicts", "nowhere/dossiers")])
def test_a_missing_or_empty_folder_is_told(room: Path, made: Sequence[str]) -> None:
    for name in made:
        (room / name).mkdir()
    said = call(room, "corpus", "check", "nowhere")
    assert said.rc == 2 and not said.out
    assert "there are no gold verdicts here" in said.err and "nowhere/verdicts" in said.err
    error = json.loads(call(room, "corpus", "check", "nowhere", "--json").out)["error"]
    assert error["kind"] == "InputProblems"


def test_a_file_is_no_corpus(room: Path, gold: Path) -> None:
    said = call(room, "corpus", "check", f"corpus/verdicts/{slug_of(0)}.yaml")
    assert said.rc == 2 and "is a file" in said.err


def test_broken_files_are_told_all_at_once_with_their_lines_and_no_faults(room: Path, gold: Path) -> None:
    put(gold, 3, "trend: ", "trend: I say ")
    put(gold, 4, "split: train", "split: train\n  broken")
    put(gold, 5, "split: test", "split: exam")
    put(gold, 6, "    call: ", "    cell: ")
    (gold / "dossiers" / f"{slug_of(7)}.yaml").unlink()
    said = call(room, "corpus", "check")
    assert said.rc == 2 and not said.out and "I say" not in said.err
    for place in (
        f"verdicts/{slug_of(4)}.yaml:",
        f"verdicts/{slug_of(5)}.yaml:2: split: ",
        f"verdicts/{slug_of(6)}.yaml:",
        f"{slug_of(7)}.yaml: no such",
    ):
        assert place in said.err, said.err
    told = call(room, "corpus", "check", "--json")
    problems = told.data["error"]["problems"]
    assert told.rc == 2 and {(p["file"], p["line"]) for p in problems} >= {(f"verdicts/{slug_of(5)}.yaml", 2)}


def test_without_a_newsroom_it_says_how_to_make_one(tmp_path: Path) -> None:
    assert "panel init DIR" in call(tmp_path, "corpus", "check").err
