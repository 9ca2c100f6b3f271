from __future__ import annotations

from pathlib import Path

import pytest

WHOLE = """\
slug: {slug}
name: Vite
maker: VoidZero
category: Build tools
tagline: Next generation frontend tooling.
description: A build tool that serves source over native ES modules.
licence: MIT
pricing:
  entry: Free
  as_of: 2025-11-01
  source: Licence file
rivals: [webpack, Turbopack]
evidence:
  - id: e1
    source: README
    url: https://vite.dev/guide/
    retrieved: 2025-11-02
    text: The dev server starts in under 300 ms on a cold cache.
  - id: e2
    source: Release notes 7.0
    retrieved: 2025-11-02
    file: {slug}-notes.txt
"""
NOTES = "Vite 7 needs Node 20.19 or newer.\nIt drops Node 18.\n"


class Folder:
    """A dossiers folder to be filled by a test."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()

    def put(self, slug: str = "vite", *, old: str = "", new: str = "", yaml: str = "", notes: str = NOTES) -> Path:
        text = yaml or WHOLE.format(slug=slug)
        assert old in text
        file = self.path / f"{slug}.yaml"
        file.write_text(text.replace(old, new) if old else text, encoding="utf-8")
        (self.path / f"{slug}-notes.txt").write_text(notes, encoding="utf-8")
        return file


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "dossiers")
