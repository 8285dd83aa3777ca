"""Reads stored queries, binds their parameters by RDF terms and nothing else, and runs them on a store."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import msgspec
import pyoxigraph
import yaml

from casegraph.errors import InputError
from casegraph.parameters import ParameterType, ParameterValue, example_pattern, terms_of
from casegraph.resources import shipped
from casegraph.rows import Rows

if TYPE_CHECKING:
    from casegraph.store import Store
    from casegraph.terms import Terms

__all__ = [
    "Parameter",
    "QueryHead",
    "Rows",
    "StoredQuery",
    "bind",
    "example_of",
    "get_query",
    "read_query",
    "refuse_without_derived",
    "run",
    "stored_queries",
]

_DEPTH = 3
_Kind = TypeVar("_Kind", bound=msgspec.Struct)


class Parameter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a query can be asked for in place of its example.

    A concept is one that is ``within`` these, by their CURIEs, or below: a disease where a drug is asked for
    would find nothing, and nothing reads as *there is none*.
    """

    type: ParameterType
    label: str
    within: tuple[str, ...] = ()


class QueryHead(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the ``#+`` lines of a query say.

    ``returns`` tells each column's meaning and unit. ``explained_by`` names, for a column of a query that
    lists no claims, the derived property of the case that its value is of: its evidence is that of the row.
    The numbers of a query with ``counts_derived`` mean nothing without what was derived.
    Answers for several values of a parameter are laid side by side by the columns ``compared_by``, else by
    case, and show the columns ``compared_shows``.
    Where not each row makes its case one of the cohort, ``members`` tells which do: column -> values.
    """

    summary: str
    question: str
    tags: tuple[str, ...]
    returns: dict[str, str]
    description: str = ""
    parameters: dict[str, Parameter] = {}
    explained_by: dict[str, str] = {}
    compared_by: tuple[str, ...] = ()
    compared_shows: tuple[str, ...] = ()
    counts_derived: bool = False
    members: dict[str, tuple[str, ...]] = {}
    view: str | None = None
    expect: Literal["nonempty"] | None = None
    dataset: Literal["named"] | None = None


@dataclass(frozen=True, slots=True)
class StoredQuery:
    """One file with one question: it runs unchanged in any SPARQL tool."""

    name: str
    head: QueryHead
    text: str
    path: Path


def stored_queries() -> Mapping[str, StoredQuery]:
    """Return the shipped queries by name, sorted.

    :raises InputError: if one of them is malformed.
    """
    return MappingProxyType({path.stem: _read_once(path) for path in shipped("queries", "*.rq")})


def get_query(name: str) -> StoredQuery:
    """Return the shipped query of a name.

    :raises InputError: if there is none; it names the nearest ones.
    """
    paths = {path.stem: path for path in shipped("queries", "*.rq")}
    if name in paths:
        return _read_once(paths[name])
    from rapidfuzz import process

    nearest = ", ".join(found for found, _, _ in process.extract(name, list(paths), limit=3, score_cutoff=50))
    raise InputError(
        f"unknown query {name!r}",
        expected=f"a query such as {nearest}" if nearest else "",
        todo="casegraph query lists them all",
    )


def refuse_without_derived(query: StoredQuery) -> None:
    """Raise :class:`InputError` if a query counts what was derived: without, it would count as not told."""
    if query.head.counts_derived:
        what = "it counts what was derived, which would count as not told"
        raise InputError(what, where=query.name, todo="leave --asserted out, or ask outcomes_by_drug with it")


def read_query(path: Path) -> StoredQuery:
    """Read a stored query: a SELECT with a head of ``#+`` lines and one VALUES line a parameter.

    :raises InputError: if the file cannot be read, or its head, its SPARQL or a VALUES line is not right.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the query cannot be read: {error}", where=str(path)) from error
    head, lines = _read_head(path, text)
    for name, parameter in head.parameters.items():
        if _values_line(text, name, parameter) is None:
            where = f"{path}:{lines.get(f'$.parameters.{name}', 1)}"
            expected = f"exactly one line VALUES ?{name} {{ ... }} with an example, {parameter.type}"
            raise InputError(f"{name!r} is not bound by one VALUES line", where=where, expected=expected)
    _check_select(path, text, tuple(head.returns))
    columns = {each: tuple(getattr(head, each)) for each in ("compared_by", "compared_shows", "members")}
    for field, named in columns.items():
        unknown = ", ".join(sorted(set(named) - head.returns.keys()))
        if unknown:
            where = f"{path}:{lines.get(f'$.{field}', 1)}"
            raise InputError(f"{field}: no column {unknown}", where=where, expected="columns of returns")
    return StoredQuery(path.stem, head, text, path)


#: What ships does not change while it runs.
_read_once = cache(read_query)


def _read_head(path: Path, text: str) -> tuple[QueryHead, dict[str, int]]:
    said = (line[2:] if line.startswith("#+") else "" for line in text.split("\n"))
    try:
        loader = yaml.CSafeLoader("\n".join(said))
        node = loader.get_single_node()
        raw = loader.construct_document(node) if node is not None else None
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        what = f"the head is not YAML: {getattr(error, 'problem', None) or error}"
        raise InputError(what, where=f"{path}:{mark.line + 1 if mark else 1}") from error
    if not isinstance(raw, dict):
        raise InputError("the query has no head", where=f"{path}:1", expected="#+ lines that form YAML")
    lines = _unique(path, _places(node, "$", 1))
    parameters = raw.get("parameters")
    for name, value in parameters.items() if isinstance(parameters, dict) else ():
        _convert(value, Parameter, f"$.parameters.{name}", path=path, lines=lines)
    return _convert(raw, QueryHead, "$", path=path, lines=lines), lines


def _places(node: Any, place: str, line: int) -> Iterator[tuple[str, int]]:
    yield place, line
    if isinstance(node, yaml.MappingNode) and place.count(".") < _DEPTH:
        for key, value in node.value:
            yield from _places(value, f"{place}.{key.value}", key.start_mark.line + 1)


def _unique(path: Path, places: Iterator[tuple[str, int]]) -> dict[str, int]:
    lines: dict[str, int] = {}
    for place, line in places:
        if place in lines:
            raise InputError(f"the key {place[2:]} is there twice", where=f"{path}:{line}")
        lines[place] = line
    return lines


def _convert(raw: object, kind: type[_Kind], place: str, *, path: Path, lines: dict[str, int]) -> _Kind:
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        what = str(error)
        deeper = re.search(r"`\$(\.\w+)", what)
        unknown = re.search(r"unknown field `(\w+)`", what)
        found = place + (deeper[1] if deeper else "") + (f".{unknown[1]}" if unknown else "")
        line = lines.get(found) or lines.get(place, 1)
        known = ", ".join(field.name for field in msgspec.structs.fields(kind))
        raise InputError(what, where=f"{path}:{line}", expected=f"a mapping of {known}") from error


def _values_line(text: str, name: str, parameter: Parameter) -> re.Match[str] | None:
    """Return the one line that binds a parameter, with its example in the group ``example``."""
    name = re.escape(name)
    code = "\n".join("" if line.lstrip().startswith("#") else line for line in text.split("\n"))
    if len(re.findall(rf"(?i:\bVALUES)\s*(?:\([^)]*)?[?$]{name}\b", code)) != 1:
        return None
    term = example_pattern(parameter.type)
    example = rf"(?P<example>{term}(?:[ \t]+{term})*)"
    line = rf"^[ \t]*(?i:VALUES)[ \t]+\?{name}[ \t]*\{{[ \t]*{example}[ \t]*\}}[ \t]*(?:#.*)?$"
    return re.search(line, text, re.MULTILINE)


def _check_select(path: Path, text: str, returns: tuple[str, ...]) -> None:
    try:
        answer = pyoxigraph.Store().query(text)
    except (SyntaxError, RuntimeError) as error:
        place = re.search(r"at (\d+):", str(error))
        raise InputError(f"not SPARQL: {error}", where=f"{path}:{place[1] if place else 1}") from error
    if not isinstance(answer, pyoxigraph.QuerySolutions):
        what, todo = "a stored query must be a SELECT", "casegraph sparql runs others"
        raise InputError(what, where=str(path), todo=todo)
    columns = tuple(variable.value for variable in answer.variables)
    if set(columns) != set(returns):
        what = f"the head returns {', '.join(returns)}, the query selects {', '.join(columns)}"
        raise InputError(what, where=str(path), expected="the same columns")


def bind(query: StoredQuery, values: Mapping[str, ParameterValue], *, terms: Terms | None = None) -> str:
    """Return the SPARQL of a query with the examples of the named parameters replaced by RDF terms.

    :param values: parameter -> value; the parameters that are not named keep their example.
    :param terms: the vocabulary that concepts are looked up in; by default all at hand.
    :raises InputError: if a parameter is unknown or a value is not one of its type.
    """
    parameters = query.head.parameters
    unknown = sorted(values.keys() - parameters.keys())
    if unknown:
        expected = f"one of {', '.join(parameters)}" if parameters else "no parameter"
        raise InputError(f"unknown parameter {', '.join(unknown)}", where=query.name, expected=expected)
    replaced: list[tuple[int, int, str]] = []
    for name, value in values.items():
        line, asked = _bound(query, name), parameters[name]
        try:
            found = terms_of(asked.type, value, example=line["example"], within=asked.within, terms=terms)
        except InputError as error:
            where = f"parameter {name}"
            raise InputError(error.what, where=where, expected=error.expected, todo=error.todo) from error
        replaced.append((*line.span("example"), " ".join(map(str, found))))
    text = query.text
    for start, end, words in sorted(replaced, reverse=True):
        text = text[:start] + words + text[end:]
    return text


def example_of(query: StoredQuery, parameter: str) -> str:
    """Return the example that a query holds for one of its parameters, as it stands in the file.

    :raises InputError: if no VALUES line binds the parameter.
    """
    return _bound(query, parameter)["example"]


def _bound(query: StoredQuery, name: str) -> re.Match[str]:
    line = _values_line(query.text, name, query.head.parameters[name])
    if line is None:
        raise InputError(f"no VALUES line binds {name!r}", where=str(query.path))
    return line


def run(
    store: Store,
    query: StoredQuery,
    values: Mapping[str, ParameterValue] | None = None,
    *,
    terms: Terms | None = None,
) -> Rows:
    """Return the rows that a store has for a query.

    :param values: parameter -> value; those not named keep their example. A case may be said in any way that
        :func:`casegraph.subjects.find_case` knows.
    :param terms: the vocabulary that concepts are looked up in; by default all at hand.
    :raises InputError: if a parameter is unknown, a value is not of its type, or the store has no such case.
    :raises StoreError: if the store fails.
    """
    from casegraph.bound import text_for

    text, union = text_for(store, query, values, terms=terms), query.head.dataset != "named"
    if "://" not in store.location:
        return Rows.read(store.query(text, union=union))
    from casegraph.expand import rows_of

    return rows_of(store, text, union=union)
