"""The frames in which a worker and the server talk: a kind of one byte, a length, and as many bytes."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

import msgspec

from casegraph.errors import (
    CasegraphError,
    DocumentError,
    ForbiddenError,
    InputError,
    NoSpaceError,
    StoreError,
    StoreLockedError,
)
from casegraph.serve.errors import (
    LimitError,
    NotAcceptableError,
    NotThereError,
    PreconditionError,
    ServiceError,
)

__all__ = [
    "BEGIN",
    "DATA",
    "END",
    "ERROR",
    "FORK",
    "FORKED",
    "GONE",
    "JOB",
    "KILL",
    "PID",
    "READY",
    "Begin",
    "Failure",
    "Frames",
    "error_of",
    "failure_of",
    "frame",
]

READY: Final = b"R"
JOB: Final = b"J"
BEGIN: Final = b"B"
DATA: Final = b"D"
END: Final = b"E"
ERROR: Final = b"X"
#: What the fork server is asked: for a worker, whose line comes with it, and for the end of one.
FORK: Final = b"F"
KILL: Final = b"K"
#: What it tells: the number of the worker, and that one has ended.
FORKED: Final = b"P"
GONE: Final = b"G"
PID: Final = struct.Struct(">I")

_HEAD = struct.Struct(">cI")
#: What an error is told as: the first that it is one of.
_KINDS: Final[dict[str, type[CasegraphError]]] = {
    kind.__name__: kind
    for kind in (
        LimitError,
        ServiceError,
        NotThereError,
        NotAcceptableError,
        PreconditionError,
        ForbiddenError,
        InputError,
        StoreLockedError,
        NoSpaceError,
        StoreError,
    )
}


class Begin(msgspec.Struct, frozen=True, kw_only=True):
    """What comes before the bytes of an answer.

    :param generation: of the store that the answer is of.
    """

    status: int
    media_type: str
    headers: dict[str, str] = {}
    generation: int = 0


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """An error that a job ended with.

    :param kind: the name of the nearest class of errors that the server knows too.
    """

    kind: str
    what: str
    where: str = ""
    expected: str = ""
    todo: str = ""


def frame(kind: bytes, content: bytes = b"") -> bytes:
    r"""Return the bytes of a frame.

    >>> frame(DATA, b"ab")
    b'D\x00\x00\x00\x02ab'
    """
    return _HEAD.pack(kind, len(content)) + content


def failure_of(error: CasegraphError) -> bytes:
    """Return the content of the frame that tells of an error; problems of a document are in its words."""
    if isinstance(error, DocumentError):
        error = InputError(str(error))
    kind = next((name for name, kind in _KINDS.items() if isinstance(error, kind)), StoreError.__name__)
    return msgspec.msgpack.encode(
        Failure(kind=kind, what=error.what, where=error.where, expected=error.expected, todo=error.todo)
    )


def error_of(content: bytes) -> CasegraphError:
    """Return the error that a frame tells of."""
    told = msgspec.msgpack.decode(content, type=Failure)
    kind = _KINDS.get(told.kind, StoreError)
    return kind(told.what, where=told.where, expected=told.expected, todo=told.todo)


class Frames:
    """Puts frames together from bytes as they arrive.

    >>> list(Frames().feed(frame(DATA, b"a") + frame(END)))
    [(b'D', b'a'), (b'E', b'')]
    """

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, arrived: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Yield the frames that are whole now, each as its kind and its content."""
        self._rest += arrived
        at = 0
        while len(self._rest) - at >= _HEAD.size:
            kind, length = _HEAD.unpack_from(self._rest, at)
            end = at + _HEAD.size + length
            if len(self._rest) < end:
                break
            yield kind, bytes(self._rest[at + _HEAD.size : end])
            at = end
        del self._rest[:at]
