"""Terms held in memory: labels, synonyms, hierarchy and near misses of those that casegraph ships."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field
from itertools import islice

from casegraph.errors import InputError
from casegraph.namespaces import PREFIXES, compact, identified
from casegraph.terms.brands import branded
from casegraph.terms.search import CLOSE, LEAST_LIKENESS, Hit, holding_hits, key_of, nearest_keys

__all__ = ["Terms"]

#: Among so many terms those that are below a root are looked for.
_MANY = 100
_SUBCLASS, _WITHIN = PREFIXES["rdfs"] + "subClassOf", PREFIXES["cg"] + "withinOrKindOf"


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """Labels, synonyms and direct parents of terms, by IRI.

    ``classes`` are the terms that a claim can be about; properties and values have a label only.
    ``preferred`` are the names for people where the label is not what they say; ``told``, of records alone.
    ``parents`` are superclasses; ``wholes`` are what an anatomical class is a kind of or a part of.
    """

    classes: Set[str]
    labels: Mapping[str, str]
    preferred: Mapping[str, str]
    synonyms: Mapping[str, tuple[str, ...]]
    parents: Mapping[str, tuple[str, ...]]
    wholes: Mapping[str, tuple[str, ...]]
    definitions: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
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

        >>> from casegraph.terms import shipped_terms
        >>> from casegraph.namespaces import expand
        >>> shipped_terms().plain(expand("UBERON:0002387")), shipped_terms().label(expand("UBERON:0002387"))
        ('foot', 'pes')
        """
        return self.preferred.get(iri) or self.label(iri)

    def above(self, iri: str) -> tuple[str, ...]:
        """Return a class and all that it is a kind of (for anatomy: or a part of), sorted."""
        return _reach(iri, self.links)

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

    def added(self, iris: Iterable[str]) -> str:
        """Return what the shipped ontology lacks of classes and what is above them, as sorted N-Triples."""
        return ""

    def has_added(self) -> bool:
        """Say whether there is anything beyond the shipped ontology."""
        return False

    def links(self, iri: str) -> tuple[str, ...]:
        """Return the direct superclasses of a class, and what it is a part or a kind of."""
        return (*self.parents.get(iri, ()), *self.wholes.get(iri, ()))

    def names(self, iri: str) -> tuple[str, ...]:
        """Return the label of a term and its synonyms, each once; empty if the term is not known."""
        found = (self.label(iri), *self.synonyms.get(iri, ()))
        return tuple(dict.fromkeys(name for name in found if name))

    def is_obsolete(self, iri: str) -> bool:
        """Say whether a release gave the term up; no shipped term is obsolete."""
        return False

    def replacement(self, iri: str) -> str | None:
        """Return the term to use in place of an obsolete one, or None where the release names none."""
        return None

    def definition(self, iri: str) -> str | None:
        """Return what a release says a term means, or None."""
        return self.definitions.get(iri)

    def way_up(self, iri: str) -> tuple[str, ...]:
        """Return a shortest way from a class to a root, both included.

        >>> from casegraph.terms import shipped_terms
        >>> from casegraph.namespaces import expand
        >>> terms = shipped_terms()
        >>> [terms.label(each) for each in terms.way_up(expand("CL:0000000"))]
        ['cell']
        """
        came_from = {iri: ""}
        for each in (todo := [iri]):
            above = sorted(self.links(each))
            if not above:
                return tuple(reversed(tuple(_back(each, came_from))))
            for one in above:
                if one not in came_from:
                    came_from[one] = each
                    todo.append(one)
        return (iri,)

    def resolve(self, text: str, *, within: Set[str] = frozenset()) -> str:
        """Return the IRI that an IRI, a CURIE, an exact label or an exact synonym means.

        An obsolete term is meant by its identifier only, unless no live one has the name. Of several terms
        with one name, such as a disease and a finding, the one at or below a root of *within* is meant.

        :param within: IRIs of such roots.
        :raises InputError: if nothing or more than one class fits; it names the nearest terms.

        >>> from casegraph.terms import shipped_terms
        >>> shipped_terms().resolve("IL-2")
        'https://w3id.org/casegraph/ontology#Interleukin2Drug'
        """
        iri = identified(text)
        if iri in self:
            return iri
        hits = self._exact(text) or branded(text)
        found = [hit.iri for hit in hits if not self.is_obsolete(hit.iri)] or [hit.iri for hit in hits]
        found = [iri for iri in found if within & set(self.above(iri))] or found
        if len(found) == 1:
            return found[0]
        if found:
            named = ", ".join(f"{compact(each)} {self.label(each)}" for each in sorted(found))
            raise InputError(f"{text!r} means more than one term", expected=f"one of {named}")
        nearest = "; ".join(self.nearest(text, within=within))
        kind = " or ".join(f"{compact(each)} {self.label(each)}" for each in sorted(within))
        expected = f"a term such as {nearest}" if nearest else f"a term below {kind}" if kind else ""
        raise InputError(f"unknown term {text!r}", expected=expected)

    def search(self, text: str, limit: int = 5) -> tuple[Hit, ...]:
        """Return the terms that a text means by identifier or name; if none, those that it may be meant for.

        Live terms come first, then what matched by its label.

        >>> from casegraph.terms import shipped_terms
        >>> [(compact(hit.iri), hit.matched) for hit in shipped_terms().search("IL-2")]
        [('cg:Interleukin2Drug', 'synonym')]
        >>> [hit.name for hit in shipped_terms().search("gotron papule", limit=1)]
        ['Gottron papules']
        """
        iri = identified(text)
        if iri in self:
            return (Hit(iri, "identifier", compact(iri)),)
        found = (
            self._exact(text)
            or branded(text)
            or self._near(text, limit, CLOSE)
            or self._holding(text, limit)
            or self._near(text, limit, LEAST_LIKENESS)
        )
        return tuple(
            sorted(found, key=lambda hit: (self.is_obsolete(hit.iri), -hit.likeness, hit.matched, hit.iri))
        )

    def labelled(self, text: str) -> tuple[str, ...]:
        """Return the live terms that are called so, but for case; other names of theirs do not count.

        >>> from casegraph.terms import shipped_terms
        >>> [compact(iri) for iri in shipped_terms().labelled("fever")]
        ['HP:0001945']
        """
        hits = (hit for hit in self._exact(text) if hit.matched == "label")
        return tuple(hit.iri for hit in hits if not self.is_obsolete(hit.iri))

    def nearest(self, text: str, limit: int = 5, *, within: Set[str] = frozenset()) -> tuple[str, ...]:
        """Return the CURIEs and labels whose name or synonym is most like a text, best first.

        :param within: IRIs of roots; what is below none of them is not meant.

        >>> from casegraph.terms import shipped_terms
        >>> from casegraph.namespaces import expand
        >>> shipped_terms().nearest("MDA5", 1, within={expand("cg:Autoantibody")})
        ('cg:AntiMDA5 anti-MDA5 antibody',)
        """
        many = _MANY if within else limit
        found = self._near(text, many, CLOSE)
        if within:
            found = [*found, *self._holding(text, many), *self._near(text, many, LEAST_LIKENESS)]
            found = [hit for hit in found if within & set(self.above(hit.iri))]
        elif not found:
            found = self._near(text, limit, LEAST_LIKENESS)
        live = dict.fromkeys(hit.iri for hit in found if not self.is_obsolete(hit.iri))
        return tuple(f"{compact(iri)} {self.label(iri)}" for iri in islice(live, limit))

    def _exact(self, text: str) -> list[Hit]:
        iris = self._by_name.get(text.casefold(), [])
        return [_hit(iri, text, self.labels[iri]) for iri in iris]

    def _holding(self, text: str, limit: int) -> list[Hit]:
        """Return the terms with a name that has all words of a text, those with the fewest more first."""
        words = set(key_of(text).split())
        names = [name for name in self._by_name if words <= set(key_of(name).split())] if words else []
        said = [
            (iri, each)
            for name in names
            for iri in self._by_name[name]
            for each in self.names(iri)
            if each.casefold() == name
        ]
        return holding_hits(text, said, limit)

    def _near(self, text: str, limit: int, least: int) -> list[Hit]:
        names: dict[str, list[str]] = {}
        for name in self._by_name:
            names.setdefault(key_of(name), []).append(name)
        hits: dict[str, Hit] = {}
        keys = list(names)
        for found, likeness in nearest_keys(text, keys, limit, least):
            for name in names[found]:
                for iri in self._by_name[name]:
                    said = next(each for each in self.names(iri) if each.casefold() == name)
                    hits.setdefault(iri, Hit(iri, "spelling", said, likeness))
        return list(hits.values())[:limit]


def _hit(iri: str, text: str, label: str) -> Hit:
    matched = "label" if label.casefold() == text.casefold() else "synonym"
    return Hit(iri, matched, label if matched == "label" else text)


def _back(iri: str, came_from: Mapping[str, str]) -> Iterable[str]:
    while iri:
        yield iri
        iri = came_from[iri]


def _reach(start: str, step: Callable[[str], Iterable[str]]) -> tuple[str, ...]:
    seen = {start}
    todo = [start]
    while todo:
        for each in step(todo.pop()):
            if each not in seen:
                seen.add(each)
                todo.append(each)
    return tuple(sorted(seen))
