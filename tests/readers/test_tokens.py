"""Cookies and tokens cannot be made, changed or used for anything else."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.errors import Corrupt
from panel.readers import Tokens, unsubscribe_url
from panel.readers.tokens import CSRF_S, load_tokens

TOKENS = Tokens(b"s" * 32)
NOW = 1_800_000_000


def test_a_cookie_names_its_reader() -> None:
    reader = TOKENS.new_reader()
    assert TOKENS.read_reader(TOKENS.sign_reader(reader)) == reader
    assert reader != TOKENS.new_reader()


@given(st.text(max_size=100) | st.from_regex(r"\A[A-Za-z0-9_=-]{22}\.[A-Za-z0-9_-]{43}\Z"))
def test_a_forged_cookie_is_nobody_s(cookie: str) -> None:
    assert TOKENS.read_reader(cookie) is None


@given(st.data())
def test_a_changed_cookie_is_nobody_s(data: st.DataObject) -> None:
    cookie = TOKENS.sign_reader(b"r" * 16)
    at = data.draw(st.integers(0, len(cookie) - 1))
    char = data.draw(st.characters().filter(lambda char: char != cookie[at]))
    assert TOKENS.read_reader(cookie[:at] + char + cookie[at + 1 :]) is None
    assert TOKENS.read_reader(cookie + char) is None and TOKENS.read_reader(cookie[:at]) is None


def test_another_service_s_cookie_is_nobody_s() -> None:
    assert TOKENS.read_reader(Tokens(b"t" * 32).sign_reader(b"r" * 16)) is None


def test_a_form_s_token_is_its_reader_s_for_a_day() -> None:
    token = TOKENS.csrf(b"r" * 16, NOW)
    assert TOKENS.csrf_holds(token, b"r" * 16, NOW) and TOKENS.csrf_holds(token, b"r" * 16, NOW + CSRF_S)
    assert not TOKENS.csrf_holds(token, b"q" * 16, NOW)
    assert not TOKENS.csrf_holds(token, b"r" * 16, NOW + CSRF_S + 1)
    later = f"{NOW + 9999:x}.{token.partition('.')[2]}"
    assert not TOKENS.csrf_holds(later, b"r" * 16, NOW + 9999)
    for hostile in ("", ".", "x.y", f"{NOW:x}", f"-{NOW:x}.", "f" * 5000, "\ud800.x", f"+{token}", f" {token}"):
        assert not TOKENS.csrf_holds(hostile, b"r" * 16, NOW)


def test_a_token_of_one_kind_is_none_of_another() -> None:
    assert TOKENS.confirm("a@x.example", 1) != TOKENS.unsubscribe("a@x.example\n1")
    assert TOKENS.confirm("a@x.example", 1) != TOKENS.confirm("a@x.example", 2)
    assert TOKENS.unsubscribe("a@x.example") == Tokens(b"s" * 32).unsubscribe("a@x.example")
    assert unsubscribe_url("https://p.example/", "a@x.example", TOKENS).startswith(
        "https://p.example/unsubscribe?token="
    )
    assert "a@x" not in unsubscribe_url("https://p.example", "a@x.example", TOKENS)


def test_the_secret_is_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "readers"
    with ThreadPoolExecutor(8) as pool:
        made = {tokens.fingerprint for tokens in pool.map(lambda _: load_tokens(folder), range(16))}
    assert len(made) == 1
    assert stat.S_IMODE((folder / "secret").stat().st_mode) == 0o600 and [p.name for p in folder.iterdir()] == [
        "secret"
    ]
    (folder / "secret").write_bytes(b"")
    with pytest.raises(Corrupt):
        load_tokens(folder)
