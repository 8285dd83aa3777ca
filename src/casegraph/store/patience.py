"""Tells whether a request that failed is worth sending again, and how long to wait before."""

from __future__ import annotations

import os
import random
import socket
import ssl
import urllib.error
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from casegraph.errors import InputError

__all__ = ["patience", "wait_before_next"]

_VARIABLE = "CASEGRAPH_ENDPOINT_PATIENCE"
_DEFAULT_SECONDS = 60.0
_FIRST_SECONDS, _LONGEST_SECONDS = 0.5, 10.0
#: Request Timeout, Too Many Requests, Bad Gateway, Service Unavailable, Gateway Timeout.
_PASSING = frozenset((408, 429, 502, 503, 504))
#: What time does not mend: a certificate that is not trusted, a name that no host has.
_LASTING = (ssl.SSLCertVerificationError, socket.gaierror)


def patience() -> float:
    """Return for how many seconds in all a request is sent again; 60 unless the environment says otherwise.

    :raises InputError: if ``CASEGRAPH_ENDPOINT_PATIENCE`` is no number of seconds.
    """
    said = os.environ.get(_VARIABLE, "")
    try:
        seconds = float(said or _DEFAULT_SECONDS)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        raise InputError(
            f"{said!r} is no number of seconds", where=_VARIABLE, expected="0 or more, such as 60"
        )
    return seconds


def wait_before_next(error: Exception, tries: int) -> float | None:
    """Return the seconds to wait before a request is sent again; None where that would not help.

    The wait doubles from half a second up to ten, less up to a half of it by chance, and is as long as the
    server asks for where it does (``Retry-After``).

    :param error: what became of the last try.
    :param tries: how often it was sent, from 1.

    >>> wait_before_next(urllib.error.HTTPError("", 403, "", {}, None), 1) is None
    True
    >>> 0.25 <= wait_before_next(ConnectionRefusedError(), 1) <= 0.5
    True
    """
    longest = min(_LONGEST_SECONDS, _FIRST_SECONDS * 2 ** (min(tries, 9) - 1))
    wait = random.SystemRandom().uniform(longest / 2, longest)
    if isinstance(error, urllib.error.HTTPError):
        if error.code not in _PASSING:
            return None
        return max(wait, _asked_for(error.headers.get("Retry-After") or ""))
    return None if isinstance(getattr(error, "reason", error), _LASTING) else wait


def _asked_for(said: str) -> float:
    """Return the seconds of a ``Retry-After``, which is a number of them or a date; 0 if it is neither."""
    if said.strip().isdecimal():
        return float(said)
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return 0.0
    return (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
