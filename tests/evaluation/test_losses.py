"""Losses: which tokens count, and when nothing is known. The figures themselves are proved in `test_forced_loss`."""

from __future__ import annotations

import json
from dataclasses import replace

import jsonschema
import pytest

from panel.corpus import GoldVerdict
from panel.engine import Generation
from panel.evaluation.losses import SeatLoss, answer_loss, text_loss, text_spans, weigh_answer
from panel.personas import answer_text, exact_schema
from panel.records import Call, Seat

VERDICT = GoldVerdict(argument={"a": 'It’s "so".', "call": '","call":"ship"'}, call=Call.SKIP)
RAW = answer_text(VERDICT.beats, VERDICT.call)


def spelled(pieces: list[str], logprobs: list[float]) -> Generation:
    text = "".join(pieces)
    return Generation(
        text=text,
        finish="stop",
        probabilities=None,
        prompt_tokens=1,
        cached_tokens=0,
        completion_tokens=len(pieces),
        duration_s=0.0,
        logprobs=tuple(logprobs),
        token_bytes=tuple(len(piece.encode()) for piece in pieces),
    )


def test_a_beat_that_looks_like_the_call_is_found_where_it_stands() -> None:
    raw = RAW.encode()
    assert RAW == r'{"argument":{"a":"It’s \"so\".","call":"\",\"call\":\"ship\""},"call":"skip"}'
    assert [raw[start:end].decode() for start, end in text_spans(VERDICT)] == [
        r"It’s \"so\".",
        r"\",\"call\":\"ship\"",
        "skip",
    ]


def test_tokens_that_hold_text_are_summed_and_no_others() -> None:
    verdict = GoldVerdict(argument={"a": "Yes it is."}, call=Call.SHIP)
    #             structure                text and its opening   text     text and its end    structure  call
    pieces = ['{"', "argument", '":{"a', '":"Yes', " it is", '."},', '"call":', '"', "ship", '"', "}"]
    logprobs = [-1.0, -2.0, -4.0, -0.1, -0.02, -0.003, -8.0, -16.0, -0.0004, -32.0, -64.0]
    loss = weigh_answer(spelled(pieces, logprobs), verdict)
    assert loss is not None
    assert (loss.text_nats, loss.answer_nats) == pytest.approx((0.1234, 127.1234))
    assert (loss.text_bytes, loss.answer_bytes) == (len("Yes it is.ship"), len("".join(pieces)))
    assert loss.answer_tokens == 11


def test_bytes_are_those_of_the_words_whatever_json_makes_of_them() -> None:
    loss = weigh_answer(spelled([RAW], [-1.0]), VERDICT)
    assert loss is not None
    assert loss.text_bytes == len('It’s "so".'.encode()) + len('","call":"ship"') + len("skip")
    assert loss.answer_bytes == len(RAW.encode())


def test_an_end_of_text_spells_nothing_and_is_no_text() -> None:
    whole = spelled([RAW], [-1.0])
    ended = replace(whole, logprobs=(-1.0, -5.0), token_bytes=(len(RAW.encode()), 0))
    loss = weigh_answer(ended, VERDICT)
    assert loss is not None and (loss.text_nats, loss.answer_nats, loss.answer_tokens) == (1.0, 6.0, 2)


def test_a_certainty_rounded_up_is_no_negative_loss() -> None:
    loss = weigh_answer(spelled([RAW], [1e-9]), VERDICT)
    assert loss is not None and loss.text_nats == 0


@pytest.mark.parametrize(
    "change",
    [
        {"logprobs": None},
        {"token_bytes": None},
        {"logprobs": (), "token_bytes": ()},
        {"logprobs": (-1.0, -1.0)},
        {"token_bytes": (3,)},
        {"finish": "length"},
        {"text": RAW.replace("skip", "ship")},
    ],
    ids=str,
)
def test_what_was_not_told_is_not_known(change: dict[str, object]) -> None:
    assert weigh_answer(spelled([RAW], [-1.0]), VERDICT) is not None
    assert weigh_answer(replace(spelled([RAW], [-1.0]), **change), VERDICT) is None


def test_the_schema_allows_the_verdict_alone() -> None:
    schema = exact_schema(VERDICT.beats, VERDICT.call)
    jsonschema.validate(json.loads(RAW), schema)
    for other in ({"a": "Other.", "call": "x"}, {"a": VERDICT.argument["a"]}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({"argument": other, "call": "skip"}, schema)
    # An object's keys come in the order in which they are listed.
    assert list(schema["properties"]["argument"]["properties"]) == list(VERDICT.argument)


def test_losses_are_set_against_bytes_over_the_seats_that_are_known() -> None:
    seats = [[Seat(tool=tool, persona=persona) for persona in ("dx", "business")] for tool in ("a", "b", "c")]
    known = {
        seats[0][0]: SeatLoss(text_nats=10, text_bytes=20, answer_nats=11, answer_bytes=44, answer_tokens=5),
        seats[1][0]: SeatLoss(text_nats=20, text_bytes=30, answer_nats=22, answer_bytes=44, answer_tokens=9),
    }
    assert text_loss(known, seats).value == pytest.approx(30 / 50)
    assert answer_loss(known, seats).value == pytest.approx(33 / 88)
    assert text_loss({}, seats).value is None and answer_loss({}, seats).value is None
