"""The file that ``casegraph load`` appends to: the cases that are on the disk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from casegraph.errors import InputError
from casegraph.ingest import Arrived, Loaded, LoadedRecord

__all__ = ["acknowledging", "cases_of"]


@contextmanager
def acknowledging(path: object, *, at_once: bool) -> Iterator[Callable[[Iterable[str]], None]]:
    """Give what appends IRIs to a file, a line each; to none where none is asked for.

    :param at_once: else they are written at the end, and not at all if it ends by an error.
    :raises InputError: if the file cannot be written.
    """
    if not isinstance(path, Path):
        yield lambda _: None
        return
    waiting: list[str] = []
    try:
        with path.open("a", encoding="utf-8") as file:

            def acknowledge(iris: Iterable[str]) -> None:
                waiting.extend(f"{iri}\n" for iri in iris)
                if at_once:
                    write()

            def write() -> None:
                file.writelines(waiting)
                file.flush()
                waiting.clear()

            yield acknowledge
            write()
    except OSError as error:
        todo = "name a file that can be written"
        raise InputError(f"cannot be written: {error.strerror}", where=str(path), todo=todo) from error


def cases_of(arrived: Arrived) -> tuple[str, ...]:
    """Return the cases and groups that are in the store now."""
    if isinstance(arrived, LoadedRecord):
        return (arrived.iri,)
    return arrived.cases if isinstance(arrived, Loaded) else ()
