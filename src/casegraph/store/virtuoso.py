"""What has to be done otherwise at Virtuoso: it takes no long update, and cuts triples without a word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from urllib.parse import SplitResult, urlencode, urlsplit
from urllib.request import Request

import pyoxigraph as ox

from casegraph.errors import EndpointError, InputError
from casegraph.store import LEDGER
from casegraph.store.syntax import named, triples_by_graph

__all__ = ["changes", "guard", "is_own"]

#: What the names of the graphs end with that a fresh server holds and needs; a query that names no graph
#: sees them too.
_OWN_GRAPHS = (
    "://localuriqaserver/sparql",
    "://www.openlinksw.com/schemas/virtrdf#",
    "://www.w3.org/ns/ldp#",
)
#: What it would keep as something else, in N-Triples: found by putting values of each datatype in and out.
_CHANGED = re.compile(
    r"""<[^>]{1900,}>
    | "-?[0-9]{19,}"\^\^<[^>]*\#integer>
    | "[^"]*\.[0-9]{16,}"\^\^<[^>]*\#decimal>
    | "-[^"]*"\^\^<[^>]*\#(?:date|dateTime|gYear|gYearMonth)>
    | "[^"]*\.[0-9]{7,}[^"]*"\^\^<[^>]*\#(?:dateTime|time)>
    | "\^\^<[^>]*\#(?:duration|dayTimeDuration|yearMonthDuration)>""",
    re.VERBOSE,
)
_QUERIES = re.compile(r"/sparql(?P<auth>-auth)?/?$")
_TEMPLATE = re.compile(r"\bCONSTRUCT\s*(?:\{[^{}]*\}\s*)?", re.IGNORECASE)


def is_own(graph: str) -> bool:
    """Tell whether a graph is one that Virtuoso needs for itself."""
    return graph.endswith(_OWN_GRAPHS)


def changes(queries: str, old_graphs: Iterable[str], nquads: str) -> Iterator[tuple[Request, bool]]:
    """Give the requests of the Graph Store Protocol that replace graphs, the ledger's last.

    Each changes one graph. A graph of the old ones is put in the place of what is there, another is added
    to. With each stands whether it changes nothing more when it is sent again: blank nodes that are added
    to a graph are new ones each time.

    :param queries: the address that takes queries.
    :raises InputError: as :func:`casegraph.store.syntax.quads`, or if the address is not one of Virtuoso's.
    :raises EndpointError: if there is something that Virtuoso does not keep as it is.
    """
    parts = urlsplit(queries)
    known = _QUERIES.search(parts.path)
    if known is None:
        expected = "an address that ends with /sparql or /sparql-auth"
        raise InputError(
            "no graph store of Virtuoso is known beside this address", where=queries, expected=expected
        )
    path = f"{parts.path[: known.start()]}/sparql-graph-crud{known['auth'] or ''}"
    new = triples_by_graph(nquads)
    changed = next(filter(_CHANGED.search, chain.from_iterable(new.values())), None)
    if changed is not None:
        raise EndpointError("Virtuoso would keep it as another value", where=changed.strip()[:300])
    old = [named(graph).value for graph in old_graphs]
    for graph in (graph for graph in old if graph not in new):
        yield _request("DELETE", parts, path, graph), True
    for graph in sorted(new, key=LEDGER.__eq__):
        there = graph in old
        again = there or not any("_:" in line for line in new[graph])
        yield _request("PUT" if there else "POST", parts, path, graph, new[graph]), again


def _request(method: str, parts: SplitResult, path: str, graph: str, triples: Iterable[str] = ()) -> Request:
    address = parts._replace(path=path, query=urlencode({"graph-uri": graph})).geturl()
    headers = {"Content-Type": "application/n-triples"}
    return Request(address, method=method, headers=headers, data="".join(triples).encode())


def guard(sparql: str) -> str:
    """Return a query for rows that is cut where the triples that another asks for would be.

    Virtuoso gives at most so many rows (``ResultSetMaxRows``) and says so in the head of its answer, but it
    also builds triples from no more rows, and says nothing.

    :raises InputError: for triples that no rows go with, as those of DESCRIBE.

    >>> guard("CONSTRUCT { ?s ?p ?o } WHERE { GRAPH <urn:g> { ?s ?p ?o } }")
    'SELECT * WHERE { GRAPH <urn:g> { ?s ?p ?o } }'
    """
    rows = _TEMPLATE.sub("SELECT * ", sparql, count=1)
    try:
        asked = ox.Store().query(rows)
    except SyntaxError:
        asked = None
    if not isinstance(asked, ox.QuerySolutions):
        what = "Virtuoso does not tell whether the triples of this query are all"
        expected = "SELECT, ASK, or CONSTRUCT { ... } WHERE { ... }"
        raise InputError(what, where="query", expected=expected)
    return rows
