"""The routes of the cohorts: the list of them, the page of one with its pictures, and the data of each."""

from __future__ import annotations

from functools import partial
from typing import Final

from casegraph.plot.cohort.cohort import is_cohort
from casegraph.plot.cohort.pictures import QUESTIONS
from casegraph.query import StoredQuery, stored_queries
from casegraph.serve.http.fields import fields_of
from casegraph.serve.http.formats import requested_format
from casegraph.serve.http.logs import note
from casegraph.serve.http.negotiation import HTML, RESULTS
from casegraph.serve.http.request import Request
from casegraph.serve.jobs.cohort import CohortData, CohortPage
from casegraph.serve.pages.cohort import cohorts_page
from casegraph.serve.routes.data import pass_on, send_made
from casegraph.serve.routes.queries import values_of
from casegraph.serve.state import State
from casegraph.serve.telling.catalogue import about

__all__ = ["PICTURES", "answer_cohort", "answer_cohort_data", "answer_cohorts"]

#: The names of the pictures, in their order on the page.
PICTURES: Final = tuple(QUESTIONS)


async def answer_cohorts(request: Request, state: State) -> None:
    """Answer with the list of the stored queries whose cases are a cohort."""
    requested_format(request, (HTML,))
    service = state.service(request)
    queries = [about(service, each) for each in stored_queries().values() if is_cohort(each)]
    await send_made(request, state, HTML, "cohorts", partial(cohorts_page, service, queries))


async def answer_cohort(query: StoredQuery, request: Request, state: State) -> None:
    """Answer with the pictures of the cases that answer a stored query."""
    requested_format(request, (HTML,))
    note(request.scope, query=query.name)
    values = values_of(fields_of(request.scope["query_string"]), is_form=True)
    await pass_on(request, state, CohortPage(name=query.name, values=values, service=state.service(request)))


async def answer_cohort_data(query: StoredQuery, picture: str, request: Request, state: State) -> None:
    """Answer with the data of one picture, as rows.

    :param picture: one of :data:`PICTURES`.
    """
    asked = requested_format(request, RESULTS)
    note(request.scope, query=query.name)
    values = values_of(fields_of(request.scope["query_string"]), is_form=False)
    job = CohortData(
        name=query.name, values=values, picture=picture, format_=asked.name, media_type=asked.media_type
    )
    await pass_on(request, state, job)
