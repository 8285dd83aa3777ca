"""What the clients of a server must be told of the first shipped case: what its facts say."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from rdflib import RDF, URIRef

from casegraph.namespaces import BASE, CG
from casegraph.query import bind, get_query
from casegraph.store.ledger import case_graphs

__all__ = ["ASSERTED", "CASES", "NEW", "SEED", "TAPERS", "THE_CASE", "doses_of", "expected_doses"]

SEED = "10.1007/s13555-020-00421-8/1"
CASE = f"{BASE}case/{SEED}"
ASSERTED = case_graphs(CASE)[0]
TAPERS = bind(get_query("tapers"), {})
CASES = f"CONSTRUCT {{ ?case a <{CG}Case> }} WHERE {{ ?case a <{CG}Case> }}"
THE_CASE = (URIRef(CASE), RDF.type, URIRef(f"{CG}Case"))
#: A graph that tests write.
NEW = "http://written.example/g"


def expected_doses() -> list[tuple[str, str]]:
    """Return from and to of the tapers of the case, as the facts have them."""
    file = Path(__file__).parents[1] / "questions" / "tapers.csv"
    with file.open(encoding="utf-8", newline="") as rows:
        found = [(row["dose_from"], row["dose_to"]) for row in csv.DictReader(rows) if row["case"] == SEED]
    assert len(found) == 3
    return sorted(found)


def doses_of(answer: Any) -> list[tuple[str, str]]:
    """Return from and to of an answer in SPARQL's JSON."""
    bindings = answer["results"]["bindings"]
    return sorted((row["dose_from"]["value"], row["dose_to"]["value"]) for row in bindings)
