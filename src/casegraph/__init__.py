"""casegraph: published case reports as a knowledge graph.

What is listed in ``__all__`` is stable; everything else may move between minor versions.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from casegraph.errors import CasegraphError
from casegraph.version import __version__

if TYPE_CHECKING:
    from rdflib import URIRef

    from casegraph.api import CaseStore

__all__ = ["CasegraphError", "__version__", "open", "term"]


def open(location: str | Path = "casegraph-store") -> CaseStore:
    """Open a store of cases for reading and loading; a directory is made when the first case is loaded.

    :param location: a directory, the address of a SPARQL 1.1 endpoint, or ``:memory:``.
    """
    from casegraph.api import CaseStore

    return CaseStore(location)


def term(curie: str) -> URIRef:
    """Return the rdflib term of a CURIE, for use with :meth:`casegraph.api.CaseStore.graph`.

    :raises InputError: if the prefix is unknown.

    >>> term("HP:0000989")
    rdflib.term.URIRef('http://purl.obolibrary.org/obo/HP_0000989')
    """
    from rdflib import URIRef

    from casegraph.namespaces import expand

    return URIRef(expand(curie))
