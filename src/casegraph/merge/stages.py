"""Tells whoever watches a long merge what it is at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["stage", "watched"]


def _nobody(_: str) -> None:
    """Take in what is told where nobody watches."""


_WATCHER: ContextVar[Callable[[str], None]] = ContextVar("watcher", default=_nobody)


def stage(what: str) -> None:
    """Tell what is done now, such as ``reading a.nt: 50,000 statements``."""
    _WATCHER.get()(what)


@contextmanager
def watched(watcher: Callable[[str], None]) -> Iterator[None]:
    """Let a function know of all stages within.

    >>> told = []
    >>> with watched(told.append):
    ...     stage("reading a.nt")
    >>> stage("reading b.nt")
    >>> told
    ['reading a.nt']
    """
    before = _WATCHER.set(watcher)
    try:
        yield
    finally:
        _WATCHER.reset(before)
