"""Personas: the four of the repository, their answers' grammar, and a fifth by file."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from panel.errors import InputProblems
from panel.personas import CALL_MARKER, answer_limit_tokens, answer_schema, load_personas, persona_json_schema
from panel.personas.answer import beat_pattern
from panel.records import Beat, Persona

REPOSITORY = Path(__file__).parent.parent.parent
ORDER = ("dx", "competition", "futurist", "business")
FOUR = {item.persona.slug: item.persona for item in load_personas(REPOSITORY / "personas", order=ORDER)}
BEATS = [beat for persona in FOUR.values() for beat in persona.beats]


def test_the_four_seats_are_the_design_s() -> None:
    assert {slug: [beat.id for beat in persona.beats] for slug, persona in FOUR.items()} == {
        "dx": ["primitive", "bet", "moment_of_truth", "alternative", "deciding_detail"],
        "competition": ["rivals", "breaks_when", "killer", "reversal"],
        "futurist": ["thesis", "trend", "second_order", "dependency"],
        "business": ["buyer", "moat", "economics", "call"],
    }
    for persona in FOUR.values():
        assert len(persona.ships_when) == len(persona.skips_when)
        assert 350 <= sum(beat.min_chars for beat in persona.beats) <= 420
        assert 850 <= sum(beat.max_chars for beat in persona.beats) <= 950


def test_order_by_wish_then_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "personas"
    shutil.copytree(REPOSITORY / "personas", folder)

    def slugs(**wish: tuple[str, ...]) -> list[str]:
        return [item.persona.slug for item in load_personas(folder, **wish)]

    assert slugs() == ["business", "competition", "dx", "futurist"]
    assert slugs(order=ORDER) == list(ORDER)
    assert slugs(order=("futurist", "gone")) == ["futurist", "business", "competition", "dx"]
    assert slugs(only=("futurist", "dx"), order=ORDER) == ["futurist", "dx"]
    (item,) = load_personas(folder, only=["dx"])
    assert item.data == (folder / "dx.yaml").read_bytes() and item.file_name == "dx.yaml"


def test_what_is_wrong_with_them_comes_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "personas"
    shutil.copytree(REPOSITORY / "personas", folder)
    (folder / "poet.yaml").write_text((folder / "dx.yaml").read_text())
    (folder / "dx.yaml").write_text((folder / "dx.yaml").read_text().replace("max_chars: 150", "max_chars: 20"))
    (folder / "futurist.yaml").write_bytes(b"\xff")
    (folder / "business.yaml").write_text('slug: "\\UFFFFFFFF"\n')
    with pytest.raises(InputProblems) as caught:
        load_personas(folder, only=["poet", "dx", "futurist", "business", "nobody", "../dx", "dx"])
    text = str(caught.value)
    for words in (
        "personas/poet.yaml: slug: is 'dx', but the file is named poet.yaml",
        "beats.0: min_chars (70) must be below max_chars (20)",
        "personas/futurist.yaml:1: not UTF-8",
        "personas/business.yaml: not valid YAML",
        "personas/nobody.yaml: no such persona; there are: business, competition",
        "'../dx' is no slug",
        "dx was asked for twice",
    ):
        assert words in text, text
    empty = tmp_path / "empty"
    for _ in range(2):
        with pytest.raises(InputProblems, match="there is no persona here"):
            load_personas(empty)
        empty.mkdir(exist_ok=True)


@pytest.mark.parametrize("persona", FOUR.values(), ids=FOUR)
def test_the_answer_s_schema(persona: Persona) -> None:
    schema = answer_schema(persona)
    Draft202012Validator.check_schema(schema)
    assert list(schema["properties"]) == ["argument", "call"]
    assert list(schema["properties"]["argument"]["properties"]) == [beat.id for beat in persona.beats]
    assert json.dumps({"argument": {"x": "y"}, "call": "ship"}, separators=(",", ":")).count(CALL_MARKER) == 1
    longest = {"argument": {beat.id: "x" * beat.max_chars for beat in persona.beats}, "call": "skip"}
    assert answer_limit_tokens(persona) >= len(json.dumps(longest, separators=(",", ":")))
    assert Draft202012Validator(persona_json_schema()).is_valid(persona.model_dump(mode="json"))


SENTENCE = Beat(id="x", question="x", min_chars=20, max_chars=60)


@pytest.mark.parametrize(
    "text",
    [
        "It loads one small file and runs offline.",
        "It reads images. It writes captions too.",
        "$20 a month buys a 2.2 GB file, no more.",
        "Does it run on a laptop? It does, slowly.",
        "“Open weights” are named in the licence!",
    ],
)
def test_sentences_that_may_stand(text: str) -> None:
    assert re.fullmatch(beat_pattern(SENTENCE), text)


@pytest.mark.parametrize(
    "text",
    [
        "", "Too short.", "it begins without a capital letter.", "It does not end in any full stop",
        "It holds a {brace} and so on and on.", "It holds a <|im_end|> control token.", "It breaks\nover two lines.",
        "It is far too long for its bounds, " * 3 + "really.", "One two three. Four five six. Seven eight.",
        "It trails off and then it ends ...", "It ends with a space and a stop .",
    ],
)  # fmt: skip
def test_sentences_that_may_not(text: str) -> None:
    assert not re.fullmatch(beat_pattern(SENTENCE), text)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_the_grammar_writes_keeps_about_to_its_bounds(data: st.DataObject) -> None:
    beat = data.draw(st.sampled_from([SENTENCE, *BEATS]))
    text = data.draw(st.from_regex(beat_pattern(beat), fullmatch=True))
    dotted = len(re.findall(r"[0-9][.][0-9]|[a-z][.][a-z]+", text))
    assert beat.min_chars - 4 <= len(text) <= beat.max_chars + 6 * dotted + 4
    assert not set(text) & set("{}[]<>|\n\\") and text[-1] in ".!?"


def test_a_fifth_reviewer_is_a_file(room: Path) -> None:
    from cli.calls import do  # noqa: PLC0415

    text = (
        (room / "personas" / "dx.yaml")
        .read_text()
        .replace("slug: dx", "slug: law")
        .replace("Developer exp", "Legal exp")
    )
    (room / "personas" / "law.yaml").write_text(text)
    said = do(room, "run", "smolvlm2-turbo", "--engine", "scripted", "--run-id", "a", "--json").data
    assert [seat["persona"] for seat in said["seats"]] == [*ORDER, "law"]
    assert said["tallies"][0]["configured"] == 5
    do(room, "approve", "a")
    do(room, "publish", "a")
    assert "Legal experience" in next((room / "site").rglob("index.html")).read_text()
