"""What `panel dossier check` and `panel run` tell of evidence that is aimed at reviewers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from panel.dossiers import clean_dossier, describe_removed
from panel.quarantine import describe_flag, flag_passages
from panel.records import Dossier


def suspects_of(dossier: Dossier) -> dict[str, list[dict[str, Any]]]:
    """Find what reviewers are not shown and what gives them orders, as plain data with the dossier's file."""
    cleaned = clean_dossier(dossier)
    file = {"file": _file(dossier)}
    return {
        "removed": [file | asdict(one) for one in cleaned.removed],
        "flagged": [file | asdict(flag) for flag in flag_passages(cleaned.dossier)],
    }


def suspect_lines(dossier: Dossier) -> Iterator[str]:
    """Say the same, a line each; none for a dossier without."""
    cleaned = clean_dossier(dossier)
    yield from describe_removed(cleaned.removed, _file(dossier))
    yield from (describe_flag(flag, _file(dossier)) for flag in flag_passages(cleaned.dossier))


def _file(dossier: Dossier) -> str:
    return f"dossiers/{dossier.slug}.yaml"
