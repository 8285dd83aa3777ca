"""Treatments as FHIR resources: a drug as a MedicationStatement with its dosages, the rest as a Procedure."""

from __future__ import annotations

from casegraph.export.fhir.claims import coded_word
from casegraph.export.fhir.parts import Json, Writing, codeable, own, quantity
from casegraph.loaders.fhir.procedures import INTENT
from casegraph.loaders.fhir.treatments import is_rate
from casegraph.model import DoseSegment, Treatment

__all__ = ["write_treatment"]

_SUBSTANCES = ("(substance)", "(product)", "(medicinal product)", "(clinical drug)")
_CARRIED = ("what", "at", "ends_at", "ongoing_at", "stop_reason", "indication", "intent", "doses")
_DOSE_FIELDS = (
    "at",
    "ends_at",
    "dose",
    "dose_min",
    "dose_max",
    "unit",
    "unit_term",
    "unit_missing",
    "printed",
    "times",
    "period_days",
    "schedule",
    "doses_in_all",
    "route",
)


def is_procedure(treatment: Treatment) -> bool:
    """Tell whether a treatment is a procedure: of MAXO, or of SNOMED CT and no substance.

    >>> is_procedure(Treatment(what="SNOMEDCT:288086009 Suture open wound"))
    True
    >>> is_procedure(Treatment(what="CHEBI:8382 prednisone"))
    False
    """
    of_snomed = treatment.what.startswith("SNOMEDCT:") and not treatment.what.endswith(_SUBSTANCES)
    return not treatment.doses and (of_snomed or treatment.what.startswith("MAXO:"))


def write_treatment(writing: Writing, path: str, treatment: Treatment) -> str:
    """Write a treatment, and return the reference to it; its status says no more than is known of its end."""
    procedure = is_procedure(treatment)
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
    doses = [_dosage(writing, f"{path}/doses/{at}", each) for at, each in enumerate(treatment.doses)]
    if any(doses):
        resource["dosage"] = [each for each in doses if each]
    if treatment.ongoing_at:
        writing.lose(f"{path}/ongoing_at", treatment.ongoing_at, "not-exact")
    writing.lose_rest(path, treatment, (*_CARRIED, "site") if procedure else _CARRIED)
    return writing.add(path, resource)


def _span(writing: Writing, path: str, treatment: Treatment, stem: str) -> Json:
    """Return when a treatment was given; a procedure may have an age in place of a date."""
    if stem == "performed" and not treatment.ends_at and not writing.date(treatment.at):
        return writing.when(f"{path}/at", treatment.at, stem, ("Age", "Range"))
    span = writing.span(path, (treatment.at, treatment.ends_at), ("at", "ends_at"))
    return {f"{stem}{form}": value for form, value in span.items()}


def _status(treatment: Treatment, procedure: bool) -> str:
    if treatment.stop_reason and treatment.stop_reason != "completed":
        return "stopped"
    if treatment.ends_at:
        return "completed"
    if treatment.ongoing_at:
        return "in-progress" if procedure else "active"
    return "unknown"


def _dosage(writing: Writing, path: str, dose: DoseSegment) -> Json:
    found: Json = {}
    if dose.printed:
        found["text"] = dose.printed
    if timing := _timing(writing, path, dose):
        found["timing"] = timing
    if dose.route:
        found["route"] = coded_word("route", dose.route)
    if amount := _amount(dose):
        found["doseAndRate"] = [amount]
    else:
        _lose_unit(writing, path, dose)
    if dose.basis != "stated":
        writing.lose(f"{path}/basis", dose.basis, "no-place")
    writing.lose_rest(path, dose, _DOSE_FIELDS)
    return found


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
