"""Gives, replaces, extends and drops a graph, as the SPARQL 1.1 Graph Store HTTP Protocol asks."""

from __future__ import annotations

import pyoxigraph as ox

from casegraph.serve.errors import NotThereError, no_json_ld
from casegraph.serve.http.negotiation import content_type
from casegraph.serve.jobs import Job, Out
from casegraph.serve.jobs.condition import Condition
from casegraph.serve.jobs.document import Document
from casegraph.serve.jobs.noticed import notice_header
from casegraph.serve.telling.resources import form_of
from casegraph.store.by_hand import edited_by_hand
from casegraph.store.editing import add_to_graph, drop_graph, put_graph
from casegraph.store.embedded import EmbeddedStore
from casegraph.store.ledger import unit_of
from casegraph.store.syntax import DEFAULT_GRAPH, named
from casegraph.story.around import edits_of

__all__ = ["AddToGraph", "DropGraph", "GetGraph", "PutGraph"]


class GetGraph(Job, frozen=True, kw_only=True):
    """The triples of a graph, or the quads of all.

    :param graph: its IRI; None for the default graph, which always is there.
    :param whole: whether all graphs are asked for.
    :param media_type: of RDF.
    :param head: whether only the head of the answer is asked for.
    """

    graph: str | None
    media_type: str
    whole: bool = False
    head: bool = False

    def run(self, store: EmbeddedStore, out: Out) -> None:
        """Write them.

        :raises NotThereError: if there is no such graph.
        :raises NotAcceptableError: if it is to be JSON-LD, which has no place for what it holds.
        """
        format_, data = form_of(self.media_type), store.data
        graph = None if self.whole else _term(self.graph)
        if isinstance(graph, ox.NamedNode) and not data.contains_named_graph(graph):
            raise NotThereError("no such graph", where=graph.value)
        if format_ == ox.RdfFormat.JSON_LD and _has_triples_as_values(data, graph):
            raise no_json_ld()
        out.begin(content_type(self.media_type), headers=notice_header(self._notices(store)))
        if not self.head:
            data.dump(out.file, format_, from_graph=graph)

    def _notices(self, store: EmbeddedStore) -> list[str]:
        """Return what of it was edited by hand; of all graphs, how much."""
        if not self.whole:
            return list(edits_of(store, (unit_of(DEFAULT_GRAPH if self.graph is None else self.graph),)))
        many = sum(not edit.gone for edit in edited_by_hand(store))
        return [f"{many:,} edited by hand: casegraph verify names them"] if many else []


class PutGraph(Job, frozen=True, kw_only=True):
    """A graph that takes the place of the one there."""

    graph: str | None
    documents: tuple[Document, ...]
    condition: Condition = Condition()

    def run(self, store: EmbeddedStore, out: Out) -> None:
        """Write it: status 201 if there was none, else 204.

        :raises PreconditionError: if the condition does not hold.
        :raises InputError: if a document is not what its media type says.
        """
        from casegraph.serve.jobs.reading import triples_of

        self.condition.check(store)
        created = put_graph(store, self.graph, triples_of(self.documents))
        out.begin("", 201 if created else 204)


class AddToGraph(Job, frozen=True, kw_only=True):
    """Triples that come to those of a graph."""

    graph: str | None
    documents: tuple[Document, ...]
    condition: Condition = Condition()

    def run(self, store: EmbeddedStore, out: Out) -> None:
        """Add them: status 201 if there was no graph, else 204.

        :raises PreconditionError: if the condition does not hold.
        :raises InputError: if a document is not what its media type says.
        """
        from casegraph.serve.jobs.reading import triples_of

        self.condition.check(store)
        created = add_to_graph(store, self.graph, triples_of(self.documents))
        out.begin("", 201 if created else 204)


class DropGraph(Job, frozen=True, kw_only=True):
    """A graph that is to be no more."""

    graph: str | None
    condition: Condition = Condition()

    def run(self, store: EmbeddedStore, out: Out) -> None:
        """Drop it: status 204.

        :raises NotThereError: if there is no such graph.
        :raises PreconditionError: if the condition does not hold.
        """
        if self.graph is None or store.data.contains_named_graph(named(self.graph)):
            self.condition.check(store)
        if not drop_graph(store, self.graph):
            raise NotThereError("no such graph", where=self.graph or "the default graph")
        out.begin("", 204)


def _term(graph: str | None) -> ox.NamedNode | ox.DefaultGraph:
    return ox.DefaultGraph() if graph is None else named(graph)


def _has_triples_as_values(data: ox.Store, graph: ox.NamedNode | ox.DefaultGraph | None) -> bool:
    """Tell whether a graph, or any if none is named, has a triple that is a value (RDF 1.2)."""
    pattern = "?s ?p ?value FILTER(isTRIPLE(?value))"
    within = f"{{ {pattern} }} UNION {{ GRAPH ?g {{ {pattern} }} }}" if graph is None else pattern
    return bool(data.query(f"ASK {{ {within} }}", default_graph=graph))
