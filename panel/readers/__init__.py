"""Readers: their votes, their sign-ups, and the small service that takes both.

A vote that was acknowledged is on the disk; a reader has one vote a tool; no network address is kept. The service
itself is `panel.readers.service`, which is not imported here: it brings a web framework along.
"""

from panel.readers.limits import Source
from panel.readers.records import (
    ReaderVote,
    Refusal,
    Subscriber,
    SubscriberState,
    ToolVotes,
    VoteCount,
    VotesFile,
)
from panel.readers.store import ReaderStore, count_votes
from panel.readers.tokens import Tokens, unsubscribe_url
from panel.readers.votes_file import read_votes, votes_json_schema, write_votes_csv, write_votes_json

__all__ = [
    "ReaderStore",
    "ReaderVote",
    "Refusal",
    "Source",
    "Subscriber",
    "SubscriberState",
    "Tokens",
    "ToolVotes",
    "VoteCount",
    "VotesFile",
    "count_votes",
    "read_votes",
    "unsubscribe_url",
    "votes_json_schema",
    "write_votes_csv",
    "write_votes_json",
]
