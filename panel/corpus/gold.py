"""A gold verdict: what an editor would publish for a seat, written by hand.

Gold is a newsroom's folder with one thing more: `verdicts/<slug>.yaml` beside `dossiers/<slug>.yaml`. A tool and all
its verdicts belong to one split, so that nothing of a tool can be learnt before it is tested.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from panel.records import BeatText, Call, Dossier, Record, Slug
from panel.records.persona import BeatId


class Split(StrEnum):
    """What a tool is for."""

    TRAIN = "train"
    DEV = "dev"
    TEST = "test"


class GoldVerdict(Record):
    """One seat's argument and call, in the very order in which a model has to write them."""

    argument: dict[BeatId, str]
    """Each beat's text by its id."""
    call: Call

    @property
    def beats(self) -> tuple[BeatText, ...]:
        """The argument as a draft holds it."""
        return tuple(BeatText(id=ident, text=text) for ident, text in self.argument.items())


class GoldVerdicts(Record):
    """A file of `verdicts/`: one tool's verdicts."""

    tool: Slug
    split: Split
    verdicts: dict[Slug, GoldVerdict]
    """By persona."""


@dataclass(frozen=True, slots=True)
class GoldTool:
    """A tool of the corpus, whole.

    Attributes:
        dossier: what its reviewers may know.
        split: what it is for.
        verdicts: by persona, in the personas' order.
    """

    dossier: Dossier
    split: Split
    verdicts: dict[str, GoldVerdict]
