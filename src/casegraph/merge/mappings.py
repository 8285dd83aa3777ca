"""Keeps mapping sets in a store, each in a graph of its own, and tells what terms they map to which."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from casegraph.errors import InputError
from casegraph.mappings.content import MappingSet
from casegraph.mappings.from_quads import set_of
from casegraph.mappings.quads import GRAPHS, graph_of, mapping_quads, name_of
from casegraph.mappings.reading import read_mappings
from casegraph.namespaces import PREFIXES, expand
from casegraph.resources import shipped
from casegraph.rows import Rows
from casegraph.store import Store
from casegraph.store.ledger import commit
from casegraph.store.syntax import named

__all__ = [
    "AddedMappings",
    "add_mappings",
    "mapping_file",
    "mapping_lines",
    "mapping_sets",
    "mappings",
    "remove_mappings",
    "stored_mappings",
]

_SUFFIX = ".sssom.tsv"
_LITERAL = f"<{PREFIXES['rdfs']}Literal>"
_IDENTIFIER = f"{PREFIXES['sssom']}mapping_set_id"


@dataclass(frozen=True, slots=True)
class AddedMappings:
    """A mapping set that is in a store now.

    :param state: ``new``, ``replaced`` or ``unchanged``.
    """

    name: str
    graph: str
    state: str
    mapping_set: MappingSet


def mapping_file(what: str) -> Path:
    """Return the file that a path or the name of a shipped mapping set means.

    :raises InputError: if it is neither.

    >>> mapping_file("fhir").name
    'fhir.sssom.tsv'
    """
    names = {path.name.removesuffix(_SUFFIX): path for path in shipped("ontology", f"mappings/*{_SUFFIX}")}
    path = Path(what)
    if what in names and not path.exists():
        return names[what]
    if not path.is_file():
        expected = f"a file in SSSOM/TSV, or a shipped set: {', '.join(names)}"
        raise InputError("no such file and no such mapping set", where=what, expected=expected)
    return path


def add_mappings(store: Store, path: Path, name: str = "") -> AddedMappings:
    """Bring the mapping set of a file into a store, in place of what it was before.

    :param name: what to call it there; by default the end of its identifier.
    :raises InputError: if the file is not SSSOM/TSV, maps what is no term, or another set has that name.
    :raises StoreError: if the store fails.
    """
    found = read_mappings(path)
    called = name or name_of(found)
    graph, text = graph_of(called), mapping_quads(found, called)
    with store.turn():
        for other, iri in _identifiers(store).items():
            if (other == graph) != (iri == found.iri):
                there = other.removeprefix(GRAPHS)
                what = f"the set {iri} is in the store already, under the name {there}"
                todo = f"give another --name, or casegraph vocab mappings remove {there}"
                raise InputError(what, where=str(path), todo=todo)
        state = commit(store, [graph], text)[graph]
    return AddedMappings(called, graph, state, found)


def _identifiers(store: Store) -> dict[str, str]:
    """Return the identifier of each set in a store, by its graph."""
    own = f'FILTER(STRSTARTS(STR(?g), "{GRAPHS}"))'
    asked = f"SELECT ?g ?iri {{ GRAPH ?g {{ ?g <{_IDENTIFIER}> ?iri }} {own} }} ORDER BY ?g"
    return {str(row["g"]): str(row["iri"]) for row in Rows.read(store.query(asked, union=False))}


def stored_mappings(store: Store) -> tuple[str, ...]:
    """Return the names of the mapping sets of a store, sorted.

    :raises StoreError: if the store fails.
    """
    return tuple(graph.removeprefix(GRAPHS) for graph in sorted(_identifiers(store)))


def mapping_lines(store: Store) -> str:
    """Return all mapping sets of a store as N-Quads.

    :raises StoreError: if the store fails.
    """
    return "".join(f"{line}\n" for name in stored_mappings(store) for line in store.dump(graph_of(name)))


def mapping_sets(store: Store, names: Iterable[str] = ()) -> Iterator[tuple[str, MappingSet]]:
    """Yield mapping sets of a store with their names, in the order of these.

    :param names: which ones; none means all.
    :raises InputError: if the store has no set of a name.
    :raises StoreError: if the store fails.
    """
    for name in _known(store, names):
        graph = graph_of(name)
        yield name, set_of(graph, store.dump(graph))


def _known(store: Store, names: Iterable[str]) -> tuple[str, ...]:
    """Return names of mapping sets, each of which the store has; none means all that it has."""
    there, wanted = stored_mappings(store), tuple(names)
    if unknown := [name for name in wanted if name not in there]:
        expected = f"one of {', '.join(there)}" if there else ""
        todo = "casegraph vocab mappings list" if there else "casegraph vocab mappings add FILE"
        raise InputError(f"no mapping set is called {unknown[0]}", expected=expected, todo=todo)
    return wanted or there


def remove_mappings(store: Store, names: Iterable[str]) -> None:
    """Take mapping sets out of a store; nothing of them stays but in the ledger.

    :raises InputError: if the store has no set of a name; then none is taken out.
    :raises StoreError: if the store fails.
    """
    wanted = tuple(names)
    with store.turn():
        if wanted:
            commit(store, [graph_of(name) for name in _known(store, wanted)], "")


def mappings(
    source: Store | Iterable[Path], predicates: Iterable[str] = ("skos:exactMatch",), confidence: float = 0
) -> dict[str, tuple[str, ...]]:
    """Return what terms are mapped to: the IRI of a subject -> the IRIs of its objects, sorted.

    A mapping is told in one direction, and is not turned round here. One that is negated, or lacks one of its
    terms, is left out.

    :param source: a store with mapping sets, or files of sets.
    :param predicates: the CURIEs or IRIs of those that count; none means all.
    :param confidence: the least, from 0 to 1; a mapping that tells none is left out where it is above 0.
    :raises InputError: if a file is not SSSOM/TSV, or a predicate has an unknown prefix.
    :raises StoreError: if the store fails.

    >>> mappings([mapping_file("phenopacket")])["http://purl.obolibrary.org/obo/HP_0012828"]
    ('https://w3id.org/casegraph/ontology#severe',)
    """
    wanted, found = tuple(predicates), defaultdict[str, set[str]](set)
    if isinstance(source, Iterable):
        pairs = _pairs_of_files(source, wanted, confidence)
    else:
        pairs = _pairs(source, wanted, confidence)
    for subject, target in pairs:
        found[subject].add(target)
    return {term: tuple(sorted(found[term])) for term in sorted(found)}


def _pairs_of_files(
    paths: Iterable[Path], predicates: tuple[str, ...], confidence: float
) -> Iterator[tuple[str, str]]:
    for each in map(read_mappings, paths):
        for mapping in each.chosen(predicates, confidence).mappings:
            if mapping.links_terms:
                yield each.expand(mapping.subject_id), each.expand(mapping.object_id)


def _pairs(store: Store, predicates: tuple[str, ...], confidence: float) -> Iterator[tuple[str, str]]:
    iris = " ".join(str(named(expand(each))) for each in predicates)
    asked = f"""PREFIX owl: <{PREFIXES["owl"]}> PREFIX sssom: <{PREFIXES["sssom"]}>
    SELECT ?subject ?target {{
      GRAPH ?g {{
        {f"VALUES ?predicate {{ {iris} }}" if iris else ""}
        ?mapping owl:annotatedProperty ?predicate ;
          owl:annotatedSource ?subject ; owl:annotatedTarget ?target .
        OPTIONAL {{ ?mapping sssom:confidence ?told }}
        OPTIONAL {{ ?mapping sssom:predicate_modifier ?modifier }}
        OPTIONAL {{ ?mapping sssom:subject_type ?from }}
        OPTIONAL {{ ?mapping sssom:object_type ?to }}
      }}
      FILTER(STRSTARTS(STR(?g), "{GRAPHS}") && !BOUND(?modifier))
      FILTER({_double(confidence)} <= 0 || (BOUND(?told) && ?told >= {_double(confidence)}))
      FILTER(?subject != sssom:NoTermFound && ?target != sssom:NoTermFound)
      FILTER(COALESCE(?from, owl:Thing) != {_LITERAL} && COALESCE(?to, owl:Thing) != {_LITERAL})
    }}"""
    for row in Rows.read(store.query(asked, union=False)):
        yield str(row["subject"]), str(row["target"])


def _double(value: float) -> str:
    return f'"{value!r}"^^<{PREFIXES["xsd"]}double>'
