"""Sends an answer to a client of HTTP/1.0 as it is: such a client takes chunks for a part of it."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from casegraph.serve.http.connections import CYCLE

__all__ = ["OldClients"]


class OldClients:
    """Sends what has no length without chunks where the request is not of HTTP/1.1 (RFC 9112, section 6.1).

    It ends with the connection, which uvicorn closes then. uvicorn would send it in chunks, whatever the
    version; it is told before each piece that the piece has just the length that is left. It stands around
    everything else.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        cycle = scope.get(CYCLE)
        if cycle is None or scope["http_version"] == "1.1":
            await self.app(scope, receive, send)
            return
        has_length = True

        async def send_plain(message: Message) -> None:
            nonlocal has_length
            if message["type"] == "http.response.start":
                has_length = any(name.lower() == b"content-length" for name, _ in message.get("headers", ()))
                if not has_length:
                    cycle.chunked_encoding = False
            elif not has_length:
                cycle.expected_content_length = len(message.get("body", b""))
            await send(message)

        await self.app(scope, receive, send_plain)
