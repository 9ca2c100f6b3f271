"""Holding what is copied letter by letter against a dossier: quotations, code, addresses, licences and names."""

from __future__ import annotations

import re

from panel.claims.claim import Claim, Kind, Licence, Place, Resolved, Status
from panel.claims.codes import fold_url
from panel.claims.context import read_contexts
from panel.claims.denials import DENIED, find_denial
from panel.claims.finding import find_claims
from panel.claims.ground import Ground, Mention, Passage, fold_words
from panel.claims.known import is_people
from panel.claims.licences import is_stated
from panel.claims.linking import overlap
from panel.claims.outside import is_beside
from panel.claims.regions import has_strayed

_GAP = re.compile(r"\s*(?:\[?…\]?|\[?\.\.\.\]?|\[[^\]]*\])\s*")
_NEAR_SHARE = 0.6
"""How many of a quotation's words one sentence of the dossier must have to be the one it was taken from."""
_MARGIN = 0.5
"""How much better another licence has to fit what stands around a mention."""


def resolve_quotation(claim: Claim, ground: Ground) -> Resolved:
    """Find a quotation's words in a row, whatever their case and marks; parts around an ellipsis one by one."""
    parts = [part for part in _GAP.split(claim.text) if fold_words(part)]
    passages = [ground.find_words(part) for part in parts]
    if parts and all(passages) and passages[0]:
        return Resolved(claim, Status.SUPPORTED, passages[0].place)
    return _nearest(claim, ground)


def resolve_code(claim: Claim, ground: Ground) -> Resolved:
    """Find code as it is written, or its words in a row."""
    written = str(claim.value)
    passage = ground.find_text(written) or (
        ground.find_words(written) if claim.within[claim.start - 1 : claim.start] != "`" else None
    )
    return Resolved(claim, Status.SUPPORTED, passage.place) if passage else _nearest(claim, ground)


def resolve_url(claim: Claim, ground: Ground) -> Resolved:
    """Find an address, or the host of one; another path of a known host differs."""
    wanted = str(claim.value)
    host = wanted.split("/")[0]
    beside: Mention | None = None
    for mention in ground.of(Kind.URL):
        known = str(mention.claim.value)
        if known == wanted or (host == wanted and known.split("/")[0] == wanted):
            return Resolved(claim, Status.SUPPORTED, mention.passage.place)
        if known.split("/")[0] == host or known.split(".")[0] == host.split(".")[0]:
            beside = mention
    if beside:
        return Resolved(claim, Status.DIFFERS, beside.passage.place, fold_url(str(beside.claim.value)))
    return Resolved(claim, Status.ABSENT)


def resolve_licence(claim: Claim, ground: Ground) -> Resolved:
    """Find a licence of the same family and version, and see whether the text gives it to the same thing."""
    mentions = ground.of(Kind.LICENCE)
    licence = claim.value
    if not isinstance(licence, Licence):
        return Resolved(claim, Status.ABSENT)
    same = [one for one in mentions if isinstance(one.claim.value, Licence) and is_stated(licence, [one.claim.value])]
    others = [one for one in mentions if one not in same]
    if not same:
        best = max(others, key=lambda one: _fit(claim, one, ground), default=None)
        return _differs(claim, best) if best else Resolved(claim, Status.ABSENT)
    best = max(same, key=lambda one: _fit(claim, one, ground))
    rival = max(others, key=lambda one: _fit(claim, one, ground), default=None)
    if rival and (_gain(claim, best, rival, ground) > _MARGIN or has_strayed(claim, best, rival)):
        return _differs(claim, rival)
    return Resolved(claim, Status.SUPPORTED, best.passage.place)


def resolve_name(claim: Claim, ground: Ground) -> Resolved:
    """Find a name, whatever its case, its plural and its possessive."""
    written = re.sub(r"['’]s$", "", claim.text)
    for form in (written, written.partition(" ")[2], written.removesuffix("n"), f"{written}n"):
        passage = ground.find_words(form) if form else None
        if passage and (denial := find_denial(claim, ground)) is not None:
            return Resolved(claim, Status.DIFFERS, denial.place, denial.text, why=DENIED)
        if passage:
            return Resolved(claim, Status.SUPPORTED, passage.place)
    words = fold_words(written)
    if len(words) > 1 and all(ground.holds_words(word) for word in words):
        passage = ground.find_words(words[-1])
        return Resolved(claim, Status.SUPPORTED, passage.place if passage else None)
    is_outside = is_beside(claim) or all(is_people(word) for word in re.split(r"[\s-]", written))
    return Resolved(claim, Status.OUTSIDE if is_outside else Status.ABSENT)


def _nearest(claim: Claim, ground: Ground) -> Resolved:
    """Say where the dossier has most of a phrase's words; absent when no sentence has enough of them."""
    wanted = set(fold_words(claim.text))

    def share(passage: Passage) -> float:
        return len(wanted & set(fold_words(passage.text))) / max(1, len(wanted))

    best = max(ground.passages, key=share)
    if len(wanted) > 1 and share(best) >= _NEAR_SHARE:
        return Resolved(claim, Status.DIFFERS, best.place, best.text)
    return Resolved(claim, Status.ABSENT)


def _gain(claim: Claim, same: Mention, rival: Mention, ground: Ground) -> float:
    """Return how much better another licence fits; where the text names that one too, both in each other's place."""
    gain = _fit(claim, rival, ground) - _fit(claim, same, ground)
    for other in find_claims(claim.within, claim.beat):
        if other.kind is Kind.LICENCE and other.value == rival.claim.value:
            return gain + _fit(other, same, ground) - _fit(other, rival, ground)
    return gain


def _fit(claim: Claim, mention: Mention, ground: Ground) -> float:
    claims = [other for other in find_claims(claim.within, claim.beat) if other.kind is Kind.LICENCE]
    contexts = read_contexts(claim.within, claims, ground.own, ground.entities)
    context = contexts[claims.index(claim)]
    return overlap(context.far, mention.context.far, ground.rarity)


def _differs(claim: Claim, mention: Mention) -> Resolved:
    return Resolved(claim, Status.DIFFERS, Place(*mention.passage.place), mention.claim.text)
