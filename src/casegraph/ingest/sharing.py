"""What cases share in a store: publications, data sets, and the terms beyond the shipped ontology."""

from __future__ import annotations

from casegraph.ingest.labels import UnresolvedLabels
from casegraph.ingest.mapping import Mapped
from casegraph.ingest.putting import ADDED, UNRESOLVED, grown
from casegraph.ingest.unresolved import unresolved_triples
from casegraph.rows import Rows
from casegraph.store import Store
from casegraph.terms import all_terms

__all__ = ["Shared"]


class Shared:
    """What the cases of a job tell of what they share.

    A publication keeps the title that it has: records of one paper may print it differently. A term that no
    vocabulary knows keeps the name that the first record has for it.

    :param store: what is there already.
    """

    def __init__(self, store: Store) -> None:
        self._store, self._terms = store, all_terms()
        self._called = UnresolvedLabels(store)
        self._properties: dict[str, set[str]] = {}
        self._of_documents: set[str] = set()
        self._begin()

    def _begin(self) -> None:
        self._new: dict[str, list[str]] = {}
        self._added: set[str] = set()
        self._unresolved: set[str] = set()
        self._others: set[tuple[str, str]] = set()
        self._called.renamed = set()

    def take(self, mapped: Mapped) -> dict[str, str]:
        """Take in what a document or a record tells; return what it calls terms otherwise than others did."""
        others = self._called.take(mapped.iri, mapped.unresolved)
        self._others.update(others.items())
        self._others.update(each for each in mapped.other_names if each[1] != self._called[each[0]])
        self._unresolved.update(mapped.unresolved)
        self._added.update(f"{line}\n" for line in mapped.added.split("\n") if line)
        if not mapped.record:  # a document takes the place of what records told of its report before it
            self._new.pop(mapped.iri, None)
            self._properties[mapped.iri] = set(mapped.told)
            self._of_documents.add(mapped.iri)
        for graph, lines in mapped.shared.items():
            known = self._known(graph)
            for line in lines:
                name = line.split(" ", 2)[1].strip("<>")
                if name not in known:
                    known.add(name)
                    self._new.setdefault(graph, []).append(line)
        return others

    def of_documents(self) -> dict[str, str]:
        """Return what records tell of the reports of documents beyond these, as N-Triples; it is taken out.

        It can be written once the documents are there.
        """
        graphs = sorted(self._new.keys() & self._of_documents)
        return {graph: "".join(self._new.pop(graph)) for graph in graphs}

    def grown(self) -> dict[str, str]:
        """Return the graphs that grow by what was taken in since the last call: each whole, as N-Quads."""
        labels = {iri: self._called[iri] for iri in self._unresolved}
        renamed = self._called.renamed
        new = {graph: "".join(lines) for graph, lines in self._new.items()}
        new |= {ADDED: "".join(self._added), UNRESOLVED: unresolved_triples(labels, self._others)}
        gone = {UNRESOLVED: lambda iri: iri in self._terms or iri in renamed}
        grew = {graph: grown(self._store, graph, text, gone.get(graph)) for graph, text in new.items()}
        self._begin()
        return {graph: quads for graph, quads in grew.items() if quads is not None}

    def _known(self, graph: str) -> set[str]:
        """Return what is told already of the publication or data set that a graph is of."""
        if graph not in self._properties:
            asked = f"SELECT DISTINCT ?p {{ GRAPH <{graph}> {{ <{graph}> ?p ?o }} }}"
            rows = Rows.read(self._store.query(asked, union=False))
            self._properties[graph] = {str(row["p"]) for row in rows}
        return self._properties[graph]
