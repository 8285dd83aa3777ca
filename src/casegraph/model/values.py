"""The small values that a case document is made of, and the base of its parts."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

__all__ = ["Code", "Key", "Value"]

Code = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z][\w.]*:\S+ \S.*$",
        description="A term: its CURIE, one space, its label.",
        examples=["HP:0000989 Pruritus"],
    ),
]
Key = Annotated[
    str,
    Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", description="A name of your own in lower case, with hyphens."),
]
Number = int | float
Days = Annotated[int, Meta(ge=0, description="Whole days, 0 or more.")]
Count = Annotated[int, Meta(ge=0, description="A whole number, 0 or more.")]
Sha256 = Annotated[
    str, Meta(pattern="^[0-9a-f]{64}$", description="SHA-256 as 64 hexadecimal digits in lower case.")
]
Bounds = Annotated[
    tuple[int | None, int | None],
    Meta(description="Earliest and latest day, counted from the start of the anchor; null is open."),
]
Basis = Literal["stated", "implied", "derived", "interpretation", "authorClaim", "literature"]
Domain = Literal["skin", "muscle", "lung", "joint", "serology", "immuneCells", "overall"]
Phase = Literal[
    "medicalHistory", "onset", "beforeTreatment", "onTreatment", "flarePhase", "followUp", "writing"
]
Sex = Literal["female", "male", "other", "unknown"]
Result = Literal["positive", "negative", "normal", "abnormal", "notRaised", "unremarkable"]
Change = Literal["raised", "lowered", "improved", "worse", "unchanged"]
ResponseDirection = Literal["improved", "resolved", "stabilised", "unchanged", "worse", "notEvaluable"]
Degree = Literal["slight", "partial", "marked", "complete"]
Severity = Literal["borderline", "mild", "moderate", "severe", "profound", "fatal"]
Laterality = Literal["left", "right", "bilateral"]
Route = Literal["oral", "subcutaneous", "intravenous", "intramuscular", "topical"]
StopReason = Literal[
    "inefficacy", "intolerance", "adverseEvent", "remission", "completed", "replaced", "deathOfPatient"
]
StatementKind = Literal[
    "author",
    "refractory",
    "effectiveness",
    "nonResponse",
    "safety",
    "attribution",
    "novelty",
    "limitation",
]
Extent = Literal["fullText", "partialText", "abstractOnly", "tableOnly", "secondaryReport", "dataRecord"]


NoticeKind = Literal["retraction", "erratum", "expressionOfConcern"]
#: A case or group of the document, ``#`` and a claim of it, or a claim of the report.
Affected = Annotated[
    str,
    Meta(
        pattern=r"^([a-z0-9]+(-[a-z0-9]+)*|[a-z0-9-]*#[A-Za-z0-9_.-]+)$",
        description="The key of a case or group, KEY#CLAIM for a claim of it, #CLAIM for one of the report.",
        examples=["1", "1#il2-weekly", "#definition-refractory"],
    ),
]


class Value(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of all parts of a document: frozen, keyword-only, no unknown keys."""
