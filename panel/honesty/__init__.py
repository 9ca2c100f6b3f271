"""Honest numbers: how stable a call is, how many votes a panel is worth, who reviews whose tool, what became of drafts.

Nothing here changes a verdict or a share. It stands beside them, with its denominator, or says that nobody knows.
"""

from panel.honesty.ablation import Ablated, Asked, ablate
from panel.honesty.card import ProvenanceCard, make_card
from panel.honesty.chart import render_html, render_svg, show_share
from panel.honesty.conflicts import Conflict, conflicts, header_names, read_conflicts, reviewing_families
from panel.honesty.effective import NOTE, VotesRead, model_key, read_votes
from panel.honesty.flips import Flips, flips, run_flips
from panel.honesty.replay import Ingredient, Replay, Replayed, replay
from panel.honesty.severity import AdjustedShare, Rate, Severity, adjust_share
from panel.honesty.track_record import Mean, PersonaRecord, TrackRecord, collect_record, severities
from panel.honesty.votes import EffectiveVotes, measure_votes

__all__ = [
    "NOTE",
    "Ablated",
    "AdjustedShare",
    "Asked",
    "Conflict",
    "EffectiveVotes",
    "Flips",
    "Ingredient",
    "Mean",
    "PersonaRecord",
    "ProvenanceCard",
    "Rate",
    "Replay",
    "Replayed",
    "Severity",
    "TrackRecord",
    "VotesRead",
    "ablate",
    "adjust_share",
    "collect_record",
    "conflicts",
    "flips",
    "header_names",
    "make_card",
    "measure_votes",
    "model_key",
    "read_conflicts",
    "read_votes",
    "render_html",
    "render_svg",
    "replay",
    "reviewing_families",
    "run_flips",
    "severities",
    "show_share",
]
