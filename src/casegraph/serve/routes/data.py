"""The routes of what the server tells as RDF: itself, its data, its queries, cases, reports, the ontology."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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


@dataclass(frozen=True)
class _Told:
    """What is told as RDF alone, or as a page of that.

    :param place: where it is, from the root of the server; one of :data:`_PAGES`.
    :param triples: makes it.
    :param fields: what is asked of it but the format, as it stands in an address.
    :param is_counted: whether the data were counted when it was told, for else they are left out.
    """

    place: str
    triples: Callable[[], list[ox.Triple]]
    fields: str = ""
    is_counted: bool = True

    @property
    def address(self) -> str:
        """Where it is, from the root of the server, with what is asked of it."""
        return f"{self.place}?{self.fields}" if self.fields else self.place


async def answer_service(request: Request, state: State) -> None:
    """Answer with all that a client wants to know before it asks (SPARQL 1.1 Service Description).

    The data are counted the first time that they are described; until that is done they are left out here.
    """
    asked, service = requested_format(request, (*GRAPHS, HTML)), state.service(request)
    counts = state.counts_so_far()
    triples = partial(service_description, service)
    if asked != HTML:
        triples = partial(whole_description, service, counts)
    await _send(request, state, asked, _Told("sparql", triples, is_counted=counts is not None))


async def answer_void(request: Request, state: State) -> None:
    """Answer with the description of the data (VoID); with ``parts=no`` without what takes long to count.

    A page is without it unless it is asked for, and so are the data that the page leads to.
    """
    asked, service = requested_format(request, (*GRAPHS, HTML)), state.service(request)
    said = fields_of(request.scope["query_string"]).one("parts") or ("no" if asked == HTML else "yes")
    if said not in ("yes", "no"):
        raise InputError("no such parts", where="parts", expected="yes or no")
    counts = await state.counts(parts=said == "yes")
    told = _Told(
        ".well-known/void",
        lambda: [*dataset_description(service, counts), *service_description(service)],
        fields=f"parts={said}",
    )
    await _send(request, state, asked, told)


async def answer_examples(request: Request, state: State) -> None:
    """Answer with the stored queries, in the form that SPARQL editors of SIB read."""
    asked, service = requested_format(request, (*GRAPHS, HTML)), state.service(request)
    told = _Told(
        ".well-known/sparql-examples",
        lambda: [*example_triples(service), *prefix_declarations(service)],
    )
    await _send(request, state, asked, told)


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


async def _send(request: Request, state: State, asked: Format, told: _Told) -> None:
    """Send what is told in a form of RDF, or as a page for people."""
    service = state.service(request)

    def made() -> bytes:
        if asked == HTML:
            turtle = written(told.triples(), ox.RdfFormat.TURTLE)
            return turtle_page(service, told.address, _PAGES[told.place], turtle)
        return written(told.triples(), form_of(asked.media_type))

    await send_made(request, state, asked, f"{told.address} {told.is_counted}", made)


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
