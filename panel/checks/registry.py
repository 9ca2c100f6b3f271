"""The registry: every check, in the order an editor reads their findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from panel.checks.claims import check_claims
from panel.checks.echo import check_echo_prompt, check_echo_question
from panel.checks.ending import check_cut_off
from panel.checks.length import check_empty_beat, check_too_long, check_too_short, check_word_count
from panel.checks.names import check_wrong_tool
from panel.checks.numbers import check_unsupported_number
from panel.checks.repetition import check_loop, check_repeated_sentence
from panel.checks.subject import CheckSubject
from panel.records import Finding

Check = Callable[[CheckSubject], Iterable[Finding]]
"""Looks at one seat's text; yields nothing when it is fine. Pure: the same subject, the same findings."""

CHECKS: tuple[Check, ...] = (
    check_wrong_tool,
    check_unsupported_number,
    check_empty_beat,
    check_too_short,
    check_too_long,
    check_word_count,
    check_cut_off,
    check_loop,
    check_repeated_sentence,
    check_echo_question,
    check_echo_prompt,
)
"""The gravest first: a revision is told of the findings in this order."""


DESK_CHECKS: tuple[Check, ...] = (check_claims,)
"""What only editors are told of: which fact is right is for a person to say, and the lock on facts keeps numbers from
nowhere out of drafts already."""


def run_checks(subject: CheckSubject) -> tuple[Finding, ...]:
    """Run every check on one seat's text.

    Returns:
        The findings, check by check in the order of `CHECKS`, within a check in the order of the beats; empty
        when nothing is wrong. Every quote is a substring of the text of the beat it names.
    """
    return tuple(finding for check in CHECKS for finding in check(subject))


def fact_findings(subject: CheckSubject) -> tuple[Finding, ...]:
    """Hold every claim of one seat's text against its dossier, for the editors.

    Returns:
        One finding for each claim that the dossier contradicts (`claim-differs`) or does not have (`claim-absent`), in
        the order of the text; empty when nothing is wrong.
    """
    return tuple(finding for check in DESK_CHECKS for finding in check(subject))
