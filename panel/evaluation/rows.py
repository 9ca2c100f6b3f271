"""The rows of an evaluation: every figure by its key, in the order and the words in which a person reads them."""

from __future__ import annotations

from typing import Literal, NamedTuple

Unit = Literal["share", "number", "words"]


class Row(NamedTuple):
    """One figure's place in the table.

    Attributes:
        group: the rows it stands with.
        key: its name for programs.
        label: its name for people.
        unit: `share` is 0 to 1 and shown in percent; `number` has no unit; `words` are counted.
        better: which way it should go.
        is_shown: whether it stands in the table; else it is for programs.
    """

    group: str
    key: str
    label: str
    unit: Unit
    better: Literal["higher", "lower", "neither"]
    is_shown: bool = True


ROWS = (
    Row("loss", "text_loss", "the gold's words, nats a byte", "number", "lower"),
    Row("loss", "answer_loss", "the gold's answers, nats a byte", "number", "lower", is_shown=False),
    Row("calls", "agreement", "calls like the gold's", "share", "higher"),
    Row("calls", "kappa", "Cohen's kappa", "number", "higher"),
    Row("calls", "true_positive_rate", "gold ships called ship", "share", "higher"),
    Row("calls", "true_negative_rate", "gold skips called skip", "share", "higher"),
    Row("calls", "brier", "Brier score of p_ship", "number", "lower"),
    Row("calls", "base_rate_brier", "Brier score of the base rate", "number", "neither"),
    Row("grounding", "numbers_supported", "numbers the dossier has", "share", "higher"),
    Row("grounding", "licences_supported", "licences the dossier has", "share", "higher"),
    Row("grounding", "quotations_supported", "quotations the dossier has", "share", "higher"),
    Row("grounding", "names_supported", "names the dossier has", "share", "higher"),
    Row("degeneration", "degenerate_drafts", "drafts that loop or echo", "share", "lower"),
    Row("degeneration", "loop", "drafts with a loop", "share", "lower", is_shown=False),
    Row("degeneration", "repeated_sentence", "drafts with a repeated sentence", "share", "lower", is_shown=False),
    Row("degeneration", "echo_question", "drafts that echo a question", "share", "lower", is_shown=False),
    Row("degeneration", "echo_prompt", "drafts that echo the prompt", "share", "lower", is_shown=False),
    Row("degeneration", "unanswered_beats", "beats that answer nothing", "share", "lower"),
    Row("specificity", "specific_beats", "beats of no other tool", "share", "higher"),
    Row("specificity", "matched_drafts", "drafts nearest to their dossier", "share", "higher"),
    Row("specificity", "matched_without_names", "the same, names left out", "share", "higher"),
    Row("argument", "distinctness", "how differently seats argue", "number", "higher"),
    Row("argument", "words_per_verdict", "words a verdict", "words", "neither"),
    Row("argument", "verdicts_within_bounds", "verdicts of 70 to 130 words", "share", "higher"),
)
"""Every figure there is; the keys of each column are among these."""

CALL_KEYS = tuple(row.key for row in ROWS if row.group == "calls")
