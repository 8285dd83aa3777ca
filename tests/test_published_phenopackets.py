"""All published phenopackets of the material: what is counted in their JSON is counted in the graph."""

from __future__ import annotations

import json
import tarfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from casegraph.ingest import LoadedRecord, load_paths
from casegraph.loaders.records import Options
from casegraph.namespaces import CG
from casegraph.rows import Rows
from casegraph.store import Store, open_store

#: what is counted -> the link from a case that counts it in the graph.
LINKS = {
    "observed": "hasFinding",
    "excluded": "excludesFinding",
    "diseases": "hasDiagnosis",
    "measurements": "hasTestResult",
    "deaths": "hasCourse",
}


def counted(packets: Iterator[dict[str, Any]]) -> Counter[str]:
    """Count in plain JSON; the same thing told twice in a packet counts once."""
    found: Counter[str] = Counter()
    for packet in packets:
        features = {json.dumps(each, sort_keys=True) for each in packet.get("phenotypicFeatures", ())}
        absent = sum(json.loads(each).get("excluded", False) for each in features)
        found["individuals"] += 1
        found["observed"] += len(features) - absent
        found["excluded"] += absent
        found["diseases"] += len(packet.get("diseases", ()))
        found["measurements"] += len({json.dumps(each) for each in packet.get("measurements", ())})
        found["deaths"] += packet["subject"].get("vitalStatus", {}).get("status") == "DECEASED"
    return found


def in_graph(store: Store) -> Counter[str]:
    def count(pattern: str) -> int:
        (row,) = Rows.read(
            store.query(f"SELECT (COUNT(*) AS ?n) {{ GRAPH ?g {{ {pattern} }} }}", union=False)
        )
        return int(str(row["n"]))

    found = {name: count(f"?case a <{CG}Case> ; <{CG}{link}> ?claim") for name, link in LINKS.items()}
    return Counter({"individuals": count(f"?case a <{CG}Case>")} | found)


def loaded(store: Store, path: Path) -> list[LoadedRecord]:
    arrived = list(load_paths(store, [path], Options("phenopacket-store")))
    records = [each for each in arrived if isinstance(each, LoadedRecord)]
    assert len(records) == len(arrived)
    return records


@pytest.mark.slow
def test_a_folder_of_packets(material: Path) -> None:
    folder = material / "data" / "phenopacket-store"
    expected = counted(json.loads(path.read_text(encoding="utf-8")) for path in folder.rglob("*.json"))
    with open_store(":memory:", writable=True) as store:
        loaded(store, folder)
        assert in_graph(store) == expected
    assert expected["individuals"] == 247
    assert expected["excluded"] > 1_000


@pytest.mark.long
def test_the_whole_archive(material: Path, tmp_path: Path) -> None:
    path = material / "data" / "phenopacket-store-10333.tar.xz"
    with tarfile.open(path) as archive:
        files = (archive.extractfile(member) for member in archive if member.name.endswith(".json"))
        expected = counted(json.load(file) for file in files if file is not None)
    with open_store(tmp_path / "store", writable=True) as store:
        records = loaded(store, path)
        assert in_graph(store) == expected
    assert expected["individuals"] == len(records) == 10_333
    assert expected["observed"] + expected["excluded"] > 200_000
