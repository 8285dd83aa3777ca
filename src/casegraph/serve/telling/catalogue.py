"""The stored queries as a server tells of them: for programs as JSON, for tools as RDF."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import msgspec
from pyoxigraph import RdfFormat

from casegraph.namespaces import PREFIXES
from casegraph.parameters import ParameterType, closed_list
from casegraph.plot.cohort.cohort import is_cohort
from casegraph.query import StoredQuery, example_of, stored_queries
from casegraph.serve.telling.examples import example_triples
from casegraph.serve.telling.service import Service
from casegraph.serve.telling.statements import written

__all__ = ["AboutParameter", "AboutQuery", "about", "about_a_case", "all_queries", "query_rdf"]


class AboutParameter(msgspec.Struct, frozen=True, kw_only=True):
    """What a parameter of a query takes.

    :param example: what stands in the query; several terms where it is a concept and all below it.
    :param within: CURIEs; a concept must be one of them or below one.
    :param values: of a closed list, name -> label; else empty.
    """

    type: ParameterType
    label: str
    example: str
    within: tuple[str, ...] = ()
    values: dict[str, str] = {}


class AboutQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What a server tells of a stored query.

    :param returns: column -> its meaning and unit.
    :param view: how its rows are best seen first: ``table``, ``chart``; empty where it does not say.
    :param links: ``self``, ``results``, the ``endpoint`` that it can be sent to, and where its cases are a
        cohort the pictures of it as ``cohort``.
    """

    name: str
    iri: str
    summary: str
    question: str
    description: str
    tags: tuple[str, ...]
    parameters: dict[str, AboutParameter]
    returns: dict[str, str]
    view: str
    text: str
    links: dict[str, str]


class QueryEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A stored query in the list of all."""

    name: str
    summary: str
    question: str
    tags: tuple[str, ...]
    parameters: tuple[str, ...]
    links: dict[str, str]


def all_queries(service: Service) -> tuple[QueryEntry, ...]:
    """Return the list of all stored queries, sorted by name.

    :raises InputError: if one of them is malformed.
    """
    return tuple(
        QueryEntry(
            name=name,
            summary=query.head.summary,
            question=query.head.question,
            tags=query.head.tags,
            parameters=tuple(query.head.parameters),
            links=_links(service, name),
        )
        for name, query in stored_queries().items()
    )


@cache
def about_a_case() -> tuple[tuple[str, str], ...]:
    """Return name and summary of the stored queries that ask of one case.

    Their other parameters keep their examples, which the answers tell of.

    :raises InputError: if one of them is malformed.

    >>> dict(about_a_case())["autoantibody_panels"]
    'The autoantibodies of a case over time'
    """
    asked = (
        (name, query.head) for name, query in stored_queries().items() if "case" in query.head.parameters
    )
    return tuple((name, head.summary) for name, head in asked if head.parameters["case"].type == "case")


def about(service: Service, query: StoredQuery) -> AboutQuery:
    """Return all that there is to know of a stored query before it is asked.

    >>> found = about(Service(base="http://localhost/"), stored_queries()["drug_responses"])
    >>> found.links["results"], found.parameters["drug"].example
    ('http://localhost/queries/drug_responses/results', 'cg:Interleukin2Drug')
    """
    head = query.head
    return AboutQuery(
        name=query.name,
        iri=f"{PREFIXES['cgq']}{query.name}",
        summary=head.summary,
        question=head.question,
        description=" ".join(head.description.split()),
        tags=head.tags,
        parameters=dict(_parameters(query)),
        returns=head.returns,
        view=head.view or "",
        text=query.text,
        links=_links(service, query.name) | _cohort(service, query) | {"endpoint": service.endpoint},
    )


def _links(service: Service, name: str) -> dict[str, str]:
    me = f"{service.base}queries/{name}"
    return {"self": me, "results": f"{me}/results"}


def _cohort(service: Service, query: StoredQuery) -> dict[str, str]:
    """Return the link to the pictures of the cases of a query, where it is a cohort."""
    return {"cohort": f"{service.base}cohorts/{query.name}"} if is_cohort(query) else {}


def _parameters(query: StoredQuery) -> Mapping[str, AboutParameter]:
    return {
        name: AboutParameter(
            type=each.type,
            label=each.label,
            example=example_of(query, name),
            within=each.within,
            values=closed_list(example_of(query, name)) if each.type == "value" else {},
        )
        for name, each in query.head.parameters.items()
    }


def query_rdf(service: Service, query: StoredQuery, form: RdfFormat) -> bytes:
    """Return a stored query in the form of SIB's sparql-examples, as RDF."""
    return written(example_triples(service, [query]), form)
