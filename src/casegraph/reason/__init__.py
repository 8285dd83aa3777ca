"""OWL reasoning: what follows from the shipped ontology, and which of its defined classes a case is in.

Two ways that must agree: a fast one without Java (rustdl for classes, for cases the closure of what is
stated), and HermiT through owlready2, the reference.
"""

from casegraph.reason.case_classes import case_class_claims, case_class_quads, infer_case_classes
from casegraph.reason.classes import Classification, classify
from casegraph.reason.individuals import individuals
from casegraph.reason.ontology import ontology_ntriples

__all__ = [
    "Classification",
    "case_class_claims",
    "case_class_quads",
    "classify",
    "individuals",
    "infer_case_classes",
    "ontology_ntriples",
]
