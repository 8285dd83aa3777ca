"""Measurements of a phenopacket as test results: a quantity, a result in words, or a panel of quantities."""

from __future__ import annotations

from typing import Any

from casegraph.loaders.phenopacket.values import Packet, said, same_unit
from casegraph.model import TestResult

__all__ = ["read_measurements"]


def read_measurements(packet: Packet, measurements: Any) -> None:
    """Carry each measurement to the tests of the case; one without a value is lost."""
    for number, each in enumerate(measurements):
        path = f"/measurements/{number}"
        what = packet.needed(each.assay, each, path)
        if what is None:
            continue
        if not _has_value(each):
            packet.lose(path, said(each), "required-missing")
            continue
        shared = _shared(packet, each, path)
        if each.HasField("complex_value"):
            _panel(packet, each.complex_value, path, {**shared, "component_of": what})
        else:
            value = _value(packet, each.value, f"{path}/value")
            packet.builder.tests.append(packet.builder.claim(TestResult, what=what, **shared, **value))


def _has_value(measurement: Any) -> bool:
    kind = measurement.WhichOneof("measurement_value")
    if kind == "complex_value":
        return bool(measurement.complex_value.typed_quantities)
    value = measurement.value
    named = value.WhichOneof("value")
    return named is not None and getattr(value, named).ByteSize() > 0


def _shared(packet: Packet, measurement: Any, path: str) -> dict[str, Any]:
    """Return what all values of a measurement have in common."""
    procedure, here = measurement.procedure, f"{path}/procedure"
    if procedure.HasField("performed"):
        same = procedure.performed == measurement.time_observed
        packet.lose(f"{here}/performed", said(procedure.performed), "implied" if same else "no-place")
    return {
        "at": packet.time(measurement.time_observed, f"{path}/timeObserved"),
        "method": packet.term(procedure.code, f"{here}/code"),
        "site": packet.site(procedure.body_site, f"{here}/bodySite"),
        "gist": measurement.description or None,
    }


def _panel(packet: Packet, panel: Any, path: str, shared: dict[str, Any]) -> None:
    for number, each in enumerate(panel.typed_quantities):
        here = f"{path}/complexValue/typedQuantities/{number}"
        what = packet.needed(each.type, each, here)
        if what is None:
            continue
        if each.quantity.ByteSize() == 0:
            packet.lose(here, said(each), "required-missing")
            continue
        quantity = _quantity(packet, each.quantity, f"{here}/quantity")
        packet.builder.tests.append(packet.builder.claim(TestResult, what=what, **shared, **quantity))


def _value(packet: Packet, value: Any, path: str) -> dict[str, Any]:
    if value.HasField("quantity"):
        return _quantity(packet, value.quantity, f"{path}/quantity")
    here = f"{path}/ontologyClass"
    term = packet.term(value.ontology_class, here)
    word = term and packet.word_of("result", term, here)
    return {"result": word} if word else {"result_term": term}


def _quantity(packet: Packet, quantity: Any, path: str) -> dict[str, Any]:
    """Return value, unit and range; a quantity without its value has that of protobuf, which is 0."""
    fields: dict[str, Any] = {"value": packet.number(quantity.value, path)}
    fields |= packet.unit(quantity.unit, f"{path}/unit")
    if quantity.HasField("reference_range"):
        fields |= _range(packet, quantity, f"{path}/referenceRange")
    return fields


def _range(packet: Packet, quantity: Any, path: str) -> dict[str, Any]:
    """Return the bounds of a range, where they are in the unit of the value and in order."""
    found = quantity.reference_range
    low, high = packet.number(found.low, path), packet.number(found.high, path)
    if not same_unit(quantity.unit, found.unit):
        packet.lose(path, said(found), "no-place")
    elif low >= high:
        packet.lose(path, said(found), "required-missing")
    else:
        return {"range_low": low, "range_high": high}
    return {}
