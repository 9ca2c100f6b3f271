"""A process of its own in which a model is converted and measured, and how to ask it.

Why another process: llama.cpp ends the whole process over some broken files, its calls take minutes during which
Python hears no Ctrl-C, and a process that is gone has given all its memory back.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from types import TracebackType
from typing import Any

from panel.errors import EngineCrash, RunError
from panel.models.cores import WAITING

_PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from panel.models.bench_process import main; main()"
)
_ENDED_BY_SOMEBODY = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Bench:
    """One such process, from `with` to its end; leaving it ends it at once, in the middle of anything."""

    def __enter__(self) -> Bench:
        self._errors = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            # -P: what lies in the folder one stands in is not to be imported.
            [sys.executable, "-P", "-c", _PROGRAM, json.dumps(sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            # Threads wait as they do when the panel drafts (`panel.cli.session`): what is timed is what will be. And a
            # dying llama.cpp is not to call a debugger for its trace.
            env={**WAITING, **os.environ, "GGML_NO_BACKTRACE": "1"},
            # Ctrl-C is for the one who asked; they end this process themselves.
            start_new_session=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._errors):
            if pipe:
                with suppress(OSError):  # a question that never arrived
                    pipe.close()

    def ask(self, what: str, **arguments: Any) -> Any:
        """Have one thing done, and wait for it.

        Args:
            what: `open`, `loss`, `set_up`, `time` or `convert`; see `panel.models.measure`.
            arguments: plain data.

        Returns:
            The answer, plain data.

        Raises:
            EngineCrash: llama.cpp refused, with its own words, or the process died.
            RunError: somebody ended the process, which says nothing about the model.
        """
        assert self._process.stdin and self._process.stdout
        try:
            self._process.stdin.write(json.dumps({"what": what, **arguments}).encode() + b"\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = b""
        if not line.endswith(b"\n"):
            raise EngineCrash(f"llama.cpp died: {self._how_it_died()}")
        answer = json.loads(line)
        if "failed" in answer:
            raise EngineCrash(answer["failed"])
        return answer["done"]

    def _how_it_died(self) -> str:
        code = self._process.wait()
        if -code in _ENDED_BY_SOMEBODY:
            raise RunError("the process that measures was ended from outside", hint="Run the same command again.")
        if code == -signal.SIGKILL:
            return "the system ended it; there may be too little memory"
        self._errors.seek(0)
        said = self._errors.read().decode("utf-8", "replace").split("\n")
        last = next((line.strip() for line in reversed(said) if line.strip()), "it said nothing")
        return f"{last} (status {code})"
