"""Run as a script: real processes that store things, and die, fail or race while they do.

    processes.py killed MOVE FOLDER      one process a moment: each kills itself just before another call of the system
    processes.py failing MOVE FOLDER E   the same, but that call fails with the errno E, and the ones after work again
    processes.py writers JOURNAL N M     N processes append M entries each, all at once
    processes.py appender JOURNAL        appends for ever; prints each entry's seq once it is reported as written
    processes.py creators ROOT N         N processes make the same run at once; prints how many did
    processes.py limited MOVE FOLDER B   no file may grow beyond B bytes
    processes.py unprivileged MOVE FOLDER   as a user who may not write there
    processes.py holder LOCK             holds a lock until it is killed

It forks, so that Python starts once for hundreds of deaths.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import stored

from panel.errors import Conflict, StoreError
from panel.store import Journal, RunStore
from panel.store.files import create_file, locked, replace_file

CALLS = ("open", "write", "fdopen", "fsync", "link", "unlink", "replace", "rename", "mkdir", "ftruncate", "truncate")
OLD, NEW = b"old " * 5_000, b"new " * 5_000
MOVES: dict[str, Callable[[Path], Any]] = {
    "create_file": lambda folder: create_file(folder / "deep" / "er" / "file", NEW),
    "replace_file": lambda folder: replace_file(folder / "file", NEW),
    "append": lambda folder: append(folder / "journal.jsonl"),
    "mend": lambda folder: append(folder / "journal.jsonl"),
    "create_run": lambda folder: RunStore(folder / "runs").create(stored.manifest(), stored.INPUTS),
    "lock": lambda folder: hold(folder / ".lock"),
}


def prepare(move: str, folder: Path) -> None:
    folder.mkdir()
    if move == "replace_file":
        (folder / "file").write_bytes(OLD)
    if move in ("append", "mend"):
        append(folder / "journal.jsonl")
        append(folder / "journal.jsonl")
    if move == "mend":
        with (folder / "journal.jsonl").open("ab") as file:
            file.write(b'{"half a li')


def append(path: Path, author: str = "Ada", reason: str = "because") -> int:
    journal = Journal(path)
    while True:
        try:
            return journal.append(journal.read().head, stored.fields(author, reason)).seq
        except Conflict:
            continue


def hold(path: Path) -> None:
    with locked(path):
        pass


def disturb(moment: int, error: int | None) -> list[int]:
    """Make this process die, or one call fail, just before so many calls of the file system have been made.

    Writes are cut in two, so that there are moments in the middle of one. What is returned holds how
    many calls are left: not below zero when the moment never came.
    """
    left = [moment]

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            left[0] -= 1
            if left[0] == -1:
                if error is None:
                    os.kill(os.getpid(), signal.SIGKILL)
                else:
                    raise OSError(error, os.strerror(error))
            return function(*args, **kwargs)

        return call

    write = os.write
    for name in CALLS:
        setattr(os, name, counted(getattr(os, name)))
    os.write = counted(lambda handle, data: write(handle, data[: max(1, len(data) // 2)]))
    return left


def in_child(what: Callable[[], str]) -> str:
    """Return what the child answered; "killed" when it died."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        send = os.write
        try:
            answer = what()
        except BaseException as error:
            answer = f"raised {type(error).__name__}: {error}"
        send(writing, answer.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read().decode()
    _, status = os.waitpid(child, 0)
    return "killed" if os.WIFSIGNALED(status) else answer


def attempt(move: str, folder: Path) -> str:
    try:
        MOVES[move](folder)
    except StoreError as error:
        return json.dumps({"error": type(error).__name__, "message": error.message, "hint": error.hint})
    return "done"


def every_moment(move: str, folder: Path, error: int | None) -> None:
    for moment in range(1_000):
        place = folder / f"{moment:03}"
        prepare(move, place)

        def disturbed(moment: int = moment, place: Path = place) -> str:
            left = disturb(moment, error)
            answer = attempt(move, place)
            return "undisturbed" if left[0] >= 0 else answer

        answer = in_child(disturbed)
        print(place, answer, flush=True)
        if answer == "undisturbed":
            return


def all_at_once(count: int, what: Callable[[int], str]) -> list[str]:
    """Fork so many children, let them go together, and return their answers."""
    waiting, go = os.pipe()
    pipes = []
    for number in range(count):
        reading, writing = os.pipe()
        if os.fork() == 0:
            os.close(go)
            os.read(waiting, 1)
            try:
                answer = what(number)
            except BaseException as error:
                answer = f"raised {type(error).__name__}: {error}"
            os.write(writing, answer.encode())
            os._exit(0)
        os.close(writing)
        pipes.append(reading)
    os.close(go)
    answers = []
    for pipe in pipes:
        with os.fdopen(pipe, "rb") as file:
            answers.append(file.read().decode())
        os.wait()
    return answers


def append_many(path: Path, writer: int, count: int) -> str:
    for number in range(count):
        append(path, f"writer {writer}", f"entry {number}")
    return "done"


def create_once(root: Path, number: int) -> str:
    try:
        RunStore(root).create(stored.manifest(seed=number), stored.INPUTS)
    except Conflict:
        return "Conflict"
    return f"made {number}"


def main(arguments: list[str]) -> None:
    what, *rest = arguments
    if what == "killed":
        every_moment(rest[0], Path(rest[1]), None)
    elif what == "failing":
        every_moment(rest[0], Path(rest[1]), int(rest[2]))
    elif what == "writers":
        print(all_at_once(int(rest[1]), lambda writer: append_many(Path(rest[0]), writer, int(rest[2]))))
    elif what == "creators":
        print("\n".join(all_at_once(int(rest[1]), lambda number: create_once(Path(rest[0]), number))))
    elif what == "appender":
        while True:
            print(append(Path(rest[0]), reason="word " * 2_000), flush=True)
    elif what == "limited":
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(rest[2]), int(rest[2])))
        print(attempt(rest[0], Path(rest[1])))
    elif what == "unprivileged":
        os.chdir(rest[1])  # the folders above may be closed to that user
        if os.geteuid() == 0:
            os.setuid(65534)
        print(attempt(rest[0], Path()))
    elif what == "holder":
        with locked(Path(rest[0])):
            print("held", flush=True)
            signal.pause()


if __name__ == "__main__":
    main(sys.argv[1:])
