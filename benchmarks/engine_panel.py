"""Panel's own side of the engine benchmark, and what needs its tokenizer: the other sides' requests as tokens.

Run as a process by `benchmarks.engine_turns`. Every call of llama.cpp's is recorded as it is made, for
`benchmarks.engine_limit` to make it again; that costs an entry in a list.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import Any

from llama_cpp.llama_grammar import SPACE_RULE, json_schema_to_gbnf

from benchmarks.engine_turns import Job, Result, answer, peak_bytes
from benchmarks.engine_workloads import Ask, Workload, build_asks, count_unique, plain_schema
from panel.engine import Message
from panel.engine import llama as engine
from panel.engine.batch import BATCH_TOKENS, Piece
from panel.engine.sampling import Logits
from panel.models import ModelFile, measure

CONTEXT_TOKENS = 4096

_recorded: list[list[Any]] = []


class RecordedContext(engine.LlamaContext):
    """A context that writes down what is asked of it."""

    def copy(self, source: int, target: int) -> None:  # noqa: D102
        _recorded.append(["copy", source, target])
        super().copy(source, target)

    def truncate(self, stream: int, length: int) -> None:  # noqa: D102
        _recorded.append(["truncate", stream, length])
        super().truncate(stream, length)

    def decode(self, pieces: Sequence[Piece], *, is_step: bool) -> list[Logits]:  # noqa: D102
        _recorded.append(["decode", pieces, is_step])
        return super().decode(pieces, is_step=is_step)


def asks_of(job: Job) -> list[Ask]:
    workload = Workload.parse(job["workload"])
    return build_asks(workload, is_greedy=job["greedy"], most_tokens=job["most_tokens"])


def model_of(job: Job) -> ModelFile:
    return ModelFile(**{**job["model"], "path": Path(job["model"]["path"])})


def write(job: Job) -> Result:
    """Write a workload's answers, all asked for at once, with an engine that has read nothing yet."""
    asks = asks_of(job)
    # By its name, so that the engine is opened the way the product opens it.
    engine.LlamaContext = RecordedContext  # type: ignore[misc]
    opened = engine.open_llama(model_of(job), context_tokens=CONTEXT_TOKENS, threads=job["threads"])
    _recorded.clear()  # opening tries the model out

    async def write_one(ask: Ask) -> Result:
        done = await opened.generate(ask.request)
        return {
            "id": ask.request.id,
            "tool": ask.tool,
            "text": done.text,
            "finish": done.finish,
            "written_tokens": done.completion_tokens,
            "prompt_tokens": done.prompt_tokens,
            "computed_tokens": done.prompt_tokens - done.cached_tokens,
            "at_s": time.perf_counter() - began,
        }

    async def write_all() -> list[Result]:
        return await asyncio.gather(*map(write_one, asks))

    began = time.perf_counter()
    answers = asyncio.run(write_all())
    wall_s = time.perf_counter() - began
    identity = opened.identity
    result = {
        "wall_s": wall_s,
        "answers": answers,
        "figures": asdict(opened.figures),
        "peak_bytes": peak_bytes(),
        "setting": f"{identity.seats_at_once} seats at once, steady: {identity.steady}",
    }
    asyncio.run(opened.aclose())
    Path(job["recording"]).write_text(json.dumps(_recorded, default=asdict), encoding="utf-8")
    return result


def prepare(job: Job) -> Result:
    """Put a workload's requests as the other sides take them: tokens, GBNF grammars, plain numbers.

    The tokens of the dossier-first order are those that Panel computes, token by token. Every grammar is the persona's
    schema put through llama-cpp-python's converter, less the white space that it would allow between JSON's marks:
    Panel's grammar allows none, and none is less to write.
    """
    asks = asks_of(job)
    context = engine.LlamaContext(model_of(job), context_tokens=CONTEXT_TOKENS, threads=job["threads"], seats=1)

    def cut(messages: Sequence[Message]) -> list[tuple[int, ...]]:
        segments = context.chat.segments(messages)
        return [context.tokenize(segment, first=index == 0) for index, segment in enumerate(segments)]

    segmented = [cut(ask.request.messages) for ask in asks]
    requests: list[dict[str, Any]] = [
        {
            "id": ask.request.id,
            "tool": ask.tool,
            "persona": ask.persona.slug,
            "seed": ask.request.seed,
            "max_tokens": ask.request.max_tokens,
            "dossier_first": list(chain.from_iterable(segments)),
            "persona_first": list(chain.from_iterable(cut(ask.persona_first))),
        }
        for ask, segments in zip(asks, segmented, strict=True)
    ]
    grammars = {ask.persona.slug: _gbnf(ask) for ask in asks}
    context.close()
    sampling = asks[0].request.sampling.model_dump()
    prepared = {"requests": requests, "grammars": grammars, "sampling": sampling}
    Path(job["requests"]).write_text(json.dumps(prepared), encoding="utf-8")
    lengths = [len(request["dossier_first"]) for request in requests]
    places = count_unique(segmented)
    return {
        "answers": len(requests),
        "prompt_tokens": sum(lengths),
        "unique_tokens": sum(len(segment) for place in places for segment in place),
        "longest_answer_tokens": max(ask.request.max_tokens for ask in asks),
        "mean_prompt_tokens": round(sum(lengths) / len(lengths)),
        "pieces": [_pieces(place) for place in places],
    }


def _gbnf(ask: Ask) -> str:
    grammar: str = json_schema_to_gbnf(json.dumps(plain_schema(ask.request.schema)))
    return grammar.replace(f"space ::= {SPACE_RULE}", 'space ::= ""')


def _pieces(segments: Sequence[Sequence[int]]) -> dict[str, int]:
    """Return how many tokens the segments at one place have, and how many go through the model at once on average."""
    tokens = sum(map(len, segments))
    count = sum(-(-len(segment) // BATCH_TOKENS) for segment in segments)
    return {"tokens": tokens, "size": max(1, round(tokens / max(count, 1)))}


def convert(job: Job) -> Result:
    """Write a model in another quantization, all its matrices in the same one where llama.cpp does so."""
    target = Path(job["target"])
    part = target.with_suffix(".part")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        measure.convert(job["source"], str(part), quantization=job["quantization"], threads=job["threads"])
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return {}


if __name__ == "__main__":
    answer({"a": write, "prepare": prepare, "convert": convert})
