"""Reads tables: the rows of other people's, and those of codes that ship beside the ontology."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from casegraph.loaders.inputs import MOST_LINE
from casegraph.resources import shipped

__all__ = ["NOT_FINITE", "csv_reader", "rows_of"]

#: What stands in place of a number and is none.
NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)


def csv_reader(lines: Iterable[str], delimiter: str, *, strict: bool = True) -> Any:
    """Return the standard reader of rows; a cell may be as long as a line.

    :param strict: raise ``csv.Error`` where quotes do not match.
    """
    csv.field_size_limit(MOST_LINE)  # by itself it refuses a cell of 128 KiB, and all that follows
    return csv.reader(lines, delimiter=delimiter, strict=strict)


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
