from __future__ import annotations

from fractions import Fraction

from panel.corpus import ShipCount, Split

from .conftest import Corpus


def test_figures_count_what_there_is(corpus: Corpus) -> None:
    corpus.gold(0)["verdicts"]["dx"]["call"] = "ship"
    figures = corpus.check().figures
    assert (figures.tools, figures.categories, figures.verdicts) == (10, 2, 40)
    assert figures.splits == {Split.TRAIN: 6, Split.DEV: 2, Split.TEST: 2}
    assert figures.panels == (1, 3, 2, 2, 2)
    counts = {(count.seat, count.split): count for count in figures.ship_counts}
    assert len(counts) == 5 * 4
    assert counts[None, None] == ShipCount(None, None, 21, 40)
    assert counts["dx", None].ship_share == Fraction(8, 10)
    assert counts[None, Split.DEV].ship_share == Fraction(1, 2)
    assert counts["dx", Split.DEV] == ShipCount("dx", Split.DEV, 1, 2)


def test_words_are_counted_a_verdict(corpus: Corpus) -> None:
    before = corpus.check().figures
    assert before.words_min is not None and before.words_max is not None and before.words_mean is not None
    assert 70 <= before.words_min <= before.words_mean <= before.words_max <= 130
