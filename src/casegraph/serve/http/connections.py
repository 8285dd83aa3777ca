"""A connection of HTTP that takes no endless line, no endless headers, and no client that sends none."""

from __future__ import annotations

import asyncio
import select
import socket
import struct
from http import HTTPStatus
from typing import Any, ClassVar, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from casegraph.serve.http.logs import log_unread

__all__ = ["CONNECTION", "CYCLE", "Connection"]

#: Under what a request has its connection.
CONNECTION: Final = "casegraph.connection"
_HUNG_UP: Final = getattr(select, "POLLRDHUP", 0)  # Linux has it

#: Under what it has uvicorn's state of its answer.
CYCLE: Final = "casegraph.cycle"

#: A byte of a body as a chunk of its own: its length, two ends of lines, itself.
_FOR_A_BYTE: Final = 6


class Connection(HttpToolsProtocol):
    """What uvicorn does with a connection, with limits: half a megabyte before the body, in 10 seconds.

    As much may come beside a body, between its pieces and after the last; chunks of a byte are let through.
    Trailers are read and not looked at.
    """

    most_bytes: ClassVar[int] = 500_000
    seconds: ClassVar[float] = 10.0
    seconds_to_leave: ClassVar[float] = 1.0
    look_seconds: ClassVar[float] = 1.0

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._taken = 0
        self._is_before_body = True
        self._due: asyncio.TimerHandle | None = None
        self._is_looking = False
        self.work: asyncio.Task[Any] | None = None
        self.is_gone = self._is_leaving = False

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

    def cut_off(self) -> None:
        """End the connection at once by a reset, so that what was sent of an answer does not look whole."""
        if self.cycle is not None:
            self.cycle.disconnected = True
        linger = struct.pack("ii", 1, 0)
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.transport.abort()

    def timeout_keep_alive_handler(self) -> None:
        """End a connection that is idle; at once if what was sent is not taken. Called by asyncio."""
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        super().timeout_keep_alive_handler()

    def data_received(self, data: bytes) -> None:
        """Take bytes; called by asyncio."""
        if self._is_leaving or self.transport.is_closing():
            return
        if self._is_before_body:
            self._wait()
        self._taken += len(data)
        super().data_received(data)
        if self._taken > self.most_bytes:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "too much beside the body of a request")

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP; called by uvicorn."""
        del msg
        self._refuse(HTTPStatus.BAD_REQUEST, "no HTTP")

    def on_message_begin(self) -> None:
        """Begin a request; called by the parser."""
        super().on_message_begin()
        self.scope[CONNECTION] = self  # type: ignore[typeddict-unknown-key]
        self._wait()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; one that comes after the body is a trailer. Called by the parser."""
        if self._is_before_body:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Take all before the body; called by the parser."""
        self._is_before_body = False
        self._taken = 0
        self._wait_no_more()
        self._take_host_of_target()
        super().on_headers_complete()
        self.scope[CYCLE] = self.cycle  # type: ignore[typeddict-unknown-key]
        if self.pipeline and not self._is_looking:
            self._look()

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body; called by the parser."""
        self._taken = max(0, self._taken - _FOR_A_BYTE * len(body))
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
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, "a request that does not come")
        else:  # the client has sent half of a request while another is answered
            self._wait()

    @property
    def _is_answered(self) -> bool:
        """Whether what comes belongs to a request whose answer has begun, or comes while one is sent."""
        cycle = self.cycle
        if self.pipeline:
            return True
        if cycle is None or not cycle.response_started:
            return False
        return not cycle.response_complete or (cycle.scope is self.scope and not self._is_before_body)

    def _refuse(self, status: HTTPStatus, reason: str) -> None:
        """End the connection, and say why unless there is an answer already."""
        if self._is_leaving or self.transport.is_closing():
            return
        if self._is_answered:
            self.transport.close()
            return
        log_unread(self.client[0] if self.client else "", status, reason)
        line = f"HTTP/1.1 {status.value} {status.phrase}\r\n"
        self.transport.write(f"{line}content-length: 0\r\nconnection: close\r\n\r\n".encode())
        self._leave()

    def _leave(self) -> None:
        """Close in a moment: if the client still sends, to close at once would take the answer from it."""
        self._is_leaving = self.is_gone = True
        if self.work is not None:
            self.work.cancel()
        if self.cycle is not None:
            self.cycle.disconnected = True
        self._wait_no_more()
        self.flow.resume_reading()
        self._due = self.loop.call_later(self.seconds_to_leave, self.transport.close)
        self.transport.write_eof()


def _has_hung_up(transport: asyncio.Transport) -> bool:
    """Tell whether the end of what the client sends has come, also where something before it was not read."""
    looked = select.poll()
    looked.register(transport.get_extra_info("socket").fileno(), _HUNG_UP)
    return bool(looked.poll(0))
