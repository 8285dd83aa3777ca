"""Fits a stored query to the store it is asked of: class hierarchies are written out for an endpoint."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from casegraph.namespaces import CG, PREFIXES
from casegraph.rows import Rows
from casegraph.store import Store
from casegraph.store.syntax import without_strings

__all__ = ["Hierarchy", "expanded", "fitted", "rows_of"]

_IRI = r"<[^<>\"{}|^`\\\s]*>"
_NAME = re.compile(rf"{_IRI}|[A-Za-z][\w.-]*:\w+")
_TERM = rf"(?:[?$]\w+|{_NAME.pattern})"
#: What is looked for, or else an IRI, a string or a comment, in which nothing is.
_PATH = re.compile(
    rf"""(?P<narrow>{_TERM})\s+(?P<group>cg:drugGroup\?/)?rdfs:subClassOf\*\s+(?P<broad>{_TERM})(?=\s*[.}}])
    | {_IRI} | "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*' | \#[^\n]*""",
    re.VERBOSE,
)
_VALUES = re.compile(r"\bVALUES\s*[?$](?P<name>\w+)\s*\{(?P<terms>[^{}]*)\}", re.IGNORECASE)
_PREFIX = re.compile(rf"\bPREFIX\s+(?P<name>[\w.-]*):\s*(?P<iri>{_IRI})", re.IGNORECASE)
#: More pairs than this are not written out: Virtuoso, for one, refuses queries of some thousand lines.
_MOST_PAIRS = 2000
#: What Virtuoso 7 has been seen to answer wrongly or not at all: paths that repeat or are optional, ``IF``
#: and ``CONCAT`` of what is not bound, ``EXISTS`` in whatever place.
_DOUBTFUL = re.compile(r"[\w>)][*+?](?=[\s/|)])|\b(?:CONCAT|IF|EXISTS)\b", re.IGNORECASE)
_GROUP = f"{CG}drugGroup"
_EDGES = f"""SELECT ?narrow ?way ?broad WHERE {{
  VALUES ?way {{ <{PREFIXES["rdfs"]}subClassOf> <{_GROUP}> }}
  ?narrow ?way ?broad
  FILTER(ISIRI(?broad))
}}"""

_Edges = Mapping[str, frozenset[str]]


class Hierarchy:
    """Which class is below which, and which drug is of which group.

    :param classes: pairs of a class and one right above it, by their IRIs.
    :param groups: pairs of a drug and its group.

    >>> classes = Hierarchy([("a", "b"), ("b", "c")], [("drug", "b")])
    >>> sorted(classes.below("c")), sorted(classes.above("a")), sorted(classes.below("c", grouped=True))
    (['a', 'b', 'c'], ['a', 'b', 'c'], ['a', 'b', 'c', 'drug'])
    """

    def __init__(self, classes: Iterable[tuple[str, str]], groups: Iterable[tuple[str, str]] = ()) -> None:
        self._above, self._below = _both_ways(classes)
        self._groups, self._members = _both_ways(groups)

    def above(self, iri: str, *, grouped: bool = False) -> set[str]:
        """Return a class, all above it and, if grouped, its groups and all above those."""
        return _reached(self._above, {iri} | (self._groups.get(iri, frozenset()) if grouped else set()))

    def below(self, iri: str, *, grouped: bool = False) -> set[str]:
        """Return a class, all below it and, if grouped, the drugs of all those groups."""
        found = _reached(self._below, {iri})
        return found.union(*(self._members.get(each, ()) for each in found)) if grouped else found


def _both_ways(pairs: Iterable[tuple[str, str]]) -> tuple[_Edges, _Edges]:
    up, down = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for narrow, broad in pairs:
        up[narrow].add(broad)
        down[broad].add(narrow)
    return _frozen(up), _frozen(down)


def _frozen(edges: Mapping[str, set[str]]) -> _Edges:
    return {start: frozenset(ends) for start, ends in edges.items()}


def _reached(edges: _Edges, starts: set[str]) -> set[str]:
    found, pending = set(starts), list(starts)
    while pending:
        new = edges.get(pending.pop(), frozenset()) - found
        found |= new
        pending += new
    return found


def rows_of(store: Store, sparql: str, *, union: bool) -> Rows:
    """Return the rows of a stored query, asked as :func:`fitted` says.

    :param sparql: the query, with its parameters bound.
    :param union: see :meth:`casegraph.store.Store.query`.
    :raises StoreError: if the store fails, or is too large to be copied.
    """
    asked, text = fitted(store, sparql)
    return Rows.read(asked.query(text, union=union))


def fitted(store: Store, sparql: str) -> tuple[Store, str]:
    """Return the store to ask and the words to ask it with.

    An embedded store is asked as it is. For an endpoint the class hierarchy that the store holds is written
    into the query. What Virtuoso is known to answer wrongly is asked of a copy in memory.

    :param sparql: a stored query, with its parameters bound.
    :raises StoreError: if the store fails, or is too large to be copied.
    """
    from casegraph.store.endpoint import EndpointStore

    if not isinstance(store, EndpointStore):
        return store, sparql
    written = expanded(sparql, _hierarchy(store)) if "subClassOf*" in sparql else sparql
    if store.is_virtuoso and _DOUBTFUL.search(without_strings(written)):
        return store.copied(), sparql
    return store, written


def _hierarchy(store: Store) -> Hierarchy:
    edges = defaultdict[str, list[tuple[str, str]]](list)
    for row in Rows.read(store.query(_EDGES)):
        edges[str(row["way"])].append((str(row["narrow"]), str(row["broad"])))
    groups = edges.pop(_GROUP, [])
    return Hierarchy((pair for pairs in edges.values() for pair in pairs), groups)


def expanded(sparql: str, hierarchy: Hierarchy) -> str:
    """Return a query with ``subClassOf*`` written out as ``VALUES`` where one of its ends is known.

    An end is known that is a term, or a variable bound by ``VALUES``. It is one triple pattern of its own,
    ``?narrow rdfs:subClassOf* ?broad .``, perhaps with ``cg:drugGroup?/`` before; any other stays.

    >>> text = f"PREFIX rdfs: <{PREFIXES['rdfs']}> ASK {{ ?x a ?c . ?c rdfs:subClassOf* <urn:b> }}"
    >>> expanded(text, Hierarchy([("urn:a", "urn:b")])).partition("ASK ")[2]
    '{ ?x a ?c . VALUES ?c { <urn:a> <urn:b> } }'
    """
    prefixes = {found["name"]: found["iri"][1:-1] for found in _PREFIX.finditer(sparql)}
    bound = {found["name"]: found["terms"].split() for found in _VALUES.finditer(sparql)}

    def known(term: str) -> set[str] | None:
        terms = bound.get(term[1:], []) if term[0] in "?$" else [term]
        named = all(_NAME.fullmatch(each) for each in terms)
        return {_iri(each, prefixes) for each in terms} if terms and named else None

    def written(found: re.Match[str]) -> str:
        if found["narrow"] is None:
            return found[0]
        narrow, broad = known(found["narrow"]), known(found["broad"])
        pairs = sorted(_pairs(hierarchy, narrow, broad, grouped=found["group"] is not None))
        if not pairs or len(pairs) > _MOST_PAIRS:
            return found[0]
        return _values(found["narrow"], found["broad"], pairs)

    return _PATH.sub(written, sparql) if prefixes.get("rdfs") == PREFIXES["rdfs"] else sparql


def _iri(term: str, prefixes: Mapping[str, str]) -> str:
    name, _, local = term.partition(":")
    return term[1:-1] if term.startswith("<") else prefixes.get(name, f"{name}:") + local


def _pairs(
    hierarchy: Hierarchy, narrow: set[str] | None, broad: set[str] | None, *, grouped: bool
) -> Iterator[tuple[str, str]]:
    if broad is not None:
        for each in broad:
            below = hierarchy.below(each, grouped=grouped)
            yield from ((one, each) for one in (below if narrow is None else below & narrow))
    elif narrow is not None:
        for each in narrow:
            yield from ((each, one) for one in hierarchy.above(each, grouped=grouped))


def _values(narrow: str, broad: str, pairs: Iterable[tuple[str, str]]) -> str:
    both = narrow[0] in "?$" and broad[0] in "?$"
    if both:
        return f"VALUES ({narrow} {broad}) {{ {' '.join(f'(<{one}> <{other}>)' for one, other in pairs)} }}"
    variable, at = (narrow, 0) if narrow[0] in "?$" else (broad, 1)
    return f"VALUES {variable} {{ {' '.join(f'<{pair[at]}>' for pair in pairs)} }}"
