"""Requests whose frame is hostile: lengths that lie, pieces of bodies, heads that are too long or broken."""

from __future__ import annotations

from hostile_requests import ASK, QUERY, TOKEN, Hostile, case
from raw_http import CLOSED, request

__all__ = ["FRAMING"]

SMUGGLING = "two readers would see two requests"
CHUNKED = "Transfer-Encoding: chunked"
FRAMING: list[Hostile] = [
    case(
        "length too long",
        request("POST", "/sparql", QUERY, body=b"ASK {}", length=60),
        {400, 408, CLOSED},
        "the rest never comes",
        ends=True,
    ),
    case(
        "length too short",
        request("POST", "/sparql", QUERY, body=b"ASK {}", length=4),
        400,
        "the rest is another request",
    ),
    case(
        "negative length",
        request("POST", "/sparql", QUERY, body=b"ASK {}", length=-6),
        {400, CLOSED},
        SMUGGLING,
    ),
    case(
        "length with a sign",
        request("POST", "/sparql", QUERY, body=b"ASK {}", length="+6"),
        {400, CLOSED},
        SMUGGLING,
    ),
    case(
        "length in words",
        request("POST", "/sparql", QUERY, body=b"ASK {}", length="six"),
        {400, CLOSED},
        SMUGGLING,
    ),
    case(
        "two lengths",
        request("POST", "/sparql", QUERY, "Content-Length: 5", body=b"ASK {}"),
        {400, CLOSED},
        SMUGGLING,
    ),
    case(
        "length and chunks",
        request("POST", "/sparql", QUERY, CHUNKED, body=b"6\r\nASK {}\r\n0\r\n\r\n"),
        {400, CLOSED},
        SMUGGLING,
    ),
    case(
        "a huge length",
        request("POST", "/sparql", QUERY, length=1 << 40),
        413,
        "it is refused before it is sent",
    ),
    case(
        "a huge length to write",
        request("PUT", "/graphs?default", "Content-Type: text/turtle", TOKEN, length=1 << 40),
        413,
        "as above",
    ),
    case(
        "a length that no number holds",
        request("POST", "/sparql", QUERY, length="9" * 40),
        {400, 413, CLOSED},
        "as above",
    ),
    case(
        "a huge length that waits",
        request("POST", "/sparql", QUERY, "Expect: 100-continue", length=1 << 40),
        413,
        "not asked to go on",
    ),
    case(
        "chunks of garbage",
        request("POST", "/sparql", QUERY, CHUNKED) + b"zz\r\nASK {}\r\n0\r\n\r\n",
        {400, CLOSED},
        "no length",
    ),
    case(
        "a chunk that lies",
        request("POST", "/sparql", QUERY, CHUNKED) + b"2\r\nASK {}\r\n0\r\n\r\n",
        {400, CLOSED},
        "the next has no length",
    ),
    case(
        "a chunk of 2^64",
        request("POST", "/sparql", QUERY, CHUNKED) + b"ffffffffffffffffff\r\nASK",
        {400, 413, CLOSED},
        "no number holds it",
    ),
    case(
        "too many chunks",
        request("POST", "/sparql", QUERY, CHUNKED) + (b"1000\r\n" + b"#" * 4096 + b"\r\n") * 600,
        {413, CLOSED},
        "counted while it is read",
    ),
    case(
        "chunks of one byte",
        request("POST", "/sparql", QUERY, CHUNKED)
        + b"".join(b"1\r\n%c\r\n" % each for each in b"ASK {}")
        + b"0\r\n\r\n",
        200,
        "odd, but right",
    ),
    case(
        "unknown transfer",
        request("POST", "/sparql", QUERY, "Transfer-Encoding: gzip"),
        {400, 501, CLOSED},
        "nothing tells where it ends",
    ),
    case(
        "gzip",
        request("POST", "/sparql", QUERY, "Content-Encoding: gzip", body=b"\x1f\x8b\x08"),
        415,
        "a few bytes of it are gigabytes",
    ),
    case(
        "gzip of a graph",
        request(
            "PUT",
            "/graphs?default",
            "Content-Type: text/turtle",
            "Content-Encoding: gzip",
            TOKEN,
            body=b"\x1f\x8b\x08",
        ),
        415,
        "as above",
    ),
    case(
        "two encodings",
        request("POST", "/sparql", QUERY, "Content-Encoding: identity, br", body=b"ASK {}"),
        415,
        "as above",
    ),
    case(
        "many headers",
        request("GET", ASK, *(f"X-{each}: x" for each in range(5000))),
        {400, 431},
        "each takes memory",
    ),
    case("a long header", request("GET", ASK, "X-Long: " + "x" * 200_000), {400, 431}, "as above"),
    case(
        "a long address",
        request("GET", "/sparql?query=" + "x" * 2_000_000),
        {400, 413, 414, 431, CLOSED},
        "as above",
    ),
    case(
        "a folded header",
        request("GET", ASK, "X-Folded: a", " b"),
        {200, 400, CLOSED},
        "obsolete, and harmless where it means one thing",
    ),
    case("a space before the colon", request("GET", ASK, "X-Space : a"), {400, CLOSED}, SMUGGLING),
    case("a header without a name", request("GET", ASK, ": a"), {400, CLOSED}, "no header"),
    case("a NUL in a header", request("GET", ASK, "X-Nul: a\0b"), {400, CLOSED}, "no header"),
    case(
        "a bare line end in a header",
        request("GET", ASK, "X-Line: a\nEvil: b"),
        {200, 400, CLOSED},
        "it must not come back",
    ),
    case("HTTP/0.9", b"GET /health\r\n", {400, CLOSED}, "a long gone version", ends=True),
    case(
        "HTTP/2 by force",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        {400, 505, CLOSED},
        "not spoken here",
        ends=True,
    ),
    case("HTTP/1.0", request("GET", ASK, version="1.0"), 200, "old, but right"),
    case("HTTP/3.7", request("GET", ASK, version="3.7"), {400, 505, CLOSED}, "no such version", ends=True),
    case(
        "TLS",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(40),
        {400, CLOSED},
        "not spoken here",
        ends=True,
    ),
    case("nothing", b"", CLOSED, "no request", ends=True),
    case(
        "an upgrade",
        request(
            "GET",
            ASK,
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13",
        ),
        {200, 400, 403, 404, 426, 500},
        "there are no web sockets",
    ),
    case("a part of an answer", request("GET", ASK, "Range: bytes=0-3"), 200, "an answer is whole"),
    case("a wait that is unknown", request("GET", ASK, "Expect: everything"), {200, 417}, "unknown"),
    case(
        "an Accept without end",
        request("GET", ASK, "Accept: " + ",".join(f"a/b;q=0.{each}" for each in range(4000))),
        {200, 406, 431},
        "read in a moment",
    ),
    case(
        "an Accept of garbage", request("GET", ASK, "Accept: ;;q=,/,*/x;q=9e9"), {200, 400, 406}, "no crash"
    ),
    case("nothing acceptable", request("GET", ASK, "Accept: image/png"), 406, "no such format"),
]
