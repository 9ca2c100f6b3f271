"""The nouns of the desk as frozen values. See each module for what a word means."""

from panel.records.base import Record, Sha256, Slug, canonical_json, content_hashes, is_slug, sha256_of
from panel.records.days import write_day
from panel.records.dossier import Dossier, Evidence, Pricing, Tier
from panel.records.journal import GENESIS, Action, Entry, ReleasedPage
from panel.records.manifest import EngineIdentity, Manifest, Sampling
from panel.records.page import HowMade, Page, SeatCell, SeatRow, ToolCard
from panel.records.persona import ARGUMENT_MAX_WORDS, ARGUMENT_MIN_WORDS, Beat, Persona
from panel.records.tally import Community, Comparison, PriceLine, SplitLine, Tally
from panel.records.verdict import (
    Attempt,
    BeatText,
    Call,
    Draft,
    Finding,
    MissingSeat,
    Seat,
    Verdict,
)

__all__ = [
    "ARGUMENT_MAX_WORDS",
    "ARGUMENT_MIN_WORDS",
    "GENESIS",
    "Action",
    "Attempt",
    "Beat",
    "BeatText",
    "Call",
    "Community",
    "Comparison",
    "Dossier",
    "Draft",
    "EngineIdentity",
    "Entry",
    "Evidence",
    "Finding",
    "HowMade",
    "Manifest",
    "MissingSeat",
    "Page",
    "Persona",
    "PriceLine",
    "Pricing",
    "Record",
    "ReleasedPage",
    "Sampling",
    "Seat",
    "SeatCell",
    "SeatRow",
    "Sha256",
    "Slug",
    "SplitLine",
    "Tally",
    "Tier",
    "ToolCard",
    "Verdict",
    "canonical_json",
    "content_hashes",
    "is_slug",
    "sha256_of",
    "write_day",
]
