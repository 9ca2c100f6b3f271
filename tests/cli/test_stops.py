"""Stopped from outside: Ctrl-C, a reader that goes away, two at once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from panel.store import RunStore

from .calls import PANEL, call, do, spawn

WAIT_S = 120


def test_ctrl_c_keeps_what_is_finished_and_says_how_to_go_on(room: Path) -> None:
    do(room, "run", "smolvlm2-turbo", "--engine", "scripted", "--run-id", "calm")
    # The first line of progress says that some seat is done or is written anew.
    running = spawn(
        room, "run", "smolvlm2-turbo", "--engine", "scripted", "--run-id", "a", PANEL_SCRIPTED_DELAY_S="0.3"
    )
    assert running.stderr and running.stdout
    said = b""
    while b"[" not in said:
        line = running.stderr.readline()
        assert line, said
        said += line
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=WAIT_S)
    if running.returncode != 0:
        assert running.returncode == 130
        assert b"panel resume a" in err and b"Traceback" not in err and not out
    shown = do(room, "resume", "a", "--json").data
    calm = do(room, "show", "calm", "--json").data
    assert [seat["beats"] for seat in shown["seats"]] == [seat["beats"] for seat in calm["seats"]]
    assert shown["tallies"] == calm["tallies"]
    do(room, "verify", "a")


def test_ctrl_c_in_the_middle_of_drafting(room: Path) -> None:
    running = spawn(
        room, "run", "smolvlm2-turbo", "--engine", "scripted", "--run-id", "a", PANEL_SCRIPTED_DELAY_S="600"
    )
    assert running.stderr
    graph = room / "runs" / "a" / "graph.sqlite"
    until = time.monotonic() + WAIT_S
    while running.poll() is None and not graph.exists():
        assert time.monotonic() < until, f"no graph after {WAIT_S} s"
        time.sleep(0.005)
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=WAIT_S)
    assert running.returncode == 130 and b"panel resume a" in err and b"Traceback" not in err
    assert not list((room / "runs" / "a" / "drafts").glob("*/*/*.json"))
    assert do(room, "resume", "a", "--json").data["tallies"][0]["voted"] == 4


@pytest.mark.parametrize("argv", [("log", "a"), ("log", "a", "--json"), ("show", "a"), ("graph",)])
def test_a_reader_that_goes_away_is_no_error_message(approved: Path, argv: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ended = subprocess.run(
            [*PANEL, *argv], cwd=approved, stdout=writing, stderr=subprocess.PIPE, timeout=WAIT_S, check=False
        )
    finally:
        os.close(writing)
    assert (ended.returncode, ended.stderr) == (1, b"")


def test_two_cannot_draft_one_run_at_once(drafted: Path) -> None:
    run = RunStore(drafted / "runs").open("a")
    with run.drafting():
        for argv in (("resume", "a"), ("redraft", "a", "smolvlm2-turbo", "dx", "-n", "name the limit")):
            said = call(drafted, *argv, "--json")
            assert said.rc == 1 and said.data["error"]["kind"] == "Conflict" and said.data["error"]["retryable"]
        do(drafted, "approve", "a")
    do(drafted, "resume", "a")


def test_a_damaged_graph_is_named_and_the_run_goes_on_without_it(approved: Path) -> None:
    do(approved, "publish", "a")
    graph = approved / "runs/a/graph.sqlite"
    before = do(approved, "show", "a", "--json").data
    graph.write_bytes(b"not a database at all, " * 500)
    for argv in (("resume", "a"), ("verify", "a")):
        said = call(approved, *argv)
        assert said.rc == 1 and "Traceback" not in said.err
        assert "graph.sqlite" in said.out + said.err
    assert "move it" in call(approved, "resume", "a").err
    graph.unlink()
    do(approved, "resume", "a")
    assert do(approved, "show", "a", "--json").data == before
    do(approved, "verify", "a")
    do(approved, "publish", "a")


def test_errors_and_results_are_json_alone(drafted: Path) -> None:
    for argv in (("show", "a"), ("show", "none")):
        ended = subprocess.run([*PANEL, *argv, "--json"], cwd=drafted, capture_output=True, timeout=WAIT_S, check=False)
        assert isinstance(json.loads(ended.stdout), dict)
