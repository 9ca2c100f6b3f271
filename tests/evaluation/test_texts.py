"""Degeneration, specificity, nearness, distinctness and length: each by hand."""

from __future__ import annotations

import pytest

from panel.evaluation import Exam
from panel.evaluation.answers import Answer, Answers, gold_answers
from panel.evaluation.degeneration import degenerate_share, find_degenerate, unanswered_share
from panel.evaluation.distinctness import distinctness, likeness
from panel.evaluation.lengths import within_bounds, words_per_verdict
from panel.evaluation.nearness import OTHERS, Library, matched_share
from panel.evaluation.specificity import Marks, specific_share
from panel.records import BeatText, Seat

from .golds import SHIP, make_answer, make_dossier, seats_of

SEATS = seats_of("..", "..")
ONE, TWO = SEATS[0]


def words(count: int, word: str = "w") -> str:
    return " ".join(f"{word}{number}" for number in range(count))


def test_likeness_by_hand() -> None:
    # Of a b c, b c d and c d e against b c d, c d e and d e f: two of four.
    assert likeness("a b c d e", "b c d e f") == 0.5
    assert likeness("One two three.", "one, TWO three") == 1
    assert likeness("one two three", "four five six") == 0
    assert likeness("one two", "one two") is None
    assert likeness("", "one two three") == 0


def test_distinctness_is_the_mean_over_tools() -> None:
    answers = {
        ONE: make_answer("a b c", "d e"),
        TWO: make_answer("b c d", "e f"),
        SEATS[1][0]: make_answer("a b c"),
        SEATS[1][1]: make_answer("x y z"),
    }
    assert distinctness(answers, SEATS).value == pytest.approx((0.5 + 1) / 2)
    del answers[SEATS[1][1]]
    assert distinctness(answers, SEATS).value == 0.5
    assert distinctness(answers, SEATS).count == 1
    assert distinctness({ONE: answers[ONE]}, SEATS).value is None
    assert distinctness({}, SEATS).value is None


def test_distinctness_is_over_all_pairs_of_a_tool() -> None:
    (seats,) = seats_of("...")
    answers = dict(zip(seats, (make_answer("a b c"), make_answer("a b c"), make_answer("x y z")), strict=True))
    assert distinctness(answers, [seats]).value == pytest.approx(2 / 3)


def test_lengths_by_hand() -> None:
    answers = {
        ONE: make_answer(words(60), words(10)),
        TWO: make_answer(words(130)),
        SEATS[1][0]: make_answer(words(69)),
        SEATS[1][1]: make_answer(words(131)),
    }
    assert words_per_verdict(answers, SEATS).value == 100
    assert within_bounds(answers, SEATS).value == 0.5
    assert words_per_verdict({}, SEATS).value is None and within_bounds({}, SEATS).value is None


MANY = {
    f"tool{number}": make_dossier(f"tool{number}", f"It has word{number}x in it, with care.") for number in range(40)
}
QUILL = make_dossier(
    "quill", "Version 7.25 reads parchment, and exports ink with 2026 dates.", name="Quill Desk", maker="Corvid Press"
)
GOLD = {**MANY, "quill": QUILL, "vellum": make_dossier("vellum", "Reads parchment with 7.25 inks.")}


@pytest.mark.parametrize(
    ("text", "is_specific"),
    [
        ("It stops at 7.25 already.", True),
        ("It reads parchment.", True),
        ("With Quill Desk all is well.", True),
        ("What Corvid Press sells is fine.", True),
        # 2026 is in every dossier's dates, "reads" and "tool" in none or all, "ink" is too short a word.
        ("A tool of 2026 with ink in it.", False),
        ("Good for teams that want value.", False),
        ("", False),
        # Another tool's own.
        ("It has word7x.", False),
    ],
)
def test_what_a_dossier_has_to_itself(text: str, is_specific: bool) -> None:
    assert Marks(GOLD).is_specific("quill", text) is is_specific


def test_what_one_in_twenty_others_hold_is_still_its_own_and_no_more() -> None:
    def tell(holders: int) -> bool:
        gold = {f"t{n}": make_dossier(f"t{n}", "It knits." if n < holders else "It sews.") for n in range(40)}
        return Marks({**gold, "quill": make_dossier("quill", "It knits.")}).is_specific("quill", "So it knits.")

    assert tell(2) and not tell(3)


def test_specific_beats_are_counted() -> None:
    seats = [[Seat(tool="quill", persona="dx"), Seat(tool="quill", persona="business")]]
    answers = {seats[0][0]: make_answer("It reads parchment.", "Good."), seats[0][1]: make_answer("Good.")}
    assert specific_share(answers, Marks(GOLD), seats).value == pytest.approx(1 / 3)
    assert specific_share({}, Marks(GOLD), seats).value is None
    # Alone, everything is rare.
    assert specific_share(answers, Marks({"quill": QUILL}), seats).value is None


def test_a_draft_is_set_against_the_same_twenty_others() -> None:
    library = Library(GOLD)
    others = library.others("quill")
    assert len(others) == len(set(others)) == OTHERS and "quill" not in others
    assert others == Library(dict(reversed(GOLD.items()))).others("quill")
    assert others != library.others("vellum")
    few = Library({"quill": QUILL, "vellum": GOLD["vellum"]})
    assert few.others("quill") == ("vellum",)


def test_a_draft_is_matched_by_its_words_or_by_its_name() -> None:
    # All of them, so that vellum is among the others.
    library = Library({slug: GOLD[slug] for slug in ("quill", "vellum", *list(MANY)[:18])})
    for text, with_names, without in (
        ("It exports parchment at 7.25.", True, True),
        ("Quill Desk is good, says Corvid.", True, False),
        ("It has inks, and vellum works.", False, False),
        ("Nothing of it is anywhere.", False, False),
        ("", False, False),
    ):
        assert library.is_nearest("quill", text, names=True) is with_names, text
        assert library.is_nearest("quill", text, names=False) is without, text


def test_matched_drafts_are_counted() -> None:
    seats = [[Seat(tool="quill", persona="dx"), Seat(tool="quill", persona="business")]]
    answers = {seats[0][0]: make_answer("It exports parchment."), seats[0][1]: make_answer("Quill Desk.")}
    library = Library(GOLD)
    assert matched_share(answers, library, seats, names=True).value == 1
    assert matched_share(answers, library, seats, names=False).value == 0.5
    assert matched_share({}, library, seats, names=True).value is None
    assert matched_share(answers, Library({"quill": QUILL}), seats, names=True).value is None


@pytest.fixture
def answers(exam: Exam) -> Answers:
    """Sound answers to everything: what one beat of a seat says, no other says."""
    return {
        seat: Answer(
            tuple(
                BeatText(id=beat.id, text=f"{words(9, f'{seat.tool}{seat.persona}{beat.id}')} ends here.")
                for beat in exam.personas[seat.persona].beats
            ),
            SHIP,
        )
        for seat in gold_answers(exam)
    }


def change(answers: Answers, seat: Seat, place: int, text: str) -> Answers:
    beats = list(answers[seat].beats)
    beats[place] = BeatText(id=beats[place].id, text=text)
    return answers | {seat: Answer(tuple(beats), answers[seat].call)}


def seats_in(exam: Exam) -> list[tuple[Seat, ...]]:
    return [exam.seats(tool) for tool in exam.tools]


def test_degenerate_drafts_are_those_with_a_finding_of_the_desk_s_checks(exam: Exam, answers: Answers) -> None:
    seats = seats_in(exam)
    sound = find_degenerate(answers, exam.materials)
    assert set(sound.values()) == {frozenset()} and degenerate_share(sound, seats).value == 0
    question = exam.personas["dx"].beats[0].question
    changed = change(answers, seats[0][0], 1, "It goes on and on and on and on and on and on and on and on again.")
    changed = change(changed, seats[1][0], 0, question)
    findings = find_degenerate(changed, exam.materials)
    assert degenerate_share(findings, seats).value == pytest.approx(2 / 12)
    assert degenerate_share(findings, seats, ("loop",)).value == pytest.approx(1 / 12)
    assert degenerate_share(findings, seats, ("echo-question",)).value == pytest.approx(1 / 12)
    assert degenerate_share({}, seats).value is None


def test_beats_that_answer_nothing(exam: Exam, answers: Answers) -> None:
    seats = seats_in(exam)
    beats = sum(len(answer.beats) for answer in answers.values())
    assert unanswered_share(answers, exam.materials, seats).value == 0
    short = change(answers, seats[0][0], 0, "Too short.")
    assert unanswered_share(short, exam.materials, seats).value == pytest.approx(1 / beats)
    # Another seat of the same tool says it: then neither has answered. Of another tool's, or its own: nothing.
    said = answers[seats[0][0]].beats[1].text
    same = change(answers, seats[0][1], 2, f"Well, {said}")
    assert unanswered_share(same, exam.materials, seats).value == pytest.approx(2 / beats)
    for place in ((1, 1), (0, 0)):
        other = change(answers, seats[place[0]][place[1]], 2, f"Well, {said}")
        assert unanswered_share(other, exam.materials, seats).value == 0
    assert unanswered_share({}, exam.materials, seats).value is None


def test_a_beat_left_out_answers_nothing(exam: Exam, answers: Answers) -> None:
    seats = seats_in(exam)
    seat = seats[0][0]
    cut = answers | {seat: Answer(answers[seat].beats[1:], SHIP)}
    beats = sum(len(answer.beats) for answer in answers.values())
    assert unanswered_share(cut, exam.materials, seats).value == pytest.approx(1 / beats)
