"""Changes what Oxigraph holds, and turns what it refuses into errors of ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import IO, Protocol, cast

import pyoxigraph as ox

from casegraph.errors import InputError
from casegraph.store.refused import refused_update

__all__ = ["Reader", "bulk_load", "carry_out"]


class Reader(Protocol):
    """Something to read bytes from."""

    def read(self, size: int = -1, /) -> bytes:
        """Return at most so many bytes; none at the end."""


def carry_out(
    store: ox.Store,
    sparql: str,
    base: str | None = None,
    after: str = "",
    functions: Mapping[ox.NamedNode, Callable[..., ox.Literal | None]] | None = None,
) -> None:
    """Carry out an update in one transaction.

    :param base: what relative IRIs are relative to.
    :param after: what is put after the update, from a line of its own on.
    :param functions: what is called by name in *after*.
    :raises InputError: if it does not parse or cannot be carried out, as when it creates a graph that is
        there; nothing is changed then.
    :raises RuntimeError: if the store is damaged.
    :raises OSError: if the store fails.
    """
    text = f"{sparql}\n{after}" if after else sparql
    try:
        store.update(text, base_iri=base, custom_functions=dict(functions or {}))
    except SyntaxError as error:
        raise refused_update(str(error), sparql) from error
    except ValueError as error:  # of the base, or of what is no Unicode text
        raise InputError(f"not a SPARQL update: {error}", where="update") from error
    except RuntimeError as error:
        if str(error).startswith("Corruption"):
            raise
        raise InputError(f"the update cannot be carried out: {error}", where="update") from error


def bulk_load(store: ox.Store, nquads: Reader) -> None:
    """Add N-Quads as fast as can be; all of them or none.

    :raises InputError: if they do not parse.
    :raises OSError: if the store fails.
    """
    try:
        store.bulk_load(cast(IO[bytes], nquads), ox.RdfFormat.N_QUADS)
    except SyntaxError as error:
        where = f"nquads:{error.lineno}:{error.offset}"
        raise InputError(f"not N-Quads: {error.msg}", where=where) from error
