"""Observations of FHIR: tests, their components, and findings and responses that casegraph wrote."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from casegraph.loaders.fhir.clinical import is_finding
from casegraph.loaders.fhir.codes import (
    UCUM,
    concept,
    is_several,
    named,
    number,
    seen,
    term_of,
    ucum_quantity,
)
from casegraph.loaders.fhir.context import Context, known_word
from casegraph.loaders.fhir.element import Element, Left
from casegraph.loaders.tables import rows_of
from casegraph.model import Finding, Response, TestResult

__all__ = ["read_observation"]

_MADE = ("final", "amended", "corrected", "preliminary")
#: class of a finding that casegraph wrote as the category of an observation -> where it stands.
_FINDINGS = {"PresentFinding": "present", "AbsentFinding": "absent", "IndeterminateFinding": "indeterminate"}
_OUTCOME = "OutcomeClaim"


def read_observation(element: Element, context: Context) -> None:
    """Read an observation: as a test, unless it says that it is a finding or a response.

    A finding, by its term, with a value of yes or no is one that was there or not.

    :raises Left: if the observation has nothing that the model holds, or is of the birth date.
    """
    if _is_of_birth(element, context):
        raise Left("identifier")
    status = element.peek("status")
    if status not in _MADE:
        raise Left("entered-in-error" if status == "entered-in-error" else "no-place")
    if status != "preliminary":
        element.take("status")
    own = context.own(element)
    if _OUTCOME in own:
        _read_response(element, own, context)
        return
    what = named(element.child("code"))
    if set(own) & set(_FINDINGS):
        _add_finding(element, element, what, own, context)
    else:
        _read_values(element, what, own, context)


def _is_of_birth(element: Element, context: Context) -> bool:
    """Tell whether an observation is of the birth date, by its code or by its value."""
    curie = (seen(element.child("code")) or "").partition(" ")[0]
    value = element.peek("valueDateTime") or element.peek("valueString")
    by_value = isinstance(value, str) and context.builder.times.tells_birth(value)
    return by_value or curie in {row["code"] for row in rows_of("fhir_identifying.tsv")}


def _is_answered(part: Element, what: str | None) -> bool:
    """Tell whether an observation or a component is of a finding that is said to be there, or not."""
    answered = part.has("valueBoolean") or _presence(part) is not None
    return answered and what is not None and is_finding(what)


def _add_finding(part: Element, element: Element, what: str, own: tuple[str, ...], context: Context) -> None:
    """Add the finding that an observation tells, or that a component of it does."""
    said = _presence(part) or ("present" if part.take("valueBoolean") else "absent")
    if _presence(part):
        concept(part.child("valueCodeableConcept"))
    standing = next((_FINDINGS[name] for name in own if name in _FINDINGS), said)
    at, resolved = context.span(element, "effectiveDateTime", "effectivePeriod")
    site = concept(element.child("bodySite"))
    claim = context.builder.claim(
        Finding,
        what=what,
        at=at,
        resolved_at=resolved,
        site=(site,) if site else (),
        **_interpreted(part, ("severity", "direction")),
        **context.basis(own),
    )
    getattr(context.builder, standing).append(claim)


def _presence(element: Element) -> str | None:
    """Return the list of findings that a concept stands for as the value; None where it stands for none."""
    term = seen(element.child("valueCodeableConcept")) or ""
    return next(
        (row["says"] for row in rows_of("fhir_presence.tsv") if row["code"] == term.split(" ")[0]), None
    )


def _read_response(element: Element, own: tuple[str, ...], context: Context) -> None:
    domain, direction = concept(element.child("code")), concept(element.child("valueCodeableConcept"))
    to = tuple(filter(None, (context.pointed_key(each) for each in element.each("partOf"))))
    if domain is None or direction is None:
        raise Left("no-code")
    site = concept(element.child("bodySite"))
    degree = next(iter(map(concept, element.each("interpretation"))), None)
    context.builder.responses.append(
        context.builder.claim(
            Response,
            to=to,
            at=context.stretch(element, "effective"),
            domain=_own_word(domain),
            direction=_own_word(direction),
            degree=_own_word(degree) if degree else None,
            site=(site,) if site else (),
            **context.basis(own),
        )
    )


def _own_word(term: str) -> str:
    curie = term.split(" ", 1)[0]
    if not curie.startswith("cg:"):
        raise Left("unmapped-code")
    return curie.removeprefix("cg:")


def _read_values(element: Element, what: str, own: tuple[str, ...], context: Context) -> None:
    """Read the value of an observation and of its components, each as a finding or as a test.

    :raises Left: if none of them is either.
    """
    found, components = _is_answered(element, what), element.each("component")
    if found:
        _add_finding(element, element, what, own, context)
    answered = [each for each in components if _is_answered(each, seen(each.child("code")))]
    for part in answered:
        _add_finding(part, element, named(part.child("code")), own, context)
    outcome = None if found else _outcome(element)
    told = [{"what": what, "component_of": context.panels.get(element.pointer)} | outcome] if outcome else []
    for part in components:
        about = None if part in answered else concept(part.child("code"))
        if about and (outcome := _outcome(part)):
            told.append({"what": about, "component_of": what} | outcome)
    if told:
        shared = _shared(element, own, context)
        context.builder.tests += [context.builder.claim(TestResult, **shared, **each) for each in told]
    elif answered and not found:
        context.builder.lose(f"{element.pointer}/code", what, "no-place")
    elif not found:
        raise Left(_why_untold(element))


def _shared(element: Element, own: tuple[str, ...], context: Context) -> dict[str, Any]:
    """Take what the tests of an observation share: its time, method, specimen, site and basis."""
    site = concept(element.child("bodySite"))
    return {
        "at": context.stretch(element, "effective") or context.encounter_time(element),
        "method": concept(element.child("method")),
        "specimen": context.code_behind(element, ("specimen",), "type"),
        "site": (site,) if site else (),
        **context.basis(own),
    }


def _why_untold(element: Element) -> str:
    """Return why an observation is no test: by its own value, else by those of its components."""
    reasons = [_why_no_outcome(part) for part in (element, *element.each("component"))]
    modified = len(element.peek("component") or ()) > len(element.each("component"))
    told = modified or element.has("hasMember") or element.has("extension")
    missing = "no-place" if told else "required-missing"
    return next((each for each in reasons if each), missing)


def _why_no_outcome(part: Element) -> str | None:
    """Return why a value was not taken; None where there is none.

    >>> _why_no_outcome(Element({"valueQuantity": {"value": 5, "comparator": "<"}}, ""))
    'no-place'
    >>> _why_no_outcome(Element({"valueString": "raised"}, ""))
    'no-code'
    """
    quantity, said = part.child("valueQuantity"), part.child("valueCodeableConcept")
    if said is not None or part.has("valueString"):
        return "no-place" if is_several(said) else "no-code"
    if quantity is not None and quantity.has("value"):
        return "no-place" if quantity.has("comparator") else "no-code"
    if quantity is None and any(name.startswith("value") for name in part.value):
        return "no-place"
    interpreted = [seen(each) for each in part.each("interpretation")]
    return ("unmapped-code" if any(interpreted) else "no-code") if interpreted else None


def _outcome(element: Element) -> dict[str, Any] | None:
    """Take what was found: one of a number, a result and a direction; None where there is none of them."""
    measured = _measured(element)
    if measured:
        return measured | _normal_range(element)
    said = concept(element.child("valueCodeableConcept"))
    if said:
        word = known_word("result", said)
        return {"result": word} if word else {"result_term": said}
    return _interpreted(element, ("result", "direction"))


def _measured(element: Element) -> dict[str, Any] | None:
    """Take a number with its UCUM unit, or with the term of its unit."""
    whole = number(element.peek("valueInteger"))
    if whole is not None:
        element.take("valueInteger")
        return {"value": whole}
    quantity = element.child("valueQuantity")
    if quantity is None:
        return None
    raw = quantity.peek("value")
    found = ucum_quantity(quantity)
    if found is not None:
        return {"value": found[0], "unit": found[1]} | _as_printed(raw, found[0])
    system, code = quantity.peek("system"), quantity.peek("code")
    value = number(raw)
    if quantity.has("comparator") or value is None or not (system and code) or system == UCUM:
        return None
    unit = term_of(system, code, quantity.peek("unit") or "")
    quantity.take_all()
    return {"value": value, "unit_term": unit} | _as_printed(raw, value)


def _as_printed(raw: object, value: float) -> dict[str, Any]:
    """Return the number's own text where it has more digits than the number tells, as 37.50 has."""
    return {"printed": str(raw)} if isinstance(raw, Decimal) and str(raw) != repr(value) else {}


def _normal_range(element: Element) -> dict[str, Any]:
    """Take the range of normal, where it is the only one and of the unit of the value."""
    unit = element.child("valueQuantity")
    ranges = element.each("referenceRange")
    if (
        len(ranges) != 1
        or len(element.peek("referenceRange")) > 1
        or ranges[0].has("appliesTo")
        or ranges[0].has("age")
    ):
        return {}
    low, high, kind = ranges[0].child("low"), ranges[0].child("high"), ranges[0].child("type")
    if kind is not None and "normal" not in str(kind.peek("coding")):
        return {}
    if any(each is not None and not _is_of_unit(each, unit) for each in (low, high)):
        return {}
    bounds = {"range_low": low, "range_high": high}
    found = {name: value for name, each in bounds.items() if (value := _bound(each)) is not None}
    if found and kind is not None:
        kind.take_all()
    return found


def _is_of_unit(bound: Element, value: Element | None) -> bool:
    """Tell whether a bound of normal has the unit of the value, or none."""
    names = ("system", "code")
    unit = [value.peek(name) for name in names] if value is not None else [None, None]
    return bound.peek("code") is None or [bound.peek(name) for name in names] == unit


def _bound(bound: Element | None) -> int | float | None:
    """Take a bound of normal, which has the unit of the value."""
    found = ucum_quantity(bound)
    if found or bound is None or bound.has("comparator") or bound.peek("code") is None:
        return found[0] if found else None
    bound.take_all()
    return number(bound.peek("value"))


def _interpreted(element: Element, lists: tuple[str, ...]) -> dict[str, Any]:
    """Take the interpretations of an observation whose code stands for a word of one of these lists."""
    found: dict[str, Any] = {}
    for interpretation in element.each("interpretation"):
        term = seen(interpretation)
        words = {name: known_word(name, term) for name in lists} if term else {}
        for name, word in words.items():
            if word and name not in found:
                concept(interpretation)
                found[name] = word
                break
    return found
