"""Keeps the token that lets somebody write: in a file of its owner, in no address, no log and no message."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shlex
import stat
from http import HTTPStatus
from pathlib import Path
from typing import Final

from starlette.types import Scope

from casegraph.errors import InputError
from casegraph.serve.http.problems import RefusedError

__all__ = ["Tokens", "new_token", "read_token", "require"]

_RANDOM_BYTES: Final = 32
_SHORTEST: Final = 32
_LONGEST: Final = 4096
_TOKEN: Final = re.compile(rb"[A-Za-z0-9._~+/-]+=*")  # as RFC 6750 has it
_CHALLENGE: Final = 'Bearer realm="casegraph"'


class Tokens:
    """Tells whether a request brings a token; keeps the digest of it, not the token.

    >>> Tokens("a" * 43).allows(b"Bearer " + b"a" * 43)
    True
    >>> Tokens("a" * 43)
    Tokens(...)
    """

    __slots__ = ("_digest",)

    def __init__(self, token: str) -> None:
        self._digest = _digest(token.encode())

    def allows(self, header: bytes | None) -> bool:
        """Tell whether the value of an Authorization header has the token; takes the same time for each."""
        scheme, _, token = (header or b"").partition(b" ")
        right = secrets.compare_digest(_digest(token.strip(b" ")), self._digest)
        return right and scheme.lower() == b"bearer"

    def __repr__(self) -> str:
        return "Tokens(...)"

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("tokens are not handed on")


def require(scope: Scope, tokens: Tokens) -> None:
    """Let a request on that brings the token, and only that one.

    :raises RefusedError: 401 if there is no Authorization header, two of them, or another token.
    """
    found = [value for name, value in scope["headers"] if name == b"authorization"]
    if len(found) == 1 and tokens.allows(found[0]):
        return
    what = "the token is not the one of this server" if found else "this needs the token of the server"
    raise RefusedError(
        HTTPStatus.UNAUTHORIZED,
        what,
        expected="one header, Authorization: Bearer TOKEN",
        headers=(("WWW-Authenticate", _CHALLENGE),),
    )


def new_token(path: Path) -> None:
    """Make a file with a new token, which only its owner may read.

    :raises InputError: if the file is there, or cannot be made.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags, 0o600)
    except FileExistsError as error:
        raise InputError("the file is there already", where=f"{path}", todo="name another one") from error
    except OSError as error:
        raise InputError(f"the file cannot be made ({error.strerror})", where=f"{path}") from error
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        os.fchmod(descriptor, 0o600)
        file.write(secrets.token_urlsafe(_RANDOM_BYTES) + "\n")


def read_token(path: Path) -> str:
    """Return the token of a file.

    :raises InputError: if it is no file of the user's own that nobody else may read, or holds no token.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        link = ", which is a link" if path.is_symlink() else ""
        raise InputError(
            f"the file of the token{link} cannot be read ({error.strerror})",
            where=f"{path}",
            todo="make one with casegraph serve --new-token FILE",
        ) from error
    try:
        _refuse_open_file(path, os.fstat(descriptor))
        content = os.read(descriptor, _LONGEST + 1)
    finally:
        os.close(descriptor)
    token = content.removesuffix(b"\n").removesuffix(b"\r")
    if not _SHORTEST <= len(token) <= _LONGEST or not _TOKEN.fullmatch(token):
        raise InputError(
            "the file holds no token",
            where=f"{path}",
            expected=f"one line of at least {_SHORTEST} letters and digits",
            todo="make one with casegraph serve --new-token FILE",
        )
    return token.decode("ascii")


def _refuse_open_file(path: Path, found: os.stat_result) -> None:
    """Refuse what is no file of the user's own, or what others may read or write.

    :raises InputError: if it is so.
    """
    if not stat.S_ISREG(found.st_mode):
        raise InputError("the token is not in a file", where=f"{path}", expected="a file")
    if found.st_uid != os.geteuid():
        raise InputError(
            "the file of the token is another user's", where=f"{path}", expected="one of your own"
        )
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise InputError(
            "others may read the token", where=f"{path}", todo=f"type: chmod 600 {shlex.quote(str(path))}"
        )


def _digest(token: bytes) -> bytes:
    return hashlib.sha256(token).digest()
