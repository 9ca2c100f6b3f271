"""Names: verdicts that speak of another tool of the run, which their own dossier never mentions.

All seats of a run are drafted side by side, and a model mixes them up; a rival the dossier names is fair game.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from panel.checks.subject import CheckSubject
from panel.records import Dossier, Finding

_JOINTS = re.compile(r"[\s_-]+")


class _Foreign(NamedTuple):
    tool: Dossier
    pattern: re.Pattern[str]


def check_wrong_tool(subject: CheckSubject) -> Iterator[Finding]:
    """Find other tools' names, once for each beat and tool."""
    # The longest name first: "Mistral 3B Edge" is not also a mention of "Mistral 3B".
    foreign = sorted(_find_foreign(subject), key=lambda item: -len(item.tool.name))
    for beat in subject.beats:
        taken: list[tuple[int, int]] = []
        for tool, pattern in foreign:
            spans = _find_name(pattern, tool.name, beat.text)
            free = [span for span in spans if not any(span[0] < end and start < span[1] for start, end in taken)]
            taken.extend(free)
            if free:
                yield Finding(
                    check="wrong-tool",
                    beat=beat.id,
                    message=f"The beat names {tool.name}, which the dossier on {subject.dossier.name} never mentions.",
                    instruction=f"Write about {subject.dossier.name} only; do not name {tool.name}.",
                    quote=beat.text[free[0][0] : free[0][1]],
                )


def _find_foreign(subject: CheckSubject) -> Iterator[_Foreign]:
    """Yield the other tools that may be named, and that the seat's own dossier and name do not contain."""
    written = " ".join(beat.text for beat in subject.beats).casefold()
    known = [subject.dossier.slug, *subject.dossier_texts()]
    for tool in subject.other_tools:
        # Plain searches rule out nearly every tool; with hundreds of tools in a run that is what counts.
        if not any(all(part in written for part in parts) for parts in _parts(tool.name, tool.slug)):
            continue
        pattern = _name_pattern(tool.name, tool.slug)
        if not any(_find_name(pattern, tool.name, text) for text in known):
            yield _Foreign(tool, pattern)


@lru_cache(maxsize=1024)
def _parts(name: str, slug: str) -> tuple[list[str], list[str]]:
    """Return the parts of the name and of the slug: a text that lacks one of each can hold neither."""
    return _JOINTS.split(name.casefold()), _JOINTS.split(slug)


@lru_cache(maxsize=1024)
def _name_pattern(name: str, slug: str) -> re.Pattern[str]:
    """Match the name as whole words however its parts are joined, and the slug as it is written."""
    parts = [re.escape(part) for part in _JOINTS.split(name) if part]
    forms = [r"[\s_-]?".join(parts)] if parts else []
    if "-" in slug:
        # A slug of one word ("edge") may be any word of the language.
        forms.append(re.escape(slug).replace(r"\-", "[_-]"))
    # `(?!)` matches nothing: a name of dashes alone has no words to look for.
    return re.compile(rf"(?<!\w)(?:{'|'.join(forms) or '(?!)'})(?!\w)", re.IGNORECASE)


def _find_name(pattern: re.Pattern[str], name: str, text: str) -> list[tuple[int, int]]:
    """Return where a text has the name, not the word: "continue" in small letters is not the tool "Continue"."""
    is_word = name.isalpha() and name.istitle()
    return [match.span() for match in pattern.finditer(text) if not (is_word and match.group().islower())]
