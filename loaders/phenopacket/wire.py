"""Where the binary form of a protobuf message breaks off, which protobuf itself does not tell."""

from __future__ import annotations

__all__ = ["broken_at"]

_VARINT, _BYTES = 0, 2
_FIXED = {1: 8, 5: 4}
_LAST = 0x80


def broken_at(content: bytes) -> int | None:
    r"""Return the byte, counted from 0, of the first field that is none or is cut off; None if all are whole.

    >>> broken_at(b"\n\x02p1"), broken_at(b"\n\x02p1\x12\x05\n\x03"), broken_at(b"\x07")
    (None, 4, 0)
    """
    at = 0
    while at < len(content):
        end = _end_of_field(content, at)
        if end is None or end > len(content):
            return at
        at = end
    return None


def _end_of_field(content: bytes, at: int) -> int | None:
    key, at = _varint(content, at)
    if key >> 3 == 0:
        return None
    if key & 7 == _VARINT:
        return _varint(content, at)[1]
    if key & 7 == _BYTES:
        size, at = _varint(content, at)
        return at + size
    return at + _FIXED[key & 7] if key & 7 in _FIXED else None


def _varint(content: bytes, at: int) -> tuple[int, int]:
    """Return the number that begins at a byte and where it ends: behind the content, if it is cut off."""
    value = shift = 0
    for place in range(at, len(content)):
        value |= (content[place] & ~_LAST) << shift
        shift += 7
        if content[place] < _LAST:
            return value, place + 1
    return value, len(content) + 1
