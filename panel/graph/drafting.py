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
from panel.engine import Choice, Engine, Generation, Progress, Request
from panel.errors import PanelError, RunError, UnparsableVerdict
from panel.materials import Materials
from panel.personas import CALL_MARKER, answer_grammar, answer_limit_tokens, answer_schema
from panel.prompts.contexts import evidence_mark
from panel.quarantine import flag_passages, leave_out
from panel.quarantine.recheck import call_messages, call_request, hold_quarantine, recheck_call
from panel.records import (
    Attempt,
    BeatText,
    Call,
    Dossier,
    Draft,
    Finding,
    Manifest,
    MissingSeat,
    Persona,
    Quarantine,
    Seat,
    canonical_json,
)

wait_between_retries = wait_random_exponential(multiplier=0.2, max=5)
"""Between retries of a failing engine, seconds; tests set it to nothing."""


@dataclass(frozen=True, slots=True)
class SeatEvent:
    """What just happened to a seat, for the live display."""

    seat: Seat
    kind: Literal["waiting", "reading", "writing", "revising", "retrying", "rechecking", "drafted", "missing", "kept"]
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
    sitting = _Sitting(brief, engine, materials, manifest, on_seat, [])
    # Before anything is written: nothing that was written may hang on a question that fails.
    quarantine = await sitting.recheck()
    answers: list[_Answer] = []
    prompt_sha256 = ""
    for revision in range(manifest.max_revisions + 1):
        findings = answers[-1].attempt.findings if answers else ()
        request = sitting.make_request(findings, revision)
        prompt_sha256 = prompt_sha256 or request.prompt_sha256()
        on_seat(SeatEvent(brief.seat, "revising" if revision else "waiting", findings=len(findings)))
        try:
            answer = await sitting.ask(request, revision)
        except RunError as error:
            if not answers:
                return _missing(brief, error, sitting.rejected)
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
        rejected=tuple(sitting.rejected),
        prompt_sha256=prompt_sha256,
        origin=brief.origin,
        note=brief.note,
        base_sha256=brief.base_sha256,
        quarantine=quarantine,
        created_at=datetime.now(UTC),
    )


@dataclass(frozen=True, slots=True)
class _Sitting:
    """One seat at its engine; `rejected` collects the answers that were no verdict."""

    brief: Brief
    engine: Engine
    materials: Materials
    manifest: Manifest
    on_seat: OnSeat
    rejected: list[str]

    def make_request(self, findings: tuple[Finding, ...], revision: int) -> Request:
        """Ask for a verdict, or for a better one than the one with these findings."""
        seat = self.brief.seat
        dossier, persona = self.materials.shown(seat.tool), self.materials.personas[seat.persona]
        return Request(
            id=str(seat),
            messages=self.materials.messages(seat, note=self.brief.note, findings=findings),
            schema=answer_schema(persona),
            grammar=answer_grammar(persona, dossier),
            choice=Choice(CALL_MARKER, tuple(call.value for call in Call)),
            sampling=self.manifest.sampling,
            seed=seat_seed(self.manifest.seed, self.brief, revision),
            max_tokens=answer_limit_tokens(persona),
            timeout_s=self.manifest.seat_timeout_s,
        )

    async def ask(self, request: Request, revision: int) -> _Answer:
        """Ask until there is a verdict or the retries are used up; raises the last error then."""
        retrying = AsyncRetrying(
            retry=retry_if_exception(_is_retryable),
            stop=stop_after_attempt(self.manifest.max_retries + 1),
            wait=wait_between_retries,
            reraise=True,
        )
        async for attempt in retrying:
            with attempt:
                retry = attempt.retry_state.attempt_number - 1
                if retry:
                    self.on_seat(SeatEvent(self.brief.seat, "retrying", detail=f"attempt {retry + 1}"))
                # The same seed would fail the same way.
                seed = seat_seed(self.manifest.seed, self.brief, revision, retry)
                asked = replace(request, seed=seed)
                generation = await self.engine.generate(asked, self._tell)
                return self._read_answer(generation, seed)
        raise AssertionError("tenacity either returns or raises")

    async def recheck(self) -> Quarantine | None:
        """Ask for the call alone, with the dossier's flagged passages and without; None where nothing is flagged.

        An engine that fails here, or tells no probabilities, leaves it unknown whether they turned the call.
        """
        dossier = self.materials.shown(self.brief.seat.tool)
        flags = flag_passages(dossier)
        if not flags:
            return None
        self.on_seat(SeatEvent(self.brief.seat, "rechecking"))
        text = self.materials.prompts.dossier(dossier)
        left = leave_out(dossier, flags)
        # The mark around the evidence is made from it: both sides get the same, so that only the passages differ.
        without = self.materials.prompts.dossier(left).replace(evidence_mark(left), evidence_mark(dossier))
        try:
            with_it, without_it = self._probe("with", dossier, text), self._probe("without", dossier, without)
            rechecked = await recheck_call(self.engine, with_it, without_it)
        except PanelError:
            return hold_quarantine(flags, None)
        return hold_quarantine(flags, rechecked)

    def _probe(self, side: str, dossier: Dossier, text: str) -> Request:
        persona = self.materials.personas[self.brief.seat.persona]
        messages = call_messages(self.materials.prompts.house(), (text,), persona, dossier.name)
        return call_request(f"{self.brief.seat} {side} the passage", messages, timeout_s=self.manifest.seat_timeout_s)

    def _tell(self, progress: Progress) -> None:
        kind: Literal["reading", "writing"] = "reading" if progress.phase == "prefill" else "writing"
        self.on_seat(SeatEvent(self.brief.seat, kind, tokens=progress.tokens, total=progress.total))

    def _read_answer(self, generation: Generation, seed: int) -> _Answer:
        seat = self.brief.seat
        try:
            beats, call = parse_answer(generation, self.materials.personas[seat.persona])
        except UnparsableVerdict:
            self.rejected.append(generation.text)
            raise
        attempt = Attempt(
            seed=seed,
            raw=generation.text,
            findings=run_checks(self.materials.subject(seat, beats)),
            prompt_tokens=generation.prompt_tokens,
            cached_tokens=generation.cached_tokens,
            completion_tokens=generation.completion_tokens,
            p_ship=generation.probability(Call.SHIP.value),
            duration_s=round(generation.duration_s, 3),
        )
        return _Answer(beats, call, attempt)


def _is_retryable(error: BaseException) -> bool:
    return isinstance(error, PanelError) and error.retryable


def seat_seed(run_seed: int, brief: Brief, revision: int, retry: int = 0) -> int:
    """Derive the seed of one attempt, 32 bits.

    It depends on the run's seed, the seat and what is asked of it, never on the order in which seats are drafted or
    on how often a run was resumed.
    """
    asked = 0 if brief.origin == "run" else brief.number
    key = [run_seed, brief.seat.tool, brief.seat.persona, brief.origin, asked, revision, retry]
    return int.from_bytes(hashlib.sha256(canonical_json(key)).digest()[:4], "big")


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
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnparsableVerdict(f"the answer is not a verdict: {type(error).__name__}: {error}") from error
    return beats, call


def _missing(brief: Brief, error: RunError, rejected: list[str]) -> MissingSeat:
    return MissingSeat(
        seat=brief.seat,
        n=brief.number,
        error=type(error).__name__,
        message=error.message,
        raw=tuple(rejected),
        origin=brief.origin,
        note=brief.note,
        base_sha256=brief.base_sha256,
        created_at=datetime.now(UTC),
    )
