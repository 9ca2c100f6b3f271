"""Checking a newsroom's templates before a page is made: every file, every problem, with its line."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Final

from jinja2 import TemplateSyntaxError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from panel.errors import Problem
from panel.site.pages.category import CategoriesContext, CategoryContext
from panel.site.pages.comparison import ComparisonContext
from panel.site.pages.corrections import CorrectionsContext
from panel.site.pages.framed import FramedContext
from panel.site.pages.home import HomeContext
from panel.site.pages.methodology import MethodologyContext
from panel.site.pages.search import MissingContext, SearchContext
from panel.site.pages.theme import FOLDER, STYLES, Theme, make_theme_environment, read_theme, template_file
from panel.site.pages.tool import ToolContext
from panel.site.pages.version import VersionContext

CONTEXTS: Final = {
    "404.html.j2": MissingContext,
    "categories.html.j2": CategoriesContext,
    "category.html.j2": CategoryContext,
    "comparison.html.j2": ComparisonContext,
    "corrections.html.j2": CorrectionsContext,
    "framed.html.j2": FramedContext,
    "home.html.j2": HomeContext,
    "methodology.html.j2": MethodologyContext,
    "search.html.j2": SearchContext,
    "tool.html.j2": ToolContext,
    "version.html.j2": VersionContext,
}
"""The pages' templates, and what each may know."""


def check_templates(folder: Path) -> tuple[Problem, ...]:
    """Say all that is wrong with a newsroom's templates as they stand: syntax, names, files that are not there.

    What a template does with a value is only seen when a page is rendered; that is told then, in the same form.

    Args:
        folder: the newsroom's `templates/`; need not be there.
    """
    problems: list[Problem] = []
    theme = read_theme(folder, problems)
    unreadable = {problem.file for problem in problems}
    return tuple(sorted({*problems, *_Check(theme, unreadable).run()}))


class _Check:
    """One look at a theme; `seen` holds every template that a page reaches."""

    def __init__(self, theme: Theme, unreadable: Collection[str]) -> None:
        self.theme = theme
        self.unreadable = unreadable
        self.environment: ImmutableSandboxedEnvironment = make_theme_environment(theme)
        self.parsed: dict[str, nodes.Template | None] = {}
        self.seen: set[str] = set()

    def run(self) -> Iterator[Problem]:
        for name in self.theme.own:
            if not name.endswith(".css"):
                yield from self.parse(name)
        for name, context in CONTEXTS.items():
            known = {field.name for field in fields(context)}
            yield from self.follow(name, known | self.set_by(name, set()), ())
        for name in self.theme.own:
            if name not in self.seen and name not in STYLES:
                pages = ", ".join(sorted({*self.theme.packaged} - {"style.css", "site.css"}))
                yield Problem(
                    f"{FOLDER}/{name}", 0, "", f"nothing uses it: it is neither one of {pages} nor included by one"
                )

    def parse(self, name: str) -> Iterator[Problem]:
        source = self.theme.source(name) or ""
        file = template_file(self.theme, name)
        try:
            self.parsed[name] = self.environment.parse(source, name, file)
            self.environment.compile(source, name, file)
        except TemplateSyntaxError as error:
            self.parsed[name] = None
            yield Problem(file, error.lineno, "", error.message or "wrong syntax")

    def tree(self, name: str) -> nodes.Template | None:
        if name not in self.parsed:
            source = self.theme.source(name)
            self.parsed[name] = None if source is None else self.environment.parse(source)
        return self.parsed[name]

    def follow(self, name: str, known: set[str], above: tuple[str, ...]) -> Iterator[Problem]:
        """Look at a template and at all that it uses, given the names that are there."""
        self.seen.add(name)
        tree = self.tree(name)
        if tree is None or name in above:
            return
        if name in self.theme.own:
            yield from self.unknown(name, tree, known)
        for other, line, sees in _used(tree):
            if self.theme.source(other) is None:
                if f"{FOLDER}/{other}" not in self.unreadable:
                    yield Problem(template_file(self.theme, name), line, "", f"there is no template {other!r}")
            else:
                yield from self.follow(other, known if sees else set(), (*above, name))

    def unknown(self, name: str, tree: nodes.Template, known: set[str]) -> Iterator[Problem]:
        missing = meta.find_undeclared_variables(tree) - known
        for node in tree.find_all(nodes.Name):
            if node.name in missing and node.ctx == "load":
                there = ", ".join(sorted(known)) or "none: a macro has only what it is given"
                yield Problem(
                    f"{FOLDER}/{name}", node.lineno, "", f"there is no name {node.name!r} here; the names are: {there}"
                )

    def set_by(self, name: str, seen: set[str]) -> set[str]:
        """Return the names that a template, and all that it includes or extends, sets for the others."""
        tree = self.tree(name)
        if tree is None or name in seen:
            return set()
        seen.add(name)
        names = {node.name for node in tree.find_all(nodes.Name) if node.ctx == "store"}
        names |= {node.target for node in tree.find_all(nodes.Import)}
        for node in tree.find_all(nodes.FromImport):
            names |= {one if isinstance(one, str) else one[1] for one in node.names}
        for other, _, sees in _used(tree):
            if sees:
                names |= self.set_by(other, seen)
        return names


def _used(tree: nodes.Template) -> Iterator[tuple[str, int, bool]]:
    """Yield the templates that one names, where, and whether they see its names."""
    found: list[tuple[nodes.Expr, int, bool]] = [
        (node.template, node.lineno, True) for node in tree.find_all(nodes.Extends)
    ]
    found += [(node.template, node.lineno, True) for node in tree.find_all(nodes.Include)]
    found += [(node.template, node.lineno, node.with_context) for node in tree.find_all(nodes.Import)]
    found += [(node.template, node.lineno, node.with_context) for node in tree.find_all(nodes.FromImport)]
    for named, line, sees in found:
        if isinstance(named, nodes.Const) and isinstance(named.value, str):
            yield named.value, line, sees
