"""What records name and no vocabulary at hand knows: which terms, and what the records call them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from casegraph.model import CaseDocument, Claim, iterate_claims
from casegraph.namespaces import CG, PREFIXES, expand
from casegraph.triples import subjects
from casegraph.triples.fields import CONCEPT_PROPERTIES, FIELDS, Names, concept, text
from casegraph.triples.written import Statement

__all__ = ["codes_of", "concepts_in", "labels_of", "unresolved_triples"]

_RDF_TYPE, _LABEL = f"{PREFIXES['rdf']}type", f"{PREFIXES['rdfs']}label"
_OTHER_LABEL = f"{PREFIXES['skos']}altLabel"
_NOWHERE = Names("", "", "")
_CONCEPTS = frozenset(f"<{name}>" for name in CONCEPT_PROPERTIES)
_CONCEPT_FIELDS = frozenset(
    name.rpartition(".")[2] for name, (_, render) in FIELDS.items() if render is concept
)


def concepts_in(told: Iterable[Statement]) -> set[str]:
    """Return the IRIs of the concepts that claims are about, or that qualify them."""
    return {value[1:-1] for _, name, value in told if name in _CONCEPTS and value.startswith("<")}


def unresolved_triples(labels: Mapping[str, str], others: Iterable[tuple[str, str]]) -> str:
    """Return what is said of terms that no vocabulary knows, as sorted N-Triples.

    :param labels: the IRI of a term -> what records call it; empty where they do not.
    :param others: the IRI of a term, and what some record calls it otherwise.
    """
    marks = [f"<{iri}> <{_RDF_TYPE}> <{CG}UnresolvedConcept> .\n" for iri in labels]
    marks += [f"<{iri}> <{_LABEL}> {text(_NOWHERE, label)} .\n" for iri, label in labels.items() if label]
    marks += [f"<{iri}> <{_OTHER_LABEL}> {text(_NOWHERE, label)} .\n" for iri, label in others]
    return "".join(sorted(marks))


def labels_of(document: CaseDocument, iris: set[str]) -> dict[str, str]:
    """Return what a document calls these concepts; empty where it has no words for one."""
    found = dict.fromkeys(iris, "")
    for code in codes_of(document):
        curie, _, label = code.partition(" ")
        if label != curie and (iri := expand(curie)) in found:
            found[iri] = label
    return found


def codes_of(document: CaseDocument) -> Iterator[str]:
    """Yield every term of the cases of a document as it is written there."""
    for _, subject in subjects(document):
        yield from (each.stage for each in subject.occasions.values() if each.stage)
        for _, claim in iterate_claims(subject):
            for name in _concept_fields(type(claim)):
                value = getattr(claim, name)
                yield from value if isinstance(value, tuple) else (value,) if value else ()


@cache
def _concept_fields(kind: type[Claim]) -> tuple[str, ...]:
    """Return the fields of a kind of claim that hold terms, in the order of the model."""
    return tuple(name for name in kind.__struct_fields__ if name in _CONCEPT_FIELDS)
