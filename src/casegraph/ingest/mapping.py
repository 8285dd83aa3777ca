"""Takes what was read through every stage before the store: functions of their input alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

import msgspec

from casegraph.check.conflicts import with_conflicts
from casegraph.errors import CasegraphError, DocumentError, Problem
from casegraph.ingest.labels import OtherLabels
from casegraph.ingest.preparing import Prepared, checked, derive_all, solve, validate_all
from casegraph.ingest.refusals import nothing_told, violations
from casegraph.ingest.unresolved import concepts_in, labels_of
from casegraph.loaders.case_yaml import read_case_document
from casegraph.loaders.inputs import Input
from casegraph.loaders.records import Outcome
from casegraph.loaders.yaml_text import MOST_BYTES
from casegraph.losses import Loss
from casegraph.model import iterate_claims
from casegraph.store import GraphContent
from casegraph.store.ledger import Origin, Unit, unit_from, unit_of
from casegraph.terms import Terms
from casegraph.triples import asserted_statements, subjects
from casegraph.triples.asserted import SHARED_OF_REPORT
from casegraph.triples.written import Statement, nquads
from casegraph.validate import Report, Shapes

__all__ = ["Mapped", "Refused", "map_documents", "map_records"]


class Mapped(msgspec.Struct, kw_only=True, tag=True):
    """A document or a record that is ready for a store.

    :param source: the file, or the archive and its member.
    :param iri: the case of a record, the report of a document.
    :param record: the identifier of a record in its data set; empty for a document.
    :param cases: the cases and groups in it.
    :param content: the SHA-256 of what it asserts.
    :param units: what the ledger is to tell of it: unit -> digest and number of quads.
    :param shared: graph -> N-Triples lines, of graphs that other records may tell of too.
    :param told: what a document tells of its report that records may tell of too: the properties.
    :param added: what the shipped ontology lacks of the terms that it names, as N-Triples.
    :param unresolved: the terms that no vocabulary knows -> what it calls them.
    :param other_names: such a term, and what others called it.
    :param text: its own graphs as N-Quads, each graph sorted.
    :param size: how many bytes of N-Quads it has, where these are kept elsewhere.
    :param origin: what it was made from.
    """

    source: str
    iri: str
    record: str = ""
    cases: tuple[str, ...]
    content: str
    claims: int
    units: dict[str, Unit]
    shared: dict[str, list[str]] = {}
    told: tuple[str, ...] = ()
    added: str = ""
    unresolved: dict[str, str] = {}
    other_names: tuple[tuple[str, str], ...] = ()
    losses: tuple[Loss, ...] = ()
    doubts: tuple[Problem, ...] = ()
    report: Report
    text: str = ""
    size: int = 0
    origin: Origin | None = None

    @property
    def quads(self) -> int:
        """How many quads its own graphs have."""
        return sum(unit.quads for unit in self.units.values())


class Refused(msgspec.Struct, kw_only=True, tag=True):
    """A document or a record that cannot go into a store, and why.

    :param report: the result of the shapes, where these are what it violates.
    """

    source: str
    problems: tuple[Problem, ...]
    losses: tuple[Loss, ...] = ()
    is_record: bool
    report: Report | None = None


def map_records(
    outcomes: Iterable[tuple[str, Outcome]],
    terms: Terms,
    shapes: Shapes,
    labels: OtherLabels,
    *,
    in_threads: bool = True,
) -> list[Mapped | Refused]:
    """Map what a reader gave for records, in their order.

    :param outcomes: the name of the file or member, and what its reader gave for a record.
    :param in_threads: whether several are validated at a time, where the processor has nothing else to do.
    """
    begun = [_begun_record(*each, terms, labels) for each in outcomes]
    return _mapped(begun, terms, shapes, in_threads=in_threads)


def map_documents(
    inputs: Iterable[Input], terms: Terms, shapes: Shapes, *, in_threads: bool = True
) -> list[Mapped | Refused]:
    """Map case documents, in their order.

    :param inputs: files, members of archives, or lines.
    :param in_threads: whether several are validated at a time, where the processor has nothing else to do.
    """
    begun = [_begun_document(each, terms) for each in inputs]
    return _mapped(begun, terms, shapes, in_threads=in_threads)


def _begun_record(source: str, outcome: Outcome, terms: Terms, labels: OtherLabels) -> Prepared | Refused:
    if isinstance(outcome, Problem):
        return Refused(source=source, problems=(outcome,), is_record=True)
    document = with_conflicts(outcome.document, terms)
    ((iri, subject),) = subjects(document)
    if next(iterate_claims(subject), None) is None:
        problems = (nothing_told(source, iri),)
        return Refused(source=source, problems=problems, losses=outcome.losses, is_record=True)
    losses = (*outcome.losses, *labels.losses(document))
    doubts = (*outcome.doubts, *labels.doubts(document, source))
    imported = replace(outcome, document=document, losses=losses, doubts=doubts)
    held = document.report.record
    return Prepared(source, imported, asserted_statements(document), held.id if held else "")


def _begun_document(source: Input, terms: Terms) -> Prepared | Refused:
    try:
        draft = read_case_document(source.name, source.content(MOST_BYTES))
        return checked(source.name, draft, terms)
    except DocumentError as error:
        problems = error.problems
    except CasegraphError as error:
        problems = (Problem(source.name, 0, 0, "unreadable", error.what, error.todo),)
    return Refused(source=source.name, problems=problems, is_record=False)


def _mapped(
    begun: list[Prepared | Refused], terms: Terms, shapes: Shapes, *, in_threads: bool
) -> list[Mapped | Refused]:
    every = [_solved(each) if isinstance(each, Prepared) else each for each in begun]
    prepared = [each for each in every if isinstance(each, Prepared)]
    derive_all(prepared, terms)
    validate_all(prepared, terms, shapes, in_threads=in_threads)
    return [_judged(each, terms) if isinstance(each, Prepared) else each for each in every]


def _solved(begun: Prepared) -> Prepared | Refused:
    try:
        solve(begun)
    except DocumentError as error:
        return Refused(source=begun.source, problems=error.problems, is_record=bool(begun.record))
    return begun


def _judged(ready: Prepared, terms: Terms) -> Mapped | Refused:
    is_record, cases = bool(ready.record), tuple(ready.solved)
    if not ready.report.ok:
        told = violations(ready.source, ready.report)
        return Refused(source=ready.source, problems=told, is_record=is_record, report=ready.report)
    asserted = {graph: nquads({graph: told}) for graph, told in ready.graphs.items()}
    own = [graph for graph in asserted if not is_record or unit_of(graph) in ready.solved]
    texts = {graph: asserted[graph] for graph in own}
    texts |= {f"{iri}/inferred": text for iri, text in ready.derived.items()}
    concepts = concepts_in(each for graph in own for each in ready.graphs[graph])
    unknown = {each for each in concepts if each not in terms} if is_record else set()
    return Mapped(
        source=ready.source,
        iri=cases[0] if is_record else ready.iri,
        record=ready.record,
        cases=cases,
        content=hashlib.sha256("".join(asserted.values()).encode()).hexdigest(),
        claims=ready.claims,
        units=_units(texts),
        shared={graph: _triples(told) for graph, told in ready.graphs.items() if graph not in texts},
        told=() if is_record else _told(ready.graphs[ready.iri], ready.iri),
        added=terms.added(concepts if is_record else _named(ready.graphs.values())),
        unresolved=labels_of(ready.document, unknown) if unknown else {},
        other_names=tuple(each for each in ready.imported.other_names if each[0] in unknown),
        losses=ready.imported.losses,
        doubts=ready.imported.doubts,
        report=ready.report,
        text="".join(texts.values()),
    )


def _units(texts: dict[str, str]) -> dict[str, Unit]:
    graphs: dict[str, list[GraphContent]] = {}
    for graph, text in texts.items():
        if text:
            content = GraphContent(graph, hashlib.sha256(text.encode()).hexdigest(), text.count("\n"))
            graphs.setdefault(unit_of(graph), []).append(content)
    return {unit: unit_from(each) for unit, each in graphs.items()}


def _triples(told: Iterable[Statement]) -> list[str]:
    return [f"{subject} {predicate} {value} .\n" for subject, predicate, value in told]


def _told(graph: Iterable[Statement], report: str) -> tuple[str, ...]:
    told = {name[1:-1] for subject, name, _ in graph if subject == f"<{report}>"}
    return tuple(sorted(told & SHARED_OF_REPORT))


def _named(graphs: Iterable[Iterable[Statement]]) -> set[str]:
    return {value[1:-1] for told in graphs for _, _, value in told if value.startswith("<")}
