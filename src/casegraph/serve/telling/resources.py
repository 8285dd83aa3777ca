"""Finds what an address of the server means in a store: a case, a group or a report; and gives it as RDF."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import quote, unquote

import pyoxigraph as ox

from casegraph.errors import InputError
from casegraph.facts import read_quads
from casegraph.namespaces import BASE
from casegraph.serve.errors import NotThereError, no_json_ld
from casegraph.store import Store
from casegraph.store.syntax import named
from casegraph.subjects import subjects_of

__all__ = ["KINDS", "find_report", "find_subject", "form_of", "quads_of", "write_graphs"]

#: first part of a path -> the kind in the IRI.
KINDS = {"cases": "case", "groups": "group", "reports": "report", "datasets": "dataset"}
#: form -> what an export of the same bytes calls it.
_EXPORTED = {
    ox.RdfFormat.TURTLE: "turtle",
    ox.RdfFormat.TRIG: "trig",
    ox.RdfFormat.JSON_LD: "jsonld",
}
_DOI = "10."
_SLASH = re.compile("%2f", re.IGNORECASE)
_SAFE = ("();:", "")


def form_of(media_type: str) -> ox.RdfFormat:
    """Return the form of RDF of a media type, which may be one of the wider ones that are in use for it.

    :raises InputError: if it is none.

    >>> form_of("text/turtle"), form_of("application/json")
    (<RdfFormat Turtle>, <RdfFormat JSON-LD>)
    """
    form = ox.RdfFormat.from_media_type(media_type)
    if form is None:
        raise InputError(f"no form of RDF is {media_type!r}", expected="a media type such as text/turtle")
    return form


def _meant(kind: str, path: str) -> Iterator[str]:
    """Yield the IRIs that a path may stand for: clients write percent signs in more than one way.

    A DOI is the same in capitals and in small letters, and the IRIs have the small ones; its slash may be
    written with a percent sign.

    :param path: what stands behind ``/cases/``, as it was sent.
    """
    for safe in _SAFE:
        yield f"{BASE}{kind}/" + "/".join(
            quote(unquote(part), safe=safe, errors="replace") for part in path.split("/")
        )
    yield f"{BASE}{kind}/{path}"
    if path.startswith(_DOI):
        for plain in (_SLASH.sub("/", path), path.lower()):
            if plain != path:
                yield from _meant(kind, plain)


def find_subject(store: Store, kind: str, path: str) -> str:
    """Return the IRI of the case or group that a path stands for.

    :param kind: ``case`` or ``group``.
    :param path: what stands behind ``/cases/`` or ``/groups/``, as it was sent.
    :raises NotThereError: if the store has none; it names those of the report where the path is of one.
    :raises StoreError: if the store fails.
    """
    for iri in _iris_of(kind, path):
        if _has(store, f"{iri}/asserted"):
            return iri
    subjects = [each for iri in _iris_of("report", path) for each in subjects_of(store, iri)]
    expected = (
        f"one of {', '.join(dict.fromkeys(subjects))}" if subjects else "a DOI, /, and the patient's number"
    )
    raise NotThereError(f"no {kind} {path!r}", expected=expected, todo=f"/{kind}s lists those of the store")


def find_report(store: Store, kind: str, path: str) -> str:
    """Return the IRI of the report that a path stands for, or of the data set that stands for one.

    :param kind: ``report`` or ``dataset``.
    :param path: what stands behind ``/reports/`` or ``/datasets/``, as it was sent.
    :raises NotThereError: if the store has none.
    :raises StoreError: if the store fails.
    """
    for iri in _iris_of(kind, path):
        if _has(store, iri):
            return iri
    expected = "a DOI, pmid/number, or key/name" if kind == "report" else "the name of a data set"
    raise NotThereError(
        f"no {kind} {path!r}", expected=expected, todo="/reports lists the reports of the store"
    )


def _iris_of(kind: str, path: str) -> Iterator[str]:
    """Yield those of the IRIs that are well formed."""
    for iri in dict.fromkeys(_meant(kind, path)):
        try:
            named(iri)
        except InputError:
            continue
        yield iri


def _has(store: Store, graph: str) -> bool:
    return bool(store.query(f"ASK {{ GRAPH {named(graph)} {{ ?s ?p ?o }} }}", union=False))


def quads_of(store: Store, iri: str) -> dict[str, str]:
    """Return graph -> N-Quads of a case or group and of its report; of a report, its own.

    :raises StoreError: if the store fails.
    """
    if iri.startswith((f"{BASE}case/", f"{BASE}group/")):
        return read_quads(store, iri)
    return {iri: "".join(f"{line}\n" for line in store.dump(iri))}


def write_graphs(quads: Iterator[str], out: BinaryIO, media_type: str) -> None:
    """Write N-Quads in a form of RDF; the forms without graphs merge them.

    :param out: a file that is open for bytes.
    :raises InputError: if there is no such form.
    :raises NotAcceptableError: if it has no place for what they hold.
    """
    form = form_of(media_type)
    if form == ox.RdfFormat.JSON_LD:
        quads = iter(_fit_for_json_ld(list(quads)))
    if form in _EXPORTED:
        from casegraph.export.rdf import write_rdf

        write_rdf(quads, out, _EXPORTED[form])
        return
    text = "".join(quads).encode()
    if form.supports_datasets:
        out.write(text)
        return
    triples = dict.fromkeys(each.triple for each in ox.parse(io.BytesIO(text), format=ox.RdfFormat.N_QUADS))
    ox.serialize(triples, out, form)


def _fit_for_json_ld(quads: list[str]) -> list[str]:
    """Return N-Quads, if none of them has a triple as its value (RDF 1.2)."""
    suspects = "".join(each for each in quads if "<<(" in each).encode()
    if any(isinstance(each.object, ox.Triple) for each in ox.parse(suspects, ox.RdfFormat.N_QUADS)):
        raise no_json_ld()
    return quads
