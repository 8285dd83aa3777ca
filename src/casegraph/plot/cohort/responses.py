"""The picture of what became of the patients of a cohort on each drug, all of them in the denominator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from textwrap import shorten
from typing import Any, Final

from casegraph.plot.cohort.called import address_of
from casegraph.plot.cohort.cohort import Cohort, treatment_label
from casegraph.plot.cohort.grouptold import with_remarks
from casegraph.plot.cohort.harms import AFTER, BEFORE, DEATHS, HARMS
from casegraph.plot.cohort.verdicts import SOLE_RISEN, UNCLEAR, VERDICTS, DrugVerdicts, drug_verdicts
from casegraph.plot.look import COLOURS, framed
from casegraph.plot.picture import Cell, Picture, Spec
from casegraph.plot.shown import counted, in_columns, lines, read_in_table
from casegraph.story.words import OPEN_BESIDE, SOLE_CHANGE, SOLE_RISE

__all__ = ["responses"]

#: So many drugs are drawn; the table has all.
_MOST: Final = 15
_WIDTH: Final = 640
_LINE, _BAR, _GAP = 15, 20, 14
#: So many printed times of deaths are told, each in at most so many letters.
_TIMES, _PRINTED = 3, 40
#: So many reasons are told why an outcome is not evaluable.
_REASONS: Final = 2
_COLOURS: Final = {
    "improved": COLOURS["bluish green"],
    "mixed": COLOURS["yellow"],
    "stable": COLOURS["sky blue"],
    "not improved": COLOURS["vermilion"],
    "failed otherwise": COLOURS["orange"],
    "not evaluable": COLOURS["reddish purple"],
    "no outcome told": "#ffffff",
    "not captured": "#e2e2e2",
}
_BETTER: Final = ("improved", "mixed")
_ORDER: Final = "first what the query asks for, then what was given most"
#: Of those an outcome is not told.
_UNTOLD: Final = (UNCLEAR, "no outcome told", "not captured")
#: attribution -> what it says of other treatments, in few words.
_ATTRIBUTIONS: Final = {
    "soleTreatment": "given alone",
    "soleChange": f"the {SOLE_CHANGE}",
    SOLE_RISEN: f"{SOLE_RISE} ({OPEN_BESIDE})",
    "afterEscalation": "its dose was raised",
    "lostAndRegained": "lost and regained",
    "addedToBackground": "added to others",
    "startedTogether": "together with other changes",
}
_COLUMNS: Final = {
    "drug": "the drug or procedure; a kind of a drug has a row of its own",
    "patients given it": "patients of these cases who were given it, each once",
    **dict.fromkeys(VERDICTS, "of them; the patients of a row add up"),
    "when it improved": "of those with a response, what else was changed, or that this is not known; one may "
    "count more than once",
    **HARMS,
    "when they died": "as printed; each report counts from a day of its own, not from the start of the drug",
    "cases": "the cases that tell of it",
}
_ALL_TOLD: Final = (
    "The bars count all that is told of these patients, and not only the rows of the answer that count: an "
    "outcome that came later than was asked for is in them too."
)
_NOTES: Final = (
    "Each patient counts once for a drug, over all parts of the disease but laboratory values. Improved: "
    "each part with a verdict improved or was stable; mixed: it improved at one time or in one part "
    "and not in another.",
    "No outcome told: the reports, read whole, tell none on this drug. Not captured: nobody can say, for a "
    "report was not read whole or is a record that a program read.",
    "Deaths are told at any time, but apart where they certainly came after the stop of the drug; flares as "
    "it was given, after its start, or where it is not told whether they came before; they are no verdict. "
    f"Adverse events with the drug or without: of those without, what {BEFORE} is not counted at it, "
    f"and what {AFTER} is counted apart. None is by itself caused by it, and where none is told there may "
    "have been some. When somebody died is as printed, and counts from a day of the report, not from the "
    "start of the drug. That the authors say that a drug failed is no verdict, and may stand against what "
    "was seen.",
    "These are no rates of success: reports of cases that went well are published more often, and what was "
    "added to other treatments did not necessarily cause what was seen.",
)


def responses(cohort: Cohort) -> Picture:
    """Return the picture of what became of the patients on each drug.

    :raises StoreError: if the store fails.
    """
    # what the query asks for comes first
    found = sorted(drug_verdicts(cohort), key=lambda each: each.drug not in cohort.drugs)
    patients = len({patient for each in found for patient in each.verdicts})
    everyone = len(cohort.patients_of(cohort.cases))
    title = f"What became of {counted(patients, 'patient')} on each drug"
    if not found:
        summary = f"No treatment is told of any of the {counted(everyone, 'patient')}, so nothing is drawn."
        return Picture("responses", "What became of the patients", summary, {}, (), _COLUMNS, ())
    shown = found[:_MOST]
    summary = (
        f"{counted(len(found), 'treatment')} given to {patients:,} of {counted(everyone, 'patient')}. "
        f"{_words(cohort, shown[0])}"
    )
    left = len(found) - len(shown)
    notes = _NOTES if not cohort.query.head.members else (_ALL_TOLD, *_NOTES)
    notes = notes if not left else (*notes, f"Drawn are {_MOST}, {_ORDER}; {left:,} more are in the table.")
    spec = read_in_table(in_columns(framed(_view(cohort, shown), title=title, summary=summary)))
    rows = tuple(_row(cohort, each) for each in found)
    return Picture("responses", title, summary, spec, notes, _COLUMNS, rows)


def _words(cohort: Cohort, each: DrugVerdicts) -> str:
    why = {UNCLEAR: _why_unclear(each)}
    told = ", ".join(
        f"{verdict} {many:,}{why.get(verdict, '')}" for verdict, many in each.counts().items() if many
    )
    harmed = _harmed(each)
    also = f" Also told of them: {harmed}." if harmed else ""
    return f"{treatment_label(cohort, each.drug)}, given to {counted(each.given, 'patient')}: {told}.{also}"


def _attributed(each: DrugVerdicts) -> str:
    told = [(words, len(each.attributions.get(name, ()))) for name, words in _ATTRIBUTIONS.items()]
    known = {patient for name in _ATTRIBUTIONS for patient in each.attributions.get(name, ())}
    better = {patient for patient, verdict in each.verdicts.items() if verdict in _BETTER}
    told.append(("what else was changed is not known", len(better - known)))
    return ", ".join(f"{words} {many:,}" for words, many in told if many)


def _harmed(each: DrugVerdicts) -> str:
    when = _when_died(each)
    told = {kind: f"{kind} {len(patients):,}" for kind, patients in each.harms.items()}
    return ", ".join(f"{said} ({when[kind]})" if when.get(kind) else said for kind, said in told.items())


def _when_died(each: DrugVerdicts) -> dict[str, str]:
    """Return each kind of deaths that is told -> their printed times, and of how many there is none.

    The words of a kind are empty where no time of it is printed.
    """
    return {kind: _times(each, each.harms[kind]) for kind in DEATHS if kind in each.harms}


def _times(each: DrugVerdicts, died: frozenset[str]) -> str:
    said = [each.deaths[patient] for patient in sorted(died) if patient in each.deaths]
    if not said:
        return ""
    printed = [f"“{shorten(time, _PRINTED, placeholder=' ...')}”" for time in said]
    more, without = len(said) - _TIMES, len(died) - len(said)
    told = [f"printed {', '.join(printed[:_TIMES])}"]
    told += [f"{more:,} more"] * (more > 0) + [f"of {without:,} no time is printed"] * (without > 0)
    return "; ".join(told)


def _died(each: DrugVerdicts) -> str:
    """Return the printed times of deaths, of each kind by itself where both are told."""
    when = _when_died(each)
    if len(when) == 1:
        return next(iter(when.values()))
    return "; ".join(f"{kind}: {times}" for kind, times in when.items() if times)


def _outcomes(each: DrugVerdicts) -> str:
    """Return the verdicts in words: of how many an outcome is told, which, and of whom there is none."""
    said = {verdict: many for verdict, many in each.counts().items() if many}
    why = {UNCLEAR: _why_unclear(each)}
    told = {verdict: many for verdict, many in said.items() if verdict not in _UNTOLD}
    listed = ", ".join(f"{verdict} {many:,}" for verdict, many in told.items())
    first = f"outcome told of {sum(told.values()):,}{f': {listed}' if listed else ''}"
    return "; ".join(
        [
            first,
            *(
                f"{verdict} {many:,}{why.get(verdict, '')}"
                for verdict, many in said.items()
                if verdict in _UNTOLD
            ),
        ]
    )


def _why_unclear(each: DrugVerdicts) -> str:
    """Return why it could not be judged what became of patients, in the words of their curators."""
    patients = [patient for patient, verdict in each.verdicts.items() if verdict == UNCLEAR]
    why = sorted({words for patient in patients for words in each.unclear.get(patient, ())})
    more = [f"{len(why) - _REASONS:,} more"] * (len(why) > _REASONS)
    return with_remarks("", [*(f"“{words}”" for words in why[:_REASONS]), *more])


def _label(cohort: Cohort, each: DrugVerdicts) -> list[str]:
    told = _outcomes(each)
    changed = _attributed(each)
    name = f"{treatment_label(cohort, each.drug)}: given to {counted(each.given, 'patient')}"
    harmed = _harmed(each)
    more = (f"improving: {changed}" if changed else "", f"also told: {harmed}" if harmed else "")
    return [*lines(name), *lines(told), *(line for said in more if said for line in lines(said))]


def _view(cohort: Cohort, shown: Sequence[DrugVerdicts]) -> Spec:
    texts: list[dict[str, Any]] = []
    pieces: list[dict[str, Any]] = []
    most, top = max(each.given for each in shown), 0
    for each in shown:
        for number, line in enumerate(_label(cohort, each)):
            texts.append({"text": line, "y": top + _LINE / 2, "bold": number == 0})
            top += _LINE
        pieces += _pieces(each, top)
        top += _BAR + _GAP
    scale = {"domain": [0, top], "range": [0, top], "nice": False}
    y = {"field": "top", "type": "quantitative", "scale": scale, "axis": None}
    x = {"field": "from", "type": "quantitative", "scale": {"domain": [0, most], "nice": False}}
    # a sign within its piece only where it fits on a small screen
    fitting = [each for each in pieces if each["many"] / most * 200 >= 8 * len(each["sign"])]
    sign = {
        "x": {**x, "field": "middle"},
        "y": {**y, "field": "centre"},
        "text": {"field": "sign", "type": "nominal"},
    }
    layers = (
        (pieces, {"type": "rect", "stroke": "black", "strokeWidth": 1}, _bars(x, y)),
        (fitting, {"type": "text", "color": "black"}, sign),
    )
    drawn = [
        {"data": {"values": values}, "mark": mark, "encoding": encoding} for values, mark, encoding in layers
    ]
    return {"width": _WIDTH, "height": top, "layer": [*drawn, _texts(texts, y)]}


def _bars(x: Spec, y: Spec) -> Spec:
    axis = {"title": "patients", "tickMinStep": 1, "format": "d", "grid": False}
    names = [_named(verdict) for verdict in VERDICTS]
    fill = {
        "field": "verdict",
        "type": "nominal",
        "title": "of the patients given it",
        "scale": {"domain": names, "range": [_COLOURS[each] for each in VERDICTS]},
        "legend": {"symbolStrokeColor": "black"},
    }
    return {"x": {**x, "axis": axis}, "x2": {"field": "to"}, "y": y, "y2": {"field": "bottom"}, "fill": fill}


def _texts(texts: Sequence[Mapping[str, Any]], y: Spec) -> Spec:
    return {
        "data": {"values": list(texts)},
        "mark": {"type": "text", "align": "left", "color": "black", "limit": 0},
        "encoding": {
            "x": {"value": 0},
            "y": {**y, "field": "y"},
            "text": {"field": "text", "type": "nominal"},
            "size": {"value": 12},
        },
    }


def _named(verdict: str) -> str:
    return f"{VERDICTS[verdict]} {verdict}"


def _pieces(each: DrugVerdicts, top: int) -> Iterator[dict[str, Any]]:
    start = 0
    for verdict, many in each.counts().items():
        if many:
            yield {
                "drug": each.drug,
                "verdict": _named(verdict),
                "many": many,
                "sign": f"{VERDICTS[verdict]}{many:,}",
                "from": start,
                "to": start + many,
                "middle": start + many / 2,
                "top": top,
                "bottom": top + _BAR,
                "centre": top + _BAR / 2,
            }
        start += many


def _row(cohort: Cohort, each: DrugVerdicts) -> tuple[Cell, ...]:
    cases = sorted(case for found in each.cases.values() for case in found)
    return (
        Cell(treatment_label(cohort, each.drug), each.drug),
        Cell.count(each.given),
        *map(Cell.count, each.counts().values()),
        Cell(_attributed(each) or "no response told"),
        *(Cell.count(len(each.harms.get(kind, ()))) for kind in HARMS),
        Cell(_died(each)),
        Cell.several({case: address_of(case) for case in cases}),
    )
