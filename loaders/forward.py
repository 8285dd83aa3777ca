"""Reads a file, compressed or not, forward only and within limits, so that no bomb goes off."""

from __future__ import annotations

import io
import lzma
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import BinaryIO, Protocol

from casegraph.loaders.utf8 import refuse

__all__ = ["Forward", "unpacked"]

_BLOCK = 1 << 16
#: As much as is unpacked at once.
_UNPACKED = 1 << 20
#: What xz itself may use; its strongest usual setting needs 65 MiB.
_MOST_MEMORY = 1 << 28
#: What a reader of archives asks for at once: headers.
_MOST_AT_ONCE = 1 << 20


class _Unpacker(Protocol):
    """One stream of compressed data, as ``lzma`` has it."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Gunzip:
    """One stream of gzip with the face of ``lzma``: what came before a cut is not lost, as with ``gzip``."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        self._full = False

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._full and not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        block = self._inner.decompress(self._inner.unconsumed_tail or data, max_length)
        self._full = len(block) == max_length
        return block


def _unxz() -> _Unpacker:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MOST_MEMORY)


_UNPACKERS: Mapping[str, Callable[[], _Unpacker]] = {"gz": _Gunzip, "xz": _unxz}


def unpacked(file: BinaryIO, kind: str) -> Iterator[bytes]:
    """Yield the blocks of a file, decompressed.

    :param kind: ``gz``, ``xz``, or another word for what is not compressed.
    :raises EOFError: if it is cut off; ``zlib.error`` or ``lzma.LZMAError`` if it is damaged.
    """
    if kind not in _UNPACKERS:
        yield from iter(partial(file.read, _BLOCK), b"")
        return
    unpacker = _UNPACKERS[kind]()
    while True:
        data = b""
        if unpacker.eof:
            data = _next_stream(unpacker.unused_data, file)
            if not data:
                return
            unpacker = _UNPACKERS[kind]()
        elif unpacker.needs_input and not (data := file.read(_BLOCK)):
            raise EOFError("the compressed data end too early")
        if block := unpacker.decompress(data, _UNPACKED):
            yield block


def _next_stream(rest: bytes, file: BinaryIO) -> bytes:
    """Return what begins the next of several streams, behind zeros that fill up; empty if there is none."""
    while not (rest := rest.lstrip(b"\0")):
        rest = file.read(_BLOCK)
        if not rest:
            return b""
    return rest


class Forward(io.RawIOBase):
    """A stream of blocks that is read once, from front to back.

    :param name: of the file, for messages.
    :param most: how many bytes all blocks may have.
    """

    def __init__(self, blocks: Iterator[bytes], name: str, most: int) -> None:
        super().__init__()
        #: what was last read as a header.
        self.last = b""
        self._name = name
        self._most = most
        self._blocks = blocks
        self._ahead = bytearray()
        self._at = 0

    def peek(self, size: int) -> bytes:
        """Return the next bytes without going on; fewer at the end."""
        while len(self._ahead) < size and (block := next(self._blocks, b"")):
            self._ahead += block
            if self._at + len(self._ahead) > self._most:
                message = f"more than {self._most:,} bytes when unpacked"
                refuse(self._name, (0, 0), "too-large", message, "unpack it yourself, and give the files")
        return bytes(memoryview(self._ahead)[:size])

    def take(self, size: int) -> bytes:
        """Return the next bytes and go on; fewer at the end."""
        taken = self.peek(size)
        del self._ahead[:size]
        self._at += len(taken)
        return taken

    def read(self, size: int | None = -1) -> bytes:
        """Return the next bytes of a header.

        :raises DocumentError: if more are asked for than a header has.
        """
        if size is None or not 0 <= size <= _MOST_AT_ONCE:
            message = f"a header in it has more than {_MOST_AT_ONCE:,} bytes"
            refuse(self._name, (0, 0), "too-large", message, "make the archive anew")
        self.last = self.take(size)
        return self.last

    def tell(self) -> int:
        """Return how many bytes were read."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go forward to a byte, or to the end if that is before it.

        :raises EOFError: if the byte was read already.
        """
        if whence != io.SEEK_SET or offset < self._at:
            raise EOFError("its headers lead back to what was read")
        while self._at < offset and self.take(min(offset - self._at, _BLOCK)):
            pass
        return self._at

    def rest_is_zeros(self) -> bool:
        """Read on to the end; return whether nothing but zeros came."""
        zeros = True
        while block := self.take(_BLOCK):
            zeros = zeros and not block.strip(b"\0")
        return zeros
