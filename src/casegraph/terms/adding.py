"""Brings whole vocabularies in: from a file in OBO, OBO Graphs, OWL or SSSOM, or out of a package."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from casegraph.errors import InputError
from casegraph.namespaces import OBO, PREFIXES
from casegraph.terms.entry import Entry, Release
from casegraph.terms.files import put

__all__ = ["Added", "add"]

_OBO_IRI = re.compile(re.escape(OBO) + r"([A-Za-z][A-Za-z0-9]*)_\w+")
_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9._-]*")
_SHORTEST = 8
Reader = Callable[[Path], tuple[tuple[Entry, ...], str, str]]


@dataclass(frozen=True, slots=True)
class Added:
    """A vocabulary that is there now.

    :param replaced: whether another of that name was there before.
    :param nameless: how many of its classes have no prefix, so that a case document cannot name them.
    """

    name: str
    release: Release
    replaced: bool
    nameless: int


def add(what: str, *, name: str = "", prefixes: Mapping[str, str] | None = None) -> Iterator[Added]:
    """Bring a vocabulary in and yield it; several, one after another, of a package that carries several.

    Nothing is written of one that cannot be read whole, and what was there before stays.

    :param what: a file (``.obo``, ``.json``, ``.owl``, ``.rdf``, ``.xml``, ``.ttl``, ``.tsv``), a package, or
        one vocabulary of a package, such as ``cellxgene-ontology-guide:MONDO``.
    :param name: what to call it; by default the name of the file without its suffix.
    :param prefixes: prefix -> namespace, for identifiers that are no OBO ones.
    :raises MissingExtraError: if the reader or the package is not installed.
    :raises InputError: if the file is not a vocabulary, or the name or a prefix cannot be used.
    """
    from casegraph.terms.packages import PACKAGES, package_releases

    own = _usable(prefixes or {})
    package, _, only = what.partition(":")
    if package in PACKAGES and not Path(what).exists():
        for called, release in package_releases(package, only):
            yield _put(called, release, own)
    else:
        path = Path(what)
        yield _put(name or re.sub(r"[^a-z0-9._-]+", "-", path.stem.lower()), _read(path), own)


def _usable(prefixes: Mapping[str, str]) -> Mapping[str, str]:
    for prefix, namespace in prefixes.items():
        if not _PREFIX.fullmatch(prefix) or len(namespace) < _SHORTEST or "://" not in namespace:
            example = "such as OWN=https://example.org/own#"
            raise InputError(f"{prefix}={namespace} is no prefix", expected=f"NAME=NAMESPACE, {example}")
        if PREFIXES.get(prefix, namespace) != namespace:
            raise InputError(f"the prefix {prefix} is taken", expected=f"{PREFIXES[prefix]}, or another name")
    return prefixes


def _read(path: Path) -> Release:
    reader = _reader(path)
    entries, version, licence = reader(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Release(entries, path.name, digest, version, licence)


def _reader(path: Path) -> Reader:
    from casegraph.terms.obo import read_obo
    from casegraph.terms.obograph import read_obograph
    from casegraph.terms.owl import read_owl
    from casegraph.terms.packages import PACKAGES
    from casegraph.terms.sssom import read_sssom

    readers: dict[str, Reader] = {".obo": read_obo, ".json": read_obograph, ".ttl": read_owl}
    readers |= dict.fromkeys((".owl", ".rdf", ".xml"), read_owl) | {".tsv": read_sssom}
    expected = f"a file {', '.join(readers)}, or one of the packages {', '.join(PACKAGES)}"
    if not path.is_file():
        raise InputError("no such file and no such package", where=str(path), expected=expected)
    if path.suffix.lower() not in readers:
        raise InputError("the format is not known by the name", where=str(path), expected=expected)
    if not path.stat().st_size:
        raise InputError("the file is empty", where=str(path), expected=expected)
    return readers[path.suffix.lower()]


def _put(name: str, release: Release, own: Mapping[str, str]) -> Added:
    classes = [each.iri for each in release.entries]
    found = {match[1] for iri in classes if (match := _OBO_IRI.fullmatch(iri))}
    prefixes = {each: f"{OBO}{each}_" for each in sorted(found) if each not in PREFIXES} | dict(own)
    namespaces = (*PREFIXES.values(), *prefixes.values())
    nameless = sum(not iri.startswith(namespaces) for iri in classes)
    made = replace(release, prefixes=prefixes)
    return Added(name, made, put(name, made), nameless)
