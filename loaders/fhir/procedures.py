"""Tells the procedures of FHIR that treat the patient from those that examine the patient."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType

from casegraph.loaders.fhir.codes import ADDRESSES, seen
from casegraph.loaders.fhir.element import Element
from casegraph.loaders.tables import rows_of
from casegraph.namespaces import expand
from casegraph.terms import all_terms

__all__ = ["INTENT", "is_treatment"]

INTENT = ADDRESSES["procedure-intent"]
#: The semantic tag of SNOMED CT for what is done to treat; *(procedure)* tells neither.
_THERAPY = "(regime/therapy)"


def is_treatment(procedure: Element, what: str) -> bool:
    """Tell whether a procedure is known to treat the patient.

    Evidence are its category, its profile, the intent that mCODE gives it, the branch of MAXO that its code
    is in, and the semantic tag of SNOMED CT; the words of a label are none. One that says that it examines
    outweighs the others. Where nothing tells, it is not known.

    :param what: the term of its code.

    >>> of_surgery = {"coding": [{"system": "http://snomed.info/sct", "code": "387713003"}]}
    >>> is_treatment(Element({"category": of_surgery}, ""), "SNOMEDCT:64368001 Excision of part of breast")
    True
    >>> is_treatment(Element({}, ""), "SNOMEDCT:71651007 Mammography (procedure)")
    False
    """
    said = {_evidence().get(each) for each in _told(procedure)}
    said |= {"treatment"} if _is_therapy(what) else set()
    return "treatment" in said and "examination" not in said


@cache
def _evidence() -> Mapping[tuple[str, str], str]:
    rows = rows_of("fhir_procedures.tsv")
    return MappingProxyType({(row["told_by"], row["code"]): row["says"] for row in rows})


def _told(procedure: Element) -> Iterator[tuple[str, str]]:
    """Yield (what tells, its code) for all that a procedure says of itself."""
    for category in procedure.each("category"):
        for coding in category.each("coding"):
            yield "category", _curie(coding)
    for extension in procedure.each("extension"):
        if extension.peek("url") == INTENT:
            yield "intent", _curie(extension.child("valueCodeableConcept"))
    meta = procedure.child("meta")
    for profile in (meta.peek("profile") or ()) if meta else ():
        yield "profile", str(profile).partition("|")[0]


def _curie(code: Element | None) -> str:
    return (seen(code) or "").partition(" ")[0]


def _is_therapy(what: str) -> bool:
    curie, _, label = what.partition(" ")
    if curie.startswith("SNOMEDCT:"):
        return label.endswith(_THERAPY)
    if not curie.startswith("MAXO:"):
        return False
    branches = {expand(code) for told_by, code in _evidence() if told_by == "branch"}
    return not branches.isdisjoint(all_terms().above(expand(curie)))
