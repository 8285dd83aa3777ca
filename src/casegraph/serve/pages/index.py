"""The page that leads to all others: what the server has, and at which address."""

from __future__ import annotations

from typing import Final

from casegraph.serve.pages.frame import page
from casegraph.serve.pages.markup import Content, element, link
from casegraph.serve.telling.service import Service

__all__ = ["index_page"]

_HEADLINE: Final = "queries/refractory_cases_responding"
_PLACES: Final = (
    ("queries", "the stored questions, with their answers"),
    ("cohorts", "pictures of the cases that answer a stored question"),
    ("workbench", "an editor of SPARQL, with the stored questions, labels, charts and graphs"),
    ("cases", "all cases, each behind the DOI of its report"),
    ("groups", "groups of patients that are told of as one"),
    ("reports", "all reports, each behind its DOI"),
    ("ontology", "classes and properties, with definitions"),
    ("docs", "the interface for programs, to try"),
    ("sparql", "SPARQL; by itself the description of this service, as RDF"),
    (".well-known/void", "what the data are, as RDF (VoID)"),
    (".well-known/sparql-examples", "the stored questions, as RDF"),
    ("health", "whether the data can be read"),
)


def index_page(service: Service) -> bytes:
    """Return the page."""
    places = (
        element("li", link(f"{service.base}{place}", f"/{place}"), f": {what}") for place, what in _PLACES
    )
    content: list[Content] = [
        element("h1", "Case reports as a graph"),
        element("p", "Begin with ", link(f"{service.base}{_HEADLINE}", "the headline question"), "."),
        element("ul", places),
        element("p", "No medical advice: a case report says what was seen in one person."),
    ]
    return page(service, "Case reports as a graph", content, address=service.base)
