"""What records call terms, beside what the vocabularies, or other records, call them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from casegraph.errors import Problem
from casegraph.ingest.unresolved import codes_of
from casegraph.losses import Loss, shortened
from casegraph.model import CaseDocument
from casegraph.namespaces import compact, expand
from casegraph.store import Store
from casegraph.terms import Terms
from casegraph.told import told_names

__all__ = ["OtherLabels", "UnresolvedLabels"]

_OTHER = "other-label"


class OtherLabels:
    """Finds the labels that records give to terms which the vocabularies call by other names."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._own: dict[str, bool] = {}
        self._labelled: dict[str, tuple[str, ...]] = {}

    def losses(self, document: CaseDocument) -> Iterator[Loss]:
        """Yield each such label: the term is carried, under its own name."""
        record = document.report.record
        for curie, label in self._called_otherwise(document):
            if self._terms.label(expand(curie)):
                yield Loss(record.id if record else "", curie, shortened(label), _OTHER)

    def doubts(self, document: CaseDocument, source: str) -> Iterator[Problem]:
        """Yield a warning where a label is the name of another term of that vocabulary."""
        record = document.report.record
        for curie, label in self._called_otherwise(document):
            if other := self._meant(curie, label):
                known = self._terms.label(expand(curie))
                own = f"{curie} is {known!r}" if known else f"no vocabulary at hand knows {curie}"
                said = f"{own}; {shortened(label)!r}, which the record calls it, is {other}"
                text = f"{record.id if record else ''}: {said}"
                todo = "the identifier was carried; correct one of the two"
                yield Problem(source, 0, 0, "label-mismatch", text, todo, "warning")

    def _called_otherwise(self, document: CaseDocument) -> Iterator[tuple[str, str]]:
        """Yield the terms, and their labels, that no vocabulary calls so."""
        for code in dict.fromkeys(codes_of(document)):
            curie, _, label = code.partition(" ")
            if code not in self._own:
                names = {each.casefold() for each in self._terms.names(expand(curie))}
                self._own[code] = label == curie or label.casefold() in names
            if not self._own[code]:
                yield curie, label

    def _meant(self, curie: str, label: str) -> str:
        if label not in self._labelled:
            self._labelled[label] = tuple(map(compact, self._terms.labelled(label)))
        prefix = curie.partition(":")[0]
        return next((each for each in self._labelled[label] if each.partition(":")[0] == prefix), "")


class UnresolvedLabels:
    """What the records of a store call the terms that no vocabulary knows: a name each, that of the first."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._labels = {term: names[0] for term, names in told_names(store).items() if names}
        self._named_by: dict[str, str] = {}
        #: the terms whose earlier name went with the one record that had it.
        self.renamed: set[str] = set()

    def __getitem__(self, term: str) -> str:
        """Return what a term is called; empty where no record has a word for it."""
        return self._labels.get(term, "")

    def take(self, case: str, labels: Mapping[str, str]) -> dict[str, str]:
        """Take in what a record calls its terms; return what it calls otherwise than the records before it.

        :param case: the IRI of the case, whose own earlier word does not count.
        :param labels: the IRI of a term -> its label; empty where it has none.
        """
        other = {}
        for term, label in labels.items():
            known = self[term]
            if not label or label.casefold() == known.casefold():
                pass
            elif known and self._is_used_beside(term, case):
                other[term] = label
            else:
                self.renamed |= {term} if known else set()
                self._labels[term] = label
            self._named_by.setdefault(term, case)
        return other

    @staticmethod
    def losses(record: str, others: Mapping[str, str]) -> Iterator[Loss]:
        """Yield what :meth:`take` returned as losses: the term is carried, under the name it had already.

        :param record: the identifier of the record in its data set.
        """
        for term, label in others.items():
            yield Loss(record, compact(term), shortened(label), _OTHER)

    def _is_used_beside(self, term: str, case: str) -> bool:
        if self._named_by.get(term, case) != case:
            return True
        graphs = f"FILTER(STRENDS(STR(?graph), '/asserted') && STR(?graph) != '{case}/asserted')"
        asked = f"ASK {{ GRAPH ?graph {{ ?claim ?about <{term}> }} {graphs} }}"
        return bool(self._store.query(asked, union=False))
