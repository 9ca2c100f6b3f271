"""Files of votes: read strictly, every problem at once, and written so that they can be read again.

Three shapes: CSV with the columns `tool,ships,votes`; CSV with the columns `tool,reader,call`, one vote a line; JSON as
`VotesFile` describes it, with either. Single votes are counted while they are read; who cast them is not kept.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from panel.errors import InputProblems, Problem
from panel.inputs import YamlTree, read_text, record_problems
from panel.readers.records import MAX_COUNT, ReaderVote, VoteCount, VotesFile
from panel.records import Call, Community

MAX_VOTES_BYTES = 16 * 1024 * 1024
MAX_PROBLEMS = 200
"""After so many, a file is not told line by line what is wrong with it."""

_COUNT_COLUMNS = ("tool", "ships", "votes")
_READER_COLUMNS = ("tool", "reader", "call")
_SHAPES = f"`{','.join(_COUNT_COLUMNS)}` or `{','.join(_READER_COLUMNS)}`"
_Row = tuple[int, str, dict[str, Any]]
"""A line, the path of a row within the file ("" in CSV), and its fields."""


def read_votes(path: Path) -> tuple[VoteCount, ...]:
    """Read votes from a CSV or JSON file; one whose name ends in `.json` or that begins with `{` is JSON.

    Returns:
        The counts by tool, tools sorted.

    Raises:
        InputProblems: everything that is wrong with the file.
    """
    problems: list[Problem] = []
    name = str(path)
    text = read_text(path, problems, name=name, max_bytes=MAX_VOTES_BYTES)
    if text is not None:
        is_json = path.suffix.lower() == ".json" or text.lstrip().startswith("{")
        rows = _json_rows(text, name, problems) if is_json else _csv_rows(text, name, problems)
        counts = _count(rows, name, problems)
        if not counts and not problems:
            problems.append(Problem(name, 0, "", "there are no votes in it"))
        if not problems:
            return tuple(sorted(counts, key=lambda count: count.tool))
    raise InputProblems(_shortened(problems, name))


def write_votes_csv(counts: Mapping[str, Community]) -> str:
    """Write counts as CSV, `tool,ships,votes`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COUNT_COLUMNS)
    writer.writerows((tool, votes.ships, votes.votes) for tool, votes in counts.items())
    return out.getvalue()


def write_votes_json(counts: Mapping[str, Community]) -> dict[str, Any]:
    """Return counts as the plain data of a `VotesFile`."""
    rows = [{"tool": tool, "ships": votes.ships, "votes": votes.votes} for tool, votes in counts.items()]
    return {"schema_version": 1, "votes": rows}


def votes_json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a JSON file of votes."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **VotesFile.model_json_schema()}


def _csv_rows(text: str, name: str, problems: list[Problem]) -> Iterator[_Row]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: Sequence[str] | None = None
    line = 1
    try:
        for cells in reader:
            here, line = line, reader.line_num + 1
            if not cells or not any(cell.strip() for cell in cells):
                continue
            if header is None:
                header = [cell.strip() for cell in cells]
                if sorted(header) not in (sorted(_COUNT_COLUMNS), sorted(_READER_COLUMNS)):
                    problems.append(Problem(name, here, "", f"the first line must name the columns: {_SHAPES}"))
                    return
            elif len(cells) != len(header):
                problems.append(Problem(name, here, "", f"has {len(cells)} fields, not {len(header)}"))
            else:
                fields = {column: cell.strip() for column, cell in zip(header, cells, strict=True)}
                yield here, "", {column: _number(column, cell) for column, cell in fields.items()}
    except csv.Error as error:
        problems.append(Problem(name, reader.line_num, "", f"not valid CSV: {error}"))
        return
    if header is None:
        problems.append(Problem(name, 0, "", f"the file is empty; its first line must name the columns: {_SHAPES}"))


def _number(column: str, cell: str) -> str | int:
    return int(cell) if column in ("ships", "votes") and re.fullmatch("[0-9]{1,12}", cell) else cell


class _Twice(ValueError):
    """A key stands in one JSON object twice."""


def _json_rows(text: str, name: str, problems: list[Problem]) -> Iterator[_Row]:
    try:
        data = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        problems.append(Problem(name, error.lineno, "", f"not valid JSON: {error.msg}"))
        return
    except RecursionError:
        problems.append(Problem(name, 0, "", "not valid JSON: nested too deeply"))
        return
    except ValueError as error:
        problems.append(Problem(name, 0, "", f"not valid JSON: {error}"))
        return
    rows = data.get("votes") if isinstance(data, dict) else None
    if not isinstance(rows, list):
        problems.append(Problem(name, 1, "votes", 'must be a list, in {"schema_version": 1, "votes": [...]}'))
        return
    try:
        # The rows have their own turn, with their own lines; one that is right stands in for them here.
        VotesFile.model_validate({**data, "votes": [VoteCount(tool="a", ships=0, votes=1)]})
    except ValidationError as error:
        problems.extend(record_problems(error, name, YamlTree()))
    for number, (line, row) in enumerate(zip(_row_lines(text), rows, strict=False)):
        if isinstance(row, dict):
            yield line, f"votes.{number}", row
        else:
            problems.append(Problem(name, line, f"votes.{number}", "must be an object"))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _Twice(f"{next(key for key in keys if keys.count(key) > 1)[:60]!r} is given twice in one object")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number of JSON")


def _row_lines(text: str) -> Iterator[int]:
    """Find the line on which each row of a valid file begins."""
    decoder, line, counted = json.JSONDecoder(), 1, 0
    start = re.search(r'"votes"\s*:\s*\[', text)
    at = start.end() if start else len(text)
    while begins := re.compile(r"[\s,]*([^\s,\]])").match(text, at):
        line += text.count("\n", counted, begins.start(1))
        counted = begins.start(1)
        yield line
        _, at = decoder.raw_decode(text, counted)


def _count(rows: Iterator[_Row], name: str, problems: list[Problem]) -> list[VoteCount]:
    """Check every row and count what can be counted; with problems, the counts mean nothing."""
    counts: list[VoteCount] = []
    sums: dict[str, list[int]] = {}
    seen: dict[tuple[str, ...], int] = {}
    first_shape = ""
    for line, place, fields in rows:
        single = "reader" in fields or "call" in fields
        shape = "single votes" if single else "counts"
        if shape != (first_shape := first_shape or shape):
            problems.append(Problem(name, line, place, f"this is one of {shape} in a file of {first_shape}"))
            continue
        record = _check(ReaderVote if single else VoteCount, fields, line, place, name, problems)
        if record is None:
            continue
        key = (record.tool, record.reader) if isinstance(record, ReaderVote) else (record.tool,)
        if key in seen:
            what = "this reader voted on this tool" if single else "this tool stands there"
            field = f"{place}.tool" if place else "tool"
            problems.append(Problem(name, line, field, f"{what} already, on line {seen[key]}"))
            continue
        seen[key] = line
        if isinstance(record, ReaderVote):
            ships_and_votes = sums.setdefault(record.tool, [0, 0])
            ships_and_votes[0] += record.call is Call.SHIP
            ships_and_votes[1] += 1
        else:
            counts.append(record)
    counts.extend(VoteCount(tool=tool, ships=ships, votes=votes) for tool, (ships, votes) in sums.items())
    return counts


def _check(
    model: type[ReaderVote] | type[VoteCount],
    fields: dict[str, Any],
    line: int,
    place: str,
    name: str,
    problems: list[Problem],
) -> ReaderVote | VoteCount | None:
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        for problem in record_problems(error, name, YamlTree()):
            field = ".".join(part for part in (place, problem.field) if part)
            message = problem.message
            if problem.field in ("ships", "votes") and "integer" in message:
                message = f"must be a whole number from 0 to {MAX_COUNT:,} (found {fields[problem.field]!r:.60})"
            problems.append(Problem(name, line, field, message))
        return None


def _shortened(problems: list[Problem], name: str) -> list[Problem]:
    if len(problems) <= MAX_PROBLEMS:
        return problems
    problems = sorted(problems)
    rest = problems[MAX_PROBLEMS:]
    return [*problems[:MAX_PROBLEMS], Problem(name, rest[0].line, "", f"{len(rest):,} more problems from here on")]
