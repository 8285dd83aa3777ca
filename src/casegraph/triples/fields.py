"""How the parts of a document are written as RDF terms, and which property carries each field of a claim."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from casegraph.namespaces import BASE, CG, PREFIXES, expand

__all__ = ["CONCEPT_PROPERTIES", "FIELDS", "Names", "Triples"]

TYPE = f"<{PREFIXES['rdf']}type>"
XSD = PREFIXES["xsd"]
Triples = Iterator[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Names:
    """Where the parts of a subject and of its report live, and the passages that its claims are stated in."""

    report: str
    subject: str
    passages: str

    def group(self, key: object) -> str:
        """Return the IRI of a group of the same report."""
        return f"{self.report.replace(f'{BASE}report/', f'{BASE}group/')}/{key}"


Render = Callable[[Names, object], str]


def iri(text: str) -> str:
    return f"<{text}>"


def concept(_: Names, value: object) -> str:
    return iri(expand(str(value).split(" ", 1)[0]))


def individual(_: Names, value: object) -> str:
    return iri(CG + str(value))


def part(names: Names, value: object) -> str:
    return iri(f"{names.subject}#{value}")


def report_part(names: Names, value: object) -> str:
    return iri(f"{names.passages}#{value}")


def reference(names: Names, value: object) -> str:
    return iri(f"{names.report}#reference-{value}")


def integer(_: Names, value: object) -> str:
    return f'"{value}"^^<{XSD}integer>'


def decimal(_: Names, value: object) -> str:
    number = Decimal(str(value)).normalize() + 0  # which makes -0 a 0, as a store does
    return f'"{number:f}"^^<{XSD}decimal>'


def address(_: Names, value: object) -> str:
    return iri(str(value))


def issued(_: Names, value: object) -> str:
    kind = {4: "gYear", 7: "gYearMonth", 10: "date"}[len(str(value))]
    return f'"{value}"^^<{XSD}{kind}>'


def boolean(_: Names, value: object) -> str:
    return f'"{str(value).lower()}"^^<{XSD}boolean>'


def text(_: Names, value: object) -> str:
    return f'"{str(value).translate(_ESCAPES)}"'


#: As in canonical N-Quads, which Oxigraph writes too.
_ESCAPES = str.maketrans(
    {chr(code): f"\\u{code:04X}" for code in (*range(0x20), 0x7F, 0xFFFE, 0xFFFF)}
    | {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
)

#: field of a claim -> (property, how its value is written); ``Class.field`` where one class differs.
FIELDS: Mapping[str, tuple[str, Render]] = {
    "what": ("aboutConcept", concept),
    "about": ("aboutConcept", concept),
    "disease": ("aboutDisease", concept),
    "site": ("site", concept),
    "method": ("method", concept),
    "modifier": ("modifier", concept),
    "stage": ("stage", concept),
    "intent": ("intent", concept),
    "cause": ("cause", concept),
    "schedule": ("schedule", concept),
    "unit_term": ("unitConcept", concept),
    "result_term": ("resultConcept", concept),
    "component_of": ("componentOf", concept),
    "onset_at": ("onsetAt", part),
    "resolved_at": ("resolvedAt", part),
    "cumulative_dose": ("cumulativeDose", decimal),
    "cumulative_unit": ("cumulativeUnit", text),
    "specimen": ("specimen", concept),
    "indication": ("indication", concept),
    "at": ("at", part),
    "ongoing_at": ("ongoingAt", part),
    "ends_at": ("endsAt", part),
    "stated_in": ("statedIn", report_part),
    "restated_in": ("restatedIn", report_part),
    "by_definition": ("byDefinition", report_part),
    "cites": ("cites", reference),
    "derived_from": ("derivedFrom", part),
    "continues": ("continues", part),
    "supported_by": ("supportedBy", part),
    "to": ("responseTo", part),
    "after_stopping": ("afterStopping", part),
    "attributed_to": ("attributedTo", part),
    "during": ("duringTreatment", part),
    "concerns": ("concerns", part),
    "trigger": ("trigger", part),
    "follows": ("follows", part),
    "change_reason": ("changeReason", part),
    "change": ("doseChange", individual),
    "line": ("statedLine", integer),
    "between": ("between", part),
    "basis": ("basis", individual),
    "end_basis": ("endBasis", individual),
    "stop_reason": ("stopReason", individual),
    "domain": ("domain", individual),
    "direction": ("direction", individual),
    "degree": ("degree", individual),
    "severity": ("severity", individual),
    "laterality": ("laterality", individual),
    "result": ("result", individual),
    "coverage": ("coverage", individual),
    "route": ("route", individual),
    "unit_missing": ("unitMissing", individual),
    "dose": ("dose", decimal),
    "dose_min": ("doseMin", decimal),
    "dose_max": ("doseMax", decimal),
    "dose_from": ("doseFrom", decimal),
    "dose_to": ("doseTo", decimal),
    "dose_step": ("doseStep", decimal),
    "step_days": ("stepDays", decimal),
    "per_weight": ("perWeightDose", decimal),
    "per_weight_unit": ("perWeightUnit", text),
    "times": ("dosesPerPeriod", decimal),
    "period_days": ("periodDays", decimal),
    "value": ("value", decimal),
    "range_low": ("rangeLow", decimal),
    "range_high": ("rangeHigh", decimal),
    "doses_in_all": ("doseCount", integer),
    "unit": ("unit", text),
    "DoseSegment.unit": ("doseUnit", text),
    "printed": ("valuePrinted", text),
    "DoseSegment.printed": ("dosePrinted", text),
    "Course.printed": ("timePrinted", text),
    "general": ("general", boolean),
    "repaired_from": ("repairedFrom", text),
    "gist": ("gist", text),
    "criterion": ("criterion", text),
    "assessor": ("assessor", text),
    "duration_min_days": ("durationMinDays", integer),
    "duration_max_days": ("durationMaxDays", integer),
    "latency_min_days": ("latencyMinDays", integer),
    "latency_max_days": ("latencyMaxDays", integer),
    "positive_count": ("positiveCount", integer),
    "responder_count": ("responderCount", integer),
    "evaluated_count": ("evaluatedCount", integer),
}


#: The properties whose value is a concept.
CONCEPT_PROPERTIES = frozenset(f"{CG}{name}" for name, render in FIELDS.values() if render is concept)


def lines(triples: Iterable[tuple[str, str, str]], graph: str) -> Iterator[str]:
    for subject, predicate, value in triples:
        yield f"{subject} {predicate} {value} <{graph}> .\n"


def cg(name: str) -> str:
    return f"<{CG}{name}>"
