"""The schemas that a server's answers can be checked against, whatever it promised; and such as it can keep to."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from panel.errors import SetupError

_KEYWORDS = {
    "object": {"type", "properties", "required", "additionalProperties"},
    "string": {"type", "pattern", "minLength", "maxLength"},
}
_REMARKS = {"title", "description"}
# What JSON cannot hold inside a string as it stands.
_UNQUOTABLE = '"\\' + "".join(map(chr, range(32)))
_CLASS = re.compile(r"\\.|\[\^?(?:\\.|[^\]\\])*\]|\.", re.DOTALL)


def check_schema(schema: Mapping[str, Any]) -> None:
    """Refuse a schema whose answers could not be checked: objects of strings and choices are what is known here.

    Raises:
        SetupError: it says more than that, or a pattern is none.
    """
    if "enum" in schema:
        kind, known = "enum", {"enum", "type"}
        if not isinstance(schema["enum"], list) or not all(isinstance(one, str) for one in schema["enum"]):
            raise SetupError("the answer's schema cannot be checked: an enum of other things than words")
    else:
        kind = str(schema.get("type"))
        known = _KEYWORDS.get(kind, set())
    unknown = set(schema) - known - _REMARKS
    if unknown or not known:
        raise SetupError(
            f"the answer's schema cannot be checked: {kind} with {', '.join(sorted(unknown)) or 'nothing'}"
        )
    try:
        re.compile(schema.get("pattern", ""))
    except re.error as error:
        raise SetupError(f"the answer's schema has a pattern that is none: {schema['pattern']}: {error}") from error
    for part in schema.get("properties", {}).values():
        check_schema(part)


def fit_schema(schema: Mapping[str, Any], value: Any, place: str = "the answer") -> Any:
    """Check a value against a schema that `check_schema` has passed.

    Returns:
        The value, its keys in the schema's order.

    Raises:
        ValueError: it does not satisfy the schema; says where.
    """
    if "enum" in schema:
        if value not in schema["enum"]:
            raise ValueError(f"{place} is none of {', '.join(schema['enum'])}")
        return value
    if schema["type"] == "object":
        return _fit_object(schema, value, place)
    if not isinstance(value, str):
        raise ValueError(f"{place} is no text")
    # Python's $ would let a line's end follow.
    pattern = re.sub(r"(?<!\\)\$$", r"\\Z", schema.get("pattern", ""))
    if not re.search(pattern, value):
        raise ValueError(f"{place} does not have its form")
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", math.inf):
        raise ValueError(f"{place} does not have its length")
    return value


def _fit_object(schema: Mapping[str, Any], value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{place} is no object")
    parts = schema.get("properties", {})
    missing = [name for name in schema.get("required", ()) if name not in value]
    extra = [name for name in value if name not in parts]
    if missing or extra:
        raise ValueError(f"{place} lacks {missing} and has {extra} too much")
    return {name: fit_schema(part, value[name], name) for name, part in parts.items() if name in value}


def quotable(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Narrow a schema's patterns to texts that JSON can hold as they stand.

    llama.cpp (and others that turn a pattern into a grammar of its own) put it between two quotes as it is, so a class
    that lets a quote through lets the string end there and the answer fall apart. An answer to the narrower schema
    satisfies the wider one; what is lost is the straight double quote inside a text.
    """
    narrowed = {name: quotable(part) if isinstance(part, dict) else part for name, part in schema.items()}
    if isinstance(schema.get("pattern"), str):
        narrowed["pattern"] = _CLASS.sub(_narrow_class, schema["pattern"])
    return narrowed


def _narrow_class(found: re.Match[str]) -> str:
    text = found[0]
    if text == ".":
        return r'[^"\\\x00-\x1f]'
    if not text.startswith("["):
        return text
    try:
        allowed = re.compile(text)
    except re.error:
        return text  # Python and this module do not agree where the class ends
    if text.startswith("[^"):
        named = (('"', '"'), (r"\\", "\\"), (r"\x00-\x1f", "\n"))
        return f"[^{''.join(name for name, char in named if allowed.match(char))}{text[2:]}"
    if not any(map(allowed.match, _UNQUOTABLE)):
        return text
    if text.isascii() and not allowed.match("é"):
        kept = [f"\\x{code:02x}" for code in range(128) if allowed.match(chr(code)) and chr(code) not in _UNQUOTABLE]
        return f"[{''.join(kept)}]" if kept else text
    return re.sub(r'\\?"|\\\\', "", text)
