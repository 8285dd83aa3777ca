"""Bundles and NDJSON of FHIR: their resources, and which of them a reference means."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, NoReturn

from casegraph.errors import DocumentError, Problem
from casegraph.loaders.fhir.codes import ADDRESSES
from casegraph.loaders.fhir.element import MODIFIER
from casegraph.loaders.inputs import Input
from casegraph.loaders.json_lines import is_lines, read_lines
from casegraph.loaders.json_text import parse_json

__all__ = ["MOST_BYTES", "TYPE_AND_ID", "Content", "Entry", "check_size", "read_contents"]

#: Resources outside bundles are held in memory together; above this, they are not.
MOST_BYTES = 256 * 1024 * 1024
_DELETE = "DELETE"
_SUBJECTS = ("subject", "patient", "individual")
#: Type and identifier at the end of a reference.
TYPE_AND_ID = re.compile(r"(?:^|/)([A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64})(?:/_history/[^/]+)?$")


@dataclass(frozen=True, slots=True)
class Entry:
    """One resource with its place, its full URL and what its entry says besides.

    :param pointer: its place, which no other of its content has.
    :param line: of its file, where it stands in one; 0 where a bundle spans lines.
    """

    pointer: str
    resource: dict[str, Any]
    url: str | None = None
    beside: tuple[tuple[str, Any], ...] = ()
    file: str = ""
    line: int = 0

    @property
    def kind(self) -> str:
        """The type of the resource."""
        return str(self.resource["resourceType"])

    @property
    def address(self) -> str | None:
        """Type and identifier, as a relative reference has it; None without an identifier."""
        own = self.resource.get("id")
        return f"{self.kind}/{own}" if own else None

    @property
    def is_deleted(self) -> bool:
        """Tell whether the bundle says that the resource is deleted, and so states it no more."""
        said = (each for place, each in self.beside if place.endswith("/request"))
        return any(isinstance(each, dict) and each.get("method") == _DELETE for each in said)

    @property
    def is_modified(self) -> bool:
        """Tell whether an extension, of the resource or its entry, may change what all of it means."""
        beside = (place.rpartition("/")[2] for place, _ in self.beside)
        return MODIFIER in self.resource or MODIFIER in beside


@dataclass(slots=True)
class Content:
    """Resources that belong together: those of a bundle, or those of files that have a resource a line.

    :param name: its file, or the first of them.
    :param line: of the file, for a bundle that is one line of it.
    :param size: how long the lines are from which resources outside bundles were read.
    :param beside: what the bundle says besides.
    :param problems: what of it cannot be read.
    :param carried: the places of resources beside the patients whose code a claim has.
    """

    name: str
    line: int = 0
    size: int = 0
    entries: list[Entry] = field(default_factory=list)
    beside: tuple[tuple[str, Any], ...] = ()
    problems: list[Problem] = field(default_factory=list)
    carried: set[str] = field(default_factory=set)
    _by_name: dict[str, Entry] = field(default_factory=dict)
    _shorts: dict[str, str] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        """Take up a resource; the first of a name is the one that references mean."""
        self.entries.append(entry)
        for name in (entry.url, entry.address):
            if name:
                self._by_name.setdefault(name, entry)

    def keep(self, entry: Entry, size: int) -> None:
        """Take up a resource outside bundles; with more than :data:`MOST_BYTES` of them, keep none."""
        self.size += size
        if self.size <= MOST_BYTES:
            self.add(entry)
        else:
            self.entries.clear()
            self._by_name.clear()

    def place(self, source: Input) -> str:
        """Return how the places in a file begin: its name, with its folders where another has the name."""
        self.name = self.name or source.name
        short = PurePosixPath(source.name.rpartition("!")[2]).name
        return short if self._shorts.setdefault(short, source.name) == source.name else source.name

    def resolve(self, reference: object) -> Entry | None:
        """Return the resource that a reference means; None if it is none of these."""
        if not isinstance(reference, str):
            return None
        exact = self._by_name.get(reference)
        relative = TYPE_AND_ID.search(reference)
        if exact or relative is None:
            return exact
        found = self._by_name.get(relative[1])
        if found is None or not reference.startswith(("http://", "https://")):
            return found
        return None if found.url and found.url.startswith("http") else found

    def subject(self, entry: Entry) -> str | None:
        """Return the reference by which a resource says whom it tells of; None if it does not say."""
        for name in _SUBJECTS:
            found = entry.resource.get(name)
            if isinstance(found, dict) and isinstance(found.get("reference"), str):
                return str(found["reference"])
        return None


def check_size(content: Content) -> None:
    """Refuse resources outside bundles of which there were too many to be kept.

    :raises DocumentError: with the code ``too-large``.
    """
    if content.size > MOST_BYTES:
        message = f"with the files that belong to it, more than {MOST_BYTES:,} characters outside bundles"
        _refuse(Problem(content.name, 0, 0, "too-large", message, "split the files by patients"))


def read_contents(source: Input, loose: Content) -> Iterator[Content | Problem]:
    """Yield the bundles of a file as they come: the whole file, or a line each; lines that are none are told.

    :param loose: takes up the resources that stand in no bundle.
    :raises DocumentError: if nothing of the file can be read.
    """
    if is_lines(source):
        yield from read_lines(source, lambda line, at: _contents(line, source, loose, at))
        return
    text = source.content()
    if text.removeprefix(BOM_UTF8).lstrip().startswith(b"<"):
        _refuse(_xml(source.name, text.decode(errors="replace")))
    yield from _contents(text, source, loose, 0)


def _contents(text: bytes, source: Input, loose: Content, line: int) -> Iterator[Content]:
    """Yield a bundle, or keep another resource.

    :param line: that of the file which the text is; 0 where it is the whole file.
    """
    value = parse_json(text, source.name, line or 1, exactly=True)
    if not isinstance(value, dict) or not _is_resource(value):
        _refuse(_no_resource(source.name, line))
    elif value["resourceType"] == "Bundle":
        yield _bundle(value, source.name, line)
    else:
        alone = line or int(b"\n" not in text.strip())
        loose.keep(_loose_entry(value, loose, source, alone), len(text))


def _loose_entry(value: dict[str, Any], loose: Content, source: Input, line: int) -> Entry:
    place = f"{loose.place(source)}:{line}" if line else loose.place(source)
    return Entry(place, value, file=source.name, line=line)


def _is_resource(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("resourceType"), str)


def _bundle(value: dict[str, Any], name: str, line: int) -> Content:
    content = Content(name, line)
    content.beside = tuple(
        (f"/{key}", each) for key, each in value.items() if key not in ("resourceType", "type", "entry")
    )
    entries = value.get("entry", [])
    if not isinstance(entries, list):
        _refuse(Problem(name, line, 0, "wrong-value", "/entry is no list", "check what wrote the file"))
    for at, each in enumerate(entries):
        for entry in _entry(each, f"/entry/{at}", content):
            content.add(entry)
    return content


def _entry(value: Any, pointer: str, content: Content) -> Iterator[Entry]:
    resource, request = (
        value.get(name) if isinstance(value, dict) else None for name in ("resource", "request")
    )
    if resource is None and isinstance(request, dict) and request.get("method") == _DELETE:
        content.beside = (*content.beside, (pointer, _DELETE))
        return
    if not isinstance(resource, dict) or not _is_resource(resource):
        message, todo = f"{pointer} holds no resource", "give it a resource with a type"
        content.problems.append(Problem(content.name, content.line, 0, "missing-key", message, todo))
        return
    url = value.get("fullUrl")
    beside = tuple(
        (f"{pointer}/{key}", each) for key, each in value.items() if key not in ("resource", "fullUrl")
    )
    own = url if isinstance(url, str) else None
    yield Entry(f"{pointer}/resource", resource, own, beside, content.name, content.line)


def _xml(name: str, text: str) -> Problem:
    """Return why XML is not read; it is looked at as text, so that no entity of it is ever resolved."""
    if "<!DOCTYPE" in text:
        message = "XML with a document type, whose entities are not resolved"
    elif ADDRESSES["fhir"] not in text:
        message = "XML that is no FHIR"
    else:
        dstu2 = " (DSTU2: it holds a MedicationOrder)" if "<MedicationOrder" in text else ""
        message = f"FHIR in XML{dstu2}"
    return Problem(name, 0, 0, "not-json", message, "give it as JSON, of FHIR R4, R4B or R5")


def _no_resource(name: str, line: int) -> Problem:
    message = "no FHIR resource: an object with a resourceType is wanted"
    return Problem(name, line, 0, "missing-key", message, "give a Bundle, a resource, or one resource a line")


def _refuse(problem: Problem) -> NoReturn:
    raise DocumentError((problem,))
