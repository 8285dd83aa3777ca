"""Quads as casegraph and Oxigraph write them, a statement a line: taken apart without a parser."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from casegraph.errors import InputError

__all__ = ["Statement", "Told", "nquads", "statements"]

#: Subject, property and object as they are written in N-Triples.
Statement = tuple[str, str, str]
#: Quads as text, or what was taken apart already.
Told = str | Sequence[Statement]
_END = " ."


def statements(told: Told) -> Sequence[Statement]:
    r"""Return the statements of canonical N-Quads or N-Triples in their order, without their graphs.

    :param told: text, or statements, which are returned as they are.
    :raises InputError: if a line is no statement.

    >>> statements('<urn:s> <urn:p> "a <b> c" <urn:g> .\n<urn:s> <urn:p> <urn:o> .\n')
    [('<urn:s>', '<urn:p>', '"a <b> c"'), ('<urn:s>', '<urn:p>', '<urn:o>')]
    """
    if not isinstance(told, str):
        return told
    try:
        return [_statement(*line.split(" ", 2)) for line in told.split("\n") if line]
    except TypeError as error:
        raise InputError("a line is no statement", expected="N-Quads, one a line") from error


def nquads(graphs: Mapping[str, Iterable[Statement]]) -> str:
    r"""Return the statements of graphs as sorted N-Quads, each once.

    >>> nquads({"urn:g": [("<urn:s>", "<urn:p>", "<urn:o>")]})
    '<urn:s> <urn:p> <urn:o> <urn:g> .\n'
    """
    lines = {f"{s} {p} {o} <{graph}> .\n" for graph, told in graphs.items() for s, p, o in told}
    return "".join(sorted(lines))


def _statement(subject: str, predicate: str, rest: str) -> Statement:
    """Return a statement without what may stand behind its object: the IRI of a graph, which has no quote."""
    value, _, last = rest.removesuffix(_END).rpartition(" ")
    has_graph = value and last.startswith("<") and '"' not in last
    return subject, predicate, value if has_graph else rest.removesuffix(_END)
