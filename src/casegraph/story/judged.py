"""Puts what was derived of a case into words: judgements, attributed outcomes, lines of treatment."""

from __future__ import annotations

from casegraph.namespaces import CG
from casegraph.parameters import closed_list
from casegraph.story.doses import dose_of, whole_dose
from casegraph.story.lines import Line
from casegraph.story.outcomes import ran_beside
from casegraph.story.telling import tell
from casegraph.story.words import Words, joined, listed

__all__ = ["details", "lost_by", "tell_derived", "tell_part", "what_follows"]

#: class of what is derived from solved time -> its rule.
_BY_TIME = {"AttributedOutcome": "attribution", "TreatmentLine": "treatment_line"}
#: what two outcomes have in common, of which the second is the first regained.
_SAME = ("aboutConcept", "domain")
_VALUES = ("attribution", "verdict", "failureKind", "degree")


def what_follows(words: Words) -> list[Line]:
    """Return a line for each line of treatment, attributed outcome and judgement of the case."""
    facts = words.facts
    lines = sorted(facts.having("ordinalMin"), key=lambda node: int(facts.value(node, "ordinalMin") or 0))
    outcomes = sorted(facts.having("ofOutcome"), key=lambda node: _rank_of_outcome(words, node))
    nodes = (*lines, *outcomes, *facts.values(facts.case, "hasJudgement"))
    told = ((node, joined(tell_derived(words, node), details(words, node), by="; ")) for node in nodes)
    return [Line(line, node, f"[#{facts.name(node)}; by {_rule(words, node)}]") for node, line in told]


def _rule(words: Words, node: str) -> str:
    return words.facts.value(node, "rule") or _BY_TIME.get(words.facts.kind(node), "no rule that is told")


def _rank_of_outcome(words: Words, node: str) -> int:
    outcome = words.facts.value(node, "ofOutcome") or ""
    return words.facts.rank(words.facts.value(outcome, "at"))


def tell_derived(words: Words, node: str) -> str:
    """Return a derived thing in a line: its class, what it is about, and what was derived of it."""
    kind = words.facts.kind(node)
    if kind == "Regimen":
        return tell(words, node)
    return joined(words.label(words.facts.value(node, "rdf:type")), _said(words, node, kind), by=": ")


def tell_part(words: Words, node: str, *, derived: bool) -> str:
    """Return a claim or something derived in a line, without its evidence; of a dosing also its drug."""
    if derived:
        return tell_derived(words, node)
    told = tell(words, node)
    if words.facts.kind(node) != "DoseSegment":
        return told
    kind = words.label(words.facts.value(node, "rdf:type"))
    return f"{kind} of {words.drug(node)}{told.removeprefix(kind)}"


def _said(words: Words, node: str, kind: str) -> str:
    domain, concept = words.labels(node, "domain"), words.labels(node, "aboutConcept")
    if kind == "SustainedRemission":
        return listed([f"shown by {tell(words, each)}" for each in words.facts.values(node, "shownBy")])
    if kind == "SteroidSparing":
        return _sparing(words, node, concept)
    if kind == "RefractoryJudgement":
        by = f"by the definition “{words.labels(node, 'refractoryBy')}”"
        return joined(domain, joined("refractory", _scope(words, node, concept), by, by=" "))
    if kind == "TreatmentLine":
        first, last = words.text(node, "ordinalMin"), words.text(node, "ordinalMax")
        number = first if first == last else f"{first} to {last}"
        drugs = (words.labels(each, "aboutConcept") for each in words.facts.values(node, "includes"))
        return f"number {number}: {listed(sorted(drugs))}"
    values = joined(*(words.labels(node, name) for name in _VALUES))
    went = words.labels(words.facts.value(node, "ofOutcome") or "", "direction")
    on = joined(went, f"on {concept}" if concept else "", by=" ")
    return joined(joined(joined(domain, on), values, by=": "), lost_by(words, node), by="; ")


def lost_by(words: Words, node: str) -> str:
    """Return, of what was lost and regained, that no domain of the loss is told, where none is.

    A relapse of no told domain is one of the whole disease: the report does not tell of the muscle.
    """
    facts = words.facts
    if f"{CG}lostAndRegained" not in facts.values(node, "attribution"):
        return ""
    of = [facts.values(node, name) for name in _SAME]
    before = [each for each in facts.having("endedBy") if [facts.values(each, name) for name in _SAME] == of]
    turns = sorted({turn for each in before for turn in facts.values(each, "endedBy")})
    if not turns or any(facts.values(each, "domain") for each in turns):
        return ""
    kinds = dict.fromkeys(words.labels(each, "rdf:type") for each in turns)
    return f"the loss is a {listed([*kinds])} of which no domain is told"


def _sparing(words: Words, node: str, drug: str) -> str:
    """Return which steroid was lowered or stopped on which drug, and what else ran: it may be due to that."""
    facts = words.facts
    lowered = facts.value(node, "lowering") or ""
    steroid = words.drug(lowered)
    how = "stopped" if facts.kind(lowered) == "TreatmentEpisode" else "lowered"
    ran = [words.background(each) for each in facts.values(node, "prov:wasDerivedFrom")]
    sure = dict.fromkeys(each for certain, _ in ran for each in certain if each not in (steroid, drug))
    maybe = dict.fromkeys(each for _, open_ in ran for each in open_ if each not in (steroid, drug, *sure))
    which = joined(steroid, how, words.dose(lowered), by=" ")
    return joined(
        f"{which} on {joined(drug, _changed_dose(words, node), by=' ')}",
        *ran_beside(sorted(sure), sorted(maybe)),
        by="; ",
    )


def _changed_dose(words: Words, node: str) -> str:
    """Return the dose of the drug that was begun or raised before a steroid was lowered."""
    facts = words.facts
    episode = facts.value(node, "ofTreatment") or ""
    of_it = {episode, *facts.values(episode, "hasSegment")}
    changed = [each for each in facts.values(node, "prov:wasDerivedFrom") if each in of_it]
    return joined(*(whole_dose(words, each) if each == episode else dose_of(words, each) for each in changed))


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
    since, lasted = _since(words, node), _days(words, node, "lasted")
    met, items = words.text(node, "itemsMet"), words.labels(node, "meetsItem")
    all_items = len(closed_list("cg:rechallenge")) if met else 0
    before = listed([f"#{words.facts.name(each)}" for each in words.facts.values(node, "heldBefore")])
    return joined(
        f"seen {since}" if since else "",
        f"lasted {lasted}" if lasted else "",
        joined(f"{met} of {all_items} items met" if met else "", items, by=": "),
        f"held before {before}" if before else "",
        by="; ",
    )


def _since(words: Words, node: str) -> str:
    """Return how long after the start of that dosing, and of the drug where that was earlier."""
    dosing, first = _days(words, node, "sinceStart"), _days(words, node, "sinceFirstDose")
    if not dosing or dosing == first:
        return f"{first} after the first dose" if first else ""
    return joined(f"{dosing} after that dosing was begun", f"{first} after the first dose" if first else "")


def _days(words: Words, node: str, name: str) -> str:
    low, high = words.text(node, f"{name}MinDays"), words.text(node, f"{name}MaxDays")
    if low and high:
        return f"{low} days" if low == high else f"{low} to {high} days"
    return f"at most {high} days" if high else f"{low} days or more" if low else ""
