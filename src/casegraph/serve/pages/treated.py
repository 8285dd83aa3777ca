"""Treatments with their doses as a table, and what became of each domain, of the harms and of the course."""

from __future__ import annotations

from collections.abc import Iterator

from casegraph.serve.pages.claims import Claims
from casegraph.serve.pages.markup import Content, element
from casegraph.serve.pages.tables import Row, table
from casegraph.story.telling import end, told
from casegraph.story.words import joined

__all__ = ["adverse_events", "course", "responses", "treatments"]

_OUTCOMES = ("hasResponse", "lacksResponse", "questionsResponse")
_ENDS = "Where no end is told, nobody knows when it ended: it may have gone on."
_BESIDE = "A response on a treatment is not caused by it: what ran beside it is told with each."


def treatments(claims: Claims) -> Content:
    """Return treatments with their doses; nothing where there are none."""
    columns = ("treatment and dose", "from", "until", "remarks", "where it stands")
    made = table("A row for each treatment, and below it one for each of its doses", columns, _rows(claims))
    return claims.section("_treatments", "Treatments and doses", element("p", _ENDS), made) if made else ""


def _rows(claims: Claims) -> Iterator[Row]:
    facts = claims.words.facts
    for episode in facts.claims("hasTreatment"):
        yield _row(claims, episode, claims.words.drug(episode), "treatment")
        segments = facts.values(episode, "hasSegment")
        for segment in sorted(segments, key=lambda each: (facts.rank(facts.value(each, "at")), each)):
            yield _row(claims, segment, _dose(claims, segment), "dose")


def _dose(claims: Claims, segment: str) -> str:
    words = claims.words
    weight = words.per_weight(segment)
    no_dose = "each dose not stated" if words.in_all(words.episode(segment)) else "dose not stated"
    return joined(words.dosing(segment) or no_dose, f"that is {weight}" if weight else "")


def _row(claims: Claims, exposure: str, what: str, class_: str) -> Row:
    words, facts = claims.words, claims.words.facts
    begun = [part for each in facts.values(exposure, "at") for part in _time(claims, each)]
    later = (each for each in facts.having("follows") if exposure in facts.values(each, "follows"))
    next_ = [part for each in later for part in (", ", claims.to(each))][1:]
    sites = joined(words.labels(exposure, "laterality"), words.labels(exposure, "site"), by=" ")
    indication = words.labels(exposure, "indication")
    remarks = joined(
        sites,
        f"for {indication}" if indication else "",
        words.text_of(exposure, "intent", "intent: {}"),
        words.duration(exposure),
        words.in_all(exposure),
        *(f"because of {facts.name(each)}" for each in facts.values(exposure, "changeReason")),
        words.text(exposure, "gist"),
        by="; ",
    )
    until = end(words, exposure) or (["followed by ", *next_] if next_ else "not told")
    cells = (begun or "not told", until, remarks, claims.where(exposure, timed=False))
    return Row(what, cells, claims.anchor(exposure), class_)


def _time(claims: Claims, occasion: str) -> Iterator[Content]:
    when = claims.words.time(occasion)
    yield claims.to(occasion)
    if when:
        yield f" ({when})"


def responses(claims: Claims) -> Content:
    """Return what became of it, domain by domain; nothing where nothing is told."""
    words, facts = claims.words, claims.words.facts
    by_domain: dict[str, list[str]] = {}
    for claim in facts.claims(*_OUTCOMES):
        by_domain.setdefault(words.labels(claim, "domain") or "no domain told", []).append(claim)
    lists = [
        element("section", element("h3", domain), claims.entries(told(words, each)))
        for domain, each in sorted(by_domain.items())
    ]
    return claims.section("_responses", "What became of it", element("p", _BESIDE), lists) if lists else ""


def adverse_events(claims: Claims) -> Content:
    """Return the adverse events, and those that are told not to have been; nothing where nothing is told."""
    links = ("hasAdverseEvent", "excludesAdverseEvent")
    lines = told(claims.words, claims.words.facts.claims(*links))
    return claims.section("_adverse-events", "Adverse events", claims.entries(lines))


def course(claims: Claims) -> Content:
    """Return flares, remissions and the like; nothing where nothing is told."""
    lines = told(claims.words, claims.words.facts.claims("hasCourse"))
    return claims.section("_course", "Course", claims.entries(lines))
