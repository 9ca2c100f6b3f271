"""The edit sheet: what is written is what is read, and every problem is told at once with its line."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from panel.dossiers import find_hidden
from panel.editorial import parse_sheet, render_sheet
from panel.editorial.sheet import MAX_BEAT_CHARS, write_sheet
from panel.errors import InputProblems
from panel.records import Beat, BeatText, Call, Persona, Verdict

from . import desks

PERSONA: Persona = desks.persona("dx").model_copy(
    update={"beats": (Beat(id="primitive", question="What is it?"), Beat(id="bet", question="# Is it [right]?"))}
)
GOOD = "call: ship\n\n[primitive]\nIt is a model.\n\n[bet]\nIt holds.\n"
READ = ((BeatText(id="primitive", text="It is a model."), BeatText(id="bet", text="It holds.")), Call.SHIP)


def verdict(first: str, second: str = "It holds.", call: Call = Call.SHIP) -> Verdict:
    beats = (BeatText(id="primitive", text=first), BeatText(id="bet", text=second))
    return Verdict(seat=desks.SEAT, dossier_sha256="a" * 64, persona_sha256="b" * 64, beats=beats, call=call)


def problems(sheet: str) -> list[tuple[int, str, str]]:
    with pytest.raises(InputProblems) as refused:
        parse_sheet(sheet, PERSONA, "sheet.txt")
    assert {problem.file for problem in refused.value.problems} == {"sheet.txt"}
    return [(problem.line, problem.field, problem.message) for problem in refused.value.problems]


PLAIN = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=80)
TRICKY = st.text(st.sampled_from("#[]\\ abet:\u2028\u00a0"), min_size=1, max_size=12)
TEXTS = st.one_of(PLAIN, TRICKY).map(str.strip).filter(lambda text: bool(text) and not find_hidden(text))


class TestRoundTrip:
    @settings(deadline=None)
    @given(first=TEXTS, second=TEXTS, call=st.sampled_from(Call), remarks=st.lists(st.text(), max_size=2))
    @example(first="# no remark", second="[bet]", call=Call.SKIP, remarks=["two\nlines", "call: ship\n[bet]\nx"])
    @example(first="#1 of its kind", second="[1] says so", call=Call.SHIP, remarks=[])
    @example(first="\\# begins with a backslash", second="\\\\[bet]", call=Call.SHIP, remarks=["[primitive]"])
    @example(first="\\alpha", second="call: ship", call=Call.SKIP, remarks=["#"])
    @example(first="19\u00a0% and  two spaces", second="a\u2028[bet]\u2028b", call=Call.SHIP, remarks=["\u2028[bet]"])
    def test_what_is_written_is_what_is_read(self, first: str, second: str, call: Call, remarks: list[str]) -> None:
        now = verdict(first, second, call)
        for sheet in (render_sheet(now, PERSONA, tuple(remarks)), write_sheet(now.beats, call)):
            assert parse_sheet(sheet, PERSONA) == (now.beats, call)

    def test_line_breaks_of_a_text_are_folded_and_never_read_as_anything_else(self) -> None:
        now = verdict("one\n[bet]\r\n\n# two\rthree")
        (beat, _), _ = parse_sheet(render_sheet(now, PERSONA), PERSONA)
        assert beat.text == "one [bet] # two three"

    def test_the_sheet_shows_the_questions_and_the_remarks(self) -> None:
        sheet = render_sheet(verdict("It is."), PERSONA, ("length: too short",))
        assert sheet.splitlines() == [
            "# larkspur/dx: change what is under the names, then save. Lines that begin with # are not kept.",
            "# length: too short",
            "",
            "call: ship",
            "",
            "# What is it?",
            "[primitive]",
            "It is.",
            "",
            "# # Is it [right]?",
            "[bet]",
            "It holds.",
        ]


class TestReading:
    @pytest.mark.parametrize(
        "sheet",
        [
            GOOD,
            GOOD.replace("\n", "\r\n"),
            GOOD.replace("\n", "\r"),
            "\ufeff" + GOOD,
            "\ufeff# a remark\n" + GOOD,
            GOOD.rstrip("\n"),
            "CALL :  Ship  \n[bet]\nIt holds.\n[primitive]\nIt is a model.",
            "#remark above\n#\n\n" + GOOD + "# a last remark\n#\n",
            GOOD.replace("It is a model.", "  It is\n\n# a remark\n#\na model.  \n"),
            GOOD.replace("[bet]", "[ bet ]  "),
        ],
    )
    def test_ways_to_write_the_same(self, sheet: str) -> None:
        assert parse_sheet(sheet, PERSONA) == READ

    def test_a_text_as_long_as_may_be_is_read(self) -> None:
        sheet = GOOD.replace("It is a model.", "\n".join(["x"] * (MAX_BEAT_CHARS // 2)))
        assert len(parse_sheet(sheet, PERSONA)[0][0].text) == MAX_BEAT_CHARS - 1


class TestProblems:
    @pytest.mark.parametrize(
        ("sheet", "line", "field", "message"),
        [
            ("[primitive]\na\n[bet]\nb", 0, "call", "is missing"),
            (GOOD.replace("ship", "maybe"), 1, "call", "must be ship or skip (found 'maybe')"),
            (GOOD.replace("ship", ""), 1, "call", "must be ship or skip"),
            ("call: ship\n" + GOOD, 2, "call", "is there twice, first on line 1"),
            (GOOD + "[bet]\nagain", 8, "bet", "is there twice, first on line 6"),
            (GOOD + "[beet]\nred", 8, "beet", "is no beat of dx; they are primitive, bet"),
            (GOOD + "[1]\n", 8, "1", "written with \\ before it"),
            (GOOD[: GOOD.index("[bet]")], 0, "bet", "is missing"),
            (GOOD.replace("It holds.", " \n\n"), 6, "bet", "is empty"),
            ("hello\n" + GOOD, 1, "", "stands before the first [beat]"),
            (GOOD.replace("It holds.", "x" * 2001), 6, "bet", "has 2,001 characters; at most 2,000"),
            (GOOD.replace("It holds.", "It\n#1 holds."), 8, "bet", "write `# ` for a remark"),
            (GOOD.replace("It holds.", "fine\nIt\u200b holds."), 8, "bet", "U+200B ZERO WIDTH SPACE"),
            (GOOD.replace("It holds.", "\u202eIt holds."), 7, "bet", "U+202E RIGHT-TO-LEFT OVERRIDE"),
            (GOOD.replace("It holds.", "It \x1c holds."), 7, "bet", "U+001C"),
            (GOOD.replace("It holds.", "It holds.\x0c"), 7, "bet", "U+000C"),
            (GOOD.replace("It holds.", "It \x00holds."), 7, "bet", "U+0000"),
            (GOOD.replace("It holds.", "It \udcffholds."), 7, "bet", "U+DCFF SURROGATE"),
            (GOOD.replace("It holds.", "It\U000e0041 holds."), 7, "bet", "U+E0041"),
        ],
    )
    def test_a_problem_names_its_line(self, sheet: str, line: int, field: str, message: str) -> None:
        found = problems(sheet)
        assert [(at, what) for at, what, _ in found] == [(line, field)]
        assert message in found[0][2]

    def test_every_problem_at_once_in_order_of_line(self) -> None:
        found = problems("hello\ncall: perhaps\n[beet]\nred\n[primitive]\n#x\n\u200b\n[primitive]\n")
        assert [(line, field) for line, field, _ in found] == [
            (0, "bet"),
            (1, ""),
            (2, "call"),
            (3, "beet"),
            (6, "primitive"),
            (7, "primitive"),
            (8, "primitive"),
        ]

    def test_an_empty_sheet_lacks_everything(self) -> None:
        for sheet in ("", "\n\n", "# only a remark\n", "\ufeff"):
            assert [field for _, field, _ in problems(sheet)] == ["bet", "call", "primitive"]

    @pytest.mark.parametrize("piece", ["x", " ", "a ", "[", "]", "#", "\\", "call: ", "[bet]\n", "\n", "\r", "\u2028"])
    def test_a_huge_text_is_refused_quickly(self, piece: str) -> None:
        started = time.process_time()
        for before in ("", "call:", "[bet]", "call: ship\n[bet]\n"):
            problems(before + piece * 30_000 + "x")
        assert time.process_time() - started < 5

    @settings(deadline=None)
    @given(sheet=st.text(st.sampled_from("call: shipk\n[primtvbe]#\\\r\u200b\udc80"), max_size=80))
    def test_whatever_is_given_is_read_or_refused(self, sheet: str) -> None:
        try:
            beats, call = parse_sheet(sheet, PERSONA)
        except InputProblems as refused:
            assert refused.problems
        else:
            assert parse_sheet(write_sheet(beats, call), PERSONA) == (beats, call)
