"""What cases and groups are called: first author or title, year, and number of the patient."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from textwrap import shorten
from typing import Final

from casegraph.namespaces import BASE, readable
from casegraph.plot.cohort.cohort import Cohort

__all__ = ["address_of", "called"]

_CASE, _GROUP, _REPORT = f"{BASE}case/", f"{BASE}group/", f"{BASE}report/"
#: So many characters of a title stand for it.
_TITLE: Final = 34
#: What curators write where they had no title, before what the report is on.
_NO_TITLE: Final = "Title not captured: "


def called(cohort: Cohort, reports: Mapping[str, str]) -> dict[str, str]:
    """Return what cases and groups are called, no two of them alike; by their address where nothing is told.

    :param reports: case or group -> the IRI of its report; what is none, as after an edit, tells nothing.
    :raises StoreError: if the store fails.
    """
    found: dict[str, dict[str, str]] = {}
    asked = sorted({each for each in reports.values() if each.startswith(_REPORT)})
    for row in cohort.bibliography(asked):
        told = {name: value for name, value in row.items() if value}
        found.setdefault(row["report"], {}).update(told)
    names = {each: _name(each, found.get(report, {})) for each, report in reports.items()}
    alike = Counter(names.values())
    return {
        each: name if alike[name] == 1 else f"{name} ({address_of(each)})" for each, name in names.items()
    }


def address_of(iri: str) -> str:
    """Return the part of the address of a case or group that stands for it.

    >>> address_of("https://w3id.org/casegraph/case/10.1000/x/1")
    '10.1000/x/1'
    """
    return iri.removeprefix(_CASE).removeprefix(_GROUP)


def _name(iri: str, report: Mapping[str, str]) -> str:
    first = _surname(report.get("authors", "")) or _short(report.get("title", ""))
    if not first:
        return readable(address_of(iri))
    year, number = report.get("issued", "")[:4], readable(iri.rpartition("/")[2])
    kind = "group" if iri.startswith(_GROUP) else "patient"
    return f"{first}{f' {year}' if year else ''}, {f'{kind} {number}' if number.isdigit() else number}"


def _surname(authors: str) -> str:
    """Return the surname of the first of the authors.

    >>> _surname("Miao Miao; Yuhui Li"), _surname("Li, Yuhui; Miao, Miao"), _surname("")
    ('Miao', 'Li', '')
    """
    author = authors.partition(";")[0].strip()
    return author.partition(",")[0] if "," in author else author.rpartition(" ")[2]


def _short(title: str) -> str:
    """Return the first words of a title.

    >>> _short("[Title not captured: tacrolimus in three children]")
    'Tacrolimus in three children'
    """
    words = title.strip("[] ").removeprefix(_NO_TITLE)
    return shorten(words[:1].upper() + words[1:], _TITLE, placeholder="\u2026") if words else ""
