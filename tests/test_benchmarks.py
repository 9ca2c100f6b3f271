from __future__ import annotations

import json
import re
from itertools import combinations
from pathlib import Path

import pytest
from llama_cpp.llama_grammar import LlamaGrammar

from benchmarks import engine, site
from benchmarks.engine_report import compare_texts, summarise
from benchmarks.engine_turns import Result, TurnFailed, take_turn
from benchmarks.engine_workloads import Workload, build_asks, count_unique, is_verdict, plain_schema, shorten
from benchmarks.random_weights import TINY, write_model
from panel.personas import answer_limit_tokens, answer_schema
from panel.records import Beat, Persona


def asks_of(workload: str):
    return build_asks(Workload.parse(workload), is_greedy=False, most_tokens=0)


@pytest.fixture
def persona() -> Persona:
    beats = (Beat(id="bet", question="What?", min_chars=20, max_chars=60), Beat(id="moat", question="Which?"))
    return Persona(
        slug="one", name="One", lens="All.", voice="Plain.", ships_when=("Yes.",), skips_when=("No.",), beats=beats
    )


def test_one_command_measures_panel_and_its_limits(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    model, report = write_model(TINY, tmp_path), tmp_path / "report.json"
    few = ["--workloads", "1x4", "--sides", "a", "e", "--rounds", "1", "--max-new", "100", "--threads", "1"]
    engine.main(["--model", str(model), *few, "--json", str(report)])
    (measured,) = json.loads(report.read_text())["measured"]
    facts, sides = measured["facts"], measured["sides"]
    assert list(sides) == ["a", "e1", "e2"]
    assert sides["a"]["valid_share"] == 1
    # A tool's seats read the house rules and the dossier once.
    assert sides["a"]["computed_tokens"] == facts["unique_tokens"] < facts["prompt_tokens"]
    assert sides["a"]["computed_tokens"] + sides["a"]["saved_tokens"] == facts["prompt_tokens"]
    assert sides["a"]["inside"]["written_tokens"] == sides["a"]["written_tokens"] > 0
    assert sides["e1"]["wall_s"] > 0 < sides["e2"]["wall_s"]
    printed = capsys.readouterr().out
    assert "a  Panel " in printed and "e2: 4 written at once" in printed


def test_a_side_that_fails_says_why():
    with pytest.raises(TurnFailed, match="KeyError: 'nothing'"):
        take_turn("engine_panel", {"do": "nothing"})


@pytest.mark.parametrize(
    "arguments", [["--sides", "d"], ["--workloads", "2x3"], ["--rounds", "0"], ["--server", "/no"]]
)
def test_options_that_make_no_sense_are_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit, match="2"):
        engine.main(arguments)


@pytest.mark.parametrize("name", ["", "4", "0x4", "2x3", "2x4x0", "2x4x1x1", "axb"])
def test_a_workload_is_tools_by_four_seats(name: str):
    with pytest.raises(ValueError):
        Workload.parse(name)


def test_tools_share_the_house_rules_and_nothing_else():
    asks = asks_of("8x4")
    told = {ask.tool: ask.request.messages[1].parts[0] for ask in asks}
    assert len(told) == 8
    assert len({ask.request.messages[0] for ask in asks}) == 1
    for one, other in combinations(told.values(), 2):
        # The longest common beginning ends right behind the label.
        assert next(at for at, (ours, theirs) in enumerate(zip(one, other, strict=False)) if ours != theirs) == 9
    for text in told.values():
        name = text.removeprefix("DOSSIER: ").split("\n")[0]
        assert text.count(name) > 2


def test_both_orders_of_a_prompt_say_the_same():
    for ask in asks_of("2x4"):
        orders = (ask.request.messages, ask.persona_first)
        ours, theirs = (sorted(line for m in order for line in "".join(m.parts).splitlines()) for order in orders)
        assert ours == theirs
        assert ask.persona_first[0].parts[-1].startswith("YOUR SEAT")


def test_samples_of_a_seat_differ_in_seed_and_name_alone():
    asks = asks_of("1x4x3")
    assert len({ask.request.id for ask in asks}) == len({ask.request.seed for ask in asks}) == 12
    assert len({ask.request.prompt_sha256() for ask in asks}) == 4
    assert all(ask.request.sample_choice for ask in asks)


@pytest.mark.parametrize("most_tokens", [200, 300, 500])
def test_beats_are_shortened_to_what_is_asked(most_tokens: int, persona: Persona):
    assert answer_limit_tokens(shorten(persona, most_tokens)) <= most_tokens
    assert shorten(persona, 10_000) == persona
    assert {beat.max_chars for beat in shorten(persona, 1).beats} == {20}


def test_the_peers_grammar_is_the_personas_less_quotation_marks(persona: Persona):
    schema = answer_schema(persona)
    with pytest.raises(AssertionError):
        LlamaGrammar.from_json_schema(json.dumps(schema))
    plain = plain_schema(schema)
    assert LlamaGrammar.from_json_schema(json.dumps(plain))
    beat = plain["properties"]["argument"]["properties"]["bet"]["pattern"]
    assert re.fullmatch(beat, "It costs 2.5 times as much, (or more).")
    assert not re.fullmatch(beat, 'It is called "the bet" by its makers.')
    assert not re.fullmatch(beat, 'The makers call all of it "the bet".')
    assert not re.fullmatch(beat, "Too short.")


def test_a_verdict_is_json_with_every_beat_in_its_pattern(persona: Persona):
    schema = answer_schema(persona)
    beats = {"bet": "It costs 2.5 times as much as that.", "moat": "Nobody else has all of those customers to lose."}
    assert is_verdict(json.dumps({"argument": beats, "call": "ship"}), schema)
    for broken in (
        {"argument": beats, "call": "perhaps"},
        {"argument": {**beats, "bet": "Short."}, "call": "ship"},
        {"argument": {**beats, "bet": 1}, "call": "ship"},
        {"argument": {"bet": beats["bet"]}, "call": "ship"},
        {"argument": list(beats), "call": "ship"},
        [],
    ):
        assert not is_verdict(json.dumps(broken), schema)
    assert not is_verdict(json.dumps({"argument": beats, "call": "ship"})[:-1], schema)


def test_what_two_prompts_share_is_counted_once():
    first, second, other = [[1], [2, 3], [4], [9]], [[1], [2, 3], [5], [9]], [[1], [7], [4], [9]]
    assert count_unique([first, first, second, other]) == [[(1,)], [(2, 3), (7,)], [(4, 9), (5, 9), (4, 9)]]


def turn(wall_s: float, *texts: str) -> Result:
    answers = [
        {
            "id": str(number),
            "tool": f"tool {number // 2}",
            "text": text,
            "finish": "stop",
            "written_tokens": 10,
            "prompt_tokens": 100,
            "computed_tokens": 25,
            "at_s": wall_s - number,
        }
        for number, text in enumerate(texts)
    ]
    return {"wall_s": wall_s, "answers": answers, "peak_bytes": 1, "others": 0.0}


def test_ratios_are_taken_within_a_round():
    rounds = [
        {"a": turn(10, "", ""), "c": turn(30, "")},
        {"a": turn(20, "", ""), "c": turn(40, "")},
        {"a": turn(5, "")},
    ]
    sides = summarise(rounds, {"0": {}, "1": {}})
    assert sides["c"]["ratios"] == [3, 2] and sides["c"]["ratio"] == 2.5 and sides["c"]["rounds"] == 2
    assert (sides["a"]["wall_s"], sides["a"]["wall_s_low"], sides["a"]["wall_s_high"]) == (10, 5, 20)


def test_a_tool_is_finished_with_its_last_seat():
    sides = summarise([{"a": turn(10, "", "", "", "")}], {name: {} for name in "0123"})
    # Its seats end 10, 9, 8 and 7 seconds after the beginning, two for each tool.
    assert sides["a"]["first_tool_s"] == 8
    assert sides["a"]["saved_tokens"] == 300
    assert sides["a"]["written_tokens_per_s"] == 4
    assert sides["a"]["valid_share"] == 0


def test_texts_are_compared_request_by_request():
    same = compare_texts({"a": turn(1, "abcd", "abcd"), "c": turn(1, "abcd", "abxd")})
    assert same == {"answers": 2, "equal": 1, "equal_beginning_share": 0.75}
    assert compare_texts({"a": turn(1, "abcd")}) is None


def test_the_site_s_benchmark_builds_three_times(capsys: pytest.CaptureFixture[str]):
    site.main(["--tools", "12", "--json"])
    first, unchanged, one = json.loads(capsys.readouterr().out)
    assert [item["kind"] for item in (first, unchanged, one)] == ["first", "unchanged", "one verdict"]
    # Eleven tools of one category in pairs, and one of the next with its neighbour.
    assert first["comparisons"] == 56 and first["files"] == first["written"] > 200
    assert unchanged["written"] == 0 and 0 < one["written"] < first["written"]
