"""`panel edit`: from a sheet, through a pipe, in $EDITOR; a person's words are never lost."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from .calls import call, do, write_sheet

SEAT = ("smolvlm2-turbo", "dx")


def kept(room: Path) -> list[Path]:
    return sorted((room / "runs/a/kept").glob("*")) if (room / "runs/a/kept").is_dir() else []


def set_editor(room: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    path = room / "editor.sh"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("EDITOR", f"'{path}' --wait")


def test_a_sheet_from_a_file_or_a_pipe(drafted: Path) -> None:
    sheet = write_sheet(drafted, "a", *SEAT, add="One.")
    assert "needs approval" in do(drafted, "edit", "a", *SEAT, "--text-file", str(sheet), "-r", "one").out
    sheet = write_sheet(drafted, "a", *SEAT, add="Two.")
    said = do(drafted, "edit", "a", *SEAT, "--text-file", "-", "-r", "two", "--json", stdin=sheet.read_bytes())
    assert all(beat["text"].endswith("One. Two.") for beat in said.data["entry"]["beats"])
    assert kept(drafted) == []


def test_nothing_changed_keeps_nothing(drafted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = write_sheet(drafted, "a", *SEAT, add="")
    said = call(drafted, "edit", "a", *SEAT, "--text-file", str(sheet), "-r", "none", "--json")
    assert (said.rc, said.data["error"]["kind"]) == (1, "NothingChanged")
    set_editor(drafted, monkeypatch, "true")
    said = call(drafted, "edit", "a", *SEAT, "--json")
    assert (said.rc, said.data["error"]["kind"]) == (1, "NothingChanged")
    assert kept(drafted) == []


def test_a_sheet_that_is_refused_is_kept(drafted: Path) -> None:
    sheet = write_sheet(drafted, "a", *SEAT)
    whole = sheet.read_text()
    for text, why in (
        (whole.replace("[bet]", "[bat]"), "is no beat of dx"),
        (whole.replace("call: s", "call: maybe s"), "must be ship or skip"),
        (whole, "needs a reason"),
    ):
        sheet.write_text(text)
        said = call(drafted, "edit", "a", *SEAT, "--text-file", str(sheet), *(["-r", "x"] if text != whole else []))
        assert said.rc in (1, 2) and why in said.err and "Your text is kept in" in said.err
        assert any(path.read_text() == text for path in kept(drafted))
    assert do(drafted, "log", "a", "--json").data["entries"] == []


def test_what_came_through_a_pipe_and_is_no_text_is_kept(drafted: Path) -> None:
    said = call(drafted, "edit", "a", *SEAT, "--text-file", "-", "-r", "x", stdin=b"call: ship\n\xff\xfe")
    assert said.rc == 2 and "standard input:2: not UTF-8" in said.err
    (path,) = kept(drafted)
    assert path.read_bytes() == b"call: ship\n\xff\xfe"


def test_a_stale_edit_shows_the_difference_and_keeps_the_text(drafted: Path) -> None:
    seen = do(drafted, "show", "a", *SEAT, "--json").data["seats"][0]["sha256"]
    theirs = write_sheet(drafted, "a", *SEAT, add="Theirs.").read_text()
    mine = write_sheet(drafted, "a", *SEAT, add="Mine.").read_text()
    do(drafted, "edit", "a", *SEAT, "--text-file", "-", "-r", "first", stdin=theirs)
    said = call(drafted, "edit", "a", *SEAT, "--text-file", "-", "-r", "x", "--seen", seen, "--json", stdin=mine)
    error = said.data["error"]
    assert (said.rc, error["kind"]) == (1, "StaleEdit")
    assert "[-Theirs.-]{+Mine.+}" in error["diff"] and "Mine." in Path(error["kept_at"]).read_text()
    assert "What stands now against your text" in said.err


def test_an_editor_program(drafted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_editor(
        drafted, monkeypatch, """sed -i.bak 's/^call: .*/call: ship/; /^\\[bet\\]/{n;s/.*/A whole new bet./;}' "$2" """
    )
    said = do(drafted, "edit", "a", *SEAT, "-r", "better", "--json")
    beats = {beat["id"]: beat["text"] for beat in said.data["entry"]["beats"]}
    assert beats["bet"] == "A whole new bet." and said.data["entry"]["call"] == "ship"
    assert [path.suffix for path in kept(drafted)] == [".bak"]


def test_an_editor_that_fails_leaves_the_text_where_it_says(drafted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_editor(drafted, monkeypatch, 'echo "my words" >> "$2"; exit 3')
    said = call(drafted, "edit", "a", *SEAT, "-r", "x")
    assert said.rc == 2 and "failed" in said.err
    (path,) = kept(drafted)
    assert str(path) in said.err and path.read_text().endswith("my words\n")
    monkeypatch.setenv("EDITOR", "/no/such/editor")
    assert "failed" in call(drafted, "edit", "a", *SEAT, "-r", "x").err
    monkeypatch.setenv("EDITOR", "'unbalanced")
    assert "failed" in call(drafted, "edit", "a", *SEAT, "-r", "x").err


def test_an_editor_that_saves_no_text_or_no_sheet(drafted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_editor(drafted, monkeypatch, "printf 'call: \\377' > \"$2\"")
    said = call(drafted, "edit", "a", *SEAT, "-r", "x")
    assert said.rc == 2 and "not UTF-8" in said.err
    (path,) = kept(drafted)
    assert str(path) in said.err
    path.unlink()
    set_editor(drafted, monkeypatch, 'echo "my words" > "$2"')
    said = call(drafted, "edit", "a", *SEAT, "-r", "x")
    (path,) = kept(drafted)
    assert said.rc == 2 and str(path) in said.err and path.read_text() == "my words\n"


def test_edited_without_a_reason_the_words_are_kept(drafted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_editor(drafted, monkeypatch, """sed -i.bak 's/^call: .*/call: ship/; s/\\.$/ indeed./' "$2"; rm "$2.bak" """)
    said = call(drafted, "edit", "a", *SEAT)
    (path,) = kept(drafted)
    assert said.rc == 1 and "needs a reason" in said.err and str(path) in said.err
    assert "indeed." in path.read_text()


def test_no_editor_is_set(drafted: Path) -> None:
    said = call(drafted, "edit", "a", *SEAT, "-r", "x")
    assert said.rc == 2 and "--text-file" in said.err and kept(drafted) == []
