"""Help: light to load, one table, and the same text as last time."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from panel.cli.app import COMMANDS

HEAVY = ("llama_cpp", "langgraph", "langchain_core", "numpy", "pydantic", "jinja2", "trafilatura", "rich")
SNAPSHOTS = Path(__file__).with_name("snapshots")
LOOK = """
import atexit, json, sys
heavy = set(json.loads(sys.argv.pop()))
atexit.register(lambda: print(json.dumps(sorted(heavy & set(sys.modules))), file=sys.stderr))
from panel.cli import main
main()
"""
HELPS = [
    (),
    *((name,) for name in COMMANDS),
    ("dossier", "add"),
    ("dossier", "check"),
    ("model", "prepare"),
    ("model", "show"),
    ("model", "forget"),
    ("corpus", "check"),
    ("release", "make"),
    ("release", "revert"),
    ("release", "list"),
    ("site", "build"),
    ("site", "check"),
    ("site", "serve"),
    ("digest", "send"),
    ("votes", "import"),
    ("votes", "forget"),
    ("votes", "show"),
    ("votes", "export"),
    ("subscribers", "list"),
    ("subscribers", "export"),
    ("subscribers", "remove"),
]


def run_help(*argv: str, heavy: tuple[str, ...] = HEAVY) -> tuple[str, list[str]]:
    ended = subprocess.run(
        [sys.executable, "-c", LOOK, *argv, "--help", json.dumps(heavy)],
        env={**os.environ, "COLUMNS": "100", "TERMINAL_WIDTH": "100"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return ended.stdout.replace("-c [OPTIONS]", "panel [OPTIONS]").replace("-c ", "panel ", 1), json.loads(ended.stderr)


def test_help_loads_nothing_heavy() -> None:
    assert run_help()[1] == []


def test_a_command_s_help_loads_no_model_and_no_page_reader() -> None:
    assert run_help("dossier", heavy=("llama_cpp", "trafilatura", "langgraph", "numpy"))[1] == []
    assert run_help("run", heavy=("llama_cpp", "trafilatura"))[1] == []
    assert run_help("eval", heavy=("llama_cpp", "trafilatura", "numpy"))[1] == []
    assert run_help("corpus", "check", heavy=("llama_cpp", "trafilatura", "langgraph", "numpy"))[1] == []
    assert run_help("model", "prepare", heavy=("llama_cpp", "trafilatura", "numpy"))[1] == []


@pytest.mark.parametrize("argv", HELPS, ids=" ".join)
def test_help_is_what_it_was(argv: tuple[str, ...]) -> None:
    path = SNAPSHOTS / f"{'-'.join(('panel', *argv))}.txt"
    text = run_help(*argv)[0]
    if os.environ.get("PANEL_UPDATE_SNAPSHOTS") == "1":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), "PANEL_UPDATE_SNAPSHOTS=1 takes the new text"


def test_no_snapshot_is_of_a_command_that_is_gone() -> None:
    assert {path.stem for path in SNAPSHOTS.iterdir()} == {"-".join(("panel", *argv)) for argv in HELPS}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_says_what_the_command_says(name: str) -> None:
    module, text = COMMANDS[name]
    commands = importlib.import_module(module).app
    if commands.registered_callback is None and len(commands.registered_commands) == 1:
        (command,) = commands.registered_commands
        assert command.callback.__doc__.splitlines()[0] == text
        assert command.callback.__name__ == name
    else:
        assert commands.info.help == text


def test_every_command_and_option_is_explained() -> None:
    for argv in HELPS:
        for line in (SNAPSHOTS / f"{'-'.join(('panel', *argv))}.txt").read_text().splitlines():
            assert not line.strip().startswith("--") or len(line.split(maxsplit=2)) > 1, line
