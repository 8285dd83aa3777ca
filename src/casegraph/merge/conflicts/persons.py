"""Sex, age, diagnoses and life: what is true or not of the person, whatever claim it hangs on."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from casegraph.merge.conflicts.items import Conflict, Item, Matter, Side, TellingPair, Topic, Verdict
from casegraph.merge.conflicts.kinds import Kinds, iri_of
from casegraph.merge.conflicts.telling import Telling
from casegraph.merge.conflicts.times import over_before
from casegraph.merge.conflicts.words import label_of, printed, side_of
from casegraph.model import Age, Claim, Diagnosis, DoseSegment, Finding, Treatment

__all__ = ["DIAGNOSES", "ages", "alternatives", "lives", "sexes"]

_STANDINGS = {"FinalDiagnosis": "had", "WorkingDiagnosis": "had"}
_YEAR = 365.25
#: Phases of which a disease has one, in their order; all others are after them.
_TO_ONSET = ("medicalHistory", "onset")
#: The least and the most years from one occasion to another.
_Years = tuple[float, float]
#: An age told in part of a year is rounded to a month or so.
_ROUNDED = 0.1


def _diagnoses(telling: Telling) -> Iterator[Item]:
    for name, (kind, claim) in telling.claims.items():
        if isinstance(claim, Diagnosis):
            yield Item(telling, name, kind, claim, (iri_of(claim.what),), claim.at)


def _of_diagnosis(one: Item, other: Item, kinds: Kinds) -> Verdict:
    standing = [_STANDINGS.get(each.kind, each.kind) for each in (one, other)]
    if standing[0] == standing[1]:
        return "agree"
    if {one.kind, other.kind} != {"FinalDiagnosis", "ExcludedDiagnosis"}:
        return None
    final, excluded = (one, other) if one.kind == "FinalDiagnosis" else (other, one)
    return "diagnosis" if kinds.is_kind(final.about[0], excluded.about[0]) else None


#: Diagnoses by standing: what is thought of or acted on for a time contradicts nothing.
DIAGNOSES = Topic(_diagnoses, _of_diagnosis, whole=True)


def alternatives(pair: TellingPair) -> Iterator[Conflict]:
    """Yield final diagnoses of which one telling has one, the other another, right below the same disease.

    A person can have two diseases, and each report may tell of one: so two that differ are no conflict by
    themselves. They are taken for two names of one illness only where the tellings agree on no final
    diagnosis at all, so that something must stand for what both treat, and where both are kinds of one
    disease without a step between, as two subtypes are. Even so it is never certain.
    """
    ours, theirs = (tuple(_finals(each)) for each in (pair.a, pair.b))
    met = any(pair.kinds.related(one.about[0], other.about[0]) for one in ours for other in theirs)
    if met:
        return
    for one in ours:
        for other in theirs:
            if pair.kinds.shared_parent(one.about[0], other.about[0]):
                yield _conflict("diagnosis", side_of(one), side_of(other), certain=False)


def _finals(telling: Telling) -> Iterator[Item]:
    yield from (each for each in _diagnoses(telling) if each.kind == "FinalDiagnosis")


def sexes(pair: TellingPair) -> Iterator[Conflict]:
    """Yield two sexes that are told and differ."""
    a, b = pair.a.case.sex, pair.b.case.sex
    if a != b and "unknown" not in (a, b):
        sides = (Side(each.iri, each.case.sex, None) for each in (pair.a, pair.b))
        yield _conflict("sex", *sides, certain=True)


def ages(pair: TellingPair) -> Iterator[Conflict]:
    """Yield two ages that differ by more than what is told of the time between them.

    An age in whole years is any day of that year, so that two a year apart may be of one day, by a birthday.
    Nobody gets younger: by days, or from before or at the onset of a disease to what comes after it. Where
    nothing is told of the time, or of what disease the onset is, it is not certain.
    """
    a, b = pair.a.case.age, pair.b.case.age
    if a is None or b is None:
        return
    (first, last), (start, end) = _span(a), _span(b)
    for (least, most), certain in _between(pair, a.at, b.at):
        if start - last > most or end - first < least:
            sides = (Side(each.iri, _years(age), None) for each, age in ((pair.a, a), (pair.b, b)))
            yield _conflict("age", *sides, certain=certain)
            return


def _between(pair: TellingPair, ours: str | None, theirs: str | None) -> Iterator[tuple[_Years, bool]]:
    """Yield what is told of the years from one occasion to another, and whether it is certain."""
    when = pair.times.relation(ours, theirs)
    if ours is None or theirs is None or when == "same":
        yield (0.0, 0.0), when == "same"
        return
    days = pair.times.days_between(ours, theirs)
    if when == "open":
        yield (0.0, 0.0) if days == (None, None) else _in_years(*days), False
        return
    least, most = _in_years(*days)
    yield (least, most), True
    after, before = _by_phase(pair, ours, theirs)
    one = _of_one_disease(pair)
    if one is not None and max(least, after) <= min(most, before):
        yield (max(least, after), min(most, before)), one


def _in_years(least: int | None, most: int | None) -> _Years:
    return (
        -math.inf if least is None else least / _YEAR,
        math.inf if most is None else most / _YEAR,
    )


def _by_phase(pair: TellingPair, ours: str, theirs: str) -> _Years:
    """Return the years between two occasions by their phases: the past, the onset, and all that is after it.

    Phases after the onset are not compared: before treatment is before that which each report is about.
    """
    phases = (pair.a.case.occasions[ours].phase, pair.b.case.occasions[theirs].phase)
    steps = [_TO_ONSET.index(each) if each in _TO_ONSET else len(_TO_ONSET) for each in phases]
    if None in phases or steps[0] == steps[1]:
        return -math.inf, math.inf
    return (0.0, math.inf) if steps[0] < steps[1] else (-math.inf, 0.0)


def _of_one_disease(pair: TellingPair) -> bool | None:
    """Say whether both tell of one disease, so that it has one onset; None if of two.

    It cannot be told, and is no more than possible, where one tells no final diagnosis, or several.
    """
    ours, theirs = ([each.about[0] for each in _finals(one)] for one in (pair.a, pair.b))
    met = [pair.kinds.related(one, other) for one in ours for other in theirs]
    return None if met and not any(met) else bool(met) and all(met)


def _span(age: Age) -> tuple[float, float]:
    years = float(age.years)
    whole = years == int(years) and years >= 1
    return (years, years + 1) if whole else (years - _ROUNDED, years + _ROUNDED)


def _years(age: Age) -> str:
    return f"{age.years} years" + (f" ({age.at})" if age.at else "")


def lives(pair: TellingPair, deaths: Topic) -> Iterator[Conflict]:
    """Yield deaths at two times, and a death with the first that the other tells of a certainly later day.

    That may be a claim, the day until which something ran on or at which it was over, or an age. A stop that
    is only hinted at is possible, and named only where there is nothing that is certain.
    """
    for one in deaths.items(pair.a):
        for another in deaths.items(pair.b):
            told = one.claim.at is not None and another.claim.at is not None
            if told and pair.times.relation(one.claim.at, another.claim.at) == "different":
                yield _conflict("outcome", side_of(one), side_of(another), certain=True)
    for telling, other in ((pair.a, pair.b), (pair.b, pair.a)):
        for death in deaths.items(telling):
            if death.claim.at is None:
                continue
            later = _after(pair, telling, death.claim.at, other)
            if later is not None:
                yield _conflict("outcome", side_of(death), later.side, certain=later.certain)


@dataclass(frozen=True, slots=True)
class _Alive:
    """What shows that a person lived at an occasion."""

    at: str
    side: Side
    certain: bool = True


def _after(pair: TellingPair, telling: Telling, death: str, other: Telling) -> _Alive | None:
    """Return the first of the other telling that is certainly later than a death.

    What a telling dates after a death of its own is its own contradiction, and none between the two.
    """
    found: list[tuple[bool, int, str, _Alive]] = []
    for each in _alive(other):
        days = _days_after(pair, telling, death, each.at)
        if days is not None and not any(over_before(other, own, each.at) for own in _died(other)):
            found.append((not each.certain, days, each.side.claim, each))
    return min(found, key=lambda each: each[:3])[3] if found else None


def _alive(telling: Telling) -> Iterator[_Alive]:
    age = telling.case.age
    if age is not None and age.at is not None:
        yield _Alive(age.at, Side(telling.iri, _years(age), None))
    for name, (kind, claim) in telling.claims.items():
        if kind == "Death" or kind.endswith("Statement"):
            continue
        if claim.at is not None:
            item = Item(telling, name, kind, claim, (), claim.at)
            yield _Alive(claim.at, side_of(item, days=not printed(item)))
        for at, how, certain in _until(claim):
            item = Item(telling, name, kind, claim, (), at)
            said = f"{_what(telling, name, claim)}: {how}"
            yield _Alive(at, side_of(item, said, days=not printed(item)), certain)


def _until(claim: Claim) -> Iterator[tuple[str, str, bool]]:
    """Yield the occasions until which a claim holds, what is told of it then, and whether it is certain."""
    told: tuple[tuple[str | None, str, bool], ...] = ()
    if isinstance(claim, Treatment):
        stopped = (claim.ends_at, "stopped", claim.end_basis != "implied")
        told = ((claim.ongoing_at, "ongoing", True), stopped)
    if isinstance(claim, DoseSegment):
        told = ((claim.ongoing_at, "ongoing", True), (claim.ends_at, "a dose until then", True))
    if isinstance(claim, (Finding, Diagnosis)):
        told = ((claim.resolved_at, "over", True),)
    yield from ((at, how, certain) for at, how, certain in told if at is not None)


def _what(telling: Telling, name: str, claim: Claim) -> str:
    whole = telling.exposures.get(name, claim)
    return label_of(getattr(whole, "what", ""))


def _days_after(pair: TellingPair, telling: Telling, death: str, at: str) -> int | None:
    """Return the least days from the death to an occasion of the other; None if that may be no later."""
    if telling is pair.a:
        least, _ = pair.times.days_between(death, at)
        return least if pair.times.ours_first(death, at) else None
    _, most = pair.times.days_between(at, death)
    return -most if most is not None and pair.times.theirs_first(at, death) else None


def _died(telling: Telling) -> list[str]:
    return [each.at for each in telling.case.course if each.kind == "death" and each.at is not None]


def _conflict(matter: Matter, one: Side, other: Side, *, certain: bool) -> Conflict:
    first, second = sorted((one, other), key=lambda each: each.claim)
    return Conflict(matter, certain, (first, second))
