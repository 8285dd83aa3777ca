"""The route by which somebody who watches over the server learns whether the data can be read."""

from __future__ import annotations

from http import HTTPStatus

import msgspec

from casegraph.errors import CasegraphError
from casegraph.serve.http.logs import note
from casegraph.serve.http.problems import reason_of
from casegraph.serve.http.request import Request
from casegraph.serve.jobs.health import Health
from casegraph.serve.state import State

__all__ = ["answer_health"]


async def answer_health(request: Request, state: State) -> None:
    """Answer with what a worker finds when it reads the data, and with how busy the workers are: 200, or 503.

    The worker is one that does nothing else, so that a server that is busy is not taken for one that is ill.
    """
    readers = state.readers
    job = Health(writable=state.writer is not None, workers=readers.many, busy=readers.busy)
    headers = {"cache-control": "no-store"}
    try:
        answer = await state.watcher.ask(job)
    except CasegraphError as error:
        note(request.scope, reason=reason_of(error))
        body = msgspec.json.encode({"status": "failed", "detail": error.what})
        told = [*headers.items(), ("content-type", "application/json")]
        await request.reply(HTTPStatus.SERVICE_UNAVAILABLE, body, told)
        return
    await request.pass_on(answer, headers, state.settings.limits.stall)
