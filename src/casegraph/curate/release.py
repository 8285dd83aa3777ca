"""Tells what changed between two stores, report by report and in the words of a clinic."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from casegraph.curate.derived import derived_changes
from casegraph.curate.diff import Change, differences
from casegraph.curate.sides import Side, Told
from casegraph.curate.wording import label_of
from casegraph.errors import DocumentError
from casegraph.namespaces import BASE, compact
from casegraph.store import Store
from casegraph.store.ledger import case_graphs
from casegraph.store.unit_digests import unit_digests
from casegraph.told import with_told

__all__ = ["ReleaseChange", "Releases", "compare_stores"]

_OF_SUBJECTS = (f"{BASE}case/", f"{BASE}group/")
_OF_REPORTS, _OF_DATASETS = f"{BASE}report/", f"{BASE}dataset/"
_NAMES = {
    f"{BASE}ontology": "ontology that ships",
    f"{BASE}ontology/added": "terms of added vocabularies",
    f"{BASE}ontology/unresolved": "terms that no vocabulary knows",
    f"{BASE}notices": "notices that lists tell (casegraph notices names them)",
}


@dataclass(frozen=True, slots=True)
class ReleaseChange:
    """One thing that differs between two stores.

    :param report: the end of the IRI of the report, or of the case of a data set; empty for the store itself.
    :param change: what differs in it.
    :param derived: whether it was derived; else it is what a report says.

    >>> print(ReleaseChange("10.1000/x", Change("patient 1", "new", "absent finding", after="Fever")))
    10.1000/x: patient 1: new absent finding: Fever
    """

    report: str
    change: Change
    derived: bool = False

    def __str__(self) -> str:
        told = f"{self.change} (derived anew)" if self.derived else str(self.change)
        return f"{self.report}: {told}" if self.report else told


@dataclass(slots=True)
class Releases:
    """Two stores that are compared: what changed, and how many cases did.

    :param changes: what differs, report by report; the numbers are known when all of it was given.
    :param new: how many cases and groups only the second store has.
    :param gone: how many only the first has.
    :param changed: of how many what is asserted, or who curated it, differs.
    :param derived: of how many only what was derived differs.
    :param same: how many are the same in both.
    """

    changes: Iterator[ReleaseChange] = field(default_factory=lambda: iter(()))
    new: int = 0
    gone: int = 0
    changed: int = 0
    derived: int = 0
    same: int = 0


def compare_stores(before: Store, after: Store, name: Callable[[str], str] = label_of) -> Releases:
    """Compare two stores; what both have with one digest is not read.

    :param name: what people call a term, from its text in a document.
    :raises StoreError: if a store fails, also while the changes are given.

    >>> from casegraph.store import open_store
    >>> with open_store(":memory:", writable=True) as one, open_store(":memory:", writable=True) as two:
    ...     two.replace([], "<urn:s> <urn:p> <urn:o> <urn:g> .")
    ...     [str(each) for each in compare_stores(one, two).changes]
    ['store: new graph urn:g']
    """
    called = with_told(after), with_told(before)
    releases = Releases()

    def label(iri: str) -> str | None:
        return called[0].label(iri) or called[1].label(iri)

    releases.changes = _Comparison(Side(before, label), Side(after, label), name, releases).changes()
    return releases


@dataclass(slots=True)
class _Comparison:
    before: Side
    after: Side
    name: Callable[[str], str]
    count: Releases

    def changes(self) -> Iterator[ReleaseChange]:
        old, new = unit_digests(self.before.store), unit_digests(self.after.store)
        different = sorted(unit for unit in old.keys() | new.keys() if old.get(unit) != new.get(unit))
        subjects = [unit for unit in different if unit.startswith(_OF_SUBJECTS)]
        self._count(old, new, subjects)
        both = [unit for unit in subjects if unit in old and unit in new]
        asserted = {unit for unit in both if self._is_asserted_anew(unit)}
        self.count.changed, self.count.derived = len(asserted), len(both) - len(asserted)
        yield from self._of_store(different, old, new)
        of_cases = self._sources([unit for unit in subjects if unit in asserted or unit not in both])
        reports = {unit for unit in different if unit.startswith(_OF_REPORTS)}
        for source in sorted(reports | of_cases):
            yield from self._of_source(source)
        for case, source in sorted(self.after.sources(both).items()):
            yield from self._derived(case, _short(source))

    def _count(self, old: dict[str, str], new: dict[str, str], different: list[str]) -> None:
        self.count.new = sum(unit not in old for unit in different)
        self.count.gone = sum(unit not in new for unit in different)
        every = sum(unit.startswith(_OF_SUBJECTS) for unit in old.keys() & new.keys())
        self.count.same = every - (len(different) - self.count.new - self.count.gone)

    def _is_asserted_anew(self, case: str) -> bool:
        asserted, _, provenance = case_graphs(case)
        return any(self.before.lines(each) != self.after.lines(each) for each in (asserted, provenance))

    def _of_store(
        self, different: list[str], old: dict[str, str], new: dict[str, str]
    ) -> Iterator[ReleaseChange]:
        """Yield what differs beyond cases and reports; it is told, not read."""
        for unit in (each for each in different if not each.startswith((*_OF_SUBJECTS, _OF_REPORTS))):
            kind = "data set" if unit.startswith(_OF_DATASETS) else "graph"
            thing = _NAMES.get(unit, f"{kind} {compact(unit).removeprefix(_OF_DATASETS)}")
            if unit in old and unit in new:
                yield ReleaseChange("", Change("store", "changed", thing, "content", "one", "another"))
            else:
                yield ReleaseChange("", Change("store", "removed" if unit in old else "new", thing))

    def _sources(self, cases: list[str]) -> set[str]:
        """Return what is read as one document: a report with its cases, or the case of a data set."""
        return set(self.before.sources(cases).values()) | set(self.after.sources(cases).values())

    def _of_source(self, source: str) -> Iterator[ReleaseChange]:
        short = _short(source)
        told = self.before.told(source), self.after.told(source)
        if told[0] is None or told[1] is None:
            yield from (ReleaseChange(short, each) for each in _whole(source, *told))
        else:
            yield from (ReleaseChange(short, each) for each in self._both(told[0], told[1]))

    def _both(self, old: Told, new: Told) -> Iterator[Change]:
        try:
            documents = self.before.document(old), self.after.document(new)
        except DocumentError:
            yield _uninterpreted(old, new)
            return
        found = differences(documents[0].document, documents[1].document, self.name)
        yield from (each for each in found if new.source == new.report or not _is_of_publication(each))
        if (not found and old.lines != new.lines) or documents[0].losses != documents[1].losses:
            yield _uninterpreted(old, new)

    def _derived(self, case: str, short: str) -> Iterator[ReleaseChange]:
        where = f"{'group' if case.startswith(_OF_SUBJECTS[1]) else 'patient'} {case.rpartition('/')[2]}"
        graph = case_graphs(case)[1]
        for each in derived_changes(case, where, self.before.quads(graph), self.after.quads(graph)):
            yield ReleaseChange(short, each, derived=True)


def _whole(source: str, old: Told | None, new: Told | None) -> Iterator[Change]:
    """Yield that a report, or the case of a data set, is in one store alone."""
    told = old or new
    if told is None:
        return
    thing = "case" if source.startswith(_OF_SUBJECTS) else "report"
    said = told.title if thing == "case" else ", ".join(filter(None, (told.title, *_counted(told.subjects))))
    if old is None:
        yield Change("store", "new", thing, after=said)
    else:
        yield Change("store", "removed", thing, before=said)


def _counted(subjects: tuple[str, ...]) -> Iterator[str]:
    """Yield how many cases and how many groups there are, where there are some."""
    for begins, what in zip(_OF_SUBJECTS, ("case", "group"), strict=True):
        many = sum(each.startswith(begins) for each in subjects)
        if many:
            yield f"{many} {what}{'' if many == 1 else 's'}"


def _uninterpreted(old: Told, new: Told) -> Change:
    """Return that statements differ which make no part of a case document."""
    thing = "statements that are no part of a case document"
    gone, come = len(old.lines - new.lines), len(new.lines - old.lines)
    return Change("report", "changed", thing, "", f"{gone:,} gone", f"{come:,} new")


def _is_of_publication(change: Change) -> bool:
    """Say whether a change is told of the publication of a record already."""
    return change.thing == "bibliography" and change.field != "record"


def _short(iri: str) -> str:
    for begins in (_OF_REPORTS, *_OF_SUBJECTS):
        iri = iri.removeprefix(begins)
    return iri
