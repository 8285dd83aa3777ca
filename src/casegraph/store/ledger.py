"""The ledger of a store: what each change wrote, with digests, so that a quad that changed later is found.

A unit is what is written together: a case, with the graphs of what is asserted, inferred and known of its
curation; or any other graph by itself. Each change is a generation; it tells in the ledger, in the same
transaction, of each unit that it wrote: its digest, how many quads it has, and what it was made from. The
latest entry of a unit holds, and is marked where it was edited by hand. Nothing is taken out of the ledger.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain

import pyoxigraph as ox

from casegraph.namespaces import BASE, CG, PREFIXES
from casegraph.resources import ontology_digest
from casegraph.store import LEDGER, GraphContent, Store
from casegraph.store.syntax import digest, graph_lines, graph_term, named
from casegraph.version import __version__

__all__ = [
    "GONE",
    "Content",
    "Origin",
    "Unit",
    "case_graphs",
    "change_lines",
    "change_name",
    "commit",
    "current_digests",
    "entry_lines",
    "generation",
    "ledger_lines",
    "unit_from",
    "unit_of",
    "unit_of_lines",
    "units_of",
]

_KINDS = ("asserted", "inferred", "provenance")
_ENDS = tuple(f"/{kind}" for kind in _KINDS)
_WHOLE = (f"{BASE}report/", f"{BASE}dataset/", f"{BASE}mappings/", f"{BASE}ontology")
_XSD_INTEGER, _XSD_TIME, _XSD_BOOLEAN = (
    f"{PREFIXES['xsd']}{name}" for name in ("integer", "dateTime", "boolean")
)
_PROV, _DCTERMS = PREFIXES["prov"], PREFIXES["dcterms"]
_TYPE = f"{PREFIXES['rdf']}type"


@dataclass(frozen=True, slots=True)
class Unit:
    """What is written together.

    :param digest: the SHA-256 of lines ``GRAPH<TAB>SHA-256``, sorted, one for each of its graphs.
    :param quads: how many there are; 0 once it was taken out.
    """

    digest: str
    quads: int


@dataclass(frozen=True, slots=True)
class Origin:
    """What a unit was made from.

    :param name: the name of the file or of the member of an archive, without a folder.
    :param digest: the SHA-256 of its bytes, decompressed.
    """

    name: str
    digest: str


#: What the ledger tells of a unit that was taken out.
GONE = Unit("", 0)


def unit_of(graph: str) -> str:
    """Return the unit that a graph belongs to.

    >>> unit_of("https://w3id.org/casegraph/case/clinic/7/inferred")
    'https://w3id.org/casegraph/case/clinic/7'
    >>> unit_of("https://w3id.org/casegraph/report/10.1000/7/inferred")
    'https://w3id.org/casegraph/report/10.1000/7/inferred'
    """
    if graph.endswith(_ENDS) and not graph.startswith(_WHOLE):
        return graph.rpartition("/")[0]
    return graph


def case_graphs(case: str) -> tuple[str, ...]:
    """Return the graphs that a case or group can have.

    >>> case_graphs("urn:c")
    ('urn:c/asserted', 'urn:c/inferred', 'urn:c/provenance')
    """
    return tuple(f"{case}/{kind}" for kind in _KINDS)


def units_of(nquads: str) -> dict[str, Unit]:
    """Return the units of N-Quads as Oxigraph writes them, each in a line of its own.

    >>> units_of('<urn:s> <urn:p> "x" <urn:g> .')["urn:g"].quads
    1
    """
    return dict(Content.of(nquads).units)


@dataclass(frozen=True, slots=True)
class Content:
    """What is to be written: unit -> graph -> its lines, and what the ledger is to tell of each unit."""

    lines: Mapping[str, Mapping[str, set[str]]]
    units: Mapping[str, Unit]

    @classmethod
    def of(cls, nquads: str) -> Content:
        """Return what N-Quads say, as Oxigraph writes them, a quad a line."""
        lines = _by_unit(nquads)
        return cls(lines, {unit: unit_of_lines(graphs) for unit, graphs in lines.items()})


def _by_unit(nquads: str) -> dict[str, dict[str, set[str]]]:
    """Return unit -> graph -> its lines."""
    found: dict[str, dict[str, set[str]]] = {}
    for line in nquads.split("\n"):
        if line:
            graph = line.rsplit(" ", 2)[1][1:-1]
            found.setdefault(unit_of(graph), {}).setdefault(graph, set()).add(line)
    return found


def unit_of_lines(graphs: Mapping[str, set[str]]) -> Unit:
    """Return a unit from the lines of its graphs, each as Oxigraph writes it."""
    return unit_from(
        GraphContent(graph, digest(_canonical(graph, lines)), len(lines)) for graph, lines in graphs.items()
    )


def unit_from(graphs: Iterable[GraphContent]) -> Unit:
    """Return a unit from its graphs; one that holds nothing is none of it."""
    every = sorted(each for each in graphs if each.quads)
    hashed = hashlib.sha256("".join(f"{graph}\t{digest}\n" for graph, digest, _ in every).encode())
    return Unit(hashed.hexdigest(), sum(quads for *_, quads in every))


def ledger_lines(
    number: int, units: Mapping[str, Unit], origins: Mapping[str, Origin], by_hand: Container[str] = ()
) -> str:
    """Return what the ledger is to tell of a change, as N-Quads.

    The names of its nodes are made of the content: the same change told twice is told once.

    :param number: the generation.
    :param units: what was written or taken out.
    :param origins: what units were made from, where that is known.
    :param by_hand: the units that were edited by hand.
    """
    written = "".join(f"{unit}\t{each.digest}\n" for unit, each in sorted(units.items()))
    change = change_name(number, written)
    entries = (
        entry_lines(f"{change}-{position}", change, (unit, each), origins.get(unit), unit in by_hand)
        for position, (unit, each) in enumerate(sorted(units.items()))
    )
    return change_lines(change, number, len(units)) + "".join(entries)


def change_name(number: int, content: str) -> str:
    """Return the name of a change.

    :param content: what tells it from another one of that number.
    """
    return f"{LEDGER}#{number}-{hashlib.sha256(content.encode()).hexdigest()[:16]}"


def change_lines(change: str, number: int, entries: int) -> str:
    """Return what the ledger is to tell of a change itself, as N-Quads."""
    now = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    facts = (
        (_TYPE, f"<{_PROV}Activity>"),
        (f"{CG}generation", _integer(number)),
        (f"{CG}entryCount", _integer(entries)),
        (f"{_PROV}endedAtTime", f'"{now}"^^<{_XSD_TIME}>'),
        (f"{_DCTERMS}hasVersion", f'"casegraph {__version__}"'),
        (f"{CG}ontologyDigest", f'"{ontology_digest()}"'),
    )
    return "".join(f"<{change}> <{name}> {value} <{LEDGER}> .\n" for name, value in facts)


def entry_lines(
    entry: str, change: str, of: tuple[str, Unit], origin: Origin | None = None, by_hand: bool = False
) -> str:
    """Return what the ledger is to tell of a unit that a change wrote or took out, as N-Quads."""
    name, unit = of
    facts = [
        (f"{CG}entryOf", str(named(name))),
        (f"{_PROV}wasGeneratedBy", f"<{change}>"),
        (f"{CG}quadCount", _integer(unit.quads)),
    ]
    if unit.quads:
        facts.append((f"{CG}contentDigest", f'"{unit.digest}"'))
    if by_hand:
        facts.append((f"{CG}editedByHand", f'"true"^^<{_XSD_BOOLEAN}>'))
    if origin is not None:
        facts.append((f"{_DCTERMS}source", str(ox.Literal(origin.name))))
        facts.append((f"{CG}sourceDigest", str(ox.Literal(origin.digest))))
    return "".join(f"<{entry}> <{name}> {value} <{LEDGER}> .\n" for name, value in facts)


def generation(store: Store) -> int:
    """Return how many changes a store has seen; 0 for one without a ledger.

    :raises StoreError: if the store fails.
    """
    asked = f"SELECT ?n {{ GRAPH <{LEDGER}> {{ ?g <{CG}generation> ?n }} }} ORDER BY DESC(?n) LIMIT 1"
    answer = store.query(asked, union=False)
    return next((int(row[0].value) for row in answer), 0)  # type: ignore[union-attr]


def current_digests(store: Store, units: Iterable[str], *, of_documents: bool = False) -> dict[str, str]:
    """Return the digests of units as the ledger has them; without those that are not there, or no more.

    :param of_documents: give an empty digest for what was edited by hand, which is what no document says.
    :raises StoreError: if the store fails.
    """
    names = " ".join(str(named(unit)) for unit in units)
    asked = f"""SELECT ?unit ?n ?digest ?edited {{ VALUES ?unit {{ {names} }} GRAPH <{LEDGER}> {{
      ?entry <{CG}entryOf> ?unit ; <{_PROV}wasGeneratedBy>/<{CG}generation> ?n
      OPTIONAL {{ ?entry <{CG}contentDigest> ?digest }}
      OPTIONAL {{ ?entry <{CG}editedByHand> ?edited }} }} }}"""
    latest: dict[str, tuple[int, str | None]] = {}
    for row in store.query(asked, union=False):  # type: ignore[union-attr]
        unit, number, digest = row["unit"].value, int(row["n"].value), row["digest"]
        if number > latest.get(unit, (0, ""))[0]:
            hidden = of_documents and row["edited"] is not None
            latest[unit] = (number, None if digest is None else "" if hidden else digest.value)
    return {unit: digest for unit, (_, digest) in latest.items() if digest is not None}


def commit(
    store: Store,
    old_graphs: Iterable[str],
    new: str | Content,
    origins: Mapping[str, Origin] | None = None,
    notes: str = "",
) -> dict[str, str]:
    """Replace graphs, as :meth:`Store.replace` does, and tell of it in the ledger in the same transaction.

    Units that have just that content are left alone, where the ledger can be trusted in that and they were
    not edited by hand; if all have, nothing is written.

    :param old_graphs: graphs to take out; a graph that gets quads and is there must be among them.
    :param new: whole units, as N-Quads that Oxigraph wrote, a quad a line.
    :param origins: unit -> what it was made from.
    :param notes: what else the ledger is to tell, as N-Quads.
    :return: unit -> ``new``, ``replaced``, ``unchanged`` or ``removed``, as the ledger has it.
    :raises InputError: see :meth:`Store.replace`.
    :raises StoreError: if the store fails.
    """
    content = new if isinstance(new, Content) else Content.of(new)
    units = content.units
    old: dict[str, list[str]] = {}
    for graph in old_graphs:
        old.setdefault(unit_of(graph), []).append(graph)
    with store.turn():
        there = current_digests(store, units.keys() | old.keys(), of_documents=True)
        known = there if store.keeps_ledger_true else {}
        same = {unit for unit, each in units.items() if known.get(unit) == each.digest}
        changed = {unit: each for unit, each in units.items() if unit not in same}
        changed |= {unit: GONE for unit in old if unit in there and unit not in units}
        gone = [graph for unit, graphs in old.items() if unit not in same for graph in graphs]
        if changed or gone or notes:
            lines = chain.from_iterable(content.lines[unit].values() for unit in changed if unit in units)
            text = "".join(f"{line}\n" for line in chain.from_iterable(map(sorted, lines)))
            told = ledger_lines(generation(store) + 1, changed, origins or {}) if changed else ""
            store.replace(gone, text + told + notes)
    return {unit: _state(there.get(unit), each.digest) for unit, each in {**units, **changed}.items()}


def _state(before: str | None, now: str) -> str:
    if not now:
        return "removed"
    return "new" if before is None else "unchanged" if before == now else "replaced"


def _canonical(graph: str, lines: set[str]) -> list[str]:
    if not any("_:" in line for line in lines):
        return sorted(lines)
    content = ox.Store()
    content.load("".join(f"{line}\n" for line in lines).encode(), format=ox.RdfFormat.N_QUADS)
    return graph_lines(content, graph_term(graph))


def _integer(number: int) -> str:
    return f'"{number}"^^<{_XSD_INTEGER}>'
