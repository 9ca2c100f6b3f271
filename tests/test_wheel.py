"""The product installed from its wheel works in a newsroom of its own, away from the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PANEL = "from panel.cli import main; main()"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built and unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    build = "import sys, hatchling.build; hatchling.build.build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, str(folder)], cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "installed")
    return folder / "installed"


def panel(installed: Path, cwd: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(installed), "PANEL_EDITOR": "Ada Example"}
    return subprocess.run(
        [sys.executable, "-c", PANEL, *words], cwd=cwd, env=environment, capture_output=True, text=True, check=True
    )


def test_from_wheel_to_published_page(installed: Path, tmp_path: Path) -> None:
    where = "import panel; print(panel.__file__)"
    asked = subprocess.run(
        [sys.executable, "-c", where], env={**os.environ, "PYTHONPATH": str(installed)}, capture_output=True, text=True,
        cwd=tmp_path, check=True,
    )  # fmt: skip
    assert Path(asked.stdout.strip()).is_relative_to(installed)
    newsroom = tmp_path / "desk"
    made = json.loads(panel(installed, tmp_path, "init", str(newsroom), "--json").stdout)
    assert len(made["dossiers"]) == 6
    assert (newsroom / "schemas" / "dossier.schema.json").is_file()
    panel(installed, newsroom, "dossier", "check")
    run = ("run", "hushcap", "ledgerlark", "--engine", "scripted", "--run-id", "first", "--json")
    drafted = json.loads(panel(installed, newsroom, *run).stdout)
    assert [tally["configured"] for tally in drafted["tallies"]] == [4, 4]
    panel(installed, newsroom, "approve", "first")
    panel(installed, newsroom, "publish", "first")
    page = newsroom / "site" / "compare" / "hushcap-vs-ledgerlark" / "index.html"
    assert drafted["seats"][0]["beats"]["primitive"] in page.read_text(encoding="utf-8")
    assert json.loads(panel(installed, newsroom, "verify", "first", "--json").stdout)["sound"] is True


def test_the_wheel_holds_no_more_than_the_product(installed: Path) -> None:
    top = {path.name.split("-")[0] for path in installed.iterdir()}
    assert top == {"panel"}
    assert not list(installed.rglob("*.pyc"))
    # The house model's adapter is the product's own; no model is in the wheel.
    assert [path.name for path in installed.rglob("*.gguf")] == ["house-adapter.gguf"]
