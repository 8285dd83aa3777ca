"""A connection of HTTP that takes no endless line, no endless headers, and no client that sends none."""

from __future__ import annotations

import asyncio
import select
from http import HTTPStatus
from typing import Any, ClassVar, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

__all__ = ["CONNECTION", "Connection"]

#: Under what a request has its connection.
CONNECTION: Final = "casegraph.connection"
_HUNG_UP: Final = getattr(select, "POLLRDHUP", 0)  # Linux has it


class Connection(HttpToolsProtocol):
    """What uvicorn does with a connection, with limits: half a megabyte before the body, in 10 seconds.

    As much may come between two pieces of a body, or after the last: names of chunks and trailers.
    """

    most_bytes: ClassVar[int] = 500_000
    seconds: ClassVar[float] = 10.0
    look_seconds: ClassVar[float] = 1.0

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._taken = 0
        self._is_before_body = True
        self._due: asyncio.TimerHandle | None = None
        self._is_looking = False
        self.work: asyncio.Task[Any] | None = None
        self.is_gone = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin; called by asyncio."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """End, and with it what is done for the client; called by asyncio."""
        self._wait_no_more()
        self.is_gone = True
        if self.work is not None:
            self.work.cancel()
        super().connection_lost(exc)

    def timeout_keep_alive_handler(self) -> None:
        """End a connection that is idle; at once if what was sent is not taken. Called by asyncio."""
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        super().timeout_keep_alive_handler()

    def data_received(self, data: bytes) -> None:
        """Take bytes; called by asyncio."""
        if self.transport.is_closing():
            return
        if self._is_before_body:
            self._wait()
        self._taken += len(data)
        super().data_received(data)
        if self._taken > self.most_bytes:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_message_begin(self) -> None:
        """Begin a request; called by the parser."""
        super().on_message_begin()
        self.scope[CONNECTION] = self  # type: ignore[typeddict-unknown-key]
        self._wait()

    def on_headers_complete(self) -> None:
        """Take all before the body; called by the parser."""
        self._is_before_body = False
        self._taken = 0
        self._wait_no_more()
        self._take_host_of_target()
        super().on_headers_complete()
        if self.pipeline and not self._is_looking:
            self._look()

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body; called by the parser."""
        self._taken = 0
        if not self.transport.is_closing():
            super().on_body(body)

    def on_message_complete(self) -> None:
        """End a request; called by the parser."""
        self._is_before_body, self._taken = True, 0
        if not self.transport.is_closing():
            super().on_message_complete()
            if not self.pipeline:  # else it is read on when its turn comes
                self.flow.resume_reading()  # a pause for the body would hide that the client hangs up

    def _take_host_of_target(self) -> None:
        """Let the host of a whole address in the request line go before the header (RFC 9112, 3.2.2)."""
        if not self.url.startswith((b"/", b"*")):
            host = self.url.partition(b"://")[2].partition(b"/")[0].partition(b"?")[0]
            others = [(name, value) for name, value in self.headers if name != b"host"]
            self.headers[:] = [*others, (b"host", host)]  # in place: the request has this list already

    def _look(self) -> None:
        """End the connection if the client has hung up, which is not read while a request waits its turn."""
        self._is_looking = bool(self.pipeline) and not self.is_gone
        if not self._is_looking:
            return
        if _has_hung_up(self.transport):
            self.transport.abort()
        self.loop.call_later(self.look_seconds, self._look)

    def _wait(self) -> None:
        if self._due is None:
            self._due = self.loop.call_later(self.seconds, self._give_up)

    def _wait_no_more(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _give_up(self) -> None:
        self._due = None
        if self.cycle is None or self.cycle.response_complete:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:  # the client has sent half of a request while another is answered
            self._wait()

    def _refuse(self, status: HTTPStatus) -> None:
        if not self.transport.is_closing():
            line = f"HTTP/1.1 {status.value} {status.phrase}\r\n"
            self.transport.write(f"{line}content-length: 0\r\nconnection: close\r\n\r\n".encode())
            self.transport.close()


def _has_hung_up(transport: asyncio.Transport) -> bool:
    """Tell whether the end of what the client sends has come, also where something before it was not read."""
    looked = select.poll()
    looked.register(transport.get_extra_info("socket").fileno(), _HUNG_UP)
    return bool(looked.poll(0))
