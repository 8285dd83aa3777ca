"""Takes case documents through every stage before the store: read, check, quads, derive, validate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from casegraph.check import check
from casegraph.derive import derive
from casegraph.errors import DocumentError
from casegraph.ingest.refusals import impossible_time
from casegraph.loaders import read_draft
from casegraph.loaders.case_yaml import read_case_document
from casegraph.loaders.inputs import Input
from casegraph.loaders.located import Draft
from casegraph.loaders.records import Imported
from casegraph.loaders.yaml_text import MOST_BYTES
from casegraph.model import CaseDocument
from casegraph.namespaces import CG
from casegraph.reason import case_class_quads
from casegraph.rules import apply_rules, data_with_hierarchy
from casegraph.terms import Terms, all_terms
from casegraph.timeline import TimelineError, solve_subject
from casegraph.triples import asserted_statements, inferred_quads, report_iri, subjects
from casegraph.triples.written import Statement, nquads, statements
from casegraph.validate import Report, Shapes, shipped_shapes, validate

__all__ = ["Prepared", "checked", "derive_all", "prepare", "solve", "validate_all", "validate_document"]

_BASIS = f"<{CG}basis>"
#: Extents at which what a report does not tell of was not told.
_READ_WHOLE = ("fullText", "dataRecord")


@dataclass(slots=True)
class Prepared:
    """A document, or a record as one, on its way to the store; each stage adds to it.

    :param source: the file, the member of an archive, or the line.
    :param graphs: what it asserts: graph -> statements.
    :param record: the identifier of a record in its data set; empty for a document.
    :param solved: case or group -> what follows from its times, as N-Quads.
    :param derived: case or group -> all that is derived, sorted N-Quads.
    :param report: the result of the shapes.
    """

    source: str
    imported: Imported
    graphs: dict[str, list[Statement]] = field(repr=False)
    record: str = ""
    solved: dict[str, str] = field(default_factory=dict, repr=False)
    derived: dict[str, str] = field(default_factory=dict, repr=False)
    report: Report = field(default=Report(()), repr=False)

    @property
    def document(self) -> CaseDocument:
        """What was read."""
        return self.imported.document

    @property
    def iri(self) -> str:
        """The IRI of the report."""
        return report_iri(self.document.report)

    @property
    def asserted(self) -> str:
        """What it asserts, as N-Quads."""
        return nquads(self.graphs)

    @property
    def inferred(self) -> str:
        """What is derived, as N-Quads."""
        return "".join(self.derived.values())

    @property
    def claims(self) -> int:
        """How many claims it makes."""
        return sum(each[1] == _BASIS for told in self.graphs.values() for each in told)

    def own(self, iri: str) -> list[Statement]:
        """Return what is asserted of a case or group."""
        return self.graphs[f"{iri}/asserted"]


def prepare(source: Path | Input, *, terms: Terms | None = None) -> Prepared:
    """Take the document of a file, or of the member of an archive, through every stage before the store.

    :raises DocumentError: if the document does not hold together.
    :raises InputError: if the file cannot be read.
    """
    terms = terms or all_terms()
    if isinstance(source, Path):
        begun = checked(str(source), read_draft(source), terms)
    else:
        begun = checked(source.name, read_case_document(source.name, source.content(MOST_BYTES)), terms)
    return _through(begun, terms, shipped_shapes())


def validate_document(document: CaseDocument, terms: Terms, shapes: Shapes | None = None) -> Report:
    """Return what the shapes say of a document that holds together, with all that is derived from it."""
    begun = Prepared("", Imported(document), asserted_statements(document))
    return _through(begun, terms, shapes or shipped_shapes()).report


def _through(begun: Prepared, terms: Terms, shapes: Shapes) -> Prepared:
    solve(begun)
    derive_all([begun], terms)
    validate_all([begun], terms, shapes)
    return begun


def checked(source: str, draft: Draft, terms: Terms) -> Prepared:
    """Return a document that was read, with its quads, if it holds together.

    :raises DocumentError: if it does not.
    """
    found = check(draft, terms)
    errors = tuple(each for each in found if each.severity == "error")
    if errors or draft.located is None:
        raise DocumentError(errors)
    document = draft.located.document
    return Prepared(source, Imported(document, doubts=found), asserted_statements(document))


def solve(begun: Prepared) -> None:
    """Add what follows from the times of a document.

    :raises DocumentError: if they cannot all be true.
    """
    whole = not begun.record and begun.document.report.extent in _READ_WHOLE
    for iri, subject in subjects(begun.document):
        try:
            timeline = solve_subject(subject)
        except TimelineError as error:
            raise DocumentError(
                (impossible_time(begun.source, (iri, subject), begun.imported, error),)
            ) from error
        begun.solved[iri] = inferred_quads(iri, timeline, derive(subject, timeline, whole=whole))


def derive_all(begun: Iterable[Prepared], terms: Terms) -> None:
    """Add all that the rules derive."""
    for each in _without_repeats(begun):
        _derive(each, terms)


def _without_repeats(begun: Iterable[Prepared]) -> Iterator[list[Prepared]]:
    """Yield them in lists in which no case comes twice: the rules would take two of one name for one."""
    waiting = list(begun)
    while waiting:
        now, later, seen = list[Prepared](), list[Prepared](), set[str]()
        for each in waiting:
            (now if seen.isdisjoint(each.solved) else later).append(each)
            seen.update(each.solved)
        yield now
        waiting = later


def _derive(begun: Sequence[Prepared], terms: Terms) -> None:
    told = {iri: [*each.own(iri), *statements(each.solved[iri])] for each in begun for iri in each.solved}
    ruled = apply_rules(told, terms)
    for each in begun:
        for iri, solved in each.solved.items():
            lines = f"{solved}{case_class_quads(each.own(iri), terms)}{ruled[iri]}".split("\n")
            each.derived[iri] = "".join(f"{line}\n" for line in sorted(set(lines)) if line)


def validate_all(
    begun: Sequence[Prepared], terms: Terms, shapes: Shapes, *, in_threads: bool = False
) -> None:
    """Add what the shapes say.

    :param in_threads: whether several are validated at a time, where the processor has nothing else to do.
    """
    data = [_data(each, terms) for each in begun]
    if in_threads:
        with ThreadPoolExecutor() as threads:  # the engine lets other threads run
            reports = list(threads.map(lambda each: validate(each, shapes), data))
    else:
        reports = [validate(each, shapes) for each in data]
    for each, report in zip(begun, reports, strict=True):
        each.report = report


def _data(begun: Prepared, terms: Terms) -> str:
    """Return what the shapes look at, with the links from its classes up to their roots."""
    asserted = [each for told in begun.graphs.values() for each in told]
    inferred = [each for told in begun.derived.values() for each in statements(told)]
    return data_with_hierarchy([*asserted, *inferred], terms)
