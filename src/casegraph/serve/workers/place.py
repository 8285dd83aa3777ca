"""What a worker is told when it starts: which store it works on, and within which limits."""

from __future__ import annotations

import msgspec

from casegraph.serve.limits import Limits

__all__ = ["Place"]


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker works on.

    :param store: the directory.
    :param writable: whether it is the one that writes.
    :param limits: those of the server.
    """

    store: str
    writable: bool
    limits: Limits
