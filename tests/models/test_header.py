from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from panel.errors import SetupError
from panel.models import EMBEDDED, find_model
from panel.models.header import check_can_draft, read_header

from .ggufs import write_model

CHAT = {"tokenizer__chat_template": "{{ messages }}"}


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value)) + value.encode()


def header(*pairs: bytes, version: int = 3, tensors: int = 1, count: int | None = None) -> bytes:
    pairs_said = len(pairs) if count is None else count
    return b"GGUF" + struct.pack("<IQQ", version, tensors, pairs_said) + b"".join(pairs)


def test_what_a_file_says_of_itself_is_read(tmp_path: Path) -> None:
    path = write_model(
        tmp_path / "a.gguf", tensors=2, one=1, half=0.5, yes=True, name="Ünique", words=["a", "b"], numbers=[1, 2, 3]
    )
    read = read_header(path)
    assert read.tensors == 2
    wanted = {"general.architecture": "llama", "one": 1, "half": 0.5, "yes": True, "name": "Ünique"}
    assert {key: read.fields.get(key) for key in wanted} == wanted
    assert not {"words", "numbers"} & set(read.fields)


def test_every_kind_of_number_and_nested_lists_are_walked_over(tmp_path: Path) -> None:
    codes = ["B", "b", "H", "h", "I", "i", "f", "?"]
    numbers = [*enumerate(codes), (10, "Q"), (11, "q"), (12, "d")]
    pairs = [text(code) + struct.pack(f"<I{code}", kind, 1) for kind, code in numbers]
    pairs.append(
        text("list of lists") + struct.pack("<IIQ", 9, 9, 1) + struct.pack("<IQ", 8, 2) + text("x") + text("y")
    )
    pairs.append(text("long") + struct.pack("<I", 8) + text("x" * ((1 << 20) + 1)))
    pairs.append(text("last") + struct.pack("<I", 8) + text("here"))
    path = tmp_path / "a.gguf"
    path.write_bytes(header(*pairs))
    fields = read_header(path).fields
    assert fields["last"] == "here" and fields["long"] == "…" and len(fields) == len(numbers) + 2


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "does not begin|cut off"),
        (b"GGUF", "cut off"),
        (b"PK\x03\x04 a zip", "does not begin"),
        (header(version=1), "version is 1"),
        (header(version=4), "version is 4"),
        (b"GGUF" + struct.pack(">IQQ", 3, 1, 0), "version is 50331648"),
        (header(count=1), "cut off"),
        (header(count=2**64 - 1), "cut off"),
        (header(struct.pack("<Q", 2**63) + b"key"), "cut off"),
        (header(text("k") + struct.pack("<I", 13)), "unknown type 13"),
        (header(text("k") + struct.pack("<IIQ", 9, 4, 2**62)), "cut off"),
        (header(text("k") + struct.pack("<IIQ", 9, 8, 2**62)), "cut off"),
        (header(text("k") + struct.pack("<IIQ", 9, 77, 1)), "unknown type 77"),
        (header(text("k") + struct.pack("<I", 9) + struct.pack("<IQ", 9, 1) * 5000), "unknown type 9"),
    ],
)
def test_a_damaged_header_is_refused(tmp_path: Path, data: bytes, what: str) -> None:
    path = tmp_path / "a.gguf"
    path.write_bytes(data)
    with pytest.raises(SetupError, match=what) as caught:
        read_header(path)
    assert str(path) in caught.value.message and caught.value.hint


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_rubbish_is_refused_and_never_an_accident(tmp_path: Path, data: st.DataObject) -> None:
    whole = header(
        text("a") + struct.pack("<IIQ", 9, 8, 2) + text("x") + text("y"), text("b") + struct.pack("<II", 4, 7)
    )
    path = tmp_path / "a.gguf"
    if data.draw(st.booleans()):
        path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
        with pytest.raises(SetupError):
            read_header(path)
        return
    broken = bytearray(whole)
    for at in data.draw(st.lists(st.integers(4, len(whole) - 1), min_size=1, max_size=4)):
        broken[at] = data.draw(st.integers(0, 255))
    path.write_bytes(broken)
    try:
        read_header(path)
    except SetupError as error:
        assert error.hint


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for name in ("none.gguf", "."):
        with pytest.raises(SetupError, match="cannot be read"):
            read_header(tmp_path / name)


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"tensors": 0, **CHAT}, "holds a vocabulary and no weights"),
        ({"split__count": 3, **CHAT}, "one of 3 parts"),
        ({"general__type": "adapter", **CHAT}, "no model but of the type 'adapter'"),
        ({"general__type": "mm\x1b[31mproj", **CHAT}, r"'mm\\x1b"),
        ({"architecture": "qwen3", "qwen3__pooling_type": 3, **CHAT}, "embedding model"),
        ({"architecture": "bert", "bert__attention__causal": False, **CHAT}, "embedding model"),
        ({}, "no chat template"),
    ],
)
def test_what_cannot_draft_is_refused(tmp_path: Path, fields: dict[str, Any], what: str) -> None:
    path = write_model(tmp_path / "a.gguf", **fields)
    with pytest.raises(SetupError, match=what) as caught:
        check_can_draft(path)
    assert caught.value.hint and "\x1b" not in caught.value.message


@pytest.mark.parametrize(
    "fields", [CHAT, {"split__count": 1, **CHAT}, {"llama__pooling_type": 0, "llama__attention__causal": True, **CHAT}]
)
def test_what_can_draft_is_let_through(tmp_path: Path, fields: dict[str, Any]) -> None:
    check_can_draft(write_model(tmp_path / "a.gguf", **fields))


def test_the_embedded_model_can_draft() -> None:
    check_can_draft(find_model(EMBEDDED, base=Path("/")).path)


def test_a_hostile_name_is_told_harmlessly(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"a\x1b[31m\n\xff.gguf")
    path.write_bytes(b"GGUF")
    with pytest.raises(SetupError) as caught:
        read_header(path)
    assert caught.value.message.isprintable()
    caught.value.message.encode()
