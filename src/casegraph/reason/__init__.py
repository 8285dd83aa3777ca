"""OWL reasoning: what follows from the shipped ontology, and which of its defined classes a case is in.

Two ways that must agree: a fast one without Java (rustdl for classes, the closure of classes for cases), and
HermiT through owlready2, the reference.
"""

from casegraph.reason.case_classes import infer_case_classes
from casegraph.reason.classes import Classification, classify
from casegraph.reason.individuals import individuals
from casegraph.reason.ontology import ontology_ntriples

__all__ = ["Classification", "classify", "individuals", "infer_case_classes", "ontology_ntriples"]
