"""Refuses shapes that are no shapes by the standard's own shapes of shapes (SHACL, appendix C).

Engines differ in what they make of them: one runs two paths of a shape as one, another refuses them.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from casegraph.errors import ShapesError
from casegraph.namespaces import PREFIXES, compact
from casegraph.validate.documents import named_owner
from casegraph.validate.engines import FastEngine
from casegraph.validate.shapes import Shapes, read_shapes

__all__ = ["refuse_malformed"]

#: It stands beside what is wrong with a shape, and alone at paths that the standard's own tests allow.
_EITHER_KIND = f"<{PREFIXES['sh']}XoneConstraintComponent>"


def refuse_malformed(shapes: Shapes) -> None:
    """Do nothing if the shapes are well-formed.

    :raises ShapesError: naming the first shape that is not, and the property of it that is wrong.
    """
    found = (result for result in _standard().check(shapes.ntriples) if result.component != _EITHER_KIND)
    wrong = min(found, key=lambda result: result.sort_key(), default=None)
    if wrong is not None:
        shape = compact(named_owner(wrong.focus, shapes.owners).strip("<>"))
        said = compact((wrong.path or "").strip("<>")) or "it"
        asked = wrong.component.strip("<>").removeprefix(PREFIXES["sh"]).removesuffix("ConstraintComponent")
        raise ShapesError(
            f"{shape} is no well-formed shape: {said} breaks the standard's {asked} for shapes",
            where=shapes.where,
            todo="see the appendix of SHACL on shapes of shapes",
        )


@cache
def _standard() -> FastEngine:
    """Return the standard's shapes of shapes, as pyshacl ships them; pyshacl itself is not loaded."""
    package = find_spec("pyshacl")
    folder = Path(str(package.origin)).parent if package else Path()
    return FastEngine(read_shapes([folder / "assets" / "shacl-shacl.ttl"]))
