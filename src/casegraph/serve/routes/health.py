"""The route by which somebody who watches over the server learns whether the data can be read."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

import msgspec

from casegraph.errors import CasegraphError
from casegraph.serve.errors import FullError
from casegraph.serve.http.logs import note
from casegraph.serve.http.problems import RETRY_AFTER, fault_of, reason_of
from casegraph.serve.http.request import Request
from casegraph.serve.state import State

__all__ = ["answer_health"]

_HEADERS: Final = (("cache-control", "no-store"), ("content-type", "application/json"))


async def answer_health(request: Request, state: State) -> None:
    """Answer with what a worker finds when it reads the data, and with how busy the workers are: 200, or 503.

    The worker is one that does nothing else, so that a server that is busy is not taken for one that is ill.
    """
    stall = state.settings.limits.stall
    try:
        found = await state.health()
    except CasegraphError as error:
        note(request.scope, reason=reason_of(error), fault=fault_of(error) or str(error))
        body = msgspec.json.encode({"status": "failed", "detail": _detail(error)})
        await request.reply(HTTPStatus.SERVICE_UNAVAILABLE, body, (*_HEADERS, RETRY_AFTER), stall)
        return
    await request.reply(HTTPStatus.OK, found, _HEADERS, stall)


def _detail(error: CasegraphError) -> str:
    """Return what anybody may know: of a fault of the store, which may quote a path, that it is one."""
    return error.what if isinstance(error, FullError) else "the data cannot be read; the log tells more"
