"""The route by which somebody who watches over the server learns whether the data can be read."""

from __future__ import annotations

from casegraph.serve.http.request import Request
from casegraph.serve.jobs.health import Health
from casegraph.serve.state import State

__all__ = ["answer_health"]


async def answer_health(request: Request, state: State) -> None:
    """Answer with what a worker finds when it reads the data, and with how busy the workers are."""
    readers = state.readers
    job = Health(writable=state.writer is not None, workers=readers.many, busy=readers.busy)
    answer = await state.read(job)
    await request.pass_on(answer, {"cache-control": "no-store"}, state.settings.limits.stall)
