"""The digest's own sentences, which the letter, its plain text and the site's page share.

Everything that comes from outside passes through `clean` or `shorten`, so that each sentence is one line without
characters that act on what stands around them. Escaping for HTML is the template's business.
"""

from __future__ import annotations

import re

from panel.compare.wording import end_sentence, join_names, join_reviewers
from panel.digest.content import Digest, DigestEntry, DividedPanel, VoteGap
from panel.digest.weeks import Week
from panel.publish.render import count_word, drop_controls, format_day
from panel.records import Tally
from panel.site.model import Correction

SUBJECT_CHARS = 120
REASON_CHARS = 280
"""Longer reasons are cut; the site's page of corrections has them whole."""
TITLE_CHARS = 200
PROSE_CHARS = 1200
"""No verdict of the panel is as long; what is longer is no verdict."""
REHEARSAL = "Scripted rehearsal. No model wrote this."

_INVISIBLE = re.compile("[\u00ad\u200b\u2060\u206a-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]")
_KINDS = {"edit": "words changed", "flip": "call changed", "redraft": "written anew"}


def clean(text: str) -> str:
    """Return a text as one line, without controls, direction overrides and characters that show nothing."""
    return " ".join(_INVISIBLE.sub("", str(drop_controls(re.sub("[\u2028\u2029]", " ", text)))).split())


def shorten(text: str, chars: int) -> str:
    """Return a clean text of at most so many characters, cut between words where it has any."""
    text = clean(text)
    if len(text) <= chars:
        return text
    cut = text[: chars - 1]
    words, _, _ = cut.rpartition(" ")
    return f"{words if len(words) > chars // 2 else cut}…".replace(" …", "…")


def write_subject(digest: Digest) -> str:
    """Write the subject: one line of at most 120 characters; a rehearsal's says so first."""
    opening = "Rehearsal: " if digest.is_rehearsal else ""
    opening += f"{shorten(digest.site_name, 40)}, week {Week.parse(digest.week).number}: "
    # A text that looks like an encoded word would be decoded, line ends and all.
    return (opening + _headline(digest, SUBJECT_CHARS - len(opening))).replace("=?", "=")


def _headline(digest: Digest, chars: int) -> str:
    if not digest.entries:
        counted = _counted(digest)
        return join_names(counted) if counted else "nothing new"
    more = len(digest.entries) - 1
    ending = f", and {count_word(more)} more" if more else ""
    return shorten(digest.entries[0].title, chars - len(ending)) + ending


def write_summary(digest: Digest) -> str:
    """Write in a sentence what the week brought."""
    counted = _counted(digest)
    if not counted:
        return "Nothing was published this week, and nothing was changed or taken back."
    return end_sentence(join_names(counted)).capitalize()


def _counted(digest: Digest) -> list[str]:
    sorts = (
        (len(digest.published), "new comparison", "new comparisons"),
        (len(digest.updated), "comparison published anew", "comparisons published anew"),
        (len(digest.corrections), "correction", "corrections"),
        (len(digest.withdrawals), "withdrawal", "withdrawals"),
    )
    return [f"{count_word(count)} {one if count == 1 else many}" for count, one, many in sorts if count]


def write_preheader(digest: Digest) -> str:
    """Write what mail programs show beside the subject."""
    shares = [
        f"{shorten(tool.name, 60)}: {tool.tally.label}." for entry in digest.entries[:2] for tool in entry.tools[:4]
    ]
    warning = "No model wrote this. " if digest.is_rehearsal else ""
    return shorten(f"{warning}{write_summary(digest)} {' '.join(shares)}", 200)


def write_rehearsal(digest: Digest) -> str:
    """Say which texts no model wrote; "" when a model wrote all of them."""
    if not digest.is_rehearsal:
        return ""
    if all(entry.scripted for entry in digest.entries):
        return "Scripted rehearsal: no model wrote these texts."
    return "What is marked as a scripted rehearsal was written by no model."


def write_origin(digest: Digest) -> str:
    """Say what drafted the texts and who answers for them; "" when there are none."""
    if not digest.entries:
        return ""
    models = [shorten(name, 80) for name in digest.models]
    parts = []
    if models:
        named = f"the language {_plural(len(models), 'model')} {join_names(models)}"
        parts.append(f"The arguments and calls were drafted by AI reviewers, all of them personas of {named}.")
    if rehearsal := write_rehearsal(digest):
        parts.append(rehearsal)
    if digest.approvers:
        names = join_names([shorten(name, 120) for name in digest.approvers])
        parts.append(f"Everything was approved before publication by {end_sentence(names)}")
    return " ".join(parts)


def write_share(tally: Tally) -> str:
    """Write a share with its denominator: "75 % ship, 3 of 4 reviewers"."""
    if not tally.voted:
        return tally.label
    missing = f", {tally.missing} missing" if tally.missing else ""
    return f"{tally.ship_pct} % ship, {tally.ships} of {tally.voted} {_plural(tally.voted, 'reviewer')}{missing}"


def write_dates(entry: DigestEntry) -> str:
    """Write when an entry was published, and when first."""
    if entry.first_published_at is None:
        return f"Published on {format_day(entry.published_at)}."
    return f"Published anew on {format_day(entry.published_at)}; first on {format_day(entry.first_published_at)}."


def write_division(divided: DividedPanel) -> str:
    """Write who ships the tool and who does not."""
    ships, skips = ([shorten(name, 60) for name in names] for names in (divided.ships, divided.skips))
    return end_sentence(
        f"{join_reviewers(ships, opening=True)} {'ships' if len(ships) == 1 else 'ship'} it; "
        f"{join_reviewers(skips)} {'skips' if len(skips) == 1 else 'skip'} it"
    )


def write_readers(gap: VoteGap) -> str:
    """Write the readers' share with its denominator: "61 % ship, 133 of 218 votes"."""
    votes = gap.readers
    return f"{votes.ship_pct} % ship, {votes.ships} of {votes.votes} {_plural(votes.votes, 'vote')}"


def write_gap(gap: VoteGap) -> str:
    """Write how far the two are apart."""
    if gap.points_apart:
        return f"{gap.points_apart} percentage {_plural(gap.points_apart, 'point')} apart."
    same = gap.panel.ships * gap.readers.votes == gap.readers.ships * gap.panel.voted
    return "The two agree." if same else "Less than a percentage point apart."


def write_correction(correction: Correction) -> str:
    """Write what was changed, by whom, when and why."""
    seat = [shorten(name, 60) for name in (correction.tool_name, correction.persona_name) if name]
    place = f"{', '.join(seat)}: " if seat else ""
    return f"{place}{_KINDS.get(correction.kind, correction.kind)} {_by(correction)}"


def write_withdrawal(correction: Correction) -> str:
    """Write who took a comparison back, when and why."""
    return f"taken back {_by(correction)}"


def _by(correction: Correction) -> str:
    why = shorten(correction.reason, REASON_CHARS)
    because = f": “{why}”" if why else "."
    return f"by {shorten(correction.author, 120)} on {format_day(correction.at)}{because}"


def _plural(count: int, noun: str) -> str:
    return noun if count == 1 else f"{noun}s"
