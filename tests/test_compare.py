from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import panel.compare
from panel.compare import compare
from panel.compare.wording import join_names, join_reviewers
from panel.records import Beat, Call, Community, Comparison, Dossier, Persona, Pricing, Seat, write_day

NAMES = ("Larkspur 2B", "Tidewater Query", "Quill Inc.", "Zed")
CALLS = {"+": Call.SHIP, "-": Call.SKIP, ".": None}
PERSONAS = tuple(
    Persona(
        slug=slug,
        name=name,
        lens="A lens",
        voice="A voice",
        ships_when=("It works.",),
        skips_when=("It breaks.",),
        beats=(Beat(id="call", question="What is it?"),),
    )
    for slug, name in (
        ("dx", "Developer experience"),
        ("competition", "The skeptic"),
        ("futurist", "The futurist"),
        ("business", "Business"),
    )
)


def dossier(
    name: str, entry: str = "Free", as_of: date = date(2026, 11, 2), source: str = "Model card", slug: str = ""
) -> Dossier:
    return Dossier(
        slug=slug or name.lower().replace(" ", "-").replace(".", ""),
        name=name,
        maker="Somebody",
        category="A category",
        tagline="A tagline",
        description="A description",
        licence="MIT",
        pricing=Pricing(entry=entry, as_of=as_of, source=source),
    )


def compared(*columns: str, personas: tuple[Persona, ...] = PERSONAS) -> Comparison:
    """Compare as many tools as there are columns; each has one mark a persona: + ship, - skip, . missing."""
    tools = tuple(dossier(name) for name in NAMES[: len(columns)])
    calls = {
        Seat(tool=tool.slug, persona=persona.slug): CALLS[mark]
        for tool, column in zip(tools, columns, strict=True)
        for persona, mark in zip(PERSONAS, column, strict=True)
    }
    return compare(tools, personas, calls)


@pytest.mark.parametrize(
    ("columns", "winner", "verdict"),
    [
        pytest.param(
            ("+++-", "---+"),
            "larkspur-2b",
            "Ship with Larkspur 2B: 3 of 4 ship it, against 1 of 4 for Tidewater Query. Pick Tidewater Query if you "
            "read it as Business does, the only reviewer that ships it and skips Larkspur 2B.",
            id="one reviewer prefers the other",
        ),
        pytest.param(
            ("++--", "++-+"),
            "tidewater-query",
            "Ship with Tidewater Query: 3 of 4 ship it, against 2 of 4 for Larkspur 2B. No reviewer prefers Larkspur "
            "2B to Tidewater Query; Developer experience and the skeptic ship both.",
            id="the second tool wins, some ship both",
        ),
        pytest.param(
            ("+++.", "---+"),
            "larkspur-2b",
            "Ship with Larkspur 2B: 3 of 3 ship it (on 3 of 4 seats), against 1 of 4 for Tidewater Query. No reviewer "
            "whose calls are in prefers Tidewater Query to Larkspur 2B.",
            id="a missing seat is said, and cannot change it",
        ),
        pytest.param(
            ("++.-", "---+"),
            "larkspur-2b",
            "Ship with Larkspur 2B: 2 of 3 ship it (on 3 of 4 seats), against 1 of 4 for Tidewater Query. Pick "
            "Tidewater Query if you read it as Business does, the only reviewer that ships it and skips Larkspur 2B.",
            id="67 % against 25 %",
        ),
        pytest.param(
            ("++--", "..-+"),
            None,
            "An honest tie: Larkspur 2B has 2 of 4 and Tidewater Query has 1 of 2 (on 2 of 4 seats), the same share "
            "each; Business ships Tidewater Query and skips Larkspur 2B. The missing seats could change this.",
            id="a tie of unequal denominators",
        ),
        pytest.param(
            ("++--", "--++"),
            None,
            "An honest tie: Larkspur 2B and Tidewater Query have 2 of 4 each; Developer experience and the skeptic "
            "ship Larkspur 2B and skip Tidewater Query; the futurist and Business ship Tidewater Query and skip "
            "Larkspur 2B.",
            id="a tie",
        ),
        pytest.param(
            ("++++", "++++"),
            None,
            "An honest tie: Larkspur 2B and Tidewater Query have 4 of 4 each; no reviewer tells them apart.",
            id="everybody ships both",
        ),
        pytest.param(
            ("+...", ".+.."),
            None,
            "An honest tie: Larkspur 2B and Tidewater Query have 1 of 1 (on 1 of 4 seats) each; no reviewer whose "
            "calls are in tells them apart. The missing seats could change this.",
            id="a tie of strangers",
        ),
        pytest.param(
            ("+---", "----"),
            "larkspur-2b",
            "Larkspur 2B leads without a majority: 1 of 4 ships it, against 0 of 4 for Tidewater Query. No reviewer "
            "prefers Tidewater Query to Larkspur 2B.",
            id="a winner that most skip",
        ),
        pytest.param(
            ("----", "----"),
            None,
            "The panel ships neither Larkspur 2B nor Tidewater Query: 0 of 4 each.",
            id="nobody ships",
        ),
        pytest.param(
            ("----", "--.."),
            None,
            "The panel ships neither Larkspur 2B nor Tidewater Query: 0 of 4 for Larkspur 2B and 0 of 2 (on 2 of 4 "
            "seats) for Tidewater Query. The missing seats could change this.",
            id="nobody ships, seats are missing",
        ),
        pytest.param(
            ("----", "...."),
            None,
            "The panel does not ship Larkspur 2B: 0 of 4. No verdict on Tidewater Query: all 4 seats are missing. The "
            "missing seats could change this.",
            id="one skipped, one without votes",
        ),
        pytest.param(
            ("...+", "...."),
            None,
            "Larkspur 2B leads so far: 1 of 1 ships it (on 1 of 4 seats). No verdict on Tidewater Query: all 4 seats "
            "are missing. The missing seats could change this.",
            id="a tool without votes cannot win",
        ),
        pytest.param(
            ("+...", "+++-"),
            None,
            "Larkspur 2B leads so far: 1 of 1 ships it (on 1 of 4 seats), against 3 of 4 for Tidewater Query. No "
            "reviewer whose calls are in prefers Tidewater Query to Larkspur 2B; Developer experience ships both. The "
            "missing seats could change this.",
            id="one vote of four beats nobody",
        ),
        pytest.param(
            ("+--.", "----"),
            "larkspur-2b",
            "Larkspur 2B leads without a majority: 1 of 3 ships it (on 3 of 4 seats), against 0 of 4 for Tidewater "
            "Query. No reviewer whose calls are in prefers Tidewater Query to Larkspur 2B.",
            id="without a majority, and settled",
        ),
        pytest.param(
            ("+--.", "---."),
            None,
            "Larkspur 2B leads so far, without a majority: 1 of 3 ships it (on 3 of 4 seats), against 0 of 3 (on 3 of "
            "4 seats) for Tidewater Query. No reviewer whose calls are in prefers Tidewater Query to Larkspur 2B. The "
            "missing seats could change this.",
            id="without a majority, and open yet",
        ),
        pytest.param(
            ("+.+.", ".-.-"),
            None,
            "Larkspur 2B leads so far: 2 of 2 ship it (on 2 of 4 seats), against 0 of 2 (on 2 of 4 seats) for "
            "Tidewater Query. No reviewer called both Larkspur 2B and another tool. The missing seats could change "
            "this.",
            id="no reviewer called both",
        ),
        pytest.param(
            ("....", "...."),
            None,
            "No verdict on Larkspur 2B: all 4 seats are missing. No verdict on Tidewater Query: all 4 seats are "
            "missing.",
            id="no votes at all",
        ),
        pytest.param(("+++-",), "larkspur-2b", "The panel ships Larkspur 2B: 3 of 4.", id="alone, shipped"),
        pytest.param(("++--",), None, "The panel is split on Larkspur 2B: 2 of 4.", id="alone, split"),
        pytest.param(("+---",), None, "The panel skips Larkspur 2B: 1 of 4.", id="alone, skipped"),
        pytest.param(
            ("++.-",),
            None,
            "So far the panel ships Larkspur 2B: 2 of 3 (on 3 of 4 seats). The missing seats could change this.",
            id="alone, seats missing",
        ),
        pytest.param(
            ("--.-",), None, "The panel skips Larkspur 2B: 0 of 3 (on 3 of 4 seats).", id="alone, settled all the same"
        ),
        pytest.param(("....",), None, "No verdict on Larkspur 2B: all 4 seats are missing.", id="alone, no votes"),
        pytest.param(
            ("+++-", "---+", "--++"),
            "larkspur-2b",
            "Ship with Larkspur 2B: 3 of 4 ship it; then Quill Inc. with 2 of 4, then Tidewater Query with 1 of 4. "
            "Pick Tidewater Query if you read it as Business does, the only reviewer that ships it and skips Larkspur "
            "2B. Pick Quill Inc. if you read it as Business does, the only reviewer that ships it and skips Larkspur "
            "2B.",
            id="three are ranked",
        ),
        pytest.param(
            ("++++", "++--", "----", "+--+"),
            "larkspur-2b",
            "Ship with Larkspur 2B: 4 of 4 ship it; then Tidewater Query with 2 of 4 and Zed with 2 of 4, then Quill "
            "Inc. with 0 of 4. No reviewer prefers another tool to Larkspur 2B.",
            id="four are ranked, two side by side",
        ),
        pytest.param(
            ("++--", "----", "--++", "...."),
            None,
            "An honest tie: Larkspur 2B and Quill Inc. have 2 of 4 each; Developer experience and the skeptic ship "
            "Larkspur 2B and skip Quill Inc.; the futurist and Business ship Quill Inc. and skip Larkspur 2B. Behind "
            "them: Tidewater Query with 0 of 4. No verdict on Zed: all 4 seats are missing. The missing seats could "
            "change this.",
            id="a tie at the top of four",
        ),
        pytest.param(
            ("----", "----", "----"),
            None,
            "The panel ships none of Larkspur 2B, Tidewater Query and Quill Inc.: 0 of 4 each.",
            id="none of three",
        ),
        pytest.param(
            ("----", "----", "+++-"),
            "quill-inc",
            "Ship with Quill Inc.: 3 of 4 ship it; then Larkspur 2B with 0 of 4 and Tidewater Query with 0 of 4. No "
            "reviewer prefers another tool to Quill Inc.",
            id="a name that ends in a stop",
        ),
        pytest.param(
            ("--++", "++++", "++--"),
            "tidewater-query",
            "Ship with Tidewater Query: 4 of 4 ship it; then Larkspur 2B with 2 of 4 and Quill Inc. with 2 of 4. No "
            "reviewer prefers another tool to Tidewater Query.",
            id="the second of three",
        ),
        pytest.param(
            ("--+-", "++--"),
            "tidewater-query",
            "Tidewater Query leads without a majority: 2 of 4 ship it, against 1 of 4 for Larkspur 2B. Pick Larkspur "
            "2B if you read it as the futurist does, the only reviewer that ships it and skips Tidewater Query.",
            id="half is no majority",
        ),
    ],
)
def test_the_verdict_in_words(columns: tuple[str, ...], winner: str | None, verdict: str) -> None:
    found = compared(*columns)
    assert found.verdict == verdict
    assert found.winner == winner


def test_two_readers_prefer_the_other() -> None:
    personas = tuple(PERSONAS[0].model_copy(update={"slug": f"p{n}", "name": f"P{n}"}) for n in range(5))
    tools = (dossier("A"), dossier("B"))
    marks = {"a": "+++--", "b": "---++"}
    calls = {
        Seat(tool=tool, persona=f"p{n}"): CALLS[mark] for tool, column in marks.items() for n, mark in enumerate(column)
    }
    assert compare(tools, personas, calls).verdict == (
        "Ship with A: 3 of 5 ship it, against 2 of 5 for B. Pick B if you read it as P3 and P4 do, who ship it "
        "and skip A."
    )


def test_shares_that_round_alike_are_no_tie() -> None:
    personas = tuple(PERSONAS[0].model_copy(update={"slug": f"p{n}"}) for n in range(201))
    calls = {Seat(tool="a", persona=f"p{n}"): Call.SHIP if n < 134 else Call.SKIP for n in range(201)}
    calls |= {Seat(tool="b", persona=f"p{n}"): Call.SHIP if n < 135 else Call.SKIP for n in range(201)}
    found = compare((dossier("A"), dossier("B")), personas, calls)
    assert [tally.ship_pct for tally in found.tallies] == [67, 67]
    assert found.winner == "b"


@pytest.mark.parametrize(
    ("columns", "read"),
    [
        (("++++", "----"), "The panel is unanimous: all 4 reviewers ship Larkspur 2B and skip Tidewater Query."),
        (("++++", "++++"), "The panel is unanimous: all 4 reviewers ship both."),
        (("----", "----", "----"), "The panel is unanimous: all 4 reviewers skip all 3."),
        (("----",), "The panel is unanimous: all 4 reviewers skip Larkspur 2B."),
        (
            ("+++-", "---+"),
            "Developer experience, the skeptic and the futurist agree on everything: they ship Larkspur 2B and skip "
            "Tidewater Query. Business ships Tidewater Query and skips Larkspur 2B.",
        ),
        (
            ("+-++", "+--+"),
            "Developer experience and Business agree on everything: they ship both. The skeptic skips both. The "
            "futurist ships Larkspur 2B and skips Tidewater Query.",
        ),
        (
            ("+++-", "----"),
            "Developer experience, the skeptic and the futurist agree on everything: they ship Larkspur 2B and skip "
            "Tidewater Query. Business skips both. Every reviewer skips Tidewater Query.",
        ),
        (
            ("++-.", "+.-."),
            "Developer experience ships both. The skeptic ships Larkspur 2B. The futurist skips both. Missing: the "
            "skeptic on Tidewater Query; Business on Larkspur 2B and Tidewater Query.",
        ),
        (
            ("++--",),
            "Developer experience and the skeptic ship Larkspur 2B. The futurist and Business skip Larkspur 2B.",
        ),
        (
            ("----", "...."),
            "Developer experience, the skeptic, the futurist and Business skip Larkspur 2B. Missing: Developer "
            "experience, the skeptic, the futurist and Business on Tidewater Query.",
        ),
        (
            ("....",),
            "Missing: Developer experience, the skeptic, the futurist and Business on Larkspur 2B.",
        ),
    ],
)
def test_the_reviewer_split_in_words(columns: tuple[str, ...], read: str) -> None:
    assert compared(*columns).split_read == read


def test_the_split_has_a_line_for_every_persona_in_order() -> None:
    split = compared("+-.+", "++..").split
    assert [(line.persona, line.calls) for line in split] == [
        ("dx", (Call.SHIP, Call.SHIP)),
        ("competition", (Call.SKIP, Call.SHIP)),
        ("futurist", (None, None)),
        ("business", (Call.SHIP, None)),
    ]


def test_an_absent_seat_is_missing_and_a_foreign_one_is_not_counted() -> None:
    calls = {Seat(tool="a", persona="dx"): Call.SHIP, Seat(tool="a", persona="ghost"): Call.SKIP}
    (tally,) = compare((dossier("A"),), PERSONAS, calls).tallies
    assert tally.label == "100 % ship, 1 of 1, 3 missing"


@pytest.mark.parametrize(
    ("tools", "read"),
    [
        ((), "—"),
        ((dossier("A"),), "A starts at Free (as of 2 November 2026, Model card)."),
        (
            (dossier("A"), dossier("B")),
            "Both start at Free (as of 2 November 2026). Source: Model card for A and B.",
        ),
        (
            (dossier("A"), dossier("B", source="Acme Inc.")),
            "Both start at Free (as of 2 November 2026). Sources: Model card for A; Acme Inc. for B.",
        ),
        (
            (dossier("A"), dossier("B", as_of=date(2025, 1, 31))),
            "Both start at Free (A as of 2 November 2026; B as of 31 January 2025). Source: Model card for A and B.",
        ),
        (
            (dossier("A"), dossier("B"), dossier("C")),
            "All 3 start at Free (as of 2 November 2026). Source: Model card for A, B and C.",
        ),
        (
            (dossier("A"), dossier("B", entry="$19 a month", source="Price page")),
            "A starts at Free (as of 2 November 2026, Model card); B starts at $19 a month (as of 2 November 2026, "
            "Price page).",
        ),
        (
            (dossier("A", entry="Free"), dossier("B", entry="free")),
            "A starts at Free (as of 2 November 2026, Model card); B starts at free (as of 2 November 2026, "
            "Model card).",
        ),
    ],
)
def test_the_price_read(tools: tuple[Dossier, ...], read: str) -> None:
    found = compare(tools, PERSONAS, {})
    assert found.price_read == read
    assert [line.entry for line in found.prices] == [tool.pricing.entry for tool in tools]


@pytest.mark.parametrize(
    ("community", "read"),
    [
        (None, "—"),
        ({}, "—"),
        ({"elsewhere": Community(ships=1, votes=2)}, "—"),
        ({"a": Community(ships=133, votes=218)}, "61 % of 218 readers ship A; — for B."),
        (
            {"b": Community(ships=0, votes=5), "a": Community(ships=1, votes=1)},
            "100 % of 1 reader ships A; 0 % of 5 readers ship B.",
        ),
    ],
)
def test_the_community_read(community: dict[str, Community] | None, read: str) -> None:
    found = compare((dossier("A"), dossier("B")), PERSONAS, {}, community)
    assert found.community_read == read
    assert found.community == tuple((community or {}).get(slug) for slug in ("a", "b"))


def test_nothing_to_compare() -> None:
    found = compare((), PERSONAS, {})
    assert (found.tallies, found.prices, found.community, found.winner) == ((), (), (), None)
    assert (found.verdict, found.split_read) == ("There is nothing to compare.", "There is nothing to split.")


def test_a_panel_without_reviewers_has_no_verdict() -> None:
    found = compare((dossier("A"), dossier("B")), (), {})
    assert found.verdict == "No verdict on A: it has no seats. No verdict on B: it has no seats."
    assert found.split_read == "There is nothing to split."
    one = compare((dossier("A"),), PERSONAS[:1], {})
    assert one.verdict == "No verdict on A: its one seat is missing."


def test_the_public_names_are_sorted() -> None:
    assert panel.compare.__all__ == sorted(panel.compare.__all__)


@pytest.mark.parametrize(
    ("names", "joined"), [([], ""), (["A"], "A"), (["A", "B"], "A and B"), (["A", "B", "C"], "A, B and C")]
)
def test_names_are_joined_with_and(names: list[str], joined: str) -> None:
    assert join_names(names) == joined


def test_the_article_is_small_within_a_sentence() -> None:
    assert join_reviewers(["The skeptic", "The futurist"]) == "the skeptic and the futurist"
    assert join_reviewers(["The skeptic", "The futurist"], opening=True) == "The skeptic and the futurist"


@pytest.mark.parametrize("month", range(1, 13))
def test_dates_are_written_in_english_whatever_the_locale(month: int) -> None:
    day = date(2026, month, 2)
    english = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    number, name, year = write_day(day).split()
    assert (number, name[:3], year) == ("2", english[month - 1], "2026")


@st.composite
def panels(draw: st.DrawFn) -> tuple[tuple[Dossier, ...], tuple[Persona, ...], dict[Seat, Call | None]]:
    names = draw(st.lists(st.sampled_from([*NAMES, "Yahoo!", "A", "B2"]), min_size=1, max_size=4, unique=True))
    entries = st.sampled_from(["Free", "free", "$19 a month"])
    days = st.dates(date(2024, 1, 1), date(2026, 12, 31))
    tools = tuple(dossier(name, draw(entries), draw(days), slug=f"t{place}") for place, name in enumerate(names))
    personas = tuple(draw(st.permutations(PERSONAS)))[: draw(st.integers(1, 4))]
    calls = {
        Seat(tool=tool.slug, persona=persona.slug): draw(st.sampled_from([Call.SHIP, Call.SKIP, None]))
        for tool in tools
        for persona in personas
    }
    return tools, personas, calls


def share_of(found: Comparison, place: int) -> Fraction | None:
    tally = found.tallies[place]
    return Fraction(tally.ships, tally.voted) if tally.voted else None


@given(panel_of=panels())
def test_every_tool_and_reviewer_is_accounted_for(
    panel_of: tuple[tuple[Dossier, ...], tuple[Persona, ...], dict[Seat, Call | None]],
) -> None:
    tools, personas, calls = panel_of
    found = compare(tools, personas, calls)
    assert all(tool.name in found.verdict for tool in tools)
    if "unanimous" not in found.split_read:
        assert all(persona.name.removeprefix("The ") in found.split_read for persona in personas)
    assert ("Missing: " in found.split_read) == (None in calls.values())
    assert sum(tally.configured for tally in found.tallies) == len(calls)
    for text in (found.verdict, found.price_read, found.split_read, found.community_read):
        assert "None" not in text
        assert "  " not in text
        assert "0 %" not in text
        assert text == text.strip()
        assert ".." not in text
        assert text.endswith((".", "!", "—"))


@given(panel_of=panels())
def test_the_winner_has_the_highest_share_of_all(
    panel_of: tuple[tuple[Dossier, ...], tuple[Persona, ...], dict[Seat, Call | None]],
) -> None:
    found = compare(*panel_of)
    shares = [share for place in range(len(found.tallies)) if (share := share_of(found, place)) is not None]
    if found.winner:
        place = [tally.tool for tally in found.tallies].index(found.winner)
        assert share_of(found, place) == max(shares)
        assert shares.count(max(shares)) == 1
        assert found.tallies[place].ships > 0
    elif len(panel_of[0]) > 1:
        open_yet = found.verdict.endswith("The missing seats could change this.")
        assert not shares or max(shares) == 0 or shares.count(max(shares)) > 1 or open_yet


@given(panel_of=panels(), data=st.data())
def test_the_order_of_reviewers_and_tools_changes_no_winner(
    panel_of: tuple[tuple[Dossier, ...], tuple[Persona, ...], dict[Seat, Call | None]], data: st.DataObject
) -> None:
    tools, personas, calls = panel_of
    found = compare(tools, personas, calls)
    turned = compare(tuple(data.draw(st.permutations(tools))), tuple(data.draw(st.permutations(personas))), calls)
    assert turned.winner == found.winner
    assert {tally.tool: tally for tally in turned.tallies} == {tally.tool: tally for tally in found.tallies}


@given(panel_of=panels())
def test_nothing_wins_while_missing_seats_could_change_it(
    panel_of: tuple[tuple[Dossier, ...], tuple[Persona, ...], dict[Seat, Call | None]],
) -> None:
    found = compare(*panel_of)
    if found.verdict.endswith("The missing seats could change this."):
        assert found.winner is None
        assert "Ship with" not in found.verdict
    else:
        assert "so far" not in found.verdict.lower()


@given(panel_of=panels(), data=st.data())
def test_a_settled_outcome_stands_whatever_the_missing_seats_say(
    panel_of: tuple[tuple[Dossier, ...], tuple[Persona, ...], dict[Seat, Call | None]], data: st.DataObject
) -> None:
    tools, personas, calls = panel_of
    found = compare(tools, personas, calls)
    assume("could change" not in found.verdict and any(calls.values()))
    filled = {seat: call or data.draw(st.sampled_from(list(Call))) for seat, call in calls.items()}
    assert compare(tools, personas, filled).winner == found.winner
