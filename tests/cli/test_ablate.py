"""`panel ablate`: whose call it is."""

from __future__ import annotations

from pathlib import Path

from .calls import call, do
from .conftest import TOOLS


def test_every_seat_is_asked_every_way_and_the_run_is_left_alone(drafted: Path) -> None:
    before = sorted(path for path in (drafted / "runs").rglob("*"))
    found = do(drafted, "ablate", "a", "--json").data
    assert found["known"] == found["compared_with_run"] == found["argued"] == len(found["seats"]) == 8
    for seat in found["seats"]:
        assert len(seat["swapped"]) == 3 and seat["seat"]["persona"] not in seat["swapped"]
        assert seat["by_persona"] == (seat["own"]["call"] != seat["neutral"]["call"])
        assert seat["argument_turned_it"] == (seat["run_call"] != seat["own"]["call"])
        assert seat["words_carry_it"] == (seat["run_call"] == seat["argued"]["call"])
    by_tool = {seat["seat"]["tool"]: seat["neutral"] for seat in found["seats"]}
    assert set(by_tool) == set(TOOLS) and by_tool[TOOLS[0]] != by_tool[TOOLS[1]]
    assert found["caused_by_persona"] == sum(seat["by_persona"] for seat in found["seats"])
    assert sorted(path for path in (drafted / "runs").rglob("*")) == before


def test_the_table_says_what_the_data_say(drafted: Path) -> None:
    found = do(drafted, "ablate", "a", "--json").data
    text = do(drafted, "ablate", "a").out
    assert f"Caused by the persona: {found['caused_by_persona']} of 8" in text
    assert f"Carried by its words without the lens: {found['carried_by_words']} of 8" in text
    for seat in found["seats"]:
        (line,) = [
            one for one in text.splitlines() if one.startswith(f"{seat['seat']['tool']}/{seat['seat']['persona']} ")
        ]
        assert seat["cause"] in line and f"{seat['lenses_that_keep_it']} of 3 keep it" in line


def test_one_tool_can_be_asked_alone_with_the_same_answers(drafted: Path) -> None:
    whole = do(drafted, "ablate", "a", "--json").data["seats"]
    alone = do(drafted, "ablate", "a", "--tool", TOOLS[1], "--json").data["seats"]
    assert alone == whole[4:]


def test_what_is_not_there_is_told(drafted: Path) -> None:
    assert call(drafted, "ablate", "a", "--tool", "photoshop").rc == 2
    assert call(drafted, "ablate", "a", "--model", "no.gguf").rc == 2
