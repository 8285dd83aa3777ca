"""What was tried and what became of it: a row for each outcome on a treatment or a dose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from casegraph.serve.pages.claims import Claims
from casegraph.serve.pages.disputed import disputed
from casegraph.serve.pages.markup import Content, element
from casegraph.serve.pages.tables import Row, table
from casegraph.story.courses import UNKNOWN_START, which_course
from casegraph.story.outcomes import beside, followed, scope_of, went
from casegraph.story.telling import end, harm, told
from casegraph.story.words import joined, listed

__all__ = ["OUTCOMES", "tried"]

_BY_RULE = (
    "How it went, and how fast, is as the report tells it. What else changed is derived by rule from the "
    "course; it is no word of the authors, and added to others is not caused by it."
)
_UNKNOWN = "no outcome of it is told"
_UNSEEN = "no outcome observed is told; the authors say of it: "
_ON_NOTHING = "no treatment told"
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
    if not seen and _is_bare(claims, silent):
        return _given_alone(claims, silent)
    by_rule = element("p", _BY_RULE) if any(_claim(claims, each) != each for each in seen) else ""
    in_order = sorted((*seen, *silent), key=lambda each: _place(claims, each))
    rows = (_silent(claims, each) if each in silent else _seen(claims, each) for each in in_order)
    return element("div", by_rule, table("What was tried and what happened", _COLUMNS, rows))


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


def _is_bare(claims: Claims, courses: Iterable[str]) -> bool:
    """Say whether treatments are one course of each drug, and no word of the authors or harm hangs on any."""
    is_told = (which_course(claims.words, each) or _said_of(claims, each) for each in courses)
    return not any(is_told)


def _given_alone(claims: Claims, courses: Iterable[str]) -> Content:
    """Return the treatments of a case of which nothing but their names is to tell here."""
    links = [part for each in courses for part in ("; ", claims.to(each, _name(claims, each)))][1:]
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
    said = [*(_said_of(claims, episode) or [_UNKNOWN]), " ", claims.to(episode, "where it stands")]
    return Row(_given(claims, episode), ("", said))


def _said_of(claims: Claims, episode: str) -> list[Content]:
    """Return what the authors say that a treatment did, and the harm during it; nothing where neither is."""
    words, facts = claims.words, claims.words.facts
    parts = {episode, *facts.values(episode, "hasSegment")}
    stated = [each for each in facts.claims("hasStatement") if _is_of_effect(claims, each, parts)]
    found = [
        each for each in facts.claims("hasAdverseEvent") if parts & set(facts.values(each, "duringTreatment"))
    ]
    links = [part for each in found for part in ("; ", claims.to(each, harm(words, each)))][1:]
    said = [part for each in stated for part in ("; ", claims.to(each, _gist(claims, each)))][1:]
    head = [_UNSEEN, *said] if said else [_UNKNOWN]
    return [*head, *(["; adverse events during it: ", *links] if links else [])] if said or links else []


def _gist(claims: Claims, statement: str) -> str:
    """Return the words of a statement; of one without, its kind and what it is on."""
    (line,) = told(claims.words, [statement])
    return claims.words.facts.value(statement, "gist") or line.text


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
    said = [*_became(claims, seen, claim), _beside(claims, seen, claim), *disputed(claims, claim), " ", to]
    return Row(_given(claims, seen), (domain, said))


def _became(claims: Claims, seen: str, claim: str) -> Iterator[Content]:
    words, facts = claims.words, claims.words.facts
    if facts.values(seen, "shownBy"):
        failed = joined(words.labels(claim, "rdf:type"), words.labels(seen, "failureKind"), by=": ")
        yield joined(failed, followed(words, claim))
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


def _beside(claims: Claims, seen: str, claim: str) -> str:
    """Return what else the same outcome is told of, and what ran beside it, without the treatment itself."""
    words, mine = claims.words, _courses(claims, seen)
    all_of_it = [words.episode(each) for each in _answers_to(claims, claim)]
    own = {words.drug(each) for each in mine}
    others = list(dict.fromkeys(words.drug(each) for each in all_of_it if each not in mine))
    shared = f"told of {listed(others)} too" if others else ""
    ran = beside(words, claim, without={*own, *others}, most=_MOST_OPEN)
    return "".join(f"; {each}" for each in (shared, ran) if each)


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
    exposures = _exposures(claims, node) or (node,)
    doses = [words.dose(each) for each in exposures if words.episode(each) != each]
    which = dict.fromkeys(_course(claims, each) for each in exposures)
    stopped = facts.values(_claim(claims, node), "afterStopping")
    drugs = _name(claims, node) or _ON_NOTHING
    name = f"after {drugs} was stopped" if stopped else drugs
    return joined(joined(name, *doses, by=" "), *which)


def _course(claims: Claims, exposure: str) -> str:
    """Return which of several courses of its drug is meant; of a dose its own start, where that is told."""
    words = claims.words
    which = which_course(words, exposure)
    if which and words.episode(exposure) != exposure and (begun := words.when(exposure)):
        return begun.replace("at ", "from ", 1)
    return joined(which, end(words, exposure)) if which.startswith(UNKNOWN_START) else which


def _place(claims: Claims, node: str) -> tuple[int, int, str, str]:
    """Return the place of an outcome or a treatment: by when its dose was begun, then by when it was seen."""
    words = claims.words
    begun = _ranks(claims, _exposures(claims, node) or (node,))
    seen = _ranks(claims, (_claim(claims, node),))
    return begun, seen, words.labels(node, "aboutConcept"), words.labels(node, "domain")


def _ranks(claims: Claims, nodes: Iterable[str]) -> int:
    facts = claims.words.facts
    return min((facts.rank(facts.value(each, "at")) for each in nodes), default=0)
