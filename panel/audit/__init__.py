"""Audits: runs looked back at. What a replay of one reproduces, what its personas caused, what became of its drafts."""

from panel.audit.ablation import Ablated, Asked, ablate
from panel.audit.chart import render_html, render_svg, show_share
from panel.audit.replay import Ingredient, Replay, Replayed, replay
from panel.audit.track_record import Mean, PersonaRecord, TrackRecord, collect_record, severities

__all__ = [
    "Ablated",
    "Asked",
    "Ingredient",
    "Mean",
    "PersonaRecord",
    "Replay",
    "Replayed",
    "TrackRecord",
    "ablate",
    "collect_record",
    "render_html",
    "render_svg",
    "replay",
    "severities",
    "show_share",
]
