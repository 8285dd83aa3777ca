"""Carries out a plan: foreign documents, their cases and what was decided go into a store, all or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from casegraph.errors import DocumentError, Problem
from casegraph.ingest.putting import ontology_content
from casegraph.merge.adapters import Adapter
from casegraph.merge.beside import Beside
from casegraph.merge.common import graphs_of, needed_lines, needs_in, needs_of, not_satisfied, text_of
from casegraph.merge.incoming import Incoming, incoming
from casegraph.merge.keeping import linked_patients
from casegraph.merge.mappings import mapping_lines
from casegraph.merge.merged import MERGED, Link, is_there, links, merged_documents
from casegraph.merge.plan import MergePlan, PlannedLink, PlannedSource, link_iri
from casegraph.merge.same import patients_of
from casegraph.merge.sources import planned_source
from casegraph.merge.stages import stage
from casegraph.merge.writing import Files, decision_lines, description, link_text
from casegraph.namespaces import BASE, CG, PREFIXES
from casegraph.rows import Rows
from casegraph.store import Store
from casegraph.store.ledger import Content, Origin, commit, current_digests, generation, units_of

__all__ = ["Applied", "apply", "refuse_other_content"]

_ONTOLOGY = f"{BASE}ontology"
_DATASET = f"{PREFIXES['void']}inDataset"
#: What a plan says of a document that follows from it.
_NOT_EDITED = ("model", "statements", "claims", "cases", "refused", "left")


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a plan.

    :param documents: the documents that it names -> ``new``, ``replaced`` or ``unchanged``.
    :param cases: how many cases and groups are there because of it.
    :param decided: the links that are decided; *undecided*, how many are not; *before*, those there were.
    """

    documents: Mapping[str, str]
    cases: int
    decided: tuple[PlannedLink, ...]
    undecided: int
    before: Mapping[str, Link] = field(default_factory=dict, repr=False)


def apply(store: Store, plan: MergePlan, adapters: Sequence[Adapter] | None = None) -> Applied:
    """Bring what a plan names into a store, in one transaction.

    :param plan: as :func:`casegraph.merge.plan.read_plan` gives it.
    :param adapters: those that the plan was made with, in place of the shipped ones.
    :raises DocumentError: if a document is not the one that was planned, or says other things of cases that
        are there, or a link names what is not there, or two patients of one report.
    :raises InputError: if a document cannot be read.
    :raises StoreError: if the store fails.
    """
    mappings = mapping_lines(store)
    found = [(each, _planned(each, adapters, mappings)) for each in plan.sources]
    decided = tuple(each for each in plan.links if each.decision != "undecided")
    with store.turn():
        change = _Change(store, found)
        change.refuse_links(decided)
        stage("writing into the store")
        states = change.write(decided)
    documents = {each.document: states.get(f"{MERGED}{each.document}", "unchanged") for each in plan.sources}
    cases = {case for _, each in found for case in each.cases}
    return Applied(documents, len(cases), decided, len(plan.links) - len(decided), change.before)


def _planned(source: PlannedSource, adapters: Sequence[Adapter] | None, mappings: str) -> Incoming:
    found = incoming(Path(source.path), source.dataset, adapters, mappings)
    if found.document.hash != source.document:
        told = f"it is not the document that was planned: {found.document.hash}, not {source.document}"
        raise DocumentError((Problem(source.path, 0, 0, "changed", told, "plan the merge again"),))
    fresh = planned_source(source.path, found)
    edited = [name for name in _NOT_EDITED if getattr(source, name) != getattr(fresh, name)]
    if edited:
        told = f"the plan says other {', '.join(edited)} of it than what it would bring"
        todo = "change licence and redistribution alone, or plan the merge again"
        raise DocumentError((Problem(source.path, 0, 0, "edited", told, todo),))
    return found


def refuse_other_content(store: Store, found: Iterable[Incoming]) -> None:
    """Refuse documents whose cases or reports are there with other content, or in two of them.

    :raises DocumentError: if there are any.
    :raises StoreError: if the store fails.
    """
    problems: list[Problem] = []
    seen: dict[str, str] = {}
    for each in found:
        units = {unit: told.digest for mapped in each.mapped for unit, told in mapped.units.items()}
        there = {**current_digests(store, units), **{unit: seen[unit] for unit in units if unit in seen}}
        for unit in sorted(unit for unit, digest in units.items() if there.get(unit, digest) != digest):
            told = f"{unit} is there with other content"
            todo = "load the one that is right, or, of a data set, give it another name (--dataset)"
            problems.append(Problem(each.document.name, 0, 0, "other-content", told, todo))
        seen.update(units)
    if problems:
        raise DocumentError(tuple(problems))


class _Change:
    """What a plan changes in a store."""

    def __init__(self, store: Store, found: Sequence[tuple[PlannedSource, Incoming]]) -> None:
        refuse_other_content(store, (each for _, each in found))
        self._store = store
        whole = ((source, each) for source, each in found if each.document.quads)
        self._files: dict[str, list[Incoming]] = {}
        self._found: list[tuple[PlannedSource, Incoming]] = []
        for source, each in whole:
            if each.document.hash not in self._files:
                self._found.append((source, each))
            self._files.setdefault(each.document.hash, []).append(each)
        self._documents = {each.hash: each for each in merged_documents(store)}
        self._links = {each.iri: each for each in links(store)}
        self._bare = not is_there(store, _ONTOLOGY)
        self._refuse_other_names()
        self._brought = {unit for each in self._documents.values() for unit in each.brings}

    @property
    def before(self) -> Mapping[str, Link]:
        """The links that there are, by their names."""
        return self._links

    def _refuse_other_names(self) -> None:
        for _, each in self._found:
            known = self._documents.get(each.document.hash)
            if known is not None and each.dataset not in known.datasets:
                told = f"the document is there already, its data set is called {known.datasets[0]!r}"
                refused = Problem(each.document.name, 0, 0, "merged-already", told, "undo that merge before")
                raise DocumentError((refused,))

    def refuse_links(self, decided: Iterable[PlannedLink]) -> None:
        """Refuse decisions about what is not there, and that two patients of one report are one.

        :raises DocumentError: if there are any.
        """
        coming = {case for _, each in self._found for case in each.cases}
        reports = {
            report for _, each in self._found for one in each.mapped for report in (*one.shared, *one.units)
        }
        coming |= reports
        problems: list[Problem] = []
        for link in decided:
            for end in link.between:
                if end not in coming and not is_there(self._store, end):
                    told = f"{link.decision} is decided of {end}, which is not there"
                    problems.append(Problem(link.iri, 0, 0, "nothing-there", told, "correct the IRI"))
        if problems := [*problems, *self._impossible(decided)]:
            raise DocumentError(tuple(problems))

    def _impossible(self, decided: Iterable[PlannedLink]) -> Iterator[Problem]:
        """Yield what is wrong with patients as they would be, with what was decided before."""
        decisions = self._decisions(decided)
        patients = patients_of(between for decision, between in decisions if decision == "same-patient")
        patient = {case: cases[0] for cases in patients for case in cases}
        for decision, (one, other) in decisions:
            if decision == "different-patients" and patient.get(one, one) == patient.get(other, other):
                told = f"{one} and {other} are different patients, and the same by way of other links"
                todo = "correct one of the decisions; casegraph merge list has those before"
                yield Problem(link_iri(one, other), 0, 0, "contradiction", told, todo)
        sources = self._sources(patient)
        for cases in patients:
            told_in: dict[tuple[str, str], str] = {}
            for case in cases:
                report, dataset = sources.get(case, ("", case))
                other = told_in.setdefault((report, dataset), case)
                if other != case:
                    one = f"data set ({dataset})" if dataset else "report"
                    told = f"{other} and {case} are two patients of one {one}, and would be one"
                    todo = "decide different-patients, or undo the link that joins them"
                    yield Problem(link_iri(other, case), 0, 0, "one-report", told, todo)

    def _sources(self, cases: Iterable[str]) -> dict[str, tuple[str, str]]:
        """Return of cases the report and, of records, the data set: each of both tells of a patient once."""
        values = " ".join(f"<{each}>" for each in sorted(cases))
        asked = (
            f"SELECT ?case ?report ?dataset {{ VALUES ?case {{ {values} }} "
            f"GRAPH ?g {{ ?case <{CG}reportedIn> ?report "
            f"OPTIONAL {{ ?case <{CG}recordedIn>/<{_DATASET}> ?dataset }} }} }}"
        )
        stores = (self._store, Beside(self._store, (each for _, each in self._found)).coming)
        rows = (row for store in stores for row in Rows.read(store.query(asked, union=False)))
        return {str(row["case"]): (str(row["report"]), str(row["dataset"] or "")) for row in rows}

    def write(self, decided: Sequence[PlannedLink]) -> dict[str, str]:
        """Write it, and return what became of each unit."""
        texts = [each.text for _, each in self._found]
        texts += [mapped.text for _, each in self._found for mapped in each.mapped]
        own = "".join(texts)
        common, described = self._common(own)
        texts += [*described, *common.values()]
        texts += [link_text(each) for each in decided]
        patients = linked_patients(
            Beside(self._store, (each for _, each in self._found)), self._same(decided), self._digests()
        )
        texts.append(patients.text)
        number = generation(self._store) + 1
        notes = "".join(decision_lines(each, self._links.get(each.iri), number) for each in decided)
        content = self._with_ontology(Content.of("".join(texts)))
        old = {*patients.graphs, *(graph for graphs in content.lines.values() for graph in graphs)}
        return commit(self._store, old, content, self._origins(), notes)

    def _with_ontology(self, content: Content) -> Content:
        """Return what is to be written, with the ontology where it has to come too: one change, not two."""
        ontology = ontology_content(self._store) if content.lines else None
        if ontology is None:
            return content
        return Content({**content.lines, **ontology.lines}, {**content.units, **ontology.units})

    def _digests(self) -> dict[str, str]:
        """Return unit -> digest of its content, of what comes."""
        mapped = (one for _, each in self._found for one in each.mapped)
        return {unit: told.digest for each in mapped for unit, told in each.units.items()}

    def _origins(self) -> dict[str, Origin]:
        return {
            unit: Origin(each.document.name.rstrip("/").rpartition("/")[2], each.document.hash)
            for _, each in self._found
            for mapped in each.mapped
            for unit in mapped.units
        }

    def _common(self, own: str) -> tuple[dict[str, str], list[str]]:
        """Return the graphs that cases share as they are to be, and the descriptions of the documents.

        :param own: what the documents bring into graphs of their own.
        """
        needs = needs_in(self._store)
        wanted = {each.document.hash: needs_of(each.mapped) for _, each in self._found}
        graphs = {need.graph for each in wanted.values() for need in each} - units_of(own).keys()
        base = graphs_of(self._store, graphs) - needed_lines(chain.from_iterable(needs.values()))
        described: list[str] = []
        for source, each in self._found:
            mine = {need for need in wanted[each.document.hash] if need.graph in graphs}
            needs[each.document.hash] = not_satisfied(mine, base)
            known = self._documents.get(each.document.hash)
            said = Files.of(self._files[each.document.hash], known)
            described.append(description(each, source, self._brings(each), needs[each.document.hash], said))
        needed = needed_lines(chain.from_iterable(needs.values()))
        return dict(text_of(base | {each for each in needed if each.graph in graphs})), described

    def _brings(self, found: Incoming) -> list[str]:
        units = [unit for mapped in found.mapped for unit in mapped.units]
        there = current_digests(self._store, units)
        brings = {unit for unit in units if unit not in there or unit in self._brought}
        if self._bare or _ONTOLOGY in self._brought:
            brings.add(_ONTOLOGY)
        return sorted(brings)

    def _same(self, decided: Iterable[PlannedLink]) -> list[tuple[str, str]]:
        return [between for decision, between in self._decisions(decided) if decision == "same-patient"]

    def _decisions(self, decided: Iterable[PlannedLink]) -> list[tuple[str, tuple[str, str]]]:
        """Return what is decided of two, in the store and here; the later decision holds."""
        there = {iri: (each.decision, each.between) for iri, each in self._links.items()}
        return list({**there, **{each.iri: (each.decision, each.between) for each in decided}}.values())
