"""Treatments of a case as medical actions, with the one response and the harms that belong to each alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from casegraph.export.claims import kind_of_treatment
from casegraph.export.phenopacket.claims import withheld
from casegraph.export.phenopacket.packing import Json, Packing, given, told_fields
from casegraph.export.phenopacket.times import dose_interval, is_day_alone
from casegraph.loaders.words import schedule_term, word_of
from casegraph.model import Case, Code, DoseSegment, Key, Response, Treatment

__all__ = ["lose_absent_harms", "medical_actions"]

_DOSE = ("dose", "unit", "unit_term", "schedule", "times", "period_days")


def medical_actions(packing: Packing) -> Iterator[Json]:
    """Yield the treatments that are known to be of a drug or to be a procedure."""
    actions = {}
    for number, treatment in enumerate(packing.stored.case.treatments):
        path = f"treatments/{number}"
        if withheld(packing, treatment, path):
            continue
        if (action := _action(packing, treatment, path)) is None:
            packing.lose(path, treatment, "required-missing")
        else:
            actions[number] = action | _about(packing, treatment, path)
    responses, harms = _own_responses(packing, actions.keys()), _own_harms(packing, actions.keys())
    for number, action in actions.items():
        yield action | given(
            responseToTreatment=responses.get(number),
            adverseEvents=packing.terms(harms.get(number, ())),
        )


def _about(packing: Packing, treatment: Treatment, path: str) -> Json:
    return given(
        treatmentTarget=packing.term(treatment.indication) if treatment.indication else None,
        treatmentIntent=packing.term(treatment.intent) if treatment.intent else None,
        treatmentTerminationReason=packing.word("stopReason", treatment.stop_reason, f"{path}/stop_reason"),
    )


def _action(packing: Packing, treatment: Treatment, path: str) -> Json | None:
    kind = kind_of_treatment(treatment)
    if kind == "procedure":
        return {"procedure": _procedure(packing, treatment, path)}
    if kind == "radiation":
        return {"radiationTherapy": _radiation(packing, treatment, path)}
    if kind == "drug":
        return {"treatment": _treatment(packing, treatment, path)}
    return None


_ABOUT_ACTION = frozenset({"what", "indication", "intent", "stop_reason"})


def _procedure(packing: Packing, treatment: Treatment, path: str) -> Json:
    """Return a procedure; its one moment is both start and end, and no other is put in its place.

    What was some time between two days is read as a time alone: that it ended then too is not told, nor
    is it by a time that no packet tells.
    """
    moment = treatment.ends_at in (None, treatment.at)
    carried = _ABOUT_ACTION | {"site"} | ({"at", "ends_at"} if moment else set())
    packing.lose_rest(treatment, path, carried)
    performed = packing.time(treatment.at, f"{path}/at") if moment else None
    is_end_told = treatment.ends_at is not None and performed is not None and "interval" not in performed
    if moment and treatment.at and not is_end_told:
        packing.lose(f"{path}/ends_at", treatment.ends_at or "", "not-exact")
    return given(
        code=packing.term(treatment.what),
        bodySite=packing.one_term(treatment.site, f"{path}/site"),
        performed=performed,
    )


def _radiation(packing: Packing, treatment: Treatment, path: str) -> Json:
    """Return a radiation: its whole dose in gray and into how many fractions it was divided."""
    carried = {"doses", "cumulative_dose", "cumulative_unit", "site"}
    packing.lose_rest(treatment, path, _ABOUT_ACTION | carried)
    fractions = None
    for number, dose in enumerate(treatment.doses):
        packing.lose_rest(dose, f"{path}/doses/{number}", {"doses_in_all"} if number == 0 else set())
        fractions = fractions or dose.doses_in_all
    if not treatment.site:
        packing.lose(f"{path}/site", "", "required-missing")
    if fractions is None:
        packing.lose(f"{path}/doses", "", "required-missing")
    return given(
        modality=packing.term(treatment.what),
        bodySite=packing.one_term(treatment.site, f"{path}/site"),
        dosage=treatment.cumulative_dose,
        fractions=fractions,
    )


def _treatment(packing: Packing, treatment: Treatment, path: str) -> Json:
    """Return a treatment with a drug: it has no time of its own, its dose intervals have."""
    intervals = [
        _dose_interval(packing, dose, f"{path}/doses/{number}") for number, dose in enumerate(treatment.doses)
    ]
    written = [each for each in intervals if each]
    carried = _ABOUT_ACTION | {"doses", "cumulative_dose", "cumulative_unit"}
    packing.lose_rest(treatment, path, carried | _told_by_doses(packing, treatment, path, written))
    return given(
        agent=packing.term(treatment.what),
        routeOfAdministration=_route(packing, treatment, path),
        doseIntervals=written,
        cumulativeDose=_cumulative(packing, treatment, path),
    )


def _told_by_doses(packing: Packing, treatment: Treatment, path: str, intervals: list[Json]) -> set[str]:
    """Return which ends of a treatment its dose intervals tell: if all have one, the first or the last.

    They tell it too where nobody did: the treatment has it on the way back.
    """
    occasions = packing.stored.case.occasions
    own = dose_interval(occasions.get(treatment.at or ""), occasions.get(treatment.ends_at or ""))
    told = set()
    for name, side, outermost in (("at", "start", min), ("ends_at", "end", max)):
        stamps = [each.get("interval", {}).get(side) for each in intervals]
        if stamps and all(stamps) and outermost(stamps) == own.get(side):
            told.add(name)
        elif stamps and all(stamps) and getattr(treatment, name) is None:
            packing.lose(f"{path}/{name}", "", "not-exact")
    return told


def _route(packing: Packing, treatment: Treatment, path: str) -> Json | None:
    """Return the route, which the standard has once for all doses; none where not all doses tell the same."""
    told = [(number, dose.route) for number, dose in enumerate(treatment.doses) if dose.route is not None]
    if not told:
        return None
    if len(told) < len(treatment.doses) or len({route for _, route in told}) > 1:
        for number, route in told:
            packing.lose(f"{path}/doses/{number}/route", route, "no-place")
        return None
    return packing.word("route", told[0][1], f"{path}/doses/0/route")


def _cumulative(packing: Packing, treatment: Treatment, path: str) -> Json | None:
    if treatment.cumulative_dose is None:
        return None
    unit = packing.unit(None, treatment.cumulative_unit)
    if unit is None:
        packing.lose(f"{path}/cumulative_unit", "", "required-missing")
    return given(unit=unit, value=treatment.cumulative_dose)


def _dose_interval(packing: Packing, dose: DoseSegment, path: str) -> Json | None:
    """Return a stretch of one dosing; None where the standard can hold nothing of it."""
    occasions = packing.stored.case.occasions
    start, end = occasions.get(dose.at or ""), occasions.get(dose.ends_at or "")
    interval = dose_interval(start, end)
    if dose.dose is None and not interval:
        if told_fields(dose).keys() - {"id", "stated_in", "route"}:
            packing.lose(path, dose, "required-missing")
        return None
    quantity = _dose_quantity(packing, dose, path)
    packing.lose_rest(dose, path, {*_DOSE, "route", "at", "ends_at"})
    for name, field in (("start", "at"), ("end", "ends_at")):
        key = getattr(dose, field)
        printed = occasions[key].printed or "" if key else ""
        if name not in interval:
            packing.lose(f"{path}/{field}", key or "", "no-time" if key else "required-missing")
        elif is_day_alone(printed):
            packing.lose(f"{path}/{field}", printed, "not-exact")
    return given(quantity=quantity, scheduleFrequency=_schedule(packing, dose, path), interval=interval)


def _dose_quantity(packing: Packing, dose: DoseSegment, path: str) -> Json | None:
    if dose.dose is None:
        packing.lose(f"{path}/dose", "", "required-missing")
        return None
    unit = packing.unit(dose.unit_term, dose.unit)
    if unit is None:
        packing.lose(f"{path}/unit", "", "required-missing")
    return given(unit=unit, value=dose.dose)


def _schedule(packing: Packing, dose: DoseSegment, path: str) -> Json | None:
    """Return how often a dose is given: the data set's own term, else the one that stands for these times."""
    term = dose.schedule
    if term is None and dose.times is not None and dose.period_days is not None:
        term = schedule_term(dose.times, dose.period_days)
    if term is not None:
        return packing.term(term)
    if dose.times is not None:
        packing.lose(f"{path}/times", f"{dose.times} in {dose.period_days} days", "no-code")
    else:
        packing.lose(f"{path}/schedule", "", "required-missing")
    return None


def _episodes(case: Case) -> Mapping[Key, int]:
    """Return for the name of each treatment and each of its doses which treatment that is."""
    found = {}
    for number, treatment in enumerate(case.treatments):
        for named in (treatment, *treatment.doses):
            if named.id is not None:
                found[named.id] = number
    return found


def _own_responses(packing: Packing, packed: Set[int]) -> Mapping[int, Json]:
    """Return the response of each treatment that has one, of the whole, and alone; no other has a place."""
    case = packing.stored.case
    episodes = _episodes(case)
    answered = [{episodes[key] for key in each.to if key in episodes} for each in case.responses]
    found = {}
    for index, (response, to) in enumerate(zip(case.responses, answered, strict=True)):
        path = f"responses/{index}"
        shared = len(to & packed) != 1 or len(to) != 1 or sum(bool(to & other) for other in answered) > 1
        if shared or response.after_stopping or response.domain != "overall":
            packing.lose(path, response, "no-place")
        elif not withheld(packing, response, path) and (term := _response(packing, response, path)):
            _lose_doses(packing, response.to, f"{path}/to")
            found[next(iter(to))] = term
    return found


def _lose_doses(packing: Packing, keys: tuple[Key, ...], path: str) -> None:
    """Note where something is told of one dosing: the standard tells it of the whole treatment."""
    doses = {dose.id for treatment in packing.stored.case.treatments for dose in treatment.doses}
    for key in keys:
        if key in doses:
            packing.lose(path, key, "not-exact")


def _response(packing: Packing, response: Response, path: str) -> Json | None:
    """Return the term for a response; none that says more than the report does."""
    term = packing.code("direction", response.direction)
    if term is None or word_of("degree", term) not in (None, response.degree):
        packing.lose(path, response, "no-code")
        return None
    degree = {"degree"} if word_of("degree", term) is not None else set()
    packing.lose_rest(response, path, {"to", "direction", "domain"} | degree)
    return packing.term(term)


def lose_absent_harms(packing: Packing) -> None:
    """Note what is said of there having been no harm: the standard has no place for it."""
    events = packing.stored.case.adverse_events
    for name, claims in (("none", events.none), ("none_significant", events.none_significant)):
        for index, claim in enumerate(claims):
            packing.lose(f"adverse_events/{name}/{index}", claim, "no-place")


def _own_harms(packing: Packing, packed: Set[int]) -> Mapping[int, tuple[Code, ...]]:
    """Return the harms that were seen during one treatment and no other, by that treatment."""
    events, episodes = packing.stored.case.adverse_events, _episodes(packing.stored.case)
    found: dict[int, tuple[Code, ...]] = {}
    for index, event in enumerate(events.observed):
        path = f"adverse_events/observed/{index}"
        during = {episodes.get(key) for key in event.during}
        only = next(iter(during)) if len(during) == 1 else None
        if only is None or only not in packed:
            packing.lose(path, event, "no-place")
        elif not withheld(packing, event, path):
            packing.lose_rest(event, path, {"what", "during"})
            _lose_doses(packing, event.during, f"{path}/during")
            found[only] = (*found.get(only, ()), event.what)
    return found
