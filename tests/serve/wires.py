"""Gives a connection pieces of bytes as from a network, and keeps what it writes; there is no network."""

from __future__ import annotations

import asyncio
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.server import ServerState

from casegraph.serve.http.connections import Connection

__all__ = ["Wire", "told"]


class Small(Connection):
    """A connection that takes few bytes."""

    most_bytes = 20_000


class Wire(asyncio.Transport):
    """What a connection writes to."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 50000)})
        self.written = b""
        self.is_closed = False

    def write(self, data: Any) -> None:
        """Keep bytes."""
        assert not self.is_closed
        self.written += data

    def get_write_buffer_size(self) -> int:
        """Tell that nothing waits."""
        return 0

    def write_eof(self) -> None:
        """Say no more."""
        self.is_closed = True

    def close(self) -> None:
        """Hang up."""
        self.is_closed = True

    def is_closing(self) -> bool:
        """Tell that what the other says is still taken."""
        return False

    def pause_reading(self) -> None:
        """Go on."""

    def resume_reading(self) -> None:
        """Go on."""


async def _told(app: ASGIApp, pieces: tuple[bytes, ...]) -> Wire:
    state, wire = ServerState(), Wire()
    config = uvicorn.Config(app, http=Small, ws="none", lifespan="off", log_config=None, access_log=False)
    connection = Small(config, state, {})
    connection.connection_made(wire)
    for piece in pieces:
        connection.data_received(piece)
        for _ in range(10):  # the app runs until it waits for more
            await asyncio.sleep(0)
    connection.connection_lost(None)
    await asyncio.gather(*state.tasks, return_exceptions=True)
    return wire


def told(app: ASGIApp, *pieces: bytes) -> Wire:
    """Return what a connection has answered to pieces that come one after the other."""
    return asyncio.run(_told(app, pieces))
