"""What a request may take: time, memory, rows, and the length and depth of its text."""

from __future__ import annotations

import msgspec

__all__ = ["Limits"]


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The limits of a server.

    :param seconds: that a worker may work on a request; waiting for a slow client is not counted.
    :param write_seconds: that the writer may work on one.
    :param memory: bytes that a worker may take on top of what it takes by itself.
    :param rows: of an answer, unless the request says how many it wants.
    :param text: bytes of a query.
    :param nesting: how deep the brackets of a query may be nested.
    :param calls: of other servers that a query may make by SERVICE.
    :param body: bytes of the body of a query or an update.
    :param graph: bytes of a graph that is sent.
    :param stall: seconds that a client may take nothing of its answer.
    :param workers: processes that answer queries.
    :param waiting: requests that wait for one of them.
    :param patience: seconds that a request waits for a worker.
    """

    seconds: float = 30.0
    write_seconds: float = 300.0
    memory: int = 1 << 30
    rows: int = 100_000
    text: int = 100_000
    nesting: int = 500
    calls: int = 20
    body: int = 1 << 20
    graph: int = 64 << 20
    stall: float = 30.0
    workers: int = 8
    waiting: int = 256
    patience: float = 5.0
