"""Opens what casegraph ships: ontology, shapes, queries, cases."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

__all__ = ["ontology_digest", "shipped"]

_HERE = Path(__file__).parent


@cache
def shipped(folder: str, pattern: str = "*") -> tuple[Path, ...]:
    """Return the shipped files of a folder that match a pattern, sorted by path; it is looked into once.

    :param folder: ``ontology``, ``shapes``, ``queries`` or ``cases``.
    :param pattern: a glob below that folder, such as ``*.ttl`` or ``imports/*.ttl``.

    >>> [path.name for path in shipped("ontology", "*.ttl")]
    ['care.ttl', 'case_classes.ttl', 'casegraph.ttl', 'concepts.ttl', 'merging.ttl']
    """
    return tuple(sorted((_HERE / folder).glob(pattern)))


@cache
def ontology_digest() -> str:
    """Return the SHA-256 of the shipped ontology with its imports: which version of it this is."""
    files = (*shipped("ontology", "*.ttl"), *shipped("ontology", "imports/*.ttl"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
