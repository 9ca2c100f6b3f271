"""The whole check: sound gold passes, every fault at once, always the same report."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace

import panel.corpus
from panel.corpus import check_corpus, load_gold
from panel.personas import load_personas

from .conftest import PERSONAS, Corpus
from .writing import SMALL, slug_of, write_tools

ROOT = PERSONAS.parent
REPORT = """
import json, sys
from pathlib import Path
from panel.corpus import check_corpus, load_gold
from panel.personas import load_personas
personas = [item.persona for item in load_personas(Path(sys.argv[2]))]
report = check_corpus(load_gold(Path(sys.argv[1]), personas), personas)
print(json.dumps([str(fault) for fault in report.faults]))
"""


def test_a_sound_corpus_has_no_fault(corpus: Corpus) -> None:
    report = corpus.check()
    assert report.sound and report.faults == ()


def test_the_real_corpus_is_sound() -> None:
    personas = [item.persona for item in load_personas(PERSONAS)]
    report = check_corpus(load_gold(ROOT / "corpus", personas), personas)
    assert [str(fault) for fault in report.faults] == []


def test_every_fault_is_told_at_once_by_file_and_as_it_is_read(corpus: Corpus) -> None:
    corpus.argument(6, "business")["call"] += " it never stops"
    corpus.argument(6, "dx")["bet"] = corpus.argument(6, "dx")["bet"].replace(" ", " {", 1)
    corpus.argument(6, "dx")["primitive"] = "17 " + corpus.argument(6, "dx")["primitive"]
    corpus.argument(3, "futurist")["trend"] = "I say " + corpus.argument(3, "futurist")["trend"]
    corpus.dossier(9)["evidence"] = corpus.dossier(9)["evidence"][:1]
    assert [(rule, place) for rule, place, _ in corpus.faults(replace(SMALL, tools=11))] == [
        ("size", "corpus"),
        ("excerpts", f"dossiers/{slug_of(9)}.yaml"),
        ("house-rule", f"verdicts/{slug_of(3)}.yaml: futurist.trend"),
        ("unsupported-number", f"verdicts/{slug_of(6)}.yaml: dx.primitive"),
        ("shape", f"verdicts/{slug_of(6)}.yaml: dx.bet"),
        ("cut-off", f"verdicts/{slug_of(6)}.yaml: business.call"),
    ]


def test_a_fault_is_one_line_with_its_place_and_its_words(corpus: Corpus) -> None:
    corpus.argument(3, "futurist")["trend"] = "I say " + corpus.argument(3, "futurist")["trend"]
    (fault,) = corpus.check().faults
    place = f"verdicts/{slug_of(3)}.yaml: futurist.trend"
    assert str(fault) == f'{place}: house-rule: a seat is a lens, not a person: "I"'
    assert (fault.place.tool, fault.place.seat, fault.place.beat) == (slug_of(3), "futurist", "trend")


def test_the_report_does_not_hang_on_the_process(corpus: Corpus) -> None:
    for number in (1, 4, 6, 9):
        corpus.argument(number, "dx")["bet"] = corpus.argument(0, "business")["buyer"]
    folder = write_tools(corpus.folder, corpus.tools)
    reports = set()
    for seed in ("1", "2"):
        ended = subprocess.run(
            [sys.executable, "-c", REPORT, str(folder), str(PERSONAS)],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        reports.add(ended.stdout)
    (report,) = reports
    assert sum("near-duplicate" in fault for fault in json.loads(report)) == 4


def test_nothing_is_no_corpus(corpus: Corpus) -> None:
    report = check_corpus((), corpus.personas)
    assert report.figures.words_mean is None and report.figures.ship_counts[0].ship_share is None
    assert {fault.rule for fault in report.faults} == {"size", "split-size", "panels"}


def test_the_public_names_are_sorted() -> None:
    names = panel.corpus.__all__
    assert names == sorted(names, key=lambda name: (not name.isupper(), name))
