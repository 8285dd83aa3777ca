"""What was tried and what became of it: a row for each outcome on a treatment or a dose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from casegraph.serve.pages.claims import Claims
from casegraph.serve.pages.markup import Content, element
from casegraph.serve.pages.tables import Row, table
from casegraph.story.outcomes import domain_of, went
from casegraph.story.telling import harm
from casegraph.story.words import joined, listed

__all__ = ["tried"]

_BY_RULE = (
    "How it went, and how fast, is as the report tells it. What else changed is derived by rule from the "
    "course; it is no word of the authors, and added to others is not caused by it."
)
_UNKNOWN = "no outcome of it is told"
_COLUMNS = ("treatment and dose", "domain", "what became of it, and what else changed")


def tried(claims: Claims) -> Content:
    """Return what was tried, each time that something became of it; nothing where no rule judged it.

    A response on one dose and a loss on another stand in two rows: no row has both.
    """
    facts = claims.words.facts
    verdicts = [
        each for each in facts.values(facts.case, "hasJudgement") if facts.kind(each) == "DrugOutcome"
    ]
    if not verdicts:
        return ""
    # what the report tells that nobody could judge is told as such, and not as nothing told
    unsure = facts.claims("questionsResponse")
    judged = {drug for each in (*verdicts, *unsure) for drug in _about(claims, each)}
    silent = [each for each in facts.claims("hasTreatment") if not _about(claims, each) <= judged]
    seen = dict.fromkeys(one for each in verdicts for one in facts.values(each, "prov:wasDerivedFrom"))
    in_order = sorted((*seen, *unsure, *silent), key=lambda each: _place(claims, each))
    rows = (_silent(claims, each) if each in silent else _seen(claims, each) for each in in_order)
    return element("div", element("p", _BY_RULE), table("What was tried and what happened", _COLUMNS, rows))


def _about(claims: Claims, node: str) -> set[str]:
    """Return the drugs of a verdict or a treatment; of an outcome, those that it answers to."""
    facts = claims.words.facts
    owners = (claims.words.episode(each) for each in facts.values(node, "responseTo"))
    return {drug for each in (node, *owners) for drug in facts.values(each, "aboutConcept")}


def _silent(claims: Claims, episode: str) -> Row:
    """Return that no outcome of a treatment is told, with the adverse events that are told during it."""
    facts = claims.words.facts
    parts = {episode, *facts.values(episode, "hasSegment")}
    found = [
        each for each in facts.claims("hasAdverseEvent") if parts & set(facts.values(each, "duringTreatment"))
    ]
    links = [part for each in found for part in ("; ", claims.to(each, harm(claims.words, each)))][1:]
    harms = ["; adverse events during it: ", *links] if links else []
    told = [_UNKNOWN, *harms, " ", claims.to(episode, "where it stands")]
    return Row(claims.words.labels(episode, "aboutConcept"), ("", told))


def _seen(claims: Claims, seen: str) -> Row:
    """Return an outcome, or a failure that a flare or a relapse shows, with what else changed."""
    words, facts = claims.words, claims.words.facts
    claim = _claim(claims, seen)
    domain = words.labels(seen, "domain") if facts.values(seen, "shownBy") else domain_of(words, claim)
    to = claims.to(seen, "where it stands" if claim == seen else "why")
    return Row(_given(claims, seen), (domain, [*_became(claims, seen, claim), " ", to]))


def _became(claims: Claims, seen: str, claim: str) -> Iterator[Content]:
    words, facts = claims.words, claims.words.facts
    if facts.values(seen, "shownBy"):
        yield joined(words.labels(claim, "rdf:type"), words.labels(seen, "failureKind"), by=": ")
    else:
        yield joined(went(words, claim), words.latency(claim), words.basis(claim))
    for occasion in facts.values(claim, "at"):
        yield ", at "
        yield claims.to(occasion)
    yield words.text_of(seen, "attribution", ": {}")


def _claim(claims: Claims, seen: str) -> str:
    """Return the claim behind what was derived; what is a claim itself as it is."""
    facts = claims.words.facts
    return facts.value(seen, "ofOutcome") or facts.value(seen, "shownBy") or seen


def _exposures(claims: Claims, seen: str) -> tuple[str, ...]:
    """Return what of one treatment an outcome answers to: doses, or the treatment itself."""
    words, facts = claims.words, claims.words.facts
    of_it = facts.values(_claim(claims, seen), "responseTo")
    episodes = facts.values(seen, "ofTreatment") or tuple(words.episode(each) for each in of_it)
    return tuple(each for each in of_it if words.episode(each) in episodes) or episodes


def _given(claims: Claims, seen: str) -> str:
    """Return the drug with the dose that is meant; of one that was begun more than once, with its start."""
    words, facts = claims.words, claims.words.facts
    exposures, drugs = _exposures(claims, seen), _about(claims, seen)
    doses = [words.dose(each) for each in exposures if words.episode(each) != each]
    name = listed(sorted(map(words.label, drugs)))
    courses = [each for each in facts.claims("hasTreatment") if drugs & _about(claims, each)]
    since = [words.when(each).replace("at ", "from ", 1) for each in exposures] if len(courses) > 1 else []
    return joined(joined(name, *doses, by=" "), *since)


def _place(claims: Claims, node: str) -> tuple[int, int, str, str]:
    """Return the place of an outcome or a treatment: by when its dose was begun, then by when it was seen."""
    words = claims.words
    begun = _ranks(claims, _exposures(claims, node) or (node,))
    seen = _ranks(claims, (_claim(claims, node),))
    return begun, seen, words.labels(node, "aboutConcept"), words.labels(node, "domain")


def _ranks(claims: Claims, nodes: Iterable[str]) -> int:
    facts = claims.words.facts
    return min((facts.rank(facts.value(each, "at")) for each in nodes), default=0)
