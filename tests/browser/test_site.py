"""From an approved run to a site in a browser, by the documented commands: every page, reached as a reader would."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.axe import must_be_accessible, small_targets
from tests.browser.serving import Served
from tests.browser.watching import LOOK, PHONE, Look
from tests.cli.calls import PANEL

TOOLS = ("smolvlm2-turbo", "mistral-3b-edge")
LINKS = "Array.from(document.links, link => link.href.split('#')[0])"


def do(room: Path, *argv: str) -> None:
    # As processes of their own: the browser's library has an event loop running in this one.
    env = {**os.environ, "PANEL_EDITOR": "Ada Editor"}
    subprocess.run([*PANEL, *argv], cwd=room, env=env, check=True, capture_output=True, timeout=300)


@pytest.fixture(scope="module")
def approved_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    do(folder, "init", "room")
    room = folder / "room"
    do(room, "run", *TOOLS, "--engine", "scripted", "--run-id", "a")
    do(room, "approve", "a")
    return room


@pytest.mark.parametrize("look", [LOOK, PHONE], ids=str)
def test_every_page_that_a_reader_can_reach_is_fit_for_everybody(
    serve: Callable[..., Served],
    open_page: Callable[..., Page],
    screenshots: Callable[..., None],
    approved_once: Path,
    tmp_path: Path,
    look: Look,
) -> None:
    approved = tmp_path / "room"
    shutil.copytree(approved_once, approved)
    public = approved / "public"
    public.mkdir()
    served = serve(public)
    settings = (approved / "panel.toml").read_text()
    (approved / "panel.toml").write_text(settings.replace("[publication]", f'[publication]\nbase_url = "{served.url}"'))
    do(approved, "release", "make", "a", "-r", "launch")
    do(approved, "site", "check")
    seen: list[str] = []
    waiting = [served.url]
    while waiting:
        address = waiting.pop()
        seen.append(address)
        page = open_page(address, look)
        assert page.locator("h1").count() == 1, address
        must_be_accessible(page)
        assert small_targets(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= look.width, address
        screenshots(page, f"site-{look}-{address.removeprefix(served.url).replace('/', '-') or 'home'}")
        for link in page.evaluate(LINKS):
            if link.startswith(served.url) and link.endswith("/") and link not in (*seen, *waiting):
                waiting.append(link)
        page.context.close()
    places = {address.removeprefix(served.url) for address in seen}
    made = {str(path.parent.relative_to(public)) + "/" for path in public.rglob("index.html")}
    assert places == {place.removeprefix("./") if place == "./" else place for place in made}
    assert any(place.startswith("digest/20") for place in places)
