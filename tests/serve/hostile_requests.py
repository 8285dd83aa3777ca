"""Requests that an enemy, a broken client or another web site may send, each with the answer it must get.

They are sent as bytes to a server that may be written to; ``@host@`` and ``@token@`` stand for its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from raw_http import CLOSED, request

__all__ = ["ASK", "FORM", "HOSTILE", "QUERY", "TOKEN", "UPDATE", "WRITE", "Hostile", "case"]

TOKEN = "Authorization: Bearer @token@"  # noqa: S105 - a placeholder
FORM = "Content-Type: application/x-www-form-urlencoded"
UPDATE = "Content-Type: application/sparql-update"
QUERY = "Content-Type: application/sparql-query"
ASK = f"/sparql?query={quote('ASK {}')}"
#: An update that would be seen: :func:`test_hostile_requests.written` looks for it.
WRITE = b"INSERT DATA { GRAPH <http://hostile.example/g> { <urn:s> <urn:p> 'hostile-literal' } }"


@dataclass(frozen=True)
class Hostile:
    """A request and its answer.

    :param expected: statuses, one of which it must be; 0 for a connection that is closed.
    :param why: what would be wrong with another answer.
    :param ends: whether nothing more is sent after it.
    :param has: a header that the answer must have.
    """

    name: str
    content: bytes
    expected: frozenset[int]
    why: str
    ends: bool = False
    has: str = ""


def case(name: str, content: bytes, expected: int | set[int], why: str, **more: bool | str) -> Hostile:
    """Return a request with its answer."""
    statuses = frozenset({expected} if isinstance(expected, int) else expected)
    return Hostile(name, content, statuses, why, **more)  # type: ignore[arg-type]


REBINDING = "a name that an enemy's DNS gives to 127.0.0.1 makes every page of the enemy's a client"
HOSTS = [
    case("foreign host", request("GET", ASK, host="evil.example"), 421, REBINDING),
    case("host with a tail", request("GET", ASK, host="127.0.0.1.evil.example"), 421, REBINDING),
    case("host with a user", request("GET", ASK, host="evil@127.0.0.1"), {400, 421}, REBINDING),
    case("host and a path", request("GET", ASK, host="127.0.0.1/evil"), {400, 421}, REBINDING),
    case("empty host", request("GET", ASK, host=""), {400, 421}, "HTTP/1.1 wants one"),
    case("no host", request("GET", ASK, host=None), 400, "HTTP/1.1 wants one"),
    case("two hosts", request("GET", ASK, "Host: evil.example"), 400, "two readers would take two of them"),
    case(
        "foreign absolute form",
        request("GET", f"http://evil.example{ASK}"),
        {400, 421},
        "the name in the request line goes before Host",
    ),
    case(
        "foreign host writes",
        request("POST", "/update", UPDATE, TOKEN, body=WRITE, host="evil.example"),
        421,
        REBINDING,
    ),
    case("HTTP/1.0 without host", request("GET", ASK, host=None, version="1.0"), 400, REBINDING),
]

SITES = "a page of another site must not write, though a browser sends what it likes to 127.0.0.1"
ORIGINS = [
    case(
        f"update of another site: {header}",
        request("POST", "/update", UPDATE, TOKEN, header, body=WRITE),
        403,
        SITES,
    )
    for header in (
        "Origin: http://evil.example",
        "Origin: null",
        "Origin: http://127.0.0.1:1",
        "Origin: http://@host@.evil.example",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site",
    )
] + [
    case(
        "form of another site",
        request(
            "POST",
            "/update",
            FORM,
            TOKEN,
            "Origin: http://evil.example",
            body=b"update=" + quote(WRITE).encode(),
        ),
        403,
        SITES,
    ),
    case(
        "PUT of another site",
        request(
            "PUT",
            "/graphs?default",
            "Content-Type: text/turtle",
            TOKEN,
            "Sec-Fetch-Site: cross-site",
            body=b"<urn:s> <urn:p> 1 .",
        ),
        403,
        SITES,
    ),
    case(
        "DELETE of another site",
        request("DELETE", "/graphs?default", TOKEN, "Origin: http://evil.example"),
        403,
        SITES,
    ),
    case(
        "query form of another site",
        request("POST", "/sparql", FORM, "Origin: http://evil.example", body=b"query=ASK%20%7B%7D"),
        403,
        "it could be used to keep the server busy",
    ),
    case(
        "preflight of a write",
        request(
            "OPTIONS",
            "/update",
            "Origin: http://evil.example",
            "Access-Control-Request-Method: POST",
            "Access-Control-Request-Headers: authorization",
        ),
        {204, 403, 405},
        "no answer may have Access-Control-Allow-Origin (looked at for all)",
    ),
    case(
        "preflight of a query",
        request("OPTIONS", "/sparql", "Origin: http://evil.example", "Access-Control-Request-Method: GET"),
        {204, 403, 405},
        "as above",
    ),
    case(
        "read by another site",
        request("GET", ASK, "Origin: http://evil.example"),
        {200, 403},
        "a browser keeps it from the page: no Access-Control-Allow-Origin",
    ),
]

METHODS = [
    case("TRACE", request("TRACE", "/sparql"), {405, 501}, "it would tell the headers of a client"),
    case(
        "CONNECT",
        request("CONNECT", "evil.example:80", host="evil.example:80"),
        {400, 405, 421, 501, CLOSED},
        "the server is no proxy",
    ),
    case("unknown method", request("BREW", "/sparql"), {400, 405, 501}, "no such method"),
    case("DELETE of the endpoint", request("DELETE", "/sparql"), 405, "only GET, HEAD and POST", has="Allow"),
    case(
        "PUT to updates", request("PUT", "/update", UPDATE, TOKEN, body=WRITE), 405, "only POST", has="Allow"
    ),
    case(
        "GET of updates",
        request("GET", f"/update?update={quote(WRITE)}", TOKEN),
        {400, 405},
        "GET must change nothing",
    ),
    case(
        "GET update at queries",
        request("GET", f"/sparql?update={quote(WRITE)}", TOKEN),
        400,
        "GET must change nothing",
    ),
    case(
        "POST of a health check", request("POST", "/health", body=b"x"), 405, "only GET and HEAD", has="Allow"
    ),
    case(
        "PUT of a stored query",
        request("PUT", "/queries/patient", TOKEN, body=b"SELECT * {}"),
        405,
        "they are read only",
        has="Allow",
    ),
    *(
        case(
            f"an update and a query in one form at {path}",
            request(
                "POST", path, FORM, TOKEN, body=b"update=" + quote(WRITE).encode() + b"&query=ASK%20%7B%7D"
            ),
            400,
            "which of the two is meant is not known",
        )
        for path in ("/sparql", "/update")
    ),
    case(
        "an update as the body and a query in the address",
        request("POST", ASK, UPDATE, TOKEN, body=WRITE),
        400,
        "as above",
    ),
    case("an update as a query", request("POST", "/sparql", QUERY, TOKEN, body=WRITE), 400, "it is no query"),
    case(
        "a query as an update",
        request("POST", "/update", UPDATE, TOKEN, body=b"ASK {}"),
        400,
        "it is no update",
    ),
]

TOKENS = [
    case(
        "no token",
        request("POST", "/update", UPDATE, body=WRITE),
        401,
        "writing wants a token",
        has="WWW-Authenticate",
    ),
    case(
        "no token for a graph",
        request("DELETE", "/graphs?default"),
        401,
        "writing wants a token",
        has="WWW-Authenticate",
    ),
    case(
        "wrong token",
        request("POST", "/update", UPDATE, "Authorization: Bearer " + "x" * 43, body=WRITE),
        {401, 403},
        "it is another",
    ),
    case(
        "empty token",
        request("POST", "/update", UPDATE, "Authorization: Bearer", body=WRITE),
        {400, 401, 403},
        "it is none",
    ),
    case(
        "token and more",
        request("POST", "/update", UPDATE, TOKEN + "x", body=WRITE),
        {401, 403},
        "only the whole will do",
    ),
    case(
        "other scheme",
        request("POST", "/update", UPDATE, "Authorization: Basic @token@", body=WRITE),
        {401, 403},
        "no other scheme is known",
    ),
    case(
        "token twice",
        request("POST", "/update", UPDATE, TOKEN, "Authorization: Bearer x", body=WRITE),
        {400, 401, 403},
        "which of the two?",
    ),
    case(
        "token in the address",
        request("POST", "/update?token=@token@&access_token=@token@", UPDATE, body=WRITE),
        {400, 401},
        "addresses are logged and handed on",
    ),
    case(
        "token in the form",
        request("POST", "/update", FORM, body=b"access_token=@token@&update=" + quote(WRITE).encode()),
        {400, 401},
        "only the header will do",
    ),
    case(
        "token of other letters",
        request("POST", "/update", UPDATE, "Authorization: Bearer @swapped@", body=WRITE),
        {401, 403},
        "letters count",
    ),
    case(
        "token in a cookie",
        request("POST", "/update", UPDATE, "Cookie: token=@token@", body=WRITE),
        401,
        "a browser would send it for another site",
    ),
]

HOSTILE: list[Hostile] = [*HOSTS, *ORIGINS, *METHODS, *TOKENS]
