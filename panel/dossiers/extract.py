"""From an outside page to its paragraphs: what a reader sees, and no more.

HTML, Markdown and plain text come in; paragraphs free of hidden text, hidden characters and control tokens go out.
Nothing here judges what the text says. The page may be hostile: huge, binary, malformed, nested without end.

The one seam where lxml's, trafilatura's and markdown-it's complaints end.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Literal

import lxml.html
import trafilatura
from markdown_it import MarkdownIt

from panel.dossiers.hidden import strip_hidden
from panel.dossiers.visible import block_texts, parse_html, remove_hidden
from panel.errors import SetupError

Kind = Literal["html", "markdown", "text"]

PAGE_MAX_CHARS = 3 * 1024 * 1024
MARKDOWN_MAX_CHARS = 100_000
"""A README is read from its top; more than this of one costs seconds and gives no better excerpts."""
TEXT_MAX_CHARS = 200_000
"""Of readable text; far more than the page of any tool has, and little enough to be cut into excerpts at once."""
WORD_MAX_CHARS = 200
"""Longer than this is no word but data: base64, minified code."""
_ELEMENTS_MAX = 20_000
"""trafilatura takes a second on this many; a larger page is read as it stands, block by block."""

_CHARSETS = re.compile(
    r"(?:utf-?8|utf-?16(?:-?[lb]e)?|us-ascii|iso-?8859-\d{1,2}|latin-?1|windows-125\d|cp125\d|koi8-[ru]|"
    r"shift[_-]jis|euc-(?:jp|kr)|iso-2022-jp|gb2312|gbk|gb18030|big5)"
)
"""Character sets of the web. Python's codecs hold others that are no such thing, `unicode_escape` among them."""
_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?([A-Za-z0-9_-]{1,40})""", re.IGNORECASE)
_FRONT_MATTER = re.compile(r"\s*---[ \t]*\r?\n(.{0,20000}?)\r?\n---[ \t]*(?:\r?\n|$)", re.DOTALL)
_BINARY_SHARE_MAX = 0.02


@dataclass(frozen=True, slots=True)
class ExtractedPage:
    """A page's readable text.

    Attributes:
        title: the page's own; "" when it has none.
        description: what its maker says of it in a meta tag; "" when nothing.
        paragraphs: one a block, white space folded; headings and list items are among them.
        was_cut: whether the page, or its text, was longer than is read.
        front_matter: the lines before a Markdown page's text, as model cards have them; its maker's statements
            (a licence), but nothing a reader sees.
    """

    title: str
    description: str
    paragraphs: tuple[str, ...]
    was_cut: bool = False
    front_matter: str = ""


def extract_page(content: bytes | str, kind: Kind, *, charset: str = "") -> ExtractedPage:
    """Read a page's text.

    Args:
        content: the page; bytes are decoded by what they declare.
        kind: how it is marked up.
        charset: what the server says of the bytes; "" when nothing.

    Raises:
        SetupError: the page is binary, or nothing in it can be read.
    """
    text = content if isinstance(content, str) else decode_page(content, charset)
    limit = MARKDOWN_MAX_CHARS if kind == "markdown" else PAGE_MAX_CHARS
    was_cut, text = len(text) > limit, text[:limit]
    _refuse_binary(text)
    front_matter, text = _split_front_matter(text) if kind == "markdown" else ("", text)
    title, description, blocks = _READERS[kind](text)
    paragraphs, text_was_cut = _clean_blocks(blocks)
    if not paragraphs:
        raise SetupError(
            "nothing in the page can be read: no visible text is left",
            hint="A page that a script fills has none. Copy its text into a .txt file and give that.",
        )
    return ExtractedPage(clean_text(title), clean_text(description), paragraphs, was_cut or text_was_cut, front_matter)


def decode_page(raw: bytes, charset: str = "") -> str:
    """Decode a page: by its byte-order mark, its server, its own meta tag, as UTF-8, at last as Windows-1252.

    Never fails: bytes that fit nothing become U+FFFD.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if raw.startswith(mark):
            return raw.decode(encoding, "replace")
    meta = _META_CHARSET.search(raw[:4096])
    declared = (charset, meta[1].decode("ascii") if meta else "", "utf-8")
    for name in declared:
        if _CHARSETS.fullmatch(name.lower()):
            try:
                return raw.decode(name)
            except (UnicodeDecodeError, LookupError):
                continue
    return raw.decode("windows-1252", "replace")


def clean_text(text: str) -> str:
    """Fold white space, strip hidden characters and control tokens, and leave out what is too long for a word."""
    stripped = strip_hidden(" ".join(text.split()))
    return " ".join(word for word in stripped.split() if len(word) <= WORD_MAX_CHARS)


def _clean_blocks(blocks: list[str]) -> tuple[tuple[str, ...], bool]:
    """Clean blocks until the text is long enough; tells whether there was more."""
    paragraphs: list[str] = []
    left_chars = TEXT_MAX_CHARS
    for block in blocks:
        if left_chars <= 0:
            return tuple(paragraphs), True
        paragraph = clean_text(block[: 2 * left_chars])[:left_chars]
        left_chars -= len(paragraph)
        if paragraph:
            paragraphs.append(paragraph)
    return tuple(paragraphs), left_chars <= 0


def _refuse_binary(text: str) -> None:
    odd = len(re.findall(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffd]", text))
    if "\x00" in text or odd > _BINARY_SHARE_MAX * len(text) + 5:
        raise SetupError("this is not text but binary data", hint="Give a web page, a README or a text file.")


def _read_html(text: str) -> tuple[str, str, list[str]]:
    root = parse_html(text)
    if root is None:
        return "", "", []
    remove_hidden(root)
    title, description = _title(root), _meta(root, "description", "og:description")
    blocks = block_texts(root)
    # trafilatura empties the tree it is given, so the blocks come first.
    return title, description, _main_texts(root) or blocks


def _read_markdown(text: str) -> tuple[str, str, list[str]]:
    # Raw HTML in the Markdown is kept as HTML, so that what it hides is found hidden.
    rendered = MarkdownIt("commonmark").enable("table").render(text)
    root = parse_html(f"<html><body>{rendered}</body></html>")
    if root is None:
        return "", "", []
    remove_hidden(root, drop_code=True)
    headings = [" ".join(element.itertext()) for element in root.iter("h1")]
    return next((heading for heading in headings if heading.strip()), ""), "", block_texts(root)


def _split_front_matter(text: str) -> tuple[str, str]:
    match = _FRONT_MATTER.match(text)
    if match is None:
        return "", text
    lines = (clean_text(line) for line in match[1].splitlines())
    return "\n".join(line for line in lines if line), text[match.end() :]


def _read_text(text: str) -> tuple[str, str, list[str]]:
    return "", "", re.split(r"\n[^\S\n]*\n", text.replace("\r\n", "\n").replace("\r", "\n"))


_READERS = {"html": _read_html, "markdown": _read_markdown, "text": _read_text}


def _main_texts(root: lxml.html.HtmlElement) -> list[str]:
    """Return the main text's blocks as trafilatura finds them; none when it finds none."""
    if sum(1 for _ in root.iter()) > _ELEMENTS_MAX:
        return []
    try:
        text = trafilatura.extract(root, include_comments=False, include_tables=True, output_format="txt")
    except Exception:
        # It names no exceptions of its own, and a page that breaks it still has its blocks.
        return []
    return text.splitlines() if text else []


def _title(root: lxml.html.HtmlElement) -> str:
    named = _meta(root, "og:title")
    if named:
        return named
    for tag in ("title", "h1"):
        for element in root.iter(tag):
            text = " ".join(element.itertext())
            if text.strip():
                return text
    return ""


def _meta(root: lxml.html.HtmlElement, *names: str) -> str:
    for element in root.iter("meta"):
        name = element.get("name") or element.get("property") or ""
        content = element.get("content") or ""
        if name.lower() in names and content.strip():
            return content
    return ""
