"""How verdicts were made, as a page tells it: what votes are worth, conflicts of interest, firm calls, provenance.

Everything comes from the records that an approval covers. Nothing is measured here, and what the records do not say is
left unsaid: an older page has no independence, a script no probability. Not here: any sentence (`making.html.j2`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from panel.records import Call, HowMade, Independence, RunProvenance, SeatCell, SeatProvenance, SeatRow


@dataclass(frozen=True, slots=True)
class CallLine:
    """One call as it was drafted, and how firm it was.

    Attributes:
        reviewer: the reviewer's name.
        tool: the tool's name.
        call: the draft's.
        published: what an editor made of it; None where the draft's call stands.
        p_ship: the model's probability of ship, 0 to 1; None where nobody knows.
        flipped: how many draws came out the other way; None where nobody knows.
        draws: how many there were.
        changed_share: how much of the argument's words editors changed, 0 to 1.
        approved_by: who approved it; None for nobody.
    """

    reviewer: str
    tool: str
    call: Call
    published: Call | None
    p_ship: float | None
    flipped: int | None
    draws: int
    changed_share: float
    approved_by: str | None


@dataclass(frozen=True, slots=True)
class Origin:
    """What one verdict was made of.

    Attributes:
        reviewer: the reviewer's name.
        tool: the tool's name.
        seat: its hashes and seeds.
    """

    reviewer: str
    tool: str
    seat: SeatProvenance


@dataclass(frozen=True, slots=True)
class Making:
    """What a page tells of the making of its verdicts.

    Attributes:
        independence: what the reviewers' votes are worth; None for a single reviewer and where nobody asked.
        interests: the conflicts of interest about the page's tools, a sentence each.
        knows_maker: whether the reviewing model's maker is known; True as well where nobody asked.
        calls: the calls, reviewer by reviewer; () where no probability is known of any.
        odds_unknown: whether a model made the calls and no probability of any is known.
        drawn: whether any of the calls was drawn again.
        draws: how often each was; 0 where they differ in it.
        temperature: at which; None where they differ in it, or were not drawn again.
        acknowledged: how many statements editors kept against the dossier or without it.
        swayed: how many calls editors let stand that a passage aimed at reviewers turned, or may have turned.
        run: what all of the verdicts were made with; None where they have no such thing in common.
        sampling: how tokens were chosen: names and values; () for a script.
        libraries: Panel and the libraries that shape a draft: names and versions.
        origins: what each verdict was made of, reviewer by reviewer.
    """

    independence: Independence | None
    interests: tuple[str, ...]
    knows_maker: bool
    calls: tuple[tuple[CallLine, ...], ...]
    odds_unknown: bool
    drawn: bool
    draws: int
    temperature: float | None
    acknowledged: int
    swayed: int
    run: RunProvenance | None
    sampling: tuple[tuple[str, str], ...]
    libraries: tuple[tuple[str, str], ...]
    origins: tuple[Origin, ...]


def read_making(how: HowMade, rows: Iterable[SeatRow], names: Mapping[str, str], *, scripted: bool) -> Making:
    """Gather what a page tells of the making of its verdicts.

    Args:
        how: how the page was made.
        rows: its reviewers, each with a cell for every tool.
        names: the tools' names by slug. A run may have reviewed more tools than the page shows: of those nothing is
            told.
        scripted: whether no model wrote the drafts; a script has no odds.
    """
    rows = tuple(rows)
    cells = [cell for row in rows for cell in row.cells]
    odds = not scripted and any(cell.p_ship is not None for cell in cells)
    draws = {(cell.flips.of, cell.flips.temperature) for cell in cells if cell.flips and odds}
    told, run = how.disclosure, how.provenance
    return Making(
        independence=told.independence if told and told.independence.reviewers > 1 else None,
        interests=tuple(one.for_page for one in told.interests if one.tool in names) if told else (),
        knows_maker=told is None or told.knows_maker,
        calls=tuple(filter(None, (_lines(row, names) for row in rows))) if odds else (),
        odds_unknown=not scripted and not odds and any(cell.call for cell in cells),
        drawn=bool(draws),
        draws=min(draws)[0] if len({of for of, _ in draws}) == 1 else 0,
        temperature=min(draws)[1] if len({heat for _, heat in draws}) == 1 else None,
        acknowledged=sum(cell.acknowledged for cell in cells),
        swayed=sum(cell.swayed for cell in cells),
        run=run,
        sampling=_sampling(run) if run and not scripted else (),
        libraries=(("Panel", run.panel_version), *sorted(run.versions.items())) if run else (),
        origins=tuple(
            Origin(row.name, names[cell.seat.tool], cell.provenance)
            for row in rows
            for cell in row.cells
            if cell.provenance
        ),
    )


def drafted_call(cell: SeatCell) -> Call | None:
    """Return a seat's call before any editor changed it; None for a missing seat."""
    if cell.call is None or not cell.call_changed:
        return cell.call
    return Call.SKIP if cell.call is Call.SHIP else Call.SHIP


def _lines(row: SeatRow, names: Mapping[str, str]) -> tuple[CallLine, ...]:
    return tuple(
        CallLine(
            reviewer=row.name,
            tool=names[cell.seat.tool],
            call=call,
            published=cell.call if cell.call_changed else None,
            p_ship=cell.p_ship,
            flipped=cell.flips.flipped if cell.flips else None,
            draws=cell.flips.of if cell.flips else 0,
            changed_share=cell.changed_share,
            approved_by=cell.approved_by,
        )
        for cell in row.cells
        if (call := drafted_call(cell)) is not None
    )


def _sampling(run: RunProvenance) -> tuple[tuple[str, str], ...]:
    return tuple((name.replace("_", " "), f"{value:g}") for name, value in run.sampling.model_dump().items())
