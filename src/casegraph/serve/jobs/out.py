"""Where a job writes its answer: a file of bytes that goes to the server in frames."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any, cast

import msgspec

from casegraph.serve.errors import NotAcceptableError, no_json_ld
from casegraph.serve.workers.frames import BEGIN, DATA, END, Begin, frame

__all__ = ["Out", "as_its_format_can"]

_PIECE = 64 * 1024
#: Control characters, and what Oxigraph writes for a property that has no name by the rules of XML.
_NO_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|<oxprefix: ")
#: What Oxigraph says of a triple that is a value.
_NO_JSON_LD = "does not support RDF 1.2 yet"


@contextmanager
def as_its_format_can() -> Iterator[None]:
    """Write RDF in it; a triple that is a value of another (RDF 1.2) is refused where JSON-LD is asked for.

    :raises NotAcceptableError: if that is so.
    """
    try:
        yield
    except OSError as error:
        if not str(error).endswith(_NO_JSON_LD):
            raise
        raise no_json_ld() from error


class Out(io.RawIOBase):
    """A file to write an answer to, once it has begun.

    :param send: takes the bytes of whole frames.
    :param generation: of the store that is read.
    """

    def __init__(self, send: Callable[[bytes], object], generation: int) -> None:
        super().__init__()
        self._send, self._generation = send, generation
        self._held = bytearray()
        self._head = b""
        self._piece = _PIECE
        self._is_xml = False

    def begin(
        self,
        media_type: str,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        *,
        held: bool = False,
    ) -> None:
        """Say what is coming; once, before the first byte.

        :param held: whether nothing is sent before the end, since an error may still come.
        """
        self._piece = sys.maxsize if held else _PIECE
        self._is_xml = "xml" in media_type
        began = Begin(
            status=status, media_type=media_type, headers=dict(headers or {}), generation=self._generation
        )
        self._head = frame(BEGIN, msgspec.msgpack.encode(began))

    @property
    def file(self) -> IO[bytes]:
        """Itself, as Oxigraph's types have it."""
        return cast(IO[bytes], self)

    def writable(self) -> bool:
        """Tell that it can be written to."""
        return True

    def write(self, piece: Any) -> int:
        """Write a piece; it is sent when enough has come together.

        :raises NotAcceptableError: if it is XML, and holds what XML cannot.
        """
        if self._is_xml and _NO_XML.search(bytes(piece)):
            raise NotAcceptableError(
                "the answer holds what XML cannot: a control character, or a property whose name begins so",
                todo="ask for another format, such as JSON or Turtle",
            )
        self._held += piece
        if len(self._held) >= self._piece:
            self._flush_held()
        return len(piece)

    def end(self) -> None:
        """Send what is held, in pieces, and say that it was all."""
        whole = bytes(self._held)
        pieces = [frame(DATA, whole[at : at + _PIECE]) for at in range(0, len(whole), _PIECE)] or [b""]
        pieces[0] = self._head + pieces[0]
        pieces[-1] += frame(END)
        for piece in pieces:
            self._send(piece)

    def _flush_held(self) -> None:
        self._send(self._head + frame(DATA, bytes(self._held)))
        self._head = b""
        self._held.clear()
