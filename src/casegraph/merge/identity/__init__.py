"""Proposes who is the same patient and what is the same publication, with the reasons; it decides nothing."""

from casegraph.merge.identity.background import Background
from casegraph.merge.identity.candidates import candidates
from casegraph.merge.identity.claims import Given, Outcome, Response
from casegraph.merge.identity.documents import SameDocument, same_documents
from casegraph.merge.identity.features import Features, features
from casegraph.merge.identity.outdone import outdone
from casegraph.merge.identity.scoring import Candidate, Kind, compare

__all__ = [
    "Background",
    "Candidate",
    "Features",
    "Given",
    "Kind",
    "Outcome",
    "Response",
    "SameDocument",
    "candidates",
    "compare",
    "features",
    "outdone",
    "same_documents",
]
