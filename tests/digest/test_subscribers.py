from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.digest import Subscriber, read_subscribers
from panel.errors import InputProblems


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "list.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path


def problems(folder: Path, text: str | bytes) -> list[tuple[int, str, str]]:
    with pytest.raises(InputProblems) as refused:
        read_subscribers(written(folder, text), name="list.csv")
    assert {problem.file for problem in refused.value.problems} == {"list.csv"}
    return [(problem.line, problem.field, problem.message) for problem in refused.value.problems]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_list_is_read_whatever_wrote_it(tmp_path: Path, mark: str, end: str) -> None:
    rows = ["address,unsubscribe_url", "Ada@Reader.example,https://desk.example/u?t=1", "", '"b@reader.example",', ","]
    read = read_subscribers(written(tmp_path, mark + end.join(rows) + end))
    assert read.subscribers == (
        Subscriber("ada@reader.example", "https://desk.example/u?t=1"),
        Subscriber("b@reader.example"),
    )
    assert read.notes == ()


def test_the_second_column_can_be_left_out_or_come_first(tmp_path: Path) -> None:
    assert read_subscribers(written(tmp_path, "address\na@b.example\n")).subscribers == (Subscriber("a@b.example"),)
    swapped = read_subscribers(written(tmp_path, "unsubscribe_url,address\nhttps://x.example/,a@b.example\n"))
    assert swapped.subscribers == (Subscriber("a@b.example", "https://x.example/"),)


def test_every_problem_is_told_at_once_with_its_line_and_field(tmp_path: Path) -> None:
    text = (
        "address,unsubscribe_url\n"
        "not an address,https://desk.example/\n"
        "ada@reader.example\n"
        "b@reader.example,javascript:alert(1)\n"
        '"c@reader.example\nBcc: d@reader.example",\n'
        "=1+1@reader.example,ftp://x.example/\n"
    )
    found = problems(tmp_path, text)
    assert [(line, field) for line, field, _ in found] == [
        (2, "address"),
        (3, ""),
        (4, "unsubscribe_url"),
        (6, "address"),
        (7, "address"),
        (7, "unsubscribe_url"),
    ]
    assert "1 cells where the first row names 2" in found[1][2] and "\\n" in found[3][2]


@pytest.mark.parametrize(
    "text",
    [
        "ada@reader.example\n",
        "Address\nada@reader.example\n",
        "email\nada@reader.example\n",
        "address,state\nada@reader.example,unsubscribed\n",
        "address,address\na@b.example,a@b.example\n",
    ],
)
def test_the_header_row_is_required(tmp_path: Path, text: str) -> None:
    ((line, _, message),) = problems(tmp_path, text)
    assert line == 1 and "the first row must name the columns" in message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "there is no address in it"),
        ("address\n\n", "there is no address in it"),
        (b"address\n\xff@reader.example\n", "not UTF-8"),
        ('address\n"ada@reader.example\n', "not valid CSV"),
        ('address\n"a"b@reader.example\n', "not valid CSV"),
    ],
)
def test_what_is_no_list_is_refused(tmp_path: Path, text: str | bytes, message: str) -> None:
    assert message in problems(tmp_path, text)[0][2]


def test_an_address_that_comes_again_counts_once(tmp_path: Path) -> None:
    text = "address,unsubscribe_url\nada@reader.example,\nADA@reader.EXAMPLE,\nAda@reader.example,https://x.example/\n"
    read = read_subscribers(written(tmp_path, text), name="list.csv")
    assert read.subscribers == (Subscriber("ada@reader.example"),)
    assert read.notes == (
        "list.csv:3: the same address as in line 2; counted once",
        "list.csv:4: the same address as in line 2; counted once, as in that row",
    )


@given(st.text(alphabet=st.sampled_from('address,unsubscribe_url\r\n"@.\x00\u202eab:/'), max_size=60))
def test_no_file_gives_an_address_that_could_break_a_header(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = written(tmp_path_factory.mktemp("lists"), "address,unsubscribe_url\r\n" + text)
    try:
        read = read_subscribers(path)
    except InputProblems:
        return
    for one in read.subscribers:
        assert one.address.isascii() and one.address.isprintable() and " " not in one.address
        assert one.unsubscribe_url.isascii() and (not one.unsubscribe_url or one.unsubscribe_url.isprintable())
