"""The columns of the table of claims: their names, types and meanings. New ones are only added at the end."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from casegraph.model import Claim

__all__ = ["COLUMNS", "NUMBERS", "column_of"]

Kind = Literal["text", "integer", "number"]

#: column -> (type, what it holds). One row is one claim. A cell without a value is empty (Parquet: null).
#: Days count from ``zero``, an occasion of the case: birth, the first date, or what its curator chose. A
#: bound that is not known is empty. Where a claim has several of something, a ``"; "`` stands between them.
COLUMNS: Mapping[str, tuple[Kind, str]] = MappingProxyType(
    {
        "case": ("text", "IRI of the case"),
        "report": ("text", "IRI of the report or data set"),
        "doi": ("text", "DOI of the report"),
        "pmid": ("text", "PubMed number of the report"),
        "dataset": ("text", "name of the data set the case was read from"),
        "record": ("text", "identifier of its record there"),
        "patient": ("text", "what the report calls the patient"),
        "sex": ("text", "female, male, other, unknown"),
        "age_years": ("number", "age in completed years"),
        "claim": ("text", "IRI of the claim"),
        "kind": ("text", "class of the claim, such as PresentFinding, AbsentFinding, TestResult"),
        "concept": ("text", "CURIE of what it is about"),
        "concept_label": ("text", "label of that"),
        "value": ("number", "measured value"),
        "unit": ("text", "unit of the value in UCUM, else its CURIE and label"),
        "result": ("text", "positive, negative, normal, abnormal, notRaised, unremarkable"),
        "direction": (
            "text",
            "raised, lowered, improved, worse, unchanged, resolved, stabilised, notEvaluable",
        ),
        "degree": ("text", "slight, partial, marked, complete"),
        "severity": ("text", "borderline, mild, moderate, severe, profound, fatal"),
        "domain": ("text", "skin, muscle, lung, joint, serology, immuneCells, overall"),
        "site": ("text", "parts of the body: CURIE and label"),
        "laterality": ("text", "left, right, bilateral"),
        "range_low": ("number", "lower end of the reference range, in unit"),
        "range_high": ("number", "upper end of the reference range, in unit"),
        "time": ("text", "occasion of the claim, by its key"),
        "time_printed": ("text", "its time as the source prints it"),
        "zero": ("text", "occasion that days count from"),
        "from_days": ("integer", "earliest day on which the occasion began"),
        "to_days": ("integer", "latest day on which it began"),
        "ends_from_days": ("integer", "earliest day of the end of a treatment or dose"),
        "ends_to_days": ("integer", "latest day of that end"),
        "treatment": ("text", "IRI of the treatment that a dose is part of"),
        "dose": ("number", "dose"),
        "dose_min": ("number", "lower bound of the dose"),
        "dose_max": ("number", "upper bound of the dose"),
        "dose_from": ("number", "dose at the begin of a taper"),
        "dose_to": ("number", "dose at its end"),
        "dose_unit": ("text", "unit of the doses in UCUM, else its CURIE and label"),
        "times": ("number", "doses given every period_days"),
        "period_days": ("number", "days in which they are given"),
        "route": ("text", "oral, subcutaneous, intravenous, intramuscular, topical"),
        "indication": ("text", "what a treatment is for: CURIE and label"),
        "stop_reason": ("text", "why a treatment was stopped"),
        "line": ("integer", "number of the line of treatment"),
        "to": ("text", "IRIs of the treatments that a response answers to, or an adverse event came during"),
        "criterion": ("text", "by what a response was judged"),
        "gist": ("text", "what is said, in the curator's words"),
        "basis": ("text", "stated, implied, derived, interpretation, authorClaim, literature"),
        "section": ("text", "section of the report that says it"),
        "paragraph": ("integer", "paragraph there, counted from 1"),
        "pointer": ("text", "JSON pointer into the record that says it"),
        "after_stopping": (
            "text",
            "IRIs of the treatments whose stop a response answers to; none for the drug",
        ),
        "about": ("text", "what a statement is about: CURIE and label"),
        "onset": ("text", "occasion on which a disease began, by its key"),
        "onset_from_days": ("integer", "earliest day of that"),
        "onset_to_days": ("integer", "latest day of that"),
        "cause": ("text", "what a patient died of: CURIE and label"),
    }
)
#: The columns of numbers.
NUMBERS = frozenset(name for name, (kind, _) in COLUMNS.items() if kind != "text")

_SAME = (
    *("value", "result", "direction", "degree", "severity", "domain", "site", "laterality"),
    *("range_low", "range_high", "stop_reason", "indication", "line", "criterion", "gist", "basis", "about"),
    "cause",
)
_DOSE = ("dose", "dose_min", "dose_max", "dose_from", "dose_to", "times", "period_days", "route")
#: field of a claim -> the column that holds it as it is; ``DoseSegment.unit`` is that of one class.
_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        **{name: name for name in (*_SAME, *_DOSE)},
        "onset_at": "onset",
        "unit": "unit",
        "DoseSegment.unit": "dose_unit",
    }
)


def column_of(claim: Claim, field: str) -> str | None:
    """Return the column that holds a field of a claim as it is, or None.

    The term of a unit stands where its UCUM code would, if it has none.
    """
    if field == "unit_term" and getattr(claim, "unit", None) is None:
        return column_of(claim, "unit")
    return _FIELDS.get(f"{type(claim).__name__}.{field}") or _FIELDS.get(field)
