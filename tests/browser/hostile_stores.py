"""Makes a store of hostile data: documents and records that load, and quads that no load lets in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import pyoxigraph as ox
import yaml
from planted import CONTROLS, IRIS, TEXTS, encoded, poisoned

from casegraph.ingest import Loaded, LoadedRecord, load_paths
from casegraph.loaders.records import Options
from casegraph.namespaces import BASE, CG, PREFIXES
from casegraph.resources import shipped
from casegraph.store import open_store
from casegraph.store.editing import add_to_graph
from casegraph.store.embedded import EmbeddedStore

__all__ = ["CASES", "GROUP", "PACKETS", "PEOPLE", "REPORT", "hostile_store"]

#: Where the poisoned documents are: each has the address that its DOI gives it.
_DOI: Final = "10.5555/'onmouseover='window.__pwned=1'(a);b&c=<{}>"
_PLACE: Final = "10.5555/%27onmouseover%3D%27window.__pwned%3D1%27(a);b%26c%3D%3C{}%3E"
#: The file in ``cases/`` -> what its DOI is called in the store.
_DOCUMENTS: Final = {
    "miao-2020.yaml": "script",
    "tacrolimus-juvenile-three-children.yaml": "img",
    "grover-2013.yaml": "svg",
}
_EDITED: Final = _PLACE.format("svg")
CASES: Final = tuple(f"/cases/{_PLACE.format(each)}/1" for each in ("script", "svg"))
GROUP: Final = f"/groups/{_PLACE.format('img')}/children"
REPORT: Final = f"/reports/{_PLACE.format('script')}"
#: What the records of people are called by those who sent them.
PEOPLE: Final = (
    "<script>window.__pwned='id'</script>",
    "__proto__",
    "constructor",
    "' onmouseover='window.__pwned=1",
    '"><img src=x onerror=window.__pwned=1>',
    "javascript:window.__pwned=1",
    "../../queries",
    "\u202egnp",
    "${x}{{x}}",
    "a b\nc",
)
_DATASET: Final = "<script>window.__pwned='dataset'</script>"
PACKETS: Final = tuple(f"/cases/{quote(_DATASET, safe='')}/{quote(each, safe='')}" for each in PEOPLE)


def hostile_store(folder: Path) -> Path:
    """Make the store in a folder, and return its place."""
    place, packets = folder / "store", folder / "packets.json"
    packets.write_text(json.dumps(list(_packets())), encoding="utf-8")
    documents = [_document(folder, *each) for each in _DOCUMENTS.items()]
    with open_store(place, writable=True) as store:
        outcomes = [*load_paths(store, documents), *load_paths(store, [packets], Options(_DATASET))]
        assert len(outcomes) == len(documents) + len(PEOPLE)
        assert all(isinstance(each, Loaded | LoadedRecord) for each in outcomes)
        assert isinstance(store, EmbeddedStore)
        _edit(store)
    return place


def _document(folder: Path, name: str, called: str) -> Path:
    (source,) = shipped("cases", name)
    document = poisoned(yaml.load(source.read_text(encoding="utf-8"), yaml.CSafeLoader))
    document["report"]["doi"] = _DOI.format(called)
    document["report"]["notices"] = {
        "one": {"kind": "retraction", "source": TEXTS[0], "reason": TEXTS[3]},
        "two": {"kind": "expressionOfConcern", "source": IRIS[0], "reason": TEXTS[1]},
    }
    file = folder / f"{called}.json"
    file.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return file


def _packets() -> Iterator[dict[str, Any]]:
    texts, numbers = cycle(TEXTS), iter(range(1, 10_000))

    def term() -> dict[str, str]:
        return {"id": f"CLINIC:{next(numbers)}", "label": next(texts)}

    for each in PEOPLE:
        dose = {
            "quantity": {"unit": term(), "value": 30},
            "scheduleFrequency": term(),
            "interval": {"start": "2020-03-20T00:00:00Z", "end": "2020-03-22T00:00:00Z"},
        }
        given = {"agent": term(), "routeOfAdministration": term(), "doseIntervals": [dose]}
        yield {
            "id": each,
            "subject": {"id": next(texts), "timeAtLastEncounter": {"age": {"iso8601duration": "P30Y"}}},
            "diseases": [{"term": term()}, {"term": term(), "excluded": True}],
            "phenotypicFeatures": [
                {"type": term(), "description": next(texts), "modifiers": [term()]},
                {"type": term(), "excluded": True},
            ],
            "measurements": [
                {"assay": term(), "value": {"quantity": {"unit": term(), "value": 3}}},
                {"assay": term(), "value": {"ontologyClass": term()}},
            ],
            "medicalActions": [{"treatment": given, "treatmentTarget": term(), "adverseEvents": [term()]}],
            "metaData": {
                "created": "2026-01-02T00:00:00Z",
                "createdBy": next(texts),
                "phenopacketSchemaVersion": "2.0",
                "externalReferences": [{"id": "PMID:1", "description": next(texts), "reference": IRIS[0]}],
            },
        }


def _edit(store: EmbeddedStore) -> None:
    """Write what a person with the token can write: any IRI, any text, in graphs of any name."""
    case, report = f"{BASE}case/{_EDITED}/1", f"{BASE}report/{_EDITED}"
    about = [
        f"<{case}#rituximab> <{CG}{each}> <{iri}> ." for iri in IRIS for each in ("aboutConcept", "statedIn")
    ]
    about += [
        f"<{case}> <{CG}hasFinding> <{case}#{each}> ." for each in ("_main", "__proto__", "'onclick='x")
    ]
    about += [
        f"<{case}#on-rituximab> <{CG}gist> {encoded(each)}@en-x-{'a' * 8} ." for each in (CONTROLS, *TEXTS)
    ]
    about += [f"<{case}> <{CG}diagnosis> <{iri}> ." for iri in IRIS]
    told = [f"<{report}> <{CG}doi> {encoded(each)} ." for each in (CONTROLS, *TEXTS[:5])]
    told += [f"<{report}> <{PREFIXES['dcterms']}license> <{iri}> ." for iri in IRIS]
    _add(store, f"{case}/asserted", about)
    _add(store, report, told)
    labels = [
        f"<{iri}> <{PREFIXES['rdfs']}label> {encoded(text)} ."
        for iri, text in zip(IRIS, cycle(TEXTS), strict=False)
    ]
    typed = [f'<urn:x> <{iri}> "{number}"^^<{iri}> .' for number, iri in enumerate(IRIS)]
    for name in IRIS:
        _add(store, name, typed)
    _add(store, "urn:x:graph", [*labels, *typed])


def _add(store: EmbeddedStore, graph: str, lines: Iterable[str]) -> None:
    text = "\n".join(lines)
    add_to_graph(store, graph, [each.triple for each in ox.parse(text, ox.RdfFormat.N_TRIPLES)])
