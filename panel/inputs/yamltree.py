"""YAML as plain data that remembers its lines.

Every scalar stays text (`1.10` is not 1.1, `no` is not false); the record it is poured into decides its type.
Anchors, aliases, tags, duplicate keys and deep nesting are refused: an editor's file needs none of them, and they
are how a small file becomes a large one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.reader import ReaderError

from panel.errors import Problem

MAX_DEPTH = 12
_NULLS = {"", "~", "null", "Null", "NULL"}
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
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        problems.append(
            Problem(file, line, "", f"not valid YAML: the character U+{error.character:04X} is not allowed")
        )
        return None
    except (ValueError, OverflowError) as error:
        # PyYAML turns an escape such as "\UFFFFFFFF", or a version of five thousand digits, into these.
        problems.append(Problem(file, 0, "", f"not valid YAML: {error}"))
        return None
    tree = YamlTree()
    if node is not None:
        tree.data = _Pouring(tree, file, problems, loader.tagged).pour(node, ())
    return tree


class _DepthLimited(yaml.SafeLoader):
    """PyYAML's own composer, with anchors refused, the nesting counted and tags that were written noted."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.depth = 0
        self.tagged: dict[yaml.Node, str] = {}

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if getattr(event, "anchor", None) is not None:
            raise yaml.MarkedYAMLError(problem="anchors and aliases are not allowed", problem_mark=event.start_mark)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise yaml.MarkedYAMLError(problem=f"nested deeper than {MAX_DEPTH} levels", problem_mark=event.start_mark)
        try:
            node = super().compose_node(parent, index)
            if node is not None and getattr(event, "tag", None) is not None:
                self.tagged[node] = event.tag
            return node
        finally:
            self.depth -= 1


@dataclass(frozen=True, slots=True)
class _Pouring:
    """From PyYAML's nodes to plain data."""

    tree: YamlTree
    file: str
    problems: list[Problem]
    tagged: dict[yaml.Node, str]

    def pour(self, node: yaml.Node, path: Path) -> Any:
        line = node.start_mark.line + 1
        self.tree.lines.setdefault(path, line)
        if node in self.tagged:
            self._complain(line, path, f"the tag {self.tagged[node]} is not allowed")
            return None
        if isinstance(node, yaml.MappingNode):
            return self._pour_mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.pour(item, (*path, index)) for index, item in enumerate(node.value)]
        if not isinstance(node, yaml.ScalarNode) or (node.style is None and node.value in _NULLS):
            return None
        return node.value

    def _pour_mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._complain(line, path, "a key must be a plain word")
                continue
            key = key_node.value
            here = (*path, key)
            if key in mapping:
                self._complain(line, here, f"given twice, first on line {self.tree.lines[here]}")
                continue
            self.tree.lines[here] = line
            mapping[key] = self.pour(value_node, here)
        return mapping

    def _complain(self, line: int, path: Path, message: str) -> None:
        self.problems.append(Problem(self.file, line, ".".join(str(part) for part in path), message))
