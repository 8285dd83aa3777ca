"""Finds the address of a host on the network, and refuses one that is not public."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

from casegraph.errors import InputError

__all__ = ["Resolve", "is_public", "pinned", "resolve"]

#: What gives the addresses of a host and port.
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

_NAT64: Final = IPv6Network("64:ff9b::/96")
_LAST_32_BITS: Final = 0xFFFF_FFFF


def is_public(address: str) -> bool:
    """Tell whether an address is of the public internet, also where it is one within another.

    >>> is_public("93.184.216.34"), is_public("2606:4700::1")
    (True, True)
    >>> [is_public(each) for each in ("127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1")]
    [False, False, False, False, False]
    """
    found: IPv4Address | IPv6Address = ip_address(address)
    if isinstance(found, IPv6Address):
        found = _within(found)
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


def _within(address: IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address that an IPv6 one leads to (mapped, 6to4, NAT64), else itself."""
    if address in _NAT64:
        return IPv4Address(int(address) & _LAST_32_BITS)
    return address.ipv4_mapped or address.sixtofour or address


async def resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host, as the machine's resolver gives them.

    :raises OSError: if it has none.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


async def pinned(host: str, port: int, resolver: Resolve, may_reach: Callable[[str], bool]) -> str:
    """Return the address to connect to, so that no second look-up can lead elsewhere.

    :raises InputError: if the host has no address, or any that may not be reached.
    """
    try:
        addresses = await resolver(host, port)
    except (OSError, UnicodeError) as error:
        raise InputError("its name has no address", todo="look at the name, or try again") from error
    if not addresses or not all(may_reach(each) for each in addresses):
        raise InputError("refused, for its address is not public", todo="ask without it")
    return addresses[0]
