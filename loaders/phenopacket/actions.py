"""Medical actions of a phenopacket as treatments, with their doses, responses and adverse events."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from casegraph.loaders.phenopacket.values import Packet, said, term_of, timestamp
from casegraph.loaders.records import RecordBuilder
from casegraph.loaders.times import day_span
from casegraph.loaders.words import schedule_of, word_of
from casegraph.model import AdverseEvent, DoseSegment, Response, Treatment

__all__ = ["read_actions"]

#: a dosing and what it is measured in: fields of a claim.
Fields = dict[str, Any]
_COMPLETED = 2
#: In UCUM: of water or of mercury, in pascals, bars, pounds or atmospheres.
_PRESSURE = re.compile(r"[A-Za-z]{0,2}(m\[(H2O|Hg)\]|\[(psi|in_i'H2O|in_i'Hg)\]|Pa|bar|atm)")
_ENDS = ("at", "ends_at")
_STATUS = ("", "STARTED", "COMPLETED", "DISCONTINUED")
_DRUG_TYPES = ("", "PRESCRIPTION", "EHR_MEDICATION_LIST", "ADMINISTRATION_RELATED_TO_PROCEDURE")


def read_actions(packet: Packet, actions: Any) -> None:
    """Carry each medical action to the treatments of the case; one that names nothing is lost."""
    for number, each in enumerate(actions):
        path, kind = f"/medicalActions/{number}", each.WhichOneof("action")
        fields = _ACTIONS[kind](packet, each, path) if kind else None
        if fields is None:
            if kind is None:
                packet.lose(path, said(each), "required-missing")
            continue
        _keep(packet, each, path, fields)


def _keep(packet: Packet, action: Any, path: str, fields: Fields) -> None:
    builder = packet.builder
    key = builder.fragment("treatment", fields["what"], fields.get("at"))
    taken = sum(each.id == key or (each.id or "").startswith(f"{key}-no-") for each in builder.treatments)
    key = f"{key}-no-{taken + 1}" if taken else key
    reason = packet.word(
        "stopReason", action.treatment_termination_reason, f"{path}/treatmentTerminationReason"
    )
    doses = _named(key, fields.pop("doses", ()))
    fields |= {"stop_reason": reason} if reason else {}
    fields["indication"] = packet.term(action.treatment_target, f"{path}/treatmentTarget")
    fields["intent"] = packet.term(action.treatment_intent, f"{path}/treatmentIntent")
    builder.treatments.append(builder.claim(Treatment, id=key, doses=doses, **fields))
    _outcome(packet, action, path, key)


def _outcome(packet: Packet, action: Any, path: str, key: str) -> None:
    builder, here = packet.builder, f"{path}/responseToTreatment"
    direction = packet.word("direction", action.response_to_treatment, here)
    if direction:
        term = term_of(action.response_to_treatment.id, action.response_to_treatment.label)
        degree = word_of("degree", term or "")
        claim = builder.claim(Response, to=(key,), domain="overall", direction=direction, degree=degree)
        builder.responses.append(claim)
    for what in packet.terms(action.adverse_events, f"{path}/adverseEvents"):
        builder.adverse_events.append(builder.claim(AdverseEvent, what=what, during=(key,)))


# --- procedures, radiation, regimens


def _procedure(packet: Packet, action: Any, path: str) -> Fields | None:
    found, here = action.procedure, f"{path}/procedure"
    what = packet.needed(found.code, action, path)
    if what is None:
        return None
    at = packet.time(found.performed, f"{here}/performed")
    moment = found.performed.WhichOneof("element") != "interval"
    site = packet.site(found.body_site, f"{here}/bodySite")
    return {"what": what, "at": at, "ends_at": at if moment else None, "site": site}


def _radiation(packet: Packet, action: Any, path: str) -> Fields | None:
    """Return a radiation: its whole dose is in gray; its fractions are doses."""
    found, here = action.radiation_therapy, f"{path}/radiationTherapy"
    what = packet.needed(found.modality, action, path)
    if what is None:
        return None
    fields: Fields = {"what": what, "site": packet.site(found.body_site, f"{here}/bodySite")}
    if found.dosage > 0:
        fields |= {"cumulative_dose": found.dosage, "cumulative_unit": "Gy"}
    if found.fractions > 0:
        fields["doses"] = ({"doses_in_all": found.fractions},)
    for name, value in (("dosage", found.dosage), ("fractions", found.fractions)):
        if value < 0:
            packet.lose(f"{here}/{name}", str(value), "no-code")
    return fields


def _regimen(packet: Packet, action: Any, path: str) -> Fields | None:
    found, here = action.therapeutic_regimen, f"{path}/therapeuticRegimen"
    if found.HasField("external_reference"):
        what = _protocol(packet, found.external_reference, f"{here}/externalReference")
        if what is None:
            packet.lose(path, said(action), "no-code")
    else:
        what = packet.needed(found.ontology_class, action, path)
    if what is None:
        return None
    status = _STATUS[found.regimen_status] if 0 < found.regimen_status < len(_STATUS) else ""
    if found.regimen_status == _COMPLETED:
        reason = {"stop_reason": "completed"}
    else:
        packet.lose_text(f"{here}/regimenStatus", status or str(found.regimen_status or ""))
        reason = {}
    start, end = (
        packet.time(found.start_time, f"{here}/startTime"),
        packet.time(found.end_time, f"{here}/endTime"),
    )
    return {"what": what, "at": start, "ends_at": end, **reason}


def _protocol(packet: Packet, reference: Any, path: str) -> str | None:
    """Return the term of a regimen that is named by a protocol: by its identifier, else by its address."""
    by_id = term_of(reference.id, reference.description)
    what = by_id or term_of(reference.reference, reference.description or reference.id)
    if what and by_id:
        packet.lose_text(f"{path}/reference", reference.reference)
    elif what and reference.id:
        told = reference.id in reference.reference
        packet.lose(f"{path}/id", reference.id, "implied" if told else "no-code")
    return what


# --- drugs


def _drug(packet: Packet, action: Any, path: str) -> Fields | None:
    found, here = action.treatment, f"{path}/treatment"
    what = packet.needed(found.agent, action, path)
    if what is None:
        return None
    if found.drug_type:
        known = found.drug_type < len(_DRUG_TYPES)
        packet.lose(
            f"{here}/drugType", _DRUG_TYPES[found.drug_type] if known else str(found.drug_type), "no-place"
        )
    route = packet.word("route", found.route_of_administration, f"{here}/routeOfAdministration")
    doses = [
        _dose(packet, each, f"{here}/doseIntervals/{at}") for at, each in enumerate(found.dose_intervals)
    ]
    if route:
        doses = [{**each, "route": route} for each in doses] or [{"route": route}]
    whole = _amount(packet, found.cumulative_dose, f"{here}/cumulativeDose")
    if "unit_term" in whole:
        packet.lose(f"{here}/cumulativeDose", said(found.cumulative_dose), "no-place")
        whole = {}
    fields: Fields = {
        "what": what,
        "doses": tuple(each for each in doses if each),
        **_extent(doses),
    }
    if whole:
        fields |= {"cumulative_dose": whole["dose"], "cumulative_unit": whole.get("unit")}
    return fields | {name: packet.builder.times.date(fields[name]) for name in _ENDS if name in fields}


def _extent(doses: list[Fields]) -> Fields:
    """Return from when to when a drug was given, where each of its dosings says so."""
    starts, ends = (
        [each["span"][side] for each in doses if each.get(name)] for side, name in enumerate(_ENDS)
    )
    found = {"at": min(starts)} if starts and len(starts) == len(doses) else {}
    return found | ({"ends_at": max(ends)} if ends and len(ends) == len(doses) else {})


def _dose(packet: Packet, interval: Any, path: str) -> Fields:
    fields = _amount(packet, interval.quantity, f"{path}/quantity")
    schedule = packet.term(interval.schedule_frequency, f"{path}/scheduleFrequency")
    known = schedule and schedule_of(schedule)
    if schedule:
        fields["schedule"] = schedule
    if known:
        fields |= {"times": packet.number(known[0], path), "period_days": packet.number(known[1], path)}
    if interval.HasField("interval"):
        fields |= _span(packet, interval.interval, f"{path}/interval")
    return fields


def _span(packet: Packet, interval: Any, path: str) -> Fields:
    """Return from when to when a dosing was given; one that ends before it begins is lost."""
    told = [name for name in ("start", "end") if interval.HasField(name)]
    printed = {name: timestamp(getattr(interval, name)) for name in told}
    start, end = (day_span(printed.get(name, "")) for name in ("start", "end"))
    if start and end and end < start:
        packet.lose(path, said(interval), "no-time")
        return {}
    fields: Fields = {"span": (printed.get("start", ""), printed.get("end", ""))} if told else {}
    for name in told:
        field = "at" if name == "start" else "ends_at"
        fields[field] = packet.builder.times.date(printed[name])
        if fields[field] is None:
            packet.lose(f"{path}/{name}", said(interval), "no-code")
    return fields


def _amount(packet: Packet, quantity: Any, path: str) -> Fields:
    """Return an amount and its unit; a unit without an amount above 0 is lost, and so is a pressure.

    A pressure is how a device is set, as that at the end of a breath, and no amount of what is given.
    """
    if quantity.ByteSize() == 0:
        return {}
    if quantity.HasField("reference_range"):
        packet.lose(f"{path}/referenceRange", said(quantity.reference_range), "no-place")
    dose = packet.number(quantity.value, path)
    if dose <= 0:
        packet.lose(path, said(quantity), "required-missing")
        return {}
    unit = packet.unit(quantity.unit, f"{path}/unit")
    if _PRESSURE.fullmatch(unit.get("unit", "")):
        packet.lose(path, said(quantity), "no-place")
        return {}
    return {"dose": dose, **unit}


def _named(key: str, doses: tuple[Fields, ...]) -> tuple[DoseSegment, ...]:
    """Return the doses as claims; one that begins when another ends, or on the day after, follows it."""
    spans = [each.pop("span", ("", "")) for each in doses]
    claims: list[DoseSegment] = []
    for number, (each, span) in enumerate(zip(doses, spans, strict=True), start=1):
        before = [at for at in range(len(claims)) if _goes_on(spans[at], span)]
        follows = claims[before[-1]].id if before else None
        named = {"id": f"{key}-dose-{number}", "follows": follows, **each}
        claims.append(RecordBuilder.claim(DoseSegment, **named))
    return tuple(claims)


def _goes_on(before: tuple[str, str], after: tuple[str, str]) -> bool:
    first, second, end = (day_span(each) for each in (before[0], after[0], before[1]))
    if first is None or second is None or end is None or second[0] <= first[0]:
        return False
    return timedelta(0) <= second[0] - end[0] <= timedelta(days=1)


_ACTIONS: Mapping[str, Callable[[Packet, Any, str], Fields | None]] = MappingProxyType(
    {
        "procedure": _procedure,
        "treatment": _drug,
        "radiation_therapy": _radiation,
        "therapeutic_regimen": _regimen,
    }
)
