"""Reads the mapping file of a table and finds every mistake in it, each with its line and column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from casegraph.errors import DocumentError, InputError, Problem
from casegraph.loaders.case_yaml import read_values
from casegraph.loaders.located import Place, Source, structure_faults
from casegraph.loaders.table.mapping import FactColumn, TableMapping, TestColumn
from casegraph.loaders.times import BIRTH, CALENDAR, GESTATION
from casegraph.model import Value
from casegraph.namespaces import CG, compact, expand
from casegraph.terms import Terms, all_terms

__all__ = ["MappingFile", "read_mapping"]

_TIMED = ("at", "starts", "ends", "onset", "from")
_CODED = ("what", "site", "indication")
_CODE = re.compile(r"(\S+) (\S.*)")


@dataclass(frozen=True, slots=True)
class MappingFile:
    """A mapping and where each part of it stands.

    :param columns: each column that it names -> the way to its first mention.
    """

    mapping: TableMapping
    source: Source
    columns: Mapping[str, Place]


def read_mapping(path: Path, terms: Terms | None = None) -> MappingFile:
    """Read a mapping file.

    :param terms: what its terms are looked up in; by default the terms at hand.
    :raises InputError: if the file cannot be opened.
    :raises DocumentError: if it is no mapping; the error carries every problem that was found.
    """
    data, source = read_values(path, "casegraph-table: 1")
    if faults := structure_faults(data, source, TableMapping):
        raise DocumentError(tuple(sorted(faults.values())))
    mapping = msgspec.convert(data, TableMapping)
    look = terms or all_terms()
    problems = {*_term_problems(data, source, look), *_time_problems(data, mapping, source)}
    problems |= set(_fact_problems(mapping, source))
    if problems:
        raise DocumentError(tuple(sorted(problems)))
    return MappingFile(mapping, source, dict(_columns(mapping)))


def _columns(mapping: TableMapping) -> Iterator[tuple[str, Place]]:
    """Yield the columns that a mapping names, the last mention first, so that the first one is kept."""
    named = list(_column_fields(mapping, ()))
    lists = ((name, (kind, at)) for kind in ("identifiers", "ignored") for at, name in _listed(mapping, kind))
    yield from reversed([(mapping.id, ("id",)), *named, *lists])


def _listed(mapping: TableMapping, kind: str) -> Iterator[tuple[int, str]]:
    yield from enumerate(getattr(mapping, kind))


def _column_fields(value: object, place: Place) -> Iterator[tuple[str, Place]]:
    if isinstance(value, Value):
        for each in msgspec.structs.fields(value):
            inner, here = getattr(value, each.name), (*place, each.encode_name)
            if each.name == "column" and inner is not None:
                yield inner, here
            else:
                yield from _column_fields(inner, here)
    elif isinstance(value, tuple | dict):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _column_fields(inner, (*place, key))


def _entries(data: object, place: Place = ()) -> Iterator[tuple[Place, str, object]]:
    """Yield (way, key, value) of every key at every depth."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield (*place, key), key, value
            yield from _entries(value, (*place, key))
    elif isinstance(data, list):
        for at, value in enumerate(data):
            yield from _entries(value, (*place, at))


def _term_problems(data: object, source: Source, terms: Terms) -> Iterator[Problem]:
    for place, key, value in _entries(data):
        if key == "codes" and isinstance(value, dict):
            coded = [((*place, cell), str(code)) for cell, code in value.items()]
        elif key in _CODED:
            coded = [(place, str(each)) for each in (value if isinstance(value, list) else [value])]
        else:
            continue
        for here, code in coded:
            if said := _term_fault(code, terms):
                yield source.problem(here, said[0], said[1], todo=said[2])


def _term_fault(code: str, terms: Terms) -> tuple[str, str, str] | None:
    """Return what is wrong with a term. Of a vocabulary of which nothing is at hand, nothing can be."""
    found = _CODE.fullmatch(code)
    if found is None:
        return "no-label", f"{code!r} is no term", "write its identifier, one space, its label"
    curie, label = found[1], found[2]
    try:
        iri = expand(curie)
    except InputError as error:
        return "unknown-prefix", error.what, f"expected {error.expected}"
    if iri not in terms:
        return _unknown(iri, label, terms)
    own = f"{compact(iri)} {terms.label(iri)}"
    if terms.is_obsolete(iri):
        other = terms.replacement(iri)
        todo = (
            f"write '{compact(other)} {terms.label(other)}'" if other else "look for another: casegraph term"
        )
        return "obsolete-term", f"{own} is obsolete", todo
    if label.casefold() not in (name.casefold() for name in terms.names(iri)):
        nearest = "; ".join(terms.nearest(label, limit=2)) or "nothing"
        return "label-mismatch", f"{own!r}, not {label!r}", f"correct the id or the label; near: {nearest}"
    return None


def _unknown(iri: str, label: str, terms: Terms) -> tuple[str, str, str] | None:
    """Refuse an unknown identifier under the very label of another of its vocabulary, and one of ours.

    Any other is kept with its label, as records keep theirs: only parts of vocabularies are at hand.
    """
    namespace = expand(f"{compact(iri).partition(':')[0]}:")
    named = [each for each in terms.search(label) if each.matched == "label"]
    near = [f"{compact(each.iri)} {each.name}" for each in named if each.iri.startswith(namespace)]
    if not near and namespace != CG:
        return None
    near = near or list(terms.nearest(label))
    todo = f"near: {'; '.join(near)}" if near else "casegraph term looks a term up"
    return "unknown-term", f"unknown term {compact(iri)} {label!r}", todo


def _time_problems(data: object, mapping: TableMapping, source: Source) -> Iterator[Problem]:
    names = ", ".join(mapping.times) or "none yet"
    for place, key, value in _entries(data):
        inside = place[0] != "times" or len(place) == len(("times", "name", key))
        if key not in _TIMED or not inside or place[-2] in ("codes", "values"):
            continue
        if value not in mapping.times and (key, value) != ("from", BIRTH):
            todo = f"name it under times, which has {names}"
            yield source.problem(place, "unknown-occasion", f"no time is called {value!r}", todo=todo)
    for name in mapping.times:
        if fault := _time_fault(name, mapping):
            yield source.problem(("times", name), fault[0], fault[1], todo=fault[2])


def _time_fault(name: str, mapping: TableMapping) -> tuple[str, str, str] | None:
    told = mapping.times[name]
    if name in (BIRTH, CALENDAR, GESTATION):
        return "name-clash", f"{name} has a meaning already", "choose another name"
    if (told.unit is None) != (told.since is None):
        return "wrong-value", f"the distance {name} lacks its unit or its from", "say both"
    if told.since is not None and told.column is None:
        return "missing-key", "missing key 'column'", "add 'column' here"
    if _in_circle(name, mapping):
        return "circle", f"{name} counts from itself", "count from another time"
    return None


def _in_circle(name: str, mapping: TableMapping) -> bool:
    seen, at = {name}, mapping.times[name].since
    while at in mapping.times:
        if at in seen:
            return True
        seen.add(at)
        at = mapping.times[at].since
    return False


def _fact_problems(mapping: TableMapping, source: Source) -> Iterator[Problem]:
    for kind in ("findings", "diagnoses", "tests", "treatments", "adverse_events"):
        for at, each in enumerate(getattr(mapping, kind)):
            if fault := _test_fault(each) if isinstance(each, TestColumn) else _fact_fault(each):
                yield source.problem((kind, at), "wrong-value", fault[0], todo=fault[1])


def _fact_fault(fact: FactColumn) -> tuple[str, str] | None:
    ways = [name for name in ("what", "codes", "named") if getattr(fact, name)]
    if len(ways) > 1:
        return f"column {fact.column!r} has {' and '.join(ways)}", "keep one of them"
    asked = bool(fact.present or fact.absent or getattr(fact, "indeterminate", ()))
    if ways in (["what"], ["named"]) and not asked:
        return f"nothing says which cells of {fact.column!r} mean yes", "add present: [...]"
    if ways not in (["what"], ["named"]) and asked:
        return f"the cells of {fact.column!r} are terms, not yes or no", "take present and absent away"
    if fact.split is not None and (asked or not fact.split):
        return f"the cells of {fact.column!r} cannot be split", "split parts the names of things: ';'"
    return None


def _test_fault(test: TestColumn) -> tuple[str, str] | None:
    if (test.what is None) == (test.named is None):
        return f"of the test {test.column!r} one of what and named must be said", "add or remove one"
    if test.unit is not None and test.unit_from is not None:
        return f"the test {test.column!r} has unit and unit_from", "keep one of them"
    return None
