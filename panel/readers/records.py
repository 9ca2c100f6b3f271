"""The nouns of the readers' side as frozen values."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from panel.records import Call, Community, Record, Slug

MAX_COUNT = 1_000_000_000


class Refusal(StrEnum):
    """Why a vote or a sign-up was not taken."""

    TOO_MANY = "too_many"
    """One network address asked too often within an hour."""
    CROWDED = "crowded"
    """Too many readers of one network address voted on this tool within an hour."""
    FULL = "full"
    """The store takes no more new tools, or no more unconfirmed addresses."""


class VoteCount(Record):
    """Readers' votes on one tool, as numbers."""

    tool: Slug
    """The tool's slug."""
    ships: Annotated[int, Field(strict=True, ge=0, le=MAX_COUNT)]
    """How many said ship."""
    votes: Annotated[int, Field(strict=True, ge=1, le=MAX_COUNT)]
    """How many voted, ships and skips together."""

    @model_validator(mode="after")
    def _ships_are_votes(self) -> VoteCount:
        if self.ships > self.votes:
            raise ValueError(f"more ships ({self.ships}) than votes ({self.votes})")
        return self


class ReaderVote(Record):
    """One reader's vote on one tool."""

    tool: Slug
    """The tool's slug."""
    reader: Annotated[str, Field(min_length=1, max_length=200)]
    """Whatever tells readers apart; only used to find a reader's second vote, and never kept."""
    call: Call
    """`ship` or `skip`."""


class VotesFile(Record):
    """Votes as `panel votes import` takes them and `panel votes export --json` writes them."""

    schema_version: Literal[1]
    """The version of this format."""
    votes: Annotated[tuple[VoteCount, ...] | tuple[ReaderVote, ...], Field(min_length=1)]
    """Either counts, one a tool, or single votes, one a reader and tool."""


class ToolVotes(Record):
    """Where one tool's votes came from."""

    tool: Slug
    total: Community
    own: Community | None
    """Those that this service took; None without any."""
    imported: dict[str, Community]
    """By the source's name."""


class SubscriberState(StrEnum):
    """How far a subscription is."""

    PENDING = "pending"
    """Asked for, not confirmed: gets nothing but the confirmation."""
    CONFIRMED = "confirmed"
    UNSUBSCRIBED = "unsubscribed"


class Subscriber(Record):
    """One address on the list."""

    address: str
    """In its one spelling, see `panel.mail.normalise_address`."""
    state: SubscriberState
    asked_at: datetime
    """When the sign-up that counts was made, in UTC."""
    confirmed_at: datetime | None = None
    ended_at: datetime | None = None
    """When it was last unsubscribed."""
