"""What was started, raised, lowered or stopped in the course of a case, and when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from casegraph.derive.spans import Span
from casegraph.model import DoseSegment, Subject, Treatment
from casegraph.triples import named_claims

__all__ = ["Change", "changes_of", "dose_change", "dose_changes"]

Way = Literal["up", "down", "unknown"]


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a treatment: a start or a rise is up, a lowering or a stop is down.

    :param exposure: the fragment of the treatment or dose segment that changed.
    :param at: the occasion, None where it is not told.
    :param certain: false where an end is only implied.
    """

    exposure: str
    at: str | None
    way: Way
    certain: bool = True


def changes_of(treatment: Treatment, span: Span, names: Mapping[int, str]) -> Iterator[Change]:
    """Yield the changes of one treatment.

    :param span: when it ran.
    :param names: identity of a claim -> its fragment.
    """
    yield Change(span.fragment, span.starts, "up")
    doses = {names[id(each)]: each for each in treatment.doses}
    for fragment, dose in doses.items():
        change = dose_change(dose, doses.get(dose.follows or ""))
        if change is not None:
            yield Change(fragment, dose.at, "up" if change == "raised" else "down")
        elif dose.follows is not None and _unlike(dose, doses.get(dose.follows)):
            yield Change(fragment, dose.at, "unknown")
    if span.stopped is not None:
        yield Change(span.fragment, span.stopped, "down")
    elif span.hinted is not None:
        yield Change(span.fragment, span.hinted, "down", certain=False)


def dose_changes(subject: Subject) -> Iterator[tuple[str, Literal["raised", "lowered"]]]:
    """Yield the dose segments whose numbers raised or lowered a dose that they do not tell so, and which."""
    names = {id(claim): fragment for fragment, _, claim in named_claims(subject)}
    for treatment in subject.treatments:
        doses = {names[id(each)]: each for each in treatment.doses}
        for fragment, dose in doses.items():
            change = dose_change(dose, doses.get(dose.follows or ""))
            if change is not None and change != dose.change:
                yield fragment, change


def dose_change(dose: DoseSegment, before: DoseSegment | None) -> Literal["raised", "lowered"] | None:
    """Return which way a dose segment went: by its taper, against the one before, or as it says.

    None where nothing changed or the doses cannot be compared.

    >>> weekly = DoseSegment(dose=1, unit="[IU]", times=1, period_days=7)
    >>> dose_change(DoseSegment(dose=1, unit="[IU]", times=2, period_days=7), weekly)
    'raised'
    """
    first, last = _rate(dose, dose.dose_from), _rate(dose, dose.dose_to)
    if dose.dose_from is not None or dose.dose_to is not None:
        return _way(first, last) or dose.change
    return (None if before is None else _way(_rate(before, before.dose_to), first)) or dose.change


def _way(
    before: tuple[str, Decimal] | None, now: tuple[str, Decimal] | None
) -> Literal["raised", "lowered"] | None:
    if before is None or now is None or before[0] != now[0] or before[1] == now[1]:
        return None
    return "raised" if now[1] > before[1] else "lowered"


def _unlike(dose: DoseSegment, before: DoseSegment | None) -> bool:
    """Say whether two dosings cannot be compared, so that the dose may have changed."""
    if before is None:
        return True
    first, last = _rate(before, before.dose_to), _rate(dose, dose.dose_from)
    return first is None or last is None or first[0] != last[0]


def _rate(dose: DoseSegment, amount: float | None) -> tuple[str, Decimal] | None:
    """Return the unit and the amount a day, or each time where no frequency is told."""
    amount = dose.dose if amount is None else amount
    if amount is None or dose.unit is None:
        return None
    exact = Decimal(str(amount))
    if dose.times is None or dose.period_days is None:
        return dose.unit, exact
    return f"{dose.unit}/d", exact * Decimal(str(dose.times)) / Decimal(str(dose.period_days))
