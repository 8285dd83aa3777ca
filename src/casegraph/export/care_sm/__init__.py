"""Writes cases as the CSV of CARE-SM's toolkit: what has a calendar date and a data element there."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, BinaryIO

import msgspec

from casegraph.export.care_sm.codes import CODED, address_of, dose_cells, measured_cells, own_label
from casegraph.export.care_sm.lists import COLUMNS, around, birth_year, courses, dates_of, listed
from casegraph.export.claims import kind_of_treatment
from casegraph.export.stored import StoredCase, patient_id
from casegraph.loaders.care_sm.elements import DEAD
from casegraph.loaders.care_sm.measures import GENETIC_TEST
from casegraph.loaders.times import BIRTH
from casegraph.loaders.words import code_of
from casegraph.losses import Loss, shortened
from casegraph.model import Course, Diagnosis, DoseSegment, Finding, TestResult, Treatment
from casegraph.model.claims import Claim
from casegraph.namespaces import expand

__all__ = ["COLUMNS", "to_care_sm", "write_care_sm"]

#: what of a claim is its evidence, or its name among others; lost with the passages.
_BESIDE = frozenset({"id", "at", "stated_in"})

Cells = dict[str, str]


def to_care_sm(stored: StoredCase, pid: str | None = None) -> tuple[list[Cells], tuple[Loss, ...]]:
    """Return the rows of a case, each with the columns that it fills, and what CARE-SM has no place for.

    A claim without a day, month and year is left behind: no date is made up. Absent findings and excluded
    diagnoses are left behind too, since a row of CARE-SM says that the thing is there.

    :param pid: what the rows call the patient, if not as the case is called.
    """
    writer = _Writer(stored, pid or patient_id(stored))
    writer.person()
    for path, kind, claims in listed(stored.case):
        for number, claim in enumerate(claims):
            _WRITERS.get(kind, _Writer.nowhere)(writer, f"{path}/{number}", claim)
    writer.around()
    return writer.rows, tuple(writer.losses)


def write_care_sm(cases: Iterable[StoredCase], out: BinaryIO) -> Iterator[Loss]:
    """Write cases as one CSV file, row by row; yield what is left behind of each."""
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    try:
        table = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
        table.writeheader()
        taken = set[str]()
        for stored in cases:
            taken.add(pid := patient_id(stored, taken))
            rows, losses = to_care_sm(stored, pid)
            table.writerows(rows)
            yield from losses
    finally:
        text.detach()


@dataclass(slots=True)
class _Writer:
    """The rows of one case while they are made."""

    stored: StoredCase
    pid: str
    rows: list[Cells] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    #: the terms whose labels were left behind.
    terms: set[str] = field(default_factory=set)

    def lose(self, path: str, value: object, reason: str) -> None:
        self.losses.append(Loss(self.stored.iri, path, shortened(value), reason))

    def row(self, model: str, cells: Mapping[str, str | None]) -> None:
        told = {name: text for name, text in cells.items() if text}
        self.rows.append({"model": model, "pid": self.pid, **told})

    def nowhere(self, path: str, claim: Claim) -> None:
        self.lose(path, claim, "no-place")

    def dates(self, at: str | None) -> Cells:
        """Return the start date of an occasion, and its end date if it has one; empty if it has none."""
        return dates_of(self.stored.case.occasions.get(at or ""))

    def when(self, path: str, claim: Claim) -> Cells:
        """Return the dates of a claim; one without is left behind."""
        dates = self.dates(claim.at)
        if not dates:
            self.lose(path, claim, "no-time")
        return dates

    def address(self, path: str, code: str | None) -> str | None:
        """Return the address of a term, one that has none is left behind; so is its label, the first time."""
        if code is None:
            return None
        if (found := address_of(code)) is None:
            self.lose(path, code, "no-code")
        elif code not in self.terms and (label := own_label(code)):
            self.terms.add(code)
            self.lose(f"{path}/label", label, "no-place")
        return found

    def rest(self, path: str, claim: Claim, *carried: str) -> None:
        """Leave behind every field of a claim that was not carried."""
        for each in msgspec.structs.fields(claim):
            value = getattr(claim, each.name)
            if each.name not in {*_BESIDE, *carried} and value != each.default:
                self.lose(f"{path}/{each.name}", value, "no-place")

    def person(self) -> None:
        """Write the sex, and the birth date where it was kept."""
        case = self.stored.case
        code = code_of("sex", case.sex, ("NCIT",))
        if code is not None:
            self.row("Sex", {"value_datatype": "xsd:string", "valueIRI": address_of(code)})
        elif case.sex != "unknown":
            self.lose("sex", case.sex, "unmapped-code")
        if born := self.dates(BIRTH):
            day = dict.fromkeys(("value", "startdate", "enddate"), born["startdate"])
            self.row("Birthdate", {"value_datatype": "xsd:date", **day})
        elif year := birth_year(case):
            self.row("Birthyear", {"value": year, "value_datatype": "xsd:integer"})

    def around(self) -> None:
        """Leave behind what is told of the case as a whole, of its report and of the evidence."""
        for path, value, reason in around(self.stored):
            self.lose(path, value, reason)
        for key, occasion in self.stored.case.occasions.items():
            dates = self.dates(key)
            if key == BIRTH and occasion.printed:
                if occasion.printed not in {*dates.values(), birth_year(self.stored.case)}:
                    self.lose(f"occasions/{key}/printed", "", "identifier")
            elif not dates and occasion != type(occasion)():
                self.lose(f"occasions/{key}", occasion, "no-time")
            elif dates and occasion.printed != "--".join(dates.values()):
                self.lose(f"occasions/{key}/printed", occasion.printed, "not-exact")

    def finding(self, path: str, claim: Finding) -> None:
        dates = self.when(path, claim)
        what = self.address(f"{path}/what", claim.what) if dates else None
        if what is None:
            return
        end = self.dates(claim.resolved_at)
        resolved = end.get("startdate")
        if "enddate" in end:
            self.lose(f"{path}/resolved_at", end["enddate"], "not-exact")
        self.row("Phenotype", {"valueIRI": what, "duration_enddate": resolved, **dates})
        self.rest(path, claim, "what", *(("resolved_at",) if resolved else ()))

    def diagnosis(self, path: str, claim: Diagnosis) -> None:
        dates = self.when(path, claim)
        what = self.address(f"{path}/what", claim.what) if dates else None
        if what is not None:
            self.row("Diagnosis", {"value_datatype": "xsd:string", "valueIRI": what, **dates})
            self.rest(path, claim, "what")

    def test(self, path: str, claim: TestResult) -> None:
        """Write a number as a laboratory value if its sample is told, else as an examination."""
        genetic = claim.what.startswith(f"{GENETIC_TEST} ") and claim.result is None
        if claim.value is None and not genetic:
            self.lose(path, claim, "no-place")
            return
        dates = self.when(path, claim)
        cells = measured_cells(claim) if dates else {}
        if cells is None:
            self.lose(path, claim, "unmapped-code")
        elif dates and genetic and claim.value is None:
            self._genetic(path, claim, dates)
        elif dates:
            unit = self.address(f"{path}/unit_term", cells.get("unit"))
            self._measured(path, claim, {**dates, **cells, "unit": unit})

    def _genetic(self, path: str, claim: TestResult, dates: Cells) -> None:
        cells = {
            "value": claim.printed,
            "value_datatype": "xsd:string",
            "valueIRI": self.address(f"{path}/result_term", claim.result_term),
            "activity": self.address(f"{path}/method", claim.method),
            "input": self.address(f"{path}/specimen", claim.specimen),
        }
        self.row("Genetic", {**cells, **dates})
        self.rest(path, claim, "what", "printed", "result_term", "method", "specimen")

    def _measured(self, path: str, claim: TestResult, cells: Mapping[str, str | None]) -> None:
        what = self.address(f"{path}/what", claim.what)
        if what is None:
            return
        method = {"activity": self.address(f"{path}/method", claim.method)}
        carried = ["what", "value", "unit", "unit_term", "method"]
        if claim.specimen is not None:
            sample = self.address(f"{path}/specimen", claim.specimen)
            self.row("Laboratory", {"target": what, "input": sample, **method, **cells})
            carried.append("specimen")
        else:
            site = self.address(f"{path}/site", claim.site[0]) if len(claim.site) == 1 else None
            self.row("Examination", {"valueIRI": what, "target": site, **method, **cells})
            carried += ["site"] if site else []
        self.rest(path, claim, *carried)

    def treatment(self, path: str, claim: Treatment) -> None:
        """Write a drug, a row for each of its dated doses; without any, the drug alone.

        Nothing tells of a procedure whether it is a surgery, and of a term that nobody knows what it is.
        """
        kind = kind_of_treatment(claim)
        if kind != "drug":
            self.lose(path, claim, "no-place" if kind == "radiation" else "required-missing")
            return
        before = len(self.rows)
        if (agent := self.address(f"{path}/what", claim.what)) is None:
            return
        written = [
            self._dose(f"{path}/doses/{number}", claim, dose, agent)
            for number, dose in enumerate(claim.doses)
        ]
        if not any(written):
            dates = self.when(path, claim)
            if not dates:
                return
            told = {"agent": agent, **self._start(path, dates), **self._end(claim.ends_at, dates)}
            self.row("Medication", told)
        there = [dose for dose, is_there in zip(claim.doses, written, strict=True) if is_there]
        if there and claim.at and all(dose.at not in (None, claim.at) for dose in there):
            self.lose(f"{path}/at", claim.at, "no-place")
        read = courses(self.rows[before:])
        if len(read) > 1:
            self.lose(f"{path}/doses", f"read again as {len(read)} treatments", "not-exact")
        if read & courses(self.rows[:before]):
            self.lose(path, "read again as one with another treatment", "not-exact")
        ended = ("ends_at",) if self._is_end_told(claim, there) else ()
        self.rest(path, claim, "what", "doses", *ended)

    def _is_end_told(self, claim: Treatment, there: list[DoseSegment]) -> bool:
        """Say whether a row tells the end of a treatment: its own, or one of a dose that ends with it."""
        ends = {dose.ends_at for dose in there}
        shared = not there or claim.ends_at in ends or (len(claim.doses) == 1 and ends == {None})
        starts = [self.dates(dose.at or claim.at) for dose in there] or [self.dates(claim.at)]
        return shared and any(self._end(claim.ends_at, each) for each in starts)

    def _dose(self, path: str, claim: Treatment, dose: DoseSegment, agent: str) -> bool:
        dates = self.dates(dose.at or claim.at)
        if not dates:
            self.lose(path, dose, "no-time")
            return False
        cells, carried, unmapped = dose_cells(dose)
        addresses = {
            name: self.address(f"{path}/{name}", code) for name, code in cells.items() if name in CODED
        }
        end = self._end(dose.ends_at or (claim.ends_at if len(claim.doses) == 1 else None), dates)
        self.row("Medication", {"agent": agent, **cells, **addresses, **self._start(path, dates), **end})
        for name in unmapped:
            self.lose(f"{path}/{name}", getattr(dose, name), "unmapped-code")
        self.rest(path, dose, *carried, *unmapped, *(("ends_at",) if end else ()))
        return True

    def _start(self, path: str, dates: Cells) -> Cells:
        """Return the start date alone: the end of an occasion is not that of a treatment."""
        if "enddate" in dates:
            self.lose(f"{path}/at", dates["enddate"], "not-exact")
        return {"startdate": dates["startdate"]}

    def _end(self, at: str | None, start: Cells) -> Cells:
        """Return the end date; none on the day of the start, since rows of a single day have both alike."""
        end = self.dates(at).get("startdate")
        return {"enddate": end} if end and end != start.get("startdate") else {}

    def turn(self, path: str, claim: Course) -> None:
        """Write a death: with its date and cause, or, without a date, as the status of the patient."""
        if claim.kind != "death":
            self.lose(path, claim, "no-place")
            return
        dates = self.dates(claim.at)
        if dates:
            cause = self.address(f"{path}/cause", claim.cause)
            day = {"value": dates["startdate"], "value_datatype": "xsd:date"}
            self.row("Deathdate", {**day, "valueIRI": cause, "startdate": dates["startdate"]})
        else:
            self.row("Status", {"value_datatype": "xsd:string", "valueIRI": expand(DEAD[0])})
        if claim.at and not dates:
            self.lose(f"{path}/at", claim.at, "no-time")
        self.rest(path, claim, "kind", *(("cause",) if dates else ()))


_WRITERS: Mapping[str, Callable[[_Writer, str, Any], None]] = MappingProxyType(
    {
        "present": _Writer.finding,
        "final": _Writer.diagnosis,
        "tests": _Writer.test,
        "treatments": _Writer.treatment,
        "course": _Writer.turn,
    }
)
