"""What was tried and what became of it: a row for each outcome on a treatment or a dose."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from casegraph.serve.pages.beside import what_else
from casegraph.serve.pages.claims import Claims
from casegraph.serve.pages.disputed import disputed
from casegraph.serve.pages.given import claim_of, episodes_of, exposures_of, given
from casegraph.serve.pages.markup import Content, element
from casegraph.serve.pages.tables import Row, table
from casegraph.serve.pages.turns import failing_turns
from casegraph.story.courses import which_course
from casegraph.story.moments import at_moment, called, tells_time
from casegraph.story.outcomes import followed, scope_of, went
from casegraph.story.spans import as_read
from casegraph.story.telling import harm, told
from casegraph.story.words import Words, joined, listed

__all__ = ["OUTCOMES", "tried"]

_BY_RULE = (
    "How it went, and how fast, is as the report tells it. What else changed is derived by rule from the "
    "course; it is no word of the authors, and added to others is not caused by it."
)
_CAPTION = (
    "What was tried and what happened, as it was begun or first told of; where that order is not told, "
    "the order of rows means nothing"
)
_UNKNOWN = "no outcome of it is told"
_UNSEEN = "no outcome observed is told; the authors say of it: "
_ALL_UNKNOWN = "Given, and no outcome of any of them is told: "
_COLUMNS = ("treatment and dose", "domain", "what became of it, and what else changed")
#: the properties by which a case has what became of a treatment.
OUTCOMES = ("hasResponse", "lacksResponse", "questionsResponse")
#: how fast an outcome came; from so many days on, what is printed stands beside them.
_LATENCY, _LONG = ("latencyMinDays", "latencyMaxDays"), 60
#: the statements that say what a treatment did, or did not.
_OF_EFFECT = ("NonResponseStatement", "EffectivenessStatement", "RefractoryStatement", "AuthorStatement")


def tried(claims: Claims) -> Content:
    """Return what was tried, each course of it and each time that something became of it; nothing of a group.

    A response on one dose and a loss on another stand in two rows: no row has both. What is told of several
    treatments together stands in one.
    """
    facts = claims.words.facts
    if facts.kind(facts.case) == "Group":
        return ""
    seen = _seen_in(claims)
    answered = {course for each in seen for course in episodes_of(claims, each)}
    silent = [each for each in facts.claims("hasTreatment") if each not in answered]
    if not seen and _is_bare(claims, silent):
        return _given_alone(claims, silent)
    by_rule = element("p", _BY_RULE) if any(claim_of(claims, each[0]) != each[0] for each in seen) else ""
    in_order = sorted((*seen, *((each,) for each in silent)), key=lambda each: _place(claims, each))
    rows = (_silent(claims, each[0]) if each[0] in silent else _seen(claims, each) for each in in_order)
    return element("div", by_rule, table(_CAPTION, _COLUMNS, rows))


def _seen_in(claims: Claims) -> list[tuple[str, ...]]:
    """Return the outcomes, judged and not, and the turns that show a failure, those of one row together.

    A row has one outcome on all treatments that share it, or one turn on one drug.
    """
    facts = claims.words.facts
    judged, turns = facts.having("ofOutcome"), failing_turns(claims)
    known = {facts.value(each, "ofOutcome") for each in judged}
    others = [each for each in facts.claims(*OUTCOMES) if each not in known]
    rows: dict[tuple[str, str], list[str]] = {}
    for each in (*judged, *others, *turns):
        failed = ("aboutConcept", "failureKind") if each in turns else ()
        drug = " ".join(one for name in failed for one in facts.values(each, name))
        rows.setdefault((claim_of(claims, each), drug), []).append(each)
    return [tuple(each) for each in rows.values()]


def _is_bare(claims: Claims, courses: Iterable[str]) -> bool:
    """Say whether treatments are one course of each drug, and no word of the authors or harm hangs on any."""
    is_told = (which_course(claims.words, each) or _said_of(claims, each) for each in courses)
    return not any(is_told)


def _given_alone(claims: Claims, courses: Iterable[str]) -> Content:
    """Return the treatments of a case of which nothing but their names is to tell here."""
    links = [part for each in courses for part in ("; ", claims.to(each, claims.words.drug(each)))][1:]
    return element("p", _ALL_UNKNOWN, *links, ".") if links else ""


def _silent(claims: Claims, episode: str) -> Row:
    """Return that no outcome of a treatment is told, with what the authors say of it, and harm during it."""
    said = [*(_said_of(claims, episode) or [_UNKNOWN]), " ", claims.to(episode, "where it stands")]
    return Row(given(claims, (episode,)), ("", said))


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


def _seen(claims: Claims, seen: tuple[str, ...]) -> Row:
    """Return an outcome, or a failure that a flare or a relapse shows, with what else changed and ran."""
    words, facts = claims.words, claims.words.facts
    claim = claim_of(claims, seen[0])
    of_one = len(facts.values(claim, "domain")) == 1
    domains = dict.fromkeys(words.labels(each, "domain") for each in seen)
    domain = scope_of(words, claim, marked=True) if of_one else listed([*domains])
    attributed, *more = what_else(claims, seen, claim, episodes_of(claims, seen))
    said = [
        *_became(claims, seen[0], claim),
        f": {attributed}" if attributed else "",
        *(f"; {each}" for each in more if each),
        *disputed(claims, claim),
        *_why(claims, seen, claim),
    ]
    return Row(given(claims, seen), (domain, said))


def _why(claims: Claims, seen: tuple[str, ...], claim: str) -> Iterator[Content]:
    """Yield the link to why, or to where an outcome stands; of several that share a row, one for each."""
    words = claims.words
    if len(seen) == 1:
        yield " "
        yield claims.to(seen[0], "where it stands" if claim == seen[0] else "why")
        return
    drugs = [words.labels(each, "aboutConcept") for each in seen]
    names = drugs if len(set(drugs)) == len(seen) else [words.labels(each, "domain") for each in seen]
    for place, (each, name) in enumerate(zip(seen, names, strict=True)):
        yield ", " if place else ". Why: "
        yield claims.to(each, name)


def _became(claims: Claims, seen: str, claim: str) -> Iterator[Content]:
    words, facts = claims.words, claims.words.facts
    if facts.values(seen, "shownBy"):
        turn, how = words.labels(claim, "rdf:type"), words.labels(seen, "failureKind")
        failed = how if how.startswith(turn) else joined(turn, how, by=": ")
        yield joined(failed, followed(words, claim))
    else:
        yield joined(went(words, claim), words.latency(claim), words.marks(claim))
    printed = ""
    for occasion in (each for each in facts.values(claim, "at") if tells_time(facts, each)):
        before, name = at_moment(facts, occasion)
        yield f", {before}"
        yield claims.to(occasion, name)
        printed = _printed(words, claim, occasion)
    note = joined(printed, words.text(claim, "gist"), by="; ")
    yield f" ({note})" if note else ""


def _printed(words: Words, claim: str, occasion: str) -> str:
    """Return the printed time of an outcome, and whether its days are a reading of the curator.

    Nothing where it is the name of the occasion, or where few days tell how fast the outcome came.
    """
    facts = words.facts
    days = [int(found) for each in _LATENCY if (found := facts.value(claim, each))]
    printed = facts.value(occasion, "timePrinted") or ""
    if (days and max(days) < _LONG) or printed.casefold() == called(facts, occasion).casefold():
        return ""
    is_read = facts.name(facts.value(occasion, "timeBasis") or "") == "interpretation"
    read = as_read("its days", is_read=is_read) if is_read else ""
    return joined(words.text(occasion, "timePrinted", "printed as “{}”"), read)


def _place(claims: Claims, nodes: tuple[str, ...]) -> tuple[int, int, str, str]:
    """Return the place of a row: by when the last of it was begun, then by when the outcome was seen."""
    words = claims.words
    begun = max(_begun(claims, exposures_of(claims, (each,)) or (each,)) for each in nodes)
    seen = _ranks(claims, [claim_of(claims, each) for each in nodes])
    return begun, seen, words.labels(nodes[0], "aboutConcept"), words.labels(nodes[0], "domain")


def _begun(claims: Claims, exposures: Iterable[str]) -> int:
    """Return when the first of some exposures was begun, else first told of: its rank, the last if never."""
    words, facts = claims.words, claims.words.facts
    found = list[int]()
    for each in exposures:
        doses = [facts.value(one, "at") for one in facts.values(words.episode(each), "hasSegment")]
        later = (*doses, facts.value(each, "endsAt"), facts.value(each, "ongoingAt"))
        ranks = [facts.rank(one) for one in later if one is not None]
        own = facts.value(each, "at")
        found.append(facts.rank(own) if own else min(ranks, default=sys.maxsize))
    return min(found, default=0)


def _ranks(claims: Claims, nodes: Iterable[str]) -> int:
    facts = claims.words.facts
    return min((facts.rank(facts.value(each, "at")) for each in nodes), default=0)
