"""Turns a case document into N-Quads text: the only part that knows the properties of the ontology.

Each report has one graph for its bibliography, passages and statements; each case or group has three:
``asserted`` (what the report says), ``inferred`` (what follows from it) and ``provenance`` (who curated it).
The same document gives the same bytes: no blank nodes, no clock, lines sorted.
"""

from casegraph.triples.asserted import asserted_quads, asserted_statements
from casegraph.triples.inferred import inferred_quads
from casegraph.triples.names import (
    claim_names,
    dataset_iri,
    graphs_of,
    named_claims,
    report_iri,
    subject_iri,
    subjects,
)
from casegraph.triples.read_report import read_curation, read_passages, read_report
from casegraph.triples.read_subject import read_subject
from casegraph.triples.read_triples import Triples

__all__ = [
    "Triples",
    "asserted_quads",
    "asserted_statements",
    "claim_names",
    "dataset_iri",
    "graphs_of",
    "inferred_quads",
    "named_claims",
    "read_curation",
    "read_passages",
    "read_report",
    "read_subject",
    "report_iri",
    "subject_iri",
    "subjects",
]
