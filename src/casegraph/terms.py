"""The vocabulary at hand: labels, synonyms, hierarchy and near misses of the terms that casegraph ships."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from casegraph.errors import InputError
from casegraph.namespaces import PREFIXES, compact, expand
from casegraph.resources import shipped

if TYPE_CHECKING:
    from pyoxigraph import Quad

__all__ = ["Terms", "read_terms", "shipped_terms"]

_SUBCLASS = PREFIXES["rdfs"] + "subClassOf"
_WITHIN = PREFIXES["cg"] + "withinOrKindOf"
_LABEL = PREFIXES["rdfs"] + "label"
_SYNONYM = PREFIXES["skos"] + "altLabel"
_PREFERRED = PREFIXES["skos"] + "prefLabel"
_TYPE = PREFIXES["rdf"] + "type"
_CLASS = PREFIXES["owl"] + "Class"
#: Of 100; below it a name is no help to who mistyped another.
_LEAST_LIKENESS = 65


@dataclass(frozen=True, slots=True)
class Terms:
    """Labels, synonyms and direct parents of terms, by IRI.

    ``classes`` are the terms that a claim can be about; properties and values have a label only.
    ``preferred`` are the names for people where the label is not what they say.
    ``parents`` are superclasses; ``wholes`` are what an anatomical class is a kind of or a part of.
    """

    classes: frozenset[str]
    labels: Mapping[str, str]
    preferred: Mapping[str, str]
    synonyms: Mapping[str, tuple[str, ...]]
    parents: Mapping[str, tuple[str, ...]]
    wholes: Mapping[str, tuple[str, ...]]
    _by_name: dict[str, list[str]] = field(default_factory=dict, repr=False)
    _children: dict[str, list[str]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for iri in self.classes:
            for name in (self.labels[iri], *self.synonyms.get(iri, ())):
                found = self._by_name.setdefault(name.casefold(), [])
                if iri not in found:
                    found.append(iri)
        for hierarchy in (self.parents, self.wholes):
            for child, parents in hierarchy.items():
                for parent in parents:
                    self._children.setdefault(parent, []).append(child)

    def __contains__(self, iri: str) -> bool:
        return iri in self.classes

    def label(self, iri: str) -> str | None:
        """Return the label of a term, or None if it is not known."""
        return self.labels.get(iri)

    def plain(self, iri: str) -> str | None:
        """Return what people call a term: its preferred name, else its label; None if it is not known.

        >>> shipped_terms().plain(expand("UBERON:0002387")), shipped_terms().label(expand("UBERON:0002387"))
        ('foot', 'pes')
        """
        return self.preferred.get(iri) or self.label(iri)

    def above(self, iri: str) -> tuple[str, ...]:
        """Return a class and all that it is a kind of (for anatomy: or a part of), sorted."""
        return _reach(iri, lambda each: (*self.parents.get(each, ()), *self.wholes.get(each, ())))

    def below(self, iri: str) -> tuple[str, ...]:
        """Return a class and all its kinds (for anatomy: and parts), sorted."""
        return _reach(iri, lambda each: self._children.get(each, ()))

    def chains(self, iris: Iterable[str]) -> str:
        """Return the links from classes up to their roots as N-Triples, each link once, sorted.

        Shapes and rules need them beside the data of a case: they read the hierarchy from the data.
        """
        reached = {each for iri in iris if iri in self.classes for each in self.above(iri)}
        links = [(each, _SUBCLASS, parent) for each in reached for parent in self.parents.get(each, ())]
        links += [(each, _WITHIN, whole) for each in reached for whole in self.wholes.get(each, ())]
        return "".join(sorted(f"<{child}> <{link}> <{parent}> .\n" for child, link, parent in links))

    def resolve(self, text: str) -> str:
        """Return the IRI that an IRI, a CURIE, an exact label or an exact synonym means.

        :raises InputError: if nothing or more than one class fits; it names the nearest terms.

        >>> shipped_terms().resolve("IL-2")
        'https://w3id.org/casegraph/ontology#Interleukin2Drug'
        """
        iri = text.strip("<>") if "://" in text else self._from_curie(text)
        if iri in self.classes:
            return iri
        found = self._by_name.get(text.casefold(), [])
        if len(found) == 1:
            return found[0]
        if found:
            named = ", ".join(f"{compact(each)} {self.labels[each]}" for each in sorted(found))
            raise InputError(f"{text!r} means more than one term", expected=f"one of {named}")
        nearest = "; ".join(self.nearest(text))
        raise InputError(f"unknown term {text!r}", expected=f"a term such as {nearest}" if nearest else "")

    def nearest(self, text: str, limit: int = 5) -> tuple[str, ...]:
        """Return the CURIEs and labels whose name or synonym is most like a text, best first."""
        from rapidfuzz import fuzz, process

        matches = process.extract(
            text.casefold(),
            list(self._by_name),
            scorer=fuzz.token_sort_ratio,
            limit=limit,
            score_cutoff=_LEAST_LIKENESS,
        )
        iris = dict.fromkeys(iri for name, _, _ in matches for iri in self._by_name[name])
        return tuple(f"{compact(iri)} {self.labels[iri]}" for iri in list(iris)[:limit])

    @staticmethod
    def _from_curie(text: str) -> str:
        prefix = text.partition(":")[0]
        return expand(text) if ":" in text and prefix in PREFIXES else ""


def _reach(start: str, step: Callable[[str], Iterable[str]]) -> tuple[str, ...]:
    seen = {start}
    todo = [start]
    while todo:
        for each in step(todo.pop()):
            if each not in seen:
                seen.add(each)
                todo.append(each)
    return tuple(sorted(seen))


def read_terms(paths: Iterable[Path]) -> Terms:
    """Read the classes of Turtle files.

    :raises InputError: if a file is not Turtle.
    """
    import pyoxigraph

    names: dict[str, dict[str, str]] = {_LABEL: {}, _PREFERRED: {}}
    lists: dict[str, dict[str, list[str]]] = {_SYNONYM: {}, _SUBCLASS: {}, _WITHIN: {}, _TYPE: {}}
    for path in paths:
        try:
            for quad in pyoxigraph.parse(path=path):
                _note(quad, names, lists)
        except SyntaxError as error:
            raise InputError(str(error), where=str(path), expected="Turtle") from error
    frozen = {name: {iri: tuple(found) for iri, found in each.items()} for name, each in lists.items()}
    labels, preferred = names[_LABEL], names[_PREFERRED]
    classes = frozenset(iri for iri, types in frozen[_TYPE].items() if _CLASS in types and iri in labels)
    return Terms(classes, labels, preferred, frozen[_SYNONYM], frozen[_SUBCLASS], frozen[_WITHIN])


def _note(quad: Quad, names: dict[str, dict[str, str]], lists: dict[str, dict[str, list[str]]]) -> None:
    from pyoxigraph import Literal, NamedNode

    subject, predicate, value = quad.subject, quad.predicate.value, quad.object
    if not isinstance(subject, NamedNode) or not isinstance(value, NamedNode | Literal):
        return
    if predicate in names:
        names[predicate][subject.value] = value.value
    elif predicate in lists:
        lists[predicate].setdefault(subject.value, []).append(value.value)


@cache
def shipped_terms() -> Terms:
    """Return the terms of the shipped ontology and its slices."""
    return read_terms((*shipped("ontology", "*.ttl"), *shipped("ontology", "imports/*.ttl")))
