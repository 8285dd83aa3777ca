"""Checks data against SHACL shapes: a fast engine by default, the reference engine on request."""

from __future__ import annotations

import re
from functools import lru_cache

from casegraph.errors import InputError
from casegraph.validate.documents import read_data
from casegraph.validate.engines import ENGINES, Engine
from casegraph.validate.report import Report, Violation
from casegraph.validate.shapes import Shapes, read_shapes, shipped_shapes
from casegraph.validate.wellformed import refuse_malformed

__all__ = [
    "ENGINES",
    "Report",
    "Shapes",
    "Violation",
    "read_data",
    "read_shapes",
    "shipped_shapes",
    "validate",
]

_A_TRIPLE = re.compile(r"^[ \t]*[^\s#]", re.MULTILINE)


def validate(data: bytes | str, shapes: Shapes, *, engine: str = "shacl") -> Report:
    r"""Return the report on N-Triples data; safe to call from several threads at once.

    The class hierarchy that the shapes rely on has to stand in the data: shapes are not a source of facts.

    :param data: N-Triples with at least one triple; bytes are UTF-8.
    :param engine: ``shacl``, the fast one, or ``pyshacl``, the reference.
    :raises InputError: if the engine is unknown, or the data hold no triple or are no N-Triples.
    :raises ShapesError: if the shapes are not well-formed, or the engine cannot run them.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "shapes.ttl")
    ...     _ = path.write_text('''
    ...         @prefix sh: <http://www.w3.org/ns/shacl#> .
    ...         <https://example.org/Named> a sh:NodeShape ; sh:targetNode <https://example.org/x> ;
    ...             sh:property [ sh:path <https://example.org/name> ; sh:minCount 1 ;
    ...                           sh:message "Give it a name." ] .''', encoding="utf-8")
    ...     shapes = read_shapes([path])
    >>> report = validate("<https://example.org/x> <https://example.org/age> \"7\" .", shapes)
    >>> report.ok, report.violations[0].message
    (False, 'Give it a name.')
    """
    if engine not in ENGINES:
        raise InputError(f"unknown engine {engine!r}", expected="one of " + ", ".join(sorted(ENGINES)))
    text = data if isinstance(data, str) else _decoded(data)
    if not _A_TRIPLE.search(text):
        raise InputError("no triples in the data", todo="data without triples would pass any shape")
    found = {result.sort_key(): result for result in _prepared(shapes, engine).check(text)}
    return Report(tuple(found[key] for key in sorted(found)))


@lru_cache(maxsize=8)
def _prepared(shapes: Shapes, engine: str) -> Engine:
    refuse_malformed(shapes)
    return ENGINES[engine](shapes)


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"the data are not UTF-8: {error}") from error
