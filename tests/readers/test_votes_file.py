"""Files of votes: read strictly, all problems at once."""

from __future__ import annotations

import json
import os
from pathlib import Path

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from panel.errors import InputProblems
from panel.readers import VoteCount, read_votes, votes_file, votes_json_schema, write_votes_csv, write_votes_json
from panel.records import Community

ROOT = Path(__file__).parents[2]


def write(tmp_path: Path, content: str | bytes, name: str = "votes.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def problems_of(path: Path) -> list[tuple[int, str, str]]:
    with pytest.raises(InputProblems) as refused:
        read_votes(path)
    assert all(problem.file == str(path) for problem in refused.value.problems)
    return [(problem.line, problem.field, problem.message) for problem in refused.value.problems]


def counted(*rows: tuple[str, int, int]) -> tuple[VoteCount, ...]:
    return tuple(VoteCount(tool=tool, ships=ships, votes=votes) for tool, ships, votes in rows)


@pytest.mark.parametrize(
    "content",
    [
        "tool,ships,votes\nzed,1,2\naider,0,3\n",
        "\ufefftool,ships,votes\r\nzed,1,2\r\n\r\naider,0,3",
        'votes, tool ,ships\n2,zed,1\n"3"," aider ",0\n',
        "tool,reader,call\nzed,u1,ship\nzed,u2,skip\naider,u1,skip\naider,u2,skip\naider,u3,skip\n",
        '{"schema_version": 1, "votes": [{"tool": "zed", "ships": 1, "votes": 2},'
        ' {"tool": "aider", "ships": 0, "votes": 3}]}',
    ],
)
def test_every_shape_says_the_same(tmp_path: Path, content: str) -> None:
    assert read_votes(write(tmp_path, content)) == counted(("aider", 0, 3), ("zed", 1, 2))


def test_every_problem_of_a_csv_is_told_at_once(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "tool,ships,votes\naider,5,4\nBad Slug,1,2\n../etc,1,2\nzed,x,-1\ncline,1\naider2,0,0\n"
        '"q\nr",1,1\nok,1,1\nok,1,2\n',
    )
    told = problems_of(path)
    assert [(line, field) for line, field, _ in told] == [
        (2, ""), (3, "tool"), (4, "tool"), (5, "ships"), (5, "votes"), (6, ""), (7, "votes"), (8, "tool"), (11, "tool"),
    ]  # fmt: skip
    assert told[0][2] == "more ships (5) than votes (4)" and told[-1][2].endswith("on line 10")


def test_every_problem_of_single_votes_is_told_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, "tool,reader,call\na,u1,ship\na,u1,skip\na,,ship\na,u2,Ship\na,u3,maybe\n")
    assert [(line, field) for line, field, _ in problems_of(path)] == [
        (3, "tool"),
        (4, "reader"),
        (5, "call"),
        (6, "call"),
    ]


def test_every_problem_of_a_json_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    rows = [
        '{"tool": "a", "ships": 2, "votes": 1}', '{"tool": "b", "ships": "1", "votes": true}', '{"tool": "c"}',
        '{"tool": "d", "ships": 0, "votes": 1, "extra": [[1], {"votes": [2]}]}', "null",
        '{"tool": "e", "reader": "x", "call": "ship"}', '{"tool": "f", "ships": 1e999, "votes": 1.5}',
    ]  # fmt: skip
    path = write(tmp_path, '{"schema_version": 2, "more": 1,\n"votes": [\n' + ",\n".join(rows) + "]}", "votes.json")
    told = {(line, field) for line, field, _ in problems_of(path)}
    assert told == {
        (1, "schema_version"), (1, "more"), (3, "votes.0"), (4, "votes.1.ships"), (4, "votes.1.votes"),
        (5, "votes.2.ships"), (5, "votes.2.votes"), (6, "votes.3.extra"), (7, "votes.4"), (8, "votes.5"),
        (9, "votes.6.ships"), (9, "votes.6.votes"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "name", "line", "said"),
    [
        ("", "v.csv", 0, "the file is empty"),
        ("\n \n", "v.csv", 0, "the file is empty"),
        ("tool,ships,votes\n", "v.csv", 0, "no votes"),
        ("tool;ships;votes\na;1;1\n", "v.csv", 1, "must name the columns"),
        ("a,1,1\n", "v.csv", 1, "must name the columns"),
        ('tool,ships,votes\n"a,1,1\n', "v.csv", 2, "not valid CSV"),
        (b"tool,ships,votes\n\xff,1,1\n", "v.csv", 2, "not UTF-8"),
        ("x" * 200_000, "v.csv", 1, "not valid CSV"),
        ("{", "v.csv", 1, "not valid JSON"),
        ("", "v.json", 1, "not valid JSON"),
        ("[]", "v.json", 1, "must be a list"),
        ('{"schema_version": 1, "votes": []}', "v.json", 0, "no votes"),
        ('{"schema_version": 1, "schema_version": 1, "votes": []}', "v.json", 0, "given twice"),
        ('{"schema_version": 1, "votes": [NaN]}', "v.json", 0, "not a number"),
        ("[" * 200_000, "v.json", 0, "nested too deeply"),
        ('{"schema_version": 1, "votes": [' + "9" * 5000 + "]}", "v.json", 0, "not valid JSON"),
    ],
)
def test_a_file_that_is_no_file_of_votes(tmp_path: Path, content: str | bytes, name: str, line: int, said: str) -> None:
    ((found, _, message),) = problems_of(write(tmp_path, content, name))
    assert found == line and said in message


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = write(tmp_path, "tool,ships,votes\n")
    os.truncate(path, votes_file.MAX_VOTES_BYTES + 1)
    assert "too large" in problems_of(path)[0][2]
    assert "no such file" in problems_of(tmp_path / "absent.csv")[0][2]
    assert "not a regular file" in problems_of(tmp_path)[0][2]


def test_a_hopeless_file_is_told_shortly(tmp_path: Path) -> None:
    told = problems_of(write(tmp_path, "tool,ships,votes\n" + "!,1,1\n" * 1000))
    assert len(told) == votes_file.MAX_PROBLEMS + 1 and told[-1][2].startswith("800 more problems")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: f"tool,ships,votes\n{text}".encode()))
def test_whatever_is_in_a_file_is_votes_or_problems(tmp_path: Path, content: bytes) -> None:
    path = write(tmp_path, content)
    try:
        assert read_votes(path)
    except InputProblems as refused:
        assert refused.problems


@given(
    st.dictionaries(st.from_regex(r"\A[a-z0-9]{1,9}\Z"), st.tuples(st.integers(0, 99), st.integers(1, 99)), min_size=1)
)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_is_read_again(tmp_path: Path, rows: dict[str, tuple[int, int]]) -> None:
    counts = {tool: Community(ships=ships, votes=ships + skips) for tool, (ships, skips) in sorted(rows.items())}
    wanted = counted(*((tool, votes.ships, votes.votes) for tool, votes in counts.items()))
    data = write_votes_json(counts)
    jsonschema.validate(data, votes_json_schema())
    assert read_votes(write(tmp_path, json.dumps(data), "v.json")) == wanted
    assert read_votes(write(tmp_path, write_votes_csv(counts))) == wanted


def test_the_committed_schema_is_the_code_s() -> None:
    committed = json.loads((ROOT / "schemas" / "votes.schema.json").read_text(encoding="utf-8"))
    assert committed == votes_json_schema()
    jsonschema.Draft202012Validator.check_schema(committed)
