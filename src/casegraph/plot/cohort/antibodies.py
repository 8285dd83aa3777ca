"""The picture of which findings were told of the patients of a cohort who had an antibody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from casegraph.namespaces import CG
from casegraph.plot.cohort.called import address_of
from casegraph.plot.cohort.cohort import Cohort, label_of
from casegraph.plot.look import framed
from casegraph.plot.picture import Cell, Picture, Spec
from casegraph.plot.shown import counted, read_in_table

__all__ = ["QUESTIONS", "antibodies"]

_ANTIBODIES, _FINDINGS = 20, 25
#: Of a cell, beside its number, and of each letter of that.
_PADDING, _LETTER = 12, 8
#: How wide it may be on a page, and how wide a letter of a name and what stands beside a name are.
_WIDEST, _LETTER_OF_NAME, _BESIDE = 1_100, 7.2, 24
_FOUND: Final = "SELECT ?case ?finding {{ # the cases\n  GRAPH ?inferred {{ ?case cg:{} ?finding }} }}"
#: what it asks for -> the question.
QUESTIONS: Final[Mapping[str, str]] = {
    "tests": (
        "SELECT ?case ?test ?antibody ?result { # the cases\n"
        "  GRAPH ?asserted { ?case cg:hasTestResult ?test .\n"
        "    ?test cg:aboutConcept ?antibody ; cg:result ?result\n"
        "    # a summary whose members are not listed says nothing about one antibody\n"
        "    FILTER NOT EXISTS { ?test cg:coverage cg:membersNotListed } } }"
    ),
    "observed": _FOUND.format("phenotype"),
    "excluded": _FOUND.format("excludedPhenotype"),
}
_COLUMNS: Final = {
    "antibody": "the antibody",
    "patients tested": "patients of whom a result is told; who was not tested is not negative",
    "positive": "of them, those who were positive at any time",
    "finding": "what was looked for",
    "observed": "of the positive, those in whom it was seen at any time",
    "excluded": "of the positive, those in whom it was said to be absent and never seen",
    "not told": "of the positive, those of whom nothing is told; that is not absent",
    "cases": "a case of each patient with both",
}
#: Numbers of the legend, at most so many beside the nought.
_TICKS: Final = 4
_NOTES: Final = (
    "In a cell: observed of told, that is of the positive patients of whom the finding is told to be present "
    "or absent. A cell with a dot: told of none of them, which is not none.",
    "A finding and a kind of it, as weakness and weakness of the legs, have columns of their own, and may be "
    "one thing in one patient.",
    "Who was not tested is not negative, and an antibody and a finding in one patient do not show that one "
    "goes with the other: reports are written of what is remarkable.",
)


@dataclass(slots=True)
class _Tested:
    """Who was tested for an antibody, and who of them was positive."""

    tested: set[str] = field(default_factory=set)
    positive: set[str] = field(default_factory=set)
    cases: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Cell:
    """What is told of a finding in those who had an antibody."""

    antibody: str
    finding: str
    observed: frozenset[str]
    excluded: frozenset[str]
    silent: int

    @property
    def text(self) -> str:
        told = len(self.observed) + len(self.excluded)
        return f"{len(self.observed)}/{told}" if told else "\u00b7"


def antibodies(cohort: Cohort) -> Picture:
    """Return the picture; it has no specification where no antibody was positive.

    :raises StoreError: if the store fails.
    """
    tests = _tests(cohort)
    title = "Findings told of the patients with an antibody"
    never = [iri for iri, each in tests.items() if not each.positive]
    names = ", ".join(
        f"{label_of(cohort, iri)} ({len(tests[iri].tested)} tested)" for iri in never[:_ANTIBODIES]
    )
    notes = [*_NOTES, *([f"Tested and never positive: {names}."] if names else [])]
    having = {iri: each for iri, each in tests.items() if each.positive}
    everyone = counted(len(cohort.patients_of(cohort.cases)), "patient")
    if not having:
        told = f"No autoantibody is told to have been positive in any of the {everyone}, so nothing is drawn."
        return Picture("antibodies", title, told, {}, tuple(notes[len(_NOTES) :]), _COLUMNS, ())
    cells = list(_cells(cohort, having))
    rows, frequent = _frequent(having, cells)
    if not frequent:
        told = "Of those with a positive antibody no finding is told, so nothing is drawn."
        return Picture("antibodies", title, told, {}, tuple(notes[len(_NOTES) :]), _COLUMNS, ())
    named = {iri: _named(cohort, iri, having[iri]) for iri in rows}
    listed = [each for each in cells if each.antibody in rows and each.finding in frequent]
    columns = frequent[: _fitting(named.values(), listed)]
    positive = len({patient for each in having.values() for patient in each.positive})
    summary = (
        f"{counted(len(having), 'antibody').replace('antibodys', 'antibodies')} positive in {positive:,} of "
        f"{everyone}, against the {counted(len(columns), 'finding')} seen most often in them."
    )
    if len(rows) < len(having) or len(columns) < len({each.finding for each in cells}):
        more = f"; the table has {len(frequent)} findings" if len(frequent) > len(columns) else ""
        drawn = f"Drawn are the {len(rows)} antibodies and {len(columns)} findings told most often"
        notes.append(f"{drawn}{more}.")
    shown = [each for each in listed if each.finding in columns]
    view = _view(shown, named, _told_apart(cohort, columns))
    spec = read_in_table(framed(view, title=title, summary=summary))
    table = tuple(_row(cohort, having[each.antibody], each) for each in listed)
    return Picture("antibodies", title, summary, spec, tuple(notes), _COLUMNS, table)


def _tests(cohort: Cohort) -> dict[str, _Tested]:
    """Return antibody -> who was tested for it, those positive most often first."""
    known = frozenset(cohort.terms.below(f"{CG}Autoantibody"))
    found: dict[str, _Tested] = {}
    for row in cohort.ask(QUESTIONS["tests"]):
        if row["antibody"] in known:
            each, patient = found.setdefault(row["antibody"], _Tested()), cohort.patients[row["case"]]
            each.tested.add(patient)
            if row["result"] == f"{CG}positive":
                each.positive.add(patient)
                each.cases[patient] = min(row["case"], each.cases.get(patient, row["case"]))
    order = sorted(found, key=lambda iri: (-len(found[iri].positive), -len(found[iri].tested), iri))
    return {iri: found[iri] for iri in order}


def _cells(cohort: Cohort, having: Mapping[str, _Tested]) -> Iterator[_Cell]:
    """Yield a cell for each antibody and each finding that any of its patients is told about."""
    positive = {patient for each in having.values() for patient in each.positive}
    observed = _by_finding(cohort, "observed", positive)
    excluded = _by_finding(cohort, "excluded", positive)
    for antibody, tested in having.items():
        for finding in sorted({*observed, *excluded}):
            seen = frozenset(observed.get(finding, set()) & tested.positive)
            absent = frozenset((excluded.get(finding, set()) & tested.positive) - seen)
            silent = len(tested.positive) - len(seen) - len(absent)
            yield _Cell(antibody, finding, seen, absent, silent)


def _by_finding(cohort: Cohort, which: str, patients: set[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in cohort.ask(QUESTIONS[which]):
        patient = cohort.patients[row["case"]]
        if patient in patients:
            found.setdefault(row["finding"], set()).add(patient)
    return found


def _frequent(having: Mapping[str, _Tested], cells: Iterable[_Cell]) -> tuple[list[str], list[str]]:
    """Return the antibodies and the findings that are drawn."""
    rows = list(having)[:_ANTIBODIES]
    seen, told = Counter[str](), Counter[str]()
    patients: dict[str, set[str]] = {}
    for each in cells:
        if each.antibody in rows:
            patients.setdefault(each.finding, set()).update(each.observed)
            told[each.finding] += len(each.excluded)
    seen.update({finding: len(found) for finding, found in patients.items()})
    return rows, sorted(seen, key=lambda iri: (-seen[iri], -told[iri], iri))[:_FINDINGS]


def _named(cohort: Cohort, antibody: str, each: _Tested) -> str:
    return f"{label_of(cohort, antibody)}: {len(each.positive)} positive of {len(each.tested)} tested"


def _step(cells: Iterable[_Cell]) -> int:
    """Return how wide a column is."""
    return _PADDING + _LETTER * max(len(each.text) for each in cells)


def _fitting(names: Iterable[str], cells: Iterable[_Cell]) -> int:
    """Return how many columns fit on a page beside the names, at least one."""
    beside = _BESIDE + _LETTER_OF_NAME * max(map(len, names))
    return max(1, int((_WIDEST - beside) // _step(cells)))


def _view(cells: Sequence[_Cell], named: Mapping[str, str], heads: Mapping[str, str]) -> Spec:
    values = [_value(each, named, heads) for each in cells]
    told = [each for each in values if each["told"]]
    untold = [each for each in values if not each["told"]]
    place = _place(list(heads.values()), list(named.values()))
    number = {**place, "text": {"field": "text", "type": "nominal"}}
    filled = {**place, "fill": _colour(max(each["observed"] for each in values))}
    layers = (
        (told, {"type": "rect", "stroke": "black", "strokeWidth": 1}, filled),
        (untold, {"type": "text", "color": "#555555"}, number),
        (told, {"type": "text", "color": "black"}, number),
    )
    return {
        "width": {"step": _step(cells)},
        "height": {"step": 26},
        "layer": [
            {"data": {"values": rows_of}, "mark": mark, "encoding": encoding}
            for rows_of, mark, encoding in layers
        ],
    }


def _place(heads: list[str], names: list[str]) -> Spec:
    above = {"orient": "top", "labelAngle": -90, "title": None, "labelLimit": 0}
    beside = {"title": None, "labelLimit": 0}
    return {
        "x": {"field": "finding", "type": "nominal", "sort": heads, "axis": above},
        "y": {"field": "antibody", "type": "nominal", "sort": names, "axis": beside},
    }


def _colour(most: int) -> Spec:
    step = -(-most // _TICKS) or 1
    return {
        "field": "observed",
        "type": "quantitative",
        "title": "observed",
        "scale": {"domain": [0, most or 1], "range": ["#ffffff", "#56B4E9"], "interpolate": "rgb"},
        "legend": {"values": list(range(0, max(most, 1) + 1, step)), "format": "d"},
    }


def _told_apart(cohort: Cohort, iris: Iterable[str]) -> dict[str, str]:
    """Return what terms are called, no two of them alike."""
    labels = {iri: label_of(cohort, iri) for iri in iris}
    alike = Counter(labels.values())
    return {
        iri: label if alike[label] == 1 else f"{label} ({iri.rpartition('/')[2]})"
        for iri, label in labels.items()
    }


def _value(cell: _Cell, named: Mapping[str, str], heads: Mapping[str, str]) -> dict[str, Any]:
    return {
        "antibody": named[cell.antibody],
        "finding": heads[cell.finding],
        "observed": len(cell.observed),
        "told": len(cell.observed) + len(cell.excluded),
        "text": cell.text,
    }


def _row(cohort: Cohort, tested: _Tested, cell: _Cell) -> tuple[Cell, ...]:
    cases = sorted(tested.cases[patient] for patient in cell.observed)
    return (
        Cell(label_of(cohort, cell.antibody), cell.antibody),
        Cell.count(len(tested.tested)),
        Cell.count(len(tested.positive)),
        Cell(label_of(cohort, cell.finding), cell.finding),
        Cell.count(len(cell.observed)),
        Cell.count(len(cell.excluded)),
        Cell.count(cell.silent),
        Cell.several({case: address_of(case) for case in cases}),
    )
