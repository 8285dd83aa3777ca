"""Hands a case over as a FHIR R4B bundle, which says its version, and tells what it leaves behind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO
from uuid import NAMESPACE_URL, uuid5

import msgspec

from casegraph.export.fhir.claims import (
    write_adverse_event,
    write_diagnosis,
    write_finding,
    write_response,
    write_tests,
)
from casegraph.export.fhir.parts import Json, Writing
from casegraph.export.fhir.treatments import write_treatment
from casegraph.export.stored import StoredCase, told_apart
from casegraph.loaders.fhir.codes import ADDRESSES
from casegraph.loaders.times import BIRTH, CALENDAR
from casegraph.losses import Loss
from casegraph.model import Occasion, Record
from casegraph.triples.names import dataset_iri

__all__ = ["to_fhir", "write_fhir"]

#: The version stands in the canonical address of the profile that the bundle conforms to.
_PROFILE = f"{ADDRESSES['definition']}Bundle|4.3.0"
_TURNS = ("remission", "relapse")
#: The identifiers that FHIR allows. Source: FHIR R4B, datatypes, id.
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
#: Decimals keep their digits, as FHIR wants it.
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def to_fhir(stored: StoredCase) -> tuple[dict[str, Any], tuple[Loss, ...]]:
    """Return a case as a Bundle of FHIR R4B with the type collection, and what is left behind.

    The patient keeps the identifier of the record where FHIR allows it, so that the same case is read of the
    bundle; all other identifiers are made of the IRI of the case. An occasion becomes a date only where one
    was printed, an age only where the element takes one; nothing is filled in.
    """
    writing, case = Writing(stored), stored.case
    _write_patient(writing)
    turns = _write_turns(writing)
    _write_findings(writing)
    _write_diagnoses(writing, turns)
    write_tests(writing, case.tests)
    for at, treatment in enumerate(case.treatments):
        if reference := write_treatment(writing, f"treatments/{at}", treatment):
            keys = [(treatment.id, False), *((dose.id, True) for dose in treatment.doses)]
            writing.references |= {key: (reference, is_dose) for key, is_dose in keys if key}
    for at, response in enumerate(case.responses):
        write_response(writing, f"responses/{at}", response)
    for at, event in enumerate(case.adverse_events.observed):
        write_adverse_event(writing, f"adverse_events/observed/{at}", event)
    _lose_the_rest(writing)
    bundle = {
        "resourceType": "Bundle",
        "id": str(uuid5(NAMESPACE_URL, stored.iri)),
        "meta": {"source": stored.iri, "profile": [_PROFILE]},
        "type": "collection",
        "entry": writing.entries,
    }
    return bundle, tuple(writing.losses)


def write_fhir(cases: Iterable[StoredCase], out: BinaryIO) -> Iterator[Loss]:
    """Write a bundle a line for each case, and yield what is left behind."""
    for stored, renamed in told_apart(cases):
        bundle, losses = to_fhir(stored)
        out.write(_ENCODER.encode(bundle) + b"\n")
        yield from renamed + losses


def _write_patient(writing: Writing) -> None:
    case, record = writing.stored.case, writing.stored.report.record
    patient: Json = {"resourceType": "Patient", **_named(record), "gender": case.sex}
    birth = case.occasions.get(BIRTH)
    if birth and birth.anchor == CALENDAR and birth.printed:
        patient["birthDate"] = birth.printed
    deaths = [(at, turn) for at, turn in enumerate(case.course) if turn.kind == "death"]
    for at, death in deaths[:1]:
        died = writing.when(f"course/{at}/at", death.at, "deceased", ("DateTime",))
        patient |= died or {"deceasedBoolean": True}
        writing.lose_rest(f"course/{at}", death, ("kind", "at"))
    for at, death in deaths[1:]:
        writing.lose(f"course/{at}", msgspec.to_builtins(death), "duplicate")
    if case.label:
        writing.lose("label", "", "identifier")
    if case.age:
        writing.lose("age", msgspec.to_builtins(case.age), "no-place")
    writing.add("patient", patient)


def _named(record: Record | None) -> Json:
    """Return the name of a record as the id of its resource, else as an identifier in its data set."""
    if record is None:
        return {}
    if _ID.fullmatch(record.id):
        return {"id": record.id}
    return {"identifier": [{"system": dataset_iri(record.dataset), "value": record.id}]}


def _write_turns(writing: Writing) -> dict[str, str]:
    """Return the turn that the clinical status of a diagnosis tells; note the other turns as left."""
    case = writing.stored.case
    told: dict[str, str] = {}
    known = {each.id for group in _diagnoses(writing) for each in group[2] if each.id}
    for at, turn in enumerate(case.course):
        if turn.kind == "death":
            continue
        if turn.kind in _TURNS and len(turn.concerns) == 1 and turn.concerns[0] in known - set(told):
            told[turn.concerns[0]] = turn.kind
            writing.lose_rest(f"course/{at}", turn, ("kind", "concerns"))
        else:
            writing.lose(f"course/{at}", msgspec.to_builtins(turn), "no-place")
    return told


def _write_findings(writing: Writing) -> None:
    findings = writing.stored.case.findings
    for kind, name, claims in (
        ("PresentFinding", "present", findings.present),
        ("AbsentFinding", "absent", findings.absent),
        ("IndeterminateFinding", "indeterminate", findings.indeterminate),
    ):
        for at, finding in enumerate(claims):
            write_finding(writing, f"findings/{name}/{at}", finding, kind)


def _diagnoses(writing: Writing) -> tuple[tuple[str, str, tuple[Any, ...]], ...]:
    found = writing.stored.case.diagnoses
    return (
        ("FinalDiagnosis", "final", found.final),
        ("WorkingDiagnosis", "working", found.working),
        ("ConsideredDiagnosis", "considered", found.considered),
        ("ExcludedDiagnosis", "excluded", found.excluded),
    )


def _write_diagnoses(writing: Writing, turns: dict[str, str]) -> None:
    for kind, name, claims in _diagnoses(writing):
        for at, diagnosis in enumerate(claims):
            turn = turns.get(diagnosis.id or "")
            write_diagnosis(writing, f"diagnoses/{name}/{at}", diagnosis, kind, turn)


def _lose_the_rest(writing: Writing) -> None:
    """Note the claims that FHIR has no place for, the times that it cannot tell, and the report."""
    case = writing.stored.case
    for name, claims in (
        ("adverse_events/none", case.adverse_events.none),
        ("adverse_events/none_significant", case.adverse_events.none_significant),
        ("statements", case.statements),
        ("not_reported", case.not_reported),
        ("conflicts", case.conflicts),
    ):
        for at, claim in enumerate(claims):
            writing.lose(f"{name}/{at}", msgspec.to_builtins(claim), "no-place")
    for key, occasion in case.occasions.items():
        if (
            occasion != Occasion()
            and not (key == BIRTH and occasion.printed)
            and not writing.tells(key, occasion)
        ):
            writing.lose(f"occasions/{key}", msgspec.to_builtins(occasion), "no-place")
    for name, told in (
        ("member_of", case.member_of),
        ("possibly_same_patient_as", case.possibly_same_patient_as),
    ):
        for each in told:
            writing.lose(name, each, "no-place")
    if case.zero_point and writing.stored.report.record is None:
        writing.lose("zero_point", case.zero_point, "no-place")
    _lose_report(writing, writing.stored)


def _lose_report(writing: Writing, stored: StoredCase) -> None:
    writing.lose("report", stored.report.title, "no-place")
    if stored.passages and stored.report.record is None:
        writing.lose("passages", sorted(stored.passages), "no-place")
    if stored.curation:
        writing.lose("curation", msgspec.to_builtins(stored.curation), "no-place")
