"""What a release of a vocabulary says, whatever format it came in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from casegraph.errors import InputError

__all__ = ["Entry", "Release", "require_terms"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One class of a release: ``wholes`` are what it is a part of, or a part or a kind of."""

    iri: str
    label: str | None = None
    synonyms: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    wholes: tuple[str, ...] = ()
    definition: str | None = None
    obsolete: bool = False
    replaced_by: str | None = None
    preferred: str | None = None
    is_class: bool = True


@dataclass(frozen=True, slots=True)
class Release:
    """The classes of a release, and what it says of itself; empty where it says nothing.

    :param prefixes: prefix -> namespace, for the identifiers of its classes.
    :param sha256: of the file it was read from.
    """

    entries: tuple[Entry, ...] = field(repr=False)
    source: str
    sha256: str
    version: str = ""
    licence: str = ""
    prefixes: Mapping[str, str] = field(default_factory=dict)


def require_terms(entries: tuple[Entry, ...], where: str, expected: str) -> tuple[Entry, ...]:
    """Return the classes of a file, which must have some, with labels.

    :raises InputError: if there is no class, or none has a label.
    """
    if not entries:
        raise InputError("the file has no class", where=where, expected=expected)
    if not any(each.label for each in entries):
        raise InputError("no class of the file has a label", where=where, expected=expected)
    return entries
