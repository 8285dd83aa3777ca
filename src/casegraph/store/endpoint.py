"""The store at a SPARQL 1.1 endpoint, asked and changed over HTTP through SPARQLWrapper."""

from __future__ import annotations

import ast
import http.client
import threading
import urllib.error
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from itertools import chain
from urllib.parse import SplitResult, urlsplit

import pyoxigraph as ox

from casegraph.errors import EndpointError, InputError
from casegraph.store import Answer, Store
from casegraph.store.syntax import (
    brings_dataset,
    graph_lines,
    is_derived,
    named,
    refused_query,
    replacement,
)

__all__ = ["EndpointStore"]

_TIMEOUT_SECONDS = 300
_ACCEPT = "application/sparql-results+json, application/n-triples, text/turtle;q=0.9"
_PARTIAL, _NOT_SPARQL, _SERVER_ERROR = 206, 400, 500


class EndpointStore(Store):
    """A store behind a SPARQL 1.1 Protocol endpoint, such as the Oxigraph server.

    With ``union`` each query carries the parameter ``union-default-graph``, which the Oxigraph server
    heeds. Another server must have the union of its named graphs as default graph by its own settings
    (GraphDB, RDF4J and Virtuoso do; Fuseki with TDB2 by ``tdb2:unionDefaultGraph``). A replacement is one
    update request: that it is all or nothing, and on the disk when answered, is up to the server.

    :param location: see :func:`casegraph.store.open_store`. Nothing is sent before the first call.
    :param writable: whether :meth:`replace` is wanted.
    :param derived: whether the graphs of what was derived are there to read.
    :raises InputError: if the address has no host, or holds a user name or a password.

    >>> EndpointStore("http://localhost:7878").location
    'http://localhost:7878'
    """

    def __init__(self, location: str, *, writable: bool = False, derived: bool = True) -> None:
        self._queries, self._updates = _addresses(location)
        self.location = location
        self._writable = writable
        self._derived = derived
        self._turn = threading.RLock()

    def replace(self, old_graphs: Iterable[str], nquads: str) -> None:
        """See :meth:`casegraph.store.Store.replace`.

        :raises InputError: see there.
        :raises EndpointError: if the endpoint does not answer or refuses the update.
        """
        if not self._writable:
            raise InputError("the store is open for reading only", where=self.location)
        self._send(replacement(old_graphs, nquads), update=True)

    def query(self, sparql: str, *, union: bool = True) -> Answer:
        """See :meth:`casegraph.store.Store.query`; the whole answer is read before it is returned.

        :raises InputError: see there.
        :raises EndpointError: if the endpoint does not answer or answers with an error.
        """
        own = brings_dataset(sparql)
        if self._derived:
            return self._ask(sparql, [("union-default-graph", "true")] if union and not own else [])
        if own:
            what = "a query that names its own dataset cannot be asked without what was derived"
            raise InputError(what, where="query", todo="take FROM out of it, or ask it with what was derived")
        kinds = ("named-graph-uri", "default-graph-uri") if union else ("named-graph-uri",)
        return self._ask(sparql, [(kind, graph) for graph in self.graphs() for kind in kinds])

    def _ask(self, sparql: str, parameters: Iterable[tuple[str, str]] = ()) -> Answer:
        kind, body = self._send(sparql, parameters=parameters)
        answer = self._parsed(kind, body)
        expected = _kind_of_answer(sparql)
        if expected is not None and not isinstance(answer, expected):
            raise self._failure("answered with another kind of result than the query asks for")
        return answer

    def _parsed(self, kind: str, body: bytes) -> Answer:
        try:
            if ox.QueryResultsFormat.from_media_type(kind) == ox.QueryResultsFormat.JSON:
                form = ox.QueryResultsFormat.JSON
                ox.parse_query_results(body, form).serialize(format=form)  # a broken row shows only when read
                return ox.parse_query_results(body, form)
            found = ox.RdfFormat.from_media_type(kind)
            if found in (ox.RdfFormat.N_TRIPLES, ox.RdfFormat.TURTLE):
                content = ox.Store()
                content.load(body, found)
                return content.query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")
        except (SyntaxError, ValueError) as error:
            raise self._failure(f"answered with broken {kind}: {error}") from error
        raise self._failure(f"answered with {kind or 'no media type'}, which is no SPARQL answer")

    def graphs(self) -> tuple[str, ...]:
        """See :meth:`casegraph.store.Store.graphs`; an empty graph does not show.

        :raises EndpointError: if the endpoint does not answer or answers with an error.
        """
        rows = self._ask("SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }")
        if not isinstance(rows, ox.QuerySolutions):
            raise self._failure("answered a SELECT query with something else than rows")
        found = sorted(row["g"].value for row in rows if isinstance(row["g"], ox.NamedNode))
        return tuple(graph for graph in found if self._derived or not is_derived(graph))

    def dump(self, graph: str | None = None) -> Iterator[str]:
        """See :meth:`casegraph.store.Store.dump`; one request for each graph.

        :raises InputError: see there.
        :raises EndpointError: if the endpoint does not answer or answers with an error.
        """
        chosen = [named(name) for name in (self.graphs() if graph is None else (graph,))]
        kept = (name for name in chosen if self._derived or not is_derived(name.value))
        return chain.from_iterable(map(self._lines, kept))

    def without_derived(self) -> Store:
        """See :meth:`casegraph.store.Store.without_derived`; nothing is sent."""
        return EndpointStore(self.location, derived=False)

    def turn(self) -> AbstractContextManager[object]:
        """See :meth:`casegraph.store.Store.turn`."""
        return self._turn

    def close(self) -> None:
        """See :meth:`casegraph.store.Store.close`; there is no connection to end."""

    def _lines(self, graph: ox.NamedNode) -> list[str]:
        pattern = f"GRAPH {graph} {{ ?s ?p ?o }}"
        triples = self._ask(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {pattern} }}")
        if not isinstance(triples, ox.QueryTriples):
            raise self._failure("answered a CONSTRUCT query with something else than triples")
        content = ox.Store()
        content.bulk_extend(ox.Quad(each.subject, each.predicate, each.object, graph) for each in triples)
        return graph_lines(content, graph)

    def _send(
        self, text: str, *, update: bool = False, parameters: Iterable[tuple[str, str]] = ()
    ) -> tuple[str, bytes]:
        from SPARQLWrapper import POST, SPARQLWrapper
        from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

        request = SPARQLWrapper(self._queries, updateEndpoint=self._updates, agent="casegraph")
        request.setMethod(POST)
        request.setOnlyConneg(True)
        request.setTimeout(_TIMEOUT_SECONDS)
        request.addCustomHttpHeader("Accept", _ACCEPT)
        for name, value in parameters:
            request.addParameter(name, value)
        # Its own guess takes any word such as ADD in a comment of a query for an update.
        request.queryString, request.queryType = text, "INSERT" if update else "SELECT"
        try:
            response = request.query().response
            body = response.read()
        except (SPARQLWrapperException, urllib.error.HTTPError) as error:
            raise self._refusal(error, text, update=update) from error
        except UnicodeEncodeError as error:
            raise InputError(f"cannot be sent: {error}", where=self.location) from error
        except (OSError, http.client.HTTPException) as error:
            raise self._no_answer(error, update) from error
        address = self._updates if update else self._queries
        if response.geturl() != address:
            raise self._failure(f"sends on to {response.geturl()}", todo="use that address")
        if response.status == _PARTIAL:
            raise self._failure("answered with a part of the result only", todo="raise its limits")
        return response.headers.get("Content-Type", ""), body

    def _refusal(self, error: Exception, text: str, *, update: bool) -> EndpointError | InputError:
        status, said = _status(error)
        if status == _NOT_SPARQL and not update and _kind_of_answer(text) is None:
            return refused_query(said)
        todo = "" if status >= _SERVER_ERROR else "check the address and what it allows without a password"
        return self._failure(f"answered {status}: {said}", todo=todo)

    def _no_answer(self, error: Exception, update: bool) -> EndpointError:
        unknown = "whether the change was made is not known: make it again; " if update else ""
        return EndpointError(
            f"no answer from the endpoint: {getattr(error, 'reason', error)}",
            where=self.location,
            todo=f"{unknown}check the address and that the server runs",
        )

    def _failure(self, what: str, *, todo: str = "check the address") -> EndpointError:
        return EndpointError(f"the endpoint {what}", where=self.location, todo=todo)


def _kind_of_answer(sparql: str) -> type[Answer] | None:
    """Return the kind of result that a query asks for; None if it is no standard SPARQL query."""
    try:
        return type(ox.Store().query(sparql))
    except (SyntaxError, RuntimeError, UnicodeEncodeError):
        return None


def _addresses(location: str) -> tuple[str, str]:
    try:
        parts = urlsplit(location)
        complete = bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise InputError(f"no address of an endpoint: {error}") from error
    if "@" in parts.netloc:
        raise InputError("an address with a user name or a password", expected="an address without them")
    if not complete:
        raise InputError("no address of an endpoint", where=location, expected="http://host:port")
    return _with_path(parts, "query"), _with_path(parts, "update")


def _with_path(parts: SplitResult, word: str) -> str:
    before, _, last = parts.path.rstrip("/").rpartition("/")
    if last in ("", "query"):
        return parts._replace(path=f"{before}/{word}").geturl()
    return parts.geturl()


def _status(error: Exception) -> tuple[int, str]:
    """Return the HTTP status and the first line of the body, without anything that does not print."""
    if isinstance(error, urllib.error.HTTPError):
        status, body = error.code, error.read()
    else:
        cause = error.__context__
        status = cause.code if isinstance(cause, urllib.error.HTTPError) else 0
        body = ast.literal_eval(str(error).partition("Response:\n")[2] or "b''")
    line = body.decode("utf-8", errors="replace").strip().partition("\n")[0]
    return status, "".join(letter for letter in line[:300] if letter.isprintable()) or "no reason given"
