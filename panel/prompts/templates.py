"""Loading and rendering `prompts/*.j2`: sandboxed, strict about undefined names, checked before any model loads.

Prompts are plain text for a model, not HTML, so nothing is escaped here; what keeps outside text from becoming
control tokens is the engine's tokenizer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from types import TracebackType

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from panel.errors import InputProblems, Problem, SetupError
from panel.inputs import decode_text, read_bytes
from panel.prompts.contexts import (
    CONTEXTS,
    Context,
    DossierContext,
    HouseContext,
    PersonaContext,
    RedraftContext,
    RevisionContext,
    evidence_mark,
)
from panel.records import ARGUMENT_MAX_WORDS, ARGUMENT_MIN_WORDS, Dossier, Finding, Persona

_RENDERING = (TemplateError, ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
"""What a template's expressions can raise."""


@dataclass(frozen=True, slots=True)
class PromptSet:
    """The newsroom's templates, ready to render.

    Attributes:
        files: each template's bytes by its file name, exactly as read.
    """

    files: dict[str, bytes]
    _templates: dict[str, Template]

    def house(self) -> str:
        """Render the rules all reviewers share."""
        return self._render("house.j2", HouseContext(ARGUMENT_MIN_WORDS, ARGUMENT_MAX_WORDS))

    def dossier(self, dossier: Dossier) -> str:
        """Render one tool's dossier."""
        return self._render("dossier.j2", DossierContext(dossier, evidence_mark(dossier)))

    def persona(self, persona: Persona, dossier: Dossier) -> str:
        """Render one reviewer's task."""
        return self._render("persona.j2", PersonaContext(persona, dossier.name))

    def revision(self, findings: tuple[Finding, ...]) -> str:
        """Render what the checks want done differently."""
        return self._render("revision.j2", RevisionContext(findings))

    def redraft(self, note: str) -> str:
        """Render what the editor wants done differently."""
        return self._render("redraft.j2", RedraftContext(note))

    def _render(self, name: str, context: Context) -> str:
        try:
            return self._templates[name].render(_values(context)).strip() + "\n\n"
        except _RENDERING as error:
            raise SetupError(f"prompts/{name} cannot be rendered: {error}", hint="Mend the template.") from error

    def check(self, dossiers: Sequence[Dossier], personas: Sequence[Persona]) -> list[Problem]:
        """Render every template with everything a run has, so that none of them fails after a model was loaded.

        Returns:
            The first problem of each template, with its line; [] when all of them can be rendered.
        """
        finding = Finding(check="check", beat="beat", message="message", instruction="instruction", quote="quote")
        # The findings of a revision may be about a beat or about the whole verdict.
        whole = finding.model_copy(update={"beat": None})
        contexts: dict[str, list[Context]] = {
            "house.j2": [HouseContext(ARGUMENT_MIN_WORDS, ARGUMENT_MAX_WORDS)],
            "dossier.j2": [DossierContext(dossier, evidence_mark(dossier)) for dossier in dossiers],
            "persona.j2": [PersonaContext(persona, dossier.name) for persona in personas for dossier in dossiers],
            "revision.j2": [RevisionContext((finding, whole))],
            "redraft.j2": [RedraftContext("note")],
        }
        problems = (self._try(name, context) for name, tries in contexts.items() for context in tries)
        return list({problem.file: problem for problem in problems if problem}.values())

    def _try(self, name: str, context: Context) -> Problem | None:
        try:
            self._templates[name].render(_values(context))
        except _RENDERING as error:
            lines = [frame.tb_lineno for frame in _frames(error) if frame.tb_frame.f_code.co_filename == "<template>"]
            return Problem(f"prompts/{name}", lines[-1] if lines else 0, "", f"cannot be rendered: {error}")
        return None


def _values(context: Context) -> dict[str, object]:
    return {field.name: getattr(context, field.name) for field in fields(context)}


def _frames(error: BaseException) -> Iterator[TracebackType]:
    trace = error.__traceback__
    while trace is not None:
        yield trace
        trace = trace.tb_next


def load_prompts(folder: Path) -> PromptSet:
    """Read every template and check it against its context.

    Raises:
        InputProblems: a template is missing, is no Jinja, or uses a name its context does not have; all at once.
    """
    problems: list[Problem] = []
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    files: dict[str, bytes] = {}
    templates: dict[str, Template] = {}
    for name, context in CONTEXTS.items():
        shown = f"{folder.name}/{name}"
        raw = read_bytes(folder / name, problems, name=shown)
        text = None if raw is None else decode_text(raw, problems, name=shown)
        if raw is None or text is None:
            continue
        try:
            used = meta.find_undeclared_variables(environment.parse(text))
            templates[name] = environment.from_string(text)
        except TemplateSyntaxError as error:
            problems.append(Problem(shown, error.lineno, "", f"not a template: {error.message}"))
            continue
        known = {field.name for field in fields(context)}
        for unknown in sorted(used - known):
            has = ", ".join(sorted(known))
            problems.append(Problem(shown, 0, unknown, f"is not known to this template; it has {has}"))
        files[name] = raw
    if problems:
        raise InputProblems(problems)
    return PromptSet(files, templates)
