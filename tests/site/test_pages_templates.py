"""A newsroom's own templates, and the files that pages ask for."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from PIL import Image

from panel.errors import InputProblems
from panel.site import pages
from tests.site.sites import empty_site, sample_site
from tests.site.test_pages import only, render_all, tree_of, words

HERO = (
    '{% extends "panel/home.html.j2" %}\n'
    '{% block main %}<p class="hero">{{ frame.name }}</p>{{ super() }}{% endblock %}'
)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "templates"
    folder.mkdir()
    return folder


def problems(own: Path) -> list[str]:
    return [str(problem) for problem in pages.check_templates(own)]


class TestOverrides:
    def test_panel_s_own_templates_have_no_problems(self, own: Path) -> None:
        assert problems(own) == [] and problems(own / "not-there") == []

    def test_a_template_of_the_same_name_comes_first_and_may_extend_panel_s(self, own: Path) -> None:
        (own / "home.html.j2").write_text(HERO)
        assert problems(own) == []
        site = sample_site()
        text = pages.home_html(site, pages.make_chrome(site, templates=own))
        assert words(only(tree_of(text), "//p[@class='hero']")) == "The Shipping Desk"
        assert "Whin" in text

    def test_a_part_of_the_newsroom_s_own_sees_the_page_s_names(self, own: Path) -> None:
        (own / "home.html.j2").write_text(HERO.replace("{{ super() }}", '{% include "greeting.html.j2" %}'))
        (own / "greeting.html.j2").write_text("<h1>{{ tool_count }} tools</h1>")
        assert problems(own) == []
        site = sample_site()
        assert "<h1>4 tools</h1>" in pages.home_html(site, pages.make_chrome(site, templates=own))

    def test_style_sheets_may_be_replaced_or_added_to(self, own: Path) -> None:
        site = sample_site()
        plain = pages.make_chrome(site)
        (own / "newsroom.css").write_text("h1 { color: green }")
        more = pages.make_chrome(site, templates=own)
        style = pages.render_assets(more)[more.frame.stylesheet.removeprefix("/reviews/")].decode()
        assert style.endswith("h1 { color: green }") and "--paper" in style
        assert more.frame.stylesheet != plain.frame.stylesheet
        (own / "style.css").write_text("body { color: blue }")
        other = pages.make_chrome(site, templates=own)
        style = pages.render_assets(other)[other.frame.stylesheet.removeprefix("/reviews/")].decode()
        assert style.startswith("body { color: blue }") and "--paper: #" not in style
        assert problems(own) == []

    def test_texts_stay_escaped_in_a_newsroom_s_template(self, own: Path) -> None:
        (own / "404.html.j2").write_text('{% extends "base.html.j2" %}{% block main %}{{ "<b>" }}{% endblock %}')
        site = empty_site()
        assert "&lt;b&gt;" in pages.not_found_html(site, pages.make_chrome(site, templates=own))


class TestMistakes:
    def test_all_templates_are_checked_at_once_with_file_and_line(self, own: Path) -> None:
        (own / "home.html.j2").write_text('{% extends "base.html.j2" %}\n\n{% block main %}{{ titel }}{% endblock %}')
        (own / "tool.html.j2").write_text("line\n{% for %}")
        (own / "search.html.j2").write_text("{{ head.title|shout }}")
        (own / "hoem.html.j2").write_text("x")
        (own / "corrections.html.j2").write_text('{% include "gone.html.j2" %}')
        (own / "404.html.j2").write_bytes(b"\xff")
        found = problems(own)
        assert any(
            re.match(r"templates/home\.html\.j2:3: there is no name 'titel' here; the names are: .*frame", p)
            for p in found
        )
        assert any(p.startswith("templates/tool.html.j2:2: ") for p in found)
        assert any(re.match(r"templates/search\.html\.j2:1: .*shout", p) for p in found)
        assert any(re.match(r"templates/hoem\.html\.j2: nothing uses it: .*home\.html\.j2", p) for p in found)
        assert "templates/corrections.html.j2:1: there is no template 'gone.html.j2'" in found
        assert any(p.startswith("templates/404.html.j2:1: not UTF-8") for p in found)
        assert len(found) == 6

    def test_a_macro_has_only_what_it_is_given(self, own: Path) -> None:
        (own / "macros.html.j2").write_text("{% macro pips(tally) %}{{ frame.name }}{{ tally.ships }}{% endmacro %}")
        assert any("templates/macros.html.j2:1: there is no name 'frame'" in problem for problem in problems(own))

    def test_templates_that_include_each_other_are_no_endless_check(self, own: Path) -> None:
        (own / "home.html.j2").write_text('{% include "a.html.j2" %}')
        (own / "a.html.j2").write_text('{% include "home.html.j2" %}')
        assert problems(own) == []
        site = empty_site()
        with pytest.raises(InputProblems, match="recursion"):
            pages.home_html(site, pages.make_chrome(site, templates=own))

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            ("{{ frame.nmae }}", "nmae"),
            ("{{ frame.name + 1 }}", "str"),
            ("{{ 1 // 0 }}", "zero"),
            ("{{ frame.__class__.__mro__ }}", "__class__|unsafe"),
            ("{{ head.alternates.append(1) }}", "append"),
        ],
    )
    def test_what_only_a_page_shows_is_told_in_the_same_form(self, own: Path, body: str, said: str) -> None:
        (own / "404.html.j2").write_text(f'{{% extends "base.html.j2" %}}\n{{% block main %}}\n{body}{{% endblock %}}')
        site = sample_site()
        chrome = pages.make_chrome(site, templates=own)
        with pytest.raises(InputProblems) as refused:
            pages.not_found_html(site, chrome)
        (problem,) = refused.value.problems
        assert (problem.file, problem.line) == ("templates/404.html.j2", 3)
        assert re.search(said, problem.message)

    def test_a_broken_template_is_told_even_unchecked(self, own: Path) -> None:
        (own / "404.html.j2").write_text("\n{% if %}")
        site = sample_site()
        with pytest.raises(InputProblems, match=r"templates/404\.html\.j2:2: "):
            pages.not_found_html(site, pages.make_chrome(site, templates=own))

    def test_an_unreadable_template_stops_the_site(self, own: Path) -> None:
        (own / "home.html.j2").write_bytes(b"\xff")
        with pytest.raises(InputProblems, match="not UTF-8"):
            pages.make_chrome(sample_site(), templates=own)

    def test_templates_see_nothing_of_the_sandbox(self, own: Path) -> None:
        site = sample_site()
        chrome = pages.make_chrome(site)
        assert not [name for name in dir(chrome.frame) if "environment" in name]


class TestFingerprint:
    def test_it_changes_with_templates_style_and_publication_and_with_nothing_else(self, own: Path) -> None:
        def fingerprint(**changes: object) -> str:
            return pages.template_fingerprint(pages.make_chrome(changes.pop("site", sample_site()), **changes))  # type: ignore[arg-type]

        plain = fingerprint()
        assert plain == fingerprint() == fingerprint(templates=own)
        # Another tool on the site is no reason to make every page anew.
        assert plain == fingerprint(site=sample_site(pairs=(), votes={}))
        (own / "home.html.j2").write_text(HERO)
        first = fingerprint(templates=own)
        (own / "home.html.j2").write_text(HERO + "\n")
        (own / "style.css").write_text("")
        assert len({plain, first, fingerprint(templates=own)}) == 3


class TestAssets:
    def test_every_asset_that_a_page_names_is_there_and_named_by_its_content(self) -> None:
        site = sample_site()
        chrome = pages.make_chrome(site)
        files = pages.render_assets(chrome)
        for text in render_all(site, chrome).values():
            tree = tree_of(text)
            for address in tree.xpath("//link[contains(@rel, 'icon') or @rel='stylesheet']/@href | //script/@src"):
                assert address.removeprefix("/reviews/") in files
        assert {Path(name).name.split(".")[0] for name in files} == {
            "style", "search", "vote", "favicon", "apple-touch-icon",
        }  # fmt: skip

    def test_nothing_comes_from_anywhere_else(self) -> None:
        for name, data in pages.render_assets(pages.make_chrome(sample_site())).items():
            if name.endswith((".css", ".js")):
                text = data.decode()
                assert not re.search(r"url\(|@import|@font-face|https?://", text), name
                assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|eval\(|document\.write", text), name

    def test_icons_are_pictures(self) -> None:
        files = pages.render_assets(pages.make_chrome(sample_site()))
        with Image.open(io.BytesIO(files["favicon.ico"])) as icon:
            assert icon.format == "ICO" and icon.info["sizes"] == {(16, 16), (32, 32), (48, 48)}
        with Image.open(io.BytesIO(files["apple-touch-icon.png"])) as icon:
            assert (icon.format, icon.size) == ("PNG", (180, 180))
        assert files["favicon.svg"].startswith(b"<svg xmlns=")

    def test_the_style_sheet_answers_to_what_readers_ask_of_it(self) -> None:
        chrome = pages.make_chrome(sample_site())
        style = pages.render_assets(chrome)[chrome.frame.stylesheet.removeprefix("/reviews/")].decode()
        for wish in ("prefers-color-scheme: dark", "prefers-reduced-motion", "forced-colors: active", "@media print"):
            assert wish in style
        assert "!important" not in style.replace("[hidden] { display: none !important; }", "")
