"""Hands a case over as a GA4GH phenopacket, version 2: JSON, one packet a line.

What the standard has no place for is in the losses: who says it and where, what became of each organ,
statements, contradictions and what a report is silent about. A relative time becomes no date and no age. A
field that the standard requires and nobody told is left out, and is in the losses too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

from casegraph.errors import MissingExtraError
from casegraph.export.phenopacket.actions import lose_absent_harms, medical_actions
from casegraph.export.phenopacket.claims import diseases, measurements, phenotypic_features, vital_status
from casegraph.export.phenopacket.meta import meta_data
from casegraph.export.phenopacket.packing import Json, Packing, given, told_fields
from casegraph.export.phenopacket.times import age_duration, birth_date, time_element
from casegraph.export.stored import StoredCase, told_apart
from casegraph.loaders.times import BIRTH
from casegraph.losses import Loss
from casegraph.model import Case, Occasion
from casegraph.timeline import solve_subject

if TYPE_CHECKING:
    from phenopackets import Phenopacket

__all__ = ["to_json", "to_phenopacket", "write_phenopackets"]

_INSTALL = "pip install 'casegraph[formats]'"
_SEXES = {"female": "FEMALE", "male": "MALE", "other": "OTHER_SEX"}

#: message -> its fields that are numbers, which are told where they are 0 too.
_NUMBERS = {
    "quantity": ("value",),
    "cumulativeDose": ("value",),
    "referenceRange": ("low", "high"),
}


def to_phenopacket(stored: StoredCase) -> tuple[Phenopacket, tuple[Loss, ...]]:
    """Return a case as a Phenopacket, and what was left behind.

    :raises MissingExtraError: if the package of the standard is not installed.

    >>> from casegraph.model import Case, Finding, Findings, Report
    >>> fever = Findings(absent=(Finding(what="HP:0001945 Fever"),))
    >>> report = Report(title="x", extent="fullText")
    >>> packet, _ = to_phenopacket(StoredCase("x:1", Case(findings=fever), report, {}))
    >>> packet.phenotypic_features[0].excluded
    True
    """
    packing = Packing(stored)
    json_format, packet = _schema()
    return json_format.ParseDict(_packet(packing), packet()), tuple(packing.losses)


def to_json(packet: Phenopacket) -> str:
    """Return a Phenopacket as indented JSON."""
    return json.dumps(_told(packet), ensure_ascii=False, indent=2) + "\n"


def write_phenopackets(cases: Iterable[StoredCase], out: BinaryIO) -> Iterator[Loss]:
    """Write one packet a line, as each case comes, and yield what is left behind.

    :param out: a file that is open for bytes.
    :raises MissingExtraError: if the package of the standard is not installed.
    """
    _schema()
    for stored, renamed in told_apart(cases):
        packet, losses = to_phenopacket(stored)
        out.write(json.dumps(_told(packet), ensure_ascii=False).encode() + b"\n")
        yield from renamed + losses


def _told(packet: Phenopacket) -> Json:
    """Return a packet as JSON with the zeros of its quantities, which JSON of protobuf leaves out."""
    told: Json = _schema()[0].MessageToDict(packet)
    _write_zeros(told)
    return told


def _write_zeros(told: Any) -> None:
    if isinstance(told, list):
        for each in told:
            _write_zeros(each)
    elif isinstance(told, dict):
        for name, value in told.items():
            for field in _NUMBERS.get(name, ()):
                value.setdefault(field, 0.0)
            _write_zeros(value)


def _schema() -> tuple[Any, Any]:
    try:
        from google.protobuf import json_format
        from phenopackets import Phenopacket
    except ImportError as error:
        raise MissingExtraError("phenopackets is not installed", todo=_INSTALL) from error
    return json_format, Phenopacket


def _packet(packing: Packing) -> Json:
    stored = packing.stored
    made = given(
        id=stored.report.record.id if stored.report.record else stored.iri,
        subject=_subject(packing),
        phenotypicFeatures=list(phenotypic_features(packing)),
        measurements=list(measurements(packing)),
        diseases=list(diseases(packing)),
        medicalActions=list(medical_actions(packing)),
    )
    lose_absent_harms(packing)
    _lose_the_rest(packing)
    return made | {"metaData": meta_data(packing)}


def _subject(packing: Packing) -> Json:
    stored, case = packing.stored, packing.stored.case
    born, exact = birth_date(case)
    if not exact:
        packing.lose(f"occasions/{BIRTH}/printed", "", "not-exact")
    return given(
        id=case.label or (stored.report.record.id if stored.report.record else stored.iri),
        dateOfBirth=born,
        timeAtLastEncounter=_last_encounter(packing),
        vitalStatus=vital_status(packing),
        sex=_SEXES.get(case.sex),
    )


def _last_encounter(packing: Packing) -> Json | None:
    """Return the age, unless something certainly came after it: then it is not that of the end."""
    case = packing.stored.case
    if case.age is None:
        return None
    told = time_element(case.occasions[case.age.at]) if case.age.at else None
    if told is not None and "age" in told:
        return told
    if case.age.at is not None and _is_followed(case, case.age.at):
        packing.lose("age", case.age, "no-place")
        return None
    duration, exact = age_duration(case.age)
    if not exact:
        packing.lose("age/years", case.age.years, "not-exact")
    return {"age": {"iso8601duration": duration}}


def _is_followed(case: Case, key: str) -> bool:
    timeline = solve_subject(case)
    return any((timeline.between(key, other)[0] or 0) > 0 for other in case.occasions)


def _lose_the_rest(packing: Packing) -> None:
    """Note what a packet has no place for at all, and the occasions that are no times of the standard."""
    stored, case = packing.stored, packing.stored.case
    for name in ("statements", "not_reported", "conflicts"):
        for index, claim in enumerate(getattr(case, name)):
            packing.lose(f"{name}/{index}", claim, "no-place")
    for name in ("member_of", "possibly_same_patient_as"):
        if getattr(case, name):
            packing.lose(name, getattr(case, name), "no-place")
    for key, occasion in case.occasions.items():
        _lose_occasion(packing, key, occasion)
    if stored.report.record is None:
        packing.lose("zero_point", case.zero_point or "", "no-place")
        for key, passage in stored.passages.items():
            packing.lose("passages", {key: passage}, "no-place")


def _lose_occasion(packing: Packing, key: str, occasion: Occasion) -> None:
    """Note what an occasion says beyond the time of the standard that it is, or all of it if it is none."""
    timed = time_element(occasion) is not None
    carried = {"anchor", "start", "printed"} if timed else {"stage"}
    told = {name: value for name, value in told_fields(occasion).items() if name not in carried}
    if told:
        packing.lose("occasions", {key: told}, "no-place" if timed or occasion.stage else "no-time")
