"""What a case report tells, as plain values: no RDF, no files; the JSON Schema is made from here.

A :class:`CaseDocument` is one publication: its bibliography, the passages that were read, what it says about
the literature, and the cases (one patient each) and groups (cohorts) that it tells. Every value that names a
member of a closed list (a basis, a domain, a route) is the local name of an individual of the ontology.
"""

from casegraph.model.claims import (
    AdverseEvent,
    AdverseEvents,
    Claim,
    ConceptClaim,
    Conflict,
    Course,
    Diagnoses,
    Diagnosis,
    DoseSegment,
    Finding,
    Findings,
    LiteratureStatement,
    NoAdverseEvent,
    NotReported,
    PublicationStatement,
    Response,
    Statement,
    TestResult,
    Treatment,
)
from casegraph.model.derived import Background, Regimen
from casegraph.model.document import (
    Age,
    CapturedText,
    Case,
    CaseDocument,
    Curation,
    Group,
    Occasion,
    Passage,
    Reference,
    Report,
    Subject,
    iterate_claims,
)
from casegraph.model.values import Bounds, Code, Key, Value

__all__ = [
    "AdverseEvent",
    "AdverseEvents",
    "Age",
    "Background",
    "Bounds",
    "CapturedText",
    "Case",
    "CaseDocument",
    "Claim",
    "Code",
    "ConceptClaim",
    "Conflict",
    "Course",
    "Curation",
    "Diagnoses",
    "Diagnosis",
    "DoseSegment",
    "Finding",
    "Findings",
    "Group",
    "Key",
    "LiteratureStatement",
    "NoAdverseEvent",
    "NotReported",
    "Occasion",
    "Passage",
    "PublicationStatement",
    "Reference",
    "Regimen",
    "Report",
    "Response",
    "Statement",
    "Subject",
    "TestResult",
    "Treatment",
    "Value",
    "iterate_claims",
]
