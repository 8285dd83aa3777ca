"""The meta data of a phenopacket: who made it, in which vocabularies, and of what publication it tells."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from functools import cache

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from casegraph.export.phenopacket.packing import Json, Packing, given
from casegraph.namespaces import PREFIXES, known_prefixes
from casegraph.resources import shipped
from casegraph.version import __version__

__all__ = ["SCHEMA_VERSION", "meta_data"]

SCHEMA_VERSION = "2.0"
#: the authority of an identifier of a publication -> its field in the report and its prefix here.
_PUBLICATIONS = {"PMID": ("pmid", "pubmed"), "DOI": ("doi", "doi")}


def meta_data(packing: Packing) -> Json:
    """Return the meta data; all else must be packed before, since each prefix in use gets its resource."""
    curation = packing.stored.curation
    if curation is None:
        packing.lose("curation", "", "required-missing")
    else:
        packing.lose_rest(curation, "curation", {"by", "date"})
    resources = [_resource(packing, prefix) for prefix in sorted(packing.prefixes, key=str.casefold)]
    resources += _resources_not_in_use(packing, resources)
    return given(
        created=f"{curation.date}T00:00:00Z" if curation else None,
        createdBy=curation.by if curation else None,
        resources=resources,
        phenopacketSchemaVersion=SCHEMA_VERSION,
        externalReferences=list(_references(packing)),
    )


def _references(packing: Packing) -> Iterator[Json]:
    report = packing.stored.report
    implied = set() if report.record is None else {"extent", "time_convention"}
    packing.lose_rest(report, "report", {"title", "doi", "pmid", "record"} | implied)
    named = [
        (f"{authority}:{value}", PREFIXES[prefix] + value)
        for authority, (field, prefix) in _PUBLICATIONS.items()
        if (value := getattr(report, field)) is not None
    ]
    untitled = report.record is not None and report.title == report.record.dataset
    if not named and not untitled:
        packing.lose("report/title", report.title, "required-missing")
    for identifier, address in named:
        yield given(id=identifier, reference=address, description="" if untitled else report.title)
    for address in report.record.references if report.record else ():
        yield {"id": address, "reference": address}


def _resources_not_in_use(packing: Packing, in_use: list[Json]) -> Iterator[Json]:
    """Yield the resources that a record names although no term of them is carried."""
    record = packing.stored.report.record
    written = {(each["namespacePrefix"], each.get("version")) for each in in_use}
    for told in record.resources if record else ():
        prefix, _, release = told.partition(" ")
        if (prefix, release) not in written:
            yield _resource(packing, prefix, release)


def _resource(packing: Packing, prefix: str, release: str | None = None) -> Json:
    """Return the resource that a prefix is of; its version is left out where nobody told it."""
    said = _table().get(prefix, {})
    version = release or _version(packing, prefix)
    if version is None:
        packing.lose(f"meta_data/resources/{prefix}/version", "", "required-missing")
    namespace = known_prefixes().get(prefix)
    if namespace is None:
        packing.lose(f"meta_data/resources/{prefix}/iri_prefix", "", "required-missing")
    return given(
        id=said.get("id", prefix.lower()),
        name=said.get("name", prefix),
        url=said.get("url", namespace),
        version=version,
        namespacePrefix=prefix,
        iriPrefix=namespace,
    )


def _version(packing: Packing, prefix: str) -> str | None:
    """Return the release that terms are from: for a record the one that it names, else the shipped one."""
    record = packing.stored.report.record
    if prefix == "cg":
        return __version__
    if record is None:
        return _shipped_releases().get(prefix)
    for told in record.resources:
        name, _, release = told.partition(" ")
        if name.casefold() == prefix.casefold() and release:
            return release
    return None


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    (path,) = shipped("ontology", "mappings/resources.tsv")
    with path.open(encoding="utf-8", newline="") as file:
        return {row["prefix"]: row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}


@cache
def _shipped_releases() -> Mapping[str, str]:
    """Return the release of each vocabulary of which casegraph ships a slice, by its prefix."""
    info, found = NamedNode(f"{PREFIXES['owl']}versionInfo"), {}
    for path in shipped("ontology", "imports/*.ttl"):
        told = (each.object for each in parse(path=path, format=RdfFormat.TURTLE) if each.predicate == info)
        for release in told:
            if isinstance(release, Literal):
                found[path.stem.upper()] = release.value
    return found
