"""One of two stores that are compared: what it tells of a report, or of a case of a data set."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from casegraph.loaders.rdf_cases import Graphs, Read, read_cases, read_record
from casegraph.model import CaseDocument
from casegraph.namespaces import BASE, CG, PREFIXES
from casegraph.rows import Rows
from casegraph.store import Store
from casegraph.store.ledger import case_graphs
from casegraph.store.syntax import named
from casegraph.triples import read_passages, read_report
from casegraph.triples.read_triples import Labels

__all__ = ["Side", "Told"]

_CASE, _GROUP = f"{BASE}case/", f"{BASE}group/"
_TITLE = f"{PREFIXES['dcterms']}title"
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Told:
    """What a store tells of a report with its cases, or of the case of a data set.

    :param source: its IRI.
    :param report: the IRI of the report, or of the publication or data set of the case.
    :param subjects: the cases and groups.
    :param lines: the N-Quads of the report, and of what is asserted of the subjects and who curated them.
    """

    source: str
    report: str
    subjects: tuple[str, ...]
    lines: frozenset[str]

    @property
    def content(self) -> ox.Store:
        """The quads, to be looked up."""
        content = ox.Store()
        content.extend(_parsed(self.lines))
        return content

    @property
    def title(self) -> str:
        """The title of the report, as printed; empty where there is none."""
        report, title = ox.NamedNode(self.report), ox.NamedNode(_TITLE)
        found = (each.object for each in self.content.quads_for_pattern(report, title, None, None))
        return next((each.value for each in found if isinstance(each, ox.Literal)), "")


@dataclass(frozen=True, slots=True)
class Side:
    """A store, and what terms are called in it.

    :param labels: the same for both stores, so that a term with another name is no change of a case.
    """

    store: Store
    labels: Labels

    def lines(self, graph: str) -> frozenset[str]:
        """Return the N-Quads of a graph.

        :raises StoreError: if the store fails.
        """
        return frozenset(self.store.dump(graph))

    def quads(self, graph: str) -> list[ox.Quad]:
        """Return the quads of a graph.

        :raises StoreError: if the store fails.
        """
        return _parsed(self.lines(graph))

    def sources(self, cases: Iterable[str]) -> dict[str, str]:
        """Return case or group -> its report; a case of a data set is told of by itself.

        :raises StoreError: if the store fails.
        """
        every, found = list(cases), dict[str, str]()
        for start in range(0, len(every), _AT_ONCE):
            names = " ".join(str(named(each)) for each in every[start : start + _AT_ONCE])
            asked = f"""SELECT ?case ?report ?record {{ VALUES ?case {{ {names} }}
              GRAPH ?asserted {{ ?case <{CG}reportedIn> ?report }}
              OPTIONAL {{ GRAPH ?asserted {{ ?case <{CG}recordedIn> ?record }} }} }}"""
            for row in Rows.read(self.store.query(asked, union=False)):
                case = str(row["case"])
                found[case] = case if row["record"] else str(row["report"])
        return found

    def told(self, source: str) -> Told | None:
        """Return what is told of a report or of the case of a data set; None if nothing is.

        :raises StoreError: if the store fails.
        """
        report, subjects = self._of_case(source) if source.startswith(_CASE) else self._of_report(source)
        own = [case_graphs(each) for each in subjects]
        graphs = (report, *(graph for asserted, _, curated in own for graph in (asserted, curated)))
        lines = frozenset(line for graph in graphs if graph for line in self.store.dump(graph))
        return Told(source, report, subjects, lines) if lines else None

    def document(self, told: Told) -> Read:
        """Return what is told as a case document.

        :raises DocumentError: if it makes none.
        """
        graphs = Graphs(self.store.location, told.content, self.labels)
        if told.source != told.report:
            return read_record(graphs, told.source, told.report)
        if told.subjects:
            return read_cases(graphs, told.report, told.subjects)
        return self._without_cases(graphs, told.report)

    @staticmethod
    def _without_cases(graphs: Graphs, report: str) -> Read:
        triples = graphs.triples(graphs.of(report))
        try:
            read, passages = read_report(report, triples), read_passages(triples)
        except (TypeError, ValueError) as error:
            raise graphs.wrong(report, str(error)) from error
        return Read(CaseDocument(casegraph=1, report=read, passages=passages))

    def _of_report(self, report: str) -> tuple[str, tuple[str, ...]]:
        asked = f"""SELECT ?case {{ GRAPH ?asserted {{ ?case <{CG}reportedIn> {named(report)}
          OPTIONAL {{ ?case <{CG}recordedIn> ?record }} }} FILTER(!BOUND(?record)) }}"""
        found = {str(row["case"]) for row in Rows.read(self.store.query(asked, union=False))}
        return report, tuple(sorted(found))

    def _of_case(self, case: str) -> tuple[str, tuple[str, ...]]:
        asked = f"SELECT ?report {{ GRAPH ?asserted {{ {named(case)} <{CG}reportedIn> ?report }} }}"
        reports = [str(row["report"]) for row in Rows.read(self.store.query(asked, union=False))]
        return (reports[0], (case,)) if reports else ("", ())


def _parsed(lines: Iterable[str]) -> list[ox.Quad]:
    text = "".join(f"{line}\n" for line in lines)
    return list(ox.parse(text.encode(), format=ox.RdfFormat.N_QUADS))
