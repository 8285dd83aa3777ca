"""How a server is set up: what it serves, to whom, and what a request may take."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import msgspec

from casegraph.errors import InputError
from casegraph.serve.limits import Limits

__all__ = ["Settings"]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a server.

    :param store: the directory of the store.
    :param address: to listen at; one that is not of this machine needs a token.
    :param port: to listen at; 0 for any that is free.
    :param writable: whether those with the token may change the store.
    :param token_file: what holds the token; without it nobody may write.
    :param allow_remote: whether it may listen where other machines reach it.
    :param open_to_read: whether these may read without the token.
    :param union: whether a plain query sees the union of all graphs, else the default graph.
    :param hosts: names that the server may be called by, besides those of this machine.
    :param public_url: what its addresses begin with for its clients, where a proxy is in front of it.
    :param origins: of web pages that may read.
    :param services: hosts that SERVICE may ask.
    :param log: the file of the log; standard error if omitted.
    :param log_queries: whether the log has the texts of queries.
    """

    store: str
    address: str = "127.0.0.1"
    port: int = 8765
    writable: bool = False
    token_file: Path | None = None
    allow_remote: bool = False
    open_to_read: bool = False
    union: bool = True
    hosts: tuple[str, ...] = ()
    public_url: str = ""
    origins: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    log: Path | None = None
    log_queries: bool = False
    limits: Limits = Limits()

    @property
    def is_of_this_machine(self) -> bool:
        """Whether no other machine reaches the address.

        :raises InputError: if it is none.

        >>> Settings(store="store", address="::1").is_of_this_machine
        True
        """
        if self.address == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.address).is_loopback
        except ValueError as error:
            where = f"--host {self.address}"
            raise InputError("no address", where=where, expected="such as 127.0.0.1") from error
