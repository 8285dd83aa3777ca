"""Turns what the engine says of a query or an update that does not parse into an error of ours."""

from __future__ import annotations

import re
from typing import Final

from casegraph.errors import InputError
from casegraph.store.tokens import Token, place_of, scan

__all__ = ["refused_query", "refused_update"]

_PLACE = re.compile(r"error at (?P<line>\d+):(?P<column>\d+): (?P<reason>.+)")
#: Beyond it, a parser lists all the signs of its grammar.
_LONGEST_REASON = 120
_SIGN = r'"[^"]*"|\[_\]|[A-Za-z]+'
_VAGUE: Final = "something is wrong here or just before"
#: What the parser tells of a query of the right form, among signs that would have been right too -> plainly.
_SAID: Final = {
    "Duplicated variable name in SELECT": "SELECT names a variable twice",
    "The SELECT contains a variable that is unbound": "with groups or counts, SELECT names "
    "what GROUP BY does not and AS does not make",
    "SELECT * is not authorized with GROUP BY": "SELECT * cannot stand with GROUP BY: name what is selected",
    "<unreported>": _VAGUE,
}
_EXPECTED = re.compile(rf"expected (?:one of )?((?:{_SIGN})(?:, (?:{_SIGN}))*)")
_FORMS: Final = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
#: What the parser names at nearly every place of a kind, whatever is wrong there, and its own signs.
_NOISE: Final = frozenset((*_FORMS, "LATERAL", "OPTIONAL", "SERVICE", "[_]"))
_OF_UPDATES: Final = (
    "INSERT",
    "DELETE",
    "WITH",
    "CREATE",
    "DROP",
    "CLEAR",
    "ADD",
    "MOVE",
    "COPY",
    "LOAD",
)


def refused_query(message: str, sparql: str = "") -> InputError:
    """Return the error for a query that does not parse, from what the engine says of it.

    :param sparql: the query, whose first word is looked at: the engine names a place after it.

    >>> error = refused_query("error at 2:9: expected BY")
    >>> error.where, error.what
    ('query:2:9', 'not a SPARQL query: expected BY')
    >>> error = refused_query("error at 1:10: expected CONSTRUCT", "SELEC ?x {}")
    >>> error.where, error.what, error.expected
    ('query:1:1', 'not a SPARQL query: it begins with SELEC', 'SELECT, ASK, CONSTRUCT or DESCRIBE')
    """
    first = _first(sparql)
    if first is not None and not first.word.startswith(_FORMS):
        return _wrong_form(first, sparql)
    unknown = _undeclared(sparql)
    if unknown is not None:
        what = f"not a SPARQL query: a prefix that is not declared: {unknown.text[:40]}"
        todo = "declare it before the query: PREFIX name: <IRI>"
        return InputError(what, where=place_of(sparql, unknown.start), todo=todo)
    place, reason = _refused("query", message)
    return InputError(f"not a SPARQL query: {reason}", where=place)


def _wrong_form(first: Token, sparql: str) -> InputError:
    """Return the error for a text that begins with no form of a query, after its prefixes."""
    said = f"it begins with {first.text[:40]}"
    todo = ""
    if first.word in _OF_UPDATES:
        said = f"it is an update ({first.word})"
        todo = "a store is changed by load and remove, and by updates of a server that is writable"
    return InputError(
        f"not a SPARQL query: {said}",
        where=place_of(sparql, first.start),
        expected=f"{', '.join(_FORMS[:-1])} or {_FORMS[-1]}",
        todo=todo,
    )


def _first(sparql: str) -> Token | None:
    """Return what comes first in a query after its prefixes; None where that is not plain to see."""
    words = scan(sparql)
    try:
        for token in words:
            if token.word == "PREFIX":
                if next(words).kind != "name" or next(words).kind != "iri":
                    return None
            elif token.word == "BASE":
                if next(words).kind != "iri":
                    return None
            else:
                return None if token.kind == "name" else token
    except (InputError, StopIteration):
        pass
    return None


def _undeclared(sparql: str) -> Token | None:
    """Return the first name whose prefix is not declared before it."""
    declared, before = set[str](), ""
    try:
        for token in scan(sparql):
            if token.kind == "name":
                prefix = token.text.partition(":")[0]
                if before == "PREFIX":
                    declared.add(prefix)
                elif prefix not in declared:
                    return token
            before = token.word
    except InputError:  # what is wrong there is told by the parser
        pass
    return None


def refused_update(message: str, sparql: str) -> InputError:
    """Return the error for an update that does not parse, from what the engine says of it.

    :param sparql: the update; something may have been put after it, from a line of its own on.

    >>> error = refused_update("error at 1:8: expected DATA", "INSERT  DTA {}")
    >>> error.where, error.what
    ('update:1:8', 'not a SPARQL update: expected DATA')
    >>> refused_update("error at 2:1: expected }", "INSERT DATA {").what
    'not a SPARQL update: it ends too early'
    """
    place, reason = _refused("update", message)
    lines = sparql.split("\n")
    found = _PLACE.match(message)
    if found and int(found["line"]) > len(lines):
        place, reason = f"update:{len(lines)}:{len(lines[-1]) + 1}", "it ends too early"
    todo = "change with INSERT, DELETE, CREATE, DROP, CLEAR, ADD, MOVE or COPY"
    return InputError(f"not a SPARQL update: {reason}", where=place, todo=todo)


def _refused(kind: str, message: str) -> tuple[str, str]:
    """Return where a text does not parse, and why."""
    found = _PLACE.match(message)
    reason = _plain(found["reason"] if found else message)
    if "Prefix not found" in reason:
        reason = "a prefix that is not declared"
    elif len(reason) > _LONGEST_REASON:
        reason = f"{reason[:_LONGEST_REASON]} ..."
    return f"{kind}:{found['line']}:{found['column']}" if found else kind, reason


def _plain(reason: str) -> str:
    """Return what the parser expects without what it expects everywhere.

    >>> _plain("expected one of LATERAL, SERVICE, [_]")
    'something is wrong here or just before'
    >>> _plain('expected one of ",", HAVING, OPTIONAL'), _plain('expected one of "{", [_]')
    ('expected one of ",", HAVING', 'expected "{"')
    """
    for words, plain in _SAID.items():
        if words in reason:
            return plain
    found = _EXPECTED.fullmatch(reason)
    if found is None:
        return reason
    named = re.findall(_SIGN, found[1])
    kept = [each for each in named if each not in _NOISE]
    if not kept:
        return _VAGUE
    return f"expected {'one of ' if len(kept) > 1 else ''}{', '.join(kept)}"
