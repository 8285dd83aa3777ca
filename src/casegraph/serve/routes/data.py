"""The routes of what the server tells as RDF: itself, its data, its queries, cases, reports, the ontology."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Final

import msgspec
import pyoxigraph as ox

from casegraph.errors import InputError
from casegraph.serve.http.fields import fields_of
from casegraph.serve.http.formats import requested_format
from casegraph.serve.http.logs import note
from casegraph.serve.http.negotiation import GRAPHS, HTML, Format
from casegraph.serve.http.request import Request
from casegraph.serve.jobs import Job
from casegraph.serve.jobs.resource import OntologyData, ResourceData, ResourcePage
from casegraph.serve.pages.as_turtle import turtle_page
from casegraph.serve.pages.index import index_page
from casegraph.serve.pages.ontology import ontology_page
from casegraph.serve.pages.workbench import workbench_page
from casegraph.serve.state import State
from casegraph.serve.static import StaticFile
from casegraph.serve.telling.catalogue import about_a_case
from casegraph.serve.telling.described import (
    dataset_description,
    prefix_declarations,
    service_description,
    whole_description,
)
from casegraph.serve.telling.examples import example_triples
from casegraph.serve.telling.resources import KINDS, form_of
from casegraph.serve.telling.statements import written
from casegraph.serve.workers.frames import Begin
from casegraph.serve.workers.kept import KeptAnswer

__all__ = [
    "answer_examples",
    "answer_file",
    "answer_index",
    "answer_ontology",
    "answer_resource",
    "answer_service",
    "answer_void",
    "answer_workbench",
    "pass_on",
    "send_made",
]


#: place of what is told as RDF alone -> what its page is called, and a sentence on it.
_PAGES: Final = {
    "sparql": (
        "The SPARQL service",
        "Send queries to this address: by GET or POST, as the SPARQL 1.1 Protocol has it. Here is its service"
        " description; as data it has the prefixes, the stored queries and, once counted, the data too.",
    ),
    ".well-known/void": (
        "The data",
        "What the data are, as VoID; with parts=yes also which properties the things of each class have.",
    ),
    ".well-known/sparql-examples": (
        "The stored queries as RDF",
        "Each stored query with its text, as the SPARQL editors of SIB read them.",
    ),
}


async def answer_service(request: Request, state: State) -> None:
    """Answer with all that a client wants to know before it asks (SPARQL 1.1 Service Description).

    The data are counted the first time that they are described; until that is done they are left out here.
    """
    asked, service = requested_format(request, (*GRAPHS, HTML)), state.service(request)
    counts = state.counts_so_far()
    triples = partial(service_description, service)
    if asked != HTML:
        triples = partial(whole_description, service, counts)
    await _send(request, state, asked, f"sparql {counts is not None}", triples)


async def answer_void(request: Request, state: State) -> None:
    """Answer with the description of the data (VoID); with ``parts=no`` without what takes long to count.

    A page is without it unless it is asked for.
    """
    asked, service = requested_format(request, (*GRAPHS, HTML)), state.service(request)
    said = fields_of(request.scope["query_string"]).one("parts") or ("no" if asked == HTML else "yes")
    if said not in ("yes", "no"):
        raise InputError("no such parts", where="parts", expected="yes or no")
    counts = await state.counts(parts=said == "yes")
    await _send(
        request,
        state,
        asked,
        f".well-known/void {said}",
        lambda: [*dataset_description(service, counts), *service_description(service)],
    )


async def answer_examples(request: Request, state: State) -> None:
    """Answer with the stored queries, in the form that SPARQL editors of SIB read."""
    asked, service = requested_format(request, (*GRAPHS, HTML)), state.service(request)
    await _send(
        request,
        state,
        asked,
        ".well-known/sparql-examples",
        lambda: [*example_triples(service), *prefix_declarations(service)],
    )


async def answer_index(request: Request, state: State) -> None:
    """Answer with the page that leads to all others."""
    await send_made(request, state, HTML, "index", partial(index_page, state.service(request)))


async def answer_workbench(request: Request, state: State) -> None:
    """Answer with the page for those who write SPARQL."""
    await send_made(request, state, HTML, "workbench", partial(workbench_page, state.service(request)))


async def answer_file(file: StaticFile, request: Request, state: State) -> None:
    """Answer with a file, unless the client has it already."""
    del state
    headers = {"content-type": file.media_type, "etag": file.tag()}
    if file.policy:
        headers["content-security-policy"] = file.policy
    if not await request.has_already(headers):
        await request.reply(HTTPStatus.OK, file.content(), headers.items())


async def _send(
    request: Request, state: State, asked: Format, name: str, triples: Callable[[], list[ox.Triple]]
) -> None:
    """Send triples in a form of RDF, or as a page for people.

    :param name: where the page is, and behind a space what else tells the answer from others.
    """
    service, place = state.service(request), name.partition(" ")[0]

    def made() -> bytes:
        if asked == HTML:
            return turtle_page(service, place, _PAGES[place], written(triples(), ox.RdfFormat.TURTLE))
        return written(triples(), form_of(asked.media_type))

    await send_made(request, state, asked, name, made)


async def answer_resource(kind: str, request: Request, state: State) -> None:
    """Answer with a case, a group, a report or a data set, as RDF or as a page.

    :param kind: the first part of the path.
    """
    asked = requested_format(request, (*GRAPHS, HTML))
    path = request.scope.get("raw_path", b"").decode("latin-1").partition("?")[0]
    path = path.removeprefix(f"/{kind}/")
    if asked.name == "html":
        of_case = about_a_case() if KINDS[kind] == "case" else ()
        job: Job = ResourcePage(
            service=state.service(request), kind=KINDS[kind], path=path, questions=of_case
        )
    else:
        job = ResourceData(kind=KINDS[kind], path=path, media_type=asked.media_type)
    await pass_on(request, state, job)


async def answer_ontology(request: Request, state: State) -> None:
    """Answer with the ontology, as RDF or as a page."""
    asked = requested_format(request, (*GRAPHS, HTML))
    if asked.name == "html":
        await send_made(request, state, asked, "ontology", partial(ontology_page, state.service(request)))
        return
    await pass_on(request, state, OntologyData(media_type=asked.media_type))


async def pass_on(request: Request, state: State, job: Job) -> None:
    """Send what a worker answers to a job, or answered before, unless the client has it already."""
    tag = state.tag(msgspec.msgpack.encode(job))
    if await _kept(request, state, tag):
        return
    answer = await state.read(job)
    if (whole := answer.whole) is not None:
        state.kept.keep(tag, KeptAnswer(answer.head, whole))
    note(request.scope, generation=answer.head.generation)
    await request.pass_on(answer, {"etag": tag}, state.settings.limits.stall)


async def send_made(
    request: Request, state: State, asked: Format, name: str, make: Callable[[], bytes]
) -> None:
    """Send what is made here, without a worker, unless it was made before.

    :param asked: the format of the answer.
    :param name: what tells it from all else that is made.
    """
    tag = state.tag(name, request.site, asked.media_type)
    if await _kept(request, state, tag):
        return
    made = KeptAnswer(Begin(status=HTTPStatus.OK, media_type=asked.content_type), make())
    state.kept.keep(tag, made)
    await _reply(request, tag, made)


async def _kept(request: Request, state: State, tag: str) -> bool:
    """Send an answer that was kept, or tell the client that it has it; return whether that was so."""
    if await request.has_already({"etag": tag}):
        return True
    found = state.kept.find(tag)
    if found is None:
        return False
    note(request.scope, generation=found.head.generation, kept=True)
    await _reply(request, tag, found)
    return True


async def _reply(request: Request, tag: str, answer: KeptAnswer) -> None:
    head = answer.head
    told = {"etag": tag, "content-type": head.media_type, **head.headers}
    await request.reply(head.status, answer.body, told.items())
