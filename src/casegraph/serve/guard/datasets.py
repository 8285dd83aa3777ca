"""Writes the dataset that a request names for an update into the update, as USING."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from casegraph.errors import InputError
from casegraph.store.syntax import named
from casegraph.store.tokens import Token, place_of, scan

__all__ = ["with_using"]

_OWN_DATASET = frozenset(("USING", "WITH"))


@dataclass(slots=True)
class _Operation:
    """The words outside of the groups of one operation, and its groups, by their places in the text."""

    words: list[Token] = field(default_factory=list)
    groups: list[tuple[int, int]] = field(default_factory=list)

    def word(self, wanted: str) -> Token | None:
        return next((token for token in self.words if token.text.upper() == wanted), None)


def with_using(update: str, default: Sequence[str], named_graphs: Sequence[str]) -> str:
    """Return an update whose patterns look into the graphs of ``using-graph-uri`` and its sibling only.

    What an operation deletes and inserts is not touched: USING tells where its WHERE looks.

    :param default: the graphs that make the default graph, from ``using-graph-uri``.
    :param named_graphs: those that GRAPH finds, from ``using-named-graph-uri``.
    :raises InputError: if the update names a dataset itself by USING or WITH, or a graph name is no IRI.

    >>> with_using("DELETE WHERE { ?s ?p 1 }", ["urn:g"], [])
    'DELETE { ?s ?p 1 } USING <urn:g> WHERE { ?s ?p 1 }'
    """
    using = "".join(f"USING {named(graph)} " for graph in default)
    using += "".join(f"USING NAMED {named(graph)} " for graph in named_graphs)
    if not using:
        return update
    return "".join(_pieces(update, using))


def _pieces(update: str, using: str) -> Iterator[str]:
    done = 0
    for operation in _operations(update):
        where = operation.word("WHERE")
        if where is None:
            if (glued := operation.word("DELETEWHERE")) is not None:
                raise InputError(
                    "DELETEWHERE in one word", where=place_of(update, glued.start), expected="DELETE WHERE"
                )
            continue
        start, end = operation.groups[-1] if operation.groups else (where.end, where.end)
        yield update[done : where.start]
        if len(operation.groups) == 1 and operation.word("INSERT") is None:
            yield f"{update[start:end]} "
        yield using
        done = where.start
    yield update[done:]


def _operations(update: str) -> Iterator[_Operation]:
    """Yield the operations of an update, whose prefixes count as words of the first one after them."""
    operation, depth, start = _Operation(), 0, 0
    for token in scan(update):
        if token.kind == "sign" and token.text in "{}":
            if not depth:
                start = token.start
            depth += 1 if token.text == "{" else -1
            if not depth:
                operation.groups.append((start, token.end))
        elif token.kind == "sign" and token.text == ";" and not depth:
            yield operation
            operation = _Operation()
        elif token.kind == "word" and not depth:
            _refuse_own_dataset(update, token)
            operation.words.append(token)
    yield operation


def _refuse_own_dataset(update: str, token: Token) -> None:
    if token.text.upper() in _OWN_DATASET:
        raise InputError(
            f"{token.text.upper()} in an update whose request names a dataset",
            where=place_of(update, token.start),
            todo="leave out using-graph-uri and using-named-graph-uri, or this",
        )
