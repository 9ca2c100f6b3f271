"""`panel serve` as a real process: its stops, its refusals, and what a kill leaves."""

from __future__ import annotations

import importlib
import json
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import httpx2
import pytest
from readers.serving import PANEL, Browser, finish, serve

from panel.readers import count_votes
from panel.records import Community

from .calls import call


@pytest.fixture
def open_room(room: Path) -> Path:
    """A newsroom behind a proxy, so that every reader of a test has an address of their own."""
    text = (room / "panel.toml").read_text(encoding="utf-8").replace("[readers]", "[readers]\nbehind_proxy = true")
    (room / "panel.toml").write_text(text, encoding="utf-8")
    for name in ("aider", "zed"):
        (room / "public" / "tools" / name).mkdir(parents=True)
        (room / "public" / "tools" / name / "index.html").write_text(f"<h1>{name}</h1>")
    return room


@pytest.mark.parametrize(("stop", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_stop_is_clean(open_room: Path, stop: signal.Signals, code: int) -> None:
    served = serve(open_room)
    page = httpx2.get(served.url + "tools/aider/", trust_env=False)
    assert page.status_code == 200 and "server" not in page.headers
    served.process.send_signal(stop)
    rc, said = finish(served)
    assert rc == code and "Traceback" not in said
    assert not (open_room / "readers" / "readers.sqlite-wal").exists()


def test_a_stop_that_comes_at_once_is_not_lost(open_room: Path) -> None:
    served = serve(open_room)
    served.process.send_signal(signal.SIGTERM)
    rc, said = finish(served)
    assert rc == 0 and "Traceback" not in said


def test_a_port_in_use_is_told(room: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = call(room, "serve", "--port", str(taken.getsockname()[1]), "--json")
    assert said.rc == 2 and "in use" in said.data["error"]["message"] and "--port" in said.data["error"]["hint"]
    assert call(room, "serve", "--host", "no.such.host.invalid").rc == 2
    assert not (room / "readers").exists()


def test_a_wrong_sender_is_told_before_anything_starts(room: Path) -> None:
    text = (room / "panel.toml").read_text(encoding="utf-8").replace("[mail]", '[mail]\nsender = "nobody"')
    (room / "panel.toml").write_text(text, encoding="utf-8")
    said = call(room, "serve", "--port", "0")
    assert said.rc == 2 and "nobody" in said.err


def test_no_accepted_vote_dies_with_the_service(open_room: Path) -> None:
    """Readers vote without pause while the service is killed and started again, three times over."""
    accepted: dict[tuple[int, str], str] = {}
    tried: dict[tuple[int, str], set[str]] = {}
    served = serve(open_room)
    browsers = [Browser(served.url, f"203.0.113.{number}") for number in range(6)]

    def vote_until_it_dies(number: int, enough: threading.Event) -> None:
        for turn in range(10_000):
            tool, say = ("aider", "zed")[turn % 2], ("ship", "skip")[(turn // 3 + number) % 2]
            tried.setdefault((number, tool), set()).add(say)
            try:
                status = browsers[number].vote(tool, say)
            except httpx2.TransportError:
                return
            assert status == 200
            accepted[number, tool] = say
            tried[number, tool] = {say}
            if turn == 9:
                enough.set()

    for _ in range(3):
        enough = [threading.Event() for _ in browsers]
        threads = [
            threading.Thread(target=vote_until_it_dies, args=(number, enough[number]))
            for number in range(len(browsers))
        ]
        for thread in threads:
            thread.start()
        for event in enough:
            assert event.wait(60)
        served.process.kill()
        for thread in threads:
            thread.join(60)
        finish(served)
        counts = count_votes(open_room / "readers" / "readers.sqlite")
        for tool in ("aider", "zed"):
            sure = sum(accepted[number, tool] == "ship" for number in range(6) if len(tried[number, tool]) == 1)
            most = sum("ship" in tried[number, tool] for number in range(6))
            assert counts[tool].votes == 6 and sure <= counts[tool].ships <= most
        served = serve(open_room)
        for browser in browsers:
            browser.move_to(served.url)
    for number, browser in enumerate(browsers):
        assert browser.vote("aider", "ship") == 200, number
        browser.client.close()
    served.process.terminate()
    assert finish(served)[0] == 0
    assert count_votes(open_room / "readers" / "readers.sqlite")["aider"] == Community(ships=6, votes=6)


def test_two_services_share_one_store(open_room: Path) -> None:
    both = [serve(open_room), serve(open_room)]
    browser = Browser(both[0].url, "203.0.113.1")
    assert browser.vote("aider", "ship") == 200
    browser.move_to(both[1].url)
    assert browser.vote("aider", "skip") == 200
    browser.client.close()
    for served in both:
        served.process.terminate()
        assert finish(served)[0] == 0
    assert count_votes(open_room / "readers" / "readers.sqlite") == {"aider": Community(ships=0, votes=1)}


def test_who_never_finishes_a_request_is_hung_up_on(open_room: Path) -> None:
    protocol = importlib.import_module("panel.readers.service_protocol")
    guard = importlib.import_module("panel.readers.service_guard")
    assert 0 < protocol.HEAD_TIMEOUT_S <= 30 and 0 < guard.BODY_TIMEOUT_S <= 30
    quick = (
        "import panel.readers.service_protocol as p, panel.readers.service_guard as g;"
        "p.HEAD_TIMEOUT_S = g.BODY_TIMEOUT_S = 0.2; from panel.cli import main; main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", quick, "serve", "--port", "0", "--json"],
        cwd=open_room, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    port = int(json.loads(process.stdout.readline())["url"].rstrip("/").rpartition(":")[2])
    head = b"POST /vote HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n"
    for begun, answer in ((b"", b""), (b"GET / HT", b""), (head, b""), (head + b"\r\ntool=", b"HTTP/1.1 408 ")):
        with socket.create_connection(("127.0.0.1", port), timeout=30) as slow:
            slow.sendall(begun)
            got = b""
            while part := slow.recv(4096):
                got += part
        assert got.startswith(answer) and (answer or not got), begun
    process.terminate()
    assert process.communicate(timeout=30) is not None and process.returncode == 0


def test_help_brings_no_web_framework_along() -> None:
    code = (
        "import sys, panel.cli.app\nimport panel.readers, panel.mail, panel.cli.serve, panel.cli.votes\n"
        "print([name for name in ('starlette', 'uvicorn', 'anyio', 'jinja2.sandbox') if name in sys.modules])"
    )
    loaded = subprocess.run([*PANEL[:1], "-c", code], capture_output=True, text=True, timeout=60, check=True).stdout
    assert "starlette" not in loaded and "uvicorn" not in loaded
