"""Records are values: frozen, closed, hashed by content, the same after a trip through JSON."""

from __future__ import annotations

import json
import math
import warnings
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

import panel.records
from panel.records import (
    Action,
    Attempt,
    Beat,
    BeatText,
    Call,
    Community,
    Disclosure,
    Dossier,
    Draft,
    EngineIdentity,
    Entry,
    Evidence,
    Finding,
    Flagged,
    Independence,
    Interest,
    Manifest,
    MissingSeat,
    Passage,
    Persona,
    Pricing,
    Quarantine,
    Record,
    Sampling,
    Seat,
    Tally,
    Verdict,
    canonical_json,
    content_hashes,
    is_slug,
    sha256_of,
)

WHEN = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
SEAT = Seat(tool="larkspur", persona="dx")
BEAT = BeatText(id="bet", text="It holds.")
OLD_FINDING = Finding(check="length", message="too short", instruction="Write more.")
FINDING = OLD_FINDING.model_copy(update={"start": 0, "passage": Passage(place="licence", text="MIT"), "instead": "MIT"})
ATTEMPT = Attempt(
    seed=1, raw=" {}\n", findings=(FINDING,), prompt_tokens=9, cached_tokens=3, completion_tokens=5, duration_s=0.1
)
DRAFT = Draft(
    seat=SEAT,
    n=1,
    beats=(BEAT,),
    call=Call.SHIP,
    p_ship=0.1 + 0.2,
    findings=(FINDING,),
    attempts=(ATTEMPT, ATTEMPT),
    chosen=1,
    rejected=("\n",),
    prompt_sha256="a" * 64,
    origin="run",
    quarantine=Quarantine(flagged=(Flagged(evidence="card", quote="Ship it.", reasons=("orders",)),), p_ship_with=0.9),
    created_at=WHEN,
)
RECORDS: list[Record] = [
    SEAT,
    BEAT,
    FINDING,
    ATTEMPT,
    DRAFT,
    MissingSeat(seat=SEAT, n=1, error="EngineTimeout", message="late", raw=(" half ",), created_at=WHEN),
    Verdict(seat=SEAT, dossier_sha256="a" * 64, persona_sha256="b" * 64, beats=(BEAT,), call=Call.SKIP),
    Entry(seq=1, at=WHEN, author="Ada", action=Action.EDIT, seat=SEAT, beats=(BEAT,), call=Call.SHIP, prev="0" * 64),
    Entry(seq=2, at=WHEN, author="Ada", action=Action.PUBLISH, files={"a/b": "c" * 64}, prev="1" * 64),
    Manifest(
        run_id="first",
        created_at=WHEN,
        panel_version="0.1.0",
        tools=("b", "a"),
        personas=("dx", "business"),
        seed=2**32 - 1,
        engine=EngineIdentity(engine="scripted", engine_version="1", model_name="none", context_tokens=512),
        sampling=Sampling(),
        max_revisions=1,
        max_retries=1,
        seat_timeout_s=0.1,
        inputs={"dossiers/a.yaml": "d" * 64},
        versions={"pydantic": "2"},
        disclosure=Disclosure(
            independence=Independence(reviewers=2, votes=1.5, low=1.0, high=2.0, tools=48, source="corpus", text="so"),
            interests=(Interest(tool="a", for_run="both", for_page="Both."),),
            knows_maker=True,
        ),
    ),
    Dossier(
        slug="larkspur",
        name="Larkspur",
        maker="Fenwick",
        category="Speech",
        tagline="Dictation",
        description="A model.",
        licence="MIT",
        url="https://larkspur.example/a?b=c",  # type: ignore[arg-type]
        pricing=Pricing(entry="Free", as_of=date(2026, 11, 2), source="Card"),
        evidence=(Evidence(id="card", source="Card", retrieved=date(2026, 11, 2), text="It\nis."),),
    ),
    Persona(
        slug="dx",
        name="DX",
        lens="It",
        voice="Blunt",
        ships_when=("a",),
        skips_when=("b",),
        beats=(Beat(id="bet", question="Is it?"),),
    ),
    Tally(tool="larkspur", ships=1, skips=2, missing=3),
    Community(ships=1, votes=2),
]
NAMES = [type(record).__name__ for record in RECORDS]


@pytest.mark.parametrize("record", RECORDS, ids=NAMES)
class TestEveryRecord:
    def test_it_is_frozen(self, record: Record) -> None:
        for field in type(record).model_fields:
            with pytest.raises(ValidationError, match="frozen"):
                setattr(record, field, getattr(record, field))

    def test_unknown_fields_are_refused(self, record: Record) -> None:
        with pytest.raises(ValidationError, match="extra"):
            type(record).model_validate({**record.model_dump(), "unknown": 1})

    def test_it_comes_back_from_json_the_same(self, record: Record) -> None:
        for text in (
            record.model_dump_json(),
            record.model_dump_json(indent=1),
            canonical_json(record.model_dump(mode="json")),
        ):
            back = type(record).model_validate_json(text)
            assert back == record and back.content_sha256() == record.content_sha256()

    def test_its_hash_covers_every_field(self, record: Record) -> None:
        content = record.model_dump(mode="json")
        assert record.content_sha256() == sha256_of(content)
        for field in content:
            changed = record.model_copy(update={field: "something else"})
            with warnings.catch_warnings(action="ignore"):  # the value is of no type the field has
                assert changed.content_sha256() != record.content_sha256(), field


def test_a_field_that_came_later_and_says_nothing_changes_no_hash() -> None:
    # Hashes from before those fields: an approval names them.
    assert OLD_FINDING.content_sha256() == "ca3dcc5de2531f3517edf813b86bbf2c34cebd5e90c6aa73794df62b82ae4773"
    assert FINDING.content_sha256() != OLD_FINDING.content_sha256()
    (manifest,) = [record for record in RECORDS if isinstance(record, Manifest)]
    before = manifest.model_copy(update={"disclosure": None})
    content = before.model_dump(mode="json")
    assert before.content_sha256() == sha256_of({name: content[name] for name in content if name != "disclosure"})
    assert ATTEMPT.model_copy(update={"findings": (OLD_FINDING,)}).content_sha256() == sha256_of(
        {
            **ATTEMPT.model_dump(mode="json"),
            "findings": [OLD_FINDING.model_dump(mode="json", exclude={"start", "passage", "instead"})],
        }
    )


def test_every_name_of_the_package_is_there_once() -> None:
    assert [name for name in panel.records.__all__ if not hasattr(panel.records, name)] == []
    assert len(set(panel.records.__all__)) == len(panel.records.__all__)


class TestSlugs:
    @pytest.mark.parametrize("text", ["a", "0", "a-b", "a--b", "x" * 80, "2026-11-02-a-vs-b"])
    def test_good(self, text: str) -> None:
        assert is_slug(text) and Seat(tool=text, persona="dx").tool == text

    @pytest.mark.parametrize(
        "text", ["", "-", "-a", "a-", "A", "a b", "a/b", "a.b", "..", "a_b", "ä", "a\n", "a\0", "x" * 81, "٣"]
    )
    def test_bad(self, text: str) -> None:
        assert not is_slug(text)
        if text.strip() == text:
            with pytest.raises(ValidationError):
                Seat(tool=text, persona="dx")

    @settings(deadline=None)
    @given(tool=st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True))
    def test_a_seat_is_read_back_from_its_name(self, tool: str) -> None:
        seat = Seat(tool=tool, persona="dx")
        assert Seat.parse(str(seat)) == seat

    @pytest.mark.parametrize("text", ["", "a", "a/", "/b", "a/b/c", "../b"])
    def test_a_name_that_is_no_seat_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match="Seat"):
            Seat.parse(text)


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=3)
    ),
)


class TestCanonicalJson:
    @settings(deadline=None)
    @given(value=st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), PLAIN, max_size=4))
    def test_it_does_not_depend_on_the_order_of_keys(self, value: dict[str, Any]) -> None:
        turned = dict(reversed(value.items()))
        assert canonical_json(value) == canonical_json(turned)
        assert json.loads(canonical_json(value)) == value
        assert b"\n" not in canonical_json(value)

    def test_it_is_what_it_was(self) -> None:
        # Stored hashes depend on these bytes: a change here un-approves every run there is.
        assert (
            canonical_json({"b": [1, None, True], "a": "ü\n\u2028"}) == '{"a":"ü\\n\u2028","b":[1,null,true]}'.encode()
        )
        assert sha256_of({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
        assert SEAT.content_sha256() == sha256_of({"persona": "dx", "tool": "larkspur"})

    @pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
    def test_what_json_has_no_word_for_is_refused(self, value: float) -> None:
        for wrapped in (value, [value], {"a": {"b": value}}):
            with pytest.raises(ValueError, match="JSON"):
                canonical_json(wrapped)
        for field in ("p_ship", "duration_s"):
            with pytest.raises(ValidationError, match=field):
                Attempt.model_validate({**ATTEMPT.model_dump(), field: value})

    def test_files_are_hashed_by_name_in_order(self) -> None:
        hashes = content_hashes({"b": b"", "a": b"x"})
        assert list(hashes) == ["a", "b"]
        assert hashes["b"] == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


class TestDrafts:
    @pytest.mark.parametrize("chosen", [2, 3, -1])
    def test_chosen_names_an_attempt_that_is_there(self, chosen: int) -> None:
        with pytest.raises(ValidationError, match="chosen"):
            Draft.model_validate({**DRAFT.model_dump(), "chosen": chosen})

    @pytest.mark.parametrize(
        ("field", "value"),
        [("attempts", ()), ("p_ship", 1.01), ("p_ship", -0.01), ("n", 0), ("created_at", "2026-11-02T09:30:00")],
    )
    def test_bounds(self, field: str, value: object) -> None:
        with pytest.raises(ValidationError, match=field):
            Draft.model_validate({**DRAFT.model_dump(), field: value})

    def test_the_raw_text_is_the_chosen_attempt_s_to_the_last_space(self) -> None:
        other = ATTEMPT.model_copy(update={"raw": "first"})
        assert DRAFT.model_copy(update={"attempts": (other, ATTEMPT)}).raw == " {}\n"

    def test_the_argument_is_the_beats_joined_without_empty_ones(self) -> None:
        empty = BeatText(id="gap", text=" ")
        verdict = Verdict(
            seat=SEAT, dossier_sha256="a" * 64, persona_sha256="b" * 64, beats=(BEAT, empty, BEAT), call=Call.SHIP
        )
        assert verdict.argument == "It holds. It holds."


def test_seats_come_tool_by_tool_with_personas_in_order() -> None:
    (manifest,) = [record for record in RECORDS if isinstance(record, Manifest)]
    assert [str(seat) for seat in manifest.seats] == ["b/dx", "b/business", "a/dx", "a/business"]


@pytest.mark.parametrize("call", list(Call))
def test_the_opposite_of_a_call_is_the_other_one(call: Call) -> None:
    assert {call, call.opposite} == set(Call)
    assert call.opposite.opposite is call
