"""Puts what was derived of a case into words: judgements, attributed outcomes, lines of treatment."""

from __future__ import annotations

from casegraph.cli.story import tell
from casegraph.cli.words import Words, joined, listed
from casegraph.parameters import closed_list

__all__ = ["details", "tell_derived"]

_VALUES = ("attribution", "verdict", "failureKind", "degree")


def tell_derived(words: Words, node: str) -> str:
    """Return a derived thing in a line: its class, what it is about, and what was derived of it."""
    kind = words.facts.kind(node)
    if kind == "Regimen":
        return tell(words, node)
    return joined(words.label(words.facts.value(node, "rdf:type")), _said(words, node, kind), by=": ")


def _said(words: Words, node: str, kind: str) -> str:
    domain, concept = words.labels(node, "domain"), words.labels(node, "aboutConcept")
    if kind == "RefractoryJudgement":
        by = f"by the definition “{words.labels(node, 'refractoryBy')}”"
        return joined(domain, joined("refractory", _scope(words, node, concept), by, by=" "))
    if kind == "TreatmentLine":
        first, last = words.text(node, "ordinalMin"), words.text(node, "ordinalMax")
        return f"number {first}" if first == last else f"number {first} to {last}"
    values = joined(*(words.labels(node, name) for name in _VALUES))
    return joined(joined(domain, f"on {concept}" if concept else ""), values, by=": ")


def _scope(words: Words, node: str, concept: str) -> str:
    scope = words.facts.name(words.facts.value(node, "refractoryScope") or "")
    told = {
        "ofDrug": concept,
        "ofDrugClass": f"the class {concept}",
        "ofStandardTreatment": "standard treatment",
    }
    return f"to {told[scope]}" if scope in told else ""


def details(words: Words, node: str) -> str:
    """Return the numbers of a derived thing, and what it held before; nothing where there are none."""
    since, lasted = _days(words, node, "sinceFirstDose"), _days(words, node, "lasted")
    met, items = words.text(node, "itemsMet"), words.labels(node, "meetsItem")
    all_items = len(closed_list("cg:rechallenge")) if met else 0
    before = listed([f"#{words.facts.name(each)}" for each in words.facts.values(node, "heldBefore")])
    return joined(
        f"seen {since} after the first dose" if since else "",
        f"lasted {lasted}" if lasted else "",
        joined(f"{met} of {all_items} items met" if met else "", items, by=": "),
        f"held before {before}" if before else "",
        by="; ",
    )


def _days(words: Words, node: str, name: str) -> str:
    low, high = words.text(node, f"{name}MinDays"), words.text(node, f"{name}MaxDays")
    if low and high:
        return f"{low} days" if low == high else f"{low} to {high} days"
    return f"at most {high} days" if high else f"{low} days or more" if low else ""
