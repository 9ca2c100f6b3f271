"""The wording that all of the comparison's sentences share: names, dates, scores and stances."""

from __future__ import annotations

from collections.abc import Sequence

from panel.records import Call, Tally


# Not strftime: it speaks the language of the machine it runs on.
def join_names(names: Sequence[str]) -> str:
    """Join as "A", "A and B", "A, B and C"; "" for none."""
    *first, last = names or [""]
    return f"{', '.join(first)} and {last}" if first else last


def join_reviewers(names: Sequence[str], *, opening: bool = False) -> str:
    """Join reviewers' names, with "The skeptic" as "the skeptic" wherever it does not open the sentence."""
    small = [name if opening and place == 0 else _lower_article(name) for place, name in enumerate(names)]
    return join_names(small)


def end_sentence(text: str) -> str:
    """Put a full stop, unless a name ("Acme Inc.", "Yahoo!") already brought a stop."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def format_score(tally: Tally) -> str:
    """Write ships and denominator: "3 of 4"; with missing seats "2 of 3 (on 3 of 4 seats)"."""
    return f"{tally.ships} of {tally.voted}{_format_seats(tally)}"


def format_shippers(tally: Tally) -> str:
    """Write the score as a clause: "3 of 4 ship it", "1 of 2 ships it (on 2 of 4 seats)"."""
    verb = "ships" if tally.ships == 1 else "ship"
    return f"{tally.ships} of {tally.voted} {verb} it{_format_seats(tally)}"


def format_stance(names: Sequence[str], calls: Sequence[Call | None], *, reviewers: int) -> str:
    """Write how reviewers call the tools: "ships A and skips B", "ship both"; missing calls are left out.

    Args:
        names: the tools' names.
        calls: one call for each of them.
        reviewers: how many share the stance; the verb agrees with it.

    Returns:
        The clause without its subject; "" when every call is missing.
    """
    parts = []
    for call in (Call.SHIP, Call.SKIP):
        called = [name for name, given in zip(names, calls, strict=True) if given is call]
        verb = f"{call.value}s" if reviewers == 1 else call.value
        if called and len(called) == len(names) > 1:
            parts.append(f"{verb} {'both' if len(names) == 2 else f'all {len(names)}'}")
        elif called:
            parts.append(f"{verb} {join_names(called)}")
    return " and ".join(parts)


def _lower_article(name: str) -> str:
    return f"the {name[4:]}" if name.startswith("The ") else name


def _format_seats(tally: Tally) -> str:
    return f" (on {tally.voted} of {tally.configured} seats)" if tally.missing else ""
