"""Whether the default graph of an endpoint is the union of its named graphs, which most queries rely on."""

from __future__ import annotations

from casegraph.errors import EndpointError

__all__ = ["IS_UNION", "NEEDS_UNION", "UNION", "no_union"]

#: What asks the servers of Oxigraph and of casegraph for the union, whatever they give by themselves.
UNION = (("union-default-graph", "true"),)
#: Whether the default graph holds what some named graph does: one statement is looked at.
IS_UNION = "ASK { { SELECT ?s ?kind { GRAPH ?g { ?s a ?kind } } LIMIT 1 } ?s a ?kind }"
#: Whether there is anything that the default graph should hold then.
NEEDS_UNION = "ASK { GRAPH ?g { ?s a ?kind } }"


def no_union(location: str) -> EndpointError:
    """Return the error for an endpoint whose default graph is another one: it would answer with nothing.

    >>> no_union("http://localhost:3030/ds").where
    'http://localhost:3030/ds'
    """
    return EndpointError(
        "the default graph of the endpoint is not the union of its named graphs, so nothing would be found",
        where=location,
        todo="set that at the server: tdb2:unionDefaultGraph (Fuseki), --union-default-graph (Oxigraph)",
    )
