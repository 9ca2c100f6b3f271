"""The desk's track record: what became of each persona's drafts, model by model, over all of a newsroom's runs.

Every figure has its own denominator, because every figure is of other seats: drafts that were written, verdicts that
were approved, tools that readers voted on. A figure of nothing is None, never 0. Damaged runs are named and left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median

from panel.checks import fact_findings
from panel.editorial import Desk, SeatState, Standing, changed_share
from panel.errors import PanelError
from panel.honesty.effective import model_key
from panel.honesty.severity import Rate, Severity, make_rate, measure_severity
from panel.materials import reopen_materials
from panel.records import Call, Community, Draft, EngineIdentity, Record
from panel.store import Run, RunStore


class Mean(Record):
    """A mean, or a median, with how many it is of."""

    value: float | None
    of: int


class PersonaRecord(Record):
    """What became of one persona's drafts by one model."""

    persona: str
    model: str
    """As the last of the runs names it."""
    model_key: str
    """What tells it apart: hashes for a file, address and name for a served model."""
    runs: int
    seats: int
    missing: int
    """Seats that stand without a draft because their engine failed."""
    drafts: int
    """Redrafts included."""
    redrafts: int
    findings: Mean
    """Findings a draft, redrafts included."""
    untouched: Rate
    """Of approved verdicts: those that are the run's own draft, word for word and call for call."""
    changed: Mean
    """Of approved verdicts: the mean share of words that editors changed, 0 to 1."""
    flipped: Rate
    """Of approved verdicts: those whose call editors turned around."""
    hours_to_approval: Mean
    """Of approved verdicts: the median of the hours from the draft under them to their approval."""
    community: Rate
    """Of approved verdicts on tools with votes enough and a majority: those that the run's own draft called as most
    readers do."""
    ships: Rate
    """Of drafts that stand: how many ship."""
    severity: Severity
    """Of approved verdicts: the run's own draft against the editors' final call. A redraft answers an editor's note,
    and is not the persona's own call."""


class TrackRecord(Record):
    """A newsroom's record."""

    personas: tuple[PersonaRecord, ...]
    """By model, then in the order in which personas first appear."""
    runs: int
    left_out: dict[str, str]
    """Runs that cannot be read, with the reason."""
    votes_from: int
    """How many readers must have voted on a tool before their majority counts."""


@dataclass(frozen=True, slots=True)
class _Sitting:
    """One seat of one run."""

    run: Run
    state: SeatState
    drafts: tuple[Draft, ...]
    findings: tuple[int, ...]
    first: Draft | None

    @property
    def approved(self) -> bool:
        return self.state.standing is Standing.APPROVED


def collect_record(store: RunStore, votes: Mapping[str, Community], *, votes_from: int) -> TrackRecord:
    """Collect a newsroom's record.

    Args:
        store: its runs.
        votes: readers' votes by tool.
        votes_from: how many of them a tool needs.

    Raises:
        StoreError: the folder of runs cannot be read.
    """
    groups: dict[tuple[str, str], list[_Sitting]] = {}
    names: dict[str, str] = {}
    left_out: dict[str, str] = {}
    opened = 0
    for name in store.names():
        try:
            run = store.open(name)
            sittings = list(_sittings(run))
        except PanelError as error:
            left_out[name] = error.message
            continue
        opened += 1
        key = _group_key(run.manifest.engine)
        names[key] = run.manifest.engine.model_name
        for sitting in sittings:
            groups.setdefault((key, sitting.state.seat.persona), []).append(sitting)
    keys = list(dict.fromkeys(key for key, _ in groups))
    ordered = sorted(groups, key=lambda group: keys.index(group[0]))
    return TrackRecord(
        personas=tuple(
            _summarise(persona, (names[key], key), groups[key, persona], votes, votes_from) for key, persona in ordered
        ),
        runs=opened,
        left_out=left_out,
        votes_from=votes_from,
    )


def severities(record: TrackRecord, engine: EngineIdentity) -> dict[str, Severity]:
    """Return how severe each persona is on one model."""
    return {one.persona: one.severity for one in record.personas if one.model_key == _group_key(engine)}


def _group_key(engine: EngineIdentity) -> str:
    return model_key(engine) or engine.model_name


def _sittings(run: Run) -> Iterator[_Sitting]:
    materials = reopen_materials(run)
    for state in Desk(run, materials).states().values():
        drafts = tuple(record for record in run.drafts(state.seat) if isinstance(record, Draft))
        # What the fact desk says now: drafts keep only what they were revised for.
        facts = (fact_findings(materials.subject(state.seat, draft.beats)) for draft in drafts)
        findings = tuple(len(draft.findings) + len(found) for draft, found in zip(drafts, facts, strict=True))
        yield _Sitting(run, state, drafts, findings, run.last_draft(state.seat))


def _summarise(
    persona: str, model: tuple[str, str], sittings: list[_Sitting], votes: Mapping[str, Community], votes_from: int
) -> PersonaRecord:
    drafts = [draft for sitting in sittings for draft in sitting.drafts]
    approved = [sitting for sitting in sittings if sitting.approved]
    standing = [sitting.state.draft for sitting in sittings if sitting.state.draft]
    readers = [
        (sitting.first.call, said)
        for sitting in approved
        if sitting.first and (said := _majority(votes.get(sitting.state.seat.tool), votes_from))
    ]
    return PersonaRecord(
        persona=persona,
        model=model[0],
        model_key=model[1],
        runs=len({sitting.run.run_id for sitting in sittings}),
        seats=len(sittings),
        missing=sum(sitting.state.standing is Standing.MISSING for sitting in sittings),
        drafts=len(drafts),
        redrafts=sum(draft.origin == "redraft" for draft in drafts),
        findings=_mean([float(count) for sitting in sittings for count in sitting.findings]),
        untouched=make_rate(sum(map(_is_untouched, approved)), len(approved)),
        changed=_mean([_changed(sitting) for sitting in approved]),
        flipped=make_rate(sum(map(_is_flipped, approved)), len(approved)),
        hours_to_approval=_median([_hours(sitting) for sitting in approved]),
        community=make_rate(sum(drafted is said for drafted, said in readers), len(readers)),
        ships=make_rate(sum(draft.call is Call.SHIP for draft in standing), len(standing)),
        severity=measure_severity(
            (sitting.first.call, sitting.state.verdict.call)
            for sitting in approved
            if sitting.first and sitting.state.verdict
        ),
    )


def _is_flipped(sitting: _Sitting) -> bool:
    draft, verdict = sitting.state.draft, sitting.state.verdict
    return draft is not None and verdict is not None and draft.call is not verdict.call


def _is_untouched(sitting: _Sitting) -> bool:
    first, verdict = sitting.first, sitting.state.verdict
    return first is not None and verdict is not None and (first.beats, first.call) == (verdict.beats, verdict.call)


def _changed(sitting: _Sitting) -> float:
    draft, verdict = sitting.state.draft, sitting.state.verdict
    if draft is None or verdict is None:
        return 0.0
    return changed_share(" ".join(beat.text for beat in draft.beats), verdict.argument)


def _hours(sitting: _Sitting) -> float:
    draft, approval = sitting.state.draft, sitting.state.approval
    return (approval.at - draft.created_at).total_seconds() / 3600 if draft and approval else 0.0


def _majority(community: Community | None, votes_from: int) -> Call | None:
    """Return what most readers say; None for too few of them, and for equal halves."""
    if community is None or community.votes < votes_from or 2 * community.ships == community.votes:
        return None
    return Call.SHIP if 2 * community.ships > community.votes else Call.SKIP


def _mean(values: list[float]) -> Mean:
    return Mean(value=sum(values) / len(values) if values else None, of=len(values))


def _median(values: list[float]) -> Mean:
    return Mean(value=median(values) if values else None, of=len(values))
