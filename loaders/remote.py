"""Files and folders at URLs of any protocol that fsspec knows, such as ``s3://bucket/packets.tar.xz``.

What is read is fetched to this machine first: many servers give no part of a file, and a zip file is read
from its end.
"""

from __future__ import annotations

import re
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from casegraph.errors import CasegraphError, InputError, MissingExtraError
from casegraph.loaders.inputs import Input

__all__ = ["Place", "Remote", "place_of"]

_URL = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_LOCAL = ("file://", "local://")
#: What nobody else is to see, and goes into no store: a user with a password, the signature of an address.
_USER, _QUERY = (
    re.compile(r"(?<=://)[^/@\s]*@"),
    re.compile(r"(https?://[^\s?#]*)[?#][^\s'\")]*", re.IGNORECASE),
)
_NOT_THERE = 404


class Remote:
    """A file or folder at a URL.

    :param url: as fsspec has it; a chain (``zip://a.json::s3://bucket/x.zip``) is named by its first link.

    >>> str(Remote("https://me:secret@e.org/data/packets.zip?signature=1")), Remote("s3://bucket/in/").name
    ('https://e.org/data/packets.zip', 'in')
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._head, self._chain, self._rest = url.partition("::")
        self._copy: Path | None = None

    def __str__(self) -> str:
        """Return the URL without secrets: its name in messages and in the ledger."""
        return "::".join(_shown(each) for each in self.url.split("::"))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Remote) and self.url == other.url

    def __hash__(self) -> int:
        return hash(self.url)

    def __truediv__(self, name: str) -> Remote:
        between = "" if self._head.endswith("/") else "/"
        return Remote(f"{self._head}{between}{name}{self._chain}{self._rest}")

    @property
    def name(self) -> str:
        """The last part of its path."""
        return PurePosixPath(str(self).partition("::")[0]).name

    def is_folder(self) -> bool:
        """Tell whether it is a folder; over HTTP there is none.

        :raises InputError: if it is not there, or cannot be read.
        """
        files, path = self.system()
        with self._told("read"):
            return bool(files.info(path)["type"] == "directory")

    def below(self) -> list[Remote]:
        """Return the files of a folder and of all folders in it.

        :raises InputError: if they cannot be read.
        """
        files, path = self.system()
        with self._told("read"):
            return [self / str(each).removeprefix(path).lstrip("/") for each in files.find(path)]

    def input(self) -> Input:
        """Return the file as something to read, which is fetched when it is opened first."""
        return Input(str(self), lambda: self._fetched().open("rb"))

    def put(self, file: Path) -> None:
        """Make a file of this machine the one at the URL.

        :raises InputError: if it cannot be written.
        """
        files, path = self.system()
        with self._told("written"):
            files.put_file(str(file), path)

    def system(self) -> tuple[Any, str]:
        """Return the file system of fsspec, and the path in it.

        :raises MissingExtraError: if what the protocol needs is not installed.
        :raises InputError: if it is no URL.
        """
        try:
            from fsspec.core import url_to_fs
        except ModuleNotFoundError as error:
            todo = "pip install 'casegraph[remote]'"
            raise MissingExtraError("fsspec is not installed, and a URL needs it", todo=todo) from error
        try:
            with self._told("used"):
                files, path = url_to_fs(self.url)
        except InputError as error:
            if isinstance(error.__cause__, ImportError):
                raise MissingExtraError(str(error.__cause__), where=str(self)) from error
            raise
        return files, str(path)

    def _fetched(self) -> Path:
        """Return a copy on this machine, which goes when this does."""
        if self._copy is None:
            files, path = self.system()
            with tempfile.NamedTemporaryFile(prefix="casegraph-", delete=False) as made:
                copy = Path(made.name)
            weakref.finalize(self, copy.unlink, missing_ok=True)
            with self._told("read"):
                files.get_file(path, str(copy))
            self._copy = copy
        return self._copy

    @contextmanager
    def _told(self, done: str) -> Iterator[None]:
        try:
            yield
        except CasegraphError:
            raise
        except Exception as error:  # each protocol has errors of its own
            what, todo = f"cannot be {done}: {_reason(error)}", "check the URL, and what you may do there"
            raise InputError(what, where=str(self), todo=todo) from error


def _shown(text: str) -> str:
    return _QUERY.sub(r"\1", _USER.sub("", text))


def _reason(error: Exception) -> str:
    """Return what an error says, without secrets; fsspec hides what a web server answered."""
    cause = error.__cause__
    if isinstance(error, FileNotFoundError) and not isinstance(cause, OSError):
        status = getattr(cause, "status", _NOT_THERE)
        return "no such file or folder" if status == _NOT_THERE else f"the server answered {status}"
    said = str(cause if isinstance(error, FileNotFoundError) else error) or type(error).__name__
    return _shown(said)


Place = Path | Remote


def place_of(text: str) -> Place:
    """Return what a path or a URL names.

    >>> place_of("in/a.json").name, place_of("file:///in/a.json"), place_of("s3://bucket/a.json").name
    ('a.json', PosixPath('/in/a.json'), 'a.json')
    """
    if _URL.match(text) is None:
        return Path(text)
    for scheme in _LOCAL:
        if text.lower().startswith(scheme) and "::" not in text:
            return Path(text[len(scheme) :])
    return Remote(text)
