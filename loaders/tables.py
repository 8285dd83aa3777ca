"""Reads the tables of other formats' codes that ship beside the ontology."""

from __future__ import annotations

import csv
from functools import cache

from casegraph.resources import shipped

__all__ = ["rows_of"]


@cache
def rows_of(pattern: str) -> tuple[dict[str, str], ...]:
    """Return the rows of the shipped tables of a name, by columns; lines after ``#`` are passed over.

    :param pattern: the name of a file in the folder of mappings, or a glob.

    >>> [row["uri"] for row in rows_of("fhir_systems.tsv") if row["name"] == "LOINC"]
    ['http://loinc.org']
    """
    rows: list[dict[str, str]] = []
    for path in shipped("ontology", f"mappings/{pattern}"):
        with path.open(encoding="utf-8", newline="") as file:
            lines = (line for line in file if not line.startswith("#"))
            rows += csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    return tuple(rows)
