"""RDF as it was sent, before anybody has read it."""

from __future__ import annotations

import msgspec

__all__ = ["Document"]


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """RDF as it was sent.

    :param base: what its relative IRIs are resolved against.
    """

    content: bytes
    media_type: str
    base: str
