"""What Ctrl-C and SIGTERM do to a load: the first ends it between two batches, the second at once."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from casegraph.ingest.stopping import STOP

__all__ = ["told_to_stop"]

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_SAID = b"stopping once the records at work are stored; again, to stop at once\n"


@contextmanager
def told_to_stop() -> Iterator[list[int]]:
    """Let the loads within end as soon as they can when a signal asks for it; yield the signals that came."""
    came: list[int] = []
    before = {each: signal.getsignal(each) for each in _SIGNALS}

    def stop(number: int, _: FrameType | None) -> None:
        came.append(number)
        STOP.set()
        signal.signal(number, before[signal.Signals(number)])
        os.write(2, _SAID)  # a stream may be in the middle of a line

    for each in _SIGNALS:
        signal.signal(each, stop)
    try:
        yield came
    finally:
        STOP.clear()
        for each, handler in before.items():
            signal.signal(each, handler)
