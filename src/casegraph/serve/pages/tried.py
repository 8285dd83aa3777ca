"""What was tried and what became of it: a row for each outcome on a treatment or a dose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from casegraph.serve.pages.claims import Claims
from casegraph.serve.pages.disputed import disputed
from casegraph.serve.pages.markup import Content, element
from casegraph.serve.pages.tables import Row, table
from casegraph.story.outcomes import beside, scope_of, went
from casegraph.story.telling import end, harm
from casegraph.story.words import joined, listed

__all__ = ["OUTCOMES", "tried"]

_BY_RULE = (
    "How it went, and how fast, is as the report tells it. What else changed is derived by rule from the "
    "course; it is no word of the authors, and added to others is not caused by it."
)
_UNKNOWN = "no outcome of it is told"
_UNSEEN = "no outcome observed is told; the authors say of it: "
_ALL_UNKNOWN = "Given, and no outcome of any of them is told: "
_COLUMNS = ("treatment and dose", "domain", "what became of it, and what else changed")
#: the properties by which a case has what became of a treatment.
OUTCOMES = ("hasResponse", "lacksResponse", "questionsResponse")
_TURNS = ("Flare", "Relapse")
#: of more than so many that may have run beside, only the number stands here; the outcome names them.
_MOST_OPEN = 3
#: from so many days on, what is printed stands beside them.
_LONG = 60
#: the statements that say what a treatment did, or did not.
_OF_EFFECT = ("NonResponseStatement", "EffectivenessStatement", "RefractoryStatement", "AuthorStatement")


def tried(claims: Claims) -> Content:
    """Return what was tried, each course of it and each time that something became of it; nothing of a group.

    A response on one dose and a loss on another stand in two rows: no row has both.
    """
    facts = claims.words.facts
    if facts.kind(facts.case) == "Group":
        return ""
    seen = _seen_in(claims)
    answered = {course for each in seen for course in _courses(claims, each)}
    silent = [each for each in facts.claims("hasTreatment") if each not in answered]
    if not seen:
        return _given_alone(claims, silent)
    in_order = sorted((*seen, *silent), key=lambda each: _place(claims, each))
    rows = (_silent(claims, each) if each in silent else _seen(claims, each) for each in in_order)
    return element("div", element("p", _BY_RULE), table("What was tried and what happened", _COLUMNS, rows))


def _seen_in(claims: Claims) -> list[str]:
    """Return the outcomes by treatment, those that nobody judged, and the turns that show a failure."""
    facts = claims.words.facts
    judged = facts.having("ofOutcome")
    known = {facts.value(each, "ofOutcome") for each in judged}
    others = [each for each in facts.claims(*OUTCOMES) if each not in known]
    turns = [
        each
        for each in facts.having("shownBy")
        if facts.kind(each) == "TreatmentFailure" and facts.kind(_claim(claims, each)) in _TURNS
    ]
    return [*judged, *others, *turns]


def _given_alone(claims: Claims, courses: Iterable[str]) -> Content:
    """Return the treatments of a case of which no outcome is told at all, each name once."""
    by_name: dict[str, str] = {}
    for each in courses:
        by_name.setdefault(_name(claims, each), each)
    links = [part for name, each in by_name.items() for part in ("; ", claims.to(each, name))][1:]
    return element("p", _ALL_UNKNOWN, *links, ".") if links else ""


def _name(claims: Claims, node: str) -> str:
    """Return the drugs of a verdict or a treatment; of an outcome, those that it answers to."""
    return listed(sorted(map(claims.words.label, _about(claims, node))))


def _about(claims: Claims, node: str) -> set[str]:
    facts = claims.words.facts
    owners = (claims.words.episode(each) for each in _answers_to(claims, node))
    return {drug for each in (node, *owners) for drug in facts.values(each, "aboutConcept")}


def _answers_to(claims: Claims, claim: str) -> tuple[str, ...]:
    """Return what an outcome was seen on; of one seen after something was stopped, that."""
    facts = claims.words.facts
    return facts.values(claim, "responseTo") or facts.values(claim, "afterStopping")


def _silent(claims: Claims, episode: str) -> Row:
    """Return that no outcome of a treatment is told, with what the authors say of it, and harm during it."""
    facts = claims.words.facts
    parts = {episode, *facts.values(episode, "hasSegment")}
    stated = [each for each in facts.claims("hasStatement") if _is_of_effect(claims, each, parts)]
    found = [
        each for each in facts.claims("hasAdverseEvent") if parts & set(facts.values(each, "duringTreatment"))
    ]
    links = [part for each in found for part in ("; ", claims.to(each, harm(claims.words, each)))][1:]
    harms = ["; adverse events during it: ", *links] if links else []
    said = [part for each in stated for part in ("; ", claims.to(each, facts.value(each, "gist") or ""))][1:]
    told = [*([_UNSEEN, *said] if said else [_UNKNOWN]), *harms, " ", claims.to(episode, "where it stands")]
    return Row(_given(claims, episode), ("", told))


def _is_of_effect(claims: Claims, statement: str, parts: set[str]) -> bool:
    """Say whether the authors speak of what a treatment of this patient did, and not of it in general."""
    facts = claims.words.facts
    return (
        facts.kind(statement) in _OF_EFFECT
        and facts.value(statement, "general") != "true"
        and bool(parts & set(facts.values(statement, "concerns")))
    )


def _seen(claims: Claims, seen: str) -> Row:
    """Return an outcome, or a failure that a flare or a relapse shows, with what else changed and ran."""
    words, facts = claims.words, claims.words.facts
    claim = _claim(claims, seen)
    of_one = len(facts.values(claim, "domain")) == 1
    domain = scope_of(words, claim) if of_one else words.labels(seen, "domain")
    to = claims.to(seen, "where it stands" if claim == seen else "why")
    told = [*_became(claims, seen, claim), _beside(claims, seen, claim), *disputed(claims, claim), " ", to]
    return Row(_given(claims, seen), (domain, told))


def _became(claims: Claims, seen: str, claim: str) -> Iterator[Content]:
    words, facts = claims.words, claims.words.facts
    if facts.values(seen, "shownBy"):
        yield joined(words.labels(claim, "rdf:type"), words.labels(seen, "failureKind"), by=": ")
        yield _trigger(claims, claim)
    else:
        yield joined(went(words, claim), words.latency(claim), words.basis(claim))
    for occasion in facts.values(claim, "at"):
        yield ", at "
        yield claims.to(occasion)
        if _is_long(claims, claim):
            yield words.text(occasion, "timePrinted", " (printed as “{}”)")
    yield words.text_of(seen, "attribution", ": {}")


def _is_long(claims: Claims, claim: str) -> bool:
    """Say whether an outcome took so many days that people count in other units, as they print them."""
    days = (claims.words.facts.number(claim, f"latency{which}Days") or 0 for which in ("Min", "Max"))
    return max(days) >= _LONG


def _trigger(claims: Claims, turn: str) -> str:
    """Return the dose that a turn followed, as it is printed; nothing where no dose is told."""
    words, facts = claims.words, claims.words.facts
    trigger = facts.value(turn, "trigger") or ""
    if facts.kind(trigger) != "DoseSegment":
        return ""
    printed = words.text(trigger, "dosePrinted", "“{}”")
    dose = printed or words.dose(trigger)
    return f", following {words.drug(trigger)} {dose}" if dose else ""


def _beside(claims: Claims, seen: str, claim: str) -> str:
    """Return what else the same outcome is told of, and what ran beside it, without the treatment itself."""
    words, mine = claims.words, _courses(claims, seen)
    all_of_it = [words.episode(each) for each in _answers_to(claims, claim)]
    own = {words.drug(each) for each in mine}
    others = list(dict.fromkeys(words.drug(each) for each in all_of_it if each not in mine))
    told = f"told of {listed(others)} too" if others else ""
    ran = beside(words, claim, without={*own, *others}, most=_MOST_OPEN)
    return "".join(f"; {each}" for each in (told, ran) if each)


def _claim(claims: Claims, seen: str) -> str:
    """Return the claim behind what was derived; what is a claim itself as it is."""
    facts = claims.words.facts
    return facts.value(seen, "ofOutcome") or facts.value(seen, "shownBy") or seen


def _exposures(claims: Claims, seen: str) -> tuple[str, ...]:
    """Return what of one treatment an outcome answers to: doses, or the treatment itself."""
    words, facts = claims.words, claims.words.facts
    of_it = _answers_to(claims, _claim(claims, seen))
    episodes = facts.values(seen, "ofTreatment") or tuple(words.episode(each) for each in of_it)
    return tuple(each for each in of_it if words.episode(each) in episodes) or episodes


def _courses(claims: Claims, seen: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(claims.words.episode(each) for each in _exposures(claims, seen)))


def _given(claims: Claims, node: str) -> str:
    """Return the drug with the dose that is meant; of one with more courses than one, which it is."""
    words, facts = claims.words, claims.words.facts
    exposures, drugs = _exposures(claims, node) or (node,), _about(claims, node)
    doses = [words.dose(each) for each in exposures if words.episode(each) != each]
    courses = [each for each in facts.claims("hasTreatment") if drugs & _about(claims, each)]
    which = [_course(claims, each) for each in exposures] if len(courses) > 1 else []
    stopped = facts.values(_claim(claims, node), "afterStopping")
    name = f"after {_name(claims, node)} was stopped" if stopped else _name(claims, node)
    return joined(joined(name, *doses, by=" "), *which)


def _course(claims: Claims, exposure: str) -> str:
    """Return what tells a course from another of the same drug: its start, else what is told of its end."""
    words = claims.words
    return words.when(exposure).replace("at ", "from ", 1) or joined("start not told", end(words, exposure))


def _place(claims: Claims, node: str) -> tuple[int, int, str, str]:
    """Return the place of an outcome or a treatment: by when its dose was begun, then by when it was seen."""
    words = claims.words
    begun = _ranks(claims, _exposures(claims, node) or (node,))
    seen = _ranks(claims, (_claim(claims, node),))
    return begun, seen, words.labels(node, "aboutConcept"), words.labels(node, "domain")


def _ranks(claims: Claims, nodes: Iterable[str]) -> int:
    facts = claims.words.facts
    return min((facts.rank(facts.value(each, "at")) for each in nodes), default=0)
