"""One answer of a server as it comes in: its text, its counts, the weights of its choice.

No connection here, only plain data. The server may be anybody's: a wrong type is an `EngineCrash` that says where it
came from, and an answer is taken only when it satisfies the request's schema, whatever the server promised.
Log-probabilities are the one thing that may be missing or odd: a text is worth having without them.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from panel.engine.protocol import Choice, Generation, Request
from panel.engine.served_schema import fit_schema
from panel.engine.served_words import as_mapping, error_words, quote_words, read_json
from panel.errors import EngineCrash

# White space between signs; strings are taken whole, the last one as far as it goes.
_GAP = re.compile(r'(?P<string>"(?:\\.|[^"\\])*(?:"|\\?\Z))|\s+', re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Token:
    text: bytes
    logprob: float
    others: tuple[tuple[bytes, float], ...]


@dataclass
class Transcript:
    """One answer as it comes in.

    Attributes:
        request: what was asked.
        source: where the answer comes from, for messages.
        prompt_tokens: the prompt's length: a guess until the server tells.
        prompt_read: how much of it is read, in tokens, when the server tells; else -1.
        pieces: how many pieces of text came in; about as many as tokens.
        secret: what must not stand in any message.
    """

    request: Request
    source: str
    prompt_tokens: int
    secret: str = ""
    prompt_read: int = -1
    pieces: int = 0
    finish: str | None = None
    _text: list[str] = field(default_factory=list)
    _tokens: list[_Token] = field(default_factory=list)
    _cached_tokens: int = 0
    _completion_tokens: int | None = None
    _probabilities: dict[str, float] | None = None

    def take(self, event: Any) -> None:
        """Take one event of a stream, or a whole answer.

        Raises:
            EngineCrash: the server says that it failed, or the event is none of a chat's.
        """
        if not isinstance(event, dict):
            raise self._odd("an event", event)
        if event.get("error"):
            raise EngineCrash(f"{self.source} failed: {quote_words(error_words(event), secret=self.secret)}")
        self._take_counts(event)
        choices = event.get("choices")
        if not isinstance(choices or [], list):
            raise self._odd("choices", choices)
        for choice in choices or []:
            if not isinstance(choice, dict):
                raise self._odd("a choice", choice)
            self._take_choice(choice)

    def _take_choice(self, choice: Mapping[str, Any]) -> None:
        message = choice.get("delta", choice.get("message")) or {}
        text, finish = as_mapping(message).get("content"), choice.get("finish_reason")
        if not (isinstance(message, dict) and isinstance(text, str | None) and isinstance(finish, str | None)):
            raise self._odd("a piece of the answer", choice)
        if text:
            self._text.append(text)
        self.pieces += bool(text)
        self.finish = finish or self.finish
        with suppress(AttributeError, KeyError, TypeError, ValueError, OverflowError):
            self._tokens += [_read_token(entry) for entry in as_mapping(choice.get("logprobs")).get("content") or ()]

    def _take_counts(self, event: Mapping[str, Any]) -> None:
        usage, timings, progress = (as_mapping(event.get(name)) for name in ("usage", "timings", "prompt_progress"))
        details = as_mapping(usage.get("prompt_tokens_details"))
        self.prompt_tokens = _count(usage.get("prompt_tokens"), progress.get("total")) or self.prompt_tokens
        if (read := _count(progress.get("processed"))) is not None:
            self.prompt_read = min(read, self.prompt_tokens)
        cached = _count(details.get("cached_tokens"), timings.get("cache_n"), progress.get("cache"))
        self._cached_tokens = cached or self._cached_tokens
        self._completion_tokens = _count(usage.get("completion_tokens")) or self._completion_tokens

    @property
    def completion_tokens(self) -> int:
        """The answer's length: as the server counted it, else how many pieces came; never more than was allowed."""
        told = self._completion_tokens or max(self.pieces, len(self._tokens))
        return min(told, self.request.max_tokens)

    def weigh(self) -> str | None:
        """Read the weights of the choice from the answer's own tokens.

        Returns:
            None when they are known or there is no choice; else what the answer says before it, to be asked after.
        """
        choice, text = self.request.choice, "".join(self._text).encode("utf-8", "replace")
        found = _find_decision(text, choice) if choice and self.finish == "stop" else None
        if choice is None or found is None:
            return None
        self._probabilities = _weigh(self._tokens, choice, found["option"])
        return None if self._probabilities else text[: found.start("option")].decode()

    def weigh_next(self, answer: Any) -> None:
        """Read them from another answer instead: one that goes on where the choice stands, with many alternatives."""
        other = Transcript(self.request, self.source, 0, self.secret)
        other.take(answer)
        if self.request.choice and other._tokens:
            ends = {option: f'{option}"'.encode() for option in self.request.choice.options}
            self._probabilities = _normalise(_exclusive_weights(other._tokens[0], b"", ends), ends)

    def conclude(self, duration_s: float) -> Generation:
        """Read the answer as a whole.

        The call is the likelier option when the request wants that and its weights are known: the server drew it,
        with a temperature, and a printed probability must not contradict its call.

        Raises:
            EngineCrash: it is unfinished, or does not satisfy the request's schema.
        """
        text, probabilities = "".join(self._text), None
        if self.finish == "stop":
            text, probabilities = self._finish(text)
        elif self.finish == "length":
            text = _GAP.sub(lambda found: found["string"] or "", text)
        else:
            ended = f"for {quote_words(self.finish)!r}" if self.finish else "in the middle"
            raise EngineCrash(f"{self.source} ended its answer {ended}: {quote_words(text, secret=self.secret)}")
        return Generation(
            text=text,
            finish="stop" if self.finish == "stop" else "length",
            probabilities=probabilities,
            prompt_tokens=self.prompt_tokens,
            cached_tokens=min(self._cached_tokens, self.prompt_tokens),
            completion_tokens=self.completion_tokens,
            duration_s=duration_s,
            logprobs=self._logprobs(),
            token_bytes=self._token_bytes(text),
        )

    def _finish(self, text: str) -> tuple[str, dict[str, float] | None]:
        try:
            raw = text.encode()
            choice, probabilities = self.request.choice, self._probabilities
            if choice and probabilities and not self.request.sample_choice and (found := _find_decision(raw, choice)):
                likelier = max(probabilities, key=probabilities.__getitem__)
                raw = raw[: found.start("option")] + likelier.encode() + raw[found.end("option") :]
            value = fit_schema(self.request.schema, read_json(raw, twins=False))
            compact = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
            compact.encode()
        except ValueError as error:
            why, said = (quote_words(words, secret=self.secret) for words in (str(error), text))
            raise EngineCrash(
                f"{self.source} did not answer {self.request.id} with what was asked for ({why}): {said}",
                hint="Let the server keep to a JSON schema (llama-server, vLLM and Ollama do), or change the model.",
            ) from error
        return compact, probabilities

    def _logprobs(self) -> tuple[float, ...] | None:
        # A server may hold some back: llama-server does, streaming, for pieces that it does not pass on one by one.
        if not self.request.logprobs or len(self._tokens) != self.completion_tokens:
            return None
        return tuple(token.logprob for token in self._tokens)

    def _token_bytes(self, text: str) -> tuple[int, ...] | None:
        # A server's answer may hold white space that the text, as it is handed on, has not: then nothing can be told.
        spelled = tuple(len(token.text) for token in self._tokens)
        return spelled if self._logprobs() is not None and sum(spelled) == len(text.encode()) else None

    def _odd(self, what: str, value: object) -> EngineCrash:
        said = quote_words(value, secret=self.secret)
        return EngineCrash(f"{self.source} sent what is no chat completion; {what} is {said}")


def _count(*told: Any) -> int | None:
    """Return the first that is a number of tokens."""
    return next((value for value in told if type(value) is int and 0 <= value < 1 << 31), None)


def _read_token(entry: Any) -> _Token:
    others = [_read_weight(other) for other in entry.get("top_logprobs") or ()]
    text, logprob = _read_weight(entry)
    if text not in (other for other, _ in others):
        others.append((text, logprob))
    return _Token(text, logprob, tuple(others))


def _read_weight(entry: Any) -> tuple[bytes, float]:
    spelled, logprob = entry.get("bytes"), entry["logprob"]
    # A token may be half a character; its text has a substitute there, its bytes have not.
    text = bytes(spelled) if isinstance(spelled, list) else entry["token"].encode("utf-8", "replace")
    if type(logprob) not in (int, float) or not -math.inf < logprob < 0.001:
        raise ValueError("no log-probability")
    return text, min(float(logprob), 0.0)


def _find_decision(answer: bytes, choice: Choice) -> re.Match[bytes] | None:
    """Find the choice in an answer: the last place where its marker is followed by an option and nothing else.

    The marker is compact JSON; a server may put white space between its signs.
    """
    signs = re.findall(r"[][{}:,]|[^][{}:,]+", choice.marker)
    marker = rb"\s*".join(re.escape(sign.encode()) for sign in signs)
    options = b"|".join(re.escape(option.encode()) for option in choice.options)
    found = list(re.finditer(rb'%s(?P<option>%s)(?=")' % (marker, options), answer))
    return found[-1] if found else None


def _weigh(tokens: Sequence[_Token], choice: Choice, taken: bytes) -> dict[str, float] | None:
    """Read the options' probabilities at the decisive token: the first whose alternatives begin every option.

    Args:
        tokens: the answer's, each with its likeliest alternatives. Some may be missing, before the choice.
        choice: its options are weighed against each other alone.
        taken: the option that the answer has.

    Returns:
        For each option the probability of the alternatives that begin it and no other, renormalised; None when some
        option has no such alternative among those offered, or the tokens are not the answer's.
    """
    joined = b"".join(token.text for token in tokens)
    found = _find_decision(joined, choice)
    if found is None or found["option"] != taken:
        return None
    start, end = found.span("option")
    offset = 0
    for token in tokens:
        after = offset + len(token.text)
        if after > start and offset < end:
            # A token may begin with the marker's last signs, or go on where an earlier one began every option.
            ends = {option: f'{option}"'.encode() for option in choice.options}
            written = joined[start : max(offset, start)]
            rest = {option: spelled[len(written) :] for option, spelled in ends.items() if spelled.startswith(written)}
            if shares := _normalise(_exclusive_weights(token, joined[offset:start].lstrip(), rest), ends):
                return shares
        offset = after
    return None


def _exclusive_weights(token: _Token, lead: bytes, rest: Mapping[str, bytes]) -> dict[str, list[float]]:
    weights: dict[str, list[float]] = {}
    for text, logprob in token.others:
        text = text.lstrip() if lead else text
        piece = text.removeprefix(lead)
        if not piece or not text.startswith(lead):
            continue
        fits = [option for option, spelled in rest.items() if spelled.startswith(piece) or piece.startswith(spelled)]
        if len(fits) == 1:
            weights.setdefault(fits[0], []).append(logprob)
    return weights


def _normalise(weights: Mapping[str, list[float]], options: Iterable[str]) -> dict[str, float] | None:
    if not all(option in weights for option in options):
        return None
    top = max(max(given) for given in weights.values())
    sums = {option: math.fsum(math.exp(one - top) for one in weights[option]) for option in options}
    return {option: weight / math.fsum(sums.values()) for option, weight in sums.items()}
