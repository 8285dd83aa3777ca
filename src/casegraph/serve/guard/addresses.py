"""The addresses of this machine that stand in a query for those of the services that it calls."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["HERE", "address_here", "hosts_called"]

#: Where calls of services are listened for.
HERE: Final = "127.0.0.1"

_ADDRESS = re.compile(rf"http://{re.escape(HERE)}:[0-9]+/[\w-]+/([^\s<>/]+)", re.ASCII)


def address_here(port: int, secret: str, host: str) -> str:
    """Return an address of this machine for a service.

    :param host: of the service, so that it can be told which one failed.

    >>> address_here(9, "x", "e.org")
    'http://127.0.0.1:9/x/e.org'
    """
    return f"http://{HERE}:{port}/{secret}/{host}"


def hosts_called(text: str) -> tuple[str, ...]:
    """Return the hosts of the services whose addresses stand in a query, or in what the engine says of it.

    >>> hosts_called("ASK { SERVICE <http://127.0.0.1:9/x/e.org> { } }")
    ('e.org',)
    """
    return tuple(dict.fromkeys(_ADDRESS.findall(text)))
