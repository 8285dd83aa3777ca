"""Reads cases back out of their triples: the other way round than :mod:`casegraph.triples.asserted`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec

from casegraph.model import (
    AdverseEvent,
    AdverseEvents,
    Age,
    Case,
    Claim,
    Conflict,
    Course,
    Diagnoses,
    Diagnosis,
    DoseSegment,
    Finding,
    Findings,
    Group,
    LiteratureStatement,
    NoAdverseEvent,
    NotReported,
    Occasion,
    PublicationStatement,
    Response,
    Statement,
    TestResult,
    Treatment,
)
from casegraph.namespaces import CG
from casegraph.triples.asserted import STRUCTURE
from casegraph.triples.fields import FIELDS, Render, concept, individual, part, text
from casegraph.triples.names import claim_names
from casegraph.triples.read_triples import Triples, fragment, number

__all__ = ["read_claim", "read_subject"]

C = TypeVar("C", bound=Claim)

_COURSES = ("Flare", "Relapse", "Remission", "SymptomFreeInterval", "Death")
_STATEMENTS = {
    f"{kind[0].upper()}{kind[1:]}Statement": kind
    for kind in ("author", "refractory", "effectiveness", "nonResponse", "safety", "attribution", "novelty")
} | {"Limitation": "limitation"}
_OCCASION = {
    "anchor": (f"{CG}anchor", part),
    "basis": (f"{CG}timeBasis", individual),
    "printed": (f"{CG}timePrinted", text),
    "phase": (f"{CG}phase", individual),
    "stage": (f"{CG}stage", concept),
    "after": (f"{CG}after", part),
    "during": (f"{CG}during", part),
    "same_time_as": (f"{CG}sameTimeAs", part),
}


def read_subject(iri: str, triples: Triples) -> Case | Group:
    """Return a case or group out of its asserted graph; lists are in the order of their claims' names."""
    occasions = {fragment(each): _occasion(each, triples) for each, _ in triples.of_kind("Occasion")}
    shared: dict[str, Any] = {
        "label": triples.text(iri, f"{CG}patientLabel"),
        "possibly_same_patient_as": triples.texts(iri, f"{CG}possiblySamePatientAs"),
        "zero_point": _key(iri, "zeroPoint", triples),
        "occasions": occasions,
        **_claims(triples),
    }
    if triples.kind(iri) == "Group":
        return Group(patients=int(triples.text(iri, f"{CG}patientCount") or 0), **shared)
    years, at = triples.text(iri, f"{CG}ageYears"), _key(iri, "ageAt", triples)
    return Case(
        sex=(triples.text(iri, f"{CG}sex") or "unknown").removeprefix(CG),  # type: ignore[arg-type]
        age=Age(years=number(years), at=at) if years is not None else None,
        member_of=tuple(each.rpartition("/")[2] for each in triples.texts(iri, f"{CG}memberOf")),
        **shared,
    )


def _key(iri: str, name: str, triples: Triples) -> str | None:
    found = triples.text(iri, f"{CG}{name}")
    return None if found is None else fragment(found)


def _occasion(iri: str, triples: Triples) -> Occasion:
    return Occasion(
        start=_bounds(iri, "start", triples),
        end=_bounds(iri, "end", triples),
        **triples.values(iri, _OCCASION, Occasion),
    )


def _bounds(iri: str, which: str, triples: Triples) -> tuple[int | None, int | None] | None:
    least, most = (triples.text(iri, f"{CG}{which}{bound}Days") for bound in ("Min", "Max"))
    if least is None and most is None:
        return None
    return None if least is None else int(least), None if most is None else int(most)


def _claims(triples: Triples) -> dict[str, Any]:
    def listed(kind: type[C], *names: str) -> tuple[C, ...]:
        return tuple(read_claim(each, name, kind, triples) for each, name in triples.of_kind(*names))

    return {
        "findings": Findings(
            present=listed(Finding, "PresentFinding"),
            absent=listed(Finding, "AbsentFinding"),
            indeterminate=listed(Finding, "IndeterminateFinding"),
        ),
        "diagnoses": Diagnoses(
            final=listed(Diagnosis, "FinalDiagnosis"),
            working=listed(Diagnosis, "WorkingDiagnosis"),
            considered=listed(Diagnosis, "ConsideredDiagnosis"),
            excluded=listed(Diagnosis, "ExcludedDiagnosis"),
        ),
        "tests": listed(TestResult, "TestResult"),
        "treatments": tuple(_treatment(each, triples) for each, _ in triples.of_kind("TreatmentEpisode")),
        "responses": listed(Response, "ResponseClaim", "NonResponseClaim", "UnevaluableResponse"),
        "adverse_events": AdverseEvents(
            observed=listed(AdverseEvent, "AdverseEvent"),
            none=listed(NoAdverseEvent, "NoAdverseEvent"),
            none_significant=listed(NoAdverseEvent, "NoSignificantAdverseEvent"),
        ),
        "course": listed(Course, *_COURSES),
        "statements": listed(Statement, *_STATEMENTS),
        "not_reported": listed(NotReported, "NotReported"),
        "conflicts": listed(Conflict, "ConflictNote"),
    }


def _treatment(iri: str, triples: Triples) -> Treatment:
    doses = (
        read_claim(each, "DoseSegment", DoseSegment, triples)
        for each in triples.texts(iri, f"{CG}hasSegment")
    )
    treatment = read_claim(iri, "TreatmentEpisode", Treatment, triples)
    return msgspec.structs.replace(treatment, doses=_in_order(tuple(doses)))


def _in_order(doses: tuple[DoseSegment, ...]) -> tuple[DoseSegment, ...]:
    """Return dose segments with those that others follow before these."""
    names = {name: claim for name, _, claim in claim_names(("DoseSegment", each) for each in doses)}

    def steps(dose: Claim, seen: frozenset[str]) -> int:
        before = dose.follows if isinstance(dose, DoseSegment) else None
        return (
            0
            if before is None or before in seen or before not in names
            else 1 + steps(names[before], seen | {before})
        )

    return tuple(sorted(doses, key=lambda each: steps(each, frozenset())))


def read_claim(iri: str, name: str, kind: type[C], triples: Triples) -> C:
    """Return one claim; its name is kept where it is not the one that is made from what it says."""
    values = triples.values(iri, _fields(kind), kind)
    if kind is Course:
        values["kind"] = name[0].lower() + name[1:]
    elif kind is Statement:
        values["kind"] = _STATEMENTS[name]
    elif kind is PublicationStatement:
        values["kind"] = name.removesuffix("Statement").lower()
    elif kind is LiteratureStatement and name == "Definition":
        values["kind"] = "definition"
    claim = kind(**values)
    made = claim_names([(name, claim)])[0][0]
    return claim if fragment(iri) == made else msgspec.structs.replace(claim, id=fragment(iri))


@cache
def _fields(kind: type[Claim]) -> Mapping[str, tuple[str, Render]]:
    """Return the fields of a kind of claim that are properties, each with that and how it is written."""
    named = (name for name in kind.__struct_fields__ if name not in STRUCTURE)
    found = ((name, FIELDS.get(f"{kind.__name__}.{name}") or FIELDS[name]) for name in named)
    return MappingProxyType({name: (f"{CG}{predicate}", render) for name, (predicate, render) in found})
