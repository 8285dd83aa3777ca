"""Tells which patients of FHIR cannot be cases, and which resources say nothing that may be read."""

from __future__ import annotations

from casegraph.errors import Problem
from casegraph.loaders.fhir.bundle import Entry
from casegraph.loaders.fhir.context import Context
from casegraph.loaders.fhir.element import Element

__all__ = ["unfit", "why_left"]


def unfit(patient: Entry, alike: list[Entry]) -> Problem | None:
    """Return why a patient cannot be a case: modified, deleted, without an identifier, or with another's.

    :param alike: all patients with its identifier.
    """
    own, file, line = patient.resource.get("id"), patient.file, patient.line
    if patient.is_modified:
        message = f"{patient.pointer} has a modifierExtension, which may change what all of it means"
        return Problem(file, line, 0, "wrong-value", message, "take it out if the patient is one without it")
    if patient.is_deleted:
        message = f"{patient.pointer} is a patient whom the bundle deletes"
        return Problem(file, line, 0, "no-patient", message, "take out what is deleted")
    if not isinstance(own, str) or not own:
        message = f"{patient.pointer} is a patient without an id"
        return Problem(file, line, 0, "missing-key", message, "give it an id, which names its case")
    if len(alike) > 1:
        message = f"different patients have the id {own}, and whose the resources are is not known"
        return Problem(file, line, 0, "same-case", message, "give each its own id")
    return None


def why_left(entry: Entry, context: Context) -> str | None:
    """Return why a resource is left before it is read; None for one that states something of its patient.

    What is deleted is stated no more. FHIR forbids to process what has a modifier extension that is not
    understood, and none is here. What has a focus is of that: of the patient only if it is the patient or, as
    mCODE has it, one of the patient's conditions.
    """
    if entry.is_modified or entry.is_deleted:
        return "no-place"
    element = Element(entry.resource, entry.pointer)
    owned = all(_is_own(context.target(each, element), context) for each in element.each("focus"))
    return None if owned else "not-a-case"


def _is_own(focus: Entry | None, context: Context) -> bool:
    """Tell whether a resource is the patient, or a condition of the patient."""
    if focus is None or focus.kind not in ("Patient", "Condition"):
        return False
    subject = context.content.resolve(context.content.subject(focus))
    patient = focus if focus.kind == "Patient" else subject
    return (
        patient is not None
        and patient.kind == "Patient"
        and patient.resource.get("id") == context.builder.record_id
    )
