"""Medications and procedures of FHIR as treatments: what was given, or ordered to be given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from casegraph.loaders.fhir.codes import concept, event, event_of, number, seen, ucum_quantity
from casegraph.loaders.fhir.context import Context
from casegraph.loaders.fhir.element import Element, Left
from casegraph.loaders.fhir.procedures import INTENT, is_treatment
from casegraph.loaders.tables import rows_of
from casegraph.loaders.words import schedule_of
from casegraph.model import DoseSegment, Treatment

__all__ = ["is_rate", "read_medication", "read_procedure"]

#: type of a resource -> the statuses in which the drug was taken, given or ordered for certain.
_GIVEN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "MedicationStatement": ("active", "completed", "stopped", "on-hold", "recorded"),
        "MedicationAdministration": ("in-progress", "completed", "stopped", "on-hold"),
        "MedicationRequest": ("active", "completed", "stopped", "on-hold", "ended"),
        "Procedure": ("in-progress", "completed", "stopped"),
    }
)
#: What an order may be of; a proposal, a plan or an option is none yet.
_ORDERS = ("order", "original-order", "reflex-order", "filler-order", "instance-order")
_DAYS = {"d": 1.0, "wk": 7.0}
_HOURS_A_DAY = 24
_PER_TIME = re.compile(r"/(min|h|d|wk|mo|a)$")


def read_medication(element: Element, context: Context) -> None:
    """Read a statement, an administration or a request of a drug; a request is a treatment that is implied.

    :raises Left: if it was not given, only planned, entered in error, or the drug has no code.
    """
    requested = element.peek("resourceType") == "MedicationRequest"
    own = {"basis": "implied"} if requested else {}
    own |= _check_given(element, context)
    what = _drug(element, context)
    doses = _doses(element, context, own)
    if requested:
        start, end = context.day(element, "authoredOn"), None
        began = next((each.at for each in doses if each.at), None)
        if began and start:
            element.taken.discard(f"{element.pointer}/authoredOn")
            start = began
    else:
        start, end = context.span(
            element, "effectiveDateTime", "effectivePeriod", "occurenceDateTime", "occurencePeriod"
        )
        if element.peek("resourceType") == "MedicationAdministration":
            end = end or _instant(element, start)
    _add(element, context, what, (start, end), doses=doses, **own)


def read_procedure(element: Element, context: Context) -> None:
    """Read a procedure that is known to treat the patient, or that casegraph wrote, as a treatment.

    An examination has a place only with its result, which an observation tells.

    :raises Left: if it was not done, entered in error, has no code, or is not known to treat.
    """
    own = _check_given(element, context)
    what = event_of(element.child("code"))
    if not own and not is_treatment(element, what):
        raise Left("no-place")
    start, end = context.span(
        element, "performedDateTime", "performedPeriod", "occurrenceDateTime", "occurrencePeriod"
    )
    if start is None and end is None:
        start = context.moment(element, "performed") or context.encounter_time(element)
    _add(element, context, what, (start, end or _instant(element, start)), doses=(), **own)


def _instant(element: Element, start: str | None) -> str | None:
    """Return the start as the end of what was done and is told at a time, not over a period."""
    period = any(name.endswith("Period") for name in element.value)
    return start if element.peek("status") in ("completed", "stopped") and not period else None


def _check_given(element: Element, context: Context) -> dict[str, str]:
    """Take the status and the basis, and leave the resource unless what it tells of was given.

    What casegraph wrote is of a treatment that was given, if it is not known until when.

    :raises Left: if it was not.
    """
    status, kind = element.peek("status"), str(element.peek("resourceType"))
    if status == "entered-in-error":
        raise Left("entered-in-error")
    unsure = element.peek("doNotPerform") or not _is_adhered_to(element)
    ordered = kind != "MedicationRequest" or element.take("intent") in _ORDERS
    basis = context.basis(context.own(element))
    given = status in _GIVEN[kind] or (status == "unknown" and basis)
    if not given or unsure or not ordered:
        raise Left("no-place")
    if status == "recorded":
        element.take("status")
    return basis


def _is_adhered_to(element: Element) -> bool:
    """Tell whether a drug was given by what is told of its adherence, where anything is.

    :raises Left: if that is of a code that is not known.
    """
    if not element.has("adherence"):
        return True
    adherence = element.child("adherence")
    term = seen(adherence.child("code")) if adherence is not None else None
    rows = rows_of("fhir_adherence.tsv")
    says = next((row["says"] for row in rows if term and row["code"] == term.partition(" ")[0]), None)
    if says is None:
        raise Left("unmapped-code" if term else "no-code")
    return says == "given"


def _drug(element: Element, context: Context) -> str:
    """Take the drug: a concept in place, or that of the medication that is referred to.

    :raises Left: if it has no code, or several.
    """
    in_place = element.child("medicationCodeableConcept")
    medication = element.child("medication")
    if in_place is None and medication is not None:
        in_place = medication.child("concept")
    referred = context.code_behind(element, ("medicationReference", "medication"), "code")
    return event(referred) if referred else event_of(in_place)


def _add(
    element: Element,
    context: Context,
    what: str,
    span: tuple[str | None, str | None],
    **told: Any,
) -> None:
    start, end = span
    if end and element.peek("status") == "completed":
        element.take("status")
    claim = context.builder.claim(
        Treatment,
        id=context.key(element.pointer, "treatment", what, start),
        what=what,
        at=start,
        ends_at=end,
        stop_reason=context.word(element, "statusReason", "stopReason"),
        indication=_indication(element, context),
        intent=_intent(element),
        site=tuple(filter(None, map(concept, element.each("bodySite")))),
        **told,
    )
    context.builder.treatments.append(claim)


def _indication(element: Element, context: Context) -> str | None:
    """Take the first reason that has a code, in place or of the condition that is referred to."""
    for reason in element.each("reasonCode", "reason"):
        if found := concept(reason):
            return found
    return context.code_behind(element, ("reasonReference", "reason"), "code")


def _intent(element: Element) -> str | None:
    for extension in element.each("extension"):
        if extension.peek("url") == INTENT and (found := concept(extension.child("valueCodeableConcept"))):
            extension.take("url")
            return found
    return None


def _doses(element: Element, context: Context, basis: Mapping[str, str]) -> tuple[DoseSegment, ...]:
    """Read the dosages that tell a dose, a frequency or a route, on the basis of their treatment."""
    made = (_dose(each, context, basis) for each in element.each("dosage", "dosageInstruction"))
    return tuple(each for each in made if each is not None)


def _dose(dosage: Element, context: Context, basis: Mapping[str, str]) -> DoseSegment | None:
    told: dict[str, Any] = _amount(dosage)
    timing = dosage.child("timing")
    repeat = timing.child("repeat") if timing else None
    if repeat is not None:
        told |= _frequency(repeat)
        bounds = repeat.child("boundsPeriod")
        if bounds is not None:
            told |= {"at": context.day(bounds, "start"), "ends_at": context.day(bounds, "end")}
    if timing is not None:
        told |= _schedule(timing, told)
    told["route"] = context.word(dosage, "route", "route")
    said = {name: value for name, value in told.items() if value is not None}
    return context.builder.claim(DoseSegment, **said, **basis) if said else None


def _amount(dosage: Element) -> dict[str, Any]:
    """Take the amount of one dose, or its bounds; a rate only where no dose is told."""
    for rate in dosage.each("doseAndRate") or [dosage]:
        dose, span = rate.child("doseQuantity", "dose"), rate.child("doseRange")
        if dose is None and span is None:
            dose, span = rate.child("rateQuantity"), rate.child("rateRange")
            if _is_other_rate(dose, span):
                continue
        if dose is not None and (number(dose.peek("value")) or 0) > 0 and (one := ucum_quantity(dose)):
            return {"dose": one[0]} | _unit(one[1])
        if span is not None and (both := _bounds(span)):
            return both
    return {}


def is_rate(unit: str) -> bool:
    """Tell whether a UCUM unit is per time, so that FHIR has it as a rate.

    >>> is_rate("mg/kg/d"), is_rate("mg/m2")
    (True, False)
    """
    return _PER_TIME.search(unit) is not None


def _is_other_rate(rate: Element | None, span: Element | None) -> bool:
    """Tell whether what stands as a rate is of a unit that is not per time, so that it may mean anything."""
    parts = [rate, *((span.child("low"), span.child("high")) if span else ())]
    return not all(is_rate(str(each.peek("code"))) for each in parts if each is not None)


def _bounds(span: Element) -> dict[str, Any]:
    low, high = span.child("low"), span.child("high")
    units = {each.peek("code") for each in (low, high) if each is not None}
    if len(units) != 1:
        return {}
    found = {"dose_min": ucum_quantity(low), "dose_max": ucum_quantity(high)}
    told: dict[str, Any] = {name: each[0] for name, each in found.items() if each is not None}
    units_said = [each[1] for each in found.values() if each is not None]
    return told | _unit(units_said[0]) if told else {}


def _unit(unit: str | None) -> dict[str, Any]:
    return {"unit": unit} if unit else {"unit_missing": "notStated"}


def _frequency(repeat: Element) -> dict[str, Any]:
    """Take how many doses are given in how many days, where both are exact, and how many in all."""
    told: dict[str, Any] = {}
    count, often, period = (number(repeat.peek(name)) for name in ("count", "frequency", "period"))
    if count is not None and not repeat.has("countMax"):
        told["doses_in_all"] = repeat.take("count")
    bounded = repeat.has("frequencyMax") or repeat.has("periodMax")
    span = None if period is None else _in_days(often or 1, period, repeat.peek("periodUnit"))
    if span is not None and not bounded:
        for name in ("frequency", "period", "periodUnit"):
            repeat.take(name)
        told |= {"times": span[0], "period_days": span[1]}
    return told


def _in_days(often: float, period: float, unit: str | None) -> tuple[float, float] | None:
    """Return (doses, days) of a frequency; None where the days are not exact.

    >>> _in_days(1, 8, "h"), _in_days(2, 1, "d"), _in_days(1, 1, "mo")
    ((3, 1), (2, 1), None)
    """
    if unit == "h" and period > 0 and _HOURS_A_DAY % period == 0:
        return _whole(often * _HOURS_A_DAY / period), 1
    return (_whole(often), _whole(period * _DAYS[unit])) if unit in _DAYS else None


def _whole(value: float) -> float:
    return int(value) if value == int(value) else value


def _schedule(timing: Element, told: Mapping[str, Any]) -> dict[str, Any]:
    """Take the code of a frequency: as doses in days where a table knows it, else as a term.

    :param told: the dose so far; where it has another frequency, a code that a table knows is left.
    """
    term = seen(timing.child("code"))
    found = schedule_of(term) if term else None
    known = (told["times"], told["period_days"]) if "times" in told else found
    if term is None or (found and found != known):
        return {}
    concept(timing.child("code"))
    return {"times": found[0], "period_days": found[1]} if found else {"schedule": term}
