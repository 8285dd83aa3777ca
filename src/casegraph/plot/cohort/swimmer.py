"""The swimmer plot of a cohort: a lane a case, with its treatments and what was seen since they began."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

from casegraph.errors import InputError
from casegraph.plot.cohort.called import address_of, called
from casegraph.plot.cohort.cohort import Cohort, treatment_label
from casegraph.plot.cohort.courses import Lane, Run, lane
from casegraph.plot.cohort.groups import groups_of
from casegraph.plot.cohort.nothere import called_as_asked
from casegraph.plot.cohort.seen import UNCLEAR
from casegraph.plot.cohort.strokes import MOST_RUNS, Strokes
from casegraph.plot.cohort.worded import by_word
from casegraph.plot.look import framed
from casegraph.plot.picture import Cell, Picture, Spec
from casegraph.plot.shown import counted, days, in_columns, read_in_table, since
from casegraph.story.spans import as_read
from casegraph.story.words import joined

__all__ = ["POSSIBLY_SAME", "swimmer"]

#: So many lanes are drawn, and so many cases looked at for the longest.
_LANES: Final = 40
_LOOKED_AT: Final = 200
_ENDS: Final = {
    "stopped": "then stopped",
    "stop implied": "a stop is only implied",
    "ongoing": "still given when last told of",
    "not told": "end not told",
}
_COLUMNS: Final = {
    "case": "the case; several reports may tell of one patient, and each has a lane, below one another",
    "treatment": "the course, as the report tells it",
    "what was given": "the drug or procedure",
    "starts": "days after the start of the lane, which is that of the treatment that has *at the start*",
    "lasted": "how long it ran, as far as the report tells",
    "end": "stopped, ongoing when last told of, or not told; not told is not stopped",
    "seen": "what was seen, of several drugs on which, and how many days after the start of the lane",
}
_NOTES: Final = (
    "Days or months of 30.4 days count from the first start that is told of what is drawn; where no day is "
    "told from then on, from the start of the drug of which some length is told. A lane of several names it.",
    "Solid: it certainly ran. Dashed outline: it possibly ran. Dashed line: until when is not told. A stroke "
    "across: stopped by then. Arrow: still given when last told of. A question mark: how long is not told.",
    "What is only listed was given, and the report does not tell when it began, or how long it ran. What may "
    "have begun or come before the days begin to count stands in words: no line leads to it.",
    "Of each drug of a lane the first response is told; it has a mark only beside the course of that drug.",
    "A mark with a line stands at the latest day on which it may have been. What has no latest day, or only "
    "that of what came later, as death, has no mark: its name stands in words, or above a dashed line from "
    "the earliest.",
    "What was seen on a treatment, or after it began, was not necessarily caused by it. Laboratory values "
    "are no responses here; the page of a case has theirs.",
)
#: What comes of data that no load lets in, as a number that is none.
_UNREADABLE: Final = (InputError, ArithmeticError, ValueError, RecursionError)
_SAME: Final = ", the same patient as above"
_BY_WORD: Final = ", here by the authors' word alone"
#: Which cases are possibly of one patient.
POSSIBLY_SAME: Final = (
    "SELECT ?case ?other { # the cases\n  GRAPH ?asserted { ?case cg:possiblySamePatientAs ?other } }"
)
_UNTOLD: Final = "not told"
_NO_LANE: Final = "so nothing is drawn"


def swimmer(cohort: Cohort) -> Picture:
    """Return the swimmer plot; it has no specification where no case was given what it is about.

    :raises StoreError: if the store fails.
    """
    what = "what the query asks for" if cohort.drugs else "any treatment"
    treated = sorted({row["case"] for row in cohort.given if not cohort.drugs or row["drug"] in cohort.drugs})
    if not treated:
        return Picture("swimmer", "Time on treatment", _untreated(cohort, what), {}, (), _COLUMNS, ())
    looked = treated[:_LOOKED_AT]
    found, unread = _read(cohort, looked)
    if not found:
        told = f"The times of {counted(len(unread), 'case')} cannot be read, {_NO_LANE}."
        return Picture("swimmer", "Time on treatment", told, {}, (), _COLUMNS, ())
    shown = _together(cohort, found)[:_LANES]
    many = counted(len(treated), "case")
    title = f"Time on treatment: {_part(many, treated, looked, shown)}"
    names = _names(cohort, [each.case for each in shown])
    rows = tuple(row for each in shown for row in _rows(cohort, names, each))
    notes = (*_notes(treated, looked, shown), *_possibly_same(cohort, names), *unread)
    if not any(each.has_days for each in shown):
        told = (
            f"Of {many} given {what}, none tells how long, or of a day on which anything was seen, {_NO_LANE}"
        )
        return Picture("swimmer", title, f"{told}; what is told is in the table.", {}, (), _COLUMNS, rows)
    lasting = sum(each.longest[0] > 0 for each in shown)
    summary = (
        f"{counted(len(shown), 'lane')}, one a case, of {many} given {what}; of {lasting:,} of them the "
        f"report tells some length.{_longest(names, shown[0])}"
    )
    spec = read_in_table(in_columns(framed(_view(cohort, names, shown), title=title, summary=summary)))
    return Picture("swimmer", title, summary, spec, notes, _COLUMNS, rows)


def _untreated(cohort: Cohort, what: str) -> str:
    """Return that nothing is drawn, since of no case it is told that it was given what is asked for."""
    many = counted(len(cohort.cases), "case")
    if not (cohort.drugs and cohort.given):
        return f"Of {many}, none is told to have been given {what}, {_NO_LANE}."
    return (
        f"Of {many} no treatment by the name of {called_as_asked(cohort, 'drug')}, or of a kind of it, is "
        f"told, {_NO_LANE}; which treatments were given is on the pages of the cases."
    )


def _view(cohort: Cohort, names: Mapping[str, str], shown: Sequence[Lane]) -> Spec:
    strokes = Strokes(groups_of(cohort, shown), has_drug=bool(cohort.drugs))
    for each in shown:
        strokes.add(each, names[each.case], {run.claim: _told(cohort, run) for run in each.runs})
    return strokes.view()


def _together(cohort: Cohort, lanes: Iterable[Lane]) -> list[Lane]:
    """Return lanes, the longest first, and those of one patient below one another."""
    by_length = sorted(lanes, key=lambda each: (*(-days for days in each.longest), each.case))
    place: dict[str, int] = {}
    for each in by_length:
        place.setdefault(cohort.patients[each.case], len(place))
    return sorted(by_length, key=lambda each: place[cohort.patients[each.case]])


def _names(cohort: Cohort, cases: Sequence[str]) -> dict[str, str]:
    """Return what cases are called; one by word alone, or of the patient of the case before it, says so."""
    names = called(cohort, {case: cohort.reports.get(case, "") for case in cases})
    for case in names.keys() & by_word(cohort).keys():
        names[case] += _BY_WORD
    for before, case in pairwise(cases):
        if cohort.patients[before] == cohort.patients[case]:
            names[case] += _SAME
    return names


def _possibly_same(cohort: Cohort, names: Mapping[str, str]) -> Iterator[str]:
    """Yield a line for each two lanes that are possibly of one patient, which nobody decided."""
    pairs = {
        (names[row["case"]], names[row["other"]])
        for row in cohort.ask(POSSIBLY_SAME)
        if {row["case"], row["other"]} <= names.keys()
    }
    for one, other in sorted({tuple(sorted(pair)) for pair in pairs}):
        yield f"Possibly one patient, of whom two reports tell: {one}; {other}."


def _read(cohort: Cohort, cases: Iterable[str]) -> tuple[list[Lane], list[str]]:
    """Return the lanes of cases, and a line for each that cannot be read, as one that was edited by hand."""
    found, unread = [], []
    for case in cases:
        try:
            each = lane(cohort.store, case, cohort.drugs)
        except _UNREADABLE as error:
            unread.append(f"Left out, for its times cannot be read: {address_of(case)}: {error}")
            continue
        if each is not None:
            found.append(each)
    return found, unread


def _part(many: str, treated: Sequence[str], looked: Sequence[str], shown: Sequence[Lane]) -> str:
    if len(shown) == len(treated):
        return many
    among = "first" if len(looked) == len(treated) else f"of the first {len(looked):,}"
    return f"{len(shown)} of {many}, the longest {among}"


def _notes(treated: Sequence[str], looked: Sequence[str], shown: Sequence[Lane]) -> tuple[str, ...]:
    notes = list(_NOTES)
    if len(looked) < len(treated):
        many = f"Of {len(treated):,} cases the first {len(looked):,} by their address were looked at"
        notes.append(f"{many}, and of these the {len(shown):,} longest are drawn.")
    elif len(shown) < len(treated):
        notes.append(f"{len(shown):,} of {len(treated):,} cases are drawn, the longest first.")
    if any(len(each.runs) > MOST_RUNS for each in shown):
        notes.append(f"Of a case at most {MOST_RUNS} courses are drawn; the table has all.")
    return tuple(notes)


def _longest(names: Mapping[str, str], first: Lane) -> str:
    """Return the longest that is told of any course, in words; others may have been longer."""
    run = max(first.runs, key=lambda each: each.length[0] or 0)
    if not run.length[0]:
        return ""
    return f" The longest that is told, {names[first.case]}: {_lasted(run)}, {_ENDS[run.end]}."


def _told(cohort: Cohort, run: Run) -> tuple[str, str]:
    return treatment_label(cohort, run.drug), _lasting(run)


def _lasting(run: Run) -> str:
    told = _lasted(run)
    length = "length not told" if told == _UNTOLD else told
    start = "begun earlier; " if run.is_earlier else "start not told; "
    if run.has_place and not run.is_earlier:
        start = "" if run.starts[0] == run.starts[1] else f"began {_started(run)}; "
    end = "" if told == run.end == _UNTOLD else f", {_ENDS[run.end]}"
    return f"{start}{length}{end}"


def _started(run: Run) -> str:
    told = "earlier, or with it" if run.is_earlier else since(*run.starts)
    return as_read(told, is_read=run.is_start_read and told != _UNTOLD)


def _lasted(run: Run) -> str:
    """Return how long a course ran, and of how many single doses it was; no hedge where nothing is told."""
    told = days(*run.length)
    if told == _UNTOLD:
        return told
    doses = f" ({run.singles} single doses)" if run.singles else ""
    return f"{as_read(told, is_read=run.is_length_read)}{doses}"


def _rows(cohort: Cohort, names: Mapping[str, str], each: Lane) -> Iterable[tuple[Cell, ...]]:
    for run in each.runs:
        yield (
            Cell(names[each.case], each.case),
            Cell(run.claim.partition("#")[2], run.claim),
            Cell(treatment_label(cohort, run.drug), run.drug),
            Cell(_started(run)),
            Cell(_lasted(run)),
            Cell(run.end),
            Cell(""),
        )
    seen = [
        (event, as_read(since(*event.at), is_read=event.is_read)) for event in (*each.events, *each.unplaced)
    ]
    for event, when in (*seen, *((event, "earlier, or with the start") for event in each.earlier)):
        on = ", ".join(treatment_label(cohort, drug) for drug in each.on(event))
        kind = f"{event.kind} on {on}" if on else event.kind
        yield (
            Cell(names[each.case], each.case),
            Cell(event.claim.partition("#")[2], event.claim),
            *(Cell("") for _ in range(4)),
            Cell(joined(kind, joined("" if event.kind == UNCLEAR else when, event.quoted), by=": ")),
        )
