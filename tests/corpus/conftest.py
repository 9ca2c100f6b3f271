from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from panel.corpus import CorpusReport, Standards, check_corpus, load_gold
from panel.personas import load_personas
from panel.records import Persona

from .writing import SMALL, make_tools, write_tools

PERSONAS = Path(__file__).parent.parent.parent / "personas"


class Corpus:
    """Ten sound tools to plant faults in: 6 and 8 are dev, 5 and 9 test, the others train."""

    def __init__(self, folder: Path, personas: Sequence[Persona]) -> None:
        self.folder = folder
        self.personas = personas
        self.tools = make_tools(10, personas)

    def dossier(self, number: int) -> dict[str, Any]:
        return self.tools[number]["dossier"]

    def gold(self, number: int) -> dict[str, Any]:
        return self.tools[number]["gold"]

    def argument(self, number: int, seat: str) -> dict[str, str]:
        return self.gold(number)["verdicts"][seat]["argument"]

    def check(self, standards: Standards = SMALL) -> CorpusReport:
        write_tools(self.folder, self.tools)
        return check_corpus(load_gold(self.folder, self.personas), self.personas, standards)

    def faults(self, standards: Standards = SMALL) -> list[tuple[str, str, str]]:
        """What is reported, as rule, place and quoted words."""
        return [(fault.rule, str(fault.place), fault.quote) for fault in self.check(standards).faults]


@pytest.fixture(scope="session")
def personas() -> tuple[Persona, ...]:
    order = ("dx", "competition", "futurist", "business")
    return tuple(item.persona for item in load_personas(PERSONAS, order=order))


@pytest.fixture
def corpus(tmp_path: Path, personas: Sequence[Persona]) -> Corpus:
    return Corpus(tmp_path / "gold", personas)
