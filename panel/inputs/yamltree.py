"""YAML as plain data that remembers its lines.

Every scalar stays text (`1.10` is not 1.1, `no` is not false); the record it is poured into decides its type.
Anchors, aliases, tags, duplicate keys and deep nesting are refused: an editor's file needs none of them, and they
are how a small file becomes a large one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

from panel.errors import Problem

MAX_DEPTH = 12
_NULLS = {"", "~", "null", "Null", "NULL"}
_TAG_PREFIX = "tag:yaml.org,2002:"
Path = tuple[str | int, ...]


@dataclass(slots=True)
class YamlTree:
    """A parsed file: its data, and where each part of it began.

    Attributes:
        data: dicts, lists, strings and None.
        lines: 1-based line of each key or item, by its path from the root.
    """

    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)

    def line_of(self, path: Path) -> int:
        """Return the line of a path, or of its nearest ancestor that has one; 1 for the root."""
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path[:-1]
        return 1


def parse_yaml(text: str, file: str, problems: list[Problem]) -> YamlTree | None:
    """Parse one YAML document.

    Args:
        text: the file's text.
        file: its name in problems.
        problems: what is wrong is added here.

    Returns:
        The tree, or None when the text is not YAML (a problem says why). A tree may come with problems too:
        duplicate keys and tags are told, and the rest is still there to be checked.
    """
    try:
        loader = _DepthLimited(text)
        try:
            node = loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = ", ".join(part for part in (error.context, error.problem) if part)
        problems.append(Problem(file, mark.line + 1 if mark else 0, "", f"not valid YAML: {said}"))
        return None
    except yaml.YAMLError as error:
        problems.append(Problem(file, 0, "", f"not valid YAML: {error}"))
        return None
    tree = YamlTree()
    if node is not None:
        tree.data = _pour(node, (), tree, file, problems)
    return tree


class _DepthLimited(yaml.SafeLoader):
    """PyYAML's own composer, with anchors refused and the nesting counted."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if getattr(event, "anchor", None) is not None:
            raise yaml.MarkedYAMLError(problem="anchors and aliases are not allowed", problem_mark=event.start_mark)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise yaml.MarkedYAMLError(problem=f"nested deeper than {MAX_DEPTH} levels", problem_mark=event.start_mark)
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


def _pour(node: yaml.Node, path: Path, tree: YamlTree, file: str, problems: list[Problem]) -> Any:
    line = node.start_mark.line + 1
    tree.lines.setdefault(path, line)
    if not node.tag.startswith(_TAG_PREFIX):
        problems.append(Problem(file, line, _dotted(path), f"the tag {node.tag} is not allowed"))
        return None
    if isinstance(node, yaml.MappingNode):
        return _pour_mapping(node, path, tree, file, problems)
    if isinstance(node, yaml.SequenceNode):
        return [_pour(item, (*path, index), tree, file, problems) for index, item in enumerate(node.value)]
    if not isinstance(node, yaml.ScalarNode) or (node.style is None and node.value in _NULLS):
        return None
    return node.value


def _pour_mapping(
    node: yaml.MappingNode, path: Path, tree: YamlTree, file: str, problems: list[Problem]
) -> dict[str, Any]:
    mapping: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            problems.append(Problem(file, line, _dotted(path), "a key must be a plain word"))
            continue
        key = key_node.value
        here = (*path, key)
        if key in mapping:
            problems.append(Problem(file, line, _dotted(here), f"given twice, first on line {tree.lines[here]}"))
            continue
        tree.lines[here] = line
        mapping[key] = _pour(value_node, here, tree, file, problems)
    return mapping


def _dotted(path: Path) -> str:
    return ".".join(str(part) for part in path)
