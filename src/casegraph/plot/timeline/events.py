"""What happened in a case, as marks of a timeline: outcomes by domain, turns, adverse events, tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from textwrap import shorten

from casegraph.plot.timeline.axis import Axis, order_told
from casegraph.plot.timeline.courses import with_drugs
from casegraph.plot.timeline.marks import Datum, Panel, anchored, folded, is_anywhere, packed
from casegraph.plot.timeline.places import Place
from casegraph.plot.timeline.results import result
from casegraph.plot.timeline.running import seen_by
from casegraph.story.moments import UNTIMED, counts_from_zero, untimed
from casegraph.story.outcomes import followed, responders, scope_of
from casegraph.story.telling import tell
from casegraph.story.words import Words, joined, listed

__all__ = ["KINDS", "Event", "Kind", "events", "events_panel"]


#: letters of printed words for a time that stand at a mark.
_PRINTED = 30
#: what a claim itself tells of its time.
_TIMES = ("timePrinted", "durationMinDays", "durationMaxDays", "latencyMinDays", "latencyMaxDays")
#: letters of the curator's words that are drawn.
_GIST = 40


@dataclass(frozen=True, slots=True)
class Kind:
    """A panel of events: its title, the properties that link a case to them, and how they are told in it.

    :param noun: what one of them is called, and several.
    :param told: words -> claim -> what rows stand together by, the label of its row, its sign, its words.
    """

    title: str
    noun: tuple[str, str]
    links: tuple[str, ...]
    told: Callable[[Words, str], tuple[str, str, str, str]]


@dataclass(frozen=True, slots=True)
class Event:
    """A claim that has one mark.

    :param head: what its row stands together with others by: of an outcome the part of the disease.
    :param sign: how it is drawn, by name.
    :param since: the occasions that it is certainly not before: when what it was seen on began or ended.
    :param until: those by the last of which it was seen, if its time is not told.
    """

    claim: str
    at: str | None
    head: str
    label: str
    sign: str
    text: str
    since: tuple[str, ...] = ()
    until: tuple[str, ...] = ()

    def place(self, axis: Axis) -> Place:
        """Return where it lies; without a time anywhere between what it cannot be before and after."""
        if self.at is not None:
            return axis.place(self.at)
        low = max((axis.place(each).low for each in self.since), default=axis.life.low)
        high = max((axis.place(each).high for each in self.until), default=axis.life.high)
        return Place(low, max(low, high))

    def is_signed(self, axis: Axis) -> bool:
        """Say whether its sign is drawn: only if its time is told, and not as lying anywhere in a life.

        Of what was seen on a treatment, not either where nothing is told by when that was.
        """
        place = self.place(axis)
        is_endless = bool(self.since) and not place.exact and place.high >= axis.life.high
        return self.at is not None and not is_endless and not is_anywhere(axis, place)


def events(words: Words, kind: Kind) -> tuple[Event, ...]:
    """Return the events of one kind, those of one head together, and of one label, by time."""
    found = [
        Event(
            claim,
            words.facts.value(claim, "at"),
            *kind.told(words, claim),
            _since(words, claim),
            seen_by(words.facts, claim),
        )
        for claim in words.facts.claims(*kind.links)
    ]
    found = [each if each.at else replace(each, text=joined(each.text, UNTIMED)) for each in found]
    heads = list(dict.fromkeys(each.head for each in found))
    labels = list(dict.fromkeys(each.label for each in found))
    return tuple(sorted(found, key=lambda each: (heads.index(each.head), labels.index(each.label))))


def _since(words: Words, claim: str) -> tuple[str, ...]:
    facts = words.facts
    seen_on = (*facts.values(claim, "responseTo"), *facts.values(claim, "duringTreatment"))
    begun = [facts.value(each, "at") or facts.value(words.episode(each), "at") for each in seen_on]
    ended = [facts.value(each, "endsAt") for each in facts.values(claim, "afterStopping")]
    return tuple(each for each in (*begun, *ended) if each is not None)


def events_panel(words: Words, axis: Axis, title: str, found: tuple[Event, ...]) -> Panel:
    """Return the panel of some events: a row for each label, more where they would lie over each other."""
    panel, rows = Panel(title), dict[tuple[str, int], str]()
    found = tuple(_in_time(words, axis, each, _later(axis, each, found)) for each in found)
    spots = packed(axis, ((each.label, *_spot(words, axis, each)) for each in found))
    for event, (label, row) in sorted(
        zip(found, spots, strict=True), key=lambda pair: (_first(found, pair[0].label), pair[1][1])
    ):
        name = rows.get((label, row))
        if name is None:
            name = rows[label, row] = panel.row("" if row else label)
        head = {"row": name, "told": tell(words, event.claim), "href": f"#{words.facts.name(event.claim)}"}
        panel.marks += _marks(words, axis, event, head)
    return panel


def _later(axis: Axis, event: Event, found: tuple[Event, ...]) -> list[str]:
    """Return what an event certainly came before, and has its sign at the same place as the event."""
    here = {each.at for each in found if each.at is not None and each.place(axis) == event.place(axis)}
    return [other for one, other in axis.unseen if one == event.at and other in here]


def _in_time(words: Words, axis: Axis, event: Event, later: list[str]) -> Event:
    """Return an event with its time in words: of a turn, and as printed of what lies on a stretch."""
    facts = words.facts
    is_turn = event.claim in facts.values(facts.case, "hasCourse")
    if event.at is None or not event.is_signed(axis) or (event.place(axis).exact and not is_turn):
        return event
    own = followed(words, event.claim) or any(facts.values(event.claim, each) for each in _TIMES)
    quoted = "" if own else _time(words, event.at, is_turn=is_turn)
    before = f"before {listed([facts.name(each) for each in later])}" if later else ""
    return replace(event, text=joined(event.text, quoted, before))


def _time(words: Words, occasion: str, *, is_turn: bool) -> str:
    """Return the printed words for a time, if few; of a turn else its days, or that none are told."""
    printed = words.facts.value(occasion, "timePrinted")
    if printed and len(printed) <= _PRINTED:
        return f"“{printed}”"
    if not is_turn:
        return ""
    counted = words.days(occasion) if counts_from_zero(words.facts, occasion) else ""
    return counted or words.since(occasion) or UNTIMED


def _spot(words: Words, axis: Axis, event: Event) -> tuple[Place, str]:
    """Return where an event is drawn, and its words: at the left edge where it can be anywhere."""
    place = event.place(axis)
    if event.is_signed(axis):
        return place, event.text
    if event.at is None:
        return Place(axis.first, axis.first) if is_anywhere(axis, place) else place, event.text
    if is_anywhere(axis, place):
        return Place(axis.first, axis.first), joined(event.text, order_told(words.facts, axis, event.at))
    return place, joined(event.text, _time(words, event.at, is_turn=False) or untimed(words.facts, event.at))


def _marks(words: Words, axis: Axis, event: Event, head: Datum) -> Iterator[Datum]:
    """Yield the marks of an event: one whose time is not told, or can be any, has words and no sign."""
    (place, text), is_signed = _spot(words, axis, event), event.is_signed(axis)
    if not place.exact:
        yield {**head, "part": "unsure", "x": place.low, "x2": place.high}
    if not place.exact and is_signed:
        yield {**head, "part": "about", "x": place.middle, "shift": -12}
    if is_signed:
        yield {**head, "part": "sign", "x": place.middle, "sign": event.sign}
    if text:
        yield {**head, **folded(anchored(axis, place.middle if is_signed else place.low, text))}


def _first(found: tuple[Event, ...], label: str) -> int:
    return next(index for index, each in enumerate(found) if each.label == label)


def _response(words: Words, claim: str) -> tuple[str, str, str, str]:
    direction = words.label(words.facts.value(claim, "direction"))
    outcome = joined(direction, words.text_of(claim, "degree", "({})"), by=" ")
    criterion = words.text(claim, "criterion", "by {}")
    scopes = (scope_of(words, claim), words.labels(claim, "domain"))
    links = {" on ": "responseTo", " after the stop of ": "afterStopping"}
    heads = tuple(joined(each, criterion, by=" ") for each in scopes)
    label = with_drugs(words, claim, heads, links, _background(words, claim))
    concerned = "" if label.startswith(scopes[0]) else scopes[0].removeprefix(scopes[1]).strip()
    text = joined(joined(outcome, concerned, by=" "), words.latency(claim), responders(words, claim))
    return scopes[1], label, words.facts.name(words.facts.value(claim, "direction") or ""), text


def _background(words: Words, claim: str) -> str:
    """Return what a label ends with that does not credit alone what others ran beside."""
    if words.facts.values(claim, "hasBackground"):
        return " + background"
    return " + possible background" if words.facts.values(claim, "mayHaveBackground") else ""


def _turn(words: Words, claim: str) -> tuple[str, str, str, str]:
    kind = words.label(words.facts.value(claim, "rdf:type"))
    duration = words.duration(claim)
    printed = words.text(claim, "timePrinted", "for “{}”" if duration else "“{}”")
    return (
        kind,
        joined(kind, words.text_of(claim, "domain", "({})"), by=" "),
        words.facts.kind(claim),
        joined(printed or duration, followed(words, claim)),
    )


def _adverse(words: Words, claim: str) -> tuple[str, str, str, str]:
    kind = words.facts.kind(claim)
    none = {"NoAdverseEvent": "none at all", "NoSignificantAdverseEvent": "none significant"}
    what = none.get(kind) or words.labels(claim, "aboutConcept")
    label = with_drugs(words, claim, (what,), {", during ": "duringTreatment"})
    said = "none" if kind in none else words.labels(claim, "severity") or "observed"
    return what, label, kind, joined(said, _in_whom(words, claim), by=": ")


def _in_whom(words: Words, claim: str) -> str:
    """Return of a group what its curator says of a harm: in whom it was, which has no count, stands there."""
    is_group = words.facts.kind(words.facts.case) == "Group"
    return shorten(words.text(claim, "gist"), _GIST, placeholder=" ...") if is_group else ""


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
    Kind("Tests", ("test", "tests"), ("hasTestResult",), result),
)
