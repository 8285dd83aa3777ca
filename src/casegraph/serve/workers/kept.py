"""Keeps answers for as long as the state of the store is the same, the least asked for go first."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final, NamedTuple

from casegraph.serve.workers.frames import Begin

__all__ = ["Kept", "KeptAnswer"]

_MOST: Final = 64 << 20
_LARGEST: Final = 2 << 20
_BESIDE: Final = 1024  # bytes, of what stands around an answer


class KeptAnswer(NamedTuple):
    """A whole answer."""

    head: Begin
    body: bytes


class Kept:
    """Answers by the tag of what was asked in a state of the store.

    :param most: bytes of all answers.
    :param largest: bytes of one; a larger one is not kept.

    >>> kept = Kept(most=2000)
    >>> for tag in ("a", "b"):
    ...     kept.keep(tag, KeptAnswer(Begin(status=200, media_type=""), b"123"))
    >>> kept.find("a") is None, kept.find("b").body
    (True, b'123')
    """

    def __init__(self, most: int = _MOST, largest: int = _LARGEST) -> None:
        self._most, self._largest = most, largest
        self._answers: OrderedDict[str, KeptAnswer] = OrderedDict()
        self._size = 0

    def find(self, key: str) -> KeptAnswer | None:
        """Return the answer of a tag, if it was kept."""
        found = self._answers.get(key)
        if found is not None:
            self._answers.move_to_end(key)
        return found

    def keep(self, key: str, answer: KeptAnswer) -> None:
        """Keep an answer, if it is not too large."""
        if _size(answer) > self._largest or key in self._answers:
            return
        self._answers[key] = answer
        self._size += _size(answer)
        while self._size > self._most:
            _, gone = self._answers.popitem(last=False)
            self._size -= _size(gone)


def _size(answer: KeptAnswer) -> int:
    return _BESIDE + len(answer.body) + sum(map(len, answer.head.headers.values()))
