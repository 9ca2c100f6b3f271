"""The real service in a process of its own, and a reader's browser, as far as voting needs one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import httpx2

PANEL = [sys.executable, "-W", "error", "-c", "from panel.cli import main; main()"]


@dataclass
class Served:
    """A running service.

    Attributes:
        process: to be killed or stopped.
        url: where it is, with its last slash.
    """

    process: subprocess.Popen[bytes]
    url: str


def serve(room: Path, *argv: str, port: int = 0, **env: str) -> Served:
    """Start the service; it takes connections when this returns."""
    process = subprocess.Popen(
        [*PANEL, "serve", "--port", str(port), "--json", *argv],
        cwd=room,
        env={**os.environ, **env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        _, said = process.communicate(timeout=30)
        raise AssertionError(said.decode())
    return Served(process, json.loads(line)["url"])


def finish(served: Served) -> tuple[int, str]:
    """Wait for the end; return the exit code and what was said on standard error."""
    _, said = served.process.communicate(timeout=30)
    return served.process.returncode, said.decode()


class Browser:
    """One reader."""

    def __init__(self, url: str, address: str) -> None:
        self.client = httpx2.Client(base_url=url, timeout=30, trust_env=False)
        self.headers = {"Origin": url.rstrip("/"), "Accept": "application/json", "X-Forwarded-For": address}
        self.csrf = self.client.get("vote/session").json()["csrf"]

    def move_to(self, url: str) -> None:
        """Go on with the same cookie at another port."""
        cookies = self.client.cookies
        self.client.close()
        self.client = httpx2.Client(base_url=url, timeout=30, trust_env=False, cookies=cookies)
        self.headers["Origin"] = url.rstrip("/")

    def vote(self, tool: str, call: str) -> int:
        """Vote; return the answer's status."""
        vote = {"tool": tool, "call": call, "csrf": self.csrf}
        return self.client.post("vote", data=vote, headers=self.headers).status_code
