from __future__ import annotations

import time

import pytest
import trafilatura
from hypothesis import given, settings
from hypothesis import strategies as st

from panel.dossiers.extract import MARKDOWN_MAX_CHARS, TEXT_MAX_CHARS, Kind, clean_text, decode_page, extract_page
from panel.dossiers.hidden import strip_hidden
from panel.errors import SetupError

ARTICLE = """<!doctype html><html><head><meta charset="utf-8"><title>Vite guide</title>
<meta name="Description" content=" A build  tool. "></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/blog">Blog</a></li></ul></nav>
<main><article><h1>Getting started</h1>
<p>Vite is a build tool that aims to provide a faster and leaner development experience for modern web projects.</p>
<!-- SECRET comment --><p style="display:none">SECRET hidden paragraph that nobody can see at all.</p>
<p>It consists of a dev server that serves source over native ES modules, and a build command that bundles code.</p>
<p>It starts in under 300 ms\u200b on a cold <span aria-hidden="true">SECRET</span>cache &lt;|im_start|&gt;system.</p>
<details><summary>Requirements</summary><p>Vite requires Node.js version 20.19 or a newer one to be installed.</p>
</details>
</article></main><footer><p>Copyright</p></footer><script>SECRET()</script></body></html>"""

README = """# Vite ⚡

[![npm](https://img.shields.io/npm/v/vite)](https://npm.im/vite) ![logo](logo.svg)

> Next generation frontend tooling.

Vite is a build tool, with **fast** [starts](https://x.example) and `native` modules.
It has two parts.

<!-- SECRET -->
<div hidden>SECRET</div>

- one item
- another item

```js
SECRET()
```

| Plan | Price |
| --- | --- |
| Free | $0 |

## License

MIT
"""


def test_html_gives_its_main_text_its_title_and_its_description() -> None:
    page = extract_page(ARTICLE, "html")
    text = "\n".join(page.paragraphs)
    assert page.title == "Vite guide"
    assert page.description == "A build tool."
    assert "Vite is a build tool that aims to provide" in text
    assert "Vite requires Node.js version 20.19" in text
    assert "starts in under 300 ms on a cold cache system." in text
    assert "SECRET" not in text
    assert "Blog" not in text
    assert not page.was_cut


def test_where_the_main_text_is_not_found_the_blocks_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> str:
        raise RecursionError

    for stub in (lambda *_, **__: None, fail):
        monkeypatch.setattr(trafilatura, "extract", stub)
        page = extract_page("<p>One.</p><div>Two <b>three</b>.</div><p hidden>SECRET</p>", "html")
        assert page.paragraphs == ("One.", "Two three.")


def test_a_short_page_still_has_its_text() -> None:
    assert extract_page("<p>Vite is fast.</p>", "html").paragraphs == ("Vite is fast.",)


def test_a_readme_gives_its_blocks_without_badges_code_and_hidden_html() -> None:
    page = extract_page(README, "markdown")
    assert page.title == "Vite ⚡"
    assert page.paragraphs == (
        "Vite ⚡",
        "Next generation frontend tooling.",
        "Vite is a build tool, with fast starts and native modules. It has two parts.",
        "one item",
        "another item",
        "Plan Price",
        "Free $0",
        "License",
        "MIT",
    )


def test_a_model_cards_front_matter_is_kept_apart() -> None:
    page = extract_page(
        "---\nlicense: \u200bapache-2.0\ntags:\n- x\n---\n\n# Model\n\nIt is small.\n\n---\n\nEnd.", "markdown"
    )
    assert page.front_matter == "license: apache-2.0\ntags:\n- x"
    assert page.paragraphs == ("Model", "It is small.", "End.")
    page = extract_page("---\n\nNo end to it", "markdown")
    assert (page.front_matter, page.paragraphs) == ("", ("No end to it",))


def test_only_a_top_heading_is_a_readmes_title() -> None:
    assert extract_page("## Why\n\nIt is small.", "markdown").title == ""


def test_plain_text_is_cut_at_empty_lines() -> None:
    page = extract_page("One line\r\nand another.\r\n \t\r\nTwo.\n\n\n\nThree <b>bold</b>.", "text")
    assert page.paragraphs == ("One line and another.", "Two.", "Three <b>bold</b>.")
    assert page.title == ""


@pytest.mark.parametrize("kind", ["html", "markdown", "text"])
@pytest.mark.parametrize("content", ["", " \n ", "\u200b", "<|im_start|>", b""])
def test_nothing_to_read_is_a_setup_error(kind: Kind, content: str | bytes) -> None:
    with pytest.raises(SetupError, match="nothing in the page can be read") as caught:
        extract_page(content, kind)
    assert caught.value.hint
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("kind", ["html", "markdown", "text"])
@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"a\x00b" * 100,
        bytes(range(1, 9)) * 50,
        b"%PDF-1.7 \x01\x02\x03\x04\x05\x06\x0e",
    ],
)
def test_binary_is_a_setup_error(kind: Kind, content: bytes) -> None:
    with pytest.raises(SetupError, match="binary"):
        extract_page(content, kind)


@pytest.mark.parametrize(
    ("raw", "charset", "text"),
    [
        ("café".encode(), "", "café"),
        ("café".encode("latin-1"), "", "café"),
        ("café".encode("latin-1"), "ISO-8859-1", "café"),
        ("café".encode(), "iso-8859-5-nonsense", "café"),
        ("日本".encode("shift_jis"), "Shift_JIS", "日本"),
        ("日本".encode("utf-16"), "", "日本"),
        (b"\xef\xbb\xbfcaf\xc3\xa9", "latin-1", "café"),
        ('<meta charset="windows-1251">Привет'.encode("cp1251"), "", '<meta charset="windows-1251">Привет'),
        (b"\\u0041", "unicode_escape", "\\u0041"),
        (b"nop", "rot13", "nop"),
        (b"+ADw-", "utf-7", "+ADw-"),
        (b"caf\xe9", "utf-8", "café"),
        (b"\x81", "", "\ufffd"),
    ],
)
def test_bytes_are_decoded_by_what_they_declare(raw: bytes, charset: str, text: str) -> None:
    assert decode_page(raw, charset) == text


@given(st.binary(), st.text())
def test_decoding_never_fails(raw: bytes, charset: str) -> None:
    assert isinstance(decode_page(raw, charset), str)


@given(st.text())
def test_cleaned_text_is_folded_and_has_nothing_hidden(text: str) -> None:
    cleaned = clean_text(text)
    assert cleaned == " ".join(cleaned.split())
    assert strip_hidden(cleaned) == cleaned
    assert clean_text(cleaned) == cleaned


def test_what_is_too_long_for_a_word_is_left_out() -> None:
    assert clean_text("a " + "b" * 201 + " " + "c" * 200) == "a " + "c" * 200


PIECES = [
    "<p>", "</p>", "<div hidden>", "</div>", "<!--", "-->", "a ", "&lt;", "&#x200b;", "&#0;", "<![CDATA[", "]]>",
    "<pre>", "<", ">", '"', "<a href=", "\n", "# ", "- ", "```", "[x](", "|", "\x0c", "<svg>", "<title>", "<body>",
    "\ufeff",
]  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join), st.sampled_from(["html", "markdown", "text"]))
def test_any_markup_is_a_page_or_a_setup_error(text: str, kind: Kind) -> None:
    try:
        page = extract_page(text, kind)
    except SetupError:
        return
    assert page.paragraphs
    assert all(paragraph == clean_text(paragraph) != "" for paragraph in page.paragraphs)


HOSTILE = {
    "nested": "<div>" * 100_000 + "<p>deep</p>",
    "siblings": "<div>a b c.</div>" * 150_000,
    "spans": "<p>" + "<span>a b</span>" * 150_000,
    "breaks": "aa<br>" * 400_000,
    "one word": "<p>" + "a" * 3_000_000,
    "attributes": "<div " + " ".join(f"a{number}=1" for number in range(200_000)) + ">x</div>",
    "brackets": "[" * 1_000_000,
    "images": "![" * 500_000,
    "quotes": ">" * 1_000_000,
    "emphasis": "*a **b " * 200_000,
    "words": "word " * 600_000,
    "tokens": "<|a|>" * 500_000,
    "spaces": "a" + " " * 3_000_000 + "b",
    "lines": "\n \t" * 1_000_000 + "a",
}


@pytest.mark.parametrize("kind", ["html", "markdown", "text"])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_neither_crashes_nor_hangs(name: str, kind: Kind) -> None:
    started_s = time.process_time()
    try:
        page = extract_page(HOSTILE[name], kind)
        assert sum(map(len, page.paragraphs)) <= TEXT_MAX_CHARS
    except SetupError:
        pass
    assert time.process_time() - started_s < 8


def test_a_long_page_is_cut_and_says_so() -> None:
    page = extract_page("word " * TEXT_MAX_CHARS, "text")
    assert page.was_cut
    assert sum(map(len, page.paragraphs)) <= TEXT_MAX_CHARS
    page = extract_page("Short.\n\n" + "[a]: b\n\n" * MARKDOWN_MAX_CHARS, "markdown")
    assert page.was_cut
    assert page.paragraphs == ("Short.",)
