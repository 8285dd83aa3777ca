"""Files, folders and archives of any format into a store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, groupby, takewhile

from casegraph.errors import CasegraphError, Problem
from casegraph.ingest.in_place import Job
from casegraph.ingest.origins import Origins
from casegraph.ingest.outcomes import Arrived
from casegraph.ingest.stopping import STOP
from casegraph.loaders.formats import CASE, Reading, arrivals, dataset_of
from casegraph.loaders.inputs import Input
from casegraph.loaders.json_lines import each_line, is_lines
from casegraph.loaders.records import Options
from casegraph.loaders.remote import Place
from casegraph.store import Store

__all__ = ["load_paths"]


def load_paths(
    store: Store,
    paths: Iterable[Place],
    options: Options | None = None,
    *,
    form: str | None = None,
    dry_run: bool = False,
) -> Iterator[Arrived]:
    """Bring what paths and URLs name into a store, whatever format it has, and say what became of each.

    :param options: how data of other formats are read. All paths are of its data set; without one, each path
        names its own.
    :param form: take every file for this format.
    :raises InputError: if a path does not exist or cannot be read, or an option is wrong.
    :raises StoreError: if the store fails.
    """
    options = options or Options("")
    origins = Origins()
    job = Job(store, dry_run=dry_run, origins=origins)
    shared = Reading(options) if options.dataset else None
    for path in dict.fromkeys(paths):
        reading = shared or Reading(replace(options, dataset=dataset_of(path)))
        found = takewhile(lambda _: not STOP.is_set(), origins.watched(arrivals(path, form)))
        for of_cases, group in groupby(found, key=_is_case):
            if of_cases:
                options.formats.add(CASE)
                yield from job.documents(chain.from_iterable(map(_documents, _sources(group))))
            else:
                yield from job.records(reading.read(group))
        if shared is None:
            yield from job.records(reading.rest())
    if shared is not None:
        yield from job.records(shared.rest())


def _is_case(found: tuple[str, Input] | Problem) -> bool:
    return not isinstance(found, Problem) and found[0] == CASE


def _sources(group: Iterable[tuple[str, Input] | Problem]) -> Iterator[Input]:
    return (each[1] for each in group if not isinstance(each, Problem))


def _documents(source: Input) -> Iterator[Input]:
    """Yield the case documents of a file: the lines of one that has one in each, else the file."""
    try:
        lines = is_lines(source)
    except CasegraphError:
        lines = False  # whoever reads it tells what is wrong
    if lines:
        yield from each_line(source)
    else:
        yield source
