"""Adds the headers that make an answer safe in a browser and in a cache, and limits those of a request."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from casegraph.serve.http.origins import ORIGIN
from casegraph.serve.http.problems import RefusedError

__all__ = ["DATA_POLICY", "PAGE_POLICY", "HeadLimits", "SafeHeaders"]

#: The content security policy of a page: scripts, styles and pictures of this server, none of them inline.
PAGE_POLICY: Final = (
    b"default-src 'self'; frame-ancestors 'none'; object-src 'none'; base-uri 'none'; form-action 'self'"
)
#: That of everything else: it loads and runs nothing, even where a browser takes it for a page.
DATA_POLICY: Final = b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

#: The server tells its name, by which another casegraph knows it, and no version.
_ALWAYS: Final = (
    (b"server", b"casegraph"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)
_OWN_SITE: Final = (b"cross-origin-resource-policy", b"same-origin")
_EXPOSED: Final = (
    b"access-control-expose-headers",
    b"Casegraph-Notice, ETag, Link, Retry-After, X-Request-Id, X-Total-Count",
)
_VARY: Final = (b"Accept", b"Origin")


class SafeHeaders:
    """Adds headers to each answer; those that the answer has already stay as they are.

    An answer with an ETag is asked for again each time (``no-cache``); one without, or to a request with
    credentials, is not kept (``no-store``). It stands around :class:`casegraph.serve.http.problems.Problems`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                is_kept = message["status"] == HTTPStatus.NOT_MODIFIED
                message["headers"] = _with_safe(list(message.get("headers", ())), scope, is_kept=is_kept)
            await send(message)

        await self.app(scope, receive, add)


class HeadLimits:
    """Refuses a request with too many or too long headers (431), or too long an address (414).

    :param count: how many headers a request may have.
    :param size: how many bytes they may have together.
    :param target: how many bytes the path and the query string may have.
    """

    def __init__(self, app: ASGIApp, *, count: int = 100, size: int = 16_384, target: int = 400_000) -> None:
        self.app, self.count, self.size, self.target = app, count, size, target

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] == "http":
            headers = scope["headers"]
            if len(headers) > self.count or sum(len(n) + len(v) for n, v in headers) > self.size:
                raise RefusedError(
                    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                    "the headers are too many or too long",
                    expected=f"at most {self.count} with {self.size:,} bytes",
                )
            if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > self.target:
                raise RefusedError(
                    HTTPStatus.REQUEST_URI_TOO_LONG,
                    "the address is too long",
                    expected=f"at most {self.target:,} bytes",
                    todo="send a long query as the body of a POST",
                )
        await self.app(scope, receive, send)


def _with_safe(
    headers: list[tuple[bytes, bytes]], scope: Scope, *, is_kept: bool
) -> list[tuple[bytes, bytes]]:
    """Return the headers with those that make an answer safe.

    :param is_kept: whether the client keeps the answer that it has (304). Its headers are those of this one
        from then on, and this one has no media type to tell a page by: so the policy stays as it is.
    """
    headers = [(name.lower(), value) for name, value in headers]
    told = dict(headers)
    vary = b", ".join(value for name, value in headers if name == b"vary")
    headers = [each for each in headers if each[0] != b"vary"]
    headers += _ALWAYS
    headers.append((b"vary", _vary(vary)))
    if b"content-security-policy" not in told and not is_kept:
        page = told.get(b"content-type", b"").startswith(b"text/html")
        headers.append((b"content-security-policy", PAGE_POLICY if page else DATA_POLICY))
    origin = scope.get(ORIGIN)
    if origin is None:
        headers.append(_OWN_SITE)
    else:
        headers += (_EXPOSED, (b"access-control-allow-origin", origin.encode("latin-1")))
    return _with_cache_control(headers, told, scope)


def _with_cache_control(
    headers: list[tuple[bytes, bytes]], told: dict[bytes, bytes], scope: Scope
) -> list[tuple[bytes, bytes]]:
    if any(name == b"authorization" for name, _ in scope["headers"]):
        headers = [each for each in headers if each[0] != b"cache-control"]
        return [*headers, (b"cache-control", b"no-store")]
    if b"cache-control" not in told:
        headers.append((b"cache-control", b"no-cache" if b"etag" in told else b"no-store"))
    return headers


def _vary(told: bytes) -> bytes:
    """Return the value of Vary with what each answer depends on.

    >>> _vary(b"Accept-Language, accept")
    b'Accept-Language, accept, Origin'
    """
    have = {each.strip().lower() for each in told.split(b",")}
    return b", ".join(([told] if told else []) + [each for each in _VARY if each.lower() not in have])
