"""The desk: what editors do to a run, and the gate that only approved words pass."""

from panel.editorial.card import ProvenanceCard, make_card
from panel.editorial.desk import Desk
from panel.editorial.findings import BLOCKING, is_acknowledged, unanswered
from panel.editorial.fold import Approval, SeatState, Standing, fold_seat
from panel.editorial.gate import (
    ApprovedRun,
    last_publication,
    open_gate,
    record_publication,
    record_restoration,
    record_unpublication,
    refusals,
)
from panel.editorial.order import Need, Turn, review_order
from panel.editorial.pages import build_page, page_content_sha256
from panel.editorial.prices import StalePrice
from panel.editorial.reading import Beside, read_beside, read_claims
from panel.editorial.sheet import parse_sheet, render_sheet
from panel.editorial.verify import JOURNAL_CHECK, Check, verify_run
from panel.editorial.words import WordChange, changed_share, mark_changes, word_diff

__all__ = [
    "BLOCKING",
    "JOURNAL_CHECK",
    "Approval",
    "ApprovedRun",
    "Beside",
    "Check",
    "Desk",
    "Need",
    "ProvenanceCard",
    "SeatState",
    "StalePrice",
    "Standing",
    "Turn",
    "WordChange",
    "build_page",
    "changed_share",
    "fold_seat",
    "is_acknowledged",
    "last_publication",
    "make_card",
    "mark_changes",
    "open_gate",
    "page_content_sha256",
    "parse_sheet",
    "read_beside",
    "read_claims",
    "record_publication",
    "record_restoration",
    "record_unpublication",
    "refusals",
    "render_sheet",
    "review_order",
    "unanswered",
    "verify_run",
    "word_diff",
]
