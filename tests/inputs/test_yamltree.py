"""YAML as plain data with lines; whatever is given, problems and no exceptions."""

from __future__ import annotations

import itertools
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from panel.errors import Problem
from panel.inputs import MAX_BYTES, parse_yaml, read_bytes, read_record, read_text
from panel.records import Persona


def parse(text: str) -> tuple[Any, list[str]]:
    problems: list[Problem] = []
    tree = parse_yaml(text, "x.yaml", problems)
    return (tree.data if tree else None), [str(problem) for problem in problems]


def test_scalars_stay_text_and_lines_are_remembered() -> None:
    problems: list[Problem] = []
    tree = parse_yaml("a: 1.10\nb:\n  - no\n  - c: 2026-11-02\nd: ~\ne: 'null'\nf:\n", "x.yaml", problems)
    assert tree and problems == []
    assert tree.data == {"a": "1.10", "b": ["no", {"c": "2026-11-02"}], "d": None, "e": "null", "f": None}
    assert tree.line_of(("b", 1, "c")) == 4 and tree.line_of(("b", 1, "nothing")) == 4
    assert tree.line_of(("nothing",)) == 1 and tree.line_of(()) == 1
    assert parse("") == (None, []) and parse("# only a comment\n") == (None, [])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: &x 1\nb: *x\n", "x.yaml:1: not valid YAML: anchors and aliases are not allowed"),
        ("a: [&b [x, x], *b]\n", "x.yaml:1: not valid YAML: anchors"),
        ("a: 1\nb: *nothing\n", "x.yaml:2: not valid YAML: anchors"),
        ("a: 1\na: 2\n", "x.yaml:2: a: given twice, first on line 1"),
        ("a:\n  b: 1\n  b: 2\n", "x.yaml:3: a.b: given twice, first on line 2"),
        ("a: !!str x\n", "x.yaml:1: a: the tag tag:yaml.org,2002:str is not allowed"),
        ("a: !!python/object/apply:os.system [x]\n", "x.yaml:1: a: the tag"),
        ("a: !foo {b: 1}\n", "x.yaml:1: a: the tag !foo is not allowed"),
        ("b: 1\n? [a, b]\n: c\n", "x.yaml:2: a key must be a plain word"),
        ("a: 1\n---\nb: 2\n", "x.yaml:2: not valid YAML: expected a single document in the stream"),
        ("a: 1\nb: [\n", "x.yaml:3: not valid YAML"),
        ("a: 1\n\tb: 2\n", "x.yaml:2: not valid YAML"),
        ("a: 1\nb: \x07\n", "x.yaml:2: not valid YAML: the character U+0007 is not allowed"),
        ('a: "\\UFFFFFFFF"\n', "x.yaml: not valid YAML"),
        ("a: " + "[" * 20 + "]" * 20, "x.yaml:1: not valid YAML: nested deeper than 12 levels"),
        ("%YAML 9.9\n---\na: 1\n", "x.yaml:1: not valid YAML"),
        ("%YAML 1." + "9" * 5000 + "\n---\na: 1\n", "x.yaml: not valid YAML"),
    ],
)
def test_what_is_refused_is_told_with_its_line(text: str, told: str) -> None:
    problems = parse(text)[1]
    assert problems and problems[0].startswith(told), problems


def test_what_stands_beside_a_problem_is_still_checked() -> None:
    data, problems = parse("a: !!str x\nb: 1\nb: 2\nc: {d: 3}\n")
    assert data == {"a": None, "b": "1", "c": {"d": "3"}} and len(problems) == 2


LETTERS = "abcdefghi"
LAUGHS = "a: &a [x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{f'*{old}, ' * 9}]\n" for old, new in itertools.pairwise(LETTERS)
)


@pytest.mark.parametrize(
    "bomb",
    [
        LAUGHS, "[" * 100_000, "{a: " * 50_000, "- " * 100_000, "? " * 100_000, "'" * 100_001, "a" * MAX_BYTES,
    ],
)  # fmt: skip
def test_bombs_end_soon(bomb: str) -> None:
    began = time.monotonic()
    parse(bomb)
    assert time.monotonic() - began < 20


@settings(max_examples=300, deadline=None)
@given(st.text() | st.text(alphabet="a:- \n'\"[]{}?!&*|>%#,\t\\x0"))
@example("\ud800")
@example('"\\UFFFFFFFF"')
@example("\x85 :")
@example("a: !<tag:yaml.org,2002:map> x")
@example("=: 1\n<<: {a: 1}")
@example("2026-99-99: 0b2\n? !!binary x\n: y")
def test_no_text_raises(text: str) -> None:
    problems: list[Problem] = []
    tree = parse_yaml(text, "x.yaml", problems)
    assert tree is not None or problems
    for problem in problems:
        assert 0 <= problem.line <= len(text.splitlines()) + 1 and problem.message


@settings(max_examples=200, deadline=None)
@given(st.binary())
def test_no_bytes_raise(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(data)
    problems: list[Problem] = []
    assert read_record(path, Persona, problems) is None and problems


def test_files_that_are_none(tmp_path: Path) -> None:
    def told(path: Path) -> str:
        problems: list[Problem] = []
        assert read_bytes(path, problems, name="x") is None and read_text(path, problems, name="x") is None
        assert problems[0] == problems[1]
        return str(problems[0])

    assert told(tmp_path / "none") == "x: no such file"
    assert told(tmp_path) == "x: not a regular file"
    assert told(Path("/dev/zero")) == "x: not a regular file"
    assert told(tmp_path / ("n" * 300)) == "x: cannot be read: File name too long"
    (tmp_path / "large").write_bytes(b"x" * (MAX_BYTES + 1))
    assert told(tmp_path / "large") == "x: too large: 262,145 bytes; at most 262,144 are read"


def test_a_mark_at_the_beginning_is_dropped_and_a_bad_byte_is_placed(tmp_path: Path) -> None:
    path = tmp_path / "x"
    problems: list[Problem] = []
    path.write_bytes(b"\xef\xbb\xbfa\r\n")
    assert read_text(path, problems) == "a\r\n" and problems == []
    path.write_bytes(b"a\nb\n\xe9\n")
    assert read_text(path, problems, name="x") is None
    assert str(problems[0]) == "x:3: not UTF-8: byte 0xe9 at offset 4"


def test_a_file_that_is_no_mapping(tmp_path: Path) -> None:
    for text, words in (("", "the file is empty"), ("- a\n", "not a mapping"), ("x\n", "not a mapping")):
        (tmp_path / "x").write_text(text)
        problems: list[Problem] = []
        assert read_record(tmp_path / "x", Persona, problems) is None
        assert words in str(problems[0])
