"""The edit sheet: a verdict as a text file that a person changes in any editor.

```
call: ship

[primitive]
The text of the beat.
```

Lines that begin with `#` are remarks and are not kept. Blank lines and line breaks inside a beat are folded.
"""

from __future__ import annotations

import re

from panel.dossiers import find_hidden
from panel.errors import InputProblems, Problem
from panel.records import BeatText, Call, Persona, Verdict

MAX_BEAT_CHARS = 2000
_HEAD = re.compile(r"^\[([^\[\]]+)\]\s*$")
_CALL = re.compile(r"^call\s*:\s*(.*?)\s*$", re.IGNORECASE)


def render_sheet(verdict: Verdict, persona: Persona, remarks: tuple[str, ...] = ()) -> str:
    """Write a verdict as an edit sheet; remarks stand above it."""
    questions = {beat.id: beat.question for beat in persona.beats}
    lines = [f"# {verdict.seat}: change what is under the names, then save. Lines that begin with # are not kept."]
    lines += [f"# {remark}" for remark in remarks]
    lines += ["", f"call: {verdict.call}"]
    for beat in verdict.beats:
        lines += ["", f"# {questions.get(beat.id, '')}", f"[{beat.id}]", beat.text]
    return "\n".join(lines) + "\n"


def parse_sheet(text: str, persona: Persona, name: str = "the edited text") -> tuple[tuple[BeatText, ...], Call]:
    """Read an edit sheet.

    Args:
        text: the sheet.
        persona: whose beats it must hold, each once; their order in the sheet does not matter.
        name: what to call the sheet in problems.

    Raises:
        InputProblems: every problem, with its line.
    """
    problems: list[Problem] = []
    known = [beat.id for beat in persona.beats]
    bodies: dict[str, list[str]] = {}
    starts: dict[str, int] = {}
    call: Call | None = None
    current: list[str] | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("#"):
            continue
        if head := _HEAD.match(line):
            beat = head[1].strip()
            if beat not in known:
                problems.append(
                    Problem(name, number, beat, f"is no beat of {persona.slug}; they are {', '.join(known)}")
                )
            elif beat in bodies:
                problems.append(Problem(name, number, beat, f"is there twice, first on line {starts[beat]}"))
            current = bodies.setdefault(beat, [])
            starts.setdefault(beat, number)
        elif current is None and (found := _CALL.match(line)):
            if found[1].lower() in set(Call):
                call = Call(found[1].lower())
            else:
                problems.append(Problem(name, number, "call", f"must be ship or skip (found {found[1][:40]!r})"))
                call = Call.SKIP
        elif current is not None:
            current.append(line)
        elif line.strip():
            problems.append(Problem(name, number, "", "stands before the first [beat]"))
    if call is None:
        problems.append(Problem(name, 0, "call", "is missing: write `call: ship` or `call: skip` above the beats"))
    beats = tuple(_read_beat(beat, bodies, starts, name, problems) for beat in known)
    if problems or call is None:
        raise InputProblems(problems)
    return beats, call


def _read_beat(
    beat: str, bodies: dict[str, list[str]], starts: dict[str, int], name: str, problems: list[Problem]
) -> BeatText:
    text = " ".join(" ".join(bodies.get(beat, [])).split())
    line = starts.get(beat, 0)
    if beat not in bodies:
        problems.append(Problem(name, 0, beat, f"is missing: write it under a line [{beat}]"))
    elif not text:
        problems.append(Problem(name, line, beat, "is empty"))
    if len(text) > MAX_BEAT_CHARS:
        problems.append(Problem(name, line, beat, f"has {len(text):,} characters; at most {MAX_BEAT_CHARS:,}"))
    for _, what in find_hidden(text)[:1]:
        problems.append(Problem(name, line, beat, f"holds a hidden character ({what})"))
    return BeatText(id=beat, text=text)
