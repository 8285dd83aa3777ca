"""What happened in a case, as marks of a timeline: outcomes by domain, turns, adverse events, tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from casegraph.plot.axis import Axis
from casegraph.plot.marks import Panel, anchored, fits, packed
from casegraph.story.outcomes import domain_of
from casegraph.story.telling import tell
from casegraph.story.words import Words, joined

__all__ = ["KINDS", "Event", "Kind", "events", "events_panel"]


_NO_TIME = "no time told"


@dataclass(frozen=True, slots=True)
class Kind:
    """A panel of events: its title, the properties that link a case to them, and how they are told in it.

    :param noun: what one of them is called, and several.
    :param told: words -> claim -> the label of its row, its sign, and its words.
    """

    title: str
    noun: tuple[str, str]
    links: tuple[str, ...]
    told: Callable[[Words, str], tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Event:
    """A claim that has one mark.

    :param sign: how it is drawn, by name.
    """

    claim: str
    at: str | None
    label: str
    sign: str
    text: str


def events(words: Words, kind: Kind) -> tuple[Event, ...]:
    """Return the events of one kind, those with one label together, by time."""
    found = [
        Event(claim, words.facts.value(claim, "at"), *kind.told(words, claim))
        for claim in words.facts.claims(*kind.links)
    ]
    found = [each if each.at else replace(each, text=joined(each.text, _NO_TIME)) for each in found]
    heads = list(dict.fromkeys(_head(each) for each in found))
    labels = list(dict.fromkeys(each.label for each in found))
    return tuple(sorted(found, key=lambda each: (heads.index(_head(each)), labels.index(each.label))))


def _head(event: Event) -> str:
    """Return what a label begins with: of an outcome, the part of the disease."""
    return event.label.partition(" on ")[0].partition(" after ")[0]


def events_panel(words: Words, axis: Axis, title: str, found: tuple[Event, ...]) -> Panel:
    """Return the panel of some events: a row for each label, more where they would lie over each other."""
    panel, rows = Panel(title), dict[tuple[str, int], str]()
    spots = packed(axis, ((each.label, axis.place(each.at), each.text) for each in found))
    for event, (label, row) in sorted(
        zip(found, spots, strict=True), key=lambda pair: (_first(found, pair[0].label), pair[1][1])
    ):
        name = rows.get((label, row))
        if name is None:
            name = rows[label, row] = panel.row("" if row else label)
        place = axis.place(event.at)
        head = {"row": name, "told": tell(words, event.claim), "href": f"#{words.facts.name(event.claim)}"}
        if not place.exact:
            panel.marks.append({**head, "part": "unsure", "x": place.low, "x2": place.high})
            panel.marks.append({**head, "part": "about", "x": place.middle, "shift": -12})
        panel.marks.append({**head, "part": "sign", "x": place.middle, "sign": event.sign})
        if event.text:
            panel.marks.append({**head, **anchored(axis, place.middle, event.text)})
    return panel


def _first(found: tuple[Event, ...], label: str) -> int:
    return next(index for index, each in enumerate(found) if each.label == label)


def _response(words: Words, claim: str) -> tuple[str, str, str]:
    exposures = words.facts.values(claim, "responseTo")
    drugs = list(dict.fromkeys(words.drug(each) for each in exposures))
    stopped = list(dict.fromkeys(words.drug(each) for each in words.facts.values(claim, "afterStopping")))
    direction = words.label(words.facts.value(claim, "direction"))
    outcome = joined(direction, words.text_of(claim, "degree", "({})"), by=" ")
    text = joined(outcome, _many(words, claim, "responderCount"))
    label = _with_drugs(_with_drugs(domain_of(words, claim), " on ", drugs), " after the stop of ", stopped)
    return label, words.facts.name(words.facts.value(claim, "direction") or ""), text


def _with_drugs(label: str, between: str, drugs: list[str]) -> str:
    """Return a label with drugs by their names, where it has room for them; else with how many they are."""
    if not drugs:
        return label
    named = f"{label}{between}{' + '.join(drugs)}"
    return named if fits(named) or len(drugs) == 1 else f"{label}{between}{len(drugs)} treatments"


def _many(words: Words, claim: str, name: str) -> str:
    """Return in how many patients of how many, of a group."""
    some, all_ = words.text(claim, name), words.text(claim, "evaluatedCount")
    return f"{some or '?'} of {all_ or '?'}" if some or all_ else ""


def _turn(words: Words, claim: str) -> tuple[str, str, str]:
    kind = words.label(words.facts.value(claim, "rdf:type"))
    duration = words.duration(claim)
    printed = words.text(claim, "timePrinted", "for “{}”" if duration else "“{}”")
    return (
        joined(kind, words.text_of(claim, "domain", "({})"), by=" "),
        words.facts.kind(claim),
        printed or duration,
    )


def _adverse(words: Words, claim: str) -> tuple[str, str, str]:
    kind = words.facts.kind(claim)
    drugs = list(dict.fromkeys(words.drug(each) for each in words.facts.values(claim, "duringTreatment")))
    none = {"NoAdverseEvent": "none at all", "NoSignificantAdverseEvent": "none significant"}
    label = _with_drugs(none.get(kind) or words.labels(claim, "aboutConcept"), ", during ", drugs)
    return label, kind, "none" if kind in none else words.labels(claim, "severity") or "observed"


def _test(words: Words, claim: str) -> tuple[str, str, str]:
    facts = words.facts
    number = facts.number(claim, "value")
    value = "" if number is None else f"{number:f}"
    unit = words.text(claim, "unit") or words.labels(claim, "unitConcept")
    unit = "" if unit == "1" else unit
    outcome = words.labels(claim, "resultConcept") or words.labels(claim, "result")
    change = joined(words.labels(claim, "direction"), words.text_of(claim, "degree", "({})"), by=" ")
    many = _many(words, claim, "positiveCount")
    sign = facts.value(claim, "result") or facts.value(claim, "direction")
    text = joined(joined(value, unit if value else "", by=" "), outcome, change, many)
    return words.labels(claim, "aboutConcept"), facts.name(sign or "") or "value", text or "done"


#: The panels below that of the treatments, in order.
KINDS: tuple[Kind, ...] = (
    Kind(
        "What became of it, by part of the disease",
        ("outcome", "outcomes"),
        ("hasResponse", "lacksResponse", "questionsResponse"),
        _response,
    ),
    Kind("Course", ("turn of the course", "turns of the course"), ("hasCourse",), _turn),
    Kind(
        "Adverse events",
        ("statement on adverse events", "statements on adverse events"),
        ("hasAdverseEvent", "excludesAdverseEvent"),
        _adverse,
    ),
    Kind("Tests", ("test", "tests"), ("hasTestResult",), _test),
)
