"""Patients, conditions, allergies and adverse events of FHIR as what a case says of its patient."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from casegraph.loaders.fhir.codes import concept, event_of
from casegraph.loaders.fhir.context import Context
from casegraph.loaders.fhir.element import Element, Left
from casegraph.loaders.tables import rows_of
from casegraph.model import AdverseEvent, Course, Diagnosis, Finding

__all__ = ["is_finding", "read_adverse_event", "read_allergy", "read_condition", "read_patient"]

_SEXES = ("female", "male", "other", "unknown")
#: How sure a condition is -> the list of diagnoses, and the list of findings, that it goes into.
_STANDINGS = {
    None: ("final", "present"),
    "confirmed": ("final", "present"),
    "provisional": ("working", "indeterminate"),
    "differential": ("considered", "indeterminate"),
    "unconfirmed": ("considered", "indeterminate"),
    "refuted": ("excluded", "absent"),
}
#: Clinical status of a condition -> the turn of the disease that it tells of.
_TURNS = {"remission": "remission", "relapse": "relapse", "recurrence": "relapse"}
#: The fewest letters of a name, and the fewest characters of a number, that are looked for in texts.
_NAME, _NUMBER = 3, 5
#: Left of a patient because it tells nothing of who it is.
_HARMLESS = ("meta", "active", "multipleBirthBoolean", "multipleBirthInteger", "deceasedBoolean")


def read_patient(element: Element, context: Context) -> None:
    """Read sex, birth date, death, and with ``keep_identifiers`` the name; the rest tells who it is."""
    builder, keep = context.builder, context.builder.options.keep_identifiers
    builder.identifying = identifying(element.value)
    element.take("id")
    if element.peek("gender") in _SEXES:
        builder.sex = element.take("gender")
    birth = element.peek("birthDate")
    if isinstance(birth, str) and builder.times.birth_date(birth, keep=keep) and keep:
        element.take("birthDate")
    name = element.child("name")
    if keep and name is not None and (label := _full_name(name)):
        builder.label = label
    if died := context.day(element, "deceasedDateTime"):
        builder.course.append(builder.claim(Course, kind="death", at=died))
    elif element.peek("deceasedBoolean") is True:
        element.take("deceasedBoolean")
        builder.course.append(builder.claim(Course, kind="death"))
    for place, value in element.rest():
        harmless = place.removeprefix(element.pointer).split("/")[1] in _HARMLESS
        reason = "no-place" if harmless or keep else "identifier"
        builder.lose(place, value if harmless else "", reason)
    element.take_all()


def identifying(patient: Mapping[str, Any]) -> re.Pattern[str] | None:
    """Return what finds a part of the patient's names, an identifier or a telephone number in a text.

    Initials and names of two letters are no such part: they are found in any text. Nor is the ``id``, by
    which the case is called. None without any.

    >>> named = [{"given": ["Ada", "B."], "family": "Quill"}]
    >>> found = identifying({"name": named, "identifier": [{"value": "MRN998877"}]})
    >>> [bool(found.search(each)) for each in ("Dr QUILL", "Adalimumab", "see mrn998877.")]
    [True, False, True]
    """
    said = [text for name in patient.get("name", ()) for text in _texts(name)]
    words = {word for text in said for word in re.findall(r"\w[\w'-]*\w", text) if len(word) >= _NAME}
    numbers = (each.get("value") for name in ("identifier", "telecom") for each in patient.get(name, ()))
    own = {str(each).strip() for each in numbers if each} - {patient.get("id")}
    words |= {each for each in own if len(each) >= _NUMBER}
    if not words:
        return None
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(words)))})(?!\w)", re.IGNORECASE)


def _texts(name: Mapping[str, Any]) -> Iterator[str]:
    for part in ("text", "family", "given"):
        told = name.get(part) or ()
        yield from (each for each in ((told,) if isinstance(told, str) else told) if isinstance(each, str))


def _full_name(name: Element) -> str | None:
    """Take a name, as its own text or put together of its parts."""
    given = [each for each in name.peek("given") or () if isinstance(each, str)]
    label = name.peek("text") or " ".join(filter(None, (*given, name.peek("family"))))
    if label:
        name.take("text")
        name.take("given")
        name.take("family")
    return label or None


def is_finding(term: str) -> bool:
    """Tell whether a condition is a finding and no diagnosis, by its term alone.

    It is one if its term is of HPO, or is one of SNOMED CT whose fully specified name ends in its semantic
    tag *(finding)*.

    >>> is_finding("SNOMEDCT:160903007 Full-time employment (finding)")
    True
    >>> is_finding("SNOMEDCT:40055000 Chronic sinusitis (disorder)")
    False
    """
    return term.startswith("HP:") or (term.startswith("SNOMEDCT:") and term.endswith("(finding)"))


def read_condition(element: Element, context: Context) -> None:
    """Read a condition, as a diagnosis or a finding, in the list that its verification status names.

    :raises Left: if it was entered in error, or has no code.
    """
    verification = _status(element, "verificationStatus")
    if verification == "entered-in-error":
        raise Left(verification)
    what = event_of(element.child("code"))
    if verification not in _STANDINGS:
        raise Left("unmapped-code")
    diagnosed, found = _STANDINGS[verification]
    own = context.own(element)
    if verification == "unconfirmed":
        context.builder.lose(f"{element.pointer}/verificationStatus", verification, "not-exact")
    if is_finding(what) and not any(name.endswith("Diagnosis") for name in own):
        _add_finding(element, what, found, context)
    else:
        _add_diagnosis(element, what, diagnosed, context, own)


def _status(element: Element, name: str) -> str | None:
    """Take a status that is a CodeableConcept, and return its code."""
    for coding in (each for status in element.each(name) for each in status.each("coding")):
        code = coding.peek("code")
        if isinstance(code, str):
            coding.take("system")
            coding.take("code")
            return code
    return None


def _add_finding(element: Element, what: str, standing: str, context: Context) -> None:
    severity = context.word(element, "severity", "severity")
    began, resolved = context.moment(element, "onset"), context.moment(element, "abatement")
    if began is None and resolved is None:  # it may be over when it is recorded
        began = context.day(element, "recordedDate") or context.encounter_time(element)
    if resolved and _clinical_status(element) == "resolved":
        element.take("clinicalStatus")
    claim = context.builder.claim(
        Finding,
        what=what,
        at=began,
        resolved_at=resolved,
        site=_sites(element),
        severity=severity,
    )
    getattr(context.builder, standing).append(claim)


def _add_diagnosis(
    element: Element, what: str, standing: str, context: Context, own: tuple[str, ...]
) -> None:
    builder = context.builder
    onset, resolved = context.moment(element, "onset"), context.moment(element, "abatement")
    made = context.day(element, "recordedDate")
    if made is None and onset is None:
        made = context.encounter_time(element)
    stages = (concept(each.child("summary")) for each in element.each("stage"))
    key = context.key(element.pointer, "diagnosis", what, made or onset)
    claim = builder.claim(
        Diagnosis,
        id=key,
        what=what,
        at=made,
        onset_at=onset,
        resolved_at=resolved,
        stage=tuple(filter(None, stages)),
        site=_sites(element),
        **context.basis(own),
    )
    getattr(builder, standing).append(claim)
    status = _clinical_status(element)
    if status in _TURNS:
        element.take("clinicalStatus")
        builder.course.append(builder.claim(Course, kind=_TURNS[status], concerns=(key,)))
    elif status == "resolved" and resolved:
        element.take("clinicalStatus")


def _clinical_status(element: Element) -> str | None:
    status = element.child("clinicalStatus")
    return _status(Element({"status": status.value}, ""), "status") if status else None


def _sites(element: Element) -> tuple[str, ...]:
    return tuple(filter(None, map(concept, element.each("bodySite"))))


def read_allergy(element: Element, context: Context) -> None:
    """Read an allergy whose code is the allergy itself; a substance that one is allergic to has no place.

    :raises Left: if it was entered in error, or is told by the substance.
    """
    verification = _status(element, "verificationStatus")
    if verification == "entered-in-error":
        raise Left(verification)
    what = event_of(element.child("code"))
    if not _is_allergy(what):
        raise Left("no-place")
    standing = _STANDINGS.get(verification, (None, None))[1]
    if standing is None:
        raise Left("unmapped-code")
    at = context.moment(element, "onset") or context.day(element, "recordedDate")
    getattr(context.builder, standing).append(context.builder.claim(Finding, what=what, at=at))


def _is_allergy(what: str) -> bool:
    """Tell whether a term is of an allergy: by its label, or by its code where a table has it.

    >>> _is_allergy("SNOMEDCT:91935009 Peanut allergy"), _is_allergy("RXNORM:723 amoxicillin")
    (True, False)
    """
    disorder = what.startswith("SNOMEDCT:") and what.endswith("(disorder)")
    known = (row["code"] for row in rows_of("fhir_allergies.tsv"))
    return is_finding(what) or disorder or what.partition(" ")[0] in known


def read_adverse_event(element: Element, context: Context) -> None:
    """Read an adverse event that happened, and the treatments that are suspected.

    :raises Left: if it only might have happened, was entered in error, or has no code.
    """
    if element.peek("status") == "entered-in-error":
        raise Left("entered-in-error")
    if element.take("actuality") != "actual":
        raise Left("no-place")
    what = event_of(element.child("event", "code"))
    suspects = (each.child("instance", "instanceReference") for each in element.each("suspectEntity"))
    during = (context.pointed_key(each) for each in suspects if each is not None)
    at = context.day(element, "date", "occurrenceDateTime", "detected")
    context.builder.adverse_events.append(
        context.builder.claim(
            AdverseEvent,
            what=what,
            at=at,
            during=tuple(filter(None, during)),
            severity=context.word(element, "severity", "severity"),
            **context.basis(context.own(element)),
        )
    )
