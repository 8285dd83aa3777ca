"""Marks the letters that nobody sees but that do harm to those around them, in pictures and on pages."""

from __future__ import annotations

import re

__all__ = ["plain"]

#: What a page must not hold, or what turns the order of the letters around it: controls, half letters.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def plain(text: str) -> str:
    """Return text with a mark in place of each letter that is not seen but can do harm.

    >>> plain("a\u202eb")
    'a\ufffdb'
    """
    return _UNSEEN.sub("\ufffd", text)
