"""The account of what streams hold, against a cache that really holds it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from panel.engine.streams import Node, PrefixTree, Streams

HOUSE, TAIL = (1, 2, 3), (9,)
TREE = PrefixTree()
PROMPTS = [
    TREE.path((HOUSE, *middle, TAIL))
    for tool in ((10, 11), (20, 21), (30, 31))
    for persona in ((5, 5), (6, 6))
    for middle in ((tool, persona), (tool, persona, (7, 7)))
]


class Cells:
    """Streams as lists of tokens."""

    def __init__(self, streams: int, *, shares: bool = True) -> None:
        self.streams, self.shares = streams, shares
        self.cells: list[list[int]] = [[] for _ in range(streams)]
        self.copies = 0

    def copy(self, source: int, target: int) -> None:
        assert source != target
        self.copies += 1
        self.cells[target] = list(self.cells[source])

    def truncate(self, stream: int, length: int) -> None:
        assert length <= len(self.cells[stream])
        del self.cells[stream][length:]


def read(streams: Streams, cells: Cells, prompt: list[Node]) -> tuple[int, int]:
    """Open a prompt and compute what is missing, then write an answer behind it."""
    stream, count = streams.open(prompt)
    assert cells.cells[stream] == [token for node in prompt[:count] for token in node.tokens]
    for node in prompt[count:]:
        cells.cells[stream] += node.tokens
        streams.append(stream, node)
    cells.cells[stream] += [99] * 5
    return stream, count


@given(
    st.integers(1, 6),
    st.booleans(),
    st.lists(st.tuples(st.booleans(), st.sampled_from(PROMPTS), st.integers(0, 9)), max_size=40),
)
def test_the_account_is_true_and_leaves_no_gaps(
    seats: int, shares: bool, moves: list[tuple[bool, list[Node], int]]
) -> None:
    cells = Cells(seats + 2, shares=shares)
    streams = Streams(cells)
    busy: dict[int, list[Node]] = {}
    for opens, prompt, which in moves:
        if opens and len(busy) < seats:
            stream, count = read(streams, cells, prompt)
            assert stream not in busy
            assert count < len(prompt)
            busy[stream] = prompt
        elif busy:
            stream = sorted(busy)[which % len(busy)]
            moved = streams.close(stream)
            busy.pop(stream)
            if moved is not None:
                busy[stream] = busy.pop(moved)
        if shares:
            assert sorted(busy) == list(range(len(busy)))
        for stream, prompt in busy.items():
            whole = [token for node in prompt for token in node.tokens]
            assert cells.cells[stream] == [*whole, *[99] * 5]
    assert shares or not cells.copies


def test_what_was_read_last_is_kept_for_a_revision() -> None:
    cells = Cells(4)
    streams = Streams(cells)
    draft, revision = PROMPTS[0], PROMPTS[1]
    stream, _ = read(streams, cells, draft)
    streams.close(stream)
    read(streams, cells, PROMPTS[6])
    assert streams.shared(revision) == revision[2].end
    _, count = read(streams, cells, revision)
    assert count == 3


def test_a_neighbour_that_is_busy_can_be_shared_with() -> None:
    cells = Cells(3)
    streams = Streams(cells)
    read(streams, cells, PROMPTS[0])
    stream, count = read(streams, cells, PROMPTS[2])
    assert (stream, count) == (1, 2)


def test_the_last_segment_is_always_computed() -> None:
    cells = Cells(2)
    streams = Streams(cells)
    stream, _ = read(streams, cells, PROMPTS[0])
    streams.close(stream)
    assert streams.open(PROMPTS[0]) == (stream, len(PROMPTS[0]) - 1)


def test_what_cannot_be_shared_is_never_kept() -> None:
    cells = Cells(2, shares=False)
    streams = Streams(cells)
    stream, _ = read(streams, cells, PROMPTS[0])
    assert streams.close(stream) is None
    assert streams.open(PROMPTS[0]) == (stream, 0)


def test_a_stream_nobody_knows_is_not_used() -> None:
    cells = Cells(2)
    streams = Streams(cells)
    stream, _ = read(streams, cells, PROMPTS[0])
    streams.forget(stream)
    assert streams.shared(PROMPTS[0]) == 0


def test_nodes_are_the_same_only_after_the_same() -> None:
    tree = PrefixTree()
    one, other = tree.path([(1,), (2,), (3,)]), tree.path([(1,), (2,), (4,)])
    assert one[:2] == other[:2] and one[2] != other[2]
    assert tree.path([(9,), (2,)])[1] != one[1]
    assert [node.end for node in tree.path([(1, 1), (2, 2, 2)])] == [2, 5]
    assert len(tree) == 8
