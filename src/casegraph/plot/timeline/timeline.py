"""The timeline of a case as a picture: treatments with their doses, outcomes, turns, tests, on one axis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from textwrap import wrap
from types import MappingProxyType

from casegraph.namespaces import BASE, readable
from casegraph.plot.look import framed
from casegraph.plot.picture import Cell, Picture, Spec
from casegraph.plot.timeline.axis import Axis, axis_of
from casegraph.plot.timeline.courses import Lanes, by_start
from casegraph.plot.timeline.events import KINDS, Event, events, events_panel
from casegraph.plot.timeline.exposures import exposures, times_of
from casegraph.plot.timeline.keys import heads, is_derived, times_panel
from casegraph.plot.timeline.lanes import TREATMENTS, treatments_panel
from casegraph.plot.timeline.legend import key_panel
from casegraph.plot.timeline.marks import Panel
from casegraph.plot.timeline.panels import heads_view, least_width, panel_view
from casegraph.plot.timeline.table import COLUMNS, of_event, of_exposure
from casegraph.story.frame import person
from casegraph.story.words import Words, joined, listed

__all__ = ["timeline"]

_NOTES: Mapping[bool, str] = MappingProxyType(
    {
        False: "The columns are in the order that the report tells; how far apart they stand means nothing.",
        True: "The axis is to scale: all that is drawn has both an earliest and a latest day.",
    }
)
_SCALES: Mapping[bool, str] = MappingProxyType(
    {False: "The axis gives the order as told, not to scale.", True: "The axis is to scale."}
)
#: each note on a kind of line or bar, with the parts of a drawing that it is of.
_OF_PARTS = (
    ("A bar tells that a treatment was under way, not that it was given without a break.", "given lowered"),
    (
        "What stands on a dashed line with ≈ lies somewhere on it: before, at or after what is drawn there.",
        "about",
    ),
    ("A dotted line is neither a treatment nor a gap: it is not stated whether it went on.", "open"),
)
_SEEN = "The dashed line of an outcome tells when it may have been seen, not how long it lasted."
_NOT_DUE = "What followed a treatment in time need not be due to it, nor what was added to others."
_NOT_HERE = "Findings and diagnoses are told in the text, not here."

#: letters of a line of the title.
_TITLE = 46

#: so many orders that are not to be seen are told.
_MOST = 12


def timeline(words: Words) -> Picture:
    """Return the timeline of a case or group.

    Lengths mean time only where each time that is drawn has an earliest and a latest day; else each occasion
    that comes certainly before the next has a column. Nothing is drawn at a place that is not known.

    :param words: the case, as :func:`casegraph.facts.read_case` reads it.
    """
    lanes = exposures(words.facts)
    happened = {kind.title: events(words, kind) for kind in KINDS}
    who = readable(words.facts.case.removeprefix(BASE).partition("/")[2])
    title = f"Timeline of {who}: {person(words)}"
    told = (f"Timeline of {who}", person(words))
    lines = [line for each in told for line in wrap(each, _TITLE, break_on_hyphens=False)]
    if not lanes and not any(happened.values()):
        why = "Nothing to draw: no treatment, outcome, turn, adverse event or test is told of this case."
        return Picture("timeline", title, why, {}, (), COLUMNS, ())
    axis = axis_of(words, _used(words, lanes, happened))
    lanes = by_start(words.facts, axis, lanes)
    summary = _summary(words, lanes, happened, axis)
    panels = _panels(words, axis, lanes, happened)
    spec = framed(
        {
            **_views(words, axis, panels),
            "title": {"text": lines, "anchor": "start", "fontSize": 13},
            "usermeta": {"leastWidth": least_width(axis)},
        },
        title=title,
        summary=summary,
    )
    rows = (*_lane_rows(words, lanes), *_event_rows(words, happened))
    return Picture("timeline", title, summary, spec, tuple(_notes(words, axis, panels)), COLUMNS, tuple(rows))


def _used(words: Words, lanes: Lanes, happened: Mapping[str, tuple[Event, ...]]) -> dict[str, int]:
    """Return the occasions at which something is drawn, each with how many things are."""
    found: Counter[str] = Counter()
    for episode, dosings in lanes:
        found.update(time for each in (episode, *dosings) for time in times_of(each))
    found.update(each.at for group in happened.values() for each in group if each.at is not None)
    return dict(found)


def _panels(
    words: Words, axis: Axis, lanes: Lanes, happened: Mapping[str, tuple[Event, ...]]
) -> tuple[Panel, ...]:
    treatments = (treatments_panel(words, axis, lanes),) if lanes else ()
    events = (events_panel(words, axis, title, found) for title, found in happened.items() if found)
    return (*treatments, *events)


def _views(words: Words, axis: Axis, panels: tuple[Panel, ...]) -> Spec:
    times, key = times_panel(words, axis), key_panel(axis, panels)
    views = [panel_view(each, axis) for each in panels]
    tops = [heads_view(axis, heads(words, axis))] if axis.columns else []
    below = [panel_view(times, axis, titled=True)] if times.marks else []
    lower = [*below, *([panel_view(key, axis, framed=False)] if key.marks else [])]
    own = dict.fromkeys(("shape", "stroke", "fill"), "independent")
    return {"vconcat": [*tops, *views, *lower], "spacing": 14, "resolve": {"scale": own}}


def _summary(words: Words, lanes: Lanes, happened: Mapping[str, tuple[Event, ...]], axis: Axis) -> str:
    drugs = list(dict.fromkeys(words.drug(episode.claim) for episode, _ in lanes))
    kinds = Counter(episode.kind for episode, _ in lanes)
    ends = (
        _many(kinds["stopped"] + kinds["undated"], "stopped"),
        _many(kinds["once"], "done or given at one time"),
        _many(kinds["implied"], "with a stop that is only implied"),
        _many(kinds["ongoing"], "still given when last told of"),
        _many(kinds["lasted"], "of a told length"),
        _many(kinds["open"], "without a stated end"),
    )
    told = [counted(len(happened[each.title]), *each.noun) for each in KINDS if happened[each.title]]
    given = f"{counted(len(lanes), 'treatment', 'treatments')} ({listed(drugs)}): {joined(*ends)}"
    scale = _SCALES[axis.to_scale] if axis.places else "No time is told of it, so that nothing has a place."
    given = given if lanes else "No treatment is told"
    return joined(f"{given}.", f"Also drawn: {listed(told)}." if told else "", scale, by=" ")


def counted(count: int, one: str, several: str) -> str:
    """Return how many of something there are.

    >>> counted(1, "test", "tests"), counted(2, "test", "tests")
    ('1 test', '2 tests')
    """
    return f"{count} {one if count == 1 else several}"


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count else ""


def _notes(words: Words, axis: Axis, panels: tuple[Panel, ...]) -> Iterator[str]:
    facts = words.facts
    if axis.places:
        yield _NOTES[axis.to_scale]
    zero = facts.value(facts.case, "zeroPoint")
    if zero is not None:
        yield f"Days are counted from the occasion {facts.name(zero)}."
    if any(is_derived(words, each) for each in axis.places):
        yield "A derived day is not told: it follows from the order and from other times."
    yield from _of_drawn(panels)
    if axis.life.high < axis.last:
        yield "Only what is told to be after death stands behind it; all else is drawn up to it."
    if unseen := [f"{facts.name(one)} before {facts.name(other)}" for one, other in axis.unseen]:
        more = f"; and {len(unseen) - _MOST} more" if len(unseen) > _MOST else ""
        yield f"Certain too, though not to be seen here: {'; '.join(unseen[:_MOST])}{more}."
    silent = [words.labels(each, "aboutConcept") for each in facts.values(facts.case, "leavesOpen")]
    if silent:
        yield f"Looked for and not stated, which is not absence: {listed(sorted(set(silent)))}."


def _of_drawn(panels: tuple[Panel, ...]) -> Iterator[str]:
    """Yield the notes on what is drawn: none on a bar, a line or a treatment where there is none."""
    drawn = {each.title: {mark["part"] for mark in each.marks} for each in panels}
    parts = set[str]().union(*drawn.values())
    yield from (note for note, of in _OF_PARTS if parts & set(of.split()))
    if "unsure" in drawn.get(KINDS[0].title, ()):
        yield _SEEN
    if len(drawn) > 1 and TREATMENTS in drawn:
        yield _NOT_DUE
    yield _NOT_HERE


def _lane_rows(words: Words, lanes: Lanes) -> Iterator[tuple[Cell, ...]]:
    for episode, dosings in lanes:
        for each in (episode, *dosings):
            yield of_exposure(words, each)


def _event_rows(words: Words, happened: Mapping[str, tuple[Event, ...]]) -> Iterator[tuple[Cell, ...]]:
    for title, found in happened.items():
        for each in found:
            yield of_event(words, title, each)
