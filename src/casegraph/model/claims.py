"""The claims: everything that a report says about a patient, a group, the literature or itself."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from casegraph.model.values import (
    Basis,
    Change,
    Code,
    Count,
    Days,
    Degree,
    Domain,
    Key,
    Laterality,
    Number,
    ResponseDirection,
    Result,
    Route,
    Severity,
    StatementKind,
    StopReason,
    Value,
)

__all__ = ["Claim", "ConceptClaim"]


class Claim(Value, frozen=True, kw_only=True):
    """What all claims share: when, on what basis, and where it was read.

    ``stated_in`` is the one passage that says it; ``restated_in`` are further places that say the same.
    ``derived_from`` names the claims a derived one was computed from. ``repaired_from`` holds the printed
    characters where the value was repaired.
    """

    id: Key | None = None
    at: Key | None = None
    basis: Basis = "stated"
    stated_in: Key | None = None
    restated_in: tuple[Key, ...] = ()
    derived_from: tuple[Key, ...] = ()
    repaired_from: str | None = None
    gist: str | None = None


class ConceptClaim(Claim, frozen=True, kw_only=True):
    """A claim about one concept."""

    what: Code


class Finding(ConceptClaim, frozen=True, kw_only=True):
    """A clinical finding; whether present, absent or indeterminate is said by the list it stands in."""

    site: tuple[Code, ...] = ()
    modifier: tuple[Code, ...] = ()
    laterality: Laterality | None = None
    direction: Change | None = None
    severity: Severity | None = None
    continues: Key | None = None
    resolved_at: Key | None = None


class Findings(Value, frozen=True, kw_only=True):
    """Findings by polarity."""

    present: tuple[Finding, ...] = ()
    absent: tuple[Finding, ...] = ()
    indeterminate: tuple[Finding, ...] = ()


class Diagnosis(ConceptClaim, frozen=True, kw_only=True):
    """A diagnosis; its standing is said by the list it stands in. ``at`` is when it was made.

    ``onset_at`` is when the disease began, ``resolved_at`` when it was over.
    """

    onset_at: Key | None = None
    resolved_at: Key | None = None
    stage: tuple[Code, ...] = ()
    site: tuple[Code, ...] = ()
    laterality: Laterality | None = None
    supported_by: tuple[Key, ...] = ()
    by_definition: Key | None = None


class Diagnoses(Value, frozen=True, kw_only=True):
    """Diagnoses by standing: the final one, a working one, one considered, one excluded."""

    final: tuple[Diagnosis, ...] = ()
    working: tuple[Diagnosis, ...] = ()
    considered: tuple[Diagnosis, ...] = ()
    excluded: tuple[Diagnosis, ...] = ()


class TestResult(ConceptClaim, frozen=True, kw_only=True):
    """A measured or looked-at thing: a value with unit, or a result, or only a direction.

    ``unit`` is UCUM; ``unit_term`` and ``result_term`` are what a data set gives in a vocabulary of its own.
    ``component_of`` is the panel or the assay that the thing is one value of.
    """

    __test__ = False  # keeps pytest from taking the class for a test

    result: Result | None = None
    result_term: Code | None = None
    value: Number | None = None
    unit: str | None = None
    unit_term: Code | None = None
    printed: str | None = None
    range_low: Number | None = None
    range_high: Number | None = None
    direction: Change | None = None
    degree: Degree | None = None
    method: Code | None = None
    specimen: Code | None = None
    component_of: Code | None = None
    site: tuple[Code, ...] = ()
    coverage: Literal["membersNotListed"] | None = None
    positive_count: Count | None = None
    evaluated_count: Count | None = None


class DoseSegment(Claim, frozen=True, kw_only=True):
    """A stretch of one dosing: a dose (or its bounds), or a taper from one dose to another by steps.

    ``unit`` is UCUM and may be per weight and per time (``mg/kg/d``). ``times`` doses are given every
    ``period_days``. The same dosing told a second way (100 mg/d, which is 2 mg/kg) has both. ``change`` says
    that the dose was raised or lowered where the doses themselves do not. ``unit_term`` and ``schedule`` are
    what a data set gives in a vocabulary of its own.
    """

    dose: Number | None = None
    dose_min: Number | None = None
    dose_max: Number | None = None
    dose_from: Number | None = None
    dose_to: Number | None = None
    dose_step: Number | None = None
    step_days: Number | None = None
    unit: str | None = None
    unit_term: Code | None = None
    unit_missing: Literal["notStated"] | None = None
    per_weight: Number | None = None
    per_weight_unit: str | None = None
    printed: str | None = None
    times: Number | None = None
    period_days: Number | None = None
    schedule: Code | None = None
    doses_in_all: int | None = None
    route: Route | None = None
    follows: Key | None = None
    change: Literal["raised", "lowered"] | None = None
    change_reason: Key | None = None
    ongoing_at: Key | None = None
    ends_at: Key | None = None


class Treatment(ConceptClaim, frozen=True, kw_only=True):
    """One drug or procedure from start to stop. ``ends_at``, ``ongoing_at`` or neither: the end is unknown.

    ``end_basis`` is ``implied`` where the stop is only hinted at. ``line`` is the number of its
    line of treatment where the report counts its lines. ``indication`` is what it was given for, ``intent``
    what for: cure, palliation. ``cumulative_dose`` is the sum of all doses.
    """

    ongoing_at: Key | None = None
    ends_at: Key | None = None
    end_basis: Basis | None = None
    stop_reason: StopReason | None = None
    indication: Code | None = None
    intent: Code | None = None
    site: tuple[Code, ...] = ()
    cumulative_dose: Number | None = None
    cumulative_unit: str | None = None
    line: Annotated[int, Meta(ge=1)] | None = None
    duration_min_days: Days | None = None
    duration_max_days: Days | None = None
    doses: tuple[DoseSegment, ...] = ()


class Response(Claim, frozen=True, kw_only=True):
    """What became of one domain on one or more exposures, or after they were stopped.

    ``after_stopping`` answers to the stop and never counts for the drug.
    """

    to: tuple[Key, ...] = ()
    after_stopping: tuple[Key, ...] = ()
    domain: Domain
    direction: ResponseDirection
    degree: Degree | None = None
    site: tuple[Code, ...] = ()
    latency_min_days: Days | None = None
    latency_max_days: Days | None = None
    criterion: str | None = None
    assessor: str | None = None
    concerns: tuple[Key, ...] = ()
    responder_count: Count | None = None
    evaluated_count: Count | None = None


class AdverseEvent(ConceptClaim, frozen=True, kw_only=True):
    """A harm that was observed."""

    during: tuple[Key, ...] = ()
    severity: Severity | None = None


class NoAdverseEvent(Claim, frozen=True, kw_only=True):
    """The report says that no (or no significant) adverse event was seen."""

    during: tuple[Key, ...] = ()


class AdverseEvents(Value, frozen=True, kw_only=True):
    """Adverse events, and the two ways of saying that there were none."""

    observed: tuple[AdverseEvent, ...] = ()
    none: tuple[NoAdverseEvent, ...] = ()
    none_significant: tuple[NoAdverseEvent, ...] = ()


class Course(Claim, frozen=True, kw_only=True):
    """A turn of the disease: flare, relapse, remission, symptom-free interval, death and its cause."""

    kind: Literal["flare", "relapse", "remission", "symptomFreeInterval", "death"]
    domain: tuple[Domain, ...] = ()
    concerns: tuple[Key, ...] = ()
    trigger: Key | None = None
    cause: Code | None = None
    duration_min_days: Days | None = None
    duration_max_days: Days | None = None
    printed: str | None = None


class Statement(Claim, frozen=True, kw_only=True):
    """What the authors say of the case, as against what was seen. ``gist`` is in the curator's words.

    ``general`` is true where it is said of a treatment or disease, not of this patient.
    """

    kind: StatementKind
    about: tuple[Code, ...] = ()
    disease: Code | None = None
    domain: tuple[Domain, ...] = ()
    concerns: tuple[Key, ...] = ()
    by_definition: Key | None = None
    attributed_to: tuple[Key, ...] = ()
    general: bool | None = None


class NotReported(ConceptClaim, frozen=True, kw_only=True):
    """An explicit silence: looked for in the whole report and not stated. It is not absence."""


class Conflict(Claim, frozen=True, kw_only=True):
    """Two or more claims of the report that do not fit together; neither is corrected."""

    between: tuple[Key, ...]


class LiteratureStatement(Claim, frozen=True, kw_only=True):
    """What the report says about the literature or the world, in the curator's words."""

    kind: Literal["literature", "definition"] = "literature"
    about: tuple[Code, ...] = ()
    cites: tuple[int, ...] = ()
    basis: Basis = "literature"


class PublicationStatement(Claim, frozen=True, kw_only=True):
    """Consent, funding, authorship, disclosure or licence as the report states it."""

    kind: Literal["consent", "funding", "authorship", "disclosure", "licence"]
