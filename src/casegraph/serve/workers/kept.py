"""Keeps answers for as long as the state of the store is the same, the least asked for go first."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final, NamedTuple

from casegraph.serve.workers.frames import Begin

__all__ = ["Kept", "KeptAnswer"]

_MOST: Final = 64 << 20
_LARGEST: Final = 1 << 20


class KeptAnswer(NamedTuple):
    """A whole answer."""

    head: Begin
    body: bytes


class Kept:
    """Answers by the state of the store and the job, which together make the answer.

    :param most: bytes of all answers.
    :param largest: bytes of one; a larger one is not kept.

    >>> kept = Kept(most=10, largest=6)
    >>> for name in ("a", "b"):
    ...     kept.keep(("state", name.encode()), KeptAnswer(Begin(status=200, media_type=""), b"12345678"[:6]))
    >>> kept.find(("state", b"a")) is None, kept.find(("state", b"b")).body
    (True, b'123456')
    """

    def __init__(self, most: int = _MOST, largest: int = _LARGEST) -> None:
        self._most, self._largest = most, largest
        self._answers: OrderedDict[tuple[str, bytes], KeptAnswer] = OrderedDict()
        self._size = 0

    def find(self, key: tuple[str, bytes]) -> KeptAnswer | None:
        """Return the answer to a job in a state of the store, if it was kept."""
        found = self._answers.get(key)
        if found is not None:
            self._answers.move_to_end(key)
        return found

    def keep(self, key: tuple[str, bytes], answer: KeptAnswer) -> None:
        """Keep an answer, if it is not too large."""
        if len(answer.body) > self._largest or key in self._answers:
            return
        self._answers[key] = answer
        self._size += len(answer.body)
        while self._size > self._most:
            _, gone = self._answers.popitem(last=False)
            self._size -= len(gone.body)
