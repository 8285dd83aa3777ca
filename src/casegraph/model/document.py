"""The case document: a report, its passages, and the cases and groups it tells of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta, field

from casegraph.model.claims import (
    AdverseEvents,
    Claim,
    Conflict,
    Course,
    Diagnoses,
    Findings,
    LiteratureStatement,
    NotReported,
    PublicationStatement,
    Response,
    Statement,
    TestResult,
    Treatment,
)
from casegraph.model.values import (
    Affected,
    Basis,
    Bounds,
    Code,
    Count,
    Extent,
    Key,
    NoticeKind,
    Number,
    Phase,
    Sex,
    Sha256,
    Value,
)

__all__ = ["CaseDocument", "Subject", "iterate_claims"]


_Doi = Annotated[
    str,
    Meta(
        pattern=r"^10\.\d{4,9}/[^\s\x00-\x1f\x7f]+$",
        description="A DOI alone, without https://doi.org/ or doi: before it.",
        examples=["10.1007/s13555-020-00421-8"],
    ),
]
_Pmid = Annotated[
    str, Meta(pattern=r"^\d+$", description="A PubMed number, in quotes.", examples=["33852146"])
]
_Issued = Annotated[
    str,
    Meta(
        pattern=r"^\d{4}(-\d\d(-\d\d)?)?$",
        description="A year, a month or a day, year first, in quotes.",
        examples=["2020-07-09"],
    ),
]
_Date = Annotated[
    str,
    Meta(pattern=r"^\d{4}-\d\d-\d\d$", description="A day, year first, in quotes.", examples=["2026-11-22"]),
]


class Occasion(Value, frozen=True, kw_only=True):
    """A moment or stretch that claims share, relative to another one.

    ``start`` and ``end`` are bounds in days from the start of ``anchor``. ``after``: this starts no earlier
    than those start. ``during``: it starts within those. ``same_time_as``: both start together.
    ``basis`` is ``interpretation`` where the bounds are a reading and not the report's words.
    ``stage`` is the stage of life that was told in place of an age.
    """

    anchor: Key | None = None
    start: Bounds | None = None
    end: Bounds | None = None
    basis: Basis | None = None
    printed: str | None = None
    phase: Phase | None = None
    stage: Code | None = None
    after: tuple[Key, ...] = ()
    during: tuple[Key, ...] = ()
    same_time_as: tuple[Key, ...] = ()


class Passage(Value, frozen=True, kw_only=True):
    """A stretch of the report's text: section and paragraph always, range and hash with the text at hand.

    ``chars`` counts Unicode code points of the captured text, 0-based, end excluded. ``sha256`` is over the
    UTF-8 bytes of that stretch. ``pointer`` is a JSON pointer for a record of a data file.
    """

    section: str | None = None
    paragraph: Annotated[int, Meta(ge=1, description="A paragraph, counted from 1.")] | None = None
    chars: tuple[int, int] | None = None
    sha256: Sha256 | None = None
    pointer: str | None = None


class Age(Value, frozen=True, kw_only=True):
    """Age in completed years, and the occasion it belongs to."""

    years: Number
    at: Key | None = None


class Subject(Value, frozen=True, kw_only=True):
    """What a case and a group share: everything that is told about them."""

    label: str | None = None
    possibly_same_patient_as: tuple[str, ...] = ()
    zero_point: Key | None = None
    occasions: dict[Key, Occasion] = field(default_factory=dict)
    findings: Findings = Findings()
    diagnoses: Diagnoses = Diagnoses()
    tests: tuple[TestResult, ...] = ()
    treatments: tuple[Treatment, ...] = ()
    responses: tuple[Response, ...] = ()
    adverse_events: AdverseEvents = AdverseEvents()
    course: tuple[Course, ...] = ()
    statements: tuple[Statement, ...] = ()
    not_reported: tuple[NotReported, ...] = ()
    conflicts: tuple[Conflict, ...] = ()


class Case(Subject, frozen=True, kw_only=True):
    """One patient as one report tells it. ``member_of`` names groups of the same document."""

    sex: Sex = "unknown"
    age: Age | None = None
    member_of: tuple[Key, ...] = ()


class Group(Subject, frozen=True, kw_only=True):
    """A cohort arm or aggregate with a count; never a patient."""

    patients: Count


class Reference(Value, frozen=True, kw_only=True):
    """An entry of the report's reference list; without a citation it is cited but missing there."""

    citation: str | None = None


class CapturedText(Value, frozen=True, kw_only=True):
    """The text that character ranges count in: its SHA-256 over UTF-8 and its length in code points."""

    sha256: Sha256
    characters: int


class Record(Value, frozen=True, kw_only=True):
    """The record of a data set that a case was read from, in place of the text of a report.

    ``dataset`` and ``id`` name the case, whatever publication it tells of.
    ``references`` are further addresses it cites, ``resources`` the vocabularies and their releases.
    """

    dataset: str
    id: str
    references: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()


class Notice(Value, frozen=True, kw_only=True):
    """What was published about the report later: that it is retracted, corrected or in doubt.

    One of ``doi``, ``pmid`` and ``source`` says where. Without ``affects`` it is about all that the report
    says; ``only_bibliography``: about nothing that is captured of its cases.
    """

    kind: NoticeKind
    doi: _Doi | None = None
    pmid: _Pmid | None = None
    issued: _Issued | None = None
    source: str | None = None
    reason: str | None = None
    affects: tuple[Affected, ...] = ()
    only_bibliography: bool | None = None


class Report(Value, frozen=True, kw_only=True):
    """The document: bibliography, what was read of it, and what it says beyond its cases."""

    title: str
    authors: tuple[str, ...] = ()
    doi: _Doi | None = None
    pmid: _Pmid | None = None
    key: Key | None = None
    record: Record | None = None
    journal: str | None = None
    publisher: str | None = None
    issue: str | None = None
    issued: _Issued | None = None
    issn: tuple[str, ...] = ()
    supplement_doi: str | None = None
    article_type: str | None = None
    open_access: bool | None = None
    licence: str | None = None
    extent: Extent
    text: CapturedText | None = None
    time_convention: Literal["halfUnitMonths", "daysAsPrinted", "completedUnits"] = "daysAsPrinted"
    references: dict[Annotated[str, Meta(pattern=r"^[1-9]\d*$")], Reference] = field(default_factory=dict)
    notices: dict[Key, Notice] = field(default_factory=dict)
    literature: tuple[LiteratureStatement, ...] = ()
    publication: tuple[PublicationStatement, ...] = ()
    silences: tuple[NotReported, ...] = ()


class Curation(Value, frozen=True, kw_only=True):
    """Who wrote the document, when, and from what."""

    by: str
    date: _Date
    source: str | None = None


class CaseDocument(Value, frozen=True, kw_only=True):
    """One publication with all its cases and groups; the unit that is loaded, replaced and removed."""

    casegraph: Literal[1]
    report: Report
    curation: Curation | None = None
    passages: dict[Key, Passage] = field(default_factory=dict)
    cases: dict[Key, Case] = field(default_factory=dict)
    groups: dict[Key, Group] = field(default_factory=dict)


_OUTCOMES = {
    "unchanged": "NonResponseClaim",
    "worse": "NonResponseClaim",
    "notEvaluable": "UnevaluableResponse",
}


def iterate_claims(subject: Subject) -> Iterator[tuple[str, Claim]]:
    """Yield every claim of a case or group with the name of its class in the ontology."""
    findings, diagnoses, events = subject.findings, subject.diagnoses, subject.adverse_events
    groups: tuple[tuple[str, tuple[Claim, ...]], ...] = (
        ("PresentFinding", findings.present),
        ("AbsentFinding", findings.absent),
        ("IndeterminateFinding", findings.indeterminate),
        ("FinalDiagnosis", diagnoses.final),
        ("WorkingDiagnosis", diagnoses.working),
        ("ConsideredDiagnosis", diagnoses.considered),
        ("ExcludedDiagnosis", diagnoses.excluded),
        ("TestResult", subject.tests),
        ("TreatmentEpisode", subject.treatments),
        ("DoseSegment", tuple(dose for each in subject.treatments for dose in each.doses)),
        ("AdverseEvent", events.observed),
        ("NoAdverseEvent", events.none),
        ("NoSignificantAdverseEvent", events.none_significant),
        ("NotReported", subject.not_reported),
        ("ConflictNote", subject.conflicts),
    )
    for name, claims in groups:
        yield from ((name, claim) for claim in claims)
    for response in subject.responses:
        yield _OUTCOMES.get(response.direction, "ResponseClaim"), response
    for turn in subject.course:
        yield turn.kind[0].upper() + turn.kind[1:], turn
    for statement in subject.statements:
        yield (
            f"{statement.kind[0].upper()}{statement.kind[1:]}Statement".replace(
                "LimitationStatement", "Limitation"
            ),
            statement,
        )
