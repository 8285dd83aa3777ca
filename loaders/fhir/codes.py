"""The code systems of FHIR and the prefixes of casegraph, and concepts, quantities and numbers by them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, unquote

from casegraph.loaders.fhir.element import Element, Left
from casegraph.loaders.situations import why_no_event
from casegraph.loaders.tables import rows_of
from casegraph.namespaces import CG, expand, known_prefixes
from casegraph.terms import all_terms

__all__ = [
    "ADDRESSES",
    "SYSTEMS",
    "UCUM",
    "coding_of",
    "concept",
    "event",
    "event_of",
    "is_said",
    "is_several",
    "named",
    "number",
    "seen",
    "term_of",
    "ucum_quantity",
]

#: name -> the URI that FHIR has for a code system, a profile or an extension.
ADDRESSES: Mapping[str, str] = MappingProxyType(
    {each["name"]: each["uri"] for each in rows_of("fhir_systems.tsv")}
)
#: prefix -> the URI that FHIR has for the code system.
SYSTEMS: Mapping[str, str] = MappingProxyType(
    {"cg": CG}
    | {row["name"]: row["uri"] for row in rows_of("fhir_systems.tsv") if row["kind"] == "vocabulary"}
)
_URI = ADDRESSES["uri"]
UCUM = SYSTEMS["UCUM"]
_PREFIXES = {system: prefix for prefix, system in SYSTEMS.items()}
#: Systems whose codes begin with the prefix.
_PREFIXED = ("HGNC", "HP", "MONDO")
#: What the codes of a system may begin with beside.
_WRITTEN = {"Orphanet": "ORPHA:"} | {prefix: f"{prefix}:" for prefix in _PREFIXED}
#: Vocabularies of diseases are first, then that of findings, all others, and what classifies for statistics.
_RANKS = {"MONDO": 0, "OMIM": 0, "Orphanet": 0, "HP": 1, "ICD10CM": 3}
_OTHER, _UNKNOWN = 2, 4
#: The semantic tag at the end of a label of SNOMED CT.
_TAG = re.compile(r" \([a-z/ ]+\)$")


def coding_of(term: str) -> dict[str, str]:
    """Return the FHIR coding of a term.

    A vocabulary without a URI in :data:`SYSTEMS` has that of its namespace.

    >>> coding_of("LOINC:8302-2 Body Height")
    {'system': 'http://loinc.org', 'code': '8302-2', 'display': 'Body Height'}
    >>> coding_of("HP:0000989 Pruritus")["code"]
    'HP:0000989'
    >>> coding_of("https://x.org/variation/7/")
    {'system': 'urn:ietf:rfc:3986', 'code': 'https://x.org/variation/7/'}
    """
    curie, _, label = term.partition(" ")
    prefix, _, local = curie.partition(":")
    if prefix == "cgt" and ":" in local:
        system, _, code = local.partition(":")
        found = {"system": unquote(system), "code": unquote(code)}
    elif prefix in ("http", "https"):
        system, _, code = curie.rpartition("/")
        found = {"system": f"{system}/", "code": unquote(code)} if code else {"system": _URI, "code": curie}
    else:
        code = curie if prefix in _PREFIXED else unquote(local)
        found = {"system": SYSTEMS.get(prefix) or known_prefixes()[prefix], "code": code}
    return found if label in ("", curie) else found | {"display": label}


def term_of(system: str, code: str, label: str = "") -> str | None:
    """Return the term of a FHIR coding, or None where it has no code.

    A system that casegraph does not know is kept below ``cgt:``, so that nothing is taken for another thing.

    >>> term_of("http://snomed.info/sct", "40055000", "Chronic sinusitis (disorder)")
    'SNOMEDCT:40055000 Chronic sinusitis (disorder)'
    >>> term_of("http://hl7.org/fhir/sid/cvx", "140")
    'cgt:http%3A%2F%2Fhl7.org%2Ffhir%2Fsid%2Fcvx:140 cgt:http%3A%2F%2Fhl7.org%2Ffhir%2Fsid%2Fcvx:140'
    """
    prefix, local = prefix_of(system), code.strip()
    local = local.removeprefix(_WRITTEN.get(prefix or "", ""))
    if not local:
        return None
    if system == _URI and local.startswith(("http://", "https://")):
        return f"{local} {' '.join(label.split()) or local}"
    curie = f"{prefix or 'cgt:' + quote(system, safe='.-_~')}:{quote(local, safe='/:.-_~')}"
    return f"{curie} {' '.join(label.split()) or curie}"


def prefix_of(system: str) -> str | None:
    """Return the prefix of a code system, by its URI in FHIR or by its namespace."""
    found = _PREFIXES.get(system)
    return found or next((name for name, each in known_prefixes().items() if each == system), None)


def concept(element: Element | None) -> str | None:
    """Return the term of a CodeableConcept, a Coding or a CodeableReference's concept; None without a code.

    Of several codings one of a vocabulary of diseases is the term, else of findings, else of another known
    system, else of ICD-10-CM, else the first; of those the most special one that the terms at hand have. The
    others are left. Different codes of one system are several things, of which none is the term.
    """
    if element is None or is_several(element):
        return None
    if element.has("concept"):
        return concept(element.child("concept"))
    if element.has("code") and not element.has("coding"):
        return _coding(element, "")
    codings = _codings(element)
    chosen = min(codings, key=_order) if len(codings) > 1 else next(iter(codings), None)
    if chosen is None:
        return None
    text = element.peek("text") or ""
    if text == (chosen.peek("display") or text):
        element.take("text")
    return _coding(chosen, text)


def named(element: Element | None) -> str:
    """Return the term of the concept that a resource is about.

    :raises Left: if it has no code, or has different codes of one system.
    """
    found = concept(element)
    if found is None:
        raise Left("no-place" if is_several(element) else "no-code")
    return found


def event_of(element: Element | None) -> str:
    """Return the term of the disorder, the procedure or the drug that a resource is about.

    :raises Left: if it has no code, has different codes of one system, or is a situation that is none.
    """
    return event(named(element))


def event(term: str) -> str:
    """Return the term of a disorder, a procedure or a drug.

    :raises Left: if it is of a situation that is none, such as *no known problems*.
    """
    if why := why_no_event(term):
        raise Left(why, term)
    return term


def is_several(element: Element | None) -> bool:
    """Tell whether a concept has different codes of one system, which are different things.

    >>> genes = [{"system": "http://www.genenames.org", "code": each} for each in ("1100", "1101")]
    >>> is_several(Element({"coding": genes}, "")), is_several(Element({"coding": genes[:1]}, ""))
    (True, False)
    """
    if element is None:
        return False
    if element.has("concept"):
        return is_several(element.child("concept"))
    codes = {(each.peek("system"), each.peek("code")) for each in _codings(element)}
    return len(codes) > len({system for system, _ in codes})


def _codings(element: Element) -> list[Element]:
    return [each for each in element.each("coding") if each.peek("code") and each.peek("system")]


def _order(coding: Element) -> tuple[int, int]:
    """Return how a coding stands among those of one concept: by its vocabulary, then the most special."""
    prefix = prefix_of(coding.peek("system"))
    rank = _RANKS.get(prefix, _OTHER) if prefix else _UNKNOWN
    return rank, -len(all_terms().above(_iri(coding.value)))


def _iri(coding: Mapping[str, Any]) -> str:
    term = term_of(coding.get("system") or "", coding.get("code") or "")
    return expand(term.partition(" ")[0]) if term else ""


def is_said(coding: Mapping[str, Any], carried: Mapping[str, Any]) -> bool:
    """Tell whether a coding says no more than one that is carried: its label is the same, or it is above it.

    >>> myopathy = {"system": "http://x.org", "code": "1", "display": "Myopathy"}
    >>> is_said(myopathy, {"system": "http://y.org", "code": "2", "display": "myopathy (disorder)"})
    True
    >>> is_said(myopathy | {"display": "Dermatomyositis"}, myopathy | {"code": "3"})
    False
    """
    labels = [_TAG.sub("", str(each.get("display") or "")).casefold() for each in (coding, carried)]
    if labels[0] and labels[0] == labels[1]:
        return True
    own, other = _iri(coding), _iri(carried)
    return bool(own) and own in (other, *all_terms().above(other))


def seen(element: Element | None) -> str | None:
    """Return the term of a concept without taking it."""
    return concept(Element(element.value, "")) if element is not None else None


def _coding(coding: Element, text: str) -> str | None:
    system, code = coding.take("system"), coding.take("code")
    label = coding.take("display") or text
    return term_of(system, code, label) if system and code else None


def number(value: Any) -> int | float | None:
    """Return a JSON number as the number of a claim; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    return value if isinstance(value, int | float) else float(value)


def ucum_quantity(quantity: Element | None) -> tuple[int | float, str | None] | None:
    """Take a quantity as (number, UCUM unit), without a unit (number, None).

    None, and nothing is taken, where the number is a bound or its unit is only words: either would read as
    another value.
    """
    if quantity is None or quantity.has("comparator"):
        return None
    value, code = number(quantity.peek("value")), quantity.peek("code")
    coded_unit = quantity.peek("system") == UCUM and isinstance(code, str)
    if value is None or not (coded_unit or not (quantity.has("unit") or code)):
        return None
    quantity.take("value")
    if not coded_unit:
        return value, None
    quantity.take("system")
    quantity.take("code")
    if quantity.peek("unit") == code:
        quantity.take("unit")
    return value, code
