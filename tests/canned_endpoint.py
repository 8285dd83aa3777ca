"""An endpoint that gives one prepared answer, and notes what it was asked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

__all__ = ["PROBLEM", "ROWS", "Canned", "canned_endpoint"]

ROWS = {"Content-Type": "application/sparql-results+json"}
PROBLEM = {"Content-Type": "application/problem+json"}


class Canned(HTTPServer):
    """Answers with what it has.

    :param first: bodies that it answers with before all others, each once.
    :param challenge: where it is not empty, there is no answer without credentials.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _CannedAnswer)
        self.status, self.headers, self.body = 200, dict(ROWS), b""
        self.first: list[bytes] = []
        self.asked: list[str] = []
        self.credentials: list[str] = []
        self.content, self.name = b"", "Canned"
        self.challenge = ""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _CannedAnswer(BaseHTTPRequestHandler):
    server: Canned

    def do_POST(self) -> None:
        self.server.content = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append(f"{self.command} {self.path}")
        self.server.credentials.append(self.headers.get("Authorization", ""))
        moved = "Location" in self.server.headers and self.command == "GET"
        refused = bool(self.server.challenge) and "Authorization" not in self.headers
        self.send_response(401 if refused else 200 if moved else self.server.status)
        if refused:
            self.send_header("WWW-Authenticate", self.server.challenge)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(self.server.first.pop(0) if self.server.first else self.server.body)

    def do_GET(self) -> None:
        self.headers["Content-Length"] = "0"
        self.do_POST()

    def version_string(self) -> str:
        return self.server.name

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


@contextmanager
def canned_endpoint() -> Iterator[Canned]:
    """Run one until the end of the block."""
    with Canned() as endpoint:
        threading.Thread(target=endpoint.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield endpoint
        endpoint.shutdown()
