"""The routes of the lists of cases, groups and reports."""

from __future__ import annotations

from typing import Final

from casegraph.serve.http.fields import fields_of
from casegraph.serve.http.formats import requested_format
from casegraph.serve.http.negotiation import GRAPHS, HTML, JSON
from casegraph.serve.http.request import Request
from casegraph.serve.jobs.listed import ListResources
from casegraph.serve.routes.data import pass_on
from casegraph.serve.routes.queries import MOST_OFFSET, number
from casegraph.serve.state import State

__all__ = ["MOST_LISTED", "answer_list"]

#: Of one page of a list.
MOST_LISTED: Final = 1_000
_USUAL: Final = 100


async def answer_list(kind: str, request: Request, state: State) -> None:
    """Answer with a page of the list of cases, groups or reports.

    :param kind: the path, without its slash.
    """
    fields = fields_of(request.scope["query_string"])
    asked = requested_format(request, (JSON, *GRAPHS, HTML))
    job = ListResources(
        kind=kind,
        format_=asked.name,
        media_type=asked.media_type,
        service=state.service(request),
        limit=number(fields, "limit", 1, MOST_LISTED) or _USUAL,
        offset=number(fields, "offset", 0, MOST_OFFSET) or 0,
    )
    await pass_on(request, state, job)
