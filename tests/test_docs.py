"""The README is a promise: every command and option in it exists, and every one that exists is in it."""

from __future__ import annotations

import re
from pathlib import Path

import typer.main

from panel.cli.app import COMMANDS, app

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMAND_TABLE = re.findall(r"^\| `panel ([^`]*)` \|", README, re.MULTILINE)


def leaves() -> dict[str, object]:
    """Every command a person can type, by its words."""
    group = typer.main.get_command(app)
    found: dict[str, object] = {}
    for name in COMMANDS:
        command = group.get_command(None, name)
        nested = getattr(command, "commands", {})
        found |= {f"{name} {inner}": nested[inner] for inner in nested}
        if not nested or command.invoke_without_command:
            found[name] = command
    return found


def words_of(usage: str) -> str:
    """The literal words a usage line begins with: `dossier add NAME` is `dossier add`."""
    return " ".join(word for word in re.split(r"\s+", re.split(r"[A-Z\[-]", usage)[0].strip()) if word)


def test_every_command_is_in_the_readme_and_no_other() -> None:
    assert sorted(map(words_of, COMMAND_TABLE)) == sorted(leaves())


def test_options_and_arguments_in_the_readme_exist() -> None:
    commands = leaves()
    for usage in COMMAND_TABLE:
        known = {option for parameter in commands[words_of(usage)].params for option in parameter.opts}
        assert set(re.findall(r"--[a-z-]+", usage)) <= known, usage


def test_every_command_has_a_json_twin() -> None:
    for name, command in leaves().items():
        assert "--json" in {option for parameter in command.params for option in parameter.opts}, name


def test_the_two_commands_are_makes() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in ("demo", "test"):
        assert f"make {target}" in README
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_the_tree_names_what_is_there() -> None:
    tree = README.split("## The tree")[1].split("```")[1]
    packages = {path.name for path in (ROOT / "panel").iterdir() if (path / "__init__.py").is_file()}
    modules = {path.name for path in (ROOT / "panel").glob("*.py")} - {"__init__.py"}
    assert packages == set(re.findall(r"^  (\w+)/", tree, re.MULTILINE))
    assert modules == set(re.findall(r"^  (\w+\.py)", tree, re.MULTILINE))
    for name in re.findall(r"^(\w+)/", tree, re.MULTILINE):
        assert (ROOT / name).is_dir() or name in {"site", "public", "releases", "readers", "digests", "evaluations"}, (
            name
        )


def test_environment_variables_are_documented() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "panel").rglob("*.py"))
    for variable in set(re.findall(r'"(PANEL_[A-Z_]+)"', sources)):
        assert variable in README, variable
