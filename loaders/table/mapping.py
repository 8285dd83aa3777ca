"""The mapping file of a table: what its columns mean, as YAML that is read strictly.

.. code-block:: yaml

    casegraph-table: 1             # required: the version of this form
    id: patient_id                 # required: the column that names the case
    rows: several                  # or one: a second row of a patient is then refused
    delimiter: ";"                 # , ; or a tab; found in the file where this is left out
    decimal: ","                   # . where this is left out
    missing: [NA, n/a]             # cells that say nothing, beside empty ones
    identifiers: [name]            # columns that identify a person: left out, their values told nowhere
    ignored: [remarks]             # columns left out on purpose; the loss report has them all the same
    sex: {column: gender, values: {f: female, m: male}}
    age: {column: age, unit: years}                      # or months, weeks, days; the first that is told
    birth: {column: born, order: dmy}
    doi: {column: doi}             # the publication that tells of the patient; so pmid
    times:                         # names for use after at, starts, ends, onset
      visit: {column: date, order: dmy}                  # a date; ymd where no order is said, or mdy
      checkup: {column: age_then, unit: years, from: birth}
      week: {column: day, unit: days, from: diagnosis}   # counted from another time; below 0 is before it
      diagnosis: {}                                      # an event without a column
    findings:
      - {column: fever, what: "HP:0001945 Fever", present: ["1", yes], absent: ["0", no], at: visit}
      - {column: symptoms, split: ";", codes: {rash: "HP:0000988 Skin rash"}}
      - {column: status, named: {column: sign, codes: {rash: "HP:0000988 Skin rash"}}, present: [yes]}
      - {column: hpo}              # neither what, codes nor named: the cell is a term, such as HP:0001945
    diagnoses:
      - {column: dx, codes: {DM: "MONDO:0016367 dermatomyositis"}, standing: final}
    tests:
      - {column: ck, what: "cg:CreatineKinaseLevel creatine kinase level", unit: "U/L", at: visit}
      - {column: mda5, what: "cg:AntiMDA5 anti-MDA5 antibody", results: {pos: positive, neg: negative}}
    treatments:
      - column: drug
        codes: {mtx: "CHEBI:44185 methotrexate"}
        starts: visit
        dose: {column: dose, unit: mg/wk}
        responses: [{column: outcome, domain: muscle, values: {better: improved}, at: week}]
    adverse_events: [{column: harm, codes: {fever: "HP:0001945 Fever"}}]
    course: [{column: event, values: {flare: flare}, at: visit}]

A cell and what the mapping says of it are compared without the blanks around them and, if no entry is the
same letter by letter, without regard to upper and lower case.
"""

from __future__ import annotations

from typing import Literal

from msgspec import field

from casegraph.model.values import (
    Code,
    Degree,
    Domain,
    Key,
    Laterality,
    Number,
    ResponseDirection,
    Result,
    Route,
    Severity,
    Sex,
    StopReason,
    Value,
)

__all__ = ["Cell", "Column", "FactColumn", "TableMapping"]

#: What stands in a cell, as YAML may write it.
Cell = str | int | bool
Unit = Literal["years", "months", "weeks", "days"]
Order = Literal["ymd", "dmy", "mdy"]


class Column(Value, frozen=True, kw_only=True):
    """One column of the table, by its name in the first row."""

    column: str


class SexColumn(Column, frozen=True, kw_only=True):
    """Which cell is which sex; without values the cell is the word itself."""

    values: dict[str, Sex] = field(default_factory=dict)


class AgeColumn(Column, frozen=True, kw_only=True):
    """The age of the patient."""

    unit: Unit = "years"


class BirthColumn(Column, frozen=True, kw_only=True):
    """The date of birth, which gives an age and is itself left out."""

    order: Order = "ymd"


class TimeColumn(Value, frozen=True, kw_only=True):
    """A time: a date; with ``from`` and ``unit`` a distance from another time or from birth; or an event."""

    column: str | None = None
    order: Order = "ymd"
    unit: Unit | None = None
    since: Key | None = field(default=None, name="from")


class NamedColumn(Column, frozen=True, kw_only=True):
    """The column that tells what another column is about, a row at a time."""

    codes: dict[str, Code]


class FactColumn(Column, frozen=True, kw_only=True):
    """A column that tells of a concept: a fixed one, one a cell, or the one that another column names.

    ``present`` and ``absent`` are the cells that say yes and no of a fixed or named concept.
    ``split`` parts a cell that tells several things.
    """

    what: Code | None = None
    codes: dict[str, Code] = field(default_factory=dict)
    named: NamedColumn | None = None
    split: str | None = None
    present: tuple[Cell, ...] = ()
    absent: tuple[Cell, ...] = ()


class SeverityColumn(Column, frozen=True, kw_only=True):
    """Which cell is which severity."""

    values: dict[str, Severity] = field(default_factory=dict)


class FindingColumn(FactColumn, frozen=True, kw_only=True):
    """A clinical finding."""

    indeterminate: tuple[Cell, ...] = ()
    at: Key | None = None
    severity: SeverityColumn | None = None
    site: tuple[Code, ...] = ()
    laterality: Laterality | None = None


class DiagnosisColumn(FactColumn, frozen=True, kw_only=True):
    """A diagnosis; where a cell says no, it was excluded."""

    standing: Literal["final", "working", "considered", "excluded"] = "final"
    at: Key | None = None
    onset: Key | None = None


class UnitColumn(Column, frozen=True, kw_only=True):
    """Which cell is which unit in UCUM."""

    values: dict[str, str]


class TestColumn(Column, frozen=True, kw_only=True):
    """A measured value; ``results`` are the cells that say a result in a word."""

    __test__ = False  # keeps pytest from taking the class for a test

    what: Code | None = None
    named: NamedColumn | None = None
    unit: str | None = None
    unit_from: UnitColumn | None = None
    results: dict[str, Result] = field(default_factory=dict)
    range_low: Number | None = None
    range_high: Number | None = None
    at: Key | None = None


class RouteColumn(Column, frozen=True, kw_only=True):
    """Which cell is which route."""

    values: dict[str, Route] = field(default_factory=dict)


class DoseColumn(Column, frozen=True, kw_only=True):
    """The dose of a drug; it is of the time at which the drug starts unless ``at`` says another."""

    unit: str | None = None
    unit_from: UnitColumn | None = None
    route: RouteColumn | None = None
    at: Key | None = None


class ResponseColumn(Column, frozen=True, kw_only=True):
    """What became of one domain on the drug of the same row."""

    domain: Domain
    values: dict[str, ResponseDirection]
    degrees: dict[str, Degree] = field(default_factory=dict)
    criterion: str | None = None
    at: Key | None = None


class StopColumn(Column, frozen=True, kw_only=True):
    """Which cell is which reason to stop."""

    values: dict[str, StopReason] = field(default_factory=dict)


class TreatmentColumn(FactColumn, frozen=True, kw_only=True):
    """A drug or procedure; rows with the same one, start and end tell of one episode."""

    starts: Key | None = None
    ends: Key | None = None
    stop_reason: StopColumn | None = None
    indication: Code | None = None
    dose: DoseColumn | None = None
    responses: tuple[ResponseColumn, ...] = ()


class AdverseColumn(FactColumn, frozen=True, kw_only=True):
    """A harm that was observed."""

    at: Key | None = None
    severity: SeverityColumn | None = None


class CourseColumn(Column, frozen=True, kw_only=True):
    """Which cell is which turn of the disease."""

    values: dict[str, Literal["flare", "relapse", "remission", "symptomFreeInterval", "death"]]
    at: Key | None = None


class TableMapping(Value, frozen=True, kw_only=True):
    """What the columns of a table mean."""

    version: Literal[1] = field(name="casegraph-table")
    id: str
    rows: Literal["one", "several"] = "several"
    delimiter: Literal[",", ";", "\t"] | None = None
    decimal: Literal[".", ","] = "."
    missing: tuple[Cell, ...] = ()
    identifiers: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    sex: SexColumn | None = None
    age: AgeColumn | None = None
    birth: BirthColumn | None = None
    doi: Column | None = None
    pmid: Column | None = None
    times: dict[Key, TimeColumn] = field(default_factory=dict)
    findings: tuple[FindingColumn, ...] = ()
    diagnoses: tuple[DiagnosisColumn, ...] = ()
    tests: tuple[TestColumn, ...] = ()
    treatments: tuple[TreatmentColumn, ...] = ()
    adverse_events: tuple[AdverseColumn, ...] = ()
    course: tuple[CourseColumn, ...] = ()

    def number_columns(self) -> tuple[str, ...]:
        """Return the columns of ages, distances in time and doses, which hold nothing but numbers."""
        ages = (self.age.column,) if self.age else ()
        distances = (each.column for each in self.times.values() if each.unit and each.column)
        return *ages, *distances, *(each.dose.column for each in self.treatments if each.dose)
