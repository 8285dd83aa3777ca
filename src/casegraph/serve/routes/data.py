"""The routes of what the server tells as RDF: itself, its data, its queries, cases, reports, the ontology."""

from __future__ import annotations

from http import HTTPStatus

import msgspec
import pyoxigraph as ox

from casegraph.serve.http.formats import requested_format
from casegraph.serve.http.logs import note
from casegraph.serve.http.negotiation import GRAPHS, HTML, Format
from casegraph.serve.http.request import Request
from casegraph.serve.jobs import Job
from casegraph.serve.jobs.resource import OntologyData, ResourceData, ResourcePage
from casegraph.serve.pages.ontology import ontology_page
from casegraph.serve.state import State
from casegraph.serve.static import StaticFile
from casegraph.serve.telling.described import (
    dataset_description,
    prefix_declarations,
    service_description,
    whole_description,
)
from casegraph.serve.telling.examples import example_triples
from casegraph.serve.telling.resources import KINDS, form_of
from casegraph.serve.telling.statements import written
from casegraph.serve.workers.kept import KeptAnswer

__all__ = [
    "answer_examples",
    "answer_file",
    "answer_ontology",
    "answer_resource",
    "answer_service",
    "answer_void",
    "pass_on",
]


async def answer_service(request: Request, state: State) -> None:
    """Answer with all that a client wants to know before it asks (SPARQL 1.1 Service Description).

    The data are counted the first time that they are described; until that is done they are left out here.
    """
    await _send(request, whole_description(state.service(request), state.counts_so_far()))


async def answer_void(request: Request, state: State) -> None:
    """Answer with the description of the data (VoID)."""
    service = state.service(request)
    counts = await state.counts()
    await _send(request, [*dataset_description(service, counts), *service_description(service)])


async def answer_examples(request: Request, state: State) -> None:
    """Answer with the stored queries, in the form that SPARQL editors of SIB read."""
    service = state.service(request)
    await _send(request, [*example_triples(service), *prefix_declarations(service)])


async def answer_file(file: StaticFile, request: Request, state: State) -> None:
    """Answer with a file."""
    del state
    headers = [("content-type", file.media_type), ("cache-control", "public, max-age=3600")]
    await request.reply(HTTPStatus.OK, file.content(), headers)


async def _send(request: Request, triples: list[ox.Triple]) -> None:
    asked = requested_format(request, GRAPHS)
    body = written(triples, form_of(asked.media_type))
    await request.reply(HTTPStatus.OK, body, [("content-type", asked.content_type)])


async def answer_resource(kind: str, request: Request, state: State) -> None:
    """Answer with a case, a group, a report or a data set, as RDF or as a page.

    :param kind: the first part of the path.
    """
    asked = requested_format(request, (*GRAPHS, HTML))
    path = request.scope.get("raw_path", b"").decode("latin-1").partition("?")[0]
    path = path.removeprefix(f"/{kind}/")
    if asked.name == "html":
        job: Job = ResourcePage(service=state.service(request), kind=KINDS[kind], path=path)
    else:
        job = ResourceData(kind=KINDS[kind], path=path, media_type=asked.media_type)
    await pass_on(request, state, job, asked)


async def answer_ontology(request: Request, state: State) -> None:
    """Answer with the ontology, as RDF or as a page."""
    asked = requested_format(request, (*GRAPHS, HTML))
    if asked.name == "html":
        await request.reply(
            HTTPStatus.OK, ontology_page(state.service(request)), [("content-type", HTML.content_type)]
        )
        return
    await pass_on(request, state, OntologyData(media_type=asked.media_type), asked)


async def pass_on(request: Request, state: State, job: Job, asked: Format) -> None:
    """Send what a worker answers to a job, or answered before, unless the client has it already.

    :param asked: the format of the answer.
    """
    headers = {"etag": f'W/"{state.version()}-{asked.name}"'}
    if await request.has_already(headers):
        return
    key = (state.version(), msgspec.msgpack.encode(job))
    kept = state.kept.find(key)
    if kept is not None:
        note(request.scope, generation=kept.head.generation, kept=True)
        told = {"content-type": kept.head.media_type, **headers, **kept.head.headers}
        await request.reply(kept.head.status, kept.body, told.items())
        return
    answer = await state.read(job)
    if (whole := answer.whole) is not None:
        state.kept.keep(key, KeptAnswer(answer.head, whole))
    note(request.scope, generation=answer.head.generation)
    await request.pass_on(answer, headers, state.settings.limits.stall)
