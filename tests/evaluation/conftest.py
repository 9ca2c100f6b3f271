from __future__ import annotations

from pathlib import Path

import pytest

from panel.evaluation import Exam, gather_exam
from panel.settings import find_newsroom

from .golds import write_gold


@pytest.fixture
def gold(room: Path) -> Path:
    """Three tools to be tested on and one to be trained on, in the newsroom's own corpus."""
    return write_gold(room)


@pytest.fixture
def exam(room: Path, gold: Path) -> Exam:
    return gather_exam(find_newsroom(room), gold)
