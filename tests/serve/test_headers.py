"""Answers are safe in browsers and caches; heads of requests have a limit."""

from __future__ import annotations

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from asgi_calls import Told, call, fine
from casegraph.serve.http.headers import HeadLimits, SafeHeaders
from casegraph.serve.http.problems import Problems


def answering(**headers: str) -> ASGIApp:
    """Return an app that answers with these headers."""
    told = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": told})
        await send({"type": "http.response.body", "body": b""})

    return app


def answered(headers: list[tuple[str, str]] | None = None, **told: str) -> Told:
    return call(SafeHeaders(answering(**told)), headers=headers or [])


@pytest.mark.parametrize("media_type", ["text/turtle; charset=utf-8", "application/xml", "application/json"])
def test_data_loads_and_runs_nothing_in_a_browser(media_type: str) -> None:
    told = answered(content_type=media_type)
    assert str(told.header("content-security-policy")).split("; ")[0] == "default-src 'none'"
    assert told.header("x-content-type-options") == "nosniff"
    assert told.header("referrer-policy") == "no-referrer"
    assert told.header("cross-origin-resource-policy") == "same-origin"
    assert told.header("content-type") == media_type


def test_a_page_loads_what_is_of_this_server_and_nothing_inline() -> None:
    policy = str(answered(content_type="text/html; charset=utf-8").header("content-security-policy"))
    assert set(policy.split("; ")) == {
        "default-src 'self'",
        "frame-ancestors 'none'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    }
    assert "unsafe" not in policy


def test_a_policy_of_a_page_of_its_own_stays() -> None:
    told = answered(content_type="text/html", content_security_policy="default-src 'self'; img-src data:")
    assert told.header("content-security-policy") == "default-src 'self'; img-src data:"


def test_an_answer_that_the_client_has_keeps_the_policy_that_it_came_with() -> None:
    """A browser takes the headers of a 304 for those of what it has: a page would lose its styles."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 304, "headers": [(b"etag", b'"7"')]})

    told = call(SafeHeaders(app))
    assert told.header("content-security-policy") is None
    assert told.header("x-content-type-options") == "nosniff"


@pytest.mark.parametrize(
    ("told", "vary"),
    [
        (None, "Accept, Origin"),
        ("Accept", "Accept, Origin"),
        ("accept-language, ORIGIN", "accept-language, ORIGIN, Accept"),
    ],
)
def test_what_an_answer_depends_on_is_told_once(told: str | None, vary: str) -> None:
    assert (answered() if told is None else answered(vary=told)).header("vary") == vary


def test_headers_are_told_however_they_are_written() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [
            (b"Vary", b"Cookie"),
            (b"vary", b"accept"),
            (b"ETag", b'"7"'),
            (b"Content-Type", b"text/html"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})

    told = call(SafeHeaders(app))
    assert told.header("vary") == "Cookie, accept, Origin"
    assert told.header("cache-control") == "no-cache"
    assert str(told.header("content-security-policy")).startswith("default-src 'self'")


TOKEN = ("Authorization", "Bearer x")


@pytest.mark.parametrize(
    ("headers", "told", "expected"),
    [
        ([], {"etag": '"7"'}, "no-cache"),
        ([], {}, "no-store"),
        ([], {"cache_control": "max-age=3600"}, "max-age=3600"),
        ([TOKEN], {"etag": '"7"'}, "no-store"),
        ([TOKEN], {"cache_control": "public"}, "no-store"),
    ],
)
def test_an_answer_is_kept_only_to_be_asked_for_again(
    headers: list[tuple[str, str]], told: dict[str, str], expected: str
) -> None:
    assert answered(headers, **told).header("cache-control") == expected


def test_errors_have_the_headers_too() -> None:
    told = call(SafeHeaders(Problems(HeadLimits(fine, count=1))), headers=[("a", "b"), ("Host", "localhost")])
    assert told.status == 431
    assert told.header("x-content-type-options") == "nosniff"
    assert told.header("cache-control") == "no-store"
    assert told.header("server") == "casegraph"  # and no version


@pytest.mark.parametrize(
    ("headers", "target", "status"),
    [
        ([("x", "y")] * 99, "/", 200),
        ([("x", "y")] * 100, "/", 431),
        ([("x", "y" * 16_000)], "/", 200),
        ([("x", "y" * 16_384)], "/", 431),
        ([], "/sparql?" + "q" * 399_993, 200),
        ([], "/sparql?" + "q" * 399_994, 414),
        ([], "/" + "q" * 400_000, 414),
    ],
)
def test_a_head_has_a_limit(headers: list[tuple[str, str]], target: str, status: int) -> None:
    assert call(Problems(HeadLimits(fine)), "GET", target, headers).status == status
