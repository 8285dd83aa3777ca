"""The store at a SPARQL 1.1 endpoint, asked and changed over HTTP through SPARQLWrapper."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from functools import cached_property
from itertools import chain
from typing import Any
from urllib.parse import SplitResult, urlsplit
from urllib.request import Request

import pyoxigraph as ox

from casegraph.errors import EndpointError, InputError
from casegraph.store import Answer, Store
from casegraph.store.answers import ACCEPT, XML, kind_of_answer, read_answer, says_ask_in_rows
from casegraph.store.change import CHANGE, change_of
from casegraph.store.embedded import EmbeddedStore
from casegraph.store.sending import OWN_NAME, RefusedError, Reply, Sender
from casegraph.store.syntax import (
    brings_dataset,
    graph_lines,
    is_derived,
    named,
    replacement,
    triples_by_graph,
)
from casegraph.store.union import IS_UNION, NEEDS_UNION, UNION, no_union
from casegraph.store.virtuoso import changes, guard, is_own

__all__ = ["EndpointStore"]

_NOT_THERE = 404
#: So many quads at most are copied: ten seconds and 300 MB.
_MOST_COPIED = 300_000


class EndpointStore(Store):
    """A store behind a SPARQL 1.1 Protocol endpoint, such as the Oxigraph server.

    ``casegraph serve`` is told by its name: a change goes to ``update`` beside ``sparql`` as it is, and the
    server enters it in the ledger itself. That many rows are wanted is said in each query (``rows=all``).

    With ``union`` each query carries the parameter ``union-default-graph``, which the servers of Oxigraph
    and of casegraph heed. Another server must have the union of its named graphs as default graph by its own
    settings (GraphDB, RDF4J and Virtuoso do; Fuseki with TDB2 by ``tdb2:unionDefaultGraph``). Before the
    first such query one statement is looked for in both; a server that has another default graph is refused.

    A user and a password, or a token, come from the environment (:class:`casegraph.store.sending.Sender`).
    What fails for a while is sent again (:mod:`casegraph.store.patience`), and has the same result sent once
    or more.

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
        self._has_union = False
        self._turn = threading.RLock()
        self._sender = Sender(location)

    @cached_property
    def is_virtuoso(self) -> bool:
        """Whether the server is Virtuoso, by how it answers ASK.

        :raises EndpointError: if the endpoint does not answer or answers with an error.
        """
        return says_ask_in_rows(self._greeting)

    @property
    def keeps_ledger_true(self) -> bool:
        """See :attr:`casegraph.store.Store.keeps_ledger_true`: of Oxigraph and of casegraph it is known.

        :raises EndpointError: if the endpoint does not answer or answers with an error.
        """
        return self.is_casegraph or self._greeting.server.startswith("Oxigraph/")

    @property
    def gives_default_graph(self) -> bool:
        """See :attr:`casegraph.store.Store.gives_default_graph`."""
        return False

    @property
    def is_casegraph(self) -> bool:
        """Whether the server is a ``casegraph serve``.

        :raises EndpointError: if the endpoint does not answer or answers with an error.
        """
        return self._greeting.server == OWN_NAME

    @cached_property
    def _greeting(self) -> Reply:
        return self._send("ASK {}", accept=ACCEPT[ox.QueryBoolean])

    def replace(self, old_graphs: Iterable[str], nquads: str) -> None:
        """See :meth:`casegraph.store.Store.replace`.

        One update request, all or nothing where the server makes it so. Virtuoso takes no long update:
        there each graph is a request of its own, the ledger's the last, so that after a failure some graphs
        are replaced and others not, and no entry says that the new ones are there. Call it again then.

        :raises InputError: see there.
        :raises EndpointError: if the endpoint does not answer or refuses the update.
        """
        if not self._writable:
            raise InputError("the store is open for reading only", where=self.location)
        old = tuple(old_graphs)
        if self.is_casegraph:
            self._sender.send(self._change(old, nquads))
            return
        if not self.is_virtuoso:
            self._send(replacement(old, nquads), update=True, again=_can_be_repeated(old, nquads))
            return
        for request, again in tuple(changes(self._queries, old, nquads)):
            try:
                self._sender.send(request, again=again)
            except RefusedError as error:
                if (request.method, error.status) != ("DELETE", _NOT_THERE):
                    raise

    def _change(self, old_graphs: Iterable[str], nquads: str) -> Request:
        address = urlsplit(self._queries)
        beside = address._replace(path=f"{address.path.rstrip('/').rpartition('/')[0]}/update", query="")
        headers = {"Content-Type": CHANGE, "User-Agent": "casegraph"}
        return Request(beside.geturl(), change_of(old_graphs, nquads), headers)  # noqa: S310 - as it was opened

    def query(self, sparql: str, *, union: bool = True) -> Answer:
        """See :meth:`casegraph.store.Store.query`; the whole answer is read before it is returned.

        What is no standard SPARQL query is not sent: Virtuoso would carry an update out.

        :raises InputError: see there.
        :raises EndpointError: if the endpoint does not answer, answers with an error or not with all; or if
            the union is wanted and its default graph is another one.
        """
        own = brings_dataset(sparql)
        if self._derived:
            return self._ask_union(sparql) if union and not own else self._ask(sparql)
        if own:
            what = "a query that names its own dataset cannot be asked without what was derived"
            raise InputError(what, where="query", todo="take FROM out of it, or ask it with what was derived")
        kinds = ("named-graph-uri", "default-graph-uri") if union else ("named-graph-uri",)
        return self._ask(sparql, [(kind, graph) for graph in self.graphs() for kind in kinds])

    def _ask_union(self, sparql: str) -> Answer:
        """Answer a query over the union of all graphs, at a server that gives it."""
        kind_of_answer(sparql)
        if not self._has_union:
            reply = self._send(IS_UNION, accept=ACCEPT[ox.QueryBoolean], parameters=UNION)
            self._has_union = says_ask_in_rows(reply) or bool(self._read(reply, ox.QueryBoolean))
            if not self._has_union and bool(self._ask(NEEDS_UNION)):
                raise no_union(self.location)
        return self._ask(sparql, UNION)

    def _ask(self, sparql: str, parameters: Iterable[tuple[str, str]] = ()) -> Answer:
        expected, with_them = kind_of_answer(sparql), tuple(parameters)
        if expected is ox.QueryTriples and self.is_virtuoso:
            self._send(guard(sparql), accept=ACCEPT[ox.QuerySolutions], parameters=with_them)
        return self._read(self._send(sparql, accept=ACCEPT[expected], parameters=with_them), expected)

    def _read(self, reply: Reply, expected: type[Answer] | None) -> Answer:
        try:
            return read_answer(reply, expected)
        except ValueError as error:
            what = f"the endpoint {error}"
            raise EndpointError(what, where=self.location, todo="check the address") from error

    def graphs(self) -> tuple[str, ...]:
        """See :meth:`casegraph.store.Store.graphs`; an empty graph does not show.

        :raises EndpointError: if the endpoint does not answer or answers with an error.
        """
        return tuple(sorted(self._counts()))

    def _counts(self) -> dict[str, int]:
        # Virtuoso takes minutes for SELECT DISTINCT ?g, and milliseconds for this.
        rows: Any = self._ask("SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
        found = {row["g"].value: int(row["n"].value) for row in rows if isinstance(row["g"], ox.NamedNode)}
        return {graph: n for graph, n in found.items() if self._sees(graph) and not is_own(graph)}

    def _sees(self, graph: str) -> bool:
        return self._derived or not is_derived(graph)

    def dump(self, graph: str | None = None) -> Iterator[str]:
        """See :meth:`casegraph.store.Store.dump`; one request for each graph.

        :raises InputError: see there.
        :raises EndpointError: if the endpoint does not answer or answers with an error.
        """
        chosen = [named(name) for name in (self.graphs() if graph is None else (graph,))]
        kept = (name for name in chosen if self._sees(name.value))
        return chain.from_iterable(map(self._lines, kept))

    def without_derived(self) -> Store:
        """See :meth:`casegraph.store.Store.without_derived`; of Virtuoso it is a copy in memory.

        :raises EndpointError: as :meth:`copied`, of Virtuoso.
        """
        view = EndpointStore(self.location, derived=False)
        return view.copied() if self.is_virtuoso else view

    def copied(self) -> Store:
        """Return the content, copied into memory, for queries that the server answers wrongly.

        :raises EndpointError: if there are more than 300,000 quads, or as for any query.
        """
        counts = self._counts()
        if sum(counts.values()) > _MOST_COPIED:
            what = f"Virtuoso may answer this wrongly, and {sum(counts.values())} quads are too many to copy"
            todo = "ask an Oxigraph server, or a store in a directory that is loaded with the same documents"
            raise EndpointError(what, where=self.location, todo=todo)
        asked = "SELECT ?s ?p ?o ?g WHERE { GRAPH ?g { ?s ?p ?o } }"
        rows: Any = self._read(self._send(asked, accept=XML), ox.QuerySolutions)
        quads = [ox.Quad(*row) for row in rows if row["g"].value in counts]
        if len(quads) != sum(counts.values()):
            raise EndpointError(
                "the endpoint changed while it was copied", where=self.location, todo="ask again"
            )
        return EmbeddedStore.of_quads(quads, self.location)

    def turn(self) -> AbstractContextManager[object]:
        """See :meth:`casegraph.store.Store.turn`."""
        return self._turn

    def close(self) -> None:
        """See :meth:`casegraph.store.Store.close`; there is no connection to end."""

    def _lines(self, graph: ox.NamedNode) -> list[str]:
        pattern = f"GRAPH {graph} {{ ?s ?p ?o }}"
        triples: Any = self._ask(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {pattern} }}")
        content = ox.Store()
        content.bulk_extend(ox.Quad(each.subject, each.predicate, each.object, graph) for each in triples)
        return graph_lines(content, graph)

    def _send(
        self,
        text: str,
        *,
        update: bool = False,
        again: bool = True,
        accept: str = "*/*",
        parameters: Iterable[tuple[str, str]] = (),
    ) -> Reply:
        from SPARQLWrapper import POST, SPARQLWrapper

        request = SPARQLWrapper(self._queries, updateEndpoint=self._updates, agent="casegraph")
        request.setMethod(POST)
        request.setOnlyConneg(True)
        request.addCustomHttpHeader("Accept", accept)
        for name, value in parameters if update else chain(parameters, [("rows", "all")]):
            request.addParameter(name, value)
        # Its own guess takes any word such as ADD in a comment of a query for an update.
        request.queryString, request.queryType = text, "INSERT" if update else "SELECT"
        try:
            ready = request._createRequest()
        except UnicodeEncodeError as error:
            raise InputError(f"cannot be sent: {error}", where=self.location) from error
        return self._sender.send(ready, again=again)


def _can_be_repeated(old_graphs: Iterable[str], nquads: str) -> bool:
    """Tell whether a replacement made twice is the same as once: blank nodes are new ones each time."""
    old = set(old_graphs)
    new = triples_by_graph(nquads).items() if "_:" in nquads else ()
    return not any("_:" in line for graph, lines in new if graph not in old for line in lines)


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
