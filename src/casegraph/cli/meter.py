"""Tells how a long load or merge gets on: how much is done, how fast, how long it may take."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

from casegraph.cli.form import say
from casegraph.loaders.archives import ARCHIVE_SUFFIXES
from casegraph.loaders.remote import Place

__all__ = ["Meter", "Ticking"]

_EVERY_SECONDS = 10.0
_MINUTE = 100


class Meter:
    """Says a line every ten seconds.

    :param paths: what is loaded; how much of it is left is told where its size is known, as it is of files
        and folders of this machine, but archives.
    """

    def __init__(self, paths: Iterable[Place]) -> None:
        self._begun = self._said = time.monotonic()
        given = tuple(paths)
        local = [path for path in given if isinstance(path, Path)]
        files = [file for path in local for file in (path.rglob("*") if path.is_dir() else (path,))]
        archives = any(file.suffix.lower() in ARCHIVE_SUFFIXES for file in files)
        known = len(local) == len(given) and not archives
        self._size = sum(file.stat().st_size for file in files if file.is_file()) if known else 0

    def __call__(self, done: int, size: int) -> None:
        """Take in how many documents and records, and how many bytes, are read and mapped."""
        now = time.monotonic()
        if now - self._said >= _EVERY_SECONDS:
            self._said = now
            say(self.line(done, size, now - self._begun))

    def line(self, done: int, size: int, seconds: float) -> str:
        """Return what is said after so many seconds.

        >>> Meter([]).line(1500, 0, 10.0)
        '1,500 read and checked, 150 a second'
        """
        told = f"{done:,} read and checked, {done / seconds:,.0f} a second"
        if not self._size or not size:
            return told
        left = seconds * max(self._size - size, 0) / size
        return (
            f"{told}, about {left:.0f} s left"
            if left < _MINUTE
            else f"{told}, about {left / 60:.0f} min left"
        )


class Ticking:
    """Says every ten seconds what is done now; nothing of what is done sooner.

    >>> with Ticking() as tell:
    ...     tell("reading a.nt")
    ...     tell.line(12.3)
    'reading a.nt, 12 s so far'
    """

    def __init__(self, every: float = _EVERY_SECONDS) -> None:
        self._at, self._every, self._begun = "", every, time.monotonic()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._tick, daemon=True)

    def __call__(self, what: str) -> None:
        """Take in what is done now."""
        self._at = what

    def line(self, seconds: float) -> str:
        """Return what is said after so many seconds."""
        return f"{self._at}, {seconds:.0f} s so far"

    def _tick(self) -> None:
        while not self._over.wait(self._every):
            if self._at:
                say(self.line(time.monotonic() - self._begun))

    def __enter__(self) -> Ticking:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
