"""Where a model file's chat template runs: no attributes, no big numbers, and a budget of steps.

A template comes with a file from the internet. Jinja's sandbox keeps it from Python's insides; the budget keeps a
loop in it from holding the engine's thread for ever. Counted in steps, not in seconds, so that the same template is
refused on every machine. Memory is bounded only roughly: a file that is out to harm has the model loader to try first.
"""

from __future__ import annotations

from typing import Any

from jinja2 import TemplateError, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

MAX_STEPS = 200_000
"""Passes through loops and macros, and characters of output, in one rendering."""

MAX_RANGE = 1_000
MAX_PRODUCT = 1_000_000


class Budget:
    """What one rendering may still spend."""

    def __init__(self) -> None:
        self.refill()

    def refill(self) -> None:
        """Begin a new rendering."""
        self._left = MAX_STEPS

    def spend(self, steps: int) -> None:
        """Use some of it up.

        Raises:
            TemplateError: there is nothing left.
        """
        self._left -= steps
        if self._left < 0:
            raise TemplateError("it does not come to an end")


class Generation(Extension):
    """`{% generation %}`, with which training libraries mark the answers; it prints what it holds."""

    tags = {"generation"}  # noqa: RUF012 (so typed in Jinja)

    def parse(self, parser: Parser) -> list[nodes.Node]:
        """Return the block's body."""
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


class TemplateSandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox with a budget. One rendering at a time."""

    intercepted_binops = frozenset({"*", "**"})

    def __init__(self) -> None:
        super().__init__(trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols", Generation])
        self.budget = Budget()
        self.globals["range"] = _short_range

    def count_step(self) -> str:
        """Spend a step; called at the top of every loop and macro."""
        self.budget.spend(1)
        return ""

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Multiply small numbers; nothing else."""
        if operator == "*" and _is_small(left) and _is_small(right):
            return left * right
        raise TemplateError(f"`{operator}` is not allowed here")

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        blocks = [block for kind in (nodes.For, nodes.Macro, nodes.CallBlock) for block in tree.find_all(kind)]
        for block in blocks:
            step = nodes.Call(nodes.EnvironmentAttribute("count_step"), [], [], None, None)
            block.body.insert(0, nodes.ExprStmt(step, lineno=block.lineno))  # type: ignore[attr-defined]
        return tree


def _is_small(value: Any) -> bool:
    return isinstance(value, int | float) and abs(value) <= MAX_PRODUCT


def _short_range(*bounds: int) -> range:
    wanted = range(*bounds)
    if len(wanted) > MAX_RANGE:
        raise TemplateError(f"a range of {len(wanted):,} is too long")
    return wanted
