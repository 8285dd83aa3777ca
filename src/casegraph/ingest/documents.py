"""Case documents on their way into a store: read, check, quads, derive, validate, store; all or nothing."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from itertools import takewhile
from pathlib import Path

from casegraph.check import check
from casegraph.derive import derive
from casegraph.errors import CasegraphError, DocumentError, Problem
from casegraph.ingest.origins import origin_of
from casegraph.ingest.putting import ADDED, graphs_of_report, grown, put_ontology
from casegraph.ingest.refusals import same_report
from casegraph.ingest.stopping import STOP
from casegraph.loaders import read_draft
from casegraph.loaders.case_yaml import read_case_document
from casegraph.loaders.inputs import Input
from casegraph.model import CaseDocument
from casegraph.namespaces import CG
from casegraph.reason import case_class_quads
from casegraph.resources import shipped
from casegraph.rules import apply_rules, data_with_hierarchy
from casegraph.store import Store
from casegraph.store.ledger import Origin, commit
from casegraph.terms import Terms, all_terms
from casegraph.timeline import solve_subject
from casegraph.triples import asserted_statements, inferred_quads, report_iri, subjects
from casegraph.triples.written import Statement, nquads, statements
from casegraph.validate import Report, Shapes, read_shapes, validate

__all__ = [
    "Loaded",
    "Prepared",
    "Rejected",
    "load",
    "prepare",
    "shipped_shapes",
    "validate_document",
]

#: What a document says: graph -> statements.
_Graphs = Mapping[str, list[Statement]]
#: Extents at which what a report does not tell of was not told.
_READ_WHOLE = ("fullText", "dataRecord")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that is ready for a store.

    :param claims: how many claims its quads hold.
    :param added: what the shipped ontology lacks of the terms that it names, as N-Triples.
    :param report: the result of the shapes.
    :param doubts: what the check warns of.
    :param seconds: how long each stage took: read, check, quads, derive, validate.
    :param origin: the file, for the ledger.
    """

    path: Path
    document: CaseDocument = field(repr=False)
    asserted: str = field(repr=False)
    inferred: str = field(repr=False)
    claims: int
    report: Report = field(repr=False)
    seconds: dict[str, float] = field(default_factory=dict)
    added: str = field(default="", repr=False)
    doubts: tuple[Problem, ...] = ()
    origin: Origin | None = None

    @property
    def iri(self) -> str:
        """The IRI of the report."""
        return report_iri(self.document.report)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A document that is in the store now.

    :param replaced: how many of its graphs were there before.
    :param unchanged: whether the store had just that content.
    """

    prepared: Prepared
    replaced: int
    unchanged: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """A document that is not in the store, and why: problems of the document, or violated shapes."""

    path: Path
    problems: tuple[Problem, ...] = ()
    report: Report | None = None

    def shape_problems(self) -> tuple[Problem, ...]:
        """Return the violations of shapes as problems of the file."""
        violations = self.report.violations if self.report else ()
        return tuple(
            Problem(str(self.path), 0, 0, "violation", f"{each.focus} {each.shape}", each.message or "")
            for each in violations
        )


@cache
def shipped_shapes() -> Shapes:
    """Return the shapes that casegraph ships."""
    return read_shapes(shipped("shapes", "*.ttl"))


def prepare(
    path: Path, *, content: bytes | None = None, terms: Terms | None = None, shapes: Shapes | None = None
) -> Prepared:
    """Take one document through every stage before the store.

    :param content: what the file holds, where it is the member of an archive.
    :raises DocumentError: if the document does not hold together.
    :raises InputError: if the file cannot be read.
    """
    terms, shapes = terms or all_terms(), shapes or shipped_shapes()
    watch = _Watch()
    draft = read_draft(path) if content is None else read_case_document(path, content)
    watch.lap("read")
    found = check(draft, terms)
    problems = tuple(each for each in found if each.severity == "error")
    if problems or draft.located is None:
        raise DocumentError(problems)
    watch.lap("check")
    graphs = asserted_statements(draft.located.document)
    asserted = nquads(graphs)
    watch.lap("quads")
    inferred = "".join(_inferred(draft.located.document, graphs, terms))
    watch.lap("derive")
    report = _validated(graphs, inferred, terms, shapes)
    watch.lap("validate")
    claims = asserted.count(f"> <{CG}basis> <")
    added = terms.added(_named(graphs))
    document = draft.located.document
    origin = origin_of(Input.of(path) if content is None else Input(str(path), lambda: BytesIO(content)))
    return Prepared(path, document, asserted, inferred, claims, report, watch.seconds, added, found, origin)


def validate_document(document: CaseDocument, terms: Terms, shapes: Shapes | None = None) -> Report:
    """Return what the shapes say of a document that holds together, with all that is derived from it."""
    graphs = asserted_statements(document)
    inferred = "".join(_inferred(document, graphs, terms))
    return _validated(graphs, inferred, terms, shapes or shipped_shapes())


def _validated(graphs: _Graphs, inferred: str, terms: Terms, shapes: Shapes) -> Report:
    told = [each for of_graph in graphs.values() for each in of_graph]
    return validate(data_with_hierarchy([*told, *statements(inferred)], terms), shapes)


def _named(graphs: _Graphs) -> set[str]:
    values = (value for told in graphs.values() for _, _, value in told)
    return {value[1:-1] for value in values if value.startswith("<")}


def _inferred(document: CaseDocument, graphs: _Graphs, terms: Terms) -> Iterator[str]:
    whole = document.report.extent in _READ_WHOLE
    cases: dict[str, list[Statement]] = {}
    for iri, subject in subjects(document):
        timeline = solve_subject(subject)
        solved = inferred_quads(iri, timeline, derive(subject, timeline, whole=whole))
        own = graphs[f"{iri}/asserted"]
        cases[iri] = [*own, *statements(solved)]
        yield solved
        yield case_class_quads(own, terms)
    yield from apply_rules(cases, terms).values()


def load(
    store: Store,
    paths: Iterable[Path | Input],
    *,
    dry_run: bool = False,
    seen: dict[str, Path] | None = None,
) -> Iterator[Loaded | Rejected]:
    """Bring documents into a store, each in one transaction of its own, and say what became of each.

    A report that is there already is replaced with all its cases; nothing else is touched. A document with a
    problem or a violated shape is rejected and the others go on.

    :param paths: files, or members of archives.
    :param dry_run: go through every stage and leave the store as it is.
    :param seen: the reports that this job has had, and from which files; it is added to.
    :raises StoreError: if the store fails.
    """
    if not dry_run:
        put_ontology(store)
    seen = {} if seen is None else seen
    for each in takewhile(lambda _: not STOP.is_set(), paths):
        path = each if isinstance(each, Path) else Path(each.name)
        try:
            prepared = prepare(path, content=None if isinstance(each, Path) else each.content())
        except DocumentError as error:
            yield Rejected(path, error.problems)
            continue
        except CasegraphError as error:
            yield Rejected(path, (Problem(str(path), 0, 0, "unreadable", error.what, error.todo),))
            continue
        first = seen.setdefault(prepared.iri, path)
        if first != path:
            yield Rejected(path, (same_report(str(path), str(first), prepared.iri),))
        elif not prepared.report.ok:
            yield Rejected(path, report=prepared.report)
        else:
            yield Loaded(prepared, 0) if dry_run else _put(store, prepared)


def _put(store: Store, prepared: Prepared) -> Loaded:
    watch = _Watch()
    with store.turn():
        old = graphs_of_report(store, prepared.iri)
        vocabulary = grown(store, ADDED, prepared.added) if prepared.added else None
        quads = prepared.asserted + prepared.inferred + (vocabulary or "")
        units = (prepared.iri, *(iri for iri, _ in subjects(prepared.document)))
        origins = dict.fromkeys(units, prepared.origin) if prepared.origin else None
        changed = commit(store, (*old, ADDED) if vocabulary else old, quads, origins)
    watch.lap("store")
    prepared.seconds.update(watch.seconds)
    return Loaded(prepared, len(old), unchanged=bool(old) and not changed.keys() - {ADDED})


class _Watch:
    """Counts seconds between laps."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.seconds[name] = now - self._last
        self._last = now
