"""Whether each dose has a unit and an amount that can be, and is the one that is printed."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from casegraph.check.amounts import numbers
from casegraph.check.walk import curie_of, subjects_of
from casegraph.errors import InputError, Problem
from casegraph.loaders.located import Place, Source
from casegraph.namespaces import expand
from casegraph.resources import shipped
from casegraph.terms import Terms

__all__ = ["dose_problems"]

_AMOUNTS = ("dose", "dose_min", "dose_max", "dose_from", "dose_to")
#: A superscript that was lost: 10 to the 3rd ... 9th power is printed as 103 ... 109.
_LOST = re.compile(r"\b10([3-9])\b(?!\s*(?:mg|g\b|ug))")
#: unit at the front of a UCUM unit -> how many milligrams, or units, it is.
_IN_BASE = {"mg": 1.0, "g": 1000.0, "ug": 0.001, "[IU]": 1.0, "[iU]": 1.0, "10*6.[IU]": 1e6}
#: a dose by weight or surface is held against that of 70 kg or 1.7 m2, with room for a factor of 3.
_PER = {"/kg": 70.0, "/m2": 1.7}
_ROOM = 3
_FEW_UNITS = 1000


@dataclass(frozen=True, slots=True)
class _Range:
    """What a single or daily dose of a drug lies in, with room on both sides: an order of magnitude."""

    unit: str
    low: float
    high: float


def dose_problems(data: object, source: Source, terms: Terms) -> Iterator[Problem]:
    """Yield doses without a unit, of an order of magnitude that is not the drug's, or not as printed."""
    for place, subject in subjects_of(data):
        episodes = subject.get("treatments")
        for at, episode in enumerate(episodes if isinstance(episodes, list) else ()):
            doses = episode.get("doses") if isinstance(episode, dict) else None
            if not isinstance(doses, list):
                continue
            usual = _usual(episode.get("what"), terms)
            for number, dose in enumerate(doses):
                if isinstance(dose, dict):
                    here = (*place, "treatments", at, "doses", number)
                    yield from _of_dose(dose, usual, here, source)


def _of_dose(
    dose: Mapping[str, object], usual: _Range | None, place: Place, source: Source
) -> Iterator[Problem]:
    amounts = {key: value for key in _AMOUNTS if isinstance(value := dose.get(key), int | float)}
    unit, printed = dose.get("unit"), str(dose.get("printed") or "")
    if amounts and unit is None and dose.get("unit_missing") is None:
        first = next(iter(amounts))
        todo = (
            "give 'unit' in UCUM, such as mg or mg/kg/d, or 'unit_missing: notStated' where the page has none"
        )
        yield source.problem((*place, first), "dose-without-unit", "a dose needs its unit", todo=todo)
        return
    for key, amount in amounts.items():
        if lost := _lost_exponent(amount, str(unit)):
            todo = (
                f"is it 10 to the power of {lost}? write {10**lost}, and what is printed in 'repaired_from'"
            )
            message = f"{amount:g} {unit} may be a lost superscript"
            yield source.problem((*place, key), "lost-exponent", message, todo=todo)
        elif usual is not None and amount > 0 and (told := _unlikely(amount, str(unit), usual)):
            yield source.warning((*place, key), "unlikely-dose", told[0], todo=told[1])
    if printed and "dose" in amounts and not dose.get("repaired_from"):
        yield from _printed_problems(amounts["dose"], str(unit), printed, place, source)


def _lost_exponent(amount: float, unit: str) -> int:
    found = _LOST.fullmatch(f"{amount:g}")
    return int(found[1]) if found and "U]" in unit else 0


def _usual(code: object, terms: Terms) -> _Range | None:
    """Return the range of a drug, or of the nearest class above it that has one."""
    try:
        iri = expand(curie_of(code))
    except InputError:
        return None
    ranges = _ranges()
    if iri in ranges:
        return ranges[iri]
    return next((ranges[each] for each in terms.above(iri) if each in ranges), None) if iri in terms else None


@cache
def _ranges() -> dict[str, _Range]:
    (path,) = shipped("ontology", "dose_ranges.tsv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        return {
            expand(row["curie"]): _Range(row["unit"], float(row["low"]), float(row["high"])) for row in rows
        }


def _unlikely(amount: float, unit: str, usual: _Range) -> tuple[str, str] | None:
    front = next((each for each in sorted(_IN_BASE, key=len, reverse=True) if unit.startswith(each)), None)
    if front is None and "U]" in unit:
        return None
    if front is None or ("U]" in front) != ("U]" in usual.unit):
        todo = f"look at the unit: this drug is given in {usual.unit}, in UCUM"
        return f"{unit} is an unusual unit for this drug", todo
    rest = unit[len(front) :]
    per = next((size for part, size in _PER.items() if rest.startswith(part)), None)
    whole, room = amount * _IN_BASE[front] * (per or 1), _ROOM if per else 1
    if not usual.low / room <= whole <= usual.high * room:
        todo = f"look at the page: a dose is usually {usual.low:,g} to {usual.high:,g} {usual.unit}"
        return f"{amount:g} {unit} is of another order of magnitude than this drug is given in", todo
    return None


def _printed_problems(
    amount: float, unit: str, printed: str, place: Place, source: Source
) -> Iterator[Problem]:
    """Yield a dose that does not stand in its printed text, be it in thousands or millions."""
    if _LOST.search(printed) and amount >= _FEW_UNITS and "U]" in unit:
        todo = "say by 'repaired_from' what is printed where you mended it"
        yield source.warning(
            (*place, "dose"), "unmarked-repair", f"{amount:g} is not what is printed", todo=todo
        )
        return
    told = numbers(printed, unit)
    if told and not any(_same(amount, each) for each in told):
        todo = "correct one of the two, or say by 'repaired_from' what is printed"
        message = f"{amount:g} {unit} is not in the printed {printed!r}"
        yield source.problem((*place, "dose"), "not-as-printed", message, todo=todo)


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-9 * max(abs(one), abs(other), 1)
