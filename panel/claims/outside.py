"""What is not a dossier's to say: forecasts, and known products that a text sets beside the tool."""

from __future__ import annotations

import re
from datetime import date

from panel.claims.claim import Claim, Day
from panel.claims.known import is_known
from panel.records import Persona
from panel.texts import word_keys

_OWN_BEATS = frozenset(
    {"primitive", "bet", "moment_of_truth", "deciding_detail", "buyer", "economics", "dependency", "call"}
)
"""Beats about the tool itself: another product there is a claim about the tool."""
_CLAUSE = re.compile(
    r"(?:^|[.!?:;,—–]\s*[\"“]?|(?<![A-Z]\w)\b(?:but|and|while|where|whereas|though|yet|so|because|since|if|when|what|as|than|"
    r"like|unlike|beside|against|neither|nor|only|even)\s+(?:the\s+|an?\s+)?)$"
)
_LISTED = re.compile(r"(?:[A-Z]\w*,?\s+(?:and|or)|[A-Z]\w*,)\s+$")
_VERB = re.compile(
    r"(?:['’]s\b|,?\s+(?:(?:already|also|still|now|only|never|even|simply|itself)\s+)*(?:\w+s|will|would|can|could|has|had|did|may|might|"
    r"\w+ed|gave|took|made|sold|put|ran|reached|came|got)\b|\s*[.,;:!?]|\s+(?:and|or|for|in|with|to|on)\b|$)"
)
_PLURAL_NOUN = re.compile(
    r"\s+(?:connectors?|plug-?ins?|integrations?|users?|customers?|files?|exports?|models?|adapters?|cards?)\b"
)


_OPENING_LIST = re.compile(r"(?:^|[.!?:;]\s+)(?:[A-Z][\w.+-]*,\s+)*[A-Z][\w.+-]*,?\s+(?:and|or)\s+$")
_NAMES = re.compile(r"[A-Z][\w.+-]*\w")
_STRANGERS = re.compile(
    r"(?:^|[.!?:;]\s+|,\s+so\s+)(?:(?:An?|Any|Every)\s+(?:[\w-]+\s+){1,3}(?:that|who|which|with|on)|Anyone|Anybody|Whoever|Those\s+who|"
    r"[Ww]hat(?:ever)?\s+(?:was|is|gets|has\s+been)|People\s+who|Teams\s+(?:that|on|with))\b[^.;:!?]*$"
)
"""A clause about somebody who need not be this tool's user: "A plant that watches everything in …"."""


def _is_of_strangers(before: str) -> bool:
    return _STRANGERS.search(before) is not None


def is_forecast(claim: Claim, persona: Persona | None, today: date) -> bool:
    """Tell whether a year stands in a beat that has to name one: among those it may name, or later ones.

    Args:
        claim: a date.
        persona: whose beat it is.
        today: when the dossier's prices were true.
    """
    day = claim.value
    if not isinstance(day, Day) or day.year is None or persona is None:
        return False
    for beat in persona.beats:
        if beat.id == claim.beat:
            asked = "year" in word_keys(beat.question)
            return day.year in beat.forecast_years or (
                beat.years is None and asked and day == Day(day.year) and day.year > today.year
            )
    return False


def is_beside(claim: Claim) -> bool:
    """Tell whether a name is a known product set beside the tool, not part of what is said about the tool.

    It has to open a clause, or stand where a comparison has its other side, in a beat that looks at the market.
    """
    if claim.beat in _OWN_BEATS or not is_known(re.sub("['’]s$", "", claim.text)):
        return False
    before, after = claim.within[: claim.start], claim.within[claim.end :]
    if _PLURAL_NOUN.match(after):
        return False
    if _is_of_strangers(before):
        return True
    if listed := _OPENING_LIST.search(before):
        return all(map(is_known, _NAMES.findall(listed[0])))
    if _LISTED.search(before):
        return False
    return bool(_CLAUSE.search(before)) and bool(_VERB.match(after))
