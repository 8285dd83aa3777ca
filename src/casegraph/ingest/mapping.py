"""Takes what was read through every stage before the store: functions of their input alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from casegraph.check import check
from casegraph.check.conflicts import with_conflicts
from casegraph.derive import derive
from casegraph.errors import DocumentError, Problem
from casegraph.ingest.labels import OtherLabels
from casegraph.ingest.refusals import impossible_time, nothing_told, violations
from casegraph.ingest.unresolved import concepts_in, labels_of
from casegraph.loaders.case_yaml import read_case_document
from casegraph.loaders.records import Imported, Outcome
from casegraph.losses import Loss
from casegraph.model import CaseDocument, iterate_claims
from casegraph.namespaces import CG
from casegraph.reason import case_class_quads
from casegraph.rules import apply_rules, data_with_hierarchy
from casegraph.store import GraphContent
from casegraph.store.ledger import Origin, Unit, unit_from, unit_of
from casegraph.terms import Terms
from casegraph.timeline import TimelineError, solve_subject
from casegraph.triples import asserted_statements, inferred_quads, report_iri, subjects
from casegraph.triples.written import Statement, nquads, statements
from casegraph.validate import Report, Shapes, validate

__all__ = ["Mapped", "Refused", "map_documents", "map_records"]

_BASIS = f"<{CG}basis>"
#: Extents at which what a report does not tell of was not told.
_READ_WHOLE = ("fullText", "dataRecord")


class Mapped(msgspec.Struct, kw_only=True, tag=True):
    """A document or a record that is ready for a store.

    :param source: the file, or the archive and its member.
    :param iri: the case of a record, the report of a document.
    :param record: the identifier of a record in its data set; empty for a document.
    :param cases: the cases and groups in it.
    :param content: the SHA-256 of what it asserts.
    :param units: what the ledger is to tell of it: unit -> digest and number of quads.
    :param shared: graph -> N-Triples lines, of graphs that other records may tell of too.
    :param added: what the shipped ontology lacks of the terms that it names, as N-Triples.
    :param unresolved: the terms that no vocabulary knows -> what it calls them.
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
    added: str = ""
    unresolved: dict[str, str] = {}
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
    """A document or a record that cannot go into a store, and why."""

    source: str
    problems: tuple[Problem, ...]
    losses: tuple[Loss, ...] = ()
    is_record: bool


@dataclass(slots=True)
class _Work:
    """A document on its way; that of a record is one too."""

    source: str
    imported: Imported
    graphs: dict[str, list[Statement]]
    record: str = ""
    solved: dict[str, str] = field(default_factory=dict)
    inferred: dict[str, str] = field(default_factory=dict)

    @property
    def document(self) -> CaseDocument:
        return self.imported.document

    def own(self, iri: str) -> list[Statement]:
        """Return what is asserted of a case or group."""
        return self.graphs[f"{iri}/asserted"]


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
    given: Iterable[tuple[str, bytes | Problem]], terms: Terms, shapes: Shapes
) -> list[Mapped | Refused]:
    """Map case documents, in their order.

    :param given: the name of each file, member or line, and what it holds, or why that is not known.
    """
    return _mapped([_begun_document(*each, terms) for each in given], terms, shapes, in_threads=False)


def _begun_record(source: str, outcome: Outcome, terms: Terms, labels: OtherLabels) -> _Work | Refused:
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
    return _Work(source, imported, asserted_statements(document), held.id if held else "")


def _begun_document(source: str, content: bytes | Problem, terms: Terms) -> _Work | Refused:
    if isinstance(content, Problem):
        return Refused(source=source, problems=(content,), is_record=False)
    try:
        draft = read_case_document(Path(source), content)
    except DocumentError as error:
        return Refused(source=source, problems=error.problems, is_record=False)
    found = check(draft, terms)
    errors = tuple(each for each in found if each.severity == "error")
    if errors or draft.located is None:
        return Refused(source=source, problems=errors, is_record=False)
    document = draft.located.document
    return _Work(source, Imported(document, doubts=found), asserted_statements(document))


def _mapped(
    begun: list[_Work | Refused], terms: Terms, shapes: Shapes, *, in_threads: bool
) -> list[Mapped | Refused]:
    every = [_solved(each) if isinstance(each, _Work) else each for each in begun]
    for works in _without_repeats(each for each in every if isinstance(each, _Work)):
        _derive(works, terms)
    works = [each for each in every if isinstance(each, _Work)]
    reports = _reports([_data(each, terms) for each in works], shapes, in_threads=in_threads)
    return [_judged(each, next(reports), terms) if isinstance(each, _Work) else each for each in every]


def _reports(data: list[str], shapes: Shapes, *, in_threads: bool) -> Iterator[Report]:
    if not in_threads:
        return (validate(each, shapes) for each in data)
    with ThreadPoolExecutor() as threads:  # the engine lets other threads run
        return iter(list(threads.map(lambda each: validate(each, shapes), data)))


def _solved(work: _Work) -> _Work | Refused:
    """Add what follows from the times of a document, unless they cannot all be true."""
    whole = not work.record and work.document.report.extent in _READ_WHOLE
    for iri, subject in subjects(work.document):
        try:
            timeline = solve_subject(subject)
        except TimelineError as error:
            problem = impossible_time(work.source, (iri, subject), work.imported, error)
            return Refused(source=work.source, problems=(problem,), is_record=bool(work.record))
        work.solved[iri] = inferred_quads(iri, timeline, derive(subject, timeline, whole=whole))
    return work


def _without_repeats(works: Iterable[_Work]) -> Iterator[list[_Work]]:
    """Yield works in lists in which no case comes twice: the rules would take two of one name for one."""
    waiting = list(works)
    while waiting:
        now, later, seen = list[_Work](), list[_Work](), set[str]()
        for each in waiting:
            (now if seen.isdisjoint(each.solved) else later).append(each)
            seen.update(each.solved)
        yield now
        waiting = later


def _derive(works: Sequence[_Work], terms: Terms) -> None:
    told = {iri: [*each.own(iri), *statements(each.solved[iri])] for each in works for iri in each.solved}
    ruled = apply_rules(told, terms)
    for each in works:
        for iri, solved in each.solved.items():
            lines = f"{solved}{case_class_quads(each.own(iri), terms)}{ruled[iri]}".split("\n")
            each.inferred[iri] = "".join(f"{line}\n" for line in sorted(set(lines)) if line)


def _data(work: _Work, terms: Terms) -> str:
    """Return what the shapes look at, with the links from its classes up to their roots."""
    asserted = [each for told in work.graphs.values() for each in told]
    inferred = [each for told in work.inferred.values() for each in statements(told)]
    return data_with_hierarchy([*asserted, *inferred], terms)


def _judged(work: _Work, report: Report, terms: Terms) -> Mapped | Refused:
    if not report.ok:
        told = violations(work.source, report)
        return Refused(source=work.source, problems=told, is_record=bool(work.record))
    document, cases = work.document, tuple(work.solved)
    own = [graph for graph in work.graphs if not work.record or unit_of(graph) in work.solved]
    texts = {graph: nquads({graph: work.graphs[graph]}) for graph in own}
    texts |= {f"{iri}/inferred": text for iri, text in work.inferred.items()}
    concepts = concepts_in(each for graph in own for each in work.graphs[graph])
    unknown = {each for each in concepts if each not in terms} if work.record else set()
    return Mapped(
        source=work.source,
        iri=cases[0] if work.record else report_iri(document.report),
        record=work.record,
        cases=cases,
        content=hashlib.sha256(nquads(work.graphs).encode()).hexdigest(),
        claims=sum(each[1] == _BASIS for graph in own for each in work.graphs[graph]),
        units=_units(texts),
        shared={graph: _triples(told) for graph, told in work.graphs.items() if graph not in texts},
        added=terms.added(concepts if work.record else _named(work.graphs.values())),
        unresolved=labels_of(document, unknown) if unknown else {},
        losses=work.imported.losses,
        doubts=work.imported.doubts,
        report=report,
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


def _named(graphs: Iterable[Iterable[Statement]]) -> set[str]:
    return {value[1:-1] for told in graphs for _, _, value in told if value.startswith("<")}
