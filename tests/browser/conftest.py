"""A real browser for tests: Chromium, a server of a folder on this machine, and pages that must not complain.

Chromium is Debian's (`apt install chromium`), found on PATH; where there is none, the tests fail and say so. What a
test gets:

- `serve`: serves a folder on a port of its own, until the test ends: `serve(folder).url`.
- `open_page`: opens a page in a fresh context and watches it. At the test's end, everything the pages complained about
  fails the test: console errors and warnings, script errors, failed requests, answers of 400 and above, violations of
  the content security policy, and requests to any origin that was not served.
- `screenshots`: writes a screenshot to the folder that PANEL_SCREENSHOTS names; does nothing without it.

`tests.browser.axe` has the accessibility checks.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.serving import Served, serve_folder
from tests.browser.watching import LOOK, Look, Watched

OpenPage = Callable[..., Page]


# Ends with this folder: as long as the library runs, no other test could run an event loop of its own.
@pytest.fixture(scope="package")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Start one browser for all tests, in a process of its own and with a home of its own, and end it."""
    found = shutil.which("chromium")
    if not found:
        pytest.fail("these tests need Chromium: apt install chromium", pytrace=False)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=found,
            env={**os.environ, "HOME": str(tmp_path_factory.mktemp("browser-home"))},
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--force-color-profile=srgb"],
        )
        yield started
        started.close()


@pytest.fixture
def serve() -> Iterator[Callable[[Path], Served]]:
    """Return a function that serves a folder at a port of its own; `path` is the site's path on the host."""
    running: list[Served] = []

    def start(folder: Path, path: str = "/") -> Served:
        running.append(serve_folder(folder, path))
        return running[-1]

    yield start
    for served in running:
        served.stop()


@pytest.fixture
def watched() -> Watched:
    """What the test's pages complained about. A test that expects complaints takes them: `watched.take()`."""
    return Watched()


@pytest.fixture
def open_page(browser: Browser, watched: Watched) -> Iterator[OpenPage]:
    """Return a function that opens an address in a fresh context, as a reader of some `Look` sees it.

    The first address's origin is the only one that the page may ask anything of.
    """
    contexts = []

    def open_one(url: str, look: Look = LOOK) -> Page:
        context = browser.new_context(
            color_scheme=look.color_scheme,
            viewport={"width": look.width, "height": look.height},
            is_mobile=look.touch,
            has_touch=look.touch,
            java_script_enabled=look.javascript,
            reduced_motion="reduce" if look.reduced_motion else "no-preference",
            service_workers="block",
            accept_downloads=False,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        watched.watch(context, url)
        page = context.new_page()
        page.goto(url, wait_until="load")
        return page

    yield open_one
    for context in contexts:
        for page in context.pages:
            page.wait_for_load_state("networkidle")
        context.close()
    watched.must_be_quiet()


@pytest.fixture
def screenshots(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """Return a function that keeps a screenshot of the whole page, named by the test and a name of its own."""
    folder = os.environ.get("PANEL_SCREENSHOTS")

    def take(page: Page, name: str) -> None:
        if folder:
            stem = re.sub(r"[^A-Za-z0-9.-]+", "-", f"{request.node.name}-{name}").strip("-")
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(folder) / f"{stem}.png", full_page=True, animations="disabled")

    return take
