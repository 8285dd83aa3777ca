"""The table of formats: which reader a file goes to, by what is in it or by what the user insists on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

from casegraph.errors import CasegraphError, DocumentError, InputError, MissingExtraError, Problem
from casegraph.loaders.detect import format_of
from casegraph.loaders.inputs import Input
from casegraph.loaders.paths import inputs
from casegraph.loaders.records import Options, Outcome

__all__ = ["CASE", "RECORD_FORMATS", "arrivals", "dataset_of", "read_records"]

#: The name of the format of case documents, which have a reader of their own.
CASE = "case"

#: format -> module:function of its reader, imported when it is called. A reader takes the inputs that come
#: together and gives a source's name with each record.
RECORD_FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "phenopacket": "casegraph.loaders.phenopacket:read_phenopacket",
        "fhir": "casegraph.loaders.fhir:read_fhir",
        "care-sm": "casegraph.loaders.care_sm:read_care_sm_files",
        "table": "casegraph.loaders.table:read_table",
    }
)
#: Formats whose files belong together: those of one patient lie in several.
_TOGETHER = frozenset({"care-sm"})
_EXTRA = "pip install 'casegraph[formats]'"
_ARCHIVE = re.compile(
    r"(\.tar)?\.(tar|tgz|txz|gz|xz|zip|json|jsonl|ndjson|ya?ml|csv|tsv|nq|pb)$", re.IGNORECASE
)


def dataset_of(path: Path) -> str:
    """Return the name of the data set that a path names: its last folder, or the file without its suffix.

    >>> dataset_of(Path("in/phenopacket-store.tar.xz")), dataset_of(Path("registry/"))
    ('phenopacket-store', 'registry')
    """
    name = path.resolve().name if path.name in ("", ".", "..") else path.name
    return name if path.is_dir() else _ARCHIVE.sub("", name) or name


def arrivals(path: Path, form: str | None = None) -> Iterator[tuple[str, Input] | Problem]:
    """Yield the format and the input of each file that a path names, or why it has none.

    :param form: take every file for this format; by default each is looked at.
    :raises InputError: if the path cannot be read, or a folder holds nothing that can be a case.
    """
    for found in inputs((path,)):
        if isinstance(found, Problem):
            yield found
        elif form is not None:
            yield form, found
        else:
            try:
                yield format_of(found), found
            except DocumentError as error:
                yield from error.problems
            except InputError as error:
                yield Problem(found.name, 0, 0, "unreadable", error.what, error.todo)


def read_records(form: str, sources: Iterable[Input], options: Options) -> Iterator[tuple[str, Outcome]]:
    """Yield each record of inputs of one format, with the name of its input; what cannot be read is told.

    :raises MissingExtraError: if what the format needs is not installed.
    :raises InputError: if an option of the format is missing or wrong.
    """
    read = _reader(form)
    if form in _TOGETHER:
        together = tuple(sources)
        yield from _told(", ".join(each.name for each in together[:1]), lambda: read(together, options))
    else:
        for source in sources:
            yield from _told(source.name, lambda source=source: read(source, options))  # type: ignore[misc]


def _told(name: str, read: Callable[[], Iterator[Outcome]]) -> Iterator[tuple[str, Outcome]]:
    try:
        for outcome in read():
            yield (outcome.file if isinstance(outcome, Problem) else name), outcome
    except DocumentError as error:
        yield from ((each.file, each) for each in error.problems)
    except MissingExtraError:
        raise
    except CasegraphError as error:
        if error.where != name:
            raise
        yield name, Problem(name, 0, 0, "unreadable", error.what, error.todo)


def _reader(form: str) -> Callable[..., Iterator[Outcome]]:
    module, _, function = RECORD_FORMATS[form].partition(":")
    try:
        found: Callable[..., Iterator[Outcome]] = getattr(import_module(module), function)
    except ModuleNotFoundError as error:
        if str(error.name).startswith("casegraph"):
            raise
        what = f"{error.name} is not installed, and {form} needs it"
        raise MissingExtraError(what, todo=_EXTRA) from error
    return found
