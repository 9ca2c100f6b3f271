from __future__ import annotations

import os
import tempfile
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from panel.dossiers import load_dossier
from panel.dossiers.fetch import FetchedPage
from panel.dossiers.starting import FILE_MAX_BYTES, StartedDossier, start_dossier, write_started
from panel.errors import InputProblems, Problem, SetupError

TODAY = date(2025, 11, 20)
SENTENCES = " ".join(
    f"Sentence {number} says that the tool handles {number} files at a time." for number in range(1, 60)
)
PAGE = f"""<html><head><title>Vite: the build tool</title><meta name="description" content="Fast: a build # tool">
</head><body><article><h1>Vite</h1><p>Vite is a build tool. It is released under the MIT License by its makers.</p>
<p>{SENTENCES}</p><p>TODO: write more of this page, which is not finished by any means at all.</p>
</article></body></html>"""
TODOS = {"maker", "category", "pricing.entry", "pricing.as_of", "pricing.source"}


def served(body: str, content_type: str = "text/html", url: str = "https://vite.dev/guide?x=1") -> FetchedPage:
    return FetchedPage(url, content_type, "utf-8", body.encode(), TODAY)


def start(body: str, **options: str) -> StartedDossier:
    return start_dossier("Vite", "https://vite.dev/", today=TODAY, fetch=lambda _: served(body, **options))


def problems_of(folder: Path, started: StartedDossier) -> list[Problem]:
    write_started(folder, started)
    problems: list[Problem] = []
    assert load_dossier(folder, started.slug, problems) is None
    return problems


def test_it_loads_with_nothing_but_todos_and_then_whole(tmp_path: Path) -> None:
    started = start(PAGE)
    problems = problems_of(tmp_path, started)
    assert {problem.field for problem in problems} == TODOS
    assert all("still to be filled in" in problem.message for problem in problems)
    file = tmp_path / "vite.yaml"
    done = []
    for line in started.yaml_text.splitlines():
        key = line.partition(":")[0]
        done.append(f"{key}: {'2025-11-19' if key.strip() == 'as_of' else 'Filled in'}" if "TODO:" in line else line)
    file.write_text("\n".join(done), encoding="utf-8")
    loaded = load_dossier(tmp_path, "vite", problems := [])
    assert problems == []
    assert loaded is not None
    dossier = loaded.dossier
    assert dossier.name == "Vite"
    assert dossier.tagline == "Fast: a build # tool"
    assert dossier.description.startswith("Vite is a build tool. It is released under the MIT License")
    assert dossier.licence == "MIT"
    assert str(dossier.url) == "https://vite.dev/guide?x=1"
    assert [item.id for item in dossier.evidence] == ["e1", "e2", "e3", "e4", "e5", "e6"]
    for item in dossier.evidence:
        assert item.source == "Vite: the build tool"
        assert str(item.url) == "https://vite.dev/guide?x=1"
        assert item.retrieved == TODAY
        assert len(item.text.split()) <= 90
    assert dossier.evidence[0].text.startswith(
        "Vite is a build tool. It is released under the MIT License by its makers.\n"
    )
    assert all(len(item.text.split()) >= 40 for item in dossier.evidence[:5])


def test_it_opens_with_its_schema_and_says_what_to_fill() -> None:
    started = start(PAGE)
    lines = started.yaml_text.splitlines()
    assert lines[0] == "# yaml-language-server: $schema=../schemas/dossier.schema.json"
    assert "TODO" in lines[1]
    assert max(map(len, lines)) <= 120
    assert started.slug == "vite"
    assert started.notes[0] == "6 excerpts taken from Vite: the build tool, word for word."
    assert any("MIT" in note for note in started.notes)


def test_a_licence_is_left_open_where_the_page_names_none_or_several(tmp_path: Path) -> None:
    assert "licence: 'TODO:" in start("<p>Vite is a build tool that is fast.</p>").yaml_text
    started = start("<p>Vite is a build tool under Apache-2.0, its docs under the MIT License.</p>")
    assert {problem.field for problem in problems_of(tmp_path, started)} == {*TODOS, "licence"}
    assert any("Apache-2.0, MIT" in note for note in started.notes)


def test_a_readme_file_is_read_as_markdown(tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    file.write_text("# Vite\n\n**Vite** is a build tool that is really fast.\n\n<!-- SECRET -->\n\n## License\n\nMIT\n")
    started = start_dossier("Vite", file, today=TODAY)
    assert "text: >-\n      Vite is a build tool that is really fast." in started.yaml_text
    assert "source: Vite" in started.yaml_text
    assert "licence: MIT" in started.yaml_text
    assert "SECRET" not in started.yaml_text
    assert "    url:" not in started.yaml_text
    assert {problem.field for problem in problems_of(tmp_path, started)} == TODOS


def test_a_model_card_names_its_licence_in_its_front_matter(tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    file.write_text("---\nlicense: apache-2.0\n---\n# Model\n\nIt is a small language model for laptops.\n")
    assert "licence: Apache-2.0" in start_dossier("Model", file, today=TODAY).yaml_text


def test_a_file_without_title_is_cited_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / "notes\u200b: 1.txt"
    file.write_text("Vite is a build tool that is *really* fast.")
    started = start_dossier("Vite", file, today=TODAY)
    assert "source: 'notes: 1.txt'" in started.yaml_text
    assert "*really*" in started.yaml_text


def test_html_is_known_by_its_name_or_its_beginning(tmp_path: Path) -> None:
    for name, opening in (("a.html", ""), ("a.txt", "\n<!DOCTYPE html>")):
        file = tmp_path / name
        file.write_text(f"{opening}<p>Vite <b>is</b> a build tool that is fast.</p>")
        assert "Vite is a build tool that is fast." in start_dossier("Vite", file, today=TODAY).yaml_text


@pytest.mark.parametrize(
    ("content_type", "url", "text"),
    [
        ("text/markdown", "https://x.example/a", "It is fast, quite as promised."),
        ("text/plain", "https://x.example/README.md", "It is fast, quite as promised."),
        ("text/plain", "https://x.example/README", "It is **fast**, quite as promised."),
        ("text/html", "https://x.example/README.md", "It is **fast**, quite as promised."),
    ],
)
def test_what_is_fetched_is_read_as_its_type_says(content_type: str, url: str, text: str) -> None:
    assert text in start("It is **fast**, quite as promised.", content_type=content_type, url=url).yaml_text


def test_the_address_stands_as_source_where_there_is_no_title() -> None:
    started = start("Vite is a build tool that is fast.", content_type="text/plain", url="https://x.example/a/b")
    assert "source: x.example/a/b" in started.yaml_text


@pytest.mark.parametrize("name", ["", "日本", "a" * 61])
def test_a_name_that_cannot_be_is_a_setup_error(name: str) -> None:
    with pytest.raises(SetupError):
        start_dossier(name, "https://vite.dev/", today=TODAY, fetch=lambda _: served(PAGE))


def test_pages_that_cannot_be_read_are_setup_errors(tmp_path: Path) -> None:
    for body in ("", "<p></p>", "<div>" * 100_000, "\x00\x01", "<p>TODO</p>"):
        with pytest.raises(SetupError):
            start(body)
    with pytest.raises(InputProblems, match="no such file"):
        start_dossier("Vite", tmp_path / "none.md", today=TODAY)
    with pytest.raises(InputProblems, match="not a regular file"):
        start_dossier("Vite", tmp_path, today=TODAY)
    with (tmp_path / "huge.txt").open("wb") as stream:
        stream.truncate(FILE_MAX_BYTES + 1)
    with pytest.raises(InputProblems, match="too large"):
        start_dossier("Vite", tmp_path / "huge.txt", today=TODAY)
    (tmp_path / "tool.bin").write_bytes(os.urandom(5000))
    with pytest.raises(SetupError, match="binary"):
        start_dossier("Vite", tmp_path / "tool.bin", today=TODAY)


def test_a_url_that_must_not_be_fetched_is_a_setup_error() -> None:
    with pytest.raises(SetupError, match="not on the public web"):
        start_dossier("Vite", "http://127.0.0.1/", today=TODAY)


PIECES = [
    "Vite is fast. ", "a ", "word " * 60, "# ", "- ", ": ", "'", '"', "\n\n", "{", "}", "[", "]", "&a ", "*a ", "!!x ",
    "%", "@", "`", "---\n", "...\n", "| ", "> ", "\\", "TODO ", "\t", "é", "⚠️", "\u200b", "\x85", "\u2028", "\u00a0",
    "\U0010ffff", "\ue000", "\ufeff", "null", "~", "2025-01-01", "yes", "<s>", "MIT License ",
]  # fmt: skip


@settings(deadline=None)
@given(st.one_of(st.lists(st.sampled_from(PIECES), max_size=40).map("".join), st.text()), st.text(max_size=40))
def test_any_text_makes_a_dossier_that_lacks_only_what_is_todo(text: str, title: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        file = Path(place, "page.txt")
        file.write_bytes(text.encode("utf-8", "surrogatepass"))
        try:
            started = start_dossier(f"Tool {title}", file, today=TODAY)
        except SetupError:
            return
        problems = problems_of(Path(place), started)
        assert problems
        assert all("still to be filled in" in problem.message for problem in problems), problems


def test_an_existing_dossier_is_never_overwritten(tmp_path: Path) -> None:
    path = write_started(tmp_path, StartedDossier("vite", "first\n", ()))
    assert path == tmp_path / "vite.yaml"
    with pytest.raises(SetupError, match="exists already") as caught:
        write_started(tmp_path, StartedDossier("vite", "second\n", ()))
    assert caught.value.hint
    assert path.read_text() == "first\n"
    (tmp_path / "link.yaml").symlink_to("nowhere.yaml")
    with pytest.raises(SetupError, match="exists already"):
        write_started(tmp_path, StartedDossier("link", "x\n", ()))
    assert not (tmp_path / "nowhere.yaml").exists()


def test_what_is_written_is_on_disk_before_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[bool] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        synced.append((tmp_path / "vite.yaml").read_bytes() == b"text\n")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    write_started(tmp_path, StartedDossier("vite", "text\n", ()))
    assert synced == [True, True]


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(SetupError, match="No space left"):
        write_started(tmp_path, StartedDossier("vite", "text\n", ()))
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_outside_or_nowhere(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="cannot be a dossier's name"):
        write_started(tmp_path / "dossiers", StartedDossier("../x", "text\n", ()))
    with pytest.raises(SetupError, match="cannot be written"):
        write_started(tmp_path / "dossiers", StartedDossier("vite", "text\n", ()))
    assert list(tmp_path.iterdir()) == []


def test_no_word_is_broken_and_no_hyphen_gains_a_space(tmp_path: Path) -> None:
    file = tmp_path / "page.txt"
    text = f"See {'long/' * 30} and {'well-known-' * 15}words, which are quoted as they stand."
    file.write_text(text)
    started = start_dossier("Vite", file, today=TODAY)
    assert yaml.safe_load(started.yaml_text)["evidence"][0]["text"] == text
