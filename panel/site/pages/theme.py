"""Templates and style sheets: the packaged ones, with the newsroom's own in front of them.

A file of the same name in the newsroom's `templates/` takes a packaged one's place; the packaged one stays to be had as
`panel/<name>`, so that a newsroom can extend it and change one block. All of it is read once, before the first page.

Not here: what a template may know (each page's context says that), and whether it asks for more (`checks`).
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, ClassVar, Final, Protocol

from jinja2 import FunctionLoader, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from panel.errors import InputProblems, Problem
from panel.inputs import read_text
from panel.publish.render import make_environment, read_template

FOLDER: Final = "templates"
PACKAGED: Final = "panel/"
SUFFIX: Final = ".html.j2"
SHARED: Final = ("macros.html.j2", "making.html.j2", "comparison-body.html.j2", "style.css")
"""What the page that stands alone is made of too."""
STYLES: Final = ("style.css", "site.css", "newsroom.css")
"""The style sheet's parts, in their order; the last one is empty, for a newsroom's own rules."""
LARGEST_BYTES: Final = 256 * 1024

_BY_TEMPLATE: Final = (
    TemplateError,
    TypeError,
    ValueError,
    ArithmeticError,
    LookupError,
    AttributeError,
    RecursionError,
)
"""What a wrong template raises while a page is rendered."""


class Fields(Protocol):
    """A template's context: a data class whose fields are the names the template sees."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Theme:
    """Every template and style sheet of a site.

    Attributes:
        packaged: Panel's own sources by name.
        own: the newsroom's by name.
    """

    packaged: Mapping[str, str]
    own: Mapping[str, str]

    def source(self, name: str) -> str | None:
        """Return a template's or a style sheet's source; None where there is none of that name."""
        if name.startswith(PACKAGED):
            return self.packaged.get(name.removeprefix(PACKAGED))
        return self.own.get(name, self.packaged.get(name))

    def style(self) -> str:
        """Return the site's one style sheet."""
        return "\n".join(self.source(name) or "" for name in STYLES)


@cache
def packaged_sources() -> Mapping[str, str]:
    """Read Panel's own templates and style sheets."""
    here = resources.files("panel.site.pages") / FOLDER
    sources = {item.name: item.read_text(encoding="utf-8") for item in here.iterdir() if item.is_file()}
    return sources | {name: read_template(name) for name in SHARED}


def read_theme(folder: Path | None, problems: list[Problem]) -> Theme:
    """Read the newsroom's templates beside Panel's own.

    Args:
        folder: the newsroom's `templates/`; None, or one that is not there, has none.
        problems: gets one for each file that cannot be read.
    """
    own: dict[str, str] = {}
    if folder is not None and folder.is_dir():
        for path in sorted(folder.iterdir()):
            if not path.name.endswith((SUFFIX, ".css")) or path.name.startswith("."):
                continue
            text = read_text(path, problems, name=f"{FOLDER}/{path.name}")
            if text is not None and len(text) > LARGEST_BYTES:
                problems.append(Problem(f"{FOLDER}/{path.name}", 0, "", "larger than 256 KiB"))
            elif text is not None:
                own[path.name] = text
    return Theme(packaged_sources(), own)


def make_theme_environment(theme: Theme) -> ImmutableSandboxedEnvironment:
    """Build the sandbox that renders a theme's templates."""

    def load(name: str) -> tuple[str, str, None] | None:
        source = theme.source(name)
        return None if source is None else (source, template_file(theme, name), None)

    environment = make_environment(FunctionLoader(load))
    environment.auto_reload = False
    return environment


def template_file(theme: Theme, name: str) -> str:
    """Return the file that a template's errors name: the newsroom's as it knows it, Panel's as `panel/<name>`."""
    return f"{FOLDER}/{name}" if name in theme.own else PACKAGED + name.removeprefix(PACKAGED)


def render_template(environment: ImmutableSandboxedEnvironment, name: str, context: Fields) -> str:
    """Render a page.

    Raises:
        InputProblems: a template of the newsroom asks for what is not there, or does what the sandbox refuses.
    """
    names = {field.name: getattr(context, field.name) for field in fields(context)}
    try:
        return environment.get_template(name).render(names)
    except _BY_TEMPLATE as error:
        problem = blame_template(error)
        if problem is None:
            raise
        raise InputProblems([problem]) from error


def blame_template(error: BaseException) -> Problem | None:
    """Say where in the newsroom's templates an error arose; None for one that arose in none of them."""
    if isinstance(error, TemplateSyntaxError) and (error.filename or "").startswith(f"{FOLDER}/"):
        return Problem(error.filename or "", error.lineno, "", error.message or "wrong syntax")
    places = [(frame.filename, frame.lineno or 0) for frame in traceback.extract_tb(error.__traceback__)]
    own = [(file, line) for file, line in places if file.startswith(f"{FOLDER}/")]
    return Problem(*own[-1], "", str(error) or type(error).__name__) if own else None
