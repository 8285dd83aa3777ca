"""The drugs that brand names stand for, as the UNII list of the US Food and Drug Administration has them."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache

from casegraph.namespaces import expand
from casegraph.resources import shipped
from casegraph.terms.search import Hit

__all__ = ["branded", "brands"]


@cache
def brands() -> Mapping[str, str]:
    """Return brand name, in lower case -> IRI of the drug; ``tools/make_brand_names.py`` makes the table.

    >>> brands()["rituxan"]
    'https://w3id.org/casegraph/ontology#Rituximab'
    """
    (path,) = shipped("ontology", "imports/brand_names.tsv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        return {row["brand"].casefold(): expand(row["curie"]) for row in rows}


def branded(text: str) -> list[Hit]:
    """Return the drug that a brand name stands for as the one hit, or none."""
    iri = brands().get(text.casefold())
    return [Hit(iri, "brand name", text)] if iri else []
