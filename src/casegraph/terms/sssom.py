"""Reads mappings in SSSOM (``.sssom.tsv``): terms of one vocabulary placed below those of another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from casegraph.mappings.content import MappingSet
from casegraph.mappings.reading import read_mappings
from casegraph.terms.entry import Entry, require_terms

__all__ = ["read_sssom"]

_EXPECTED = "mappings in SSSOM, of exact, narrow or broad matches with labels"
#: predicate -> whether its object is below its subject. An exact match is both; the object is taken for the
#: foreign term, as in mappings that an ontology publishes of itself.
_BELOW = {"skos:exactMatch": True, "skos:narrowMatch": True, "skos:broadMatch": False}


def read_sssom(path: Path) -> tuple[tuple[Entry, ...], str, str]:
    """Return the foreign terms of a mapping, the version and the licence that it names.

    A close or related match is no kind of, and a match that is negated is none: both are left out, and so is
    a term that has no counterpart.

    :raises InputError: if the file is not SSSOM, names an unknown prefix, or has no such match.
    """
    found = read_mappings(path)
    links: dict[str, tuple[str, set[str]]] = {}
    for child, label, parent in _links(found):
        links.setdefault(found.expand(child), (label, set()))[1].add(found.expand(parent))
    entries = tuple(
        Entry(iri, label or None, parents=tuple(sorted(parents)))
        for iri, (label, parents) in sorted(links.items())
    )
    whole = require_terms(entries, str(path), _EXPECTED)
    return whole, found.value("mapping_set_version"), found.value("license")


def _links(found: MappingSet) -> Iterator[tuple[str, str, str]]:
    """Yield each term that is below another: its CURIE, its label, the CURIE of the other."""
    for each in found.mappings:
        below = _BELOW.get(each.predicate_id)
        if below is None or not each.links_terms:
            continue
        subject = (each.subject_id, each.subject_label)
        target = (each.object_id, each.object_label or each.subject_label)
        child, parent = (target, subject) if below else (subject, target)
        yield child[0], child[1], parent[0]
