"""`panel review`: through a pipe and on a real pseudo-terminal."""

from __future__ import annotations

import os
import pty
import select
import stat
import sys
import termios
import time
from pathlib import Path
from typing import Any

import pytest

from panel.cli import review as module
from panel.cli.newsroom import make_newsroom

from .calls import do

SEAT = ("smolvlm2-turbo", "dx")
WAIT_S = 120


def actions(room: Path) -> list[str]:
    return [entry["action"] for entry in do(room, "log", "a", "--json").data["entries"]]


def set_editor(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = room / "editor.sh"
    path.write_text('#!/bin/sh\nsed -i.bak \'s/\\.$/ indeed./\' "$1"; rm "$1.bak"\n')
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("EDITOR", str(path))


def test_every_key_through_a_pipe(drafted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_editor(drafted, monkeypatch)
    keys = ["f", "the licence decides", "u", "e", "clearer", "r", "name the limit", "x", "a", "n", "q"]
    said = do(drafted, "review", "a", stdin="\n".join(keys) + "\n")
    assert actions(drafted) == ["flip", "undo", "edit", "redraft", "approve"]
    assert "'x' is no key here." in said.out and "8 still open" in said.out
    reasons = [entry["reason"] for entry in do(drafted, "log", "a", "--json").data["entries"]]
    assert reasons == ["the licence decides", "", "clearer", "name the limit", ""]


def test_a_walk_to_the_end_makes_the_run_publishable(drafted: Path) -> None:
    said = do(drafted, "review", "a", stdin="A\n" * 9)
    assert "the comparison" in said.out and "Next: panel publish a" in said.out
    do(drafted, "publish", "a")
    assert "Next: panel publish a" in do(drafted, "review", "a", stdin="").out


def test_the_comparison_can_wait(drafted: Path) -> None:
    said = do(drafted, "review", "a", stdin="a\n" * 8 + "n\n")
    assert "1 still open" in said.out
    assert "[a]pprove the comparison" in do(drafted, "review", "a", stdin="").out


def test_it_ends_wherever_the_input_ends(drafted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_editor(drafted, monkeypatch)
    for stdin in ("", "n\n", "x\n", "f\n", "r\n", "\x1b\n", "n\n" * 8):
        assert "9 still open" in do(drafted, "review", "a", stdin=stdin).out, stdin
    assert actions(drafted) == []
    assert not (drafted / "runs/a/kept").exists()


def test_an_edit_without_its_reason_is_kept(drafted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_editor(drafted, monkeypatch)
    said = do(drafted, "review", "a", stdin="e\n")
    (kept,) = (drafted / "runs/a/kept").iterdir()
    assert str(kept) in said.err and "indeed." in kept.read_text()
    assert actions(drafted) == []


def test_a_refusal_is_told_and_the_walk_goes_on(drafted: Path) -> None:
    said = do(drafted, "review", "a", stdin="u\nf\n\nr\n\ne\na\nq\n")
    for words in ("nothing to undo", "a flip needs a reason", "a redraft needs a note", "no editor is set"):
        assert words in said.err
    assert actions(drafted) == ["approve"]


def test_what_changed_since_it_was_shown_is_not_approved(drafted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    show = module.print_seat

    def show_and_change(console: Any, desk: Any, state: Any, **how: Any) -> None:
        show(console, desk, state, **how)
        if not shown:
            desk.flip(state.seat, author="Bob", reason="meanwhile")
        shown.append(state.sha256)

    monkeypatch.setattr(module, "print_seat", show_and_change)
    said = do(drafted, "review", "a", *SEAT, stdin="a\na\n")
    assert "changed since you read it" in said.err
    assert actions(drafted) == ["flip", "approve"] and len(set(shown)) == 2


def test_only_what_is_asked_for_is_shown(drafted: Path) -> None:
    said = do(drafted, "review", "a", *SEAT, stdin="a\n")
    assert "1 of 1" in said.out
    waiting = do(drafted, "review", "a", SEAT[0], "--json").data["open"]
    assert waiting == [f"{SEAT[0]}/{persona}" for persona in ("competition", "futurist", "business")]


class Terminal:
    """A person at a real terminal: reads until words appear, then presses keys."""

    def __init__(self, room: Path, *argv: str, **env: str) -> None:
        child, self.handle = pty.fork()
        if not child:
            os.chdir(room)
            os.environ.update({"PANEL_EDITOR": "Ada Editor", "TERM": "xterm", **env})
            code = "import sys; from panel.cli import app; app(sys.argv[1:])"
            os.execv(sys.executable, [sys.executable, "-c", code, *argv])
        self.child, self.seen = child, ""

    def read_until(self, words: str) -> None:
        while words not in self.seen:
            ready, _, _ = select.select([self.handle], [], [], WAIT_S)
            assert ready, f"no {words!r} after {WAIT_S} s in {self.seen!r}"
            try:
                data = os.read(self.handle, 65536)
            except OSError:  # Linux says so at the end
                data = b""
            assert data, f"ended without {words!r}: {self.seen!r}"
            self.seen += data.decode("utf-8", "replace")
        self.seen = self.seen.split(words, 1)[1]

    def press(self, keys: str, *, alone: bool = False) -> None:
        """Press keys; `alone` for one that needs no return, which the desk takes only once it listens for it."""
        until = time.monotonic() + WAIT_S
        while alone and termios.tcgetattr(self.handle)[3] & termios.ICANON:
            assert time.monotonic() < until, "the desk never listened"
            os.sched_yield()
        os.write(self.handle, keys.encode())

    def wait(self) -> int:
        while True:
            try:
                if not os.read(self.handle, 65536):
                    break
            except OSError:
                break
        _, status = os.waitpid(self.child, 0)
        os.close(self.handle)
        return os.waitstatus_to_exitcode(status)


@pytest.mark.parametrize(("last", "rc"), [("q", 0), ("\x04", 0), ("\x1b", 0), ("\x03", 130)])
def test_keys_on_a_terminal_need_no_return_and_reasons_are_lines(drafted: Path, last: str, rc: int) -> None:
    person = Terminal(drafted, "review", "a")
    person.read_until("[q]uit > ")
    person.press("f", alone=True)
    person.read_until("Why flip the call? ")
    person.press("the licence decides\r")
    person.read_until("[q]uit > ")
    person.press("\x1b[A", alone=True)
    person.read_until("is no key here.")
    person.read_until("[q]uit > ")
    person.press("a", alone=True)
    person.read_until("2 of 8")
    person.read_until("[q]uit > ")
    person.press(last, alone=True)
    assert person.wait() == rc
    entries = do(drafted, "log", "a", "--json").data["entries"]
    assert [(entry["action"], entry["reason"]) for entry in entries] == [
        ("flip", "the licence decides"),
        ("approve", ""),
    ]


def test_editing_on_a_terminal_asks_why_and_keeps_the_words_of_who_leaves(
    drafted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_editor(drafted, monkeypatch)
    person = Terminal(drafted, "edit", "a", *SEAT)
    person.read_until("Why (journaled)")
    person.press("\x03")
    person.read_until("Your text is kept in")
    assert person.wait() in (1, 130)
    (kept,) = (drafted / "runs/a/kept").iterdir()
    assert "indeed." in kept.read_text()
    person = Terminal(drafted, "edit", "a", *SEAT)
    person.read_until("Why (journaled)")
    person.press("clearer\r")
    person.read_until("it needs approval now")
    assert person.wait() == 0
    assert [path.name for path in (drafted / "runs/a/kept").iterdir()] == [kept.name]


def test_a_run_on_a_terminal_shows_its_seats(tmp_path: Path) -> None:
    room = make_newsroom(tmp_path / "fresh")
    person = Terminal(room, "run", "smolvlm2-turbo", "-p", "dx", "--engine", "scripted")
    person.read_until("1 of 1 seats")
    person.read_until("Next:")
    assert person.wait() == 0
