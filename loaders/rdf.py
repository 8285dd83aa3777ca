"""Reads RDF that casegraph wrote, N-Quads, TriG or JSON-LD: its cases come back as documents and as records.

The quads go through a store on the disk that is thrown away afterwards, so that they may be many and stand in
any order. What was derived is not taken over, for it follows again. What has no place in a case is a loss.
"""

from __future__ import annotations

import tempfile
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from functools import partial
from io import BytesIO
from itertools import groupby
from typing import Any

import msgspec
import pyoxigraph as ox

from casegraph.errors import DocumentError, InputError, Problem
from casegraph.loaders.care_sm.rdf import is_quads
from casegraph.loaders.inputs import Input
from casegraph.loaders.rdf_cases import Graphs, Read, read_cases, read_record
from casegraph.loaders.records import Imported, Options, Outcome
from casegraph.losses import Loss
from casegraph.model import CaseDocument
from casegraph.namespaces import BASE, CG, PREFIXES, compact
from casegraph.terms import all_terms
from casegraph.triples.asserted import SHARED_OF_REPORT

__all__ = ["RDF", "rdf_members", "read_rdf"]

#: The name of the format.
RDF = "rdf"
_CASE = "case"
_ONTOLOGY, _UNRESOLVED = f"{BASE}ontology", f"{BASE}ontology/unresolved"
_LABEL, _OTHER_LABEL = f"{PREFIXES['rdfs']}label", f"{PREFIXES['skos']}altLabel"
_REPORTED_IN, _RECORDED_IN = ox.NamedNode(f"{CG}reportedIn"), ox.NamedNode(f"{CG}recordedIn")
_OF_SUBJECTS = (f"{BASE}case/", f"{BASE}group/")
_IN_DATASET = ox.NamedNode(f"{PREFIXES['void']}inDataset")
#: graphs, by how their names begin, that a load makes anew.
_MADE_ANEW = ((_ONTOLOGY, "implied"), (f"{BASE}ledger", "no-place"))
_BEGINNING = 1 << 12
_TODO = "give RDF that casegraph exported"
#: What YAML takes for the end of a line, or does not take, though JSON does.
_ESCAPES = {each: f"\\u{each:04x}" for each in (*range(0x7F, 0xA0), 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF)}


_Node = ox.NamedNode | ox.BlankNode


class _Member(msgspec.Struct):
    """A record that was read back, or what a file, or a document in it, leaves behind."""

    losses: tuple[Loss, ...]
    document: CaseDocument | None = None
    other_names: tuple[tuple[str, str], ...] = ()


def rdf_members(source: Input) -> Iterator[tuple[str, Input] | Problem]:
    """Yield each report with its cases as a case document, each record of a data set as one of ``RDF``.

    Their names are that of the file, ``!`` and the end of the IRI; they come in no particular order. What
    else is in the file comes last, as losses.

    :raises DocumentError: if the file is no RDF, or has no case.
    """
    with tempfile.TemporaryDirectory(prefix="casegraph-rdf-") as folder:
        file = _File(source, ox.Store(folder))
        yield from file.cases()
        yield from file.rest()


def read_rdf(source: Input, options: Options) -> Iterator[Outcome]:
    """Yield the record that a member of RDF is; note what a document or the file leaves behind."""
    member = msgspec.json.decode(source.content(), type=_Member)
    if member.document is None:
        options.losses.extend(member.losses)
    else:
        yield Imported(member.document, member.losses, other_names=member.other_names)


class _File:
    """A file whose quads are in a store."""

    def __init__(self, source: Input, content: ox.Store) -> None:
        self._name = source.name
        self._labels: dict[str, str] = {}
        self._other_names: dict[str, list[str]] = {}
        self._left: Counter[tuple[str, str, str]] = Counter()
        self._graphs = Graphs(source.name, content, self._label)
        self._content = content
        self._begin(source)

    def _label(self, iri: str) -> str | None:
        return all_terms().label(iri) or self._labels.get(iri)

    def _begin(self, source: Input) -> None:
        """Take in the quads that cases may be made of; count the others."""
        try:
            with source.open() as stream:
                form = _form(source.name, source.head(_BEGINNING))
                self._content.bulk_extend(filter(self._is_of_cases, ox.parse(stream, format=form)))
        except SyntaxError as error:
            code = "not-utf-8" if "UTF-8" in str(error) else "not-rdf"
            place = (error.lineno or 0, error.offset or 0)
            raise _refused(source.name, place, code, str(error.msg), _TODO) from error
        except MemoryError as error:
            raise _refused(source.name, (0, 0), "too-large", str(error), "shorten its texts") from error
        except OSError as error:
            todo = "check that it can be read, and that the folder for temporary files (TMPDIR) has room"
            raise InputError(str(error), where=source.name, todo=todo) from error

    def _is_of_cases(self, quad: ox.Quad) -> bool:
        graph = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
        if graph.endswith("/inferred") and graph.startswith(_OF_SUBJECTS):
            self._left["*/inferred", "", "derived"] += 1
            return False
        if graph == _UNRESOLVED:
            self._take_label(quad)
            return False
        for begins, reason in _MADE_ANEW:
            if graph.startswith(begins):
                self._left[compact(graph), "", reason] += 1
                return False
        return True

    def _take_label(self, quad: ox.Quad) -> None:
        term, value = str(quad.subject).strip("<>"), str(getattr(quad.object, "value", ""))
        if quad.predicate.value == _LABEL:
            self._labels[term] = value
        elif quad.predicate.value == _OTHER_LABEL:
            self._other_names.setdefault(term, []).append(value)

    def cases(self) -> Iterator[tuple[str, Input] | Problem]:
        """Yield the documents and records.

        :raises DocumentError: if there is none, or if they stand in no named graphs.
        """
        if self._any(None, _REPORTED_IN, None, ox.DefaultGraph()):
            told = "a case stands in no named graph: what is said and what was derived cannot be told apart"
            raise _refused(self._name, (0, 0), "no-graphs", told, "export it as trig, nquads or jsonld")
        if not self._any(None, _REPORTED_IN, None, None):
            told = "no case stands in it: nothing is cg:reportedIn a report"
            raise _refused(self._name, (0, 0), "no-case", told, _TODO)
        # Oxigraph gives the quads of a property by their objects: those of one report come together.
        links = self._content.quads_for_pattern(None, _REPORTED_IN, None, None)
        for report, of_report in groupby(links, key=lambda link: _value(link.object)):
            yield from self._of_report(report, of_report)

    def rest(self) -> Iterator[tuple[str, Input]]:
        """Yield what is in graphs that are no case's and no report's, as losses."""
        self._leave(self._content.quads_for_pattern(None, None, None, ox.DefaultGraph()), "")
        for graph in self._content.named_graphs():
            if self._any(None, _IN_DATASET, graph, None):
                self._leave_unshared(graph)
            elif not self._is_carried(graph):
                self._leave(self._content.quads_for_pattern(None, None, None, graph), _value(graph))
        for term, names in self._other_names.items():
            self._left.update((compact(term), each, "other-label") for each in names)
        losses = (Loss(self._name, *kind, times=many) for kind, many in sorted(self._left.items()))
        if self._left:
            yield RDF, _input(self._name, _Member(tuple(losses)))

    def _of_report(self, report: str, links: Iterable[ox.Quad]) -> Iterator[tuple[str, Input] | Problem]:
        of_document: list[str] = []
        for link in links:
            case = _value(link.subject)
            if link.graph_name != ox.NamedNode(f"{case}/asserted") or not case.startswith(_OF_SUBJECTS):
                yield self._misplaced(case, _value(link.graph_name))
            elif self._any(link.subject, _RECORDED_IN, None, link.graph_name):
                yield from self._told(case, partial(read_record, self._graphs, case, report))
            else:
                of_document.append(case)
        if of_document:
            yield from self._told(report, partial(read_cases, self._graphs, report, of_document))
        else:
            self._leave_unshared(ox.NamedNode(report))

    def _misplaced(self, case: str, graph: str) -> Problem:
        told = f"{case} stands in the graph {graph}"
        todo = f"name a case {BASE}case/<doi>/<n>, and its graph like it, with /asserted"
        return Problem(self._name, 0, 0, "not-read-back", told, todo)

    def _told(self, iri: str, read: Callable[[], Read]) -> Iterator[tuple[str, Input] | Problem]:
        """Yield what was read back as an input, or why it was not."""
        name = f"{self._name}!{iri.removeprefix(BASE)}"
        try:
            found = read()
        except DocumentError as error:
            yield from (replace(each, file=name) for each in error.problems)
            return
        if found.document.report.record is not None:
            yield RDF, _input(name, _Member(found.losses, found.document, tuple(self._names_in(iri))))
            return
        yield _CASE, Input(name, partial(BytesIO, _as_json(found.document)))
        if found.losses:
            yield RDF, _input(name, _Member(found.losses))

    def _names_in(self, case: str) -> Iterator[tuple[str, str]]:
        """Yield the other names of terms that a case is the first to name; they go with it."""
        graph = ox.NamedNode(f"{case}/asserted")
        for term in [each for each in self._other_names if self._any(None, None, ox.NamedNode(each), graph)]:
            yield from ((term, name) for name in self._other_names.pop(term))

    def _is_carried(self, graph: _Node) -> bool:
        """Say whether a graph is that of a report, or of a case that names its report."""
        case, _, kind = _value(graph).rpartition("/")
        asserted = ox.NamedNode(f"{case}/asserted") if kind in ("asserted", "provenance") else graph
        of_case = asserted != graph or kind == "asserted"
        return self._any(None, _REPORTED_IN, *((None, asserted) if of_case else (graph, None)))

    def _leave_unshared(self, graph: _Node) -> None:
        """Note what is said of a publication, or of a data set, beyond what its records share."""
        quads = self._content.quads_for_pattern(None, None, None, graph)
        shared = (
            each
            for each in quads
            if each.predicate.value not in SHARED_OF_REPORT or _value(each.subject) != _value(graph)
        )
        self._leave(shared, _value(graph))

    def _leave(self, quads: Iterable[ox.Quad], graph: str) -> None:
        self._left.update(
            (f"{graph} {compact(each.predicate.value)}".strip(), "", "no-place") for each in quads
        )

    def _any(self, *pattern: Any) -> bool:
        return next(iter(self._content.quads_for_pattern(*pattern)), None) is not None


def _form(name: str, head: bytes) -> ox.RdfFormat:
    """Return in which form RDF stands in a file: N-Quads, JSON-LD, or TriG, of which Turtle is a part."""
    begun = head.removeprefix(BOM_UTF8).lstrip()
    if begun.startswith((b"{", b"[")):
        return ox.RdfFormat.JSON_LD
    if name.lower().endswith((".ttl", ".trig")) or not is_quads(begun):
        return ox.RdfFormat.TRIG
    return ox.RdfFormat.N_QUADS


def _input(name: str, member: _Member) -> Input:
    return Input(name, partial(BytesIO, msgspec.json.encode(member)))


def _as_json(document: CaseDocument) -> bytes:
    """Return a document as JSON that is YAML too."""
    text = msgspec.json.encode(_without_empty(msgspec.to_builtins(document))).decode()
    return text.translate(_ESCAPES).encode()


def _without_empty(value: Any) -> Any:
    """Return plain values without keys that hold nothing; a number has no exponent."""
    if isinstance(value, dict):
        return {name: _without_empty(each) for name, each in value.items() if each not in (None, (), [], {})}
    if isinstance(value, list | tuple):
        return [_without_empty(each) for each in value]
    if isinstance(value, float):
        return msgspec.Raw(format(Decimal(repr(value)), "f").encode())
    return value


def _value(node: Any) -> str:
    return str(getattr(node, "value", ""))


def _refused(name: str, place: tuple[int, int], code: str, told: str, todo: str) -> DocumentError:
    return DocumentError((Problem(name, *place, code, told, todo),))
