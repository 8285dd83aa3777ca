"""Reads FHIR R4, R4B and R5, as JSON bundles and NDJSON: every patient is a case."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from casegraph.errors import DocumentError, Problem
from casegraph.loaders.fhir.bundle import TYPE_AND_ID, Content, Entry, check_size, read_contents
from casegraph.loaders.fhir.clinical import (
    read_adverse_event,
    read_allergy,
    read_condition,
    read_patient,
)
from casegraph.loaders.fhir.codes import ADDRESSES, concept
from casegraph.loaders.fhir.context import Context
from casegraph.loaders.fhir.element import Element, Left, plain
from casegraph.loaders.fhir.tests import read_observation
from casegraph.loaders.fhir.treatments import read_medication, read_procedure
from casegraph.loaders.fhir.unfit import unfit, why_left
from casegraph.loaders.fhir.version import READABLE, faults, versions_of
from casegraph.loaders.inputs import Input
from casegraph.loaders.records import Imported, Options, Outcome, RecordBuilder

__all__ = ["looks_like_fhir", "read_bundles", "read_cases", "read_fhir"]

_Reader = Callable[[Element, Context], None]
#: type of a resource -> what reads it.
_READERS: Mapping[str, _Reader] = MappingProxyType(
    {
        "Patient": read_patient,
        "Condition": read_condition,
        "AllergyIntolerance": read_allergy,
        "MedicationStatement": read_medication,
        "MedicationAdministration": read_medication,
        "MedicationRequest": read_medication,
        "Procedure": read_procedure,
        "Observation": read_observation,
        "AdverseEvent": read_adverse_event,
    }
)
#: Read after the others, whose claims they point to.
_LATE = ("Observation", "AdverseEvent")
#: Types that tell of somebody or something other than the patient.
_OTHERS = frozenset(
    (
        "BodyStructure",
        "Claim",
        "Coverage",
        "Device",
        "ExplanationOfBenefit",
        "FamilyMemberHistory",
        "Group",
        "Location",
        "Medication",
        "Organization",
        "Practitioner",
        "PractitionerRole",
        "Provenance",
        "RelatedPerson",
        "Specimen",
        "Substance",
    )
)


def looks_like_fhir(start: bytes) -> bool:
    """Tell whether the beginning of a file is FHIR, as JSON, NDJSON or XML.

    >>> looks_like_fhir(b'{"resourceType": "Bundle"}'), looks_like_fhir(b'{"subject": {}}')
    (True, False)
    """
    head = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"<"):
        return ADDRESSES["fhir"].encode() in head
    return head.startswith(b"{") and b'"resourceType"' in head


def read_fhir(source: Input, options: Options) -> Iterator[Outcome]:
    """Yield each patient of a file as a case, or why it is none; the others go on.

    :raises DocumentError: if the file is no FHIR, of no version that is read, or holds no patient.
    """
    loose = Content("")
    yield from read_bundles(source, options, loose)
    if loose.size:
        yield from read_cases(loose, options)


def read_bundles(source: Input, options: Options, loose: Content) -> Iterator[Outcome]:
    """Yield each patient of the bundles of a file, each bundle by itself.

    :param loose: takes up the resources that stand in no bundle, to be read with those of other files.
    :raises DocumentError: if nothing of the file can be read.
    """
    for found in read_contents(source, loose):
        try:
            yield from (found,) if isinstance(found, Problem) else read_cases(found, options)
        except DocumentError as error:
            if isinstance(found, Content) and not found.line:
                raise
            yield from error.problems


def read_cases(content: Content, options: Options) -> Iterator[Outcome]:
    """Yield each patient as a case, or why it is none; the others go on.

    A resource goes to the patient that its subject names. What names no patient, such as a practitioner, is
    told among the losses of the last case.

    :raises DocumentError: if it is of no version that is read, is too large, or holds no patient.
    """
    check_size(content)
    patients = [entry for entry in content.entries if entry.kind == "Patient"]
    if not patients:
        raise DocumentError((_no_patient(content),))
    version = _version(content, options.fhir_version)
    told = _by_subject(content)
    yield from content.problems
    yield from _unknown_patients(told)
    last: tuple[Imported, Context] | None = None
    for patient, alike in ((each, group) for group in _by_id(patients) for each in group):
        about = [patient, *told.get(patient.pointer, [])]
        context = Context(_builder(patient, options), content)
        outcome = unfit(patient, alike) or _case(about, context, version)
        if isinstance(outcome, Problem):
            yield outcome
            continue
        if last is not None:
            yield last[0]
        last = outcome, context
    if last is not None:
        yield _with_others(*last, content, told.get("", []))


def _with_others(outcome: Imported, context: Context, content: Content, spare: list[Entry]) -> Imported:
    """Return a case with what tells of none of the patients among its losses: nobody knows whose it is.

    Of a medication that became a treatment, what is not its code is told.
    """
    loss = context.builder.loss
    beside = tuple(loss(place, plain(value), "no-place") for place, value in content.beside)
    for entry in spare:
        context.lose_beside(entry)
        if entry.kind == "Medication" and entry.pointer in content.carried:
            context.lose_rest(_but_for_its_code(entry))
        elif entry.kind in (*_OTHERS, *_READERS):
            context.leave(entry, "not-a-case", "")
        else:
            context.leave(entry, "no-place")
    return Imported(outcome.document, beside + tuple(context.builder.losses))


def _but_for_its_code(entry: Entry) -> Element:
    """Return a medication of which the code was taken."""
    element = Element(entry.resource, entry.pointer)
    for name in ("resourceType", "id"):
        element.take(name)
    concept(element.child("code"))
    return element


def _version(content: Content, asked: str | None) -> str:
    """Return the version of all resources together: what they show, else what was asked for.

    :raises DocumentError: if it is of a version that is not read, or of one that is not known.
    """
    whole = {"resourceType": "Bundle", "meta": dict(content.beside).get("/meta")}
    possible = versions_of([whole, *(entry.resource for entry in content.entries)])
    wanted = READABLE.get(asked) if asked else None
    names = " or ".join(sorted("R4 or R4B" if each == "R4B" else each for each in possible))
    if asked and wanted is None:
        message = f"FHIR {asked} is not read"
    elif not possible & set(READABLE.values()):
        message = f"FHIR {names or 'of no one version'} is not read"
    elif wanted and wanted not in possible:
        message = f"the file is of FHIR {names}, not {asked}"
        raise DocumentError((_wrong_version(content, message, "leave --fhir-version out"),))
    elif wanted or len(possible) == 1:
        return wanted or next(iter(possible))
    else:
        message = f"nothing tells whether the file is of FHIR {names}"
        raise DocumentError((_wrong_version(content, message, "give --fhir-version R4, R4B or R5"),))
    raise DocumentError((_wrong_version(content, message, "convert it to FHIR R4, R4B or R5"),))


def _wrong_version(content: Content, message: str, todo: str) -> Problem:
    return Problem(content.name, content.line, 0, "wrong-version", message, todo)


def _by_subject(content: Content) -> dict[str, list[Entry]]:
    """Return the resources by the place of their patient, by a reference into nowhere, or by nothing."""
    told: dict[str, list[Entry]] = {}
    for entry in content.entries:
        reference = content.subject(entry)
        if entry.kind == "Patient":
            continue
        patient = content.resolve(reference)
        if patient is not None:
            place = patient.pointer if patient.kind == "Patient" else ""
        else:
            place = f"?{reference}" if reference and _is_of_patient(entry, reference) else ""
        told.setdefault(place, []).append(entry)
    return told


def _is_of_patient(entry: Entry, reference: str) -> bool:
    """Tell whether a reference into nowhere is to a patient: by its type, or where it names none."""
    kind = TYPE_AND_ID.search(reference)
    return kind[1].startswith("Patient/") if kind else entry.kind in _READERS


def _unknown_patients(told: Mapping[str, list[Entry]]) -> Iterator[Problem]:
    for place, entries in told.items():
        if place.startswith("?"):
            first, todo = entries[0], "give the patient in the same bundle, or in a file beside it"
            message = f"{place[1:]} is nowhere among them; {len(entries)} resource(s) tell of it"
            yield Problem(first.file, first.line, 0, "no-patient", message, todo)


def _no_patient(content: Content) -> Problem:
    kinds = ", ".join(sorted({entry.kind for entry in content.entries})) or "there are none"
    todo = "give the folder that holds the patients and what is told of them"
    return Problem(
        content.name, content.line, 0, "no-patient", f"no Patient among its resources ({kinds})", todo
    )


def _by_id(patients: list[Entry]) -> Iterator[list[Entry]]:
    """Yield the patients of each identifier; one that stands there twice as it is, as in two files, once."""
    told: dict[str, list[Entry]] = {}
    for patient in patients:
        alike = told.setdefault(str(patient.resource.get("id") or patient.pointer), [])
        if all(patient.resource != each.resource for each in alike):
            alike.append(patient)
    yield from told.values()


def _builder(patient: Entry, options: Options) -> RecordBuilder:
    return RecordBuilder(options, str(patient.resource.get("id")))


def _case(entries: list[Entry], context: Context, version: str) -> Outcome:
    """Return the case that a patient's resources tell; the first of them is the patient."""
    wrong = next(_faults(entries, version), None)
    if wrong is not None:
        entry, place, message = wrong
        said = f"{entry.pointer}{place}: {message}"
        return Problem(entry.file, entry.line, 0, "wrong-value", said, f"see FHIR {version}")
    for entry in entries:
        if entry.kind in ("DiagnosticReport", "Observation") and not why_left(entry, context):
            context.note_panel(entry)
    for entry in sorted(entries, key=lambda each: each.kind in _LATE):
        _read(entry, context)
    return context.builder.imported()


def _faults(entries: list[Entry], version: str) -> Iterator[tuple[Entry, str, str]]:
    """Yield (resource, place, message) for what the models refuse of the resources that are read."""
    for entry in entries:
        if entry.kind in _READERS:
            for place, message in faults(entry.resource, version):
                yield entry, place, message


def _read(entry: Entry, context: Context) -> None:
    """Read one resource; what is not taken of it is told as left behind."""
    context.lose_beside(entry)
    reader = _READERS.get(entry.kind)
    if reader is None:
        context.leave(entry, "not-a-case" if entry.kind in _OTHERS else "no-place")
        return
    if why := why_left(entry, context):
        context.leave(entry, why)
        return
    element = Element(entry.resource, entry.pointer)
    for name in ("resourceType", "subject", "patient"):
        element.take(name)
    try:
        reader(element, context)
    except Left as left:
        context.leave(entry, left.reason, left.told)
    else:
        context.lose_rest(element)
