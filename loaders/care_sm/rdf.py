"""CARE-SM as N-Quads: each record is a named graph; what is in it becomes the cells of one row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import BinaryIO, cast

import pyoxigraph as ox

from casegraph.errors import DocumentError, Problem
from casegraph.loaders.care_sm.rows import Row, addresses, short_cells
from casegraph.loaders.inputs import MOST_LINE, MOST_TEXT, Input, long_text
from casegraph.namespaces import PREFIXES

__all__ = ["MOST_QUADS", "is_quads", "rdf_rows"]

#: How many quads are read at once.
MOST_QUADS = 2_000_000
_COMMENTS = re.compile(rb"(?:\s*#[^\n]*(?:\n|$))*+\s*")
_SIO = PREFIXES["SIO"]
_TYPE, _LABEL = PREFIXES["rdf"] + "type", PREFIXES["rdfs"] + "label"
_VALUE, _STARTS, _IDENTIFIES, _SUBJECT = (
    _SIO + number for number in ("000300", "000680", "000020", "000228")
)
#: the classes that a node has by its place in the pattern, whatever the record says.
_PATTERN = frozenset(
    _SIO + number
    for number in (
        "000006",
        "000015",
        "000016",
        "000074",
        "000090",
        "000115",
        "000614",
        "001367",
    )
)

#: node of a record's graph -> (the node before it, the property between); the role begins.
_NODES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "process": ("role", "000356"),
        "output": ("process", "000229"),
        "input": ("process", "000230"),
        "target": ("process", "000291"),
        "method": ("process", "000028"),
        "protocol": ("process", "000339"),
        "frequency": ("process", "000900"),
        "attribute": ("output", "000628"),
        "identifier": ("output", "000671"),
        "unit": ("output", "000221"),
        "cause": ("output", "000243"),
    }
)
#: node -> column of the full template that has its type, its own address, and its value.
_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "role": "role_type",
        "process": "process_type",
        "output": "output_type",
        "input": "input_type",
        "target": "target_type",
        "method": "specific_method_type",
        "protocol": "protocol_type",
        "frequency": "frequency_type",
        "attribute": "attribute_type",
        "identifier": "output_id_type",
        "unit": "unit_type",
        "cause": "cause_type",
    }
)
_ADDRESSES: Mapping[str, str] = MappingProxyType(
    {
        "input": "input_id",
        "target": "target_id",
        "protocol": "protocol_id",
        "identifier": "output_id",
        "cause": "cause_id",
    }
)
_VALUES: Mapping[str, str] = MappingProxyType(
    {"output": "value", "identifier": "value_id_string", "frequency": "frequency_value"}
)
#: property of a record -> column of the value that it leads to.
_OF_RECORD: Mapping[str, str] = MappingProxyType(
    {
        "000680": "startdate",
        "000681": "enddate",
        "000687": "age",
        "000068": "event_id",
        "000253": "organisation",
    }
)

_Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
#: node -> property -> what it leads to.
_Graph = dict[str, dict[str, list[_Term]]]


def is_quads(first: bytes) -> bool:
    """Return whether a file begins as N-Quads do: with an address or a blank node, behind any comments."""
    return _COMMENTS.sub(b"", first, count=1).startswith((b"<http", b"_:", b"<urn:"))


def rdf_rows(source: Input) -> Iterator[tuple[str, Row | Problem]]:
    """Yield the row of each record, or what is wrong with it, and the patient that it is of.

    :raises DocumentError: if the file is no N-Quads, has more than MOST_QUADS quads, or has no record.
    """
    graphs, lines = _graphs(source)
    outside = graphs.pop("", {})
    records = [node for node, told in outside.items() if _STARTS in told or node in graphs]
    if not records:
        told = "no record of CARE-SM: a graph with a start date"
        raise _refused(source, 0, "missing-key", told, "give N-Quads as CARE-SM makes them")
    for node in records:
        record = _Record(source.name, lines[node], node, outside, graphs.get(node, {}))
        try:
            yield record.patient(), record.row()
        except DocumentError as error:
            yield from ((record.patient(), problem) for problem in error.problems)


class _Lines:
    """A file that hands over a line at a time: where the parser is, is where the quad is that it gives."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._rest, self.number, self.too_long = file, b"", 0, False

    def read(self, most: int) -> bytes:
        """Return the rest of a line, as much as is asked for; nothing from a line that is too long on."""
        if not self._rest:
            self._rest = self._file.readline(MOST_LINE + 1)
            self.number += bool(self._rest)
            self.too_long = len(self._rest) > MOST_LINE
        given = b"" if self.too_long else self._rest[:most]
        self._rest = self._rest[len(given) :]
        return given


def _graphs(source: Input) -> tuple[dict[str, _Graph], dict[str, int]]:
    """Return the graphs by name, the default one without, and the line in which each begins to be told of."""
    graphs: dict[str, _Graph] = {}
    begun: dict[str, int] = {}
    with source.open() as file:
        lines = _Lines(file)
        try:
            for many, quad in enumerate(ox.parse(cast("BinaryIO", lines), format=ox.RdfFormat.N_QUADS), 1):
                if many > MOST_QUADS:
                    raise _refused(
                        source, 0, "too-large", f"more than {MOST_QUADS} quads", "split it by patient"
                    )
                graph = "" if isinstance(quad.graph_name, ox.DefaultGraph) else _name(quad.graph_name)
                subject = _name(quad.subject)
                begun.setdefault(graph or subject, lines.number)
                node = graphs.setdefault(graph, {}).setdefault(subject, {})
                node.setdefault(quad.predicate.value, []).append(quad.object)
        except SyntaxError as error:
            code = "not-utf-8" if "UTF-8" in str(error) else "not-rdf"
            raise _refused(source, lines.number, code, str(error.msg), "give N-Quads") from error
    if lines.too_long:
        told = f"a line of more than {MOST_LINE:,} bytes"
        raise _refused(source, lines.number, "too-large", told, "shorten its text")
    return graphs, begun


@dataclass(frozen=True, slots=True)
class _Record:
    """One record: its node in the default graph, and the graph that it names."""

    file: str
    line: int
    node: str
    outside: _Graph
    inside: _Graph

    def patient(self) -> str:
        """Return the identifier of the patient; empty where there is none."""
        holders = [told for told in self.inside.values() if _IDENTIFIES in told]
        return next((_name(each) for told in holders for each in told.get(_VALUE, ())), "")

    def row(self) -> Row:
        """Return the record as a row.

        :raises DocumentError: if it has no patient, no data element, or two of what there can be one of.
        """
        if not self.patient():
            raise self._wrong("missing-key", "the record has no patient")
        cells = self._beside()
        cells |= self._within(cells.get("uniqid", ""))
        model = self._model()
        file = self.file.replace("\\", "/").rpartition("/")[2]
        short, names = short_cells(model, cells)
        place = f"{file}/{cells.get('uniqid', self.node)}/{model}"
        return Row(self.file, self.line, place, model, short, names)

    def _model(self) -> str:
        told = self.outside.get(self.node, {})
        namespace = addresses()["CARE-SM"]
        classes = [each.value for each in told.get(_TYPE, ()) if isinstance(each, ox.NamedNode)]
        found = [each.removeprefix(namespace) for each in classes if each.startswith(namespace)]
        found = found or [each.value for each in told.get(_LABEL, ()) if isinstance(each, ox.Literal)]
        if len(found) != 1:
            raise self._wrong("missing-key", f"the record has {len(found)} data elements, not one")
        return found[0]

    def _beside(self) -> dict[str, str]:
        """Return what the default graph says of the record."""
        told = self.outside.get(self.node, {})
        cells = self._value("uniqid", told)
        for number, column in _OF_RECORD.items():
            for node in told.get(_SIO + number, ()):
                cells |= self._value(column, self.outside.get(_name(node), {}))
        return cells

    def _within(self, uniqid: str) -> dict[str, str]:
        """Return what the graph of the record says, and each property that CARE-SM does not have in it."""
        cells: dict[str, str] = {}
        roles = [node for node, told in self.inside.items() if _SIO + "000356" in told]
        nodes = {"role": self._one("role", roles)}
        for name, (before, number) in _NODES.items():
            found = self.inside.get(nodes[before], {}).get(_SIO + number, ())
            nodes[name] = self._one(name, [_name(each) for each in found])
        for name, node in nodes.items():
            cells |= self._of_node(name, node, uniqid)
        return cells | self._elsewhere(set(nodes.values()))

    def _of_node(self, name: str, node: str, uniqid: str) -> dict[str, str]:
        told = self.inside.get(node, {})
        cells = self._types(_TYPES[name], told)
        if name in _VALUES:
            cells |= self._value(_VALUES[name], told)
        if name in _ADDRESSES and node and f"_{uniqid}_" not in node:
            cells[_ADDRESSES[name]] = node
        steps = {_SIO + number for before, number in _NODES.values() if before == name}
        for predicate in told.keys() - steps - {_TYPE, _LABEL, _VALUE}:
            cells[f"{name} {predicate}"] = ", ".join(sorted(_name(each) for each in told[predicate]))
        return cells

    def _types(self, column: str, told: Mapping[str, list[_Term]]) -> dict[str, str]:
        """Return the type of a node beside that which its place in the pattern gives it."""
        own = [_name(each) for each in told.get(_TYPE, ()) if _name(each) not in _PATTERN]
        kept = self._one(column, own)
        return {column: kept} if kept else {}

    def _elsewhere(self, known: set[str]) -> dict[str, str]:
        """Return what nodes say that are none of the pattern's."""
        return {
            f"{node} {predicate}": ", ".join(sorted(_name(each) for each in objects))
            for node, told in self.inside.items()
            if node not in known and _IDENTIFIES not in told and _SUBJECT not in told
            for predicate, objects in told.items()
            if predicate != _LABEL and not (predicate == _TYPE and {*map(_name, objects)} <= _PATTERN)
        }

    def _value(self, column: str, told: Mapping[str, list[_Term]]) -> dict[str, str]:
        literals = [each for each in told.get(_VALUE, ()) if isinstance(each, ox.Literal)]
        if len(literals) > 1:
            raise self._wrong("wrong-value", f"the record has {len(literals)} of {column}")
        text = literals[0].value if literals else ""
        if len(text) > MOST_TEXT:
            code, message, _ = long_text()
            raise self._wrong(code, f"{column}: {message}")
        if not text:
            return {}
        return {column: text, **({"value_datatype": literals[0].datatype.value} if column == "value" else {})}

    def _one(self, what: str, found: list[str]) -> str:
        if len(found) > 1:
            raise self._wrong(
                "wrong-value", f"the record has {len(found)} of {what}: {', '.join(sorted(found))}"
            )
        return found[0] if found else ""

    def _wrong(self, code: str, message: str) -> DocumentError:
        told = f"{self.node}: {message}"
        return DocumentError((Problem(self.file, self.line, 1, code, told, "correct the record"),))


def _name(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode | ox.BlankNode | ox.Literal) else str(term)


def _refused(source: Input, line: int, code: str, told: str, todo: str) -> DocumentError:
    return DocumentError((Problem(source.name, line, 1 if line else 0, code, told, todo),))
