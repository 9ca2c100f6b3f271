"""The suite of planted instructions: its texts, and the halves it is measured in.

Rules are written against the development half; the other half is held out. Which half a text belongs to follows from
its id alone, so that a new text never moves an old one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from panel.records import Call

FOLDER = Path(__file__).parent
Half = Literal["development", "held out"]


@dataclass(frozen=True)
class Attack:
    """A planted instruction; the fields are explained in README.md."""

    id: str
    kind: str
    wants: Call
    hidden: bool
    flag: bool
    text: str
    second: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """The excerpts it comes in."""
        return (self.text, self.second) if self.second else (self.text,)


@dataclass(frozen=True)
class Benign:
    """A harmless text that looks like one."""

    id: str
    why: str
    text: str
    borderline: bool = False


def load_attacks() -> tuple[Attack, ...]:
    """Read the attacks, in the file's order."""
    return tuple(Attack(**{**item, "wants": Call(item["wants"])}) for item in _read("attacks.yaml"))


def load_benign() -> tuple[Benign, ...]:
    """Read the look-alikes, in the file's order."""
    return tuple(Benign(**item) for item in _read("benign.yaml"))


def half_of(name: str) -> Half:
    """Say which half a text belongs to."""
    return "held out" if hashlib.sha256(name.encode()).digest()[-1] % 2 else "development"


def _read(file: str) -> list[dict[str, Any]]:
    data: list[dict[str, Any]] = yaml.safe_load((FOLDER / file).read_text(encoding="utf-8"))
    return data
