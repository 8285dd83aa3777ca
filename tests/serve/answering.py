"""Runs jobs in the process of the tests, and gathers what they answer."""

from __future__ import annotations

import msgspec

from casegraph.serve.jobs import Job, Out
from casegraph.serve.workers.frames import BEGIN, DATA, Begin, Frames
from casegraph.store import Store
from casegraph.store.embedded import EmbeddedStore

__all__ = ["answer_of"]


def answer_of(job: Job, store: Store) -> tuple[Begin, bytes]:
    """Return the head and the bytes of the answer of a job."""
    assert isinstance(store, EmbeddedStore)
    sent = bytearray()
    out = Out(sent.extend, 1)
    job.run(store, out)
    out.end()
    found = list(Frames().feed(bytes(sent)))
    (head,) = (content for kind, content in found if kind == BEGIN)
    return msgspec.msgpack.decode(head, type=Begin), b"".join(each for kind, each in found if kind == DATA)
