"""HEAD tells what GET would, and OPTIONS of the whole server what is known."""

from __future__ import annotations

from typing import cast

import pytest
from starlette.types import Receive, Scope, Send

from asgi_calls import Told, call
from casegraph.serve.app import App
from casegraph.serve.http.request import Request
from casegraph.serve.state import State
from casegraph.serve.workers.answer import Answer
from casegraph.serve.workers.frames import DATA, END, Begin
from casegraph.serve.workers.line import Line


def passed_on(method: str, *pieces: bytes) -> Told:
    """Return what a client gets of the answer of a worker that is whole."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        answer = Answer(cast(Line, None), lambda _: None)
        answer._line = _Line()  # type: ignore[assignment]
        answer.head = Begin(status=200, media_type="text/turtle")
        for piece in pieces:
            answer.told(DATA, piece)
        answer.told(END, b"")
        await Request(scope, receive, send).pass_on(answer, {}, 1.0)

    return call(app, method)


class _Line:
    listener = None


@pytest.mark.parametrize(
    ("pieces", "length"), [((b"<urn:a> ", b"a <urn:b> ."), "19"), ((), None)], ids=["whole", "head alone"]
)
def test_the_length_is_the_real_one_or_none(pieces: tuple[bytes, ...], length: str | None) -> None:
    told = passed_on("HEAD", *pieces)
    assert (told.status, told.body, told.header("content-length")) == (200, b"", length)


def test_get_has_the_length_of_what_is_empty() -> None:
    told = passed_on("GET")
    assert (told.status, told.body, told.header("content-length")) == (200, b"", "0")


def test_options_of_the_server_tells_the_methods() -> None:
    app = App(cast(State, None))
    told = call(app, "OPTIONS", "*")
    assert (told.status, told.body, told.header("content-length")) == (204, b"", None)
    assert told.header("allow") == "GET, HEAD, POST, PUT, DELETE, OPTIONS"
