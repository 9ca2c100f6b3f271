"""An excerpt as its page showed it: what no reader saw there is taken out, and told.

Taken out are invisible characters, HTML comments, elements that are not displayed, the attributes of those that are,
what Markdown keeps to itself (link definitions, link titles, the texts behind pictures), words too long to be words,
and the tokens that models take for turns of a conversation. The rest stays word for word, tags of displayed elements
too: excerpts of documentation name them.

The stored dossier stays as it was written; reviewers, grammars and checks are given the cleaned one. A dossier without
anything of the kind is the same object, and so makes the same prompt.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from panel.dossiers.hidden import CONTROL_TOKEN, HIDDEN_CHARACTER, codepoint_name
from panel.dossiers.unseen import BARE, ELEMENTS, is_unseen
from panel.records import Dossier

EMPTY = "…"
"""Put where nothing of an excerpt is left."""

SHOWN_MAX_CHARS = 120
WORD_MAX_CHARS = 200

_COMMENT = re.compile(
    r"<!--.*?(?:--!?>|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<\?[a-z].*?(?:\?>|\Z)", re.DOTALL | re.IGNORECASE
)
_TAG = re.compile(r"""<(/?)([A-Za-z][A-Za-z0-9]*)((?:[\s/](?:"[^"]*"|'[^']*'|[^<>"'])*)?)>""")
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'<>]+))?""")
_DEFINITION = re.compile(
    r"""^[ ]{0,3}\[[^\]\n]{1,200}\]:[ \t]*(?:<[^>\n]*>|[#./?]\S*|[a-z][a-z0-9+.-]*:\S*)"""
    r"""(?:\s+(?:"[^"]*"|'[^']*'|\([^()]*\)))?[ \t]*$""",
    re.MULTILINE | re.IGNORECASE,
)
_PICTURE = re.compile(r"""!\[[^\]]*\](?:\([^()]*\)|\[[^\]\n]*\])""")
_TITLE = re.compile(r"""(?<=\])\((\S+?)\s+(?:"[^"]*"|'[^']*')\s*\)""")
_LONG_WORD = re.compile(rf"[!-~]{{{WORD_MAX_CHARS + 1},}}")
"""Of printable ASCII: scripts without spaces between words have no such limit."""
_PARAGRAPH_END = re.compile(r"\n[ \t]*\n|\Z")


@dataclass(frozen=True, slots=True)
class Removed:
    """Something that was taken out of an excerpt.

    Attributes:
        kind: what it was, for the editor: "HTML comment".
        text: its own words, or for invisible characters their names; at most 120 characters.
        evidence: the excerpt's id; "" where a text was cleaned alone.
    """

    kind: str
    text: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A text without what its readers could not see.

    Attributes:
        text: what is left; never empty unless it was.
        removed: what was taken out, in the order it was found.
    """

    text: str
    removed: tuple[Removed, ...]


@dataclass(frozen=True, slots=True)
class CleanedDossier:
    """A dossier as reviewers may read it.

    Attributes:
        dossier: the very same object when nothing was taken out.
        removed: what was, excerpt by excerpt.
    """

    dossier: Dossier
    removed: tuple[Removed, ...]


def clean_dossier(dossier: Dossier) -> CleanedDossier:
    """Clean every excerpt of a dossier; its other fields are an editor's own words and stay."""
    evidence, removed = [], []
    for item in dossier.evidence:
        cleaned = clean_evidence(item.text)
        removed += [replace(one, evidence=item.id) for one in cleaned.removed]
        evidence.append(item.model_copy(update={"text": cleaned.text}) if cleaned.removed else item)
    if not removed:
        return CleanedDossier(dossier, ())
    return CleanedDossier(dossier.model_copy(update={"evidence": tuple(evidence)}), tuple(removed))


def clean_evidence(text: str) -> Cleaned:
    """Take out of a text what its readers could not see.

    Cleaning twice takes out nothing more: what closes up into a tag, a comment or a token goes as well.

    Returns:
        The text, unchanged to the last space when nothing was found.
    """
    removed: list[Removed] = []
    left, before = text, ""
    while left != before:
        before = left
        for take_out in _STAGES:
            left = take_out(left, removed)
    return Cleaned((left.strip() or EMPTY) if removed else text, tuple(removed))


def _hidden_characters(text: str, removed: list[Removed]) -> str:
    found = HIDDEN_CHARACTER.findall(text)
    if found:
        names = dict.fromkeys(codepoint_name(character) for character in found)
        removed.append(Removed(_INVISIBLE, _shorten(f"{len(found)} in all: {', '.join(names)}")))
    return HIDDEN_CHARACTER.sub("", text)


def _elements(text: str, removed: list[Removed]) -> str:
    kept, position = [], 0
    for match in _TAG.finditer(text):
        name = match[2].lower()
        if match.start() < position or match[1] or name not in ELEMENTS:
            continue
        attributes = _read_attributes(match[3])
        end, kind, instead = match.end(), "attributes of an element", f"<{match[2]}>"
        if is_unseen(name, attributes):
            if name not in BARE and not attributes and _closing(text, match) is None:
                continue  # an element that is only spoken of
            end, kind, instead = _end_of(text, match, name), "element that is not displayed", " "
        elif not attributes:
            continue
        removed.append(Removed(kind, _shorten(text[match.start() : end])))
        kept += [text[position : match.start()], instead]
        position = end
    return "".join(kept) + text[position:]


def _read_attributes(text: str) -> dict[str, str]:
    return {
        match[1].lower(): html.unescape((match[2] or "").strip("\"'"))
        for match in _ATTRIBUTE.finditer(text.rstrip("/ \t\n"))
    }


def _end_of(text: str, opening: re.Match[str], name: str) -> int:
    """Find where an element ends: with its closing tag, or without one where its paragraph does."""
    if name in BARE:
        return opening.end()
    closing = _closing(text, opening)
    if closing is not None:
        return closing
    match = _PARAGRAPH_END.search(text, opening.end())
    return match.start() if match else len(text)


def _closing(text: str, opening: re.Match[str]) -> int | None:
    depth = 1
    for match in _TAG.finditer(text, opening.end()):
        if match[2].lower() == opening[2].lower() and not match[3].endswith("/"):
            depth += -1 if match[1] else 1
        if not depth:
            return match.end()
    return None


def _link_titles(text: str, removed: list[Removed]) -> str:
    removed += [Removed("title of a link", _shorten(match.group())) for match in _TITLE.finditer(text)]
    return _TITLE.sub(r"(\1)", text)


def _matches(kind: str, pattern: re.Pattern[str]) -> Callable[[str, list[Removed]], str]:
    """Make the stage that puts one space in the place of everything a pattern finds."""

    def take_out(text: str, removed: list[Removed]) -> str:
        removed += [Removed(kind, _shorten(match.group())) for match in pattern.finditer(text)]
        return pattern.sub(" ", text)

    return take_out


_INVISIBLE = "invisible characters"
_STAGES = (
    _hidden_characters,  # first, so that none can stand inside a tag or a token
    _matches("HTML comment", _COMMENT),
    _elements,
    _matches("link definition", _DEFINITION),
    _matches("text behind a picture", _PICTURE),
    _link_titles,
    _matches("word of over 200 characters", _LONG_WORD),
    _matches("control token", CONTROL_TOKEN),
)


def _shorten(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= SHOWN_MAX_CHARS else text[: SHOWN_MAX_CHARS - 1] + "…"


def describe_removed(removed: tuple[Removed, ...], file: str) -> Iterator[str]:
    """Say what was taken out, a line each: file, excerpt, what it was and its words."""
    for one in removed:
        where = f"{file}: {one.evidence}" if one.evidence else file
        yield f"{where}: not shown to reviewers: {one.kind} ({one.text})"
