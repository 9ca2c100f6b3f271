"""Length: beats that say nothing, too little or too much, and the argument's length as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from panel.checks.subject import CheckSubject
from panel.records import ARGUMENT_MAX_WORDS, ARGUMENT_MIN_WORDS, Finding
from panel.texts import clip_quote, find_words


def check_empty_beat(subject: CheckSubject) -> Iterator[Finding]:
    """Find beats that are left out, blank or nothing but punctuation."""
    for beat, text in subject.asked():
        if not find_words(text):
            yield Finding(
                check="empty-beat",
                beat=beat.id,
                message="The beat says nothing.",
                instruction=f"Answer this question: {beat.question}",
                quote=clip_quote(text),
            )


def check_too_short(subject: CheckSubject) -> Iterator[Finding]:
    """Find beats below their `min_chars`; an empty one is left to `empty-beat`."""
    for beat, text in subject.asked():
        if len(text) < beat.min_chars and find_words(text):
            yield Finding(
                check="too-short",
                beat=beat.id,
                message=f"The beat has {len(text)} characters; at least {beat.min_chars} are asked for.",
                instruction=f"Answer in one or two full sentences of at least {beat.min_chars} characters.",
                quote=clip_quote(text),
            )


def check_too_long(subject: CheckSubject) -> Iterator[Finding]:
    """Find beats above their `max_chars`, and quote what is too much."""
    for beat, text in subject.asked():
        if len(text) > beat.max_chars and find_words(text):
            yield Finding(
                check="too-long",
                beat=beat.id,
                message=f"The beat has {len(text)} characters; at most {beat.max_chars} are asked for.",
                instruction=f"Shorten the answer to at most {beat.max_chars} characters.",
                quote=clip_quote(text[beat.max_chars :]),
            )


def check_word_count(subject: CheckSubject) -> Iterator[Finding]:
    """Find an argument outside 70 to 130 words, all beats together."""
    count = sum(len(find_words(beat.text)) for beat in subject.beats)
    if count < ARGUMENT_MIN_WORDS:
        change = f"add about {ARGUMENT_MIN_WORDS - count} words of substance."
    elif count > ARGUMENT_MAX_WORDS:
        change = f"leave out about {count - ARGUMENT_MAX_WORDS} words."
    else:
        return
    span = f"{ARGUMENT_MIN_WORDS} to {ARGUMENT_MAX_WORDS}"
    yield Finding(
        check="word-count",
        message=f"The argument has {count} words; {span} are asked for.",
        instruction=f"Write {span} words in all: {change}",
    )
