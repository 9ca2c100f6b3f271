"""Run as a script: forks one child a line of standard input; each runs the real command line until killed.

A request is `{"argv": […], "cwd": …, "env": {…}, "kill_after_s": null or seconds}`; the answer
`{"killed": …, "rc": …, "out": …, "err": …, "duration_s": …}`. Everything is imported once, here, so that a child
spends its life on the disk and not on imports. The process has one thread, so a fork of it is whole.
"""

from __future__ import annotations

import importlib
import json
import os
import select
import signal
import sys
import tempfile
import time
from typing import Any, NoReturn

from panel.cli.app import COMMANDS, app


def main() -> None:
    for module, _ in COMMANDS.values():
        importlib.import_module(module)
    threads = len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 1
    if threads != 1:
        sys.exit(f"{threads} threads: a fork would not be whole")
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(attempt(json.loads(line))), flush=True)


def attempt(request: dict[str, Any]) -> dict[str, Any]:
    with open(os.devnull, "rb") as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        alive, held = os.pipe()
        began = time.monotonic()
        child = os.fork()
        if not child:
            os.close(alive)
            live(request, given.fileno(), out.fileno(), err.fileno())
        os.close(held)
        # The pipe ends with the child; nobody writes to it.
        ended, _, _ = select.select([alive], [], [], request["kill_after_s"])
        if not ended:
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        duration_s = time.monotonic() - began
        os.close(alive)
        out.seek(0)
        err.seek(0)
        return {
            "killed": os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL,
            "rc": os.waitstatus_to_exitcode(status),
            "out": out.read().decode(),
            "err": err.read().decode(),
            "duration_s": duration_s,
        }


def live(request: dict[str, Any], given: int, out: int, err: int) -> NoReturn:
    code: Any = 70
    try:
        for number, handle in enumerate((given, out, err)):
            os.dup2(handle, number)
        os.chdir(request["cwd"])
        os.environ.update(request["env"])
        app(request["argv"])
    except SystemExit as end:
        code = end.code or 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1)


if __name__ == "__main__":
    main()
