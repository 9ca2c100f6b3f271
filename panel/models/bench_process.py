"""The other end of `panel.models.bench`: a process that converts and measures models, one JSON line a question.

It ends when its standard input does, whatever it is doing: whoever started it is gone then, however they went.
"""

from __future__ import annotations

import importlib
import json
import os
import queue
import sys
import threading
import traceback
from typing import Any, NoReturn

from panel.errors import EngineCrash


def main() -> None:
    """Answer questions until nobody is there to ask."""
    questions: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(questions,), daemon=True).start()
    try:
        _answer(questions)
    except BaseException:
        # Not by way of the interpreter's own end, which the listener, waiting for input, would turn into an abort.
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)


def _answer(questions: queue.SimpleQueue[str]) -> NoReturn:
    # Answers have a way of their own; what a library prints goes where errors go.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    work = _Work()
    while True:
        question = json.loads(questions.get())
        try:
            answer = {"done": work.do(**question)}
        except EngineCrash as error:
            answer = {"failed": error.message}
        print(json.dumps(answer), file=answers, flush=True)


def _listen(questions: queue.SimpleQueue[str]) -> None:
    # llama.cpp's calls let other threads run, so the end is noticed in the middle of one.
    for line in sys.stdin:
        questions.put(line)
    os._exit(0)


class _Work:
    """What can be asked; a model stays open between questions."""

    def __init__(self) -> None:
        # Loaded only now, with the listener running: it takes a while, and whoever asked may go in the meantime.
        self._measure = importlib.import_module("panel.models.measure")
        self._model: Any = None

    def do(self, what: str, **arguments: Any) -> Any:
        if what == "convert":
            return self._measure.convert(**arguments)
        if what == "open":
            self._model = self._measure.BenchModel(**arguments)
            return self._model.facts()
        if what == "set_up":
            return self._model.set_up(self._measure.Shape(**arguments))
        return getattr(self._model, {"loss": "loss", "time": "time_round"}[what])(**arguments)
