"""The panel verdict in words: who wins and when another one does, an honest tie, who leads so far, or nobody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import groupby

from panel.compare.outcome import could_change, find_share
from panel.compare.wording import end_sentence, format_score, format_shippers, format_stance, join_names, join_reviewers
from panel.records import Call, SplitLine, Tally


def write_verdict(
    names: Sequence[str], tallies: Sequence[Tally], split: Sequence[SplitLine], leaders: Sequence[int]
) -> str:
    """Write the panel verdict.

    Args:
        names: the tools' names.
        tallies: one for each of them.
        split: how each reviewer called them.
        leaders: the places of the tools with the highest share; empty when nobody ships anything.

    Returns:
        One or more sentences that name every tool; without tools, that there is nothing to compare.
    """
    if not names:
        return "There is nothing to compare."
    voted = [place for place, tally in enumerate(tallies) if tally.voted]
    rest = [place for place in voted if place not in leaders]
    open_yet = bool(voted) and could_change(tallies, leaders)
    sentences: list[str] = []
    if len(names) == 1 and voted:
        sentences.append(_write_alone(names[0], tallies[0], open_yet=open_yet))
    elif len(leaders) == 1:
        sentences.append(_write_leader(names, tallies, leaders[0], rest, open_yet=open_yet))
        sentences.extend(_write_exceptions(names, split, leaders[0], rest))
    elif leaders:
        sentences.append(_write_tie(names, tallies, split, leaders))
        sentences.extend([end_sentence(f"Behind them: {_rank(names, tallies, rest)}")] if rest else [])
    elif voted:
        sentences.append(_write_nobody([names[place] for place in voted], [tallies[place] for place in voted]))
    sentences.extend(_write_unvoted(name, tally) for name, tally in zip(names, tallies, strict=True) if not tally.voted)
    if open_yet:
        sentences.append("The missing seats could change this.")
    return " ".join(sentences)


def _write_alone(name: str, tally: Tally, *, open_yet: bool) -> str:
    panel = "So far the panel" if open_yet else "The panel"
    if tally.ships == tally.skips:
        return f"{panel} is split on {name}: {format_score(tally)}."
    return f"{panel} {'ships' if tally.ships > tally.skips else 'skips'} {name}: {format_score(tally)}."


def _write_leader(
    names: Sequence[str], tallies: Sequence[Tally], leader: int, rest: Sequence[int], *, open_yet: bool
) -> str:
    share = find_share(tallies[leader])
    majority = bool(share and 2 * share > 1)
    # A headline that says "ship" over a tool that most reviewers skip would contradict its own numbers, and one over
    # a tool that the missing seats could overturn would promise what nobody knows.
    if open_yet:
        lead = f"{names[leader]} leads so far{'' if majority else ', without a majority'}"
    else:
        lead = f"Ship with {names[leader]}" if majority else f"{names[leader]} leads without a majority"
    text = f"{lead}: {format_shippers(tallies[leader])}"
    if rest and len(names) == 2:
        text += f", against {format_score(tallies[rest[0]])} for {names[rest[0]]}"
    elif rest:
        text += f"; then {_rank(names, tallies, rest)}"
    return end_sentence(text)


def _write_exceptions(
    names: Sequence[str], split: Sequence[SplitLine], winner: int, rivals: Sequence[int]
) -> list[str]:
    """Say for which reviewers another tool is the better one, or that there are none."""
    sentences = []
    for place in rivals:
        readers = [line.name for line in split if line.calls[place] is Call.SHIP and line.calls[winner] is Call.SKIP]
        if readers:
            who = "does, the only reviewer that ships" if len(readers) == 1 else "do, who ship"
            skip = "skips" if len(readers) == 1 else "skip"
            pick = (
                f"Pick {names[place]} if you read it as {join_reviewers(readers)} {who} it and {skip} {names[winner]}"
            )
            sentences.append(end_sentence(pick))
    if sentences or not rivals:
        return sentences
    compared = [line for line in split if line.calls[winner] and any(line.calls[place] for place in rivals)]
    if not compared:
        return [f"No reviewer called both {names[winner]} and another tool."]
    complete = all(line.calls[place] for line in split for place in (winner, *rivals))
    other = names[rivals[0]] if len(rivals) == 1 else "another tool"
    text = f"No reviewer {'' if complete else 'whose calls are in '}prefers {other} to {names[winner]}"
    if len(rivals) == 1:
        both = [line.name for line in compared if {line.calls[winner], line.calls[rivals[0]]} == {Call.SHIP}]
        text += f"; {join_reviewers(both)} {'ships' if len(both) == 1 else 'ship'} both" if both else ""
    return [end_sentence(text)]


def _write_tie(
    names: Sequence[str], tallies: Sequence[Tally], split: Sequence[SplitLine], leaders: Sequence[int]
) -> str:
    tied = [names[place] for place in leaders]
    scores = [format_score(tallies[place]) for place in leaders]
    if len(set(scores)) == 1:
        text = f"An honest tie: {join_names(tied)} have {scores[0]} each"
    else:
        pairs = [f"{name} has {score}" for name, score in zip(tied, scores, strict=True)]
        text = f"An honest tie: {join_names(pairs)}, the same share each"
    lines = [(line.name, tuple(line.calls[place] for place in leaders)) for line in split]
    stances: dict[tuple[Call | None, ...], list[str]] = defaultdict(list)
    for name, calls in lines:
        if Call.SHIP in calls and Call.SKIP in calls:
            stances[calls].append(name)
    told = [f"{join_reviewers(who)} {format_stance(tied, calls, reviewers=len(who))}" for calls, who in stances.items()]
    if not told:
        complete = all(call for _, calls in lines for call in calls)
        told = [f"no reviewer {'' if complete else 'whose calls are in '}tells them apart"]
    return end_sentence("; ".join([text, *told]))


def _write_nobody(names: Sequence[str], tallies: Sequence[Tally]) -> str:
    """Say that no tool is shipped; the tools are those with votes."""
    if len(names) == 1:
        return f"The panel does not ship {names[0]}: {format_score(tallies[0])}."
    none = f"neither {names[0]} nor {names[1]}" if len(names) == 2 else f"none of {join_names(names)}"
    if len({format_score(tally) for tally in tallies}) == 1:
        return f"The panel ships {none}: {format_score(tallies[0])} each."
    scores = [f"{format_score(tally)} for {name}" for name, tally in zip(names, tallies, strict=True)]
    return end_sentence(f"The panel ships {none}: {join_names(scores)}")


def _write_unvoted(name: str, tally: Tally) -> str:
    if tally.missing > 1:
        return f"No verdict on {name}: all {tally.missing} seats are missing."
    return f"No verdict on {name}: {'its one seat is missing' if tally.missing else 'it has no seats'}."


def _rank(names: Sequence[str], tallies: Sequence[Tally], places: Sequence[int]) -> str:
    """Write the places by falling share, equal shares side by side: "B with 2 of 4, then C and D with 1 of 4"."""
    ranked = sorted(places, key=lambda place: find_share(tallies[place]) or 0, reverse=True)
    groups = []
    for _, equal in groupby(ranked, key=lambda place: find_share(tallies[place])):
        groups.append(join_names([f"{names[place]} with {format_score(tallies[place])}" for place in equal]))
    return ", then ".join(groups)
