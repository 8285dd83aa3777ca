"""Treatments as FHIR resources: a drug as a MedicationStatement with its dosages, the rest as a Procedure."""

from __future__ import annotations

from casegraph.export.claims import kind_of_treatment
from casegraph.export.fhir.claims import coded_word
from casegraph.export.fhir.parts import Json, Writing, codeable, own, quantity
from casegraph.loaders.fhir.procedures import INTENT
from casegraph.loaders.fhir.treatments import is_rate
from casegraph.model import DoseSegment, Treatment

__all__ = ["write_treatment"]

_CARRIED = ("what", "at", "ends_at", "ongoing_at", "stop_reason", "indication", "intent")
_DOSE_FIELDS = (
    "at",
    "ends_at",
    "dose",
    "dose_min",
    "dose_max",
    "unit",
    "unit_term",
    "unit_missing",
    "times",
    "period_days",
    "schedule",
    "doses_in_all",
    "route",
)


def is_procedure(treatment: Treatment) -> bool | None:
    """Tell whether a treatment is a procedure and not of a drug; None where nothing tells which it is.

    What is of SNOMED CT, has no dose and is not called a substance is one.

    >>> is_procedure(Treatment(what="SNOMEDCT:288086009 Suture open wound"))
    True
    >>> is_procedure(Treatment(what="CHEBI:8382 prednisone"))
    False
    >>> is_procedure(Treatment(what="NCIT:C15329 Surgical Procedure")) is None
    True
    """
    kind = kind_of_treatment(treatment)
    if kind is None and treatment.what.startswith("SNOMEDCT:"):
        return True
    return None if kind is None else kind != "drug"


def write_treatment(writing: Writing, path: str, treatment: Treatment) -> str | None:
    """Write a treatment, and return the reference to it; its status says no more than is known of its end.

    One of which nothing tells whether it is of a drug or a procedure is left out: None.
    """
    procedure = is_procedure(treatment)
    if procedure is None:
        writing.lose_whole(path, treatment, "required-missing")
        return None
    category = {"coding": [own(treatment.basis)]}
    code = codeable(treatment.what)
    stem = "performed" if procedure else "effective"
    resource: Json = {
        "resourceType": "Procedure" if procedure else "MedicationStatement",
        "status": _status(treatment, procedure),
        "category": category,
        ("code" if procedure else "medicationCodeableConcept"): code,
        "subject": writing.subject,
        **_span(writing, path, treatment, stem),
    }
    if treatment.stop_reason:
        reason = coded_word("stopReason", treatment.stop_reason)
        resource["statusReason"] = reason if procedure else [reason]
    if treatment.indication:
        resource["reasonCode"] = [codeable(treatment.indication)]
    if treatment.intent:
        resource["extension"] = [{"url": INTENT, "valueCodeableConcept": codeable(treatment.intent)}]
    if procedure and treatment.site:
        resource["bodySite"] = [codeable(each) for each in treatment.site]
    if doses := () if procedure else _dosages(writing, path, treatment):
        resource["dosage"] = doses
    if treatment.ongoing_at:
        writing.lose(f"{path}/ongoing_at", treatment.ongoing_at, "not-exact")
    writing.lose_rest(path, treatment, (*_CARRIED, "site" if procedure else "doses"))
    return writing.add(path, resource)


def _span(writing: Writing, path: str, treatment: Treatment, stem: str) -> Json:
    """Return when a treatment was given; a procedure may have an age, and may be of a moment."""
    end = treatment.ends_at
    if stem == "performed" and end and end == treatment.at:
        end = None
        if treatment.end_basis not in (None, "stated"):
            writing.lose(f"{path}/ends_at", treatment.at, "not-exact")
    if stem == "performed" and not end and not writing.date(treatment.at):
        told = writing.when(f"{path}/at", treatment.at, stem, ("Age", "Range"))
        if treatment.ends_at and not told:
            writing.lose_time(f"{path}/ends_at", treatment.ends_at)
        return told
    span = writing.span(path, (treatment.at, end), ("at", "ends_at"))
    return {f"{stem}{form}": value for form, value in span.items()}


def _status(treatment: Treatment, procedure: bool) -> str:
    """Return the status; one of a moment that is stopped would have ended then."""
    if treatment.stop_reason not in (None, "completed") and (treatment.ends_at or not procedure):
        return "stopped"
    if treatment.ends_at:
        return "completed" if treatment.end_basis in (None, "stated") else "unknown"
    if treatment.ongoing_at:
        return "in-progress" if procedure else "active"
    return "unknown"


def _dosages(writing: Writing, path: str, treatment: Treatment) -> list[Json]:
    _lose_basis(writing, path, treatment)
    found = [_dosage(writing, f"{path}/doses/{at}", each) for at, each in enumerate(treatment.doses)]
    return [each for each in found if each]


def _dosage(writing: Writing, path: str, dose: DoseSegment) -> Json:
    found: Json = {}
    if text := _text(dose):
        found["text"] = text
    if timing := _timing(writing, path, dose):
        found["timing"] = timing
    if dose.route:
        found["route"] = coded_word("route", dose.route)
    if amount := _amount(dose):
        found["doseAndRate"] = [amount]
    else:
        _lose_unit(writing, path, dose)
    misprinted = dose.repaired_from is not None
    writing.lose_rest(path, dose, _DOSE_FIELDS if misprinted else (*_DOSE_FIELDS, "printed"))
    return found


def _text(dose: DoseSegment) -> str | None:
    """Return what was printed; where that was repaired or is none, the stated taper in words, else nothing.

    >>> taper = DoseSegment(dose_from=50, dose_to=30, dose_step=5, step_days=7, unit="mg/d")
    >>> _text(taper)
    'from 50 to 30 mg/d, by 5 mg/d every 7 days'
    """
    if dose.printed and dose.repaired_from is None:
        return dose.printed
    unit = f" {dose.unit}" if dose.unit else ""
    if dose.dose_from is None or dose.dose_to is None or dose.basis != "stated":
        return None
    text = f"from {dose.dose_from:g} to {dose.dose_to:g}{unit}"
    if dose.dose_step is None or dose.step_days is None:
        return text
    return f"{text}, by {dose.dose_step:g}{unit} every {dose.step_days:g} days"


def _lose_basis(writing: Writing, path: str, treatment: Treatment) -> None:
    """Note the basis of the doses that have another one than their treatment, whose basis is written."""
    for at, dose in enumerate(treatment.doses):
        if dose.basis != treatment.basis:
            writing.lose(f"{path}/doses/{at}/basis", dose.basis, "no-place")


def _lose_unit(writing: Writing, path: str, dose: DoseSegment) -> None:
    """Note the unit of a dosing that has no single amount, such as a taper."""
    for name in ("unit", "unit_term"):
        if getattr(dose, name) is not None:
            writing.lose(f"{path}/{name}", getattr(dose, name), "no-place")


def _amount(dose: DoseSegment) -> Json:
    """Return a dose, or its bounds; what is per time is a rate in FHIR."""
    name = "rate" if dose.unit and is_rate(dose.unit) else "dose"
    if dose.dose is not None:
        return {f"{name}Quantity": quantity(dose.dose, dose.unit, dose.unit_term)}
    bounds = {"low": dose.dose_min, "high": dose.dose_max}
    told = {
        each: quantity(value, dose.unit, dose.unit_term)
        for each, value in bounds.items()
        if value is not None
    }
    return {f"{name}Range": told} if told else {}


def _timing(writing: Writing, path: str, dose: DoseSegment) -> Json:
    repeat: Json = {}
    span = writing.span(path, (dose.at, dose.ends_at), ("at", "ends_at"))
    if "DateTime" in span:
        repeat["boundsPeriod"] = {"start": span["DateTime"]}
    elif span:
        repeat["boundsPeriod"] = span["Period"]
    if dose.doses_in_all:
        repeat["count"] = dose.doses_in_all
    if dose.times is not None and dose.period_days is not None:
        if dose.times == int(dose.times):
            repeat |= {"frequency": int(dose.times), "period": dose.period_days, "periodUnit": "d"}
        else:
            writing.lose(f"{path}/times", dose.times, "no-place")
    found: Json = {"repeat": repeat} if repeat else {}
    return found | ({"code": codeable(dose.schedule)} if dose.schedule else {})
