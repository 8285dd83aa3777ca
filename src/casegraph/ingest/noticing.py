"""Takes up from a list, such as that of Retraction Watch, which reports of a store are retracted."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyoxigraph as ox

from casegraph.errors import InputError
from casegraph.loaders.tables import csv_reader
from casegraph.namespaces import BASE, CG, PREFIXES
from casegraph.rows import Rows
from casegraph.store import Store
from casegraph.store.ledger import commit
from casegraph.triples.notices import KINDS

__all__ = ["NOTICES", "Taken", "take_notices"]

#: The graph of what lists tell; what case documents tell is in the graphs of the reports.
NOTICES = f"{BASE}notices"
#: nature in a list, in lower case -> kind of a notice.
_NATURES: Mapping[str, str] = {
    "retraction": "retraction",
    "correction": "erratum",
    "expression of concern": "expressionOfConcern",
}
_REINSTATED = "reinstatement"
_ORIGINAL = ("OriginalPaperDOI", "OriginalPaperPubMedID")
_NEEDED = ("RetractionNature",)
_NONE = frozenset({"", "0", "unavailable"})
_XSD, _DCTERMS = PREFIXES["xsd"], PREFIXES["dcterms"]
_REPORTS = f"""SELECT ?report ?doi ?pmid {{ ?report a <{CG}CaseReport>
  OPTIONAL {{ ?report <{CG}doi> ?doi }} OPTIONAL {{ ?report <{CG}pmid> ?pmid }} }}"""
_TOLD = f"""SELECT ?report ?doi ?pmid {{ GRAPH ?g {{ ?report <{CG}hasNotice> ?notice
  OPTIONAL {{ ?notice <{CG}noticeDoi> ?doi }} OPTIONAL {{ ?notice <{CG}noticePmid> ?pmid }} }}
  FILTER(?g != <{NOTICES}>) }}"""
_US_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: .*)?")


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken up of lists.

    :param rows: how many rows they have.
    :param notices: how many are about reports of the store, and told by the lists alone.
    :param told: how many of them the case documents tell already.
    :param reinstated: the IRIs of reports of the store that the lists call reinstated.
    :param other: how many about reports of the store are of no nature that is known here.
    """

    rows: int
    notices: int
    told: int
    reinstated: tuple[str, ...]
    other: int


def take_notices(store: Store, files: Iterable[Path]) -> Taken:
    """Put into a store what lists tell of its reports, in place of what lists told before.

    A list is a table, comma- or tab-separated, with the columns of the Retraction Watch Database: the report
    is known by OriginalPaperDOI or OriginalPaperPubMedID, RetractionNature says what became of it, and
    RetractionDOI, RetractionPubMedID, RetractionDate, Reason and Record ID may be there. What is in the store
    later is not looked up: take the list up again.

    :raises InputError: if a file cannot be read, or has not the columns.
    :raises StoreError: if the store fails.
    """
    reports, told = _reports(store), _told(store)
    lines: set[str] = set()
    many, known, other, notices, reinstated = 0, 0, 0, set[str](), set[str]()
    for file in files:
        for row in _rows(file):
            many += 1
            report = _report_of(row, reports)
            nature = row.get("RetractionNature", "").strip().lower()
            if report is None:
                continue
            if nature == _REINSTATED:
                reinstated.add(report)
            elif nature not in _NATURES:
                other += 1
            elif _keys(row, "RetractionDOI", "RetractionPubMedID") & told.get(report, set()):
                known += 1
            else:
                node, found = _quads(report, _NATURES[nature], row, file.name)
                notices.add(node)
                lines |= found
    commit(store, [NOTICES], "".join(sorted(lines)))
    return Taken(many, len(notices), known, tuple(sorted(reinstated)), other)


def _keys(row: Mapping[str, str], doi: str, pmid: str) -> set[str]:
    """Return by what a row names a paper: its DOI, its PubMed number, or none."""
    found = row.get(doi, "").strip().lower(), row.get(pmid, "").strip()
    return {f"{name}:{each}" for name, each in zip(("doi", "pmid"), found, strict=True) if each not in _NONE}


def _report_of(row: Mapping[str, str], reports: Mapping[str, str]) -> str | None:
    return next((reports[key] for key in sorted(_keys(row, *_ORIGINAL)) if key in reports), None)


def _reports(store: Store) -> dict[str, str]:
    """Return ``doi:`` or ``pmid:`` and the identifier of each report -> its IRI."""
    found: dict[str, str] = {}
    for row in Rows.read(store.query(_REPORTS)):
        for name in ("doi", "pmid"):
            if row[name]:
                found[f"{name}:{str(row[name]).lower()}"] = str(row["report"])
    return found


def _told(store: Store) -> dict[str, set[str]]:
    """Return report -> the notices that its own graph tells of."""
    found: dict[str, set[str]] = {}
    for row in Rows.read(store.query(_TOLD, union=False)):
        keys = {f"{name}:{str(row[name]).lower()}" for name in ("doi", "pmid") if row[name]}
        found.setdefault(str(row["report"]), set()).update(keys)
    return found


def _rows(file: Path) -> Iterator[dict[str, str]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            head = lines.readline()
            columns: list[str] = next(csv_reader([head], _delimiter(head)), [])
            _check(file, columns)
            for cells in csv_reader(lines, _delimiter(head)):
                yield dict(zip(columns, cells, strict=False))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        todo = "save it as comma-separated text in UTF-8"
        raise InputError(f"the list cannot be read: {error}", where=str(file), todo=todo) from error


def _delimiter(head: str) -> str:
    return "\t" if "\t" in head else ","


def _check(file: Path, columns: list[str]) -> None:
    missing = [each for each in _NEEDED if each not in columns]
    if not set(_ORIGINAL) & set(columns):
        missing.append(" or ".join(_ORIGINAL))
    if missing:
        expected = f"the columns of the Retraction Watch Database: {', '.join((*_ORIGINAL, *_NEEDED))}"
        raise InputError(f"no column {', '.join(missing)}", where=str(file), expected=expected)


def _quads(report: str, kind: str, row: Mapping[str, str], file: str) -> tuple[str, set[str]]:
    """Return the IRI of a notice, which is made of what it says, and its quads."""
    record = row.get("Record ID", "").strip()
    source = f"{file}, record {record}" if record else file
    doi = row.get("RetractionDOI", "").strip()
    pmid, dated = row.get("RetractionPubMedID", "").strip(), row.get("RetractionDate", "").strip()
    day = _day(dated)
    if dated and not day:  # it is kept as it is printed
        source = f"{source}, dated {dated}"
    reason = "; ".join(each.strip("+ ") for each in row.get("Reason", "").split(";") if each.strip("+ "))
    facts = {
        f"{PREFIXES['rdf']}type": ox.NamedNode(CG + KINDS[kind]),
        f"{CG}affects": ox.NamedNode(report),
        f"{_DCTERMS}source": ox.Literal(source),
        f"{CG}noticeDoi": ox.Literal(doi) if doi.lower() not in _NONE else None,
        f"{CG}noticePmid": ox.Literal(pmid) if pmid not in _NONE else None,
        f"{_DCTERMS}issued": ox.Literal(day, datatype=ox.NamedNode(f"{_XSD}date")) if day else None,
        f"{CG}noticeReason": ox.Literal(reason) if reason else None,
    }
    told = "\n".join(f"{name}\t{value}" for name, value in facts.items())
    node = f"{NOTICES}#{hashlib.sha256(told.encode()).hexdigest()[:16]}"
    lines = {
        f"<{node}> <{name}> {value} <{NOTICES}> .\n" for name, value in facts.items() if value is not None
    }
    return node, lines | {f"<{report}> <{CG}hasNotice> <{node}> <{NOTICES}> .\n"}


def _day(text: str) -> str:
    """Return a day as lists print it, month first or year first, as RDF has it; empty if it is none.

    >>> _day("3/1/2024 0:00"), _day("2024-03-01"), _day("unknown")
    ('2024-03-01', '2024-03-01', '')
    """
    found = _US_DAY.fullmatch(text.strip())
    written = f"{found[3]}-{int(found[1]):02}-{int(found[2]):02}" if found else text.strip()[:10]
    try:
        return datetime.strptime(written, "%Y-%m-%d").date().isoformat()
    except ValueError:
        return ""
