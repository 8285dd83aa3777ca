"""How frequent each value is: among all cases, among those of one publication, among those of one disease."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import floor, log2
from typing import NamedTuple

from casegraph.merge.identity.features import Features
from casegraph.merge.identity.kinship import Kinship
from casegraph.terms import Terms
from casegraph.terms.search import key_of

__all__ = ["Background", "Circle", "Fact", "document_keys", "facts"]

#: A kind of feature and its value; what a term is a kind of is a value too.
Fact = tuple[str, ...]
#: The fewest cases that a corpus counts for: the patients of the world are more than those that were loaded.
_LEAST_WORLD = 1_000
#: How frequent a value is before any case was seen, and how many cases that guess weighs.
_GUESSES: Mapping[str, float] = {
    "sex": 0.5,
    "age": 0.09,
    "label": 0.05,
    "event": 0.1,
    "drug": 0.1,
    "test": 0.1,
    "response": 0.03,
}
_GUESS, _WEIGHT = 0.02, 20
#: How many cases of a publication or a disease weigh as much as the whole corpus does for them.
_CORPUS_WEIGHT = 4
#: What none of very many others has is as frequent as if so many had it: more cannot be seen.
_UNSEEN = 0.5
#: The pair that is compared is not asked how frequent its own value is.
_PAIR = 2
#: Fewer findings than that are no content to know a case by.
_LEAST_CONTENT = 3


class Circle(NamedTuple):
    """The cases among which a pair is compared: how many, what they have, and how to name them."""

    name: str
    size: int
    counts: Counter[Fact]


@dataclass(slots=True)
class Background:
    """The cases that it is counted in how frequent a value is; made by :meth:`of`."""

    kin: Kinship
    whole: Circle
    by_document: dict[str, list[Features]]
    by_disease: dict[str, list[Features]]
    _roots: dict[str, str]
    _circles: dict[Fact, Circle] = field(default_factory=dict)

    @classmethod
    def of(cls, cases: Iterable[Features], terms: Terms) -> Background:
        """Count what is told of cases; groups are no patients and are not counted."""
        kin, known = Kinship(terms), list(cases)
        roots = _roots(known)
        alone = [each for each in known if not each.is_group]
        by_document: dict[str, list[Features]] = {}
        by_disease: dict[str, list[Features]] = {}
        named = {disease for each in alone for disease in each.diagnoses}
        for each in alone:
            for key in {roots[key] for key in document_keys(each)}:
                by_document.setdefault(key, []).append(each)
            for disease in named & kin.above_all(each.diagnoses):
                by_disease.setdefault(disease, []).append(each)
        return cls(kin, _circle("all cases", alone, kin), by_document, by_disease, roots)

    @property
    def world(self) -> int:
        """How many patients it may be."""
        return max(self.whole.size, _LEAST_WORLD)

    def document(self, one: Features) -> str | None:
        """Return the key of the publication, the same for all who name it by IRI, DOI or PubMed number."""
        keys = document_keys(one)
        return self._roots.get(keys[0], keys[0]) if keys else None

    def patients_of(self, document: str) -> int:
        """Return how many patients a publication has, by the source that tells of the most."""
        told = Counter(each.dataset for each in self.by_document.get(document, ()))
        return max(told.values(), default=1)

    def circle(self, one: Features, other: Features) -> Circle:
        """Return the narrowest circle that both are in: of their publication, of their disease, or all."""
        document = self.document(one)
        if document is not None and document == self.document(other):
            return self._narrow("document", document, self.by_document)
        shared = [general for _, _, general in self.kin.nearest(one.diagnoses, other.diagnoses)]
        if shared:
            rarest = min(shared, key=lambda each: (len(self.by_disease.get(each, ())), each))
            return self._narrow("disease", rarest, self.by_disease)
        return self.whole

    def bits(self, circle: Circle, fact: Fact, likely: float) -> float:
        """Return how much it speaks for one patient that both have a value: log2(m / u).

        :param likely: m, how often two tellings of one patient both have it.
        """
        return log2(likely / self._share(circle, fact))

    def _share(self, circle: Circle, fact: Fact) -> float:
        """Return how frequent a value is among the others."""
        guess = _GUESSES.get(fact[0], _GUESS)
        have = max(self.whole.counts[fact] - _PAIR, 0)
        share = (have + _WEIGHT * guess) / (max(self.whole.size - _PAIR, 0) + _WEIGHT)
        if circle is self.whole:
            return share
        here = max(circle.counts[fact] - _PAIR, 0)
        others = max(circle.size - _PAIR, 0)
        unseen = _UNSEEN * others / (others + _CORPUS_WEIGHT)
        return (here + unseen + _CORPUS_WEIGHT * share) / (others + _CORPUS_WEIGHT)

    def _narrow(self, kind: str, key: str, cases: Mapping[str, list[Features]]) -> Circle:
        found = self._circles.get((kind, key))
        if found is None:
            found = self._circles[kind, key] = _circle(kind, cases.get(key, []), self.kin)
        return found


def document_keys(one: Features) -> tuple[str, ...]:
    """Return what a publication is known by: its IRI, DOI and PubMed number; nothing for a data set."""
    named = (
        one.report if one.published else None,
        one.doi and f"doi:{one.doi}",
        one.pmid and f"pmid:{one.pmid}",
    )
    return tuple(each for each in named if each)


def facts(one: Features, kin: Kinship) -> Iterator[Fact]:
    """Yield every value of a case, with all that its terms are kinds of, and the ages next to its own."""
    for name, value in (("sex", one.sex), ("label", label_key(one))):
        if value:
            yield name, value
    if one.age is not None:
        yield from (("age", str(floor(one.age) + each)) for each in (-1, 0, 1))
    for name, iris in (("present", one.present), ("absent", one.absent), ("diagnosis", one.diagnoses)):
        yield from ((name, iri) for iri in kin.above_all(iris))
    yield from (("drug", iri) for iri in kin.above_all(each.drug for each in one.treatments))
    yield from (("dose", *each) for each in set(one.treatments) if each.dose)
    yield from (("test", *each) for each in one.tests)
    yield from (("response", *each) for each in one.responses)
    yield from (("event", each) for each in one.events)
    yield from (("author", each) for each in author_keys(one))
    if content := content_key(one):
        yield "content", content


def label_key(one: Features) -> str:
    """Return what a report calls its patient, for comparison."""
    return key_of(one.label or "")


def author_keys(one: Features) -> frozenset[str]:
    """Return the names of the authors, whichever way round they are written."""
    return frozenset(key for each in one.authors if (key := key_of(each)))


def content_key(one: Features) -> str:
    """Return all findings of a case as one value; empty where there are too few to know it by."""
    if len(one.present) + len(one.absent) < _LEAST_CONTENT:
        return ""
    return f"{' '.join(sorted(one.present))} not {' '.join(sorted(one.absent))}"


def _circle(name: str, cases: Iterable[Features], kin: Kinship) -> Circle:
    counts: Counter[Fact] = Counter()
    size = 0
    for each in cases:
        counts.update(facts(each, kin))
        size += 1
    return Circle(name, size, counts)


def _roots(cases: Iterable[Features]) -> dict[str, str]:
    """Return one key for each key of a publication: those that anybody names together have the same."""
    roots: dict[str, str] = {}

    def root(key: str) -> str:
        roots.setdefault(key, key)
        while roots[key] != key:
            key = roots[key]
        return key

    for each in cases:
        found = sorted({root(key) for key in document_keys(each)})
        for key in found[1:]:
            roots[key] = found[0]
    return {key: root(key) for key in roots}
