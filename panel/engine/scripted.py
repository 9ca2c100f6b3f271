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
from collections.abc import Callable, Mapping
from typing import Any

from panel import __version__
from panel.engine.protocol import Generation, OnProgress, Progress, Request
from panel.errors import ContextOverflow, EngineCrash, EngineTimeout, SetupError
from panel.records import EngineIdentity, sha256_of

_CHARS_PER_TOKEN = 4
_SUBJECTS = (
    "This scripted line", "The placeholder", "A dry run", "The word list", "This sentence", "The script",
    "An empty seat", "The rehearsal", "This stand-in", "The dummy text",
)  # fmt: skip
_VERBS = (
    "stands where", "holds the place until", "says nothing while", "fills the page before", "waits until",
    "keeps quiet while", "counts words before", "marks the spot where", "takes up room until", "rehearses how",
)  # fmt: skip
_ACTORS = (
    "a reviewer", "the real model", "an editor", "the panel", "some colleague", "a skeptic", "the desk",
    "another engine", "a careful reader", "the night shift",
)  # fmt: skip
_ACTS = (
    "writes an argument", "reads the dossier", "weighs the evidence", "checks the price", "names a rival",
    "finds the weak spot", "makes up its mind", "opens the file", "asks the question", "answers for it",
)  # fmt: skip

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
        if self._closed:
            raise EngineCrash("the engine is closed")
        started = time.monotonic()
        prompt_tokens = sum(len(part) for message in request.messages for part in message.parts) // _CHARS_PER_TOKEN
        if prompt_tokens + request.max_tokens > self._context_tokens:
            raise ContextOverflow(
                f"{request.id}: {prompt_tokens:,} prompt tokens and room for {request.max_tokens:,} of answer do not "
                f"fit the context of {self._context_tokens:,}",
                hint="Shorten the dossier's evidence, or raise context_tokens in panel.toml.",
            )
        await asyncio.sleep(min(self._delay_s, request.timeout_s))
        if self._delay_s > request.timeout_s:
            raise EngineTimeout(f"{request.id}: no verdict after {request.timeout_s:g} s")
        text, probabilities = self._answer(request)
        tokens = max(len(text) // _CHARS_PER_TOKEN, 1)
        if on_progress:
            on_progress(Progress(request.id, "decode", tokens, request.max_tokens))
        finished = tokens <= request.max_tokens
        return Generation(
            text=text if finished else text[: request.max_tokens * _CHARS_PER_TOKEN],
            finish="stop" if finished else "length",
            probabilities=probabilities,
            prompt_tokens=prompt_tokens,
            cached_tokens=0,
            completion_tokens=min(tokens, request.max_tokens),
            duration_s=time.monotonic() - started,
        )

    async def aclose(self) -> None:
        """Refuse further requests."""
        self._closed = True

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
        value = _write_value(request.schema, rng, chosen)
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")), probabilities


def _write_value(schema: Mapping[str, Any], rng: random.Random, chosen: str) -> Any:
    if "enum" in schema:
        return chosen if chosen in schema["enum"] else rng.choice(list(schema["enum"]))
    if schema.get("type") == "object":
        return {name: _write_value(part, rng, chosen) for name, part in schema["properties"].items()}
    if schema.get("type") == "string":
        return _write_string(str(schema.get("pattern", "")), rng)
    raise SetupError(f"the scripted engine cannot write {schema.get('type')!r}")


def _write_string(pattern: str, rng: random.Random) -> str:
    """Add clauses until the pattern is met; a sentence is one clause or several joined."""
    for _ in range(200):
        clause = _write_clause(rng)
        text = clause
        for _ in range(8):
            for candidate in (f"{text}.", f"{text}. {_write_clause(rng)}."):
                if re.search(pattern, candidate):
                    return candidate
            text = f"{text}, and {_write_clause(rng, lower=True)}"
    raise SetupError(f"the scripted engine found no sentence for the pattern {pattern}")


def _write_clause(rng: random.Random, *, lower: bool = False) -> str:
    subject = rng.choice(_SUBJECTS)
    clause = f"{subject} {rng.choice(_VERBS)} {rng.choice(_ACTORS)} {rng.choice(_ACTS)}"
    return clause[0].lower() + clause[1:] if lower else clause
