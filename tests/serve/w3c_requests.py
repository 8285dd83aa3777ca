"""Reads the W3C tests of the SPARQL and graph store protocols: requests, and what is expected of answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rdflib import Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.namespace import RDFS
from rdflib.term import Node

__all__ = ["Exchange", "Expected", "ProtocolTest", "protocol_tests", "service_tests", "store_tests"]

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
#: What the manifests call the statuses: a class of them ends with ``xx``.
STATUSES = {"OK": "200", "Created": "201", "NoContent": "204", "NotFound": "404"}


@dataclass(frozen=True)
class Expected:
    """What an answer must be.

    :param statuses: each a status such as ``201``, or a class such as ``2xx``; one of them is enough.
    :param kind: ``boolean``, ``tabular`` or ``RDF``; empty where nothing is said.
    :param content_type: of the body; empty where nothing is said.
    :param body: an RDF graph in that type, isomorphic to the answer's.
    :param location: the name that stands for the Location of the answer in later requests.
    """

    statuses: tuple[str, ...]
    boolean: bool | None
    kind: str
    content_type: str
    body: str
    location: str


@dataclass(frozen=True)
class Exchange:
    """A request as it goes over the wire, but for the prefix of its path, and the answer to it."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None
    expected: Expected

    @property
    def is_update(self) -> bool:
        """Whether it has to go to the address of updates."""
        kinds = [value for name, value in self.headers if name == "content-type"]
        form = self.body is not None and self.body.startswith(b"update=")
        return form or "?update=" in self.path or any("sparql-update" in kind for kind in kinds)


@dataclass(frozen=True)
class ProtocolTest:
    """A test: the graphs that must be there (name and file), and the exchanges in their order."""

    name: str
    data: tuple[tuple[str, Path], ...]
    exchanges: tuple[Exchange, ...]


def protocol_tests(folder: Path) -> tuple[ProtocolTest, ...]:
    """Return the tests of the SPARQL protocol that a folder of the W3C holds."""
    return tuple(_tests(folder / "manifest.ttl"))


def store_tests(folder: Path, identification: str) -> tuple[ProtocolTest, ...]:
    """Return the tests of the graph store protocol, of ``direct`` or ``indirect`` identification."""
    return tuple(_tests(folder / f"manifest-{identification}.ttl"))


def service_tests(folder: Path) -> tuple[str, ...]:
    """Return the names of the tests of the service description: the manifest holds no requests of them."""
    return tuple(name for name, _ in _entries(_manifest(folder / "manifest.ttl")))


def _manifest(file: Path) -> Graph:
    return Graph().parse(file, publicID=file.as_uri())


def _entries(manifest: Graph) -> Iterator[tuple[str, Node]]:
    for listed in manifest.objects(None, MF.entries):
        for test in Collection(manifest, listed):
            yield str(test).rpartition("#")[2], test


def _tests(file: Path) -> Iterator[ProtocolTest]:
    manifest = _manifest(file)
    for name, test in _entries(manifest):
        data = [
            (
                str(manifest.value(each, RDFS.label)),
                Path(str(manifest.value(each, UT.graph))[len("file://") :]),
            )
            for each in manifest.objects(test, UT.graphData)
        ]
        action = manifest.value(test, MF.action)
        requests = manifest.value(action, HT.requests)
        assert requests is not None, name
        exchanges = tuple(_exchange(manifest, each) for each in Collection(manifest, requests))
        yield ProtocolTest(name, tuple(sorted(data)), exchanges)


def _exchange(manifest: Graph, request: Node) -> Exchange:
    content = manifest.value(request, HT.body)
    body = None
    if content is not None:
        body = _text(manifest, content, CNT.chars).encode(_text(manifest, content, CNT.characterEncoding))
    response = manifest.value(request, HT.resp)
    assert response is not None
    return Exchange(
        _text(manifest, request, HT.methodName),
        _text(manifest, request, HT.absolutePath),
        tuple(_headers(manifest, request)),
        body,
        _expected(manifest, response),
    )


def _headers(manifest: Graph, message: Node) -> Iterator[tuple[str, str]]:
    listed = manifest.value(message, HT.headers)
    for header in Collection(manifest, listed) if listed is not None else ():
        yield _text(manifest, header, HT.fieldName).lower(), _text(manifest, header, HT.fieldValue)


def _expected(manifest: Graph, response: Node) -> Expected:
    names = [str(each).rpartition("#")[2] for each in manifest.objects(response, MF.expectedStatus)]
    boolean, content = manifest.value(response, MF.expectedBoolean), manifest.value(response, HT.body)
    return Expected(
        tuple(sorted(name.removeprefix("StatusCode") if "xx" in name else STATUSES[name] for name in names)),
        None if boolean is None else bool(boolean.toPython()),  # type: ignore[attr-defined]
        _text(manifest, response, MF.expectedFormat),
        dict(_headers(manifest, response)).get("content-type", ""),
        _text(manifest, content, CNT.chars) if content is not None else "",
        _text(manifest, response, MF.expectedLocation),
    )


def _text(manifest: Graph, subject: Node, predicate: URIRef) -> str:
    value = manifest.value(subject, predicate)
    return "" if value is None else str(value)
