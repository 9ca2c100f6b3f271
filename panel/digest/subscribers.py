"""The list of readers to send to, from a CSV file: checked whole, every problem at once, before anybody is sent to."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from panel.digest.message import is_unsubscribe_url
from panel.errors import InputProblems, Problem
from panel.inputs import read_text
from panel.mail import normalise_address

ADDRESS, UNSUBSCRIBE = "address", "unsubscribe_url"
MAX_LIST_BYTES = 256 * 1024 * 1024
_COLUMNS = f"`{ADDRESS}`, or `{ADDRESS},{UNSUBSCRIBE}`"


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One reader to send to.

    Attributes:
        address: as `normalise_address` spells it.
        unsubscribe_url: where this reader unsubscribes; "" without one.
    """

    address: str
    unsubscribe_url: str = ""


@dataclass(frozen=True, slots=True)
class SubscriberList:
    """A list as it was read.

    Attributes:
        subscribers: each address once, in the order of the file.
        notes: what was odd but no problem: addresses that came twice.
    """

    subscribers: tuple[Subscriber, ...]
    notes: tuple[str, ...] = ()


def read_subscribers(path: Path, *, name: str = "") -> SubscriberList:
    """Read a list: a header row, then `address[,unsubscribe_url]` a row; UTF-8, any line ends, empty rows left out.

    An address that comes again, in any spelling, counts once, with the first row that names it.

    Raises:
        InputProblems: everything that is wrong, with line and field; an empty list is wrong.
    """
    problems: list[Problem] = []
    name = name or str(path)
    text = read_text(path, problems, name=name, max_bytes=MAX_LIST_BYTES)
    found: dict[str, Subscriber] = {}
    notes: list[str] = []
    if text is not None:
        _read_rows(text, name, found, notes, problems)
        if not found and not problems:
            problems.append(Problem(name, 0, "", "there is no address in it"))
    if problems:
        raise InputProblems(problems)
    return SubscriberList(tuple(found.values()), tuple(notes))


def _read_rows(text: str, name: str, found: dict[str, Subscriber], notes: list[str], problems: list[Problem]) -> None:
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    columns: Sequence[str] | None = None
    lines: dict[str, int] = {}
    try:
        for row in rows:
            if not any(cell.strip() for cell in row):
                continue
            if columns is None:
                columns = [cell.strip() for cell in row]
                if columns not in ([ADDRESS], [ADDRESS, UNSUBSCRIBE], [UNSUBSCRIBE, ADDRESS]):
                    said = f"the first row must name the columns: {_COLUMNS}"
                    problems.append(Problem(name, rows.line_num, "", said))
                    return
                continue
            subscriber = _read_row(row, columns, name, rows.line_num, problems)
            if subscriber is None:
                continue
            if subscriber.address in found:
                said = "counted once" if found[subscriber.address] == subscriber else "counted once, as in that row"
                notes.append(f"{name}:{rows.line_num}: the same address as in line {lines[subscriber.address]}; {said}")
            else:
                found[subscriber.address] = subscriber
                lines[subscriber.address] = rows.line_num
    except csv.Error as error:
        problems.append(Problem(name, rows.line_num, "", f"not valid CSV: {error}"))


def _read_row(
    row: Sequence[str], columns: Sequence[str], name: str, line: int, problems: list[Problem]
) -> Subscriber | None:
    if len(row) != len(columns):
        message = f"{len(row)} cells where the first row names {len(columns)}"
        problems.append(Problem(name, line, "", message))
        return None
    cells = dict(zip(columns, (cell.strip(" ") for cell in row), strict=True))
    address, url = normalise_address(cells[ADDRESS]), cells.get(UNSUBSCRIBE, "")
    if address is None:
        problems.append(Problem(name, line, ADDRESS, f"not a mail address: {_shown(cells[ADDRESS])}"))
    if url and not is_unsubscribe_url(url):
        said = f"not a web address of at most 900 plain characters: {_shown(url)}"
        problems.append(Problem(name, line, UNSUBSCRIBE, said))
        return None
    return Subscriber(address, url) if address is not None else None


def _shown(text: str) -> str:
    return ascii(text if len(text) <= 80 else f"{text[:79]}…")
