from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import panel.dossiers
from panel.dossiers import check_folder, load_dossier, load_dossiers
from panel.errors import InputProblems, Problem
from panel.inputs import MAX_BYTES


def problems_of(folder: Any, slug: str = "vite") -> list[str]:
    problems: list[Problem] = []
    loaded = load_dossier(folder.path, slug, problems)
    assert (loaded is None) == bool(problems)
    return [str(problem) for problem in problems]


def test_a_whole_dossier_loads_with_the_exact_bytes_it_was_read_from(folder: Any) -> None:
    file = folder.put()
    (loaded,) = load_dossiers(folder.path, ["vite"])
    assert loaded.dossier.name == "Vite"
    assert loaded.dossier.evidence[1].text == "Vite 7 needs Node 20.19 or newer.\nIt drops Node 18."
    assert loaded.dossier.evidence[1].retrieved == date(2025, 11, 2)
    assert loaded.files == {
        "vite.yaml": file.read_bytes(),
        "vite-notes.txt": (folder.path / "vite-notes.txt").read_bytes(),
    }


def test_exact_bytes_keep_a_byte_order_mark_and_windows_line_ends(folder: Any) -> None:
    file = folder.put()
    raw = b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n")
    file.write_bytes(raw)
    (loaded,) = load_dossiers(folder.path, ["vite"])
    assert loaded.files["vite.yaml"] == raw
    assert loaded.dossier.slug == "vite"


def test_order_asked_for_is_kept_and_nothing_gives_nothing(folder: Any) -> None:
    folder.put("vite")
    folder.put("bun")
    assert [item.dossier.slug for item in load_dossiers(folder.path, ["vite", "bun"])] == ["vite", "bun"]
    assert load_dossiers(folder.path, []) == ()


def test_all_problems_of_all_files_come_at_once(folder: Any) -> None:
    folder.put("vite", old="licence: MIT\n", new="")
    folder.put("bun", old="as_of: 2025-11-01", new="as_of: last week")
    with pytest.raises(InputProblems) as caught:
        load_dossiers(folder.path, ["vite", "bun", "../x", "deno"])
    assert len(caught.value.problems) == 4
    assert caught.value.exit_code == 2
    text = str(caught.value)
    assert "dossiers/vite.yaml:1: licence: is missing" in text
    assert "dossiers/bun.yaml:10: pricing.as_of: " in text
    assert "'../x' cannot be a dossier's name" in text
    assert "dossiers/deno.yaml: no such dossier" in text


@pytest.mark.parametrize("slug", ["../x", "", "/etc/passwd", "A", "a b", "-a", "a" * 81, "a\n", "a\x00", "vite.yaml"])
def test_what_is_no_slug_never_touches_the_disk(slug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def touch(*_: object, **__: object) -> None:
        raise AssertionError("touched the disk")

    for name in ("stat", "lstat", "listdir", "open"):
        monkeypatch.setattr(os, name, touch)
    problems: list[Problem] = []
    assert load_dossier(Path("/nowhere/dossiers"), slug, problems) is None
    monkeypatch.undo()
    (problem,) = problems
    assert problem.file == "dossiers/"
    assert "1 to 80 of a-z, 0-9 and `-`" in problem.message


def test_an_unknown_slug_is_told_its_close_matches(folder: Any) -> None:
    folder.put("vite")
    folder.put("webpack")
    assert problems_of(folder, "vites") == ["dossiers/vites.yaml: no such dossier; did you mean vite?"]
    assert problems_of(folder, "zig") == ["dossiers/zig.yaml: no such dossier; there are vite, webpack"]


def test_an_unknown_slug_in_an_empty_or_missing_folder(folder: Any) -> None:
    assert problems_of(folder) == ["dossiers/vite.yaml: no such dossier; there is none yet"]
    folder.path.rmdir()
    assert problems_of(folder) == ["dossiers/: no such folder"]


def test_a_yml_file_is_told_to_be_renamed(folder: Any) -> None:
    folder.put().rename(folder.path / "vite.yml")
    assert problems_of(folder) == ["dossiers/vite.yaml: no such file; rename vite.yml to vite.yaml"]
    loaded, problems = check_folder(folder.path)
    assert loaded == ()
    assert [str(problem) for problem in problems] == ["dossiers/vite.yml: is not read: rename it to vite.yaml"]


def test_the_slug_must_be_the_file_name(folder: Any) -> None:
    folder.put(old="slug: vite", new="slug: vitest")
    assert problems_of(folder) == ["dossiers/vite.yaml:1: slug: must be `vite`, as the file is named (found 'vitest')"]


def test_the_same_slug_asked_for_twice_is_told_once(folder: Any) -> None:
    folder.put()
    with pytest.raises(InputProblems) as caught:
        load_dossiers(folder.path, ["vite", "vite", "vite"])
    assert [problem.message for problem in caught.value.problems] == ["'vite' is asked for twice"]


def test_one_slug_in_two_files_names_both(folder: Any) -> None:
    folder.put("bun")
    folder.put("vite", old="slug: vite", new="slug: bun")
    _, problems = check_folder(folder.path)
    assert problems[0] == Problem("dossiers/vite.yaml", 1, "slug", "'bun' is already the slug of dossiers/bun.yaml")


def test_check_folder_loads_the_sound_and_tells_the_rest(folder: Any) -> None:
    folder.put("vite")
    folder.put("bun", old="maker: VoidZero", new="maker:")
    (folder.path / "Big Tool.yaml").write_text("slug: x\n")
    (folder.path / "README.md").write_text("not a dossier\n")
    loaded, problems = check_folder(folder.path)
    assert [item.dossier.slug for item in loaded] == ["vite"]
    assert [problem.file for problem in problems] == ["dossiers/Big Tool.yaml", "dossiers/bun.yaml"]
    assert "its name must be a slug" in problems[0].message


def test_check_folder_of_nothing(tmp_path: Path) -> None:
    assert check_folder(tmp_path) == ((), [])
    assert check_folder(tmp_path / "dossiers") == ((), [Problem("dossiers/", 0, "", "no such folder")])


def test_an_excerpt_needs_text_or_file_and_not_both(folder: Any) -> None:
    folder.put(old="    file: vite-notes.txt\n", new="")
    assert problems_of(folder) == [
        "dossiers/vite.yaml:19: evidence.1: needs a `text`, or a `file` that names a text file beside the dossier"
    ]
    folder.put(old="    file: vite-notes.txt\n", new="    file: vite-notes.txt\n    text: Also here.\n")
    assert problems_of(folder) == ["dossiers/vite.yaml:22: evidence.1.file: give a `text` or a `file`, not both"]


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd", "../secret.txt", "a/../../secret.txt", "sub/../vite-notes.txt", "./vite-notes.txt",
        "C:\\x.txt", "a\\b.txt", '"a\\0b"', '"a\\ud800"', "[a]", "", ".hidden", "x/" * 200 + "x", "~/x",
    ],
)  # fmt: skip
def test_an_untrusted_path_is_refused(folder: Any, path: str) -> None:
    (folder.path.parent / "secret.txt").write_text("a secret")
    folder.put(old="file: vite-notes.txt", new=f"file: {path}")
    (said,) = problems_of(folder)
    assert said.startswith("dossiers/vite.yaml:22: evidence.1.file: must name a file in the dossiers folder")
    assert "secret" not in said


def test_a_link_that_leads_outside_is_refused(folder: Any) -> None:
    (folder.path.parent / "secret.txt").write_text("a secret")
    folder.put()
    (folder.path / "vite-notes.txt").unlink()
    (folder.path / "vite-notes.txt").symlink_to("../secret.txt")
    outside = "a link that leads outside the dossiers folder"
    assert problems_of(folder) == [f"dossiers/vite.yaml:22: evidence.1.file: vite-notes.txt: {outside}"]
    (folder.path / "out").symlink_to(folder.path.parent, target_is_directory=True)
    folder.put("bun", old="bun-notes.txt", new="out/secret.txt")
    assert problems_of(folder, "bun") == [f"dossiers/bun.yaml:22: evidence.1.file: out/secret.txt: {outside}"]


def test_a_dossier_that_is_a_link_outside_is_refused(folder: Any) -> None:
    folder.put().rename(folder.path.parent / "elsewhere.yaml")
    (folder.path / "vite.yaml").symlink_to("../elsewhere.yaml")
    assert problems_of(folder) == ["dossiers/vite.yaml: a link that leads outside the dossiers folder"]


def test_links_within_the_folder_and_folders_below_are_fine(folder: Any) -> None:
    folder.put(old="vite-notes.txt", new="below/notes 7.0.txt")
    (folder.path / "below").mkdir()
    (folder.path / "below" / "notes 7.0.txt").symlink_to("../vite-notes.txt")
    (loaded,) = load_dossiers(folder.path, ["vite"])
    assert sorted(loaded.files) == ["below/notes 7.0.txt", "vite.yaml"]


def test_links_in_a_circle_and_other_oddities_are_problems(folder: Any) -> None:
    folder.put()
    notes = folder.path / "vite-notes.txt"
    notes.unlink()
    where = "dossiers/vite.yaml:22: evidence.1.file: vite-notes.txt: "
    assert problems_of(folder) == [where + "no such file"]
    notes.symlink_to("vite-notes.txt")
    assert problems_of(folder)[0].startswith(where + "cannot be read: ")
    notes.unlink()
    os.mkfifo(notes)
    assert problems_of(folder) == [where + "not a regular file"]
    notes.unlink()
    notes.write_bytes(b"caf\xe9")
    assert problems_of(folder) == [where + "not UTF-8: byte 0xe9 at offset 3"]
    notes.write_bytes(b"a" * (MAX_BYTES + 1))
    assert problems_of(folder)[0].startswith(where + "too large: ")


def test_what_is_wrong_with_a_files_text_is_told_at_the_file_key(folder: Any) -> None:
    folder.put(notes="word " * 500)
    (said,) = problems_of(folder)
    assert said.startswith("dossiers/vite.yaml:22: evidence.1.file: string should have at most 2000 characters")
    folder.put(notes=" \n")
    assert problems_of(folder)[0].startswith("dossiers/vite.yaml:22: evidence.1.file: string should have at least")


def test_a_huge_dossier_is_refused_unread(folder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with (folder.path / "vite.yaml").open("wb") as stream:
        stream.truncate(50_000_000)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("read"))
    assert problems_of(folder) == ["dossiers/vite.yaml: too large: 50,000,000 bytes; at most 262,144 are read"]


def test_hidden_characters_are_problems_in_any_text(folder: Any) -> None:
    folder.put(old="tagline: Next", new="tagline: Ne\u200bxt\u202e", notes="Node\u00ad 20\n")
    assert problems_of(folder) == [
        "dossiers/vite.yaml:5: tagline: hidden character U+200B ZERO WIDTH SPACE at character 3, and 1 more; delete it",
        "dossiers/vite.yaml:22: evidence.1.file: hidden character U+00AD SOFT HYPHEN at character 5; delete it",
    ]


def test_an_escaped_hidden_character_is_no_less_hidden(folder: Any) -> None:
    folder.put(old="maker: VoidZero", new='maker: "Void\\u200bZero"')
    assert "maker: hidden character U+200B" in problems_of(folder)[0]


def test_a_raw_control_character_is_told_with_its_line(folder: Any) -> None:
    folder.put(old="maker: VoidZero", new="maker: Void\x07Zero")
    assert problems_of(folder) == [
        "dossiers/vite.yaml:3: hidden character U+0007 CONTROL CHARACTER at character 12; delete it"
    ]


def test_control_tokens_are_no_problem_to_load(folder: Any) -> None:
    folder.put(old="The dev server", new="The <|im_start|> token and the dev server")
    (loaded,) = load_dossiers(folder.path, ["vite"])
    assert "<|im_start|>" in loaded.dossier.evidence[0].text


def test_what_is_still_to_do_is_told_once_and_only_as_that(folder: Any) -> None:
    folder.put(old="as_of: 2025-11-01", new='as_of: "TODO: the day you read the price"')
    (said,) = problems_of(folder)
    assert said.startswith("dossiers/vite.yaml:10: pricing.as_of: still to be filled in")
    folder.put(old="maker: VoidZero", new="maker: TODO")
    assert len(problems_of(folder)) == 1
    folder.put(notes="TODO\n")
    assert problems_of(folder)[0].startswith("dossiers/vite.yaml:22: evidence.1.file: still to be filled in")


def test_the_word_within_a_text_is_no_problem(folder: Any) -> None:
    folder.put(old="maker: VoidZero", new="maker: TODOist, the TODO people")
    assert problems_of(folder) == []


@pytest.mark.parametrize(
    "yaml",
    ["", "- a\n", "just words\n", "slug: [vite]\n", "evidence: 3\n", "evidence: [1, [2]]\n", "slug: vite\nslug: vite\n",
     'a: "\\UFFFFFFFF"\n', "%YAML 1." + "9" * 5000 + "\n---\na: 1\n", 'slug: "\\ud800"\n', "a: &b [*b]\n"],
)  # fmt: skip
def test_odd_yaml_is_problems(folder: Any, yaml: str) -> None:
    folder.put(yaml=yaml or "\n")
    assert problems_of(folder)


def test_a_problem_cannot_write_to_the_terminal(folder: Any) -> None:
    folder.put(old="maker: VoidZero", new='"\\e[31mred\\n": 1')
    for said in problems_of(folder):
        assert said.isprintable(), said


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_a_dossier_or_problems(raw: bytes) -> None:
    with tempfile.TemporaryDirectory() as place:
        Path(place, "vite.yaml").write_bytes(raw)
        problems: list[Problem] = []
        assert load_dossier(Path(place), "vite", problems) is None
        assert problems


PIECES = [
    "slug: vite\n", "evidence:\n", "- ", "  ", "id: e1\n", "file: ", "vite.yaml\n", "text: |\n", "[", "{", "}", ":",
    "\n", '"\\U', "FFFFFFFF", '"', "\\ud800", "%YAML 1.", "99", "---\n", "!!", "&a", "*a", "\u200b", "\x85", "\ufeff",
    "TODO", "<<: ",
]  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_any_yamlish_text_is_a_dossier_or_problems(text: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        Path(place, "vite.yaml").write_bytes(text.encode())
        problems: list[Problem] = []
        assert load_dossier(Path(place), "vite", problems) is None
        assert problems
        assert all(str(problem).isprintable() for problem in problems)


@settings(deadline=None)
@given(st.text(max_size=80))
def test_any_text_as_evidence_path_stays_inside(path: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        inner = Path(place, "dossiers")
        inner.mkdir()
        quoted = "".join(f"\\U{ord(character):08x}" for character in path)
        (inner / "vite.yaml").write_text(f'evidence:\n- file: "{quoted}"\n')
        problems: list[Problem] = []
        assert load_dossier(inner, "vite", problems) is None
        assert any(problem.field == "evidence.0.file" for problem in problems)


def test_the_front_is_cheap_and_sorted() -> None:
    assert panel.dossiers.__all__ == sorted(panel.dossiers.__all__)
    code = "import sys, panel.dossiers; print(*{'trafilatura', 'urllib3', 'lxml', 'markdown_it'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
