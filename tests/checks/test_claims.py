from __future__ import annotations

from dataclasses import replace

import pytest

from panel.checks import fact_findings, run_checks
from panel.checks.registry import CHECKS, DESK_CHECKS

from .verdicts import VERDICTS, subject_of


@pytest.mark.parametrize(("tool", "persona"), VERDICTS)
def test_good_verdicts_have_no_findings_of_the_fact_desk(tool: str, persona: str) -> None:
    assert fact_findings(subject_of(tool, persona)) == ()


def test_a_contradiction_says_what_the_dossier_has_and_where() -> None:
    subject = subject_of("quillbox", "business", "It costs $7,777 a month and comes from Zorbland.")
    locked = replace(subject, persona=subject.persona.model_copy(update={"facts": "locked"}))
    found = {finding.quote: finding for finding in fact_findings(locked)}
    assert set(found) == {"$7,777", "Zorbland"}
    assert found["Zorbland"].check == "claim-absent" and "Zorbland" in found["Zorbland"].message
    assert found["$7,777"].check in ("claim-differs", "claim-absent") and found["$7,777"].beat == subject.beats[0].id


def test_a_persona_with_free_facts_may_bring_figures_but_no_names() -> None:
    subject = subject_of("quillbox", "business", "It has 7,777 users and comes from Zorbland.")
    free = replace(subject, persona=subject.persona.model_copy(update={"facts": "free"}))
    assert [finding.quote for finding in fact_findings(free) if finding.check == "claim-absent"] == ["Zorbland"]


def test_the_fact_desk_asks_no_model_for_a_revision() -> None:
    assert not set(CHECKS) & set(DESK_CHECKS)
    assert not any(finding.check.startswith("claim-") for finding in run_checks(subject_of("quillbox", "business")))
