"""Drafting one seat: prompt, engine, parse, checks, at most N revisions.

Used by the graph for a run and by the desk for a redraft. The only owner of retries: the graph has no retry policy
of its own, or attempts would multiply. Writes nothing; the caller stores what comes back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from panel.checks import run_checks
from panel.engine import Choice, Engine, Generation, Message, Progress, Request
from panel.errors import PanelError, RunError, UnparsableVerdict
from panel.materials import Materials
from panel.personas import CALL_MARKER, answer_limit_tokens, answer_schema
from panel.records import Attempt, BeatText, Call, Draft, Finding, Manifest, MissingSeat, Persona, Seat, canonical_json

wait_between_retries = wait_random_exponential(multiplier=0.2, max=5)
"""Between retries of a failing engine, seconds; tests set it to nothing."""


@dataclass(frozen=True, slots=True)
class SeatEvent:
    """What just happened to a seat, for the live display."""

    seat: Seat
    kind: Literal["waiting", "reading", "writing", "revising", "retrying", "drafted", "missing", "kept"]
    tokens: int = 0
    total: int = 0
    call: Call | None = None
    findings: int = 0
    detail: str = ""


OnSeat = Callable[[SeatEvent], None]
"""Called from any thread; must be quick and must not raise."""


@dataclass(frozen=True, slots=True)
class Brief:
    """What one draft is to be.

    Attributes:
        seat: whose draft it is.
        number: the draft's number.
        origin: a run's own draft, or an editor's redraft.
        note: what the editor wants done differently.
        base_sha256: the content hash of the verdict the editor saw.
    """

    seat: Seat
    number: int
    origin: Literal["run", "redraft"] = "run"
    note: str = ""
    base_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class _Answer:
    beats: tuple[BeatText, ...]
    call: Call
    attempt: Attempt


async def draft_seat(
    brief: Brief, engine: Engine, materials: Materials, manifest: Manifest, on_seat: OnSeat
) -> Draft | MissingSeat:
    """Draft one seat.

    Returns:
        The draft: of all attempts the one with the fewest findings, which may be some. When the engine's retries
        are used up before there is any draft, a record of the missing seat.

    Raises:
        SetupError: the prompt cannot be rendered.
    """
    answers: list[_Answer] = []
    failed: list[str] = []
    prompt_sha256 = ""
    for revision in range(manifest.max_revisions + 1):
        findings = answers[-1].attempt.findings if answers else ()
        request = _make_request(brief, materials, manifest, findings, revision)
        prompt_sha256 = prompt_sha256 or request.prompt_sha256()
        on_seat(SeatEvent(brief.seat, "revising" if revision else "waiting", findings=len(findings)))
        try:
            answer = await _ask(request, brief.seat, engine, materials, manifest, on_seat, failed)
        except RunError as error:
            if not answers:
                return _missing(brief, error, failed)
            break  # an earlier attempt stands; a failed revision does not unwrite it
        answers.append(answer)
        if not answer.attempt.findings:
            break
    chosen = min(range(len(answers)), key=lambda index: (len(answers[index].attempt.findings), -index))
    best = answers[chosen]
    return Draft(
        seat=brief.seat,
        n=brief.number,
        beats=best.beats,
        call=best.call,
        p_ship=best.attempt.p_ship,
        findings=best.attempt.findings,
        attempts=tuple(answer.attempt for answer in answers),
        chosen=chosen,
        rejected=tuple(failed),
        prompt_sha256=prompt_sha256,
        origin=brief.origin,
        note=brief.note,
        base_sha256=brief.base_sha256,
        created_at=datetime.now(UTC),
    )


def _make_request(
    brief: Brief, materials: Materials, manifest: Manifest, findings: tuple[Finding, ...], revision: int
) -> Request:
    dossier, persona = materials.dossiers[brief.seat.tool], materials.personas[brief.seat.persona]
    prompts = materials.prompts
    parts = [prompts.dossier(dossier), prompts.persona(persona, dossier)]
    if brief.note:
        parts.append(prompts.redraft(brief.note))
    if findings:
        parts.append(prompts.revision(findings))
    return Request(
        id=str(brief.seat),
        messages=(Message("system", (prompts.house(),)), Message("user", tuple(parts))),
        schema=answer_schema(persona),
        choice=Choice(CALL_MARKER, tuple(call.value for call in Call)),
        sampling=manifest.sampling,
        seed=seat_seed(manifest.seed, brief, revision),
        max_tokens=answer_limit_tokens(persona),
        timeout_s=manifest.seat_timeout_s,
    )


def seat_seed(run_seed: int, brief: Brief, revision: int, retry: int = 0) -> int:
    """Derive the seed of one attempt, 32 bits.

    It depends on the run's seed, the seat and what is asked of it, never on the order in which seats are drafted or
    on how often a run was resumed.
    """
    asked = 0 if brief.origin == "run" else brief.number
    key = [run_seed, brief.seat.tool, brief.seat.persona, brief.origin, asked, revision, retry]
    return int.from_bytes(hashlib.sha256(canonical_json(key)).digest()[:4], "big")


async def _ask(
    request: Request,
    seat: Seat,
    engine: Engine,
    materials: Materials,
    manifest: Manifest,
    on_seat: OnSeat,
    failed: list[str],
) -> _Answer:
    """Ask until there is a verdict or the retries are used up; raises the last error then."""

    def tell(progress: Progress) -> None:
        kind: Literal["reading", "writing"] = "reading" if progress.phase == "prefill" else "writing"
        on_seat(SeatEvent(seat, kind, tokens=progress.tokens, total=progress.total))

    def is_retryable(error: BaseException) -> bool:
        return isinstance(error, PanelError) and error.retryable

    retrying = AsyncRetrying(
        retry=retry_if_exception(is_retryable),
        stop=stop_after_attempt(manifest.max_retries + 1),
        wait=wait_between_retries,
        reraise=True,
    )
    seed = request.seed
    async for attempt in retrying:
        with attempt:
            retry = attempt.retry_state.attempt_number - 1
            if retry:
                on_seat(SeatEvent(seat, "retrying", detail=f"attempt {retry + 1}"))
            # The same seed would fail the same way.
            generation = await engine.generate(replace(request, seed=(seed + retry * 0x9E3779B9) % 2**32), tell)
            try:
                return _read_answer(generation, request, seat, materials)
            except UnparsableVerdict:
                failed.append(generation.text)
                raise
    raise AssertionError("tenacity either returns or raises")


def _read_answer(generation: Generation, request: Request, seat: Seat, materials: Materials) -> _Answer:
    persona = materials.personas[seat.persona]
    beats, call = parse_answer(generation, persona)
    probabilities = generation.probabilities
    attempt = Attempt(
        seed=request.seed,
        raw=generation.text,
        findings=run_checks(materials.subject(seat, beats)),
        prompt_tokens=generation.prompt_tokens,
        cached_tokens=generation.cached_tokens,
        completion_tokens=generation.completion_tokens,
        p_ship=probabilities[Call.SHIP.value] if probabilities else None,
        duration_s=round(generation.duration_s, 3),
    )
    return _Answer(beats, call, attempt)


def parse_answer(generation: Generation, persona: Persona) -> tuple[tuple[BeatText, ...], Call]:
    """Read the engine's text as the persona's beats and a call.

    Raises:
        UnparsableVerdict: it is not that; says what is wrong.
    """
    if generation.finish != "stop":
        raise UnparsableVerdict(f"the answer was cut off after {generation.completion_tokens} tokens")
    try:
        data = json.loads(generation.text)
        argument = data["argument"]
        beats = tuple(BeatText(id=beat.id, text=argument[beat.id]) for beat in persona.beats)
        call = Call(data["call"])
    except (ValueError, KeyError, TypeError) as error:
        raise UnparsableVerdict(f"the answer is not a verdict: {type(error).__name__}: {error}") from error
    return beats, call


def _missing(brief: Brief, error: RunError, failed: list[str]) -> MissingSeat:
    return MissingSeat(
        seat=brief.seat,
        n=brief.number,
        error=type(error).__name__,
        message=error.message,
        raw=tuple(failed),
        created_at=datetime.now(UTC),
    )
