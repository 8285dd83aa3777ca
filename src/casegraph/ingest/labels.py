"""What records call terms, beside what the vocabularies call them."""

from __future__ import annotations

from collections.abc import Iterator

from casegraph.errors import Problem
from casegraph.ingest.unresolved import codes_of
from casegraph.losses import Loss, shortened
from casegraph.model import CaseDocument
from casegraph.namespaces import compact, expand
from casegraph.terms import Terms

__all__ = ["OtherLabels"]


class OtherLabels:
    """Finds the labels that records give to terms which the vocabularies call by other names."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._own: dict[str, bool] = {}

    def losses(self, document: CaseDocument) -> Iterator[Loss]:
        """Yield each such label: the term is carried, under its own name."""
        record = document.report.record
        for curie, label in self._others(document):
            yield Loss(record.id if record else "", curie, shortened(label), "other-label")

    def doubts(self, document: CaseDocument, source: str) -> Iterator[Problem]:
        """Yield a warning where such a label is the name of another term of that vocabulary."""
        record = document.report.record
        for curie, label in self._others(document):
            other = self._meant(curie, label)
            if other:
                own = f"{record.id if record else ''}: {curie} is {self._terms.label(expand(curie))!r}"
                text = f"{own}; {shortened(label)!r}, which the record calls it, is {other}"
                todo = "the identifier was carried; correct one of the two"
                yield Problem(source, 0, 0, "label-mismatch", text, todo, "warning")

    def _others(self, document: CaseDocument) -> Iterator[tuple[str, str]]:
        for code in dict.fromkeys(codes_of(document)):
            curie, _, label = code.partition(" ")
            if code not in self._own:
                names = {each.casefold() for each in self._terms.names(expand(curie))}
                self._own[code] = label == curie or not names or label.casefold() in names
            if not self._own[code]:
                yield curie, label

    def _meant(self, curie: str, label: str) -> str:
        prefix = curie.partition(":")[0]
        exact = (compact(hit.iri) for hit in self._terms.search(label) if hit.exact)
        return next((each for each in exact if each.partition(":")[0] == prefix), "")
