"""One phenopacket as one case: the patient, the findings, the diseases; the rest by the modules beside it."""

from __future__ import annotations

from typing import Any

from casegraph.loaders.phenopacket.actions import read_actions
from casegraph.loaders.phenopacket.measurements import read_measurements
from casegraph.loaders.phenopacket.meta import lose_evidence
from casegraph.loaders.phenopacket.values import (
    NotReadableError,
    Packet,
    completed_years,
    said,
    term_of,
    timestamp,
)
from casegraph.loaders.records import PASSAGE
from casegraph.loaders.words import word_of
from casegraph.model import Age, Course, Diagnosis, Finding

__all__ = ["read_packet"]

_HUMAN = "NCBITaxon:9606"
_SEX = ("unknown", "female", "male", "other")
_KARYOTYPES = ("", "XX", "XY", "XO", "XXY", "XXX", "XXYY", "XXXY", "XXXX", "XYY", "OTHER_KARYOTYPE")
_ALIVE, _DECEASED = 1, 2
_PROGRESS = ("", "IN_PROGRESS", "COMPLETED", "SOLVED", "UNSOLVED")
_REJECTED = 1


def read_packet(packet: Packet, message: Any) -> None:
    """Collect what a ``Phenopacket`` says; what the case has no place for is lost.

    Its meta data are read before: what a finding cites is told apart by them.

    :raises NotReadableError: if it can be no case: not of a human being, or a number that is none.
    """
    _subject(packet, message.subject)
    for number, each in enumerate(message.phenotypic_features):
        _feature(packet, each, f"/phenotypicFeatures/{number}")
    read_measurements(packet, message.measurements)
    for number, each in enumerate(message.diseases):
        _disease(packet, each, f"/diseases/{number}")
    told = {claim.what.split(" ", 1)[0] for claim in packet.builder.final}
    for number, each in enumerate(message.interpretations):
        _interpretation(packet, each, f"/interpretations/{number}", told)
    read_actions(packet, message.medical_actions)
    packet.lose_each("/biosamples", message.biosamples, "not-a-case")
    packet.lose_each("/files", message.files, "not-a-case")


# --- the patient


def _subject(packet: Packet, subject: Any) -> None:
    builder = packet.builder
    _taxonomy(packet, subject.taxonomy)
    if subject.id and subject.id != builder.record_id:
        builder.label = subject.id
    for number, each in enumerate(subject.alternate_ids):
        packet.lose(f"/subject/alternateIds/{number}", each, "identifier")
    if subject.HasField("date_of_birth"):
        keep = builder.options.keep_identifiers
        if not builder.times.birth_date(timestamp(subject.date_of_birth), keep=keep) or not keep:
            packet.lose("/subject/dateOfBirth", "", "identifier")
    if subject.sex < len(_SEX):
        builder.sex = _SEX[subject.sex]
    else:
        packet.lose("/subject/sex", str(subject.sex), "unmapped-code")
    _last_encounter(packet, subject.time_at_last_encounter, "/subject/timeAtLastEncounter")
    _vital_status(packet, subject, "/subject/vitalStatus")
    if subject.karyotypic_sex:
        known = subject.karyotypic_sex < len(_KARYOTYPES)
        told = _KARYOTYPES[subject.karyotypic_sex] if known else str(subject.karyotypic_sex)
        packet.lose("/subject/karyotypicSex", told, "no-place")
    packet.lose_text("/subject/gender", f"{subject.gender.id} {subject.gender.label}".strip())


def _taxonomy(packet: Packet, taxonomy: Any) -> None:
    if not taxonomy.ByteSize():
        return
    term = term_of(taxonomy.id, taxonomy.label)
    if term is None:
        packet.lose("/subject/taxonomy", said(taxonomy), "no-code")
    elif term.split(" ", 1)[0] == _HUMAN:
        packet.lose("/subject/taxonomy", term, "implied")
    else:
        raise NotReadableError("not-human", f"{packet.builder.record_id!r} is no human being: {term}")


def _last_encounter(packet: Packet, element: Any, path: str) -> None:
    """Take the age at the last encounter; any other time has no place, since nothing is claimed of it."""
    kind = element.WhichOneof("element")
    years = {completed_years(each) for each in _ages(element)}
    if len(years) == 1 and None not in years:
        packet.builder.age = Age(years=years.pop() or 0, at=packet.time(element, path))
    elif kind is not None:
        packet.lose(path, said(element), "no-code" if kind == "age" else "no-place")


def _ages(element: Any) -> tuple[str, ...]:
    if element.WhichOneof("element") == "age_range":
        return element.age_range.start.iso8601duration, element.age_range.end.iso8601duration
    return (element.age.iso8601duration,)


def _vital_status(packet: Packet, subject: Any, path: str) -> None:
    status = subject.vital_status
    if not status.ByteSize():
        return
    builder = packet.builder
    if status.status == _DECEASED:
        at = packet.time(status.time_of_death, f"{path}/timeOfDeath")
        cause = packet.term(status.cause_of_death, f"{path}/causeOfDeath")
        builder.course.append(Course(stated_in=PASSAGE, kind="death", at=at, cause=cause))
    else:
        if status.status:
            packet.lose(
                f"{path}/status", "ALIVE" if status.status == _ALIVE else str(status.status), "no-place"
            )
        for name, each in (("timeOfDeath", status.time_of_death), ("causeOfDeath", status.cause_of_death)):
            if each.ByteSize():
                packet.lose(f"{path}/{name}", said(each), "required-missing")
    if status.survival_time_in_days:
        packet.lose(f"{path}/survivalTimeInDays", str(status.survival_time_in_days), "no-place")


# --- findings and diseases


def _feature(packet: Packet, feature: Any, path: str) -> None:
    what = packet.needed(feature.type, feature, path)
    if what is None:
        return
    fields: dict[str, Any] = {"what": what, "gist": feature.description or None}
    if feature.HasField("severity"):
        fields["severity"] = packet.word("severity", feature.severity, f"{path}/severity")
    if feature.HasField("onset"):
        fields["at"] = packet.time(feature.onset, f"{path}/onset")
    if feature.HasField("resolution"):
        fields["resolved_at"] = packet.time(feature.resolution, f"{path}/resolution")
    if feature.modifiers:
        fields |= _modifiers(packet, packet.terms(feature.modifiers, f"{path}/modifiers"), path)
    for number, each in enumerate(feature.evidence):
        lose_evidence(packet, each, f"{path}/evidence/{number}")
    builder = packet.builder
    (builder.absent if feature.excluded else builder.present).append(builder.claim(Finding, **fields))


def _modifiers(packet: Packet, terms: tuple[str, ...], path: str) -> dict[str, Any]:
    """Return the side where one modifier tells it, and the others as they are."""
    sides = [term for term in terms if word_of("laterality", term)]
    if len(sides) != 1:
        return {"modifier": terms}
    others = tuple(term for term in terms if term not in sides)
    return {"modifier": others, "laterality": packet.word_of("laterality", sides[0], f"{path}/modifiers")}


def _disease(packet: Packet, disease: Any, path: str) -> None:
    what = packet.needed(disease.term, disease, path)
    if what is None:
        return
    stage = packet.terms(disease.disease_stage, f"{path}/diseaseStage")
    tumour = packet.terms(disease.clinical_tnm_finding, f"{path}/clinicalTnmFinding")
    builder = packet.builder
    claim = builder.claim(
        Diagnosis,
        what=what,
        onset_at=packet.time(disease.onset, f"{path}/onset"),
        resolved_at=packet.time(disease.resolution, f"{path}/resolution"),
        stage=stage + tumour,
        site=packet.site(disease.primary_site, f"{path}/primarySite"),
        laterality=packet.word("laterality", disease.laterality, f"{path}/laterality"),
    )
    (builder.excluded if disease.excluded else builder.final).append(claim)


def _interpretation(packet: Packet, found: Any, path: str, told: set[str]) -> None:
    """Take the disease as the one found, worked with or thought of, unless it stands as a disease already."""
    packet.lose_text(f"{path}/id", found.id)
    diagnosis, here = found.diagnosis, f"{path}/diagnosis"
    packet.lose_each(f"{here}/genomicInterpretations", diagnosis.genomic_interpretations, "no-place")
    progress = _PROGRESS[found.progress_status] if found.progress_status < len(_PROGRESS) else ""
    what, claimed = packet.term(diagnosis.disease, f"{here}/disease"), False
    if what and what.split(" ", 1)[0] in told:
        packet.lose(f"{here}/disease", what, "implied")
    elif what and (standing := _standing(progress, diagnosis)):
        claim = packet.builder.claim(Diagnosis, what=what, gist=found.summary or None)
        getattr(packet.builder, standing).append(claim)
        claimed = True
    elif what:
        packet.lose(f"{here}/disease", what, "no-place")
    if not claimed:
        packet.lose_text(f"{path}/progressStatus", progress or str(found.progress_status or ""))
        packet.lose_text(f"{path}/summary", found.summary)


def _standing(progress: str, diagnosis: Any) -> str | None:
    """Return the list of diagnoses that a status stands for.

    Only ``SOLVED`` is definitive; where every gene or variant was rejected, the disease was thought of only.
    """
    calls = diagnosis.genomic_interpretations
    if calls and all(each.interpretation_status == _REJECTED for each in calls):
        return "considered" if progress in ("COMPLETED", "SOLVED") else None
    return {"SOLVED": "final", "COMPLETED": "considered", "IN_PROGRESS": "working"}.get(progress)
