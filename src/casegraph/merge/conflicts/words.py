"""What a claim says in a few words, for a person who weighs two tellings against each other."""

from __future__ import annotations

from collections.abc import Iterator

from casegraph.merge.conflicts.items import Item, Side
from casegraph.merge.conflicts.telling import Place, Telling
from casegraph.model import Claim, Course, DoseSegment, Response, TestResult

__all__ = ["label_of", "place_of", "printed", "side_of"]

#: The unit of UCUM for what has none.
_NO_UNIT = "1"
_STANDING = {
    "PresentFinding": "present",
    "AbsentFinding": "absent",
    "FinalDiagnosis": "diagnosed",
    "ExcludedDiagnosis": "excluded",
    "AdverseEvent": "seen",
}


def label_of(code: str) -> str:
    """Return the label of a term as a document has it.

    >>> label_of("HP:0001945 Fever")
    'Fever'
    """
    return code.partition(" ")[2]


def side_of(item: Item, said: str | None = None, remark: str | None = None, *, days: bool = False) -> Side:
    """Return a claim as one side of a conflict.

    :param said: in place of what the claim says by itself.
    :param remark: what there is to say of it beside the other side.
    :param days: tell the days too, counted from where the case starts to count, as far as they are known.
    """
    when, said = _time_of(item, days), said or _said(item)
    says = f"{said} ({when})" if when else said
    return Side(item.iri, f"{says}, {remark}" if remark else says, place_of(item.telling, item.claim))


def place_of(telling: Telling, claim: Claim) -> Place | None:
    """Return the passage that states a claim, or the first that what it was derived from is stated in."""
    if claim.stated_in is not None:
        return telling.places.get(claim.stated_in)
    inputs = (telling.claims[key][1].stated_in for key in claim.derived_from if key in telling.claims)
    return next((telling.places[key] for key in inputs if key is not None and key in telling.places), None)


def _said(item: Item) -> str:
    claim = item.claim
    if isinstance(claim, DoseSegment):
        return f"{label_of(item.telling.exposures[item.name].what)}: {_dose(claim)}"
    if isinstance(claim, Response):
        return f"{claim.domain} {claim.direction} on {', '.join(_drugs_of(item, claim)) or 'no drug named'}"
    if isinstance(claim, TestResult):
        return f"{label_of(claim.what)}: {_result(claim)}"
    if isinstance(claim, Course):
        return f"{claim.kind} of {label_of(claim.cause)}" if claim.cause else claim.kind
    what = getattr(claim, "what", None)
    if what:
        return f"{label_of(what)}: {_STANDING.get(item.kind, item.kind)}"
    return "no significant adverse event" if item.kind == "NoSignificantAdverseEvent" else "no adverse event"


def _result(test: TestResult) -> str:
    """Return what a test gave, a number as it is printed: ``<5`` is not 5."""
    unit = test.unit or (label_of(test.unit_term) if test.unit_term else "")
    number = test.printed or test.value
    bare = test.printed is None or not any(each.isalpha() or each == "%" for each in test.printed)
    told = f"{number} {unit}" if bare and unit != _NO_UNIT else str(number)
    value = told.strip() if test.value is not None else None
    return str(test.result or value or test.direction or "told")


def _dose(dose: DoseSegment) -> str:
    return ", ".join(each for each in (_amount(dose), dose.route) if each)


def _amount(dose: DoseSegment) -> str:
    if dose.printed:
        return dose.printed
    bounds = (dose.dose, dose.dose_min, dose.dose_max, dose.dose_from, dose.dose_to)
    amount = " to ".join(str(each) for each in bounds if each is not None)
    often = f", {dose.times} in {dose.period_days} days" if dose.times and dose.period_days else ""
    return f"{amount} {dose.unit or ''}".strip() + often


def _drugs_of(item: Item, claim: Response) -> Iterator[str]:
    told = item.telling.exposures
    named = (told[each] for each in (*claim.to, *claim.after_stopping) if each in told)
    yield from dict.fromkeys(label_of(each.what) for each in named)


def printed(item: Item) -> str | None:
    """Return the time of a claim as the report has it; None where it is not told so."""
    death, at = _death(item.claim), item.at or item.claim.at
    if death is not None and death.printed:
        return death.printed
    return None if at is None else item.telling.case.occasions[at].printed


def _time_of(item: Item, days: bool) -> str:
    """Return when a claim was: of a death always with its days, for one dies once."""
    death = _death(item.claim) is not None
    at = item.at or (item.claim.at if death else None)
    told = printed(item) if at or death else None
    if at is None:
        return told or ""
    named = told or item.telling.case.occasions[at].phase or at
    counted = _days(item.telling, at) if days or (death and told is None) else ""
    return f"{named}, {counted}" if counted else named


def _death(claim: Claim) -> Course | None:
    return claim if isinstance(claim, Course) and claim.kind == "death" else None


def _days(telling: Telling, at: str) -> str:
    first, last = telling.timeline.bounds(at)
    if first is None or last is None:
        return ""
    return f"day {first}" if first == last else f"day {first} to {last}"
