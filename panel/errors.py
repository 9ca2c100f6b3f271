"""Every error Panel raises on purpose, as one tree.

PanelError
├── SetupError            the input is wrong: settings, dossiers, personas, prompts, model file   (exit 2)
│   └── InputProblems     many of them at once, each with file, line and field
├── RunError              drafting, or sending, failed
│   ├── EngineCrash       the engine died or answered garbage                                   (retryable)
│   ├── EngineTimeout     a seat used up its time                                               (retryable)
│   ├── ContextOverflow   the prompt and the answer do not fit the model's context
│   ├── UnparsableVerdict the engine's answer is not the verdict that was asked for             (retryable)
│   └── MailError         a mail was not sent (`panel.mail`)
│       ├── RecipientRefused  the server will never take it
│       └── MailServerTrouble it may take it later                                              (retryable)
├── StoreError            the disk said no
│   ├── NotFound          no such run, draft or file                                            (exit 2)
│   ├── Conflict          somebody else wrote first
│   ├── Corrupt           what is on disk is not what was written
│   └── NewerSchema       written by a newer Panel than this one
└── EditorialError        the desk's rules said no
    ├── StaleEdit         the verdict changed since the editor read it; the editor's text is kept
    ├── IllegalMove       this cannot be done in this state
    │   └── NothingChanged an edit that says what stands there already
    └── NotApproved       publishing was refused; lists why

Third-party exceptions are translated into these at one seam each: YAML in `panel.inputs`, TOML in `panel.settings`,
Jinja2 in `panel.prompts.templates` and `panel.engine.chat`, the store's files in `panel.store.files`, the site's in
`panel.publish.disk`, LangGraph and SQLite in `panel.graph.build`, llama.cpp in `panel.engine.llama` and
`panel.models.measure`, HTTP in `panel.dossiers.fetch` and `panel.engine.served_wire`, SMTP in `panel.mail.smtp`, the
readers' SQLite in `panel.readers.database`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class PanelError(Exception):
    """The root: a message for a person, a `hint` that says what to do next.

    Attributes:
        hint: what the person should do; empty when the message says it all.
        retryable: whether doing the same thing again may succeed.
        exit_code: 1 the work failed, 2 the input is wrong.
        kept_at: the file that holds a person's text which could not be used; "" when there is none.
    """

    retryable: bool = False
    exit_code: int = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.kept_at = ""


class SetupError(PanelError):
    """The input is wrong; nothing was started."""

    exit_code = 2


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong with one input file.

    Attributes:
        file: the path as the person knows it.
        line: 1-based; 0 when the problem is the whole file.
        field: dotted path inside the file, "" when there is none.
        message: what is wrong and what would be right.
    """

    file: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        """Render as `file:line: field: message`, leaving out what is unknown."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.field}: {self.message}" if self.field else f"{place}: {self.message}"


class InputProblems(SetupError):
    """Several inputs, or several places of one, are wrong: all of them at once, in file order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        count = len(self.problems)
        noun = "problem" if count == 1 else "problems"
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(f"{count} {noun} in the input:\n{lines}", hint="Mend them and run the same command again.")


class RunError(PanelError):
    """Drafting failed."""


class EngineCrash(RunError):
    """The engine died or answered garbage."""

    retryable = True


class EngineTimeout(RunError):
    """A seat used up its time."""

    retryable = True


class ContextOverflow(RunError):
    """The prompt and the longest allowed answer do not fit the model's context; known before any decoding."""


class UnparsableVerdict(RunError):
    """The engine's answer is not the verdict that was asked for."""

    retryable = True


class StoreError(PanelError):
    """The disk said no."""


class NotFound(StoreError):
    """There is no such run, draft or file."""

    exit_code = 2


class Conflict(StoreError):
    """Somebody else wrote first, or is writing now."""

    retryable = True


class Corrupt(StoreError):
    """What is on disk is not what was written."""


class NewerSchema(StoreError):
    """Written by a newer Panel than this one."""


class EditorialError(PanelError):
    """The desk's rules said no."""


class StaleEdit(EditorialError):
    """The verdict changed since the editor read it. The editor's text is kept in `kept_at`."""

    def __init__(self, message: str, *, hint: str = "", kept_at: str = "", diff: str = "") -> None:
        super().__init__(message, hint=hint)
        self.kept_at = kept_at
        self.diff = diff


class IllegalMove(EditorialError):
    """This cannot be done to a verdict in this state."""


class NothingChanged(IllegalMove):
    """The edit's words and call are those that stand there already: nothing was written, nothing needs keeping."""


class NotApproved(EditorialError):
    """Publishing was refused; `reasons` says why, one line each."""

    def __init__(self, message: str, reasons: Sequence[str], *, hint: str = "") -> None:
        self.reasons = tuple(reasons)
        lines = "\n".join(f"  {reason}" for reason in self.reasons)
        super().__init__(f"{message}\n{lines}" if lines else message, hint=hint)
