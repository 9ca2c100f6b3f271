"""Data files: JSON that parses and says which schema it follows, and robots.txt."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NoReturn

from panel.site.checking.problems import Fault


def read_json(text: str) -> tuple[object, str]:
    """Return a JSON text's value and what is wrong with it, "" for nothing; with a problem, the value is None."""
    try:
        return json.loads(text, parse_constant=_refuse, object_pairs_hook=_once), ""
    except RecursionError:
        return None, "nested too deep"
    except ValueError as error:
        return None, f"not JSON: {error}"


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON number")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name comes twice in an object")
    return value


def check_json(text: str) -> Iterator[Fault]:
    """Yield what is wrong with a page's JSON twin or the search's index."""
    value, problem = read_json(text)
    if problem:
        yield Fault(0, "json", problem)
        return
    version = value.get("schema_version") if isinstance(value, dict) else None
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        yield Fault(0, "json", 'an object with a "schema_version" is needed')
    page = value.get("page") if isinstance(value, dict) else None
    for one in (value, page):
        if isinstance(one, dict) and one.get("status") == "draft":
            yield Fault(0, "unapproved", "the data is of a draft")


def check_robots(text: str, sitemap: str) -> Iterator[Fault]:
    """Yield what is wrong with robots.txt.

    Args:
        text: the file's.
        sitemap: the sitemap's address.
    """
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    fields = [
        (name.strip().lower(), value.strip()) for name, colon, value in (line.partition(":") for line in lines) if colon
    ]
    if ("sitemap", sitemap) not in fields:
        yield Fault(0, "robots", f"it must say Sitemap: {sitemap}")
    for number, line in enumerate(lines, 1):
        name, colon, value = line.partition(":")
        if line and not colon:
            yield Fault(number, "robots", "a line that is no field")
        elif name.strip().lower() == "disallow" and value.strip() == "/":
            yield Fault(number, "robots", "it shuts everybody out of the whole site")
