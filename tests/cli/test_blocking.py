"""A wrong price in a draft, from the run to the page: it cannot be published unanswered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from panel.cli.newsroom import make_newsroom
from panel.engine import Request, ScriptedEngine

from .calls import call, do

TOOL, PERSONA = "smolvlm2-turbo", "business"
WRONG = "It costs $49 a month for every seat in the newsroom."
BEATS = ("buyer", "moat", "economics", "call")


def write_wrong_price(request: Request, asked: int) -> str | None:
    if request.id != f"{TOOL}/{PERSONA}":
        return None
    texts = dict.fromkeys(BEATS, "The team that owns the phone pays for it out of its own small budget.")
    return json.dumps({"argument": {**texts, "economics": WRONG}, "call": "ship"}, separators=(",", ":"))


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A newsroom whose run `a` has a draft with a wrong price."""
    room = make_newsroom(tmp_path / "room")
    monkeypatch.setattr("panel.cli.run.open_engine", lambda *a, **k: ScriptedEngine(script=write_wrong_price))
    said = do(room, "run", TOOL, "--run-id", "a")
    assert "answer 1 finding, then read" in said.out and "approve everything" not in said.out
    return room


def sheet(room: Path, economics: str) -> Path:
    shown = do(room, "show", "a", TOOL, PERSONA, "--json").data["seats"][0]
    lines = [f"call: {shown['call']}"]
    for beat, text in shown["beats"].items():
        lines += [f"[{beat}]", economics if beat == "economics" else text]
    path = room / "sheet.txt"
    path.write_text("\n".join(lines) + "\n")
    return path


def edit(room: Path, economics: str) -> None:
    do(room, "edit", "a", TOOL, PERSONA, "--text-file", str(sheet(room, economics)), "--reason", "clearer")


def blocks(room: Path) -> list[dict[str, Any]]:
    findings = do(room, "show", "a", TOOL, PERSONA, "--json").data["seats"][0]["findings"]
    return [finding for finding in findings if finding["blocks"] and not finding["acknowledged"]]


def test_the_price_is_shown_beside_the_dossier_s(planted: Path) -> None:
    (finding,) = blocks(planted)
    assert (finding["quote"], finding["beat"], finding["passage"]) == (
        "$49",
        "economics",
        {"place": "pricing.entry", "text": "Free"},
    )
    out = do(planted, "show", "a", TOOL, PERSONA).out
    assert "1 ■ blocks  claim-" in out and "↳ pricing.entry: “Free”" in out


def test_it_is_not_approved_and_not_published(planted: Path) -> None:
    for argv in (["approve", "a"], ["approve", "a", TOOL], ["approve", "a", TOOL, PERSONA]):
        said = call(planted, *argv)
        assert said.rc == 1 and "$49" in said.err and "panel acknowledge" in said.err
    said = call(planted, "publish", "a")
    assert said.rc == 1 and f"{TOOL}/{PERSONA}: nobody answered claim-" in said.err
    assert not list(planted.glob("site/compare/*"))
    assert do(planted, "log", "a", "--json").data["entries"] == []


def test_an_edit_answers_it(planted: Path) -> None:
    edit(planted, "It costs nothing.")
    do(planted, "approve", "a")
    do(planted, "publish", "a")


def test_a_reason_answers_it_and_a_changed_sentence_asks_again(planted: Path) -> None:
    said = call(planted, "acknowledge", "a", TOOL, PERSONA, "--all", "--reason", " ")
    assert said.rc == 1 and "needs a reason" in said.err
    said = do(planted, "acknowledge", "a", TOOL, PERSONA, "1", "--reason", "the maker told us by mail")
    assert "claim-" in said.out and "Nothing blocks its approval now." in said.out
    assert "“$49”: the maker told us by mail" in do(planted, "log", "a").out
    assert "✓ acknowledged  claim-" in do(planted, "show", "a", TOOL, PERSONA).out
    do(planted, "approve", "a")
    edit(planted, "It costs $49 a month for each seat in the newsroom.")
    assert len(blocks(planted)) == 1
    assert call(planted, "approve", "a").rc == 1 and call(planted, "publish", "a").rc == 1
    entries = do(planted, "acknowledge", "a", TOOL, PERSONA, "--all", "-r", "as before", "--json").data["acknowledged"]
    assert [entry["finding"]["quote"] for entry in entries] == ["$49"]
    do(planted, "approve", "a")
    do(planted, "publish", "a")
    page = next(planted.glob("site/compare/*/index.html")).read_text()
    assert "by mail" not in page and "as before" not in page


def test_what_is_not_there_cannot_be_acknowledged(planted: Path) -> None:
    said = call(planted, "acknowledge", "a", TOOL, PERSONA, "1", "99", "--reason", "so")
    assert said.rc == 2 and "has no finding 99" in said.err
    said = call(planted, "acknowledge", "a", TOOL, PERSONA, "--reason", "so")
    assert said.rc == 2 and "--all" in said.err
    said = call(planted, "acknowledge", "a", TOOL, "dx", "--all", "--reason", "so")
    assert said.rc == 1 and "nothing blocks its approval" in said.err
    findings = do(planted, "show", "a", TOOL, PERSONA, "--json").data["seats"][0]["findings"]
    remark = next(str(number) for number, one in enumerate(findings, start=1) if not one["blocks"])
    said = call(planted, "acknowledge", "a", TOOL, PERSONA, "1", remark, "--reason", "so")
    assert said.rc == 1 and "blocks nothing" in said.err
    assert do(planted, "log", "a", "--json").data["entries"] == [], "all of it or nothing"


def test_a_reason_is_never_dropped_in_silence(planted: Path) -> None:
    do(planted, "acknowledge", "a", TOOL, PERSONA, "1", "--reason", "first")
    said = call(planted, "acknowledge", "a", TOOL, PERSONA, "1", "--reason", "second", editor="Bob")
    assert said.rc == 1 and "was acknowledged before" in said.err


def test_an_acknowledgement_is_of_the_text_that_was_seen(planted: Path) -> None:
    out = do(planted, "show", "a", TOOL, PERSONA).out
    seen = out.split("text ", 1)[1].split()[0]
    edit(planted, f"It costs $1 a month. {WRONG}")
    said = call(planted, "acknowledge", "a", TOOL, PERSONA, "1", "--seen", seen, "--reason", "the invoice says 49")
    assert said.rc == 1 and "changed since you read it" in said.err
    now = do(planted, "show", "a", TOOL, PERSONA, "--json").data["seats"][0]["sha256"]
    do(planted, "acknowledge", "a", TOOL, PERSONA, "2", "--seen", now, "--reason", "the invoice says 49")
    (entry,) = [one for one in do(planted, "log", "a", "--json").data["entries"] if one["action"] == "acknowledge"]
    assert entry["finding"]["quote"] == "$49"


def test_no_text_of_a_model_or_a_page_steers_the_terminal_or_forges_a_line(planted: Path) -> None:
    hostile = "\x1b[2J\u202e\x9b1m"
    run = planted / "runs" / "a" / "drafts" / TOOL / PERSONA / "1.json"
    draft = json.loads(run.read_text())
    beats = [{**beat, "text": f"{WRONG} “{hostile}\n 9 forged {hostile}”"} for beat in draft["beats"]]
    draft["raw"] = None
    draft.pop("raw")
    run.chmod(0o644)
    run.write_text(json.dumps({**draft, "beats": beats}))
    shown = do(planted, "show", "a", TOOL, PERSONA)
    acknowledged = do(planted, "acknowledge", "a", TOOL, PERSONA, "--all", "--reason", "so")
    logged = do(planted, "log", "a")
    for said in (shown, acknowledged, logged):
        assert not {"\x1b", "\u202e", "\x9b"} & set(said.out + said.err)
    entries = do(planted, "log", "a", "--json").data["entries"]
    assert len(logged.out.splitlines()) == len(entries)


def test_on_the_walk_it_comes_first_and_can_be_acknowledged(planted: Path) -> None:
    first = do(planted, "review", "a", "--json").data
    assert first["open"][0] == f"{TOOL}/{PERSONA}" and first["why"][first["open"][0]] == "1 finding to answer"
    said = do(planted, "review", "a", stdin="a\nk\n\nk\nthe maker told us\na\nq\n")
    assert "cannot be approved" in said.err
    actions = [entry["action"] for entry in do(planted, "log", "a", "--json").data["entries"]]
    assert actions == ["acknowledge", "approve"]


def test_calm_verdicts_that_were_opened_are_approved_together(tmp_path: Path) -> None:
    room = make_newsroom(tmp_path / "room")
    do(room, "run", "hushcap", "--engine", "scripted", "--run-id", "a", "--persona", "dx", "--persona", "business")
    calls = [seat["call"] for seat in do(room, "show", "a", "--json").data["seats"]]
    if len(set(calls)) > 1:
        do(room, "flip", "a", "hushcap", "dx", "--reason", "to agree")
    assert "[a]pprove these 2 together" not in do(room, "review", "a", stdin="n\nq\n").out, "one was not opened"
    said = do(room, "review", "a", stdin="n\nn\na\n")
    assert "[a]pprove these 2 together" in said.out
    entries = do(room, "log", "a", "--json").data["entries"]
    assert [entry["action"] for entry in entries if entry["action"] == "approve"] == ["approve", "approve"]


def test_an_old_price_wants_to_be_confirmed(planted: Path) -> None:
    edit(planted, "It costs nothing.")
    do(planted, "approve", "a")
    settings = (planted / "panel.toml").read_text()
    (planted / "panel.toml").write_text(settings.replace("# price_days = 90", "price_days = 1"))
    read = yaml.safe_load((planted / "dossiers" / f"{TOOL}.yaml").read_text())["pricing"]["as_of"]
    said = call(planted, "publish", "a")
    assert said.rc == 1 and "1 is allowed" in said.err and str(read.year) in said.err
    assert f"panel confirm a {TOOL}" in said.err
    assert "1 is allowed" in do(planted, "show", "a").out
    assert "Free still holds" in do(planted, "confirm", "a", TOOL, "--reason", "looked at its page").out
    assert "the price of smolvlm2-turbo: looked at its page" in do(planted, "log", "a").out
    do(planted, "publish", "a")


def test_an_old_price_is_met_on_the_walk(planted: Path) -> None:
    edit(planted, "It costs nothing.")
    do(planted, "approve", "a")
    settings = (planted / "panel.toml").read_text()
    (planted / "panel.toml").write_text(settings.replace("# price_days = 90", "price_days = 1"))
    said = do(planted, "review", "a", stdin="c\nlooked at its page\n")
    assert "[c]onfirm that it holds today" in said.out and "Next: panel publish a" in said.out
    do(planted, "publish", "a")


def test_samples_and_provenance_are_shown(planted: Path) -> None:
    assert "draft sha256" in do(planted, "show", "a", TOOL, "--provenance").out
    told = do(planted, "show", "a", "--provenance", "--json").data
    assert len(told["provenance"]["cards"]) == 4 and told["independence"] is None
    assert do(planted, "show", "a", "--samples", "3", "--json").data["seats"][0]["flips"] is None, "a script has none"
