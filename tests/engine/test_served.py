from __future__ import annotations

import asyncio
import hashlib
import json
import math
import os
import re
import socket
import subprocess
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panel.engine import Choice, Engine, Message, Progress, Request, served
from panel.engine.protocol import resample
from panel.engine.served import ServedEngine, open_server
from panel.engine.served_schema import check_schema, fit_schema, quotable
from panel.engine.served_words import EventReader, quote_words, read_json
from panel.errors import ContextOverflow, EngineCrash, EngineTimeout, SetupError
from panel.materials import Materials, gather_materials
from panel.models import ModelFile
from panel.personas import CALL_MARKER, answer_limit_tokens, answer_schema
from panel.records import Persona, Sampling

from . import contract
from .asking import DEADLINE_S, Started, ask, closed_object, endless, line_schema, run, run_one
from .contract import EngineContract
from .openai_server import BUSY, CHAT, DONE, Manner, Reply, ScriptedServer, piece, reply, stream

KEY = "sk-very-secret-0123"
LINE = "It sorts mail well enough."
SCHEMA = closed_object({"line": {"type": "string", "pattern": "^[A-Z][a-z ]+[.]$"}, "call": {"enum": ["ship", "skip"]}})
WHOLE = json.dumps({"line": LINE, "call": "skip"}, separators=(",", ":"))


@pytest.fixture(autouse=True)
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    async def pass_on(seconds: float) -> None:
        await asyncio.sleep(0)

    monkeypatch.setattr(served, "wait", pass_on)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def plain() -> Iterator[ScriptedServer]:
    """A server that is no llama-server: it counts nothing beforehand and tells nothing of itself."""
    with ScriptedServer(Manner(llama=False)) as server:
        yield server


def open_it(server: ScriptedServer, **changes: Any) -> ServedEngine:
    return open_server(server.url, **{"context_tokens": 2048, **changes})


def errors_of_httpx2() -> list[type[Exception]]:
    kinds = [getattr(httpx2, name) for name in httpx2.__all__]
    return [
        kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Exception) and "Warn" not in str(kind)
    ]


def make_error(kind: type[Exception], asked: httpx2.Request) -> Exception:
    if issubclass(kind, httpx2.HTTPStatusError):
        return kind("said", request=asked, response=httpx2.Response(500))
    if issubclass(kind, httpx2.StreamError) and kind is not httpx2.StreamError:
        return kind()
    return kind("said")


MANNERS = {
    "llama-server": Manner(),
    "letters": Manner(cut=1),
    "spaced": Manner(spaced=True, cut=3),
    "long tokens": Manner(cut=12),
    "few alternatives": Manner(top=1),
    "vllm": Manner(llama=False, cut=7),
    "at the end": Manner(llama=False, logprobs="end", cut=5),
}


@pytest.mark.parametrize("manner", MANNERS.values(), ids=list(MANNERS))
class TestContract(EngineContract):
    context_tokens = 2048
    endless_tokens = 500

    @pytest.fixture
    def engine(self, manner: Manner) -> Iterator[Engine]:
        with ScriptedServer(manner) as server:
            engine = open_it(server)
            yield engine
            asyncio.run(engine.aclose())

    @pytest.fixture
    def another(self, engine: Engine) -> Engine:
        return engine

    @pytest.fixture
    def slow(self, manner: Manner) -> Iterator[Engine]:
        with ScriptedServer(manner) as server:
            yield open_it(server, concurrency=1)


class TestOpening:
    def test_says_which_server_and_model(self, server: ScriptedServer) -> None:
        identity = open_it(server, context_tokens=9000, concurrency=3).identity
        assert identity.model_dump(exclude_defaults=True) == {
            "engine": "server",
            "engine_version": "llama.cpp b1-0c1e570",
            "model_name": "toy-1b",
            "quantization": "Q4_1",
            "chat_template_sha256": hashlib.sha256(b"{{ messages }}").hexdigest(),
            "context_tokens": 2048,
            "base_url": server.url,
            "seats_at_once": 3,
        }
        assert identity.steady is None

    def test_a_server_that_tells_little(self, plain: ScriptedServer) -> None:
        plain.others["/v1/models"] = reply(200, {"data": [{"id": "m", "max_model_len": 700}]})
        identity = open_it(plain).identity
        assert (identity.engine_version, identity.context_tokens, identity.quantization) == ("unknown", 700, None)

    def test_takes_the_model_it_is_told_to(self, server: ScriptedServer) -> None:
        assert open_it(server, model="toy-7b").identity.model_name == "toy-7b"
        with pytest.raises(SetupError, match="does not serve 'toy-70b'") as caught:
            open_it(server, model="toy-70b")
        assert caught.value.hint == "It serves toy-1b, toy-7b."

    def test_an_address_without_a_path_means_v1(self, server: ScriptedServer) -> None:
        assert open_server(server.url.removesuffix("/v1") + "/", context_tokens=512).identity.base_url == server.url
        assert open_server(f"{server.url}/", context_tokens=512).identity.base_url == server.url

    def test_waits_for_a_model_that_is_loading(self, server: ScriptedServer) -> None:
        left = [BUSY, BUSY]

        class Loading(dict[str, Reply]):
            def get(self, path: str, default: Any = None) -> Any:
                return left.pop() if left and path == "/v1/models" else default

        server.others = Loading()
        assert open_it(server).identity.model_name == "toy-1b"
        assert [asked.path for asked in server.asked][:3] == ["/v1/models"] * 3

    def test_nobody_answers(self) -> None:
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            port = free.getsockname()[1]
        with pytest.raises(SetupError, match=f"http://127.0.0.1:{port}/v1/models: ") as caught:
            open_server(f"http://127.0.0.1:{port}/v1", context_tokens=512)
        assert "Start the server" in caught.value.hint

    def test_never_answers(self, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(served, "OPEN_S", 0.05)
        server.others["/v1/models"] = Reply(b"HTTP/1.1 200 OK\r\n", hangs=True)
        with pytest.raises(SetupError, match="/v1/models does not answer"):
            open_it(server)

    @pytest.mark.parametrize(
        ("answer", "said"),
        [
            (reply(200, b"<html>Welcome</html>"), "answered what it was not asked for: <html>Welcome</html>"),
            (reply(200, [1, 2]), "answered what it was not asked for"),
            (reply(200, {"models": []}), "no OpenAI-compatible API"),
            (reply(200, {"data": "many"}), "no OpenAI-compatible API"),
            (reply(200, {"data": []}), "serves no model"),
            (reply(200, {"data": [7, {"id": None}, {"id": "a\x1b[31m"}, {"id": "x" * 301}]}), "serves no model"),
            (reply(404, {"detail": "Not Found"}), "answered 404: Not Found"),
            (reply(500, b"\xff\xfe\x00"), "answered 500"),
            (reply(302, b"", Location="http://169.254.169.254/"), "answered 302: it leads to http://169.254.169.254/"),
            (reply(200, {"data": []}, Content_Encoding="gzip"), "encoding that was not asked for"),
            (reply(200, b'{"data":"' + b"x" * 2_000_000 + b'"}'), "answered what it was not asked for"),
            (Reply(b"SSH-2.0-OpenSSH_9.2\r\n"), "/v1/models: "),
            (Reply(b""), "/v1/models: "),
        ],
    )
    def test_what_is_no_such_api(self, server: ScriptedServer, answer: Reply, said: str) -> None:
        server.others["/v1/models"] = answer
        with pytest.raises(SetupError, match=re.escape(said)) as caught:
            open_it(server)
        assert server.url in caught.value.message
        assert caught.value.hint
        assert {asked.path for asked in server.asked} <= {"/v1/models"} or "serves" in said

    @pytest.mark.parametrize("status", [401, 403])
    def test_a_wrong_key(self, server: ScriptedServer, status: int) -> None:
        server.others["/v1/models"] = reply(status, {"error": {"message": f"Bad key {KEY}"}})
        with pytest.raises(SetupError, match=f"answered {status}: Bad key ") as caught:
            open_it(server, api_key=KEY)
        assert KEY not in caught.value.message
        assert "PANEL_API_KEY" in caught.value.hint
        assert server.asked[0].headers["Authorization"] == f"Bearer {KEY}"

    @pytest.mark.parametrize("key", ["two\nlines", "schlüssel", "a\x00b"])
    def test_what_is_no_key(self, server: ScriptedServer, key: str) -> None:
        with pytest.raises(SetupError, match="key") as caught:
            open_it(server, api_key=key)
        assert key not in caught.value.message

    @pytest.mark.parametrize(
        "url",
        [
            f"http://me:{KEY}@127.0.0.1:8080/v1",
            f"http://{KEY}@127.0.0.1/v1",
            f"http://127.0.0.1/v1?key={KEY}",
            f"http://127.0.0.1/v1#{KEY}",
            "ftp://127.0.0.1/v1",
            "file:///etc/passwd",
            "127.0.0.1:8080",
            "http://",
            "http:///v1",
            "http://127.0.0.1:99999/v1",
            "http://127.0.0.1:0/v1",
            "http://[::1/v1",
            "http://127.0.0.1/\x1b[31m",
            "",
        ],
    )
    def test_what_is_no_address(self, url: str) -> None:
        with pytest.raises(SetupError, match="address") as caught:
            open_server(url, context_tokens=512)
        assert KEY not in caught.value.message
        assert "\x1b" not in caught.value.message
        assert "http://127.0.0.1:8080/v1" in caught.value.hint
        assert ("PANEL_API_KEY" in caught.value.hint) == (KEY in url)


class TestAsking:
    def test_sends_the_prompt_the_schema_and_every_setting(self, server: ScriptedServer) -> None:
        sampling = Sampling(temperature=0.7, top_k=9, top_p=0.5, min_p=0.01, repetition_penalty=1.3)
        request = ask("One. ", "Two. ", "Three.", schema=SCHEMA, sampling=sampling, seed=2**32 - 1, max_tokens=99)
        run_one(open_it(server, api_key=KEY, model="toy-7b"), request)
        (body,) = server.chats
        assert body["messages"] == [
            {"role": "system", "content": "You judge tools in one line."},
            {"role": "user", "content": "One. Two. Three."},
        ]
        assert body["response_format"]["json_schema"]["schema"] == SCHEMA
        assert body["response_format"]["json_schema"]["strict"] is True
        assert body["model"] == "toy-7b"
        assert (body["stream"], body["logprobs"], body["top_logprobs"], body["cache_prompt"]) == (True, True, 20, True)
        assert (body["temperature"], body["top_p"], body["top_k"], body["min_p"]) == (0.7, 0.5, 9, 0.01)
        assert body["repeat_penalty"] == body["repetition_penalty"] == 1.3
        assert (body["presence_penalty"], body["max_tokens"]) == (0.0, 99)
        assert 0 <= body["seed"] < 2**31 - 1
        assert server.asked[-1].headers["Authorization"] == f"Bearer {KEY}"
        assert server.asked[-1].headers["Connection"] == "close"

    def test_sends_patterns_that_keep_json_whole(self, server: ScriptedServer) -> None:
        wide = closed_object({"line": {"type": "string", "pattern": "^[A-Z][^.]{5,99}[.]$"}})
        run_one(open_it(server), ask(schema=wide, choice=None))
        sent = server.chats[0]["response_format"]["json_schema"]["schema"]
        assert sent["properties"]["line"]["pattern"] == r'^[A-Z][^"\\\x00-\x1f.]{5,99}[.]$'

    def test_no_proxy_comes_between(self, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        assert run_one(open_it(server), ask()).finish == "stop"

    def test_asks_for_no_weights_that_are_not_wanted(self, server: ScriptedServer) -> None:
        run_one(open_it(server), ask(choice=None))
        assert "logprobs" not in server.chats[0] and "top_logprobs" not in server.chats[0]

    @pytest.mark.parametrize(
        "mark",
        ["<|im_end|>", "</s>", "<start_of_turn>", "<｜User｜>", "[INST]", "[/TOOL_RESULTS]", "<<SYS>>", "<think>"],
    )
    def test_no_outside_text_can_end_a_turn(self, server: ScriptedServer, mark: str) -> None:
        run_one(open_it(server), ask(f"before {mark}{mark} after. 1 < 2, a->b, [e1], [MIT]", "Judge it."))
        sent = server.chats[0]["messages"][1]["content"]
        assert mark not in sent
        assert sent.replace(" ", "") == f"before{mark}{mark}after.1<2,a->b,[e1],[MIT]Judgeit."

    @pytest.mark.parametrize("words", ["Unrecognized request argument supplied: top_k", ""])
    def test_leaves_out_what_a_server_refuses(self, plain: ScriptedServer, words: str) -> None:
        plain.refuse = lambda body: reply(400, {"error": {"message": words}}) if "top_k" in body else None
        engine = open_it(plain)
        generations = [run_one(engine, ask(seed=seed)) for seed in (1, 2)]
        assert [("top_k" in body, "logprobs" in body) for body in plain.chats] == [
            (True, True),
            (False, True),
            (False, True),
        ]
        assert all(generation.probabilities for generation in generations)

    def test_goes_without_weights_where_they_are_refused(self, plain: ScriptedServer) -> None:
        answer = reply(422, {"error": "logprobs are not supported by this model"})
        plain.refuse = lambda body: answer if "logprobs" in body else None
        engine = open_it(plain)
        assert [run_one(engine, ask(seed=seed)).probabilities for seed in (1, 2)] == [None, None]
        assert [("top_k" in body, "logprobs" in body) for body in plain.chats] == [
            (True, True),
            (True, False),
            (True, False),
        ]

    def test_goes_without_both_then_gives_up(self, plain: ScriptedServer) -> None:
        plain.refuse = lambda body: reply(400, {"error": {"message": f"the schema is no grammar, {KEY}"}})
        engine = open_it(plain, api_key=KEY)
        with pytest.raises(SetupError, match=r"/chat/completions answered 400: the schema is no grammar") as caught:
            run_one(engine, ask())
        assert KEY not in caught.value.message
        assert not caught.value.retryable
        assert len(plain.chats) == 3
        plain.refuse = lambda body: None
        assert run_one(engine, ask()).probabilities
        assert "top_k" in plain.chats[-1], "what was refused for another reason is asked for again"

    @pytest.mark.parametrize("status", [401, 403, 404, 302])
    def test_what_asking_again_would_not_mend(self, server: ScriptedServer, status: int) -> None:
        server.replies.append(reply(status, {"message": "no"}, Location="/elsewhere"))
        with pytest.raises(SetupError, match=f"answered {status}"):
            run_one(open_it(server), ask())
        assert len(server.chats) == 1

    def test_sends_no_more_at_once_than_it_may(self, server: ScriptedServer) -> None:
        engine = open_it(server, concurrency=2)
        server.answers.clear()

        async def ask_six() -> None:
            tasks = [asyncio.create_task(engine.generate(ask(seed=seed))) for seed in range(6)]
            for _ in range(2):
                assert await asyncio.to_thread(server.arrived.acquire, timeout=DEADLINE_S)
            server.answers.set()
            await asyncio.gather(*tasks)

        asyncio.run(ask_six())
        assert server.most_at_once == 2

    def test_waiting_for_a_turn_takes_no_time(self, server: ScriptedServer) -> None:
        engine = open_it(server, concurrency=1)
        server.replies.append(stream(piece("{"), hangs=True))

        async def ask_two() -> list[Any]:
            first = asyncio.create_task(engine.generate(ask(timeout_s=2.0)))
            second = asyncio.create_task(engine.generate(ask(timeout_s=1.9)))
            return list(await asyncio.gather(first, second, return_exceptions=True))

        first, second = asyncio.run(ask_two())
        assert isinstance(first, EngineTimeout)
        assert second.finish == "stop"

    def test_one_engine_serves_one_loop_after_another(self, server: ScriptedServer) -> None:
        engine = open_it(server, concurrency=1)
        requests = [ask(seed=seed) for seed in range(3)]
        assert [run(engine, *requests)[2].text for _ in range(2)] == [run_one(engine, requests[2]).text] * 2

    def test_resampling_draws_the_call(self, server: ScriptedServer) -> None:
        drawn = asyncio.run(resample(open_it(server), ask(), 12))
        calls = {json.loads(generation.text)["call"] for generation in drawn}
        assert calls == {"ship", "skip"}
        assert len({tuple((generation.probabilities or {}).values()) for generation in drawn}) == 1


class TestFitting:
    def test_counts_by_the_servers_own_tokens(self, server: ScriptedServer) -> None:
        with pytest.raises(ContextOverflow, match=r"tool/dx: 257 prompt tokens and room for 1,900 of answer"):
            run_one(open_it(server), ask("x" * 1000, max_tokens=1900))
        assert not server.chats

    @pytest.mark.parametrize("answer", [reply(503), reply(200, {"tokens": 3}), reply(200, {"count": True}), reply(200)])
    def test_guesses_where_it_is_not_told(self, server: ScriptedServer, answer: Reply) -> None:
        engine = open_it(server)
        server.others["/tokenize"] = answer
        with pytest.raises(ContextOverflow, match="about 343 prompt tokens and room for 1,900"):
            run_one(engine, ask("x" * 1000, max_tokens=1900))
        assert run_one(engine, ask()).finish == "stop"

    @pytest.mark.parametrize(
        ("status", "body"),
        [
            (400, {"error": {"message": "request (5022 tokens) exceeds the available context size (4096 tokens)"}}),
            (400, {"error": {"message": "This model's maximum context length is 4096 tokens. However, 5022 (in all)"}}),
            (400, {"error": {"message": "5022 of 4096", "code": "context_length_exceeded"}}),
            (400, {"error": {"code": 400, "message": "5022 of 4096", "type": "exceed_context_size_error"}}),
            (500, {"object": "error", "message": "context size 4096 has been exceeded by 5022"}),
        ],
    )
    def test_a_server_may_know_better(self, plain: ScriptedServer, status: int, body: object) -> None:
        plain.replies.append(reply(status, body))
        with pytest.raises(ContextOverflow, match=r"^tool/dx: .*room for 200 of answer.*(5022.*4096|4096.*5022)"):
            run_one(open_it(plain), ask())
        assert len(plain.chats) == 1


class TestFailing:
    @pytest.mark.parametrize("status", [500, 502, 504, 408])
    def test_says_what_the_server_says_and_asks_no_more(self, server: ScriptedServer, status: int) -> None:
        words = f"out of memory\x1b[31m\n{KEY} " + "a" * 900
        server.replies.append(reply(status, {"error": {"message": words}}))
        with pytest.raises(EngineCrash) as caught:
            run_one(open_it(server, api_key=KEY), ask())
        assert caught.value.message.startswith(
            f"{server.url}/chat/completions answered {status}: out of memory [31m [key]"
        )
        assert len(caught.value.message) < 500
        assert caught.value.retryable
        assert len(server.chats) == 1

    def test_a_server_that_is_gone(self) -> None:
        with ScriptedServer(Manner(llama=False)) as server:
            engine = open_it(server)
        with pytest.raises(EngineCrash, match=re.escape(f"{server.url}/chat/completions: ")) as caught:
            run_one(engine, ask())
        assert caught.value.retryable

    @pytest.mark.parametrize(
        "answer",
        [
            Reply(b""),
            Reply(b"HTTP/1.1 200 OK\r\nContent-Le"),
            Reply(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{"),
            Reply(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
            Reply(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000, resets=True),
            stream(piece('{"line"'), resets=True),
            Reply(b"garbage\r\n\r\n"),
        ],
    )
    def test_a_connection_that_breaks(self, plain: ScriptedServer, answer: Reply) -> None:
        plain.replies.append(answer)
        with pytest.raises(EngineCrash, match=re.escape(f"{plain.url}/chat/completions")):
            run_one(open_it(plain), ask())
        assert len(plain.chats) == 1

    @pytest.mark.parametrize("kind", errors_of_httpx2(), ids=lambda kind: kind.__name__)
    def test_no_error_of_the_library_gets_out(self, kind: type[Exception]) -> None:
        def answer(asked: httpx2.Request) -> httpx2.Response:
            if asked.url.path == CHAT:
                raise make_error(kind, asked)
            return httpx2.Response(200, json={"data": [{"id": "m"}]})

        engine = open_server("http://server/v1", context_tokens=2048, transport=httpx2.MockTransport(answer))
        with pytest.raises(EngineCrash, match=r"^http://server/v1/chat/completions: ") as caught:
            run_one(engine, ask())
        assert isinstance(caught.value.__cause__, kind)

    @pytest.mark.parametrize(
        ("events", "said"),
        [
            ([], "ended its answer in the middle"),
            ([DONE], "ended its answer in the middle"),
            ([piece('{"line":"It')], 'ended its answer in the middle: {"line":"It'),
            ([b"<html>Bad gateway</html>\n\n"], "ended its answer in the middle"),
            ([piece("", "content_filter")], "ended its answer for 'content_filter'"),
            ([b"data: {broken " + KEY.encode() + b"\n\n"], "{broken [key]"),
            ([b"data: {" + b" " * 292 + KEY.encode() + b"\n\n"], "{ [key]"),
            ([b'data: {"a": 1}\ndata: {"b": 2}\n\n'], "no JSON"),
            ([b"data: \xff\xfe\n\n"], "no JSON"),
            ([b'data: {"choices":NaN}\n\n'], "NaN is no JSON"),
            ([b"data: " + b"[" * 100_000 + b"\n\n"], "nested too deeply"),
            ([b"data: 1" + b"0" * 9000 + b"\n\n"], "no JSON"),
            ([b"data: 7\n\n"], "an event is 7"),
            ([b"data: [[]]\n\n"], "an event is [[]]"),
            ([{"choices": {"0": 1}}], "choices is"),
            ([{"choices": ["text"]}], "a choice is text"),
            ([{"choices": [{"delta": "text"}]}], "a piece of the answer is"),
            ([piece(7)], "a piece of the answer is"),  # type: ignore[arg-type]
            ([{"choices": [{"delta": {"content": "x"}, "finish_reason": 3}]}], "a piece of the answer is"),
            ([{"error": {"message": f"CUDA out of memory {KEY}", "code": 500}}], "failed: CUDA out of memory [key]"),
            ([{"error": "it broke"}], "failed: it broke"),
            ([b'error: {"code": 500, "message": "slot is gone"}\n\n'], "failed: slot is gone"),
            ([b"data: " + b"x" * (1 << 21)], "more than an answer can need"),
        ],
    )
    def test_a_stream_that_is_none(self, plain: ScriptedServer, events: list[Any], said: str) -> None:
        plain.replies.append(stream(*events))
        with pytest.raises(EngineCrash, match=re.escape(said)) as caught:
            run_one(open_it(plain, api_key=KEY), ask())
        assert f"{plain.url}/chat/completions" in caught.value.message
        assert KEY not in caught.value.message
        assert len(plain.chats) == 1

    @pytest.mark.parametrize(
        "flood",
        [
            b"data: " + json.dumps(piece("and on and on ")).encode() + b"\n\n",
            b": still there\n\n",
            b"data: " + json.dumps(piece(None)).encode() + b"\n\n",
            b"x" * 65_536,
        ],
    )
    def test_a_stream_without_end_is_left(self, plain: ScriptedServer, flood: bytes) -> None:
        engine = open_it(plain)
        plain.replies.append(stream(flood=flood * (65_536 // len(flood))))
        tracemalloc.start()
        try:
            with pytest.raises(EngineCrash, match="more than an answer can need"):
                run_one(engine, ask())
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < 40_000_000
        assert plain.left.wait(DEADLINE_S)

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("", "Expecting value"),
            ("Ship it!", "Expecting value"),
            ('{"line":"' + LINE + '"}', "lacks ['call']"),
            ('{"line":"' + LINE + '","call":"ship","more":1}', "has ['more'] too much"),
            ('{"line":"' + LINE + f'","call":"ship","{KEY}":1' + "}", "has ['[key]'] too much"),
            ('{"line":"' + LINE + '","call":"maybe"}', "call is none of ship, skip"),
            ('{"line":"' + LINE + '","call":["ship"]}', "call is none of ship, skip"),
            ('{"line":"it sorts mail","call":"ship"}', "line does not have its form"),
            ('{"line":"It sorts mail.\\n","call":"ship"}', "line does not have its form"),
            ('{"line":7,"call":"ship"}', "line is no text"),
            ('{"line":"' + LINE + '","call":"ship","call":"skip"}', "the same key twice"),
            ('[{"line":1}]', "the answer is no object"),
            ("[" * 50_000, "nested too deeply"),
            ("half \ud83e", "surrogates"),
            (f"Key {KEY}", "[key]"),
        ],
    )
    def test_an_answer_that_was_not_asked_for(self, plain: ScriptedServer, text: str, said: str) -> None:
        plain.replies.append(stream(piece(text, "stop"), DONE))
        with pytest.raises(EngineCrash, match=re.escape(said)) as caught:
            run_one(open_it(plain, api_key=KEY), ask(schema=SCHEMA))
        assert "tool/dx" in caught.value.message
        assert KEY not in caught.value.message
        assert len(caught.value.message) < 1000

    def test_half_a_character_inside_an_answer(self, plain: ScriptedServer) -> None:
        schema = closed_object({"line": {"type": "string"}})
        plain.replies.append(stream(piece(r'{"line":"half \ud83e"}', "stop"), DONE))
        with pytest.raises(EngineCrash, match="surrogates"):
            run_one(open_it(plain), ask(schema=schema, choice=None))

    def test_html_in_place_of_a_stream(self, plain: ScriptedServer) -> None:
        plain.replies.append(reply(200, b"<html>Login</html>", Content_Type="text/html"))
        with pytest.raises(EngineCrash, match="answered what it was not asked for: <html>Login</html>"):
            run_one(open_it(plain), ask())

    def test_compressed_answers_are_refused(self, plain: ScriptedServer) -> None:
        plain.replies.append(reply(200, b"\x1f\x8b", Content_Encoding="gzip"))
        with pytest.raises(EngineCrash, match="encoding that was not asked for"):
            run_one(open_it(plain), ask())


class TestWaiting:
    @pytest.mark.parametrize("status", [429, 503])
    def test_waits_for_a_busy_server(self, server: ScriptedServer, status: int) -> None:
        server.replies += [reply(status, "busy"), reply(status, "busy", Retry_After="0")]
        assert run_one(open_it(server), ask()).finish == "stop"
        assert len(server.chats) == 3

    def test_comes_back_when_it_is_told_to(self, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
        waits: list[float] = []

        async def note(seconds: float) -> None:
            waits.append(seconds)

        monkeypatch.setattr(served, "wait", note)
        monkeypatch.setattr(served, "LONGEST_WAIT_S", 1.0)
        given = ["", "7", "Wed, 21 Oct 2026 07:28:00 GMT", "", "-3", "9" * 40]
        server.replies += [reply(503, "busy", Retry_After=value) for value in given]
        assert run_one(open_it(server), ask()).finish == "stop"
        assert waits == [0.25, 7.0, 1.0, 1.0, 1.0, 1.0]

    def test_does_not_wait_longer_than_it_may(self, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(served, "wait", asyncio.sleep)
        server.refuse = lambda body: reply(503, {"error": {"message": "Loading model"}}, Retry_After="3600")
        with pytest.raises(EngineTimeout, match=r"tool/dx: no verdict from http.* after 1 s \(Loading model\)"):
            run_one(open_it(server), ask(timeout_s=1.0))
        assert len(server.chats) == 1

    @pytest.mark.parametrize(
        "answer",
        [
            Reply(b"", hangs=True),
            Reply(b"HTTP/1.1 200 OK\r\n", hangs=True),
            stream(piece('{"line":"It'), hangs=True),
        ],
    )
    def test_time_runs_out_under_a_silent_server(self, server: ScriptedServer, answer: Reply) -> None:
        engine = open_it(server)
        server.replies.append(answer)
        with pytest.raises(EngineTimeout, match=r"no verdict from .* after 0.7 s \(\d tokens written\)") as caught:
            run_one(engine, ask(timeout_s=0.7))
        assert caught.value.hint
        assert server.left.wait(DEADLINE_S)

    def test_cancelling_hangs_up(self, server: ScriptedServer) -> None:
        engine = open_it(server)

        async def cancel() -> None:
            started = Started()
            task = asyncio.create_task(engine.generate(endless(max_tokens=500), started))
            await started.wait()
            assert not server.left.is_set()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        asyncio.run(cancel())
        assert server.left.wait(DEADLINE_S)

    def test_closing_hangs_up_from_any_thread(self, server: ScriptedServer) -> None:
        engine = open_it(server, concurrency=1)

        async def close_elsewhere() -> list[Any]:
            started = Started()
            tasks = [asyncio.create_task(engine.generate(endless(max_tokens=500), started)) for _ in range(2)]
            await started.wait()
            await asyncio.to_thread(asyncio.run, engine.aclose())
            return list(await asyncio.gather(*tasks, return_exceptions=True))

        outcomes = asyncio.run(asyncio.wait_for(close_elsewhere(), DEADLINE_S))
        assert [str(outcome) for outcome in outcomes] == ["the engine is closed"] * 2
        assert server.left.wait(DEADLINE_S)
        assert len(server.chats) == 1


def weighed(token: str, weights: dict[str, float] | None = None) -> dict[str, Any]:
    """One token and what might have stood in its place, with probabilities."""
    others = [{"token": text, "logprob": math.log(weight)} for text, weight in (weights or {}).items()]
    return {"token": token, "logprob": math.log((weights or {}).get(token, 0.5)), "top_logprobs": others}


def answer_of(*tokens: dict[str, Any], finish: str = "stop") -> Reply:
    pieces = [piece(token["token"], logprobs={"content": [token]}) for token in tokens]
    return stream(*pieces, piece(None, finish), DONE)


BEFORE = weighed('{"line":"' + LINE)
AFTER = weighed('"}')


class TestWeighing:
    def ask(self, server: ScriptedServer, *tokens: dict[str, Any], **changes: Any) -> Any:
        server.replies.append(answer_of(*tokens))
        return run_one(open_it(server), ask(schema=SCHEMA, **changes))

    @pytest.mark.parametrize(
        ("tokens", "ship"),
        [
            ([weighed('","call":"'), weighed("ship", {"ship": 0.6, "skip": 0.2, "The": 0.1})], 0.75),
            ([weighed('","call":"'), weighed("ship", {"ship": 0.3, "sh": 0.3, "skip": 0.1, "sk": 0.1})], 0.75),
            ([weighed('","call":'), weighed('"ship', {'"ship': 0.6, '"skip': 0.2, ' "skip': 0.1, '"': 0.1})], 2 / 3),
            ([weighed('",\n "call" :'), weighed(' "ship', {' "ship': 0.2, '"ship': 0.1, ' "skip': 0.1})], 0.75),
            ([weighed('","call":"s'), weighed("hip", {"hip": 0.3, "kip": 0.1, "ip": 0.5})], 0.75),
            ([weighed('","call":"'), weighed("s", {"s": 1.0}), weighed("hip", {"hip": 0.3, "kip": 0.1})], 0.75),
            ([weighed('","call":"'), weighed('ship"}', {'ship"}': 0.3, 'skip"}': 0.1, "shipping": 0.6})], 0.75),
            ([weighed('","call":"'), weighed("ship", {"ship": 1e-300, "skip": 1e-300})], 0.5),
            ([weighed('","call":"'), weighed("ship", {"ship": 0.6, "The": 0.2})], None),
            (
                [weighed('","call":"'), weighed("sh", {"sh": 0.6, "s": 0.2}), weighed("ip", {"ip": 1.0, "kip": 0.1})],
                None,
            ),
            ([weighed('","call":"'), weighed("ship")], None),
        ],
    )
    def test_at_the_token_that_decides(
        self, plain: ScriptedServer, tokens: list[dict[str, Any]], ship: float | None
    ) -> None:
        closed = tokens[-1]["token"].endswith("}")
        generation = self.ask(plain, BEFORE, *tokens, *([] if closed else [AFTER]))
        assert json.loads(generation.text) == {"line": LINE, "call": "ship"}
        assert generation.probabilities == (ship and {"ship": pytest.approx(ship), "skip": pytest.approx(1 - ship)})

    def test_the_call_becomes_the_likelier_option(self, plain: ScriptedServer) -> None:
        drawn = [BEFORE, weighed('","call":"'), weighed("ship", {"ship": 0.2, "skip": 0.6}), AFTER]
        decided, sampled = (self.ask(plain, *drawn, sample_choice=sample) for sample in (False, True))
        assert (json.loads(decided.text)["call"], json.loads(sampled.text)["call"]) == ("skip", "ship")
        assert (
            decided.probabilities == sampled.probabilities == {"ship": pytest.approx(0.25), "skip": pytest.approx(0.75)}
        )

    def test_an_answer_that_was_cut_off_has_none(self, plain: ScriptedServer) -> None:
        cut = [BEFORE, weighed('","call":"'), weighed("ship", {"ship": 0.2, "skip": 0.6})]
        plain.replies.append(answer_of(*cut, finish="length"))
        generation = run_one(open_it(plain), ask(schema=SCHEMA))
        assert (generation.finish, generation.probabilities) == ("length", None)
        assert generation.text == '{"line":"' + LINE + '","call":"ship'

    @pytest.mark.parametrize(
        "logprobs",
        [
            7,
            [],
            {"content": 7},
            {"content": [7]},
            {"content": [{"token": "ship"}]},
            {"content": [{"token": "ship", "logprob": "-1"}]},
            {"content": [{"token": "ship", "logprob": True}]},
            {"content": [{"token": "ship", "logprob": 0.5}]},
            {"content": [{"token": "ship", "logprob": 10**400}]},
            {"content": [{"token": 3, "logprob": -1.0}]},
            {"content": [{"token": "ship", "bytes": [256], "logprob": -1.0}]},
            {"content": [{"token": "ship", "logprob": -1.0, "top_logprobs": [None]}]},
            {"tokens": ["ship"], "token_logprobs": [-1.0]},
        ],
    )
    def test_odd_weights_are_none(self, plain: ScriptedServer, logprobs: Any) -> None:
        plain.replies.append(stream(piece(WHOLE, logprobs=logprobs), piece(None, "stop"), DONE))
        generation = run_one(open_it(plain), ask(schema=SCHEMA))
        assert (generation.text, generation.probabilities) == (WHOLE, None)

    def test_tokens_of_another_answer_weigh_nothing(self, plain: ScriptedServer) -> None:
        told = [weighed('","call":"'), weighed("ship", {"ship": 0.6, "skip": 0.3}), weighed('"')]
        plain.replies.append(stream(piece(WHOLE, "stop", logprobs={"content": told}), DONE))
        assert run_one(open_it(plain), ask(schema=SCHEMA)).probabilities is None

    def test_a_server_without_weights(self) -> None:
        with ScriptedServer(Manner(llama=False, logprobs="none")) as server:
            generation = run_one(open_it(server), ask())
        assert generation.finish == "stop"
        assert generation.probabilities is None

    def test_llama_server_is_asked_for_the_deciding_token(self, server: ScriptedServer) -> None:
        server.replies.append(answer_of(BEFORE, weighed('", "call": "'), weighed("skip", {"skip": 0.1}), AFTER))
        generation = run_one(open_it(server), ask(schema=SCHEMA))
        written, looked = server.chats
        assert looked["messages"] == [
            *written["messages"],
            {"role": "assistant", "content": '{"line":"' + LINE + '", "call": "'},
        ]
        assert (looked["max_tokens"], looked["continue_final_message"]) == (1, True)
        assert generation.probabilities is not None
        assert generation.probabilities[json.loads(generation.text)["call"]] >= 0.5

    @pytest.mark.parametrize(
        "answer", [reply(400, "no"), reply(503), Reply(b""), reply(200, {"choices": 7}), reply(200, {"choices": []})]
    )
    def test_without_a_second_look_the_text_stands(self, server: ScriptedServer, answer: Reply) -> None:
        server.replies += [stream(piece(WHOLE, "stop"), DONE), answer]
        generation = run_one(open_it(server), ask(schema=SCHEMA))
        assert (generation.text, generation.probabilities) == (WHOLE, None)

    def test_every_tokens_weight_when_asked_for(self, server: ScriptedServer) -> None:
        generation = run_one(open_it(server), ask(logprobs=True))
        assert generation.logprobs is not None
        assert len(generation.logprobs) == generation.completion_tokens
        assert all(logprob <= 0 for logprob in generation.logprobs)
        assert generation.probabilities
        assert server.chats[0]["stream"] is False
        assert run_one(open_it(server), ask()).logprobs is None

    def test_some_tokens_weights_are_not_every_tokens(self, plain: ScriptedServer) -> None:
        usage = {"usage": {"prompt_tokens": 9, "completion_tokens": 30}}
        choice = {"message": {"content": WHOLE}, "finish_reason": "stop", "logprobs": {"content": [weighed(WHOLE)]}}
        plain.replies.append(reply(200, {"choices": [choice], **usage}))
        assert run_one(open_it(plain), ask(schema=SCHEMA, logprobs=True)).logprobs is None


class TestReading:
    def test_white_space_and_order_are_the_schemas(self, plain: ScriptedServer) -> None:
        schema = closed_object({"line": {"type": "string"}, "call": {"enum": ["ship", "skip"]}})
        plain.replies.append(stream(piece('\n{ "call" :\t"ship", "line" : "caf\\u00e9 \\"x\\"" }', "stop"), DONE))
        generation = run_one(open_it(plain), ask(schema=schema))
        assert generation.text == '{"line":"café \\"x\\"","call":"ship"}'

    def test_a_whole_answer_in_place_of_a_stream(self, plain: ScriptedServer) -> None:
        usage = {"prompt_tokens": 31, "completion_tokens": 12, "prompt_tokens_details": {"cached_tokens": 30}}
        choice = {"message": {"role": "assistant", "content": WHOLE}, "finish_reason": "stop"}
        plain.replies.append(reply(200, {"choices": [choice], "usage": usage}))
        seen: list[Progress] = []
        generation = asyncio.run(open_it(plain).generate(ask(schema=SCHEMA), seen.append))
        assert generation.text == WHOLE
        assert (generation.prompt_tokens, generation.cached_tokens, generation.completion_tokens) == (31, 30, 12)
        assert [(progress.phase, progress.tokens) for progress in seen] == [
            ("prefill", 31),
            ("decode", 12),
            ("decode", 12),
        ]

    @pytest.mark.parametrize(
        "usage",
        [
            7,
            {"prompt_tokens": -1, "completion_tokens": 10**30},
            {"prompt_tokens": "many", "completion_tokens": True},
            {"prompt_tokens_details": [1]},
            {"completion_tokens": None, "prompt_tokens_details": {"cached_tokens": 10**9}},
        ],
    )
    def test_odd_counts_are_guessed(self, plain: ScriptedServer, usage: Any) -> None:
        plain.replies.append(stream(piece(WHOLE), {**piece(None, "stop"), "usage": usage}, DONE))
        generation = run_one(open_it(plain), ask(schema=SCHEMA))
        assert (generation.prompt_tokens, generation.completion_tokens) == (19, 1)
        assert 0 <= generation.cached_tokens <= generation.prompt_tokens

    def test_how_the_prompt_is_read(self, server: ScriptedServer) -> None:
        told = [{**piece(None), "prompt_progress": {"total": 900, "cache": 10, "processed": at}} for at in (400, 900)]
        server.replies.append(stream(*told, piece(WHOLE, "stop"), DONE))
        seen: list[Progress] = []
        asyncio.run(open_it(server).generate(ask(schema=SCHEMA, choice=None), seen.append))
        assert seen[:2] == [Progress("tool/dx", "prefill", 400, 900), Progress("tool/dx", "prefill", 900, 900)]

    @settings(deadline=None)
    @given(st.lists(st.integers(1, 40)), st.sampled_from(["\n", "\r\n"]))
    def test_events_are_the_same_however_they_arrive(self, cuts: list[int], end: str) -> None:
        body = ': ping{e}{e}event: m{e}data: {{"a":{e}data: "é"}}{e}{e}id: 1{e}data:[2]{e}{e}data: [DONE]{e}{e}'
        raw, reader, events = body.format(e=end).encode(), EventReader("here", 10_000), []
        for cut in cuts:
            events += reader.feed(raw[:cut])
            raw = raw[cut:]
        assert [*events, *reader.feed(raw), *reader.close()] == [{"a": "é"}, [2]]

    @pytest.mark.parametrize("said", ["a\x1b[31m\nb\x00c\u202ed", {"a": "b\x1b"}, None, 7, "é" * 999])
    def test_words_are_safe_to_print(self, said: object) -> None:
        words = quote_words(said)
        assert words.isprintable() and len(words) <= 301

    def test_json_is_read_strictly(self) -> None:
        assert read_json(b'{"a":1,"a":2}') == {"a": 2}
        for data in (b'{"a":1,"a":2}', b"[NaN]", b"[Infinity]", b"{'a':1}", b"\xff", b"[" * 99_999, b""):
            with pytest.raises(ValueError):
                read_json(data, twins=False)


class TestSchemas:
    @pytest.mark.parametrize(
        "schema",
        [
            {"type": "nonsense"},
            {"type": "integer"},
            {},
            {"type": "string", "format": "date"},
            {"enum": [1, 2]},
            {"type": "object", "properties": {"a": {"type": "array"}}},
            {"type": "string", "pattern": "("},
            {"anyOf": []},
        ],
    )
    def test_what_cannot_be_checked_is_refused(self, schema: dict[str, Any]) -> None:
        with pytest.raises(SetupError, match="the answer's schema"):
            check_schema(schema)

    @settings(deadline=None)
    @given(st.from_regex(r"\A[a-z\n]{0,6}\Z"))
    def test_strings_are_checked_as_jsonschema_does(self, text: str) -> None:
        schema = closed_object({"a": {"type": "string", "pattern": "^[a-m]{2,4}$", "minLength": 3}})
        check_schema(schema)
        # But for the line's end that Python's $ lets through.
        fits = jsonschema.Draft202012Validator(schema).is_valid({"a": text}) and not text.endswith("\n")
        if fits:
            assert fit_schema(schema, {"a": text}) == {"a": text}
        else:
            with pytest.raises(ValueError, match=r"^a does not have its"):
                fit_schema(schema, {"a": text})

    PATTERNS = (
        r"^[A-Z0-9$'(“‘](?:[^.!?\\{}\[\]<>|\x00-\x1f\x7f-\x9f]|[a-z][.](?:ai|io)[ ,;:)]){1,9}[A-Za-z0-9%)'\"’”][.!?]$",
        r"^[ -~]{1,9}$",
        r"^[^a]{1,9}$",
        r"^[^\n]{1,9}\.$",
        r'^["\\a-c]{1,9}$',
        r"^.{1,9}$",
        r"^[A-Z][A-Za-z ,.-]{1,9}[.]$",
        r"^[0-9]+\\[a-z]?$",
    )

    @pytest.mark.parametrize("pattern", PATTERNS)
    @settings(deadline=None)
    @given(text=st.text(st.characters(max_codepoint=0x2020), max_size=10) | st.from_regex(r"\A[A-Z][ -~]{1,7}[.!]\Z"))
    def test_narrowed_patterns_let_through_what_json_can_hold(self, pattern: str, text: str) -> None:
        narrowed = quotable(closed_object({"a": {"type": "string", "pattern": pattern}}))["properties"]["a"]["pattern"]
        plain = json.dumps(text, ensure_ascii=False) == f'"{text}"'
        if plain:
            assert bool(re.search(narrowed, text)) == bool(re.search(pattern, text))
        elif "\\\\[" not in pattern:
            assert not re.search(narrowed, text) or text.endswith("\n")

    def test_what_needs_no_narrowing_stays(self) -> None:
        assert quotable(line_schema()) == line_schema()
        assert quotable({"properties": {"pattern": {"type": "string"}}}) == {
            "properties": {"pattern": {"type": "string"}}
        }


@pytest.fixture(scope="module")
def llama_server(model_file: ModelFile) -> Iterator[str]:
    """A real llama-server on loopback; its address."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    given = ["-m", str(model_file.path), "--port", str(port), "-c", "8192", "-np", "2", "-t", "1", "--jinja"]
    with subprocess.Popen(
        [os.environ["PANEL_LLAMA_SERVER"], *given], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        assert process.stdout
        try:
            assert any(b"listening on" in line for line in process.stdout)
            # It blocks when nobody reads what it says.
            reader = threading.Thread(target=process.stdout.read)
            reader.start()
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()
            process.wait(DEADLINE_S)
            reader.join()


def ask_seat(persona: Persona, materials: Materials) -> Request:
    (dossier,) = materials.dossiers.values()
    parts = (materials.prompts.dossier(dossier), materials.prompts.persona(persona, dossier))
    return Request(
        id=persona.slug,
        messages=(Message("system", (materials.prompts.house(),)), Message("user", parts)),
        schema=answer_schema(persona),
        choice=Choice(CALL_MARKER, ("ship", "skip")),
        sampling=Sampling(),
        seed=5,
        max_tokens=answer_limit_tokens(persona),
        timeout_s=DEADLINE_S,
    )


@pytest.mark.skipif("PANEL_LLAMA_SERVER" not in os.environ, reason="PANEL_LLAMA_SERVER names no llama-server")
class TestLlamaServer(EngineContract):
    context_tokens = 4096
    endless_tokens = 3500

    @pytest.fixture
    def engine(self, llama_server: str) -> Engine:
        return open_server(llama_server, context_tokens=8192, concurrency=2)

    @pytest.fixture
    def another(self, engine: Engine) -> Engine:
        return engine

    @pytest.fixture
    def slow(self, llama_server: str, monkeypatch: pytest.MonkeyPatch) -> Engine:
        # llama.cpp refuses a grammar of so many repetitions; 2,000 last long enough to be stopped.
        shorter = closed_object({"line": {"type": "string", "pattern": "^[a-z]{1900,2000}$"}})
        monkeypatch.setattr(contract, "endless", lambda **changes: ask(schema=shorter, choice=None, **changes))
        return open_server(llama_server, context_tokens=8192, concurrency=1)

    def test_seats_of_the_desk_are_answered(self, engine: Engine) -> None:
        materials = gather_materials(Path(__file__).parents[2], ["mistral-3b-edge"])
        requests = [ask_seat(persona, materials) for persona in materials.personas.values()]
        generations = run(engine, *requests)
        for request, generation in zip(requests, generations, strict=True):
            assert generation.finish == "stop"
            jsonschema.validate(json.loads(generation.text), request.schema)
            assert generation.probabilities
        # The house rules and the dossier are the same for all of them.
        assert sum(generation.cached_tokens for generation in generations) > generations[0].prompt_tokens

    def test_every_tokens_weight(self, engine: Engine) -> None:
        generation = run_one(engine, ask(logprobs=True))
        assert generation.logprobs is not None
        assert len(generation.logprobs) == generation.completion_tokens
        assert max(generation.logprobs) <= 0

    def test_cancelling_frees_the_servers_slot(self, slow: Engine, llama_server: str) -> None:
        async def cancel() -> None:
            started = Started()
            task = asyncio.create_task(slow.generate(contract.endless(max_tokens=self.endless_tokens), started))
            await started.wait()
            async with httpx2.AsyncClient(trust_env=False) as client:

                async def busy() -> int:
                    slots = (await client.get(llama_server.removesuffix("/v1") + "/slots")).json()
                    return sum(slot["is_processing"] for slot in slots)

                assert await busy() == 1
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                while await busy():
                    await asyncio.sleep(0)

        asyncio.run(asyncio.wait_for(cancel(), DEADLINE_S))
