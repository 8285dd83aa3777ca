"""The table of formats: which reader a file goes to, by what is in it or by what the user insists on."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from casegraph.errors import DocumentError, InputError, Problem
from casegraph.loaders.detect import format_of
from casegraph.loaders.inputs import Input
from casegraph.loaders.paths import inputs
from casegraph.loaders.records import Options, Outcome, told
from casegraph.loaders.remote import Place

__all__ = ["CASE", "RECORD_FORMATS", "Reading", "arrivals", "dataset_of", "unused_options"]

#: The name of the format of case documents, which have a reader of their own.
CASE = "case"
#: The name of that of casegraph's own RDF, whose files hold case documents and records of data sets.
RDF = "rdf"


class _Joined(Protocol):
    """Reads inputs some of which belong together."""

    def read(self, source: Input) -> Iterator[tuple[str, Outcome]]:
        """Yield what an input tells by itself, with its name."""

    def rest(self) -> Iterator[tuple[str, Outcome]]:
        """Yield what the inputs tell together, each with the name of its input."""


#: format -> module:name of its reader, imported when it is called.
RECORD_FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "phenopacket": "casegraph.loaders.phenopacket:read_phenopacket",
        "fhir": "casegraph.loaders.fhir.files:FhirFiles",
        "care-sm": "casegraph.loaders.care_sm:CareSmFiles",
        "table": "casegraph.loaders.table:read_table",
        RDF: "casegraph.loaders.rdf:read_rdf",
    }
)
#: Formats that have one patient in several files; their reader is a class, made for what one path names.
_JOINED = frozenset({"fhir", "care-sm"})
#: option -> the formats that use it, and what these are.
_USED: Mapping[str, tuple[frozenset[str], str]] = MappingProxyType(
    {
        "mapping": (frozenset({"table"}), "a table"),
        "fhir_version": (frozenset({"fhir"}), "FHIR"),
        "keep_identifiers": (frozenset(RECORD_FORMATS) - {RDF}, "a record of a data set"),
    }
)
_ARCHIVE = re.compile(
    r"(\.tar)?\.(tar|tgz|txz|gz|xz|zip|json|jsonl|jsonld|ndjson|ya?ml|csv|tsv|nq|nt|ttl|trig|rdf|xml|pb)$",
    re.IGNORECASE,
)


def dataset_of(path: Place) -> str:
    """Return the name of the data set that a path names: its last folder, or the file without its suffix.

    >>> dataset_of(Path("in/phenopacket-store.tar.xz")), dataset_of(Path("registry/"))
    ('phenopacket-store', 'registry')
    """
    name = path.name
    if isinstance(path, Path) and name in ("", ".", ".."):
        name = path.resolve().name
    name = name.encode(errors="backslashreplace").decode()
    is_folder = path.is_dir() if isinstance(path, Path) else path.is_folder()
    return name if is_folder else _ARCHIVE.sub("", name) or name


def unused_options(options: Options, formats: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield each option that is set and that none of the formats uses, and what does use it.

    >>> list(unused_options(Options("demo", fhir_version="R4"), ["table"]))
    [('fhir_version', 'FHIR')]
    """
    for name, (using, what) in _USED.items():
        if getattr(options, name) and using.isdisjoint(formats):
            yield name, what


def arrivals(path: Place, form: str | None = None) -> Iterator[tuple[str, Input] | Problem]:
    """Yield the format and the input of each file that a path names, or why it has none.

    :param form: take every file for this format; by default each is looked at.
    :raises InputError: if the path cannot be read, or a folder holds nothing that can be a case.
    """
    for found in inputs((path,)):
        if isinstance(found, Problem):
            yield found
            continue
        try:
            yield from _arrivals(found, form)
        except DocumentError as error:
            yield from error.problems
        except InputError as error:
            yield Problem(found.name, 0, 0, "unreadable", error.what, error.todo)


def _arrivals(source: Input, form: str | None) -> Iterator[tuple[str, Input] | Problem]:
    form = form or format_of(source)
    if form == RDF:
        from casegraph.loaders.rdf import rdf_members

        yield from rdf_members(source)
    else:
        yield form, source


class Reading:
    """The reading of what one path names; what belongs together is read together, whatever lies between.

    :param options: how the formats are read.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._joined: dict[str, _Joined] = {}

    def read(self, found: Iterable[tuple[str, Input] | Problem]) -> Iterator[tuple[str, Outcome]]:
        """Yield each record with the name of its input, as far as it does not wait for other inputs.

        :param found: the format and the input of each file, or why it has none.
        :raises InputError: if an option of a format is missing or wrong.
        """
        for each in found:
            if isinstance(each, Problem):
                yield each.file, each
            else:
                yield from self._read(*each)

    def rest(self) -> Iterator[tuple[str, Outcome]]:
        """Yield the records of the inputs that belong together, after all of them were read."""
        for joined in self._joined.values():
            yield from joined.rest()

    def _read(self, form: str, source: Input) -> Iterator[tuple[str, Outcome]]:
        self._options.formats.add(form)
        read = _reader(form)
        if form not in _JOINED:
            yield from told(source.name, lambda: read(source, self._options))
            return
        if form not in self._joined:
            self._joined[form] = read(self._options)
        yield from self._joined[form].read(source)


def _reader(form: str) -> Callable[..., Any]:
    module, _, function = RECORD_FORMATS[form].partition(":")
    found: Callable[..., Any] = getattr(import_module(module), function)
    return found
