"""What cases were made from, as the ledger tells it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from casegraph.errors import Problem
from casegraph.loaders.inputs import Input
from casegraph.store.ledger import Origin

__all__ = ["Origins", "origin_of"]

_MOST = 1_000
_Found = TypeVar("_Found", bound=tuple[str, Input] | Problem)


def origin_of(source: Input) -> Origin:
    """Return the name of an input without its folder, and its SHA-256.

    :raises InputError: if it cannot be read.

    >>> import io
    >>> origin_of(Input("in/packets.zip!a/p.json", lambda: io.BytesIO(b"{}"))).name
    'packets.zip!a/p.json'
    """
    file, archived, member = source.name.partition("!")
    name = f"{Path(file).name}{archived}{member}"
    return Origin(name, source.sha256())


class Origins:
    """The inputs that went by, the latest thousand of them: more would hold an archive in memory.

    >>> Origins().find("p.json") is None
    True
    """

    def __init__(self) -> None:
        self._inputs: dict[str, Input] = {}
        self._known: dict[str, Origin] = {}

    def watched(self, found: Iterable[_Found]) -> Iterator[_Found]:
        """Yield inputs and note them."""
        for each in found:
            if not isinstance(each, Problem):
                self._inputs[each[1].name] = each[1]
                if len(self._inputs) > _MOST:
                    oldest = next(iter(self._inputs))
                    del self._inputs[oldest]
                    self._known.pop(oldest, None)
            yield each

    def find(self, name: str) -> Origin | None:
        """Return the origin of an input by its name, if it is among the latest; of a line that of its file.

        :raises InputError: if it cannot be read any more.
        """
        name = name if name in self._inputs else name.rpartition(":")[0]
        if name not in self._known and name in self._inputs:
            self._known[name] = origin_of(self._inputs[name])
        return self._known.get(name)
