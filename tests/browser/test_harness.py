"""The harness itself: every complaint of a page is heard, and a page without any passes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.axe import axe, must_be_accessible, small_targets
from tests.browser.conftest import OpenPage
from tests.browser.serving import Served
from tests.browser.watching import LOOKS, PHONE, Look, Watched

Serve = Callable[..., Served]
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'"


def write_page(folder: Path, body: str = "", *, head: str = "", policy: str = POLICY) -> Path:
    (folder / "index.html").write_text(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>A page</title>'
        f'<link rel="icon" href="/icon.png"><link rel="stylesheet" href="/style.css">{head}</head>'
        f"<body><main><h1>A page</h1><p>Words.</p>{body}</main></body></html>",
        encoding="utf-8",
    )
    (folder / "icon.png").write_bytes(
        bytes.fromhex(
            "89504e470d0a1a0a0000000d494844520000000100000001080600000"
            "01f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
        )
    )
    (folder / "style.css").write_text(
        ":root { color-scheme: light dark } body { color: #111; background: #fff } p { transition: color 1s }"
        "@media (prefers-color-scheme: dark) { body { color: #fff; background: #000 } }"
    )
    return folder


def complaints(open_page: OpenPage, watched: Watched, url: str) -> list[str]:
    page = open_page(url)
    page.wait_for_load_state("networkidle")
    return watched.take()


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_a_clean_page_passes_however_it_is_looked_at(
    serve: Serve, open_page: OpenPage, tmp_path: Path, look: Look
) -> None:
    page = open_page(serve(write_page(tmp_path)).url, look)
    assert page.title() == "A page"
    assert page.viewport_size == {"width": look.width, "height": look.height}
    if look.javascript:
        must_be_accessible(page)
        seen = page.evaluate(
            "() => [matchMedia('(prefers-color-scheme: dark)').matches, matchMedia('(prefers-reduced-motion)').matches]"
        )
        assert seen == [look.color_scheme == "dark", look.reduced_motion]


def test_a_page_without_scripts_runs_none(serve: Serve, open_page: OpenPage, tmp_path: Path) -> None:
    (tmp_path / "x.js").write_text("document.title = 'changed'")
    site = serve(write_page(tmp_path, head='<script src="/x.js"></script>'))
    assert open_page(site.url).title() == "changed"
    assert open_page(site.url, Look(javascript=False)).title() == "A page"


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("console.error('told')", "error in the console: told"),
        ("console.warn('told')", "warning in the console: told"),
        ("throw new Error('thrown')", "an error in a script: .*thrown"),
        ("Promise.reject(new Error('rejected'))", "an error in a script: .*rejected"),
        ("fetch('/none.json')", "an answer of 404: .*/none.json"),
        ("document.body.style = 'color: red'; eval('1')", "policy: script-src refuses eval"),
        ("fetch('http://127.0.0.1:1/')", "policy: connect-src refuses http://127.0.0.1:1/"),
    ],
)
def test_what_a_script_does_wrong_is_heard(
    serve: Serve, open_page: OpenPage, watched: Watched, tmp_path: Path, script: str, complaint: str
) -> None:
    (tmp_path / "x.js").write_text(script)
    site = serve(write_page(tmp_path, head='<script src="/x.js" defer></script>'))
    heard = complaints(open_page, watched, site.url)
    assert any(re.search(complaint, one) for one in heard), heard


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("<script>document.title = 'x'</script>", "policy: script-src-elem refuses inline"),
        ('<p style="color: red">x</p>', "policy: style-src-attr refuses inline"),
        ('<img src="data:image/png,x" alt="">', "policy: img-src refuses data"),
        ('<img src="/none.png" alt="">', "an answer of 404: .*/none.png"),
        ('<img src="http://127.0.0.1:1/x.png" alt="">', "policy: img-src refuses http://127.0.0.1:1/x.png"),
    ],
)
def test_what_the_policy_or_the_server_refuses_is_heard(
    serve: Serve, open_page: OpenPage, watched: Watched, tmp_path: Path, body: str, complaint: str
) -> None:
    heard = complaints(open_page, watched, serve(write_page(tmp_path, body)).url)
    assert any(re.search(complaint, one) for one in heard), heard


def test_a_request_to_another_site_is_stopped_and_heard(
    serve: Serve, open_page: OpenPage, watched: Watched, tmp_path: Path
) -> None:
    body = '<img src="https://third.example/x.png" alt="">'
    heard = complaints(open_page, watched, serve(write_page(tmp_path, body, policy="img-src *")).url)
    assert "a request to another origin: https://third.example/x.png" in heard


def test_a_link_that_leaves_the_site_is_stopped_and_heard(
    serve: Serve, open_page: OpenPage, watched: Watched, tmp_path: Path
) -> None:
    page = open_page(serve(write_page(tmp_path, '<a href="https://third.example/">Leave</a>')).url)
    page.get_by_role("link", name="Leave").click()
    page.wait_for_timeout(0)
    assert any("third.example" in one for one in watched.take())


def test_complaints_fail_the_test(watched: Watched) -> None:
    watched.must_be_quiet()
    watched.complaints += ["one", "one", "two"]
    with pytest.raises(AssertionError, match="the page complained:\n  one\n  two"):
        watched.must_be_quiet()
    assert watched.take() == ["one", "one", "two"]


def test_an_answer_that_is_meant_is_no_complaint(
    serve: Serve, open_page: OpenPage, watched: Watched, tmp_path: Path
) -> None:
    (write_page(tmp_path) / "404.html").write_text((tmp_path / "index.html").read_text())
    url = serve(tmp_path).url + "nothing/"
    watched.answered.add((url, 404))
    assert open_page(url).title() == "A page"


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ('<img src="/icon.png">', "image-alt"),
        ("<button></button>", "button-name"),
        ("<input>", "label"),
        ("<h4>x</h4>", "heading-order"),
        ('<p class="pale">Pale words</p>', "color-contrast"),
    ],
)
def test_axe_finds_what_is_wrong_under_a_strict_policy(
    serve: Serve, open_page: OpenPage, tmp_path: Path, body: str, rule: str
) -> None:
    site = serve(write_page(tmp_path, body))
    with (tmp_path / "style.css").open("a") as styles:
        styles.write(".pale { color: #ddd }")
    page = open_page(site.url)
    assert rule in [one.rule for one in axe(page)]
    with pytest.raises(AssertionError, match=rf"is not accessible:\n  {rule} \("):
        must_be_accessible(page)


def test_targets_too_small_and_too_close_for_fingers_are_found(
    serve: Serve, open_page: OpenPage, tmp_path: Path
) -> None:
    two = '<div><button class="tiny">x</button><button class="tiny">y</button></div>'
    far = '<div class="far"><button class="tiny">z</button></div>'
    site = serve(write_page(tmp_path, f'<p>See <a href="/">this</a>.</p>{two}{far}'))
    with (tmp_path / "style.css").open("a") as styles:
        styles.write(".tiny { width: 10px; height: 10px; padding: 0 } .far { margin: 60px 0 }")
    found = small_targets(open_page(site.url, PHONE))
    assert [(one.split()[0], one.removesuffix("</button>")[-1]) for one in found] == [("10x10", "x"), ("10x10", "y")]


def test_a_site_may_lie_under_a_path(serve: Serve, open_page: OpenPage, watched: Watched, tmp_path: Path) -> None:
    site = serve(write_page(tmp_path), "/reviews/")
    assert site.url.endswith("/reviews/")
    heard = complaints(open_page, watched, site.url)
    assert any(one.endswith("/style.css") for one in heard if "404" in one)


def test_screenshots_are_kept_where_the_environment_says(
    serve: Serve, open_page: OpenPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setenv("PANEL_SCREENSHOTS", str(tmp_path / "shots"))
    take: Callable[[Page, str], None] = request.getfixturevalue("screenshots")
    take(open_page(serve(write_page(tmp_path)).url), "first page")
    (shot,) = (tmp_path / "shots").iterdir()
    assert shot.name == "test_screenshots_are_kept_where_the_environment_says-first-page.png".replace("_", "-")
    assert shot.read_bytes().startswith(b"\x89PNG")


def test_without_chromium_the_tests_fail_and_say_what_to_install(tmp_path: Path) -> None:
    one = f"{__file__}::test_a_page_without_scripts_runs_none"
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", one],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 1
    assert "these tests need Chromium: apt install chromium" in ended.stdout
