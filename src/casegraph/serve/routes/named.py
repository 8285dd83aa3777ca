"""The routes behind the fields of a form: terms by what is typed, what IRIs are called, a query's text."""

from __future__ import annotations

from typing import Final

import pyoxigraph as ox

from casegraph.errors import InputError
from casegraph.query import StoredQuery
from casegraph.serve.http.fields import fields_of
from casegraph.serve.http.formats import requested_format
from casegraph.serve.http.negotiation import JSON, Format
from casegraph.serve.http.request import Request
from casegraph.serve.jobs.named import BoundText, FindTerms, NameTerms
from casegraph.serve.routes.data import pass_on
from casegraph.serve.routes.queries import number, values_of
from casegraph.serve.state import State

__all__ = [
    "MOST_NAMED",
    "MOST_TERMS",
    "MOST_WITHIN",
    "SPARQL",
    "answer_labels",
    "answer_terms",
    "answer_text",
]

#: Of one answer of ``/terms``.
MOST_TERMS: Final = 50
#: CURIEs of one request to ``/terms``.
MOST_WITHIN: Final = 20
#: IRIs of one request to ``/labels``.
MOST_NAMED: Final = 100
SPARQL: Final = Format("rq", "application/sparql-query")
_USUAL: Final = 10
_LONGEST: Final = 200
_LONGEST_IRI: Final = 4_000


async def answer_terms(request: Request, state: State) -> None:
    """Answer with the terms that a text may become."""
    fields = fields_of(request.scope["query_string"])
    requested_format(request, (JSON,))
    text, within = fields.one("text"), tuple(fields.all("within"))
    if text is None:
        raise InputError("no text", where="text", expected="the beginning of a name, or an identifier")
    if len(text) > _LONGEST:
        raise InputError("too long", where="text", expected=f"at most {_LONGEST} characters")
    if len(within) > MOST_WITHIN:
        raise InputError("too many", where="within", expected=f"at most {MOST_WITHIN}")
    limit = number(fields, "limit", 1, MOST_TERMS) or _USUAL
    await pass_on(request, state, FindTerms(text=text, within=within, limit=limit))


async def answer_labels(request: Request, state: State) -> None:
    """Answer with what IRIs are called."""
    fields = fields_of(request.scope["query_string"], most=MOST_NAMED)
    requested_format(request, (JSON,))
    iris = tuple(dict.fromkeys(fields.all("iri")))
    if not iris:
        raise InputError("no IRI", where="iri", expected=f"iri=..., up to {MOST_NAMED} times")
    if any(len(each) > _LONGEST_IRI for each in iris):
        raise InputError("too long", where="iri", expected=f"at most {_LONGEST_IRI:,} characters")
    for each in iris:
        try:
            ox.NamedNode(each)
        except ValueError as error:
            raise InputError(f"no IRI: {error}", where=repr(each), expected="an absolute IRI") from error
    await pass_on(request, state, NameTerms(service=state.service(request), iris=iris))


async def answer_text(query: StoredQuery, request: Request, state: State) -> None:
    """Answer with the SPARQL of a stored query, with values for its parameters."""
    fields = fields_of(request.scope["query_string"])
    requested_format(request, (SPARQL,))
    await pass_on(request, state, BoundText(name=query.name, values=values_of(fields)))
