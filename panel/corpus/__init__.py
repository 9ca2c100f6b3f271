"""The corpus: gold verdicts, how they are read, and what makes them fit to teach and to judge a model.

Read (loading) → counted (figures) → checked (balance, wording, likeness, leakage) → one report (checking).
"""

from panel.corpus.checking import CorpusReport, check_corpus
from panel.corpus.faults import Fault, Place
from panel.corpus.figures import Figures, ShipCount
from panel.corpus.gold import GoldTool, GoldVerdict, GoldVerdicts, Split
from panel.corpus.loading import load_gold, verdicts_json_schema
from panel.corpus.standards import STANDARDS, Standards

__all__ = [
    "STANDARDS",
    "CorpusReport",
    "Fault",
    "Figures",
    "GoldTool",
    "GoldVerdict",
    "GoldVerdicts",
    "Place",
    "ShipCount",
    "Split",
    "Standards",
    "check_corpus",
    "load_gold",
    "verdicts_json_schema",
]
