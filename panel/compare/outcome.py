"""The outcome: who leads, who wins, and whether the missing seats could change it.

Shares are compared as fractions: 2 of 3 and 67 of 100 are both 67 %, and no tie. A tool without votes has no share
and cannot lead. Tools are named by their place in the comparison.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from panel.records import Tally


def find_share(tally: Tally) -> Fraction | None:
    """Return ships over seats that voted, exactly; none when nobody voted."""
    return Fraction(tally.ships, tally.voted) if tally.voted else None


def find_leaders(tallies: Sequence[Tally]) -> tuple[int, ...]:
    """Return the places of the tools with the highest share; empty when nobody ships anything."""
    shares = [find_share(tally) for tally in tallies]
    best = max((share for share in shares if share), default=None)
    return tuple(place for place, share in enumerate(shares) if share and share == best)


def find_winner(tallies: Sequence[Tally], leaders: Sequence[int]) -> int | None:
    """Return the place of the tool that wins.

    A tool reviewed alone has nothing to beat but the skips: it wins only with more ships than skips.

    Returns:
        None for a tie, when nobody ships anything, for a lone tool that is not shipped, and as long as the missing
        seats could change the outcome: a tool that leads so far has not won.
    """
    if len(leaders) != 1 or could_change(tallies, leaders):
        return None
    alone = len(tallies) == 1
    leader = tallies[leaders[0]]
    return None if alone and leader.ships <= leader.skips else leaders[0]


def could_change(tallies: Sequence[Tally], leaders: Sequence[int]) -> bool:
    """Tell whether the missing seats' calls, whatever they turn out to be, could bring another outcome."""
    if not any(tally.missing for tally in tallies):
        return False
    if len(tallies) == 1:
        return _side(tallies[0], 0) != _side(tallies[0], tallies[0].missing)
    if not leaders:
        return True
    if len(leaders) > 1 and any(tallies[place].missing for place in leaders):
        return True
    worst = min(_share_of_all(tallies[place], 0) for place in leaders)
    rest = [tally for place, tally in enumerate(tallies) if place not in leaders]
    return any(_share_of_all(tally, tally.missing) >= worst for tally in rest)


def _share_of_all(tally: Tally, shipping: int) -> Fraction:
    """Return the share when so many of the missing seats ship and the others skip."""
    return Fraction(tally.ships + shipping, tally.configured)


def _side(tally: Tally, shipping: int) -> int:
    """Return 1, 0 or -1: the tool is shipped, split on or skipped when so many of the missing seats ship."""
    doubled = 2 * (tally.ships + shipping)
    return (doubled > tally.configured) - (doubled < tally.configured)
