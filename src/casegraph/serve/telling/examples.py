"""The stored queries as RDF, in the form of SIB's sparql-examples: question, text, keywords and endpoint."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import NamedNode, Triple

from casegraph.namespaces import PREFIXES
from casegraph.query import StoredQuery, stored_queries
from casegraph.serve.telling.service import Service
from casegraph.serve.telling.statements import iri, statements, words

__all__ = ["example_triples", "text_without_head"]


def example_triples(service: Service, queries: Iterable[StoredQuery] | None = None) -> list[Triple]:
    """Return what is said of stored queries.

    :param queries: None is all of them.
    :raises InputError: if one of them is malformed.
    """
    asked = stored_queries().values() if queries is None else queries
    return [triple for query in asked for triple in _of(service, query)]


def _of(service: Service, query: StoredQuery) -> list[Triple]:
    head = query.head
    return statements(
        NamedNode(f"{PREFIXES['cgq']}{query.name}"),
        ("rdf:type", iri("sh:SPARQLExecutable")),
        ("rdf:type", iri("sh:SPARQLSelectExecutable")),
        ("rdfs:label", words(head.summary)),
        ("rdfs:comment", words(head.question)),
        *((("dcterms:description", words(" ".join(head.description.split()))),) if head.description else ()),
        ("sh:prefixes", NamedNode(service.prefixes)),
        ("sh:select", text_without_head(query)),
        *(("schema:keywords", tag) for tag in head.tags),
        ("schema:target", NamedNode(service.endpoint)),
    )


def text_without_head(query: StoredQuery) -> str:
    """Return the SPARQL of a query without the lines that tell about it."""
    lines = query.text.split("\n")
    return "\n".join(line for line in lines if not line.startswith("#+")).strip("\n") + "\n"
