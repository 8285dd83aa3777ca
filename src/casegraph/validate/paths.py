"""Property paths in two spellings: SPARQL's, which people read, and Turtle's, which a report needs."""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING

from casegraph.errors import ShapesError

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node

__all__ = ["sparql_path", "turtle_path"]

_TOKEN = re.compile(r"<[^>]*>|[()^/|*+?]")
_REPEATS = {"*": "zeroOrMorePath", "+": "oneOrMorePath", "?": "zeroOrOnePath"}


def turtle_path(path: str) -> str:
    """Return a path in SPARQL's spelling as the Turtle of a ``sh:path`` value.

    >>> turtle_path("(^<https://example.org/p>/(<https://example.org/q>)*)")
    '( [ sh:inversePath <https://example.org/p> ] [ sh:zeroOrMorePath <https://example.org/q> ] )'
    """
    return _turtle(deque(_TOKEN.findall(path)))


def _turtle(tokens: deque[str]) -> str:
    first = tokens.popleft()
    if first == "^":
        return f"[ sh:inversePath {_turtle(tokens)} ]"
    if first != "(":
        return first
    steps, joint = [_turtle(tokens)], ""
    while (following := tokens.popleft()) != ")":
        joint = following
        steps.append(_turtle(tokens))
    inner = f"( {' '.join(steps)} )" if joint else steps[0]
    if joint == "|":
        inner = f"[ sh:alternativePath {inner} ]"
    if tokens and tokens[0] in _REPEATS:
        return f"[ sh:{_REPEATS[tokens.popleft()]} {inner} ]"
    return inner


def sparql_path(node: Node, graph: Graph) -> str:
    """Return the path that a ``sh:path`` value stands for, in SPARQL's spelling.

    :raises ShapesError: if the node is no path.
    """
    from rdflib import RDF, SH, URIRef

    if isinstance(node, URIRef):
        return f"<{node}>"
    if (node, RDF.first, None) in graph:
        return _joined("/", node, graph)
    alternatives = graph.value(node, SH.alternativePath)
    if alternatives is not None:
        return _joined("|", alternatives, graph)
    inverse = graph.value(node, SH.inversePath)
    if inverse is not None:
        return "^" + sparql_path(inverse, graph)
    for sign, name in _REPEATS.items():
        inner = graph.value(node, SH[name])
        if inner is not None:
            return f"({sparql_path(inner, graph)}){sign}"
    raise ShapesError(f"{node} is no property path")


def _joined(joint: str, head: Node, graph: Graph) -> str:
    return "(" + joint.join(sparql_path(step, graph) for step in graph.items(head)) + ")"
