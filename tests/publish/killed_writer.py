"""Run as a script: writes one page over and over, version after version, and says so after each.

    killed_writer.py SITE [fallback] [until N]

With `until N` it kills itself at the Nth call of the file system, so that every moment of a write can be tried.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from panel.publish import writing

SLUG = "a-vs-b"
VERSIONS = [{f"compare/{SLUG}/index.{kind}": (mark * 70_000).encode() for kind in ("html", "json")} for mark in "xy"]
CALLS = ("open", "write", "fsync", "mkdir", "rename", "unlink", "rmdir")


def count_down(calls: int) -> None:
    """Kill this process when as many calls of the file system have been made, just before the next."""
    left = [calls]

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1
            return function(*args, **kwargs)

        return call

    for name in CALLS:
        setattr(os, name, counted(getattr(os, name)))
    writing.exchange = counted(writing.exchange)


def main(arguments: list[str]) -> None:
    site = Path(arguments[0])
    if "fallback" in arguments:
        writing.exchange = lambda one, other: False
    if "until" in arguments:
        count_down(int(arguments[-1]))
        writing.write_site(site, VERSIONS[1])
        return
    while True:
        for version in VERSIONS:
            writing.write_site(site, version)
            print("written", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
