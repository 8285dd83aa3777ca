"""Reads a vocabulary in OBO format 1.4 (``.obo``), through fastobo."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from casegraph.errors import InputError, MissingExtraError
from casegraph.namespaces import OBO, PREFIXES
from casegraph.terms.entry import Entry, require_terms

__all__ = ["read_obo"]

_EXPECTED = "an ontology in OBO format"
_LICENCE = re.compile(r"(?:dc|dct|dcterms|terms):license\s+\"?([^\"\s]+)|.*/license>?\s+\"?([^\"\s]+)")
_PART_OF = {"part_of", "BFO:0000050"}


def read_obo(path: Path) -> tuple[tuple[Entry, ...], str, str]:
    """Return the classes of a file, its version and its licence; empty where it does not say.

    ``is_a`` is a superclass, ``relationship: part_of`` a whole, an ``alt_id`` an obsolete class that the term
    replaces; synonyms are the exact ones.

    :raises MissingExtraError: if fastobo is not installed.
    :raises InputError: if the file is not OBO or has no class.
    """
    try:
        import fastobo
    except ImportError as error:
        raise MissingExtraError("fastobo is not installed", todo="pip install 'casegraph[vocab]'") from error
    try:
        document = fastobo.load(str(path))
    except (SyntaxError, ValueError, OSError) as error:
        raise InputError(f"not OBO: {error}", where=str(path), expected=_EXPECTED) from error
    head = _clauses(document.header)
    spaces = {each.prefix: str(each.url) for each in document.header if each.raw_tag() == "idspace"}
    said = [str(value.raw_value()) for value in head.get("property_value", ())]
    licences = (found[1] or found[2] for each in said if (found := _LICENCE.match(each)))
    versions = [each.raw_value() for each in head.get("data-version", ())]
    version = str(versions[0]).rsplit("/", 1)[-1] if versions else ""
    frames = [frame for frame in document if isinstance(frame, fastobo.term.TermFrame)]
    entries = {each.iri: each for frame in frames for each in _merged(frame, spaces)}
    entries |= {each.iri: each for each in (_entry(frame, spaces) for frame in frames)}
    return require_terms(tuple(entries.values()), str(path), _EXPECTED), version, next(licences, "")


def _clauses(frame: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for clause in frame:
        found.setdefault(clause.raw_tag(), []).append(clause)
    return found


def _entry(frame: Any, spaces: Mapping[str, str]) -> Entry:
    found = _clauses(frame)
    wholes = (each for each in found.get("relationship", ()) if str(each.typedef) in _PART_OF)
    replaced = [_iri(str(each.term), spaces) for each in found.get("replaced_by", ())]
    definitions = [str(each.definition) for each in found.get("def", ())]
    names = [str(each.name) for each in found.get("name", ())]
    synonyms = (each.synonym for each in found.get("synonym", ()))
    return Entry(
        _iri(str(frame.id), spaces),
        names[0] if names else None,
        tuple(str(each.desc) for each in synonyms if each.scope == "EXACT"),
        tuple(_iri(str(each.term), spaces) for each in found.get("is_a", ())),
        tuple(_iri(str(each.term), spaces) for each in wholes),
        definitions[0] if definitions else None,
        obsolete=any(each.obsolete for each in found.get("is_obsolete", ())),
        replaced_by=replaced[0] if replaced else None,
    )


def _merged(frame: Any, spaces: Mapping[str, str]) -> Iterable[Entry]:
    """Yield the identifiers that were merged into a term: given up, with the term in their place."""
    into = _iri(str(frame.id), spaces)
    for each in _clauses(frame).get("alt_id", ()):
        yield Entry(_iri(str(each.alt_id), spaces), obsolete=True, replaced_by=into)


def _iri(name: str, spaces: Mapping[str, str]) -> str:
    """Return the IRI of an identifier, as OBO maps it to OWL."""
    prefix, colon, local = name.partition(":")
    if not colon or local.startswith("//"):
        return name if colon else f"{OBO}{name}"
    return (spaces.get(prefix) or PREFIXES.get(prefix) or f"{OBO}{prefix}_") + local
