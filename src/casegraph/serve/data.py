"""The routes of what the server tells as RDF: itself, its data, its queries, cases, reports, the ontology."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus

import pyoxigraph as ox

from casegraph.namespaces import PREFIXES
from casegraph.serve.described import dataset_description, prefix_declarations, service_description
from casegraph.serve.examples import example_triples
from casegraph.serve.negotiation import GRAPHS, Format, choose
from casegraph.serve.problems import RefusedError
from casegraph.serve.request import Request
from casegraph.serve.state import State
from casegraph.serve.static import StaticFile

__all__ = ["answer_examples", "answer_file", "answer_service", "answer_void", "send_graph"]

_NAMES = ("cg", "cgq", "dcterms", "rdf", "rdfs", "sh", "skos", "void", "xsd")


async def answer_service(request: Request, state: State) -> None:
    """Answer with the description of the service (SPARQL 1.1 Service Description)."""
    service = state.service(request)
    await send_graph(request, [*service_description(service), *prefix_declarations(service)])


async def answer_void(request: Request, state: State) -> None:
    """Answer with the description of the data (VoID)."""
    service = state.service(request)
    counts = await request.while_there(state.counts())
    await send_graph(request, [*dataset_description(service, counts), *service_description(service)])


async def answer_examples(request: Request, state: State) -> None:
    """Answer with the stored queries, in the form that SPARQL editors of SIB read."""
    service = state.service(request)
    await send_graph(request, [*example_triples(service), *prefix_declarations(service)])


async def answer_file(file: StaticFile, request: Request, state: State) -> None:
    """Answer with a file."""
    del state
    headers = [("content-type", file.media_type), ("cache-control", "public, max-age=3600")]
    await request.reply(HTTPStatus.OK, file.content(), headers)


async def send_graph(request: Request, triples: Iterable[ox.Triple]) -> None:
    """Send triples in the format that the client likes best.

    :raises RefusedError: 406 if there is none.
    """
    format_ = choose(request.header(b"accept"), GRAPHS)
    if format_ is None:
        raise RefusedError(HTTPStatus.NOT_ACCEPTABLE, "no format of a graph is acceptable")
    await request.reply(HTTPStatus.OK, _written(triples, format_), [("content-type", format_.content_type)])


def _written(triples: Iterable[ox.Triple], format_: Format) -> bytes:
    rdf = ox.RdfFormat.from_media_type(format_.media_type)
    names = {name: PREFIXES[name] for name in _NAMES}
    return ox.serialize(triples, format=rdf, prefixes=names) or b""
