"""Run as a script: two editors in two processes, on one desk, at once.

editors.py edit RUN SEAT SEAT     each edits their seat, both having read it first; prints what became of each
editors.py killed MOVE ROOT       one process a moment, each killed just before another call of the file system
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import desks

from panel.editorial import record_publication
from panel.errors import PanelError
from panel.records import Seat

CALLS = ("open", "write", "fdopen", "fsync", "link", "unlink", "mkdir", "ftruncate")


def in_child(what: Callable[[], str]) -> tuple[int, int]:
    reading, writing = os.pipe()
    send = os.write
    child = os.fork()
    if child == 0:
        try:
            answer = what()
        except PanelError as error:
            answer = json.dumps({"error": type(error).__name__, "kept_at": getattr(error, "kept_at", "")})
        send(writing, answer.encode())
        os._exit(0)
    os.close(writing)
    return child, reading


def answer_of(child: tuple[int, int]) -> str:
    with os.fdopen(child[1], "rb") as pipe:
        answer = pipe.read().decode()
    _, status = os.waitpid(child[0], 0)
    return "killed" if os.WIFSIGNALED(status) else answer


def race(folder: Path, seats: list[Seat]) -> None:
    waiting, go = os.pipe()
    listening, ready = os.pipe()

    def editor(number: int, seat: Seat) -> str:
        os.close(go)
        desk = desks.open_desk(folder)
        state = desk.state(seat)
        os.write(ready, b".")
        os.read(waiting, 1)
        assert state.verdict is not None
        words = desks.beats(seat, f"Editor {number}")
        desk.edit(seat, words, state.verdict.call, author=f"editor {number}", reason="mine", seen=state.sha256)
        return "done"

    children = [in_child(lambda number=number, seat=seat: editor(number, seat)) for number, seat in enumerate(seats)]
    for _ in children:
        os.read(listening, 1)
    os.close(go)
    for child in children:
        print(answer_of(child))


def disturb(moment: int) -> None:
    """Kill this process when so many calls have been made, just before the next."""
    left = [moment]

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            left[0] -= 1
            if left[0] == -1:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*args, **kwargs)

        return call

    for name in CALLS:
        setattr(os, name, counted(getattr(os, name)))


def do(move: str, folder: Path) -> None:
    desk = desks.open_desk(folder)
    if move == "edit":
        desks.edit(desk, desks.SEAT, "Edited")
    elif move == "redraft":
        draft = desk.waiting_redraft(desks.SEAT, "shorter") or desks.redraft(desk, desks.SEAT, "Redrafted")
        desk.adopt_redraft(draft, author="Ada")
    elif move == "stale":
        desk.edit(
            desks.SEAT, desks.beats(desks.SEAT, "Late"), desks.Call.SKIP, author="Bob", reason="late", seen="0" * 64
        )
    elif move == "publish":
        approved = desks.gate(desk)
        record_publication(desk, approved, {"compare/a/index.html": b"page"}, out="site", author="Eve")


def every_moment(move: str, root: Path) -> None:
    for moment in range(1_000):
        desk = desks.make_desk(root / f"{moment:03}")
        folder = desk.run.folder
        if move == "publish":
            desks.approve_all(desk)

        def disturbed(moment: int = moment, folder: Path = folder) -> str:
            disturb(moment)
            do(move, folder)
            return "undisturbed"

        answer = answer_of(in_child(disturbed))
        print(folder, answer, flush=True)
        if answer != "killed":
            return


def main(arguments: list[str]) -> None:
    what, *rest = arguments
    if what == "edit":
        race(Path(rest[0]), [Seat.parse(name) for name in rest[1:]])
    else:
        every_moment(rest[0], Path(rest[1]))


if __name__ == "__main__":
    main(sys.argv[1:])
