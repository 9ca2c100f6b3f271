"""The corpus: gold verdicts, how they are read, and what makes them fit to teach and to judge a model."""

from panel.corpus.gold import GoldTool, GoldVerdict, GoldVerdicts, Split
from panel.corpus.loading import load_gold

__all__ = ["GoldTool", "GoldVerdict", "GoldVerdicts", "Split", "load_gold"]
