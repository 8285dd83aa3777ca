"""Reads the body of a request, as far as it may go and as its headers say."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Final

from starlette.types import Receive, Scope

from casegraph.serve.http.problems import ClientGoneError, RefusedError
from casegraph.serve.http.scope import header, headers

__all__ = ["MediaType", "media_type", "parse_media_type", "parse_parameters", "read_body"]

_CLOSE: Final = (("Connection", "close"),)  # what is left of the body is not waited for
_STALL: Final = 30.0  # seconds
_LONGEST: Final = 600.0  # seconds
_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_TYPE = re.compile(rf"\s*({_NAME}/{_NAME})\s*")
_PARAMETER = re.compile(rf';\s*(?:({_NAME})=(?:({_NAME})|"((?:[^"\\]|\\.)*+)"))?\s*')


class MediaType:
    """The media type of a body with its parameters.

    :param name: in lower case, without parameters.

    >>> MediaType("text/csv", {"charset": "UTF-8"}).charset
    'utf-8'
    """

    __slots__ = ("name", "parameters")

    def __init__(self, name: str, parameters: dict[str, str]) -> None:
        self.name, self.parameters = name, parameters

    @property
    def charset(self) -> str:
        """The charset in lower case; UTF-8 where none is named."""
        return self.parameters.get("charset", "utf-8").lower()


async def read_body(scope: Scope, receive: Receive, limit: int, *, stall: float = _STALL) -> bytes:
    """Return the body of a request.

    A length that is declared is checked before anything is read, so that a client which waits for
    "100 Continue" sends nothing in vain.

    :param limit: bytes.
    :param stall: seconds that the client may send nothing; after ten minutes the body has to be whole.
    :raises RefusedError: 413 if it is longer, 415 if it is compressed, 408 if it does not come, 400 if its
        length is no number.
    :raises ClientGoneError: if the client hangs up.
    """
    _refuse_unread(scope, limit)
    try:
        async with asyncio.timeout(stall) as patience:
            return b"".join([piece async for piece in _pieces(receive, limit, patience, stall)])
    except TimeoutError as error:
        raise RefusedError(
            HTTPStatus.REQUEST_TIMEOUT, "the body of the request does not come", headers=_CLOSE
        ) from error


async def _pieces(
    receive: Receive, limit: int, patience: asyncio.Timeout, stall: float
) -> AsyncIterator[bytes]:
    clock = asyncio.get_running_loop().time
    end, length = clock() + _LONGEST, 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError("the client hung up")
        piece = message.get("body", b"")
        length += len(piece)
        if length > limit:
            raise _too_long(limit)
        yield piece
        if not message.get("more_body", False):
            return
        patience.reschedule(min(end, clock() + stall))


def media_type(scope: Scope) -> MediaType | None:
    """Return the media type of the body, or None where none is told.

    :raises RefusedError: 400 if there are two, or what is told is none.
    """
    found = headers(scope, b"content-type")
    if len(found) > 1:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "the request has several Content-Type headers")
    return parse_media_type(found[0]) if found else None


def parse_media_type(text: str) -> MediaType:
    """Return a media type that is written in a header.

    :raises RefusedError: 400 if it is none.

    >>> parse_media_type('Multipart/Form-Data; boundary="a b"').parameters
    {'boundary': 'a b'}
    """
    named = _TYPE.match(text)
    parameters = None if named is None else parse_parameters(text[named.end() :])
    if named is None or parameters is None:
        raise RefusedError(
            HTTPStatus.BAD_REQUEST,
            "the Content-Type is no media type",
            expected="such as text/turtle; charset=utf-8",
        )
    return MediaType(named[1].lower(), parameters)


def parse_parameters(text: str) -> dict[str, str] | None:
    r"""Return the parameters of a header from the first semicolon on, or None if they are malformed.

    >>> parse_parameters(r'; name="a \"b"; filename=c'), parse_parameters("; a=1; a=2")
    ({'name': 'a "b', 'filename': 'c'}, None)
    """
    parameters: dict[str, str] = {}
    end = 0
    while end < len(text):
        matched = _PARAMETER.match(text, end)
        name = (matched[1] or "").lower() if matched else ""
        if matched is None or name in parameters:
            return None
        if name:
            parameters[name] = matched[2] or re.sub(r"\\(.)", r"\1", matched[3])
        end = matched.end()
    return parameters


def _refuse_unread(scope: Scope, limit: int) -> None:
    """Refuse what can be refused before the body is read.

    :raises RefusedError: 413, 415 or 400.
    """
    coded = (header(scope, b"content-encoding") or "").lower().split(",")
    if any(each.strip() not in {"", "identity"} for each in coded):
        raise RefusedError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "the body is compressed",
            todo="send it as it is",
            headers=(*_CLOSE, ("Accept-Encoding", "identity")),
        )
    lengths = set(headers(scope, b"content-length"))
    if len(lengths) > 1 or not all(each.isascii() and each.isdigit() for each in lengths):
        raise RefusedError(HTTPStatus.BAD_REQUEST, "the Content-Length is no number", headers=_CLOSE)
    if any(len(each) > len(str(limit)) + 1 or int(each) > limit for each in lengths):
        raise _too_long(limit)


def _too_long(limit: int) -> RefusedError:
    return RefusedError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "the body is too long",
        expected=f"at most {limit:,} bytes",
        todo="send it in parts, or load files with casegraph load",
        headers=_CLOSE,
    )
