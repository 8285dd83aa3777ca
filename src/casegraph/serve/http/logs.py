"""Writes one line of JSON for each request, and never what was asked in it."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import secrets
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from casegraph.errors import InputError

__all__ = ["JsonLines", "Requests", "log_to", "log_unread", "note", "note_query"]

_LOGGER = logging.getLogger("casegraph.serve")
#: What the server is built on says its warnings and faults there.
_BENEATH = (logging.getLogger("uvicorn.error"), logging.getLogger("asyncio"))
#: What uvicorn says of requests that have a line of their own, see :func:`log_unread`.
_SAID = ("Invalid HTTP request received.", "Unsupported upgrade request.", "No supported WebSocket library")
_LONGEST_PATH = 500
_NOTED = "casegraph.noted"


class JsonLines(logging.Formatter):
    r"""Formats a record as one line of JSON that is all ASCII, so that no text can forge a line.

    >>> JsonLines().format(logging.makeLogRecord({"msg": {"path": "/a\n\u2028"}}))
    '{"path": "/a\\n\\u2028"}'
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record, whose message is a dict or a text."""
        if isinstance(record.msg, dict):
            return json.dumps(record.msg)
        told = {"time": _now(), "level": record.levelname, "message": record.getMessage()}
        if record.exc_info:
            told["fault"] = self.formatException(record.exc_info)
        return json.dumps(told)


def log_to(path: Path | None) -> None:
    """Send what the server logs to the end of a file, which only its owner may read, or to stderr.

    So it does with warnings of what it is built on, as lines of JSON too.

    :raises InputError: if the file cannot be written.
    """
    handler: logging.Handler
    if path is None:
        handler = logging.StreamHandler(sys.stderr)
    else:
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        except OSError as error:
            raise InputError(f"the log cannot be written: {error.strerror}", where=f"{path}") from error
        handler = logging.StreamHandler(os.fdopen(descriptor, "a", encoding="ascii"))
    handler.setFormatter(JsonLines())
    handler.addFilter(lambda record: not isinstance(record.msg, str) or not record.msg.startswith(_SAID))
    for logger in (_LOGGER, *_BENEATH):
        logger.handlers = [handler]
        logger.setLevel(logging.INFO if logger is _LOGGER else logging.WARNING)
        logger.propagate = False


def note(scope: Scope, **told: object) -> None:
    """Add to the line of a request: rows, generation, worker, query (the name of a stored one), reason.

    >>> scope = {}
    >>> note(scope, rows=3)
    >>> scope
    {'casegraph.noted': {'rows': 3}}
    """
    scope.setdefault(_NOTED, {}).update(told)


def note_query(scope: Scope, text: str) -> None:
    """Add the digest and the length of a SPARQL text, and the text if the server was started so.

    Equal texts have equal digests; who can guess a text can tell whether it was sent.

    >>> scope = {}
    >>> note_query(scope, "ASK {}")
    >>> scope
    {'casegraph.noted': {'sparql': '819ea91ed5f1', 'length': 6}}
    """
    content = text.encode("utf-8", "surrogatepass")
    noted = scope.setdefault(_NOTED, {})
    noted.update(sparql=hashlib.sha256(content).hexdigest()[:12], length=len(content))
    if scope.get("casegraph.log_queries"):
        noted["text"] = text


def log_unread(client: str, status: int, reason: str) -> None:
    """Write the line of what a client sent and what is no request that could be read.

    :param status: that it was answered with.
    :param reason: fixed words.
    """
    told = {"time": _now(), "client": client, "method": "", "path": "", "status": status, "reason": reason}
    _write(told)


class Requests:
    """Logs each request, and names it in the answer (X-Request-Id); it stands around everything else.

    :param log_queries: whether the text of queries is logged too, see :func:`note_query`.
    :param clock: seconds, for the duration.
    """

    def __init__(
        self, app: ASGIApp, *, log_queries: bool = False, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self.app, self.log_queries, self.clock = app, log_queries, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = self.clock()
        request = secrets.token_hex(6)
        status, length, whole = 0, 0, False
        scope[_NOTED] = {"request": request}
        scope["casegraph.log_queries"] = self.log_queries
        named = (b"x-request-id", request.encode())

        async def count(message: Message) -> None:
            nonlocal status, length, whole
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), named]
            elif message["type"] == "http.response.body":
                length += len(message.get("body", b""))
                whole = not message.get("more_body", False)
            await send(message)

        try:
            await self.app(scope, receive, count)
        finally:
            milliseconds = round((self.clock() - began) * 1000, 2)
            told = _line(scope) | {"status": status, "ms": milliseconds, "bytes": length}
            _write(told | scope[_NOTED] | ({} if whole else {"broken_off": True}))


def _write(told: dict[str, object]) -> None:
    """Log a line, without the search for the place in the program that Logger.info makes each time."""
    if _LOGGER.isEnabledFor(logging.INFO):
        _LOGGER.handle(logging.LogRecord(_LOGGER.name, logging.INFO, __file__, 0, told, None, None))


def _line(scope: Scope) -> dict[str, object]:
    """Return what is known of a request by itself: its path as it came, without the query string."""
    path = scope.get("raw_path") or scope["path"].encode("utf-8", "replace")
    client = scope.get("client")
    return {
        "time": _now(),
        "client": client[0] if client else "",
        "method": scope["method"],
        "path": path.decode("latin-1").partition("?")[0][:_LONGEST_PATH],
    }


def _now() -> str:
    """Return the time in UTC to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
