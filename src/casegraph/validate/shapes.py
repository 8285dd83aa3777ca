"""Reads shapes files and merges them into one shapes graph that both engines get."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from types import MappingProxyType

from pyoxigraph import Triple

from casegraph.errors import ShapesError
from casegraph.namespaces import PREFIXES, compact
from casegraph.resources import shipped
from casegraph.validate.documents import named_owner, number_blank_nodes, owners, read_triples, to_ntriples
from casegraph.validate.unsupported import refuse_unsupported

__all__ = ["Shapes", "read_shapes", "shipped_shapes"]

_SH = PREFIXES["sh"]
_TYPE = PREFIXES["rdf"] + "type"
_SHAPE_CLASSES = {_SH + "NodeShape", _SH + "PropertyShape"}
_IMPORTS = PREFIXES["owl"] + "imports"
_TARGET = _SH + "target"
_REFERENCES = {_SH + "property", _SH + "node", _SH + "not", _SH + "qualifiedValueShape"}


@dataclass(frozen=True, eq=False)
class Shapes:
    """A shapes graph, ready to be run by an engine.

    :param files: where it was read from.
    :param ntriples: its triples; the blank nodes are ``_:s0``, ``_:s1``, ... in the order they appear.
    :param owners: blank node -> the node that points to it, both as in N-Triples.
    :param imports: what the files import, which is not fetched: only what is in the files is run.
    """

    files: tuple[Path, ...]
    ntriples: str
    owners: Mapping[str, str]
    imports: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        """The files, for an error message."""
        return ", ".join(map(str, self.files))


@cache
def shipped_shapes() -> Shapes:
    """Return the shapes that casegraph ships."""
    return read_shapes(shipped("shapes", "*.ttl"))


def read_shapes(paths: Sequence[Path]) -> Shapes:
    """Return the shapes of several files as one graph; ``owl:imports`` is not followed.

    :raises ShapesError: if a file is missing, does not parse or uses what the engines do not implement,
        or if together they declare no shape or point to one that is not there.
    """
    numbers = count()
    merged: list[Triple] = []
    for path in paths:
        triples = number_blank_nodes(read_triples(path, error=ShapesError), "s", numbers)
        refuse_unsupported(triples, path)
        merged += triples
    if not any(_declares_shape(triple) for triple in merged):
        raise ShapesError(
            "no shape in " + (", ".join(path.name for path in paths) or "no file"),
            where=", ".join(map(str, paths)),
            expected="a sh:NodeShape, a sh:PropertyShape or a target",
        )
    unique = list(dict.fromkeys(merged))
    _refuse_dangling(unique, paths)
    imports = sorted({str(each.object) for each in unique if each.predicate.value == _IMPORTS})
    return Shapes(tuple(paths), to_ntriples(unique), MappingProxyType(owners(unique)), tuple(imports))


def _refuse_dangling(triples: Sequence[Triple], paths: Sequence[Path]) -> None:
    """Refuse references to shapes that stand nowhere: an engine takes them for shapes that ask nothing."""
    described = {triple.subject for triple in triples}
    with_path = {triple.subject for triple in triples if triple.predicate.value == _SH + "path"}
    for subject, predicate, target in triples:
        known = with_path if predicate.value == _SH + "property" else described
        if predicate.value in _REFERENCES and target not in known:
            shape = named_owner(str(subject), owners(triples))
            raise ShapesError(
                f"{compact(shape.strip('<>'))} points to {compact(str(target).strip('<>'))}, "
                + ("which has no sh:path" if known is with_path else "which is no shape"),
                where=", ".join(map(str, paths)),
                todo="check its name, or name the file that holds it as well",
            )


def _declares_shape(triple: Triple) -> bool:
    predicate = triple.predicate.value
    if predicate == _TYPE:
        return getattr(triple.object, "value", "") in _SHAPE_CLASSES
    return predicate.startswith(_TARGET)
