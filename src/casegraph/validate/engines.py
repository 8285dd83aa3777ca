"""The SHACL engines behind one protocol: `shacl` for speed, `pyshacl` as the reference."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from casegraph.errors import InputError, ShapesError
from casegraph.validate.documents import blank_nodes, named_owner
from casegraph.validate.paths import sparql_path
from casegraph.validate.rdflib_terms import ntriples, rdflib_graph
from casegraph.validate.report import Violation
from casegraph.validate.shapes import Shapes

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node

__all__ = ["ENGINES", "Engine", "FastEngine", "ReferenceEngine"]

_BLANK = re.compile(r"_:([01])_b(\d+)")
_DATA, _SHAPES = "0", "1"
_ONE_AT_A_TIME = Lock()


class Engine(Protocol):
    """A SHACL engine that was given its shapes; it may be shared by threads."""

    def check(self, data: str) -> Iterator[Violation]:
        """Yield the results on N-Triples data, in any order.

        :raises InputError: if the data are no N-Triples.
        :raises ShapesError: if the engine cannot run the shapes.
        """
        ...


class FastEngine:
    """The `shacl` package: compiled once, lets other threads run while it checks."""

    def __init__(self, shapes: Shapes) -> None:
        import shacl

        self._shapes = shapes
        try:
            self._compiled = shacl.Shapes.from_text(shapes.ntriples, "ntriples")
        except ValueError as error:
            raise ShapesError(str(error), where=shapes.where) from error
        self._shape_blanks = len(blank_nodes(shapes.ntriples))

    def check(self, data: str) -> Iterator[Violation]:
        """Yield the results; see :class:`Engine`."""
        try:
            results = self._compiled.validate_text(data, "ntriples").results
        except ValueError as error:
            if str(error).startswith("parse error"):
                raise InputError(f"the data are no N-Triples: {error}") from error
            raise ShapesError(str(error), where=self._shapes.where) from error
        blanks = blank_nodes(data) if results and "_:" in data else []
        for found in results:
            shape = self._term(found.source_shape or "", blanks)
            yield Violation(
                focus=self._term(found.focus_node, blanks),
                path=found.path,
                component=f"<{found.component_iri}>",
                severity=f"<{found.severity_iri}>",
                value=None if found.value is None else self._term(found.value, blanks),
                shape=named_owner(shape, self._shapes.owners),
                message=_one_message(found.messages),
                source=shape,
            )

    def _term(self, term: str, data_blanks: list[str]) -> str:
        """Return the term under its own name: the engine numbers blank nodes, the shapes' first."""
        match = _BLANK.fullmatch(term)
        if match is None:
            return term
        graph, number = match[1], int(match[2])
        return f"_:s{number}" if graph == _SHAPES else data_blanks[number - self._shape_blanks]


class ReferenceEngine:
    """The `pyshacl` package, on rdflib terms that keep their lexical forms; one check at a time.

    It is off the standard where rdflib is: a query may compare a string with a number there, ``1`` is the
    boolean ``true``, ``1E6`` is a decimal, and a date or a truth value is less than any number.
    """

    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes
        with _ONE_AT_A_TIME, _silent("rdflib.term"):
            self._graph = rdflib_graph(shapes.ntriples)

    def check(self, data: str) -> Iterator[Violation]:
        """Yield the results; see :class:`Engine`."""
        from rdflib import RDF, SH

        with _ONE_AT_A_TIME, _silent("rdflib.term"):
            graph = rdflib_graph(data)
            report = self._run(graph)
        root = report.value(predicate=RDF.type, object=SH.ValidationReport)
        for result in report.objects(root, SH.result):
            yield self._violation(result, report)

    def _run(self, graph: Graph) -> Graph:
        import pyshacl
        from rdflib import Graph

        try:
            _, report, _ = pyshacl.validate(
                graph, shacl_graph=self._graph, advanced=False, meta_shacl=False, inference="none"
            )
        except Exception as error:
            raise ShapesError(f"pyshacl cannot run them: {error}", where=self._shapes.where) from error
        if not isinstance(report, Graph):
            raise ShapesError(str(report), where=self._shapes.where)
        return report

    def _violation(self, result: Node, report: Graph) -> Violation:
        from rdflib import SH

        path = report.value(result, SH.resultPath)
        value = report.value(result, SH.value)
        shape = ntriples(report.value(result, SH.sourceShape))
        return Violation(
            focus=ntriples(report.value(result, SH.focusNode)),
            path=None if path is None else sparql_path(path, self._graph),
            component=ntriples(report.value(result, SH.sourceConstraintComponent)),
            severity=ntriples(report.value(result, SH.resultSeverity)),
            value=None if value is None else ntriples(value),
            shape=named_owner(shape, self._shapes.owners),
            message=_one_message(list(map(str, report.objects(result, SH.resultMessage)))),
            source=shape,
        )


#: name -> how to prepare the engine
ENGINES: Mapping[str, Callable[[Shapes], Engine]] = MappingProxyType(
    {"shacl": FastEngine, "pyshacl": ReferenceEngine}
)


def _one_message(messages: list[str]) -> str | None:
    return " / ".join(sorted(set(messages))) or None


@contextmanager
def _silent(logger_name: str) -> Iterator[None]:
    """Keep a logger from printing a traceback for each ill-formed literal: those are ours to report."""
    logger = logging.getLogger(logger_name)
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)
