"""Broken inputs: everything at once, before a run is made or a model loaded."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from .calls import call

RUN = """
import sys
from panel.cli.app import app
try:
    app(sys.argv[1:])
finally:
    assert "llama_cpp" not in sys.modules
"""


def break_everything(room: Path) -> None:
    dossiers = room / "dossiers"
    (dossiers / "smolvlm2-turbo.yaml").write_text("slug: [unclosed\nname: x\n")
    (dossiers / "hushcap.yaml").write_bytes(b"slug: hushcap\nname: \xff\n")
    with (dossiers / "foreglint.yaml").open("wb") as file:
        file.truncate(50 * 2**20)
    text = (dossiers / "marrowdesk.yaml").read_text()
    (dossiers / "marrowdesk.yaml").write_text(text.replace("maker:", "as_of: x\nname: twice\nmaker:"))
    text = (room / "personas" / "dx.yaml").read_text()
    (room / "personas" / "dx.yaml").write_text(text.replace("min_chars: 70", "min_chars: many") + "mood: !!str sour\n")
    (room / "prompts" / "house.j2").unlink()
    (room / "prompts" / "redraft.j2").write_text("{{ nots }}\n")
    (room / "prompts" / "persona.j2").write_text("{{ persona.name }}\n{% for %}\n")


@pytest.mark.parametrize("engine", ["llama", "scripted"])
def test_everything_that_is_broken_is_told_at_once(room: Path, engine: str) -> None:
    break_everything(room)
    tools = ["smolvlm2-turbo", "hushcap", "foreglint", "marrowdesk", "../x", "nothing", "mistral-3b-edge"]
    ended = subprocess.run(
        [sys.executable, "-c", RUN, "run", *tools, "--engine", engine, "--json"],
        cwd=room, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == 2, ended.stderr
    problems = json.loads(ended.stdout)["error"]["problems"]
    told = {(Path(problem["file"]).name, problem["line"], problem["message"][:12]) for problem in problems}
    for file, line, message in (
        ("smolvlm2-turbo.yaml", 2, "not valid YAML"),
        ("hushcap.yaml", 2, "not UTF-8"),
        ("foreglint.yaml", 0, "too large"),
        ("nothing.yaml", 0, "no such dossier"),
        ("dossiers", 0, "'../x'"),
        ("house.j2", 0, "no such file"),
        ("redraft.j2", 0, "is not known"),
        ("persona.j2", 2, "not a template"),
    ):
        assert any(t[0] == file and t[1] == line and t[2].startswith(message[:12]) for t in told), (file, told)
    fields = {(Path(problem["file"]).name, problem["field"]) for problem in problems}
    assert {("marrowdesk.yaml", "name"), ("marrowdesk.yaml", "as_of"), ("dx.yaml", "mood")} <= fields
    assert ("dx.yaml", "beats.0.min_chars") in fields
    assert not any("mistral" in problem["file"] for problem in problems)
    assert list((room / "runs").iterdir()) == []
    for problem in problems:
        assert problem["message"] in ended.stderr


def test_broken_settings_are_told_at_once(room: Path) -> None:
    (room / "panel.toml").write_text("[run]\nseed = -1\nmax_revisions = 'lots'\n[modle]\npath = 'x'\n")
    said = call(room, "run", "smolvlm2-turbo", "--json")
    assert said.rc == 2
    assert [(p["line"], p["field"]) for p in said.data["error"]["problems"]] == [
        (2, "run.seed"), (3, "run.max_revisions"), (4, "modle"),
    ]  # fmt: skip
    assert list((room / "runs").iterdir()) == []


def test_a_template_that_fails_only_when_rendered_is_told_before_a_run_is_made(room: Path) -> None:
    (room / "prompts" / "dossier.j2").write_text("{{ dossier.name }}\n\n{{ dossier.nmae }}\n")
    (room / "prompts" / "house.j2").write_text("{{ words_min / 0 }}\n")
    (room / "prompts" / "revision.j2").write_text("{% for f in findings %}{{ f.instruktion }}{% endfor %}\n")
    (room / "prompts" / "redraft.j2").write_text("{{ note.__class__.__mro__ }}\n")
    said = call(room, "run", "smolvlm2-turbo", "--engine", "scripted", "--json")
    assert said.rc == 2
    told = [(p["file"], p["line"]) for p in said.data["error"]["problems"]]
    assert told == [
        ("prompts/dossier.j2", 3), ("prompts/house.j2", 1), ("prompts/redraft.j2", 1), ("prompts/revision.j2", 1),
    ]  # fmt: skip
    assert list((room / "runs").iterdir()) == []


def test_a_model_that_is_not_there_makes_no_run(room: Path) -> None:
    toml = room / "panel.toml"
    toml.write_text(toml.read_text().replace('path = "embedded"', 'path = "models/none.gguf"'))
    said = call(room, "run", "smolvlm2-turbo")
    assert said.rc == 2 and "none.gguf" in said.err and "--model" in said.err
    (room / "half.gguf").write_bytes(b"GGUF" + b"\0" * 64)
    said = call(room, "run", "smolvlm2-turbo", "--model", "half.gguf")
    assert said.rc in (1, 2) and "half.gguf" in said.err and "Traceback" not in said.err
    assert list((room / "runs").iterdir()) == []
