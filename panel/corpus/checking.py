"""Checking: everything that makes a corpus unfit to teach and to judge a model, in one report.

Files are read before (`panel.corpus.loading`); here nothing is read, and nothing is judged by a model.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from panel.corpus.balance import check_categories, check_evidence, check_panels, check_ship_shares, check_size
from panel.corpus.faults import Fault, evidence_passages, sort_faults, verdict_passages
from panel.corpus.figures import Figures, count_figures
from panel.corpus.gold import GoldTool
from panel.corpus.leakage import check_names, check_splits
from panel.corpus.likeness import Duplicate, check_openings, check_runs, find_duplicates
from panel.corpus.standards import STANDARDS, Standards
from panel.corpus.wording import check_wording
from panel.records import Persona
from panel.texts import clip_quote


@dataclass(frozen=True, slots=True)
class CorpusReport:
    """What a corpus holds, and what is wrong with it.

    Attributes:
        figures: what it holds.
        faults: by file, and in a file as it is read; those of the whole corpus first.
    """

    figures: Figures
    faults: tuple[Fault, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def check_corpus(
    tools: Sequence[GoldTool], personas: Sequence[Persona], standards: Standards = STANDARDS
) -> CorpusReport:
    """Find every fault of a corpus.

    Args:
        tools: all of it, each with a verdict of every persona.
        personas: the seats, in order.
        standards: what it has to keep.

    Returns:
        The report, the same for the same corpus; without tools, all figures are zero or None, and faults say so.

    Raises:
        SetupError: a library that the check needs is not installed.
    """
    verdicts = tuple(verdict_passages(tools))
    # The evidence first: a verdict may copy its dossier, a dossier copies no verdict.
    duplicates = tuple(find_duplicates((*evidence_passages(tools), *verdicts), standards))
    figures = count_figures(tools, [persona.slug for persona in personas])
    faults = [
        *check_size(figures, standards),
        *check_ship_shares(figures, standards),
        *check_panels(figures),
        *check_categories(tools),
        *check_splits(tools),
        *check_runs(verdicts, duplicates, standards),
        *check_openings(verdicts, standards),
    ]
    for tool in tools:
        faults += check_evidence(tool, standards)
        faults += check_wording(tool, personas, standards)
        faults += check_names(tool, tools, personas)
    faults += _tell_duplicates(duplicates, faults)
    return CorpusReport(figures, sort_faults(faults, personas))


def _tell_duplicates(duplicates: Sequence[Duplicate], known: Sequence[Fault]) -> Iterator[Fault]:
    # What comes again within one argument, the desk's own check tells as well.
    told = {(fault.place, fault.quote) for fault in known if fault.rule == "repeated-sentence"}
    for duplicate in duplicates:
        if not (duplicate.within_argument and (duplicate.passage.place, clip_quote(duplicate.sentence)) in told):
            yield duplicate.fault
