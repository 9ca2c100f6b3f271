"""An engine without a model: it writes sentences from a word list, by the schema and the seed alone.

For tests, dry runs and benchmarks of everything around the model. Its texts say of themselves that a script wrote
them. It keeps every promise of `Engine`, the limits and the errors included, and never sees what the prompt says.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from panel import __version__
from panel.engine.protocol import Generation, OnProgress, Progress, Request
from panel.errors import ContextOverflow, EngineCrash, EngineTimeout, SetupError
from panel.records import EngineIdentity, sha256_of

_CHARS_PER_TOKEN = 4
# Two or three words each, the acts three: a clause has 9 to 12 words, and the two clauses that a beat of a real
# persona takes keep the whole argument between 70 and 130.
_SUBJECTS = (
    "This scripted line", "One empty placeholder", "The dry run", "Our word list", "That dummy sentence",
    "The rehearsal script", "An unmanned seat", "Some filler text", "Every stand-in", "The practice answer",
    "Plain invented prose", "A borrowed phrase",
)  # fmt: skip
_VERBS = (
    "stands in while", "holds still until", "says nothing before", "fills space where", "waits here unless",
    "keeps quiet because", "counts along whenever", "marks time after", "rests idle since", "makes room so",
    "stays blank although", "steps aside once",
)  # fmt: skip
_ACTORS = (
    "one reviewer", "the real model", "an editor", "a whole panel", "some colleague", "that skeptic", "the desk",
    "another engine", "a careful reader", "the night shift", "any newcomer", "somebody else",
)  # fmt: skip
_ACTS = (
    "writes an argument", "reads the dossier", "weighs its evidence", "checks every price", "names a rival",
    "finds weak spots", "reaches a decision", "opens the file", "asks hard questions", "answers for it",
    "compares both tools", "settles the matter",
)  # fmt: skip
_SMALL_WORDS = ("so", "it", "is", "as", "we", "go", "on", "by", "up", "at", "us", "in")
_MOST_CLAUSES = 40
_MOST_WORDS = 700
_MOST_TRIES = 40

_Clause = tuple[str, ...]

Script = Callable[[Request, int], str | Exception | None]
"""Told a request and how often it was asked before; a text or an error to answer with, None for the usual."""


class ScriptedEngine:
    """An `Engine` that invents its answers.

    Args:
        context_tokens: the context it pretends to have, at four characters a token.
        delay_s: how long each answer takes.
        script: overrides answers by request; for tests of what goes wrong.
    """

    def __init__(self, *, context_tokens: int = 4096, delay_s: float = 0.0, script: Script | None = None) -> None:
        self._context_tokens = context_tokens
        self._delay_s = delay_s
        self._script = script
        self._asked: dict[str, int] = {}
        self._closed = False
        self._waiting: set[asyncio.Future[None]] = set()

    @property
    def identity(self) -> EngineIdentity:
        """Panel's own version; there is no model."""
        return EngineIdentity(
            engine="scripted",
            engine_version=f"panel {__version__}",
            model_name="scripted",
            context_tokens=self._context_tokens,
        )

    async def generate(self, request: Request, on_progress: OnProgress | None = None) -> Generation:
        """Write one text; see `Engine`."""
        started = time.monotonic()
        if self._closed:
            raise _closed()
        prompt_tokens = sum(len(part) for message in request.messages for part in message.parts) // _CHARS_PER_TOKEN
        if prompt_tokens + request.max_tokens > self._context_tokens:
            raise ContextOverflow(
                f"{request.id}: {prompt_tokens:,} prompt tokens and room for {request.max_tokens:,} of answer do not "
                f"fit the context of {self._context_tokens:,}",
                hint="Shorten the dossier's evidence, or raise context_tokens in panel.toml.",
            )
        if on_progress:
            on_progress(Progress(request.id, "prefill", prompt_tokens, prompt_tokens))
        await self._pause(min(self._delay_s, request.timeout_s))
        if self._delay_s >= request.timeout_s:
            raise EngineTimeout(f"{request.id}: no verdict after {request.timeout_s:g} s")
        text, probabilities = self._answer(request)
        tokens = max(-(-len(text) // _CHARS_PER_TOKEN), 1)
        finished = tokens <= request.max_tokens
        if not finished:
            # The choice comes last; an answer that was cut off never reached it.
            text, probabilities = text[: request.max_tokens * _CHARS_PER_TOKEN], None
        written = min(tokens, request.max_tokens)
        if on_progress:
            on_progress(Progress(request.id, "decode", written, request.max_tokens))
        return Generation(
            text=text,
            finish="stop" if finished else "length",
            probabilities=probabilities,
            prompt_tokens=prompt_tokens,
            cached_tokens=0,
            completion_tokens=written,
            duration_s=time.monotonic() - started,
        )

    async def aclose(self) -> None:
        """Refuse further requests, and those that are waiting."""
        self._closed = True
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)

    async def _pause(self, seconds: float) -> None:
        """Take the time an answer takes; closing the engine ends it."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(waiter)
        try:
            await asyncio.wait([waiter], timeout=seconds)
        finally:
            self._waiting.discard(waiter)
        if self._closed:
            raise _closed()

    def _answer(self, request: Request) -> tuple[str, dict[str, float] | None]:
        asked = self._asked[request.id] = self._asked.get(request.id, -1) + 1
        scripted = self._script(request, asked) if self._script else None
        if isinstance(scripted, Exception):
            raise scripted
        if scripted is not None:
            return scripted, None
        key = sha256_of([request.seed, request.prompt_sha256()])
        rng = random.Random(key)
        probabilities = None
        chosen = ""
        if request.choice:
            options = request.choice.options
            weights = [rng.random() + 0.05 for _ in options]
            probabilities = {option: weight / sum(weights) for option, weight in zip(options, weights, strict=True)}
            chosen = max(probabilities, key=lambda option: probabilities[option])
        value = _write_value(request.schema, _Author(rng), chosen)
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")), probabilities


def _closed() -> EngineCrash:
    return EngineCrash("the engine is closed")


class _Author:
    """Writes one answer's sentences; uses no word list's entry again before the list is used up."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self._used: set[str] = set()

    def sentence(self, pattern: str) -> str:
        """Join clauses until they meet the pattern; two of them if that fits, else as few as do, else small words.

        Raises:
            SetupError: none were found.
        """
        try:
            wanted = re.compile(pattern)
        except re.error as error:
            raise SetupError(f"the scripted engine cannot read the pattern {pattern}: {error}") from error
        for _ in range(_MOST_TRIES):
            clauses: list[_Clause] = []
            found, used = "", 0
            while len(clauses) < _MOST_CLAUSES and not (found and len(clauses) >= 2):
                clauses.append(self._clause(clauses))
                if forms := [form for form in _forms(clauses) if wanted.search(form)]:
                    found, used = self.rng.choice(forms), len(clauses)
            if found:
                self._used.update(*clauses[:used])
                return found
        return self._drip(wanted)

    def _drip(self, wanted: re.Pattern[str]) -> str:
        """Add small words one by one, for bounds too narrow for clauses."""
        text = "No"
        for _ in range(_MOST_WORDS):
            text = f"{text} {self.rng.choice(_SMALL_WORDS)}"
            if wanted.search(f"{text}."):
                return f"{text}."
        raise SetupError(f"the scripted engine found no sentence for the pattern {wanted.pattern}")

    def _clause(self, before: Sequence[_Clause]) -> _Clause:
        taken = self._used.union(*before)
        return tuple(
            self.rng.choice([word for word in words if word not in taken] or words)
            for words in (_SUBJECTS, _VERBS, _ACTORS, _ACTS)
        )


def _forms(clauses: Sequence[_Clause]) -> list[str]:
    """Return the clauses as one sentence and, where that can be, as two."""
    half = len(clauses) // 2
    two = [f"{_join(clauses[:half])} {_join(clauses[half:])}"] if half else []
    return [_join(clauses), *two]


def _join(clauses: Sequence[_Clause]) -> str:
    first, *more = (" ".join(clause) for clause in clauses)
    return ", and ".join([first, *(clause[0].lower() + clause[1:] for clause in more)]) + "."


def _write_value(schema: Mapping[str, Any], author: _Author, chosen: str) -> Any:
    if "enum" in schema:
        return chosen if chosen in schema["enum"] else author.rng.choice(list(schema["enum"]))
    if schema.get("type") == "object":
        return {name: _write_value(part, author, chosen) for name, part in schema.get("properties", {}).items()}
    if schema.get("type") == "string":
        return author.sentence(str(schema.get("pattern", "")))
    raise SetupError(f"the scripted engine cannot write {schema.get('type')!r}")
