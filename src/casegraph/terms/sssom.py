"""Reads mappings in SSSOM (``.sssom.tsv``): terms of one vocabulary placed below those of another."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from casegraph.errors import InputError
from casegraph.namespaces import PREFIXES, expand
from casegraph.terms.entry import Entry, require_terms

__all__ = ["read_sssom"]

_EXPECTED = (
    "mappings in SSSOM: a TSV with subject_id, predicate_id and object_id, of exact, narrow or broad matches"
)
_COLUMNS = ("subject_id", "predicate_id", "object_id")
#: predicate -> whether its object is below its subject. An exact match is both; the object is taken for the
#: foreign term, as in mappings that an ontology publishes of itself.
_BELOW = {"exactMatch": True, "narrowMatch": True, "broadMatch": False}


def read_sssom(path: Path) -> tuple[tuple[Entry, ...], str, str]:
    """Return the foreign terms of a mapping, the version and the licence that it names.

    A close or related match is no kind of, and a match that is negated is none: both are left out.

    :raises InputError: if the file is not SSSOM, names an unknown prefix, or has no such match.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        head = "\n".join(line[1:] for line in text.splitlines() if line.startswith("#"))
        said = yaml.load(head, Loader=yaml.CSafeLoader) or {}
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f"the file cannot be read: {error}", where=str(path), expected=_EXPECTED) from error
    if not isinstance(said, dict):
        raise InputError("the head of the mapping is no keys and values", where=str(path), expected=_EXPECTED)
    prefixes = said.get("curie_map")
    links: dict[str, tuple[str, set[str]]] = {}
    for child, label, parent in _links(text, path):
        iris = [_iri(each, prefixes if isinstance(prefixes, dict) else {}, path) for each in (child, parent)]
        links.setdefault(iris[0], (label, set()))[1].add(iris[1])
    entries = tuple(
        Entry(iri, label or None, parents=tuple(sorted(parents)))
        for iri, (label, parents) in sorted(links.items())
    )
    version, licence = said.get("mapping_set_version", ""), said.get("license", "")
    return require_terms(entries, str(path), _EXPECTED), str(version), str(licence)


def _links(text: str, path: Path) -> Iterator[tuple[str, str, str]]:
    """Yield each term that is below another: its CURIE, its label, the CURIE of the other."""
    body = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#"))
    rows = csv.DictReader(io.StringIO(body), delimiter="\t", quoting=csv.QUOTE_NONE)
    if not set(_COLUMNS) <= set(rows.fieldnames or ()):
        missing = ", ".join(sorted(set(_COLUMNS) - set(rows.fieldnames or ())))
        raise InputError(f"the mapping has no column {missing}", where=str(path), expected=_EXPECTED)
    for row in rows:
        below = _BELOW.get(str(row["predicate_id"]).rpartition(":")[2])
        if below is None or row.get("predicate_modifier"):
            continue
        subject = (row["subject_id"], row.get("subject_label") or "")
        target = (row["object_id"], row.get("object_label") or subject[1])
        child, parent = (target, subject) if below else (subject, target)
        yield child[0], child[1], parent[0]


def _iri(curie: str, prefixes: Mapping[str, str], path: Path) -> str:
    prefix, colon, local = str(curie).partition(":")
    if prefix not in PREFIXES and colon and prefix in prefixes:
        return f"{prefixes[prefix]}{local}"
    try:
        return expand(str(curie))
    except InputError as error:
        todo = "name the prefix in the curie_map of the mapping"
        raise InputError(error.what, where=str(path), expected="a known prefix", todo=todo) from error
