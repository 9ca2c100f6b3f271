"""Honest numbers: how stable a call is, how many votes a panel is worth, who reviews whose tool, how severe a seat is.

Nothing here changes a verdict or a share. It stands beside them, with its denominator, or says that nobody knows.
"""

from panel.honesty.conflicts import (
    Conflict,
    conflicts,
    header_names,
    read_conflicts,
    reviewing_families,
    say_unknown_maker,
)
from panel.honesty.disclosing import make_disclosure
from panel.honesty.effective import NOTE, VotesRead, model_key, read_votes
from panel.honesty.flips import SAMPLES, flips, run_flips
from panel.honesty.severity import AdjustedShare, Rate, Severity, adjust_share
from panel.honesty.votes import EffectiveVotes, measure_votes

__all__ = [
    "NOTE",
    "SAMPLES",
    "AdjustedShare",
    "Conflict",
    "EffectiveVotes",
    "Rate",
    "Severity",
    "VotesRead",
    "adjust_share",
    "conflicts",
    "flips",
    "header_names",
    "make_disclosure",
    "measure_votes",
    "model_key",
    "read_conflicts",
    "read_votes",
    "reviewing_families",
    "run_flips",
    "say_unknown_maker",
]
