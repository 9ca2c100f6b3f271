"""The nouns of the desk as frozen values. See each module for what a word means."""

from panel.records.base import Record, Sha256, Slug, canonical_json, content_hashes, is_slug, sha256_of
from panel.records.days import write_day
from panel.records.dossier import Dossier, Evidence, Pricing, Tier
from panel.records.journal import GENESIS, Action, Entry, ReleasedPage
from panel.records.manifest import Disclosure, EngineIdentity, Independence, Interest, Manifest, Sampling
from panel.records.page import HowMade, Page, RunProvenance, SeatCell, SeatProvenance, SeatRow, ToolCard
from panel.records.persona import ARGUMENT_MAX_WORDS, ARGUMENT_MIN_WORDS, Beat, Persona
from panel.records.tally import Community, Comparison, PriceLine, SplitLine, Tally
from panel.records.verdict import (
    Attempt,
    BeatText,
    Call,
    Draft,
    Finding,
    FindingKey,
    Flagged,
    Flips,
    MissingSeat,
    Passage,
    Quarantine,
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
    "Disclosure",
    "Dossier",
    "Draft",
    "EngineIdentity",
    "Entry",
    "Evidence",
    "Finding",
    "FindingKey",
    "Flagged",
    "Flips",
    "HowMade",
    "Independence",
    "Interest",
    "Manifest",
    "MissingSeat",
    "Page",
    "Passage",
    "Persona",
    "PriceLine",
    "Pricing",
    "Quarantine",
    "Record",
    "ReleasedPage",
    "RunProvenance",
    "Sampling",
    "Seat",
    "SeatCell",
    "SeatProvenance",
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
