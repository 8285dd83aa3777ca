"""Stands before the engine: refuses a query or update that would call out, kill it, or is none at all."""

from __future__ import annotations

from collections.abc import Collection
from http import HTTPStatus
from typing import Literal

from casegraph.errors import InputError
from casegraph.serve.errors import LimitError
from casegraph.serve.guard.services import Calls, calls_nobody
from casegraph.serve.guard.weighing import BRACKET, Weight, heaviest_possible
from casegraph.serve.http.problems import RefusedError
from casegraph.serve.limits import Limits
from casegraph.store.tokens import Token, place_of, scan

__all__ = ["decoded", "form_of", "is_plain", "refuse", "refuse_length"]

_QUERIES = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_UPDATES = ("INSERT", "DELETE", "WITH", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY")
#: What may stand before the first word of a form; also what is no word.
_PROLOGUE = ("", "PREFIX", "BASE", "VERSION")


def refuse(text: str, *, limits: Limits, services: Collection[str] = (), update: bool = False) -> None:
    """Do nothing if a text is harmless to read; what it takes to answer is the worker's to bound.

    Not all that is no SPARQL is refused: the engine tells of the rest, with a place.

    :param services: hosts that SERVICE may name, as :func:`casegraph.serve.guard.services.allowed_by` reads
        them.
    :param update: whether it is to be an update; no update may call a service.
    :raises RefusedError: 413 if it is too long.
    :raises LimitError: if it is too deep.
    :raises InputError: if it holds what no SPARQL can hold, can be read in two ways, calls another server,
        or is a query where an update is due or the other way round.

    >>> refuse("ASK { }", limits=Limits())
    >>> refuse("ASK { SERVICE <http://e.org/> { } }", limits=Limits())
    Traceback (most recent call last):
        ...
    casegraph.errors.InputError: query:1:7: SERVICE is not allowed: the server calls no other; start the ...
    """
    refuse_length(text, limits.body if update else limits.text)
    _refuse_characters(text)
    calls = Calls(text, () if update else services, in_update=update)
    weight, heaviest = Weight(), limits.nesting * BRACKET
    forms = _Forms(text)
    for token in scan(text):
        if weight.add(token) > heaviest:
            raise LimitError(
                "the query is nested too deeply, or its chains are too long",
                where=place_of(text, token.start),
                expected=f"up to {limits.nesting} brackets within each other",
                todo="use VALUES or IN in place of a chain",
            )
        forms.add(token, update=update)
        calls.add(token)


def is_plain(text: str, *, limits: Limits) -> bool:
    """Tell at a glance that :func:`refuse` would find no harm in a query; a tenth of its work.

    What is no SPARQL may be plain, too: the engine tells of it.

    >>> is_plain("ASK { }", limits=Limits()), is_plain("CLEAR ALL", limits=Limits())
    (True, False)
    """
    is_light = heaviest_possible(text) <= limits.nesting * BRACKET
    return is_light and calls_nobody(text) and "\0" not in text and form_of(text) != "update"


def decoded(body: bytes) -> str:
    """Return the text of a body.

    :raises InputError: if it is not UTF-8, at the first byte that is wrong.

    >>> decoded(b"ASK { }")
    'ASK { }'
    """
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        before = body[: error.start]
        line, column = before.count(b"\n") + 1, len(before.rpartition(b"\n")[2].decode("utf-8")) + 1
        raise InputError(
            f"byte {error.start} is not UTF-8: {error.reason}",
            where=f"query:{line}:{column}",
            todo="send the text as UTF-8",
        ) from error


def form_of(text: str) -> Literal["query", "update", ""]:
    """Tell what a text begins as after its prefixes; empty if that is neither.

    >>> form_of("PREFIX a: <urn:a> SELECT * { }"), form_of("CLEAR ALL"), form_of("hello")
    ('query', 'update', '')
    """
    return next((_form(token) for token in scan(text) if token.word not in _PROLOGUE), "")


class _Forms:
    """Reads tokens until the first word that is not of the prologue, and refuses the wrong form."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._known = False

    def add(self, token: Token, *, update: bool) -> None:
        if self._known or token.word in _PROLOGUE:
            return
        self._known = True
        form, wanted = _form(token), "update" if update else "query"
        if form in ("", wanted):
            return
        here = "/update" if form == "update" else "/sparql"
        what = f"{token.word} makes {'an update' if form == 'update' else 'a query'}"
        where = place_of(self._text, token.start)
        raise InputError(
            what,
            where=where,
            expected=f"a text for /{wanted}" if update else "a query",
            todo=f"send it to {here}",
        )


def _form(token: Token) -> Literal["query", "update", ""]:
    if token.word.startswith(_QUERIES):
        return "query"
    return "update" if token.word.startswith(_UPDATES) else ""


def refuse_length(text: str, longest: int) -> None:
    """Do nothing if a text is not too long.

    :param longest: bytes.
    :raises RefusedError: 413 if it is.
    """
    if len(text) > longest or len(text.encode("utf-8", "surrogatepass")) > longest:
        raise RefusedError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "the text is too long",
            expected=f"up to {longest:,} bytes",
            todo="send data by PUT /graphs, and long lists of values in several requests",
        )


def _refuse_characters(text: str) -> None:
    """Refuse NUL, and the halves of a character, which no UTF-8 holds."""
    if (zero := text.find("\0")) >= 0:
        raise InputError("a NUL character", where=place_of(text, zero), todo="remove it")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        where = place_of(text, error.start)
        raise InputError(
            "half a character (a lone surrogate)", where=where, expected="Unicode text"
        ) from error
