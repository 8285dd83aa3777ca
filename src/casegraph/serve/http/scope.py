"""Reads the headers of a request from its scope."""

from __future__ import annotations

from starlette.types import Scope

__all__ = ["header", "headers"]


def headers(scope: Scope, name: bytes) -> list[str]:
    """Return the values of a header.

    :param name: in lower case.
    """
    return [value.decode("latin-1") for each, value in scope["headers"] if each == name]


def header(scope: Scope, name: bytes) -> str | None:
    """Return the values of a header as one, or None if it is not there.

    :param name: in lower case.

    >>> header({"headers": [(b"accept", b"text/csv"), (b"accept", b"text/html")]}, b"accept")
    'text/csv, text/html'
    """
    found = headers(scope, name)
    return ", ".join(found) if found else None
