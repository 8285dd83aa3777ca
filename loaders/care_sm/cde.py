"""The tables of EJP-RD CDE v1, the forerunner of CARE-SM: each has columns of its own, told apart by one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from casegraph.loaders.care_sm.rows import Row

__all__ = ["Layout", "cde_rows", "layout_of"]

_SLASHES = re.compile(r"(\d{4})/(\d\d)/(\d\d)")
_DATES = frozenset({"startdate", "enddate", "value"})


@dataclass(frozen=True, slots=True)
class _Element:
    """One data element that a row tells.

    :param columns: column of the table -> column of CARE-SM's short template.
    :param labels: column of the short template -> column of the table with its label.
    """

    model: str
    columns: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Layout:
    """A table of CDE v1; what no element takes is left over with the first of them.

    :param by: the columns that tell it from the others.
    """

    by: frozenset[str]
    elements: tuple[_Element, ...]


_LAYOUTS = (
    Layout(
        frozenset({"birthdate", "sexURI"}),
        (
            _Element("Birthdate", {"birthdate": "value"}),
            _Element("Sex", {"sexURI": "valueIRI"}, {"valueIRI": "sexLabel"}),
        ),
    ),
    Layout(
        frozenset({"ordo_uri", "diagnostic_opinion"}),
        (_Element("Diagnosis", {"ordo_uri": "valueIRI", "date": "startdate"}),),
    ),
    Layout(
        frozenset({"qualityURI", "value"}),
        (
            _Element(
                "Examination",
                {
                    "qualityURI": "valueIRI",
                    "protocolURI": "activity",
                    "value": "value",
                    "valueDatatype": "value_datatype",
                    "unitURI": "unit",
                    "date": "startdate",
                },
                {"valueIRI": "qualityLabel", "activity": "protocolLabel", "unit": "unitLabel"},
            ),
        ),
    ),
    Layout(
        frozenset({"med_atc_uri", "dose"}),
        (
            _Element(
                "Medication",
                {
                    "med_atc_uri": "agent",
                    "startdate": "startdate",
                    "enddate": "enddate",
                    "dose": "value",
                    "unitURI": "unit",
                    "freq": "frequency_value",
                    "freqURI": "frequency_type",
                    "routeURI": "activity",
                },
                {
                    "agent": "med_atc_label",
                    "unit": "unitLabel",
                    "frequency_type": "freqLabel",
                    "activity": "routeLabel",
                },
            ),
        ),
    ),
    Layout(frozenset({"onset_uri", "onset_date"}), (_Element("Disease_history"),)),
    Layout(frozenset({"imageID", "processURI"}), (_Element("Imaging"),)),
    Layout(frozenset({"consent_template", "result_uri"}), (_Element("Consent"),)),
)
_PSEUDONYM = Layout(frozenset({"pid", "uniqid"}), (_Element("Pseudonym"),))


def layout_of(header: Iterable[str]) -> Layout | None:
    """Return the table that columns are of; None where they are of none.

    >>> layout_of(["pid", "uniqid", "ordo_uri", "diagnostic_opinion", "date"]).elements[0].model
    'Diagnosis'
    """
    columns = set(header)
    if "model" in columns:
        return None
    if columns == _PSEUDONYM.by:
        return _PSEUDONYM
    return next((each for each in _LAYOUTS if each.by <= columns), None)


def cde_rows(
    layout: Layout, cells: Mapping[str, str], at: tuple[str, int, str], positions: Mapping[str, int]
) -> Iterator[Row]:
    """Yield each data element of a row.

    :param at: the file, the line, and the name of the row in a loss report.
    """
    file, line, place = at
    left = dict(cells)
    for element in reversed(layout.elements):
        names = {own: column for column, own in element.columns.items() if column in left}
        found = {own: _dated(own, left.pop(column)) for own, column in names.items()}
        found |= {label: left.pop(label) for label in element.labels.values() if label in left}
        if element is layout.elements[0]:
            found |= left
        yield Row(
            file, line, f"{place}/{element.model}", element.model, found, names, positions, element.labels
        )


def _dated(column: str, text: str) -> str:
    """Return a date with hyphens; these tables write some with slashes, the year first."""
    found = _SLASHES.fullmatch(text) if column in _DATES else None
    return "-".join(found.groups()) if found else text
