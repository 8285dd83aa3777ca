"""Numbers of a case as cells of CARE-SM: each with the term of its unit, or not at all."""

from __future__ import annotations

from functools import cache

from casegraph.errors import InputError
from casegraph.loaders.care_sm.rows import addresses
from casegraph.loaders.tables import rows_of
from casegraph.loaders.words import code_of
from casegraph.model import DoseSegment, TestResult
from casegraph.namespaces import expand
from casegraph.terms import shipped_terms

__all__ = ["CODED", "address_of", "dose_cells", "measured_cells", "own_label"]

#: the cells of a dose that are terms.
CODED = frozenset({"unit", "frequency_type", "activity"})
#: What counts doses a day. Source: EJP-RD CDE v1, drug_treatment.csv (freqLabel, freqURI).
_PER_DAY = "NCIT:C66968"


@cache
def _units() -> dict[str, str]:
    """Return UCUM unit -> its term, that of the Units Ontology where it has one."""
    own_last = sorted(rows_of("units.tsv"), key=lambda row: row["term"].startswith("UO:"))
    return {row["ucum"]: row["term"] for row in own_last}


def _unit_term(unit: str | None, term: str | None) -> str | None:
    return term or _units().get(unit or "")


def _number(value: float) -> dict[str, str]:
    return {"value": str(value), "value_datatype": "xsd:integer" if isinstance(value, int) else "xsd:float"}


def address_of(code: str) -> str | None:
    """Return the address of a term, of an ATC code that of its page; None where its prefix is unknown.

    >>> address_of("ATC:G04BX16 tiopronin"), address_of("HP:0001945 Fever")
    ('https://www.whocc.no/atc_ddd_index/?code=G04BX16', 'http://purl.obolibrary.org/obo/HP_0001945')
    """
    curie = code.split(" ", 1)[0]
    if curie.startswith("ATC:"):
        return addresses()["ATC"] + curie.removeprefix("ATC:")
    try:
        return expand(curie)
    except InputError:
        return None


def own_label(code: str) -> str | None:
    """Return what a case calls a term, where no shipped vocabulary calls it so.

    >>> own_label("cgt:DrugCentral:1610 losartan"), own_label("HP:0001945 Fever")
    ('losartan', None)
    """
    curie, _, label = code.partition(" ")
    known = {curie, shipped_terms().label(expand(curie))}
    return label if label and label not in known else None


def measured_cells(claim: TestResult) -> dict[str, str] | None:
    """Return the value of a test and its unit, a term; None where that has none: a number alone is wrong."""
    unit = _unit_term(claim.unit, claim.unit_term)
    if claim.unit is not None and unit is None:
        return None
    number = {} if claim.value is None else _number(claim.value)
    return {**number, **({"unit": unit} if unit else {})}


def dose_cells(dose: DoseSegment) -> tuple[dict[str, str], tuple[str, ...], tuple[str, ...]]:
    """Return the cells of a dose, with terms in them; the fields that are carried; those without a term.

    An amount whose unit has no term stays behind with its unit.
    """
    cells: dict[str, str] = {}
    carried: list[str] = []
    unmapped: list[str] = []
    unit = _unit_term(dose.unit, dose.unit_term)
    if dose.dose is not None and (unit or dose.unit is None):
        cells |= _number(dose.dose) | ({"unit": unit} if unit else {})
        carried += ["dose", "unit", "unit_term", "unit_missing"]
    elif dose.dose is not None:
        unmapped += ["dose", "unit"]
    if dose.times is not None and dose.period_days == 1 and dose.times == int(dose.times):
        cells |= {"frequency_type": _PER_DAY, "frequency_value": str(int(dose.times))}
        carried += ["times", "period_days"]
    route = code_of("route", dose.route, ("NCIT",)) if dose.route else None
    if route:
        cells["activity"] = route.split(" ", 1)[0]
        carried.append("route")
    elif dose.route:
        unmapped.append("route")
    return cells, tuple(carried), tuple(unmapped)
