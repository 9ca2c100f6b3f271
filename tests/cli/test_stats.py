"""`panel stats`: the desk's own record, printed and drawn."""

from __future__ import annotations

from pathlib import Path

from .calls import call, do, write_sheet
from .conftest import TOOLS


def test_the_record_has_its_denominators_in_both_forms(drafted: Path) -> None:
    sheet = write_sheet(drafted, "a", TOOLS[0], "dx")
    do(drafted, "edit", "a", TOOLS[0], "dx", "--text-file", sheet.name, "--reason", "clearer")
    do(drafted, "flip", "a", TOOLS[1], "business", "--reason", "the licence decides")
    do(drafted, "approve", "a")
    (drafted / "votes.csv").write_text("tool,ships,votes\nsmolvlm2-turbo,30,40\n")
    do(drafted, "votes", "import", "votes.csv", "--source", "poll")
    found = {one["persona"]: one for one in do(drafted, "stats", "--json").data["personas"]}
    assert set(found) == {"dx", "competition", "futurist", "business"}
    assert (found["dx"]["untouched"]["count"], found["dx"]["untouched"]["of"]) == (1, 2)
    assert 0 < found["dx"]["changed"]["value"] < 1 and found["dx"]["changed"]["of"] == 2
    assert found["business"]["flipped"]["value"] == 0.5 and found["futurist"]["flipped"]["count"] == 0
    assert all(one["community"]["of"] == 1 and one["drafts"] == 2 for one in found.values())
    text = do(drafted, "stats").out
    assert "50 %, 1 of 2" in text and "Drafted by scripted" in text


def test_an_empty_desk_says_so(room: Path) -> None:
    assert "No drafts yet" in do(room, "stats").out
    assert do(room, "stats", "--json").data["personas"] == []


def test_a_damaged_run_is_named(drafted: Path) -> None:
    (drafted / "runs/b").mkdir()
    (drafted / "runs/b/run.json").write_text("{")
    assert "Left out: b:" in do(drafted, "stats").out
    assert list(do(drafted, "stats", "--json").data["left_out"]) == ["b"]


def test_the_chart_is_a_page_or_a_picture_without_scripts(drafted: Path) -> None:
    do(drafted, "approve", "a")
    said = do(drafted, "stats", "--chart", "charts/record.html")
    assert "Drawn in charts/record.html" in said.out
    page = (drafted / "charts/record.html").read_text()
    assert page.startswith("<!doctype html>") and "<svg" in page and "<table" in page and "<script" not in page
    assert do(drafted, "stats", "--chart", "record.svg", "--json").data["chart"] == "record.svg"
    assert (drafted / "record.svg").read_text().startswith("<svg")
    wrong = call(drafted, "stats", "--chart", "record.png")
    assert wrong.rc == 2 and ".svg or .html" in wrong.err
