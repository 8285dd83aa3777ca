"""Counts what a store holds, for its description: triples, classes, properties, and how they go together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
import pyoxigraph as ox

from casegraph.namespaces import BASE, CG
from casegraph.rows import Rows
from casegraph.store import LEDGER, Store
from casegraph.store.syntax import named

__all__ = ["Counts", "Kind", "Part", "counts_of", "kind_of", "names_of"]

_Key = tuple[str, str]
_MOST_EXAMPLES = 3
_ENDS = {"/asserted": "asserted", "/inferred": "inferred", "/provenance": "provenance"}
_BEGINNINGS = {
    f"{BASE}report/": "reports",
    f"{BASE}dataset/": "reports",
    f"{BASE}ontology": "ontology",
    f"{BASE}mappings/": "mappings",
    f"{BASE}patients": "patients",
    LEDGER: "ledger",
}
_CASES = (f"{BASE}case/", f"{BASE}group/")

_GRAPHS = "SELECT ?graph (COUNT(*) AS ?many) { GRAPH ?graph { ?s ?p ?o } } GROUP BY ?graph"
_OUTSIDE = "SELECT (COUNT(*) AS ?many) { ?s ?p ?o }"
_SUBJECTS = "SELECT DISTINCT ?s { ?s ?p ?o }"
_CLASSES = "SELECT ?name (COUNT(DISTINCT ?s) AS ?many) { ?s a ?name FILTER(ISIRI(?name)) } GROUP BY ?name"
_PROPERTIES = "SELECT ?name (COUNT(*) AS ?many) { ?s ?name ?o } GROUP BY ?name"
_OF_CLASSES = """
SELECT ?class ?property (COUNT(*) AS ?many) { ?s a ?class FILTER(ISIRI(?class)) ?s ?property ?o }
GROUP BY ?class ?property"""
_VALUES = """
SELECT ?class ?property ?type ?datatype (COUNT(*) AS ?many) {
  ?s a ?class FILTER(ISIRI(?class))
  ?s ?property ?o OPTIONAL { ?o a ?type FILTER(ISIRI(?type)) } BIND(DATATYPE(?o) AS ?datatype) }
GROUP BY ?class ?property ?type ?datatype"""
#: The same of the first few things of one class, uncounted.
_SEEN = """
SELECT DISTINCT ?class ?property ?type ?datatype (0 AS ?many) {
  { SELECT ?s ?class { VALUES ?class { %s } ?s a ?class } LIMIT 300 }
  ?s ?property ?o OPTIONAL { ?o a ?type FILTER(ISIRI(?type)) } BIND(DATATYPE(?o) AS ?datatype) }"""
#: From so many triples on, the values are not counted: that takes a minute for two millions.
_MOST_COUNTED = 300_000
_EXAMPLES = f"""
SELECT DISTINCT ?case {{ ?case a <{CG}Case> }} ORDER BY ?case LIMIT {_MOST_EXAMPLES}"""


class Kind(msgspec.Struct, frozen=True):
    """How many graphs of a kind there are, and how many triples they hold."""

    graphs: int
    triples: int


class Part(msgspec.Struct, frozen=True):
    """A property of the things of a class.

    :param class_: the IRI of the class.
    :param name: the IRI of the property.
    :param triples: how many triples there are.
    :param classes: class of values -> how many triples; 0 where they were not counted.
    :param datatypes: datatype of values -> how many triples; 0 where they were not counted.
    """

    class_: str
    name: str
    triples: int
    classes: dict[str, int]
    datatypes: dict[str, int]


class Counts(msgspec.Struct, frozen=True):
    """What a store holds.

    :param kinds: kind of graph, as :func:`kind_of` names it -> how many, and of how many triples.
    :param subjects: of how many things something is said; None where they were not counted.
    :param entities: how many of them have an IRI of ours, as ``void:uriSpace`` tells it; None likewise.
    :param classes: class -> how many things, those without an IRI too.
    :param properties: property -> how many triples.
    :param parts: which properties the things of each class have.
    :param examples: a few cases.
    """

    kinds: dict[str, Kind]
    subjects: int | None
    entities: int | None
    classes: dict[str, int]
    properties: dict[str, int]
    parts: tuple[Part, ...]
    examples: tuple[str, ...]

    @property
    def triples(self) -> int:
        """How many triples there are; one that is in two graphs counts twice."""
        return sum(each.triples for each in self.kinds.values())


def kind_of(graph: str) -> str:
    """Return the kind of a graph by its name; the default graph has none.

    >>> kind_of("https://w3id.org/casegraph/case/10.1000/x/1/inferred"), kind_of("https://example.org/g")
    ('inferred', 'others')
    """
    if not graph:
        return "default"
    if graph.startswith(_CASES):
        return next((kind for end, kind in _ENDS.items() if graph.endswith(end)), "others")
    return next((kind for begin, kind in _BEGINNINGS.items() if graph.startswith(begin)), "others")


def counts_of(store: Store) -> Counts:
    """Count what a store holds; of a large one that takes a while.

    What the values of the properties are is counted of small stores alone. Of large ones it is told as far as
    it is seen from the first few hundred things of each class.

    :raises StoreError: if the store fails.
    """
    kinds, classes = _kinds(store), _named(store, _CLASSES)
    is_small = sum(each.triples for each in kinds.values()) <= _MOST_COUNTED
    asked = (_VALUES,) if is_small else tuple(_SEEN % named(each) for each in classes)
    return Counts(
        kinds,
        *_subjects(store),
        classes,
        _named(store, _PROPERTIES),
        tuple(_parts(store, asked)),
        tuple(str(row["case"]) for row in Rows.read(store.query(_EXAMPLES))),
    )


def names_of(store: Store) -> Counts:
    """Count what is soon counted: graphs, and which classes and properties there are.

    Over 10,000 cases that takes seconds where all takes a minute.

    :raises StoreError: if the store fails.
    """
    return Counts(_kinds(store), None, None, _named(store, _CLASSES), _named(store, _PROPERTIES), (), ())


def _kinds(store: Store) -> dict[str, Kind]:
    found: dict[str, Kind] = {}
    graphs = {
        str(row["graph"]): int(str(row["many"])) for row in Rows.read(store.query(_GRAPHS, union=False))
    }
    (outside,) = Rows.read(store.query(_OUTSIDE, union=False))
    for graph, many in {**graphs, "": int(str(outside["many"]))}.items():
        before = found.get(kind_of(graph), Kind(0, 0))
        if many:
            found[kind_of(graph)] = Kind(before.graphs + 1, before.triples + many)
    return dict(sorted(found.items()))


def _subjects(store: Store) -> tuple[int, int]:
    """Return of how many things something is said, and how many of them have an IRI of ours.

    They are looked at here: to compare their texts takes the engine longer.
    """
    subjects = entities = 0
    for row in store.query(_SUBJECTS):  # type: ignore[union-attr]  # a SELECT gives rows
        subjects += 1
        entities += isinstance(row["s"], ox.NamedNode) and row["s"].value.startswith(BASE)
    return subjects, entities


def _named(store: Store, query: str) -> dict[str, int]:
    rows = Rows.read(store.query(query))
    return dict(sorted((str(row["name"]), int(str(row["many"]))) for row in rows))


def _parts(store: Store, asked: Iterable[str]) -> Iterator[Part]:
    classes: dict[_Key, dict[str, int]] = {}
    datatypes: dict[_Key, dict[str, int]] = {}
    for row in (row for query in asked for row in Rows.read(store.query(query))):
        key, many = (str(row["class"]), str(row["property"])), int(str(row["many"]))
        if row["type"]:
            classes.setdefault(key, {})[str(row["type"])] = many
        elif row["datatype"]:
            datatypes.setdefault(key, {})[str(row["datatype"])] = many
    for row in sorted(
        Rows.read(store.query(_OF_CLASSES)), key=lambda row: (str(row["class"]), str(row["property"]))
    ):
        key = str(row["class"]), str(row["property"])
        values = (dict(sorted(each.get(key, {}).items())) for each in (classes, datatypes))
        yield Part(*key, int(str(row["many"])), *values)
