"""Rendering: a page record becomes its HTML and its JSON twin.

Both are pure functions of the record: the same page gives the same bytes, which is what `panel verify` and the
approval's hashes rest on. Nothing is read before the first call.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import BaseLoader, FunctionLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from panel.publish.context import is_scripted, page_context, utc_day
from panel.records import BeatText, Page, write_day

TEMPLATE = "standalone.html.j2"

_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def render_page(page: Page) -> str:
    """Render the page as one self-contained HTML file: no script, nothing fetched from anywhere.

    A draft says on every screen and every printed sheet that nobody approved it, and lists open findings; an
    approved page holds no trace of either.

    Raises:
        SetupError: the newsletter address is not one a form can post to.
    """
    context = page_context(page)
    names = {field.name: getattr(context, field.name) for field in fields(context)}
    return environment().get_template(TEMPLATE).render(names)


def render_json(page: Page) -> str:
    """Render the page's JSON twin: the record's fields in their order, indented, one newline at the end.

    `Page.model_validate_json` reads it back. Findings are for editors: an approved page's twin has none.
    A scripted page's twin has no `p_ship` and no flips: no model gave those numbers.
    """
    return without_scripted_odds(without_findings(page)).model_dump_json(indent=2) + "\n"


def without_findings(page: Page) -> Page:
    """Return an approved page without its open findings; a draft as it is."""
    if page.status != "approved":
        return page
    return _with_cells(page, {"findings": ()})


def without_scripted_odds(page: Page) -> Page:
    """Return a scripted page without its probabilities; any other as it is."""
    return _with_cells(page, {"p_ship": None, "flips": None}) if is_scripted(page) else page


def _with_cells(page: Page, update: dict[str, Any]) -> Page:
    rows = tuple(
        row.model_copy(update={"cells": tuple(cell.model_copy(update=update) for cell in row.cells)})
        for row in page.rows
    )
    return page.model_copy(update={"rows": rows})


@cache
def environment() -> ImmutableSandboxedEnvironment:
    """Return the environment of the packaged templates for a page that stands alone."""
    return make_environment(FunctionLoader(read_template))


def make_environment(loader: BaseLoader) -> ImmutableSandboxedEnvironment:
    """Build a template environment: everything is escaped, an unknown name is an error, values cannot be changed."""
    env = ImmutableSandboxedEnvironment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=drop_controls,
    )
    env.filters.update(day=format_day, isoday=format_isoday, share=format_share, prose=join_beats, count=count_word)
    return env


def read_template(name: str) -> str:
    """Return the source of a packaged template of this package."""
    return (resources.files("panel.publish") / "templates" / name).read_text(encoding="utf-8")


def format_day(moment: date) -> str:
    """Write a day as readers do, whatever the machine's language: "3 March 2026", in UTC."""
    return write_day(utc_day(moment))


def format_isoday(moment: date) -> str:
    """Write a day as machines do: "2026-03-03", in UTC."""
    return utc_day(moment).isoformat()


def format_share(share: float) -> str:
    """Write a share of 0 to 1 in per cent, never rounding something to nothing or a part to the whole."""
    if 0 < share < 0.01:
        return "under 1 %"
    if 0.99 < share < 1:
        return "over 99 %"
    return f"{share * 100:.0f} %"


def join_beats(beats: Iterable[BeatText]) -> str:
    """Join the beats to the argument, as `Verdict.argument` does."""
    return " ".join(beat.text for beat in beats if beat.text)


def count_word(number: int) -> str:
    """Write a count as a word up to twelve, in digits above."""
    return _COUNTS[number] if 0 <= number < len(_COUNTS) else str(number)


def drop_controls(value: object) -> object:
    """Remove from a text the characters that show nothing and act on what does: controls, direction overrides.

    `<bdi>` alone does not hold them: an isolate that a name opens and never closes takes the closing of the
    element's own, and the rest of the line turns round. The marks that Arabic and Hebrew text needs stay.
    """
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return _CONTROLS.sub("", value)
