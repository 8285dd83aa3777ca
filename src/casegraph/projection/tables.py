"""The tables of a projection: which property of the store, or which query of them, each one holds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from casegraph.namespaces import PREFIXES

__all__ = ["DERIVED", "LINKED", "NODES", "TERMS", "WORDS", "asked_of", "derived_sql"]

#: table -> the property whose subjects and objects it holds, both as numbers: cases, claims, occasions.
NODES: Mapping[str, str] = MappingProxyType(
    {
        "at_occasion": "cg:at",
        "counted_as": "cg:countedAs",
        "has_diagnosis": "cg:hasDiagnosis",
        "has_judgement": "cg:hasJudgement",
        "has_response": "cg:hasResponse",
        "has_segment": "cg:hasSegment",
        "has_treatment": "cg:hasTreatment",
        "lacks_response": "cg:lacksResponse",
        "questions_response": "cg:questionsResponse",
        "recorded_in": "cg:recordedIn",
        "reported_in": "cg:reportedIn",
        "response_to": "cg:responseTo",
    }
)
#: table -> the property whose subjects it holds as numbers, and whose objects as SPARQL writes them.
WORDS: Mapping[str, str] = MappingProxyType(
    {
        "about_concept": "cg:aboutConcept",
        "basis": "cg:basis",
        "diagnosis": "cg:diagnosis",
        "direction": "cg:direction",
        "domain": "cg:domain",
        "extent_read": "cg:extentRead",
        "patient_count": "cg:patientCount",
        "refractory_to": "cg:refractoryTo",
        "responded_to": "cg:respondedTo",
        "type": "rdf:type",
        "verdict": "cg:verdict",
    }
)
#: What a case, a group or a report is linked to, by whatever property: both as numbers.
LINKED = "linked"
#: The number of each node and its IRI as SPARQL writes it; what other programs find the cases by.
TERMS = "terms"
_TELLERS = "VALUES ?teller { cg:Case cg:Group cg:CaseReport }"
#: What is joined of the other tables once, so that no question has to: each by the file of its name.
DERIVED = (
    "kinds",
    "counted",
    "claimed",
    "claims",
    "reported",
    "diagnosed",
    "given",
    "answered",
    "outcomes",
    "drug_cases",
    "verdicts",
    "verdict_patients",
    "totals",
)


def derived_sql(table: str) -> str:
    """Return the SQL of a derived table."""
    return Path(__file__).with_name(f"{table}.sql").read_text(encoding="utf-8")


def asked_of(table: str) -> str:
    """Return the SPARQL query whose rows are those of a table that holds what the store says.

    >>> print(asked_of("at_occasion").splitlines()[-1])
    SELECT ?s ?o { ?s cg:at ?o }
    """
    prefixes = "".join(f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in ("cg", "rdf"))
    if table == LINKED:
        return f"{prefixes}SELECT ?s ?o {{ {_TELLERS} ?s a ?teller . ?s ?link ?o FILTER(isIRI(?o)) }}"
    return f"{prefixes}SELECT ?s ?o {{ ?s {NODES.get(table) or WORDS[table]} ?o }}"
