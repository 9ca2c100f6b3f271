"""Every command once for people and once for programs; exit codes and errors in both forms."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from corpus.writing import SMALL, make_tools, write_tools

from panel.cli.app import COMMANDS
from panel.personas import load_personas

from .calls import call, do, write_sheet
from .conftest import TOOLS

SEAT = ("smolvlm2-turbo", "dx")


@pytest.fixture(autouse=True)
def small_standards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("panel.cli.corpus.STANDARDS", SMALL)


def commands_on(room: Path) -> dict[str, tuple[str, ...]]:
    """One call of every command that succeeds, in an order in which each of them can."""
    (room / "readme.md").write_text("# Foo\n\nFoo turns text into tables. It runs on a laptop.\n" * 8)
    write_sheet(room, "a", *SEAT, add="It has 77 plugins.")
    personas = [item.persona for item in load_personas(room / "personas")]
    write_tools(room / "corpus", make_tools(SMALL.tools, personas))
    return {
        "init": ("init", "../other"),
        "dossier": ("dossier", "check"),
        "dossier add": ("dossier", "add", "Foo", "--from", "readme.md"),
        "model": ("model", "show"),
        "corpus": ("corpus", "check"),
        "run": ("run", "smolvlm2-turbo", "-p", "dx", "--engine", "scripted", "--run-id", "b"),
        "resume": ("resume", "a"),
        "runs": ("runs",),
        "show": ("show", "a"),
        "preview": ("preview", "a"),
        "review": ("review", "a"),
        "edit": ("edit", "a", *SEAT, "--text-file", "sheet.txt", "--reason", "clearer"),
        "acknowledge": ("acknowledge", "a", *SEAT, "--all", "--reason", "counted them"),
        "confirm": ("confirm", "a", "mistral-3b-edge", "--reason", "looked at its page"),
        "flip": ("flip", "a", *SEAT, "--reason", "the licence decides"),
        "redraft": ("redraft", "a", "mistral-3b-edge", "dx", "--note", "name the file format"),
        "undo": ("undo", "a", *SEAT),
        "diff": ("diff", "a"),
        "approve": ("approve", "a"),
        "log": ("log", "a"),
        "replay": ("replay", "a"),
        "ablate": ("ablate", "a"),
        "stats": ("stats",),
        "publish": ("publish", "a"),
        "verify": ("verify", "a"),
        "compare": ("compare", "smolvlm2-turbo", "mistral-3b-edge"),
        "site": ("site", "build"),
        "unpublish": ("unpublish", "a", "--reason", "wrong price"),
        "release": ("release", "list"),
        "digest": ("digest", "--week", "2026-W01"),
        "votes": ("votes", "show"),
        "subscribers": ("subscribers", "list"),
        "eval": ("eval", "--engine", "scripted"),
        "graph": ("graph",),
        "schema": ("schema",),
    }


def test_every_command_speaks_to_people(drafted: Path) -> None:
    commands = commands_on(drafted)
    # `serve` serves until it is stopped; `test_serve` has it.
    assert {name.split()[0] for name in commands} == set(COMMANDS) - {"serve"}
    for name, argv in commands.items():
        said = do(drafted, *argv, stdin="q\n")
        assert said.out.strip(), name
        assert not said.out.lstrip().startswith("{"), name


def test_every_command_speaks_to_programs(drafted: Path) -> None:
    for name, argv in commands_on(drafted).items():
        said = do(drafted, *argv, "--json")
        assert isinstance(said.data, dict), name


def test_json_says_what_text_says(published: Path) -> None:
    shown = do(published, "show", "a", "--json").data
    assert [tally["tool"] for tally in shown["tallies"]] == list(TOOLS)
    assert all(tally["configured"] == tally["voted"] == 4 for tally in shown["tallies"])
    assert shown["publishable"] and shown["refusals"] == []
    text = do(published, "show", "a").out
    for tally in shown["tallies"]:
        assert tally["label"] in text
    one = do(published, "show", "a", *SEAT, "--json").data["seats"]
    assert [(seat["tool"], seat["persona"]) for seat in one] == [SEAT]
    assert one[0]["approved_by"] == "Ada Editor"
    assert one[0]["beats"]["primitive"] in " ".join(do(published, "show", "a", *SEAT).out.split())
    (row,) = do(published, "runs", "--json").data["runs"]
    assert (row["seats"], row["drafted"], row["approved"], row["missing"], row["published"]) == (8, 8, 8, 0, True)
    entries = do(published, "log", "a", "--json").data["entries"]
    assert [entry["action"] for entry in entries] == ["approve"] * 9 + ["publish"]
    assert len(do(published, "log", "a").out.splitlines()) == 10
    checks = do(published, "verify", "a", "--json").data
    assert checks["sound"] and all(check["counted"] for check in checks["checks"])


def test_progress_stays_off_standard_output(room: Path) -> None:
    said = do(room, "run", "smolvlm2-turbo", "--engine", "scripted", "--json")
    assert said.data["run_id"].endswith("-smolvlm2-turbo")
    assert len([line for line in said.err.splitlines() if "smolvlm2-turbo/" in line and "[" in line]) >= 4


@pytest.mark.parametrize(
    ("argv", "rc", "kind", "words"),
    [
        (("show", "nothing"), 2, "NotFound", "there is no run 'nothing'"),
        (("show", ""), 2, "NotFound", "there is no run"),
        (("show", "../a"), 2, "NotFound", "there is no run"),
        (("show", "a", "photoshop"), 2, "SetupError", "no tool 'photoshop'"),
        (("show", "a", "smolvlm2-turbo", "poet"), 2, "SetupError", "no persona 'poet'"),
        (("flip", "a", "smolvlm2-turbo", "poet", "-r", "x"), 2, "SetupError", "no persona 'poet'"),
        (("flip", "a", *SEAT, "-r", " "), 1, "IllegalMove", "needs a reason"),
        (("flip", "a", *SEAT), 2, "UsageError", "--reason"),
        (("redraft", "a", *SEAT, "-n", " "), 1, "IllegalMove", "needs a note"),
        (("undo", "a", *SEAT), 1, "IllegalMove", "nothing to undo"),
        (("unpublish", "a", "-r", "x"), 1, "IllegalMove", "is not published"),
        (("publish", "a"), 1, "NotApproved", "cannot be published"),
        (("approve", "a", *SEAT, "--comparison"), 1, "IllegalMove", "whole run"),
        (("edit", "a", *SEAT), 2, "SetupError", "no editor is set"),
        (("edit", "a", *SEAT, "--text-file", "no.txt"), 2, "InputProblems", "no such file"),
        (("run", "photoshop"), 2, "InputProblems", "no such dossier"),
        (("run", "smolvlm2-turbo", "smolvlm2-turbo"), 2, "InputProblems", "twice"),
        (("run", "smolvlm2-turbo", "-p", "poet"), 2, "InputProblems", "no such persona"),
        (("run", "smolvlm2-turbo", "--engine", "abacus"), 2, "SetupError", "no engine 'abacus'"),
        (("run", "smolvlm2-turbo", "--engine", "scripted", "--run-id", "A b"), 2, "SetupError", "cannot name a run"),
        (("run", "smolvlm2-turbo", "--engine", "scripted", "--run-id", "latest"), 2, "SetupError", "latest"),
        (("run", "smolvlm2-turbo", "--run-id", "a"), 1, "Conflict", "already a run a"),
        (("run", "smolvlm2-turbo", "--seed", "-1"), 2, "UsageError", "--seed"),
        (("run", "smolvlm2-turbo", "--model", "no.gguf"), 2, "SetupError", "no.gguf"),
        (("run", "smolvlm2-turbo", "--model", "panel.toml"), 2, "SetupError", "not a GGUF"),
        (("run", "smolvlm2-turbo", "--model", "runs"), 2, "SetupError", "cannot be read"),
        (("init", "."), 2, "SetupError", "is not empty"),
        (("nonsense",), 2, "UsageError", "nonsense"),
        (("log", "a", "\udcff"), 2, "UsageError", "not UTF-8"),
    ],
)
def test_what_goes_wrong_is_told_in_both_forms(
    drafted: Path, argv: tuple[str, ...], rc: int, kind: str, words: str
) -> None:
    before = sorted(path.name for path in (drafted / "runs").iterdir())
    people = call(drafted, *argv)
    assert people.rc == rc
    assert words in people.err
    assert "Traceback" not in people.err and not people.out
    programs = call(drafted, *argv, "--json")
    assert programs.rc == rc
    error = json.loads(programs.out)["error"]
    assert error["kind"] == kind and words in error["message"]
    assert sorted(path.name for path in (drafted / "runs").iterdir()) == before


def test_without_a_newsroom_every_command_says_how_to_make_one(tmp_path: Path) -> None:
    for argv in (("runs",), ("run", "a"), ("dossier", "check"), ("show", "latest"), ("publish", "x")):
        said = call(tmp_path, *argv)
        assert (said.rc, "no newsroom here" in said.err, "panel init DIR" in said.err) == (2, True, True), argv


def test_nobody_at_the_desk_is_refused(drafted: Path) -> None:
    said = call(drafted, "approve", "a", editor="")
    assert said.rc == 1 and "who are you" in said.err and "PANEL_EDITOR" in said.err
    for name in ("x" * 121, "\udcff"):
        assert call(drafted, "approve", "a", editor=name).rc == 1
    assert do(drafted, "log", "a", "--json").data["entries"] == []
    entries = do(drafted, "approve", "a", "--author", "  Bob\tB  ", "--json").data["approved"]
    assert {entry["author"] for entry in entries} == {"Bob B"}


def test_a_newsroom_is_found_from_its_folders(drafted: Path) -> None:
    deep = drafted / "runs" / "a" / "drafts"
    assert do(deep, "runs", "--json").data["runs"][0]["run_id"] == "a"


def test_beginnings_and_latest_name_runs(drafted: Path) -> None:
    do(drafted, "run", "smolvlm2-turbo", "-p", "dx", "--engine", "scripted", "--run-id", "ab")
    assert do(drafted, "show", "a", "--json").data["run_id"] == "a"
    do(drafted, "run", "smolvlm2-turbo", "-p", "dx", "--engine", "scripted", "--run-id", "abc")
    assert do(drafted, "show", "abc", "--json").data["run_id"] == "abc"
    assert do(drafted, "show", "latest", "--json").data["run_id"] in {"ab", "abc"}
    do(drafted, "run", "smolvlm2-turbo", "-p", "dx", "--engine", "scripted", "--run-id", "zed-1")
    do(drafted, "run", "smolvlm2-turbo", "-p", "dx", "--engine", "scripted", "--run-id", "zed-2")
    assert "fits 2 runs" in call(drafted, "show", "zed").err


def test_runs_are_numbered_when_their_name_is_taken(room: Path) -> None:
    names = [
        do(room, "run", "smolvlm2-turbo", "-p", "dx", "--engine", "scripted", "--json").data["run_id"] for _ in range(3)
    ]
    assert names[1:] == [f"{names[0]}-2", f"{names[0]}-3"]


def test_the_seed_decides_the_drafts(room: Path) -> None:
    def beats(*argv: str) -> list[object]:
        said = do(room, "run", "smolvlm2-turbo", "--engine", "scripted", "--json", *argv).data
        return [seat["beats"] for seat in said["seats"]]

    assert beats("--seed", "7") == beats("--seed", "7") != beats("--seed", "8")
    both = beats("--seed", "7")
    assert beats("--seed", "7", "-p", "business", "-p", "dx") == [both[3], both[0]]


def test_a_damaged_run_is_listed_and_the_others_with_it(drafted: Path) -> None:
    do(drafted, "run", "smolvlm2-turbo", "-p", "dx", "--engine", "scripted", "--run-id", "b")
    (drafted / "runs" / "a" / "run.json").write_text('{"schema_version": 1}')
    rows = {row["run_id"]: row for row in do(drafted, "runs", "--json").data["runs"]}
    assert "damaged" in rows["a"]["error"] and rows["b"]["drafted"] == 1
    assert "damaged" in do(drafted, "runs").out
    assert call(drafted, "show", "a").rc == 1


def test_verify_names_what_was_touched(published: Path) -> None:
    draft = published / "runs/a/drafts/smolvlm2-turbo/dx/1.json"
    draft.write_text(draft.read_text().replace('"call": "s', '"call":  "s'))
    (published / "site/compare/smolvlm2-turbo-vs-mistral-3b-edge/index.html").write_text("vandalised")
    said = call(published, "verify", "a", "--json")
    assert said.rc == 1 and not said.data["sound"]
    problems = " ".join(problem for check in said.data["checks"] for problem in check["problems"])
    assert "smolvlm2-turbo/dx: draft 1 was changed" in problems and "index.html" in problems
    assert "NOT sound" in call(published, "verify", "a").out
