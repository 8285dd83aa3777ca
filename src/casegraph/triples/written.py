"""Quads as casegraph and Oxigraph write them, a statement a line: taken apart without a parser."""

from __future__ import annotations

from casegraph.errors import InputError

__all__ = ["Statement", "statements"]

#: Subject, property and object as they are written in N-Triples.
Statement = tuple[str, str, str]
_END = " ."


def statements(text: str) -> list[Statement]:
    r"""Return the statements of canonical N-Quads or N-Triples in their order, without their graphs.

    :raises InputError: if a line is no statement.

    >>> statements('<urn:s> <urn:p> "a <b> c" <urn:g> .\n<urn:s> <urn:p> <urn:o> .\n')
    [('<urn:s>', '<urn:p>', '"a <b> c"'), ('<urn:s>', '<urn:p>', '<urn:o>')]
    """
    try:
        return [_statement(*line.split(" ", 2)) for line in text.split("\n") if line]
    except TypeError as error:
        raise InputError("a line is no statement", expected="N-Quads, one a line") from error


def _statement(subject: str, predicate: str, rest: str) -> Statement:
    """Return a statement without what may stand behind its object: the IRI of a graph, which has no quote."""
    value, _, last = rest.removesuffix(_END).rpartition(" ")
    has_graph = value and last.startswith("<") and '"' not in last
    return subject, predicate, value if has_graph else rest.removesuffix(_END)
