r"""The edit sheet: a verdict as a text file that a person changes in any editor.

```
call: ship

# What is it, plainly?
[primitive]
The text of the beat.
```

A line that is `#` or begins with `# ` is a remark and is not kept. Line breaks and blank lines inside a beat are
folded into spaces; nothing else of its text is changed. A text that itself begins with `#` or `[` is written with a
backslash before it, and one that begins with such a backslash with a second one: what is written is what is read.
"""

from __future__ import annotations

import re

from panel.dossiers import find_hidden
from panel.errors import InputProblems, Problem
from panel.records import BeatText, Call, Persona, Verdict

MAX_BEAT_CHARS = 2000
_BREAK = re.compile(r"\r\n|\r|\n")  # not `splitlines`: to an editor, U+2028 or a form feed ends no line
_HEAD = re.compile(r"\[([^\[\]]+)\]\s*")
_CALL = re.compile(r"call\s*:(.*)", re.IGNORECASE)
_ESCAPED = re.compile(r"\\[\\#\[]")


def render_sheet(verdict: Verdict, persona: Persona, remarks: tuple[str, ...] = ()) -> str:
    """Write a verdict as an edit sheet; remarks stand above it, the questions above their beats."""
    above = (f"{verdict.seat}: change what is under the names, then save. Lines that begin with # are not kept.",)
    questions = {beat.id: beat.question for beat in persona.beats}
    return (
        "".join(_remark(remark) for remark in above + remarks) + "\n" + _write(verdict.beats, verdict.call, questions)
    )


def write_sheet(beats: tuple[BeatText, ...], call: Call) -> str:
    """Write a text and its call as a bare sheet, without remarks."""
    return _write(beats, call, {})


def _write(beats: tuple[BeatText, ...], call: Call, questions: dict[str, str]) -> str:
    parts = [f"call: {call}\n"]
    for beat in beats:
        question = _remark(questions[beat.id]) if beat.id in questions else ""
        text = _fold(beat.text)
        parts.append(f"\n{question}[{beat.id}]\n{_escape(text)}\n")
    return "".join(parts)


def _remark(text: str) -> str:
    return f"# {_fold(text)}\n"


def _fold(text: str) -> str:
    return " ".join(line for part in _BREAK.split(text) if (line := part.strip()))


def _escape(text: str) -> str:
    return f"\\{text}" if text.startswith(("#", "[")) or _ESCAPED.match(text) else text


def parse_sheet(text: str, persona: Persona, name: str = "the edited text") -> tuple[tuple[BeatText, ...], Call]:
    """Read an edit sheet.

    Args:
        text: the sheet.
        persona: whose beats it must hold, each once; their order in the sheet does not matter.
        name: what to call the sheet in problems.

    Raises:
        InputProblems: every problem, with its line.
    """
    reader = _Reader(persona, name)
    for number, line in enumerate(_BREAK.split(text.removeprefix("\ufeff")), start=1):
        reader.take(number, line)
    return reader.finish()


class _Reader:
    """A sheet being read, line by line; problems are gathered, none stops it."""

    def __init__(self, persona: Persona, name: str) -> None:
        self.persona = persona
        self.name = name
        self.known = [beat.id for beat in persona.beats]
        self.problems: list[Problem] = []
        self.bodies: dict[str, list[str]] = {}
        self.starts: dict[str, int] = {}
        self.current: list[str] | None = None
        self.call: Call | None = None
        self.call_line = 0

    def problem(self, line: int, field: str, message: str) -> None:
        self.problems.append(Problem(self.name, line, field, message))

    def take(self, number: int, line: str) -> None:
        if line.rstrip() == "#" or line.startswith("# "):
            return
        if head := _HEAD.fullmatch(line):
            self._begin(number, head[1].strip())
        elif self.current is not None:
            self._add(number, line)
        elif found := _CALL.fullmatch(line):
            self._read_call(number, found[1].strip())
        elif line.strip() and not line.startswith("#"):
            self.problem(number, "", "stands before the first [beat]")

    def _begin(self, number: int, beat: str) -> None:
        if beat not in self.known:
            hint = "a line of text that begins with [ is written with \\ before it"
            self.problem(number, beat, f"is no beat of {self.persona.slug}; they are {', '.join(self.known)}; {hint}")
        elif beat in self.bodies:
            self.problem(number, beat, f"is there twice, first on line {self.starts[beat]}")
        self.current = self.bodies.setdefault(beat, [])
        self.starts.setdefault(beat, number)

    def _add(self, number: int, line: str) -> None:
        for _, what in find_hidden(line)[:1]:
            self.problem(number, self._beat_of_current(), f"holds a hidden character ({what})")
        if line.startswith("#"):
            # A remark meant for nobody, or words an editor's line break put at a line's beginning? Never guess.
            self.problem(number, self._beat_of_current(), "write `# ` for a remark, or \\# where the text has a #")
        line = line[1:] if _ESCAPED.match(line) else line
        if self.current is not None and (line := line.strip()):
            self.current.append(line)

    def _beat_of_current(self) -> str:
        return next((beat for beat, body in self.bodies.items() if body is self.current), "")

    def _read_call(self, number: int, word: str) -> None:
        if self.call_line:
            self.problem(number, "call", f"is there twice, first on line {self.call_line}")
        self.call_line = self.call_line or number
        if word.lower() in set(Call):
            self.call = Call(word.lower())
        else:
            self.problem(number, "call", f"must be ship or skip (found {word[:40]!r})")

    def finish(self) -> tuple[tuple[BeatText, ...], Call]:
        if not self.call_line:
            self.problem(0, "call", "is missing: write `call: ship` or `call: skip` above the beats")
        texts = {beat: self._join(beat) for beat in self.known}
        if self.problems or self.call is None:
            raise InputProblems(self.problems)
        return tuple(BeatText(id=beat, text=text) for beat, text in texts.items()), self.call

    def _join(self, beat: str) -> str:
        text = " ".join(self.bodies.get(beat, []))
        line = self.starts.get(beat, 0)
        if beat not in self.bodies:
            self.problem(0, beat, f"is missing: write it under a line [{beat}]")
        elif not text:
            self.problem(line, beat, "is empty")
        elif len(text) > MAX_BEAT_CHARS:
            self.problem(line, beat, f"has {len(text):,} characters; at most {MAX_BEAT_CHARS:,}")
        return text
