"""The values of one subject of a foreign document on their way to its claims: codes, numbers, times."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

import isodate

from casegraph.errors import DocumentError, Problem
from casegraph.loaders.codes import coded
from casegraph.loaders.records import RecordBuilder
from casegraph.loaders.times import day_span, duration_days
from casegraph.loaders.words import ucum_of
from casegraph.merge.lift.said import Said
from casegraph.model import Age

__all__ = ["ForeignSubject"]

_YEAR, _MONTH = 365.25, 30.4375


@dataclass(slots=True)
class ForeignSubject:
    """What is said of one subject, and the case that it becomes.

    :param file: the document, for messages.
    :param node: the subject.
    :param dropped: takes the claims that cannot be carried.
    """

    file: str
    said: Said
    node: str
    builder: RecordBuilder
    dropped: set[str] = field(default_factory=set)

    def what(self, claim: str) -> str | None:
        """Take what a claim is about; without a term for it nothing of the claim can be carried."""
        what = self.code(claim, "aboutConcept")
        if what is None:
            label = self.said.take(claim, "conceptLabel")
            self.builder.lose(claim, label or "", "no-code" if label else "required-missing")
            self.dropped.add(claim)
        return what

    def code(self, claim: str, name: str) -> str | None:
        """Take a term, an IRI or a CURIE, as a case document writes it; other text stays behind."""
        told = self.said.take(claim, name)
        label = self.said.take(claim, "conceptLabel") if told and name == "aboutConcept" else None
        return None if told is None else self._coded(f"{claim} {name}", told, label or "")

    def codes(self, node: str, name: str) -> list[str]:
        """Take all terms of a property; what is no identifier stays behind."""
        found = (self._coded(f"{node} {name}", each) for each in self.said.take_all(node, name))
        return [each for each in found if each]

    def _coded(self, place: str, told: str, label: str = "") -> str | None:
        term = coded(told, label)
        if term is None:
            self.builder.lose(place, told, "no-code")
        return term

    def unit(self, claim: str) -> dict[str, str]:
        """Take a unit as fields of a claim: in UCUM where a table knows it there, else as a term."""
        if printed := self.said.take(claim, "unit"):
            return {"unit": printed}
        term = self.code(claim, "unitConcept")
        ucum = term and ucum_of(term)
        return {"unit": ucum} if ucum else {"unit_term": term} if term else {}

    def number(self, claim: str, name: str) -> float | int | None:
        """Take a number.

        :raises DocumentError: if what stands there is no finite number.
        """
        text = self.said.take(claim, name)
        if text is None:
            return None
        number = _decimal(text)
        if number is None:
            raise self.wrong(claim, f"{name}: {text!r} is no number")
        return int(number) if number == number.to_integral_value() else float(number)

    def at(self, claim: str) -> str | None:
        """Take when a thing was seen: on a date, from one to another, or at an age.

        :raises DocumentError: if the end is before the start.
        """
        start, end = self.said.take(claim, "onDate"), self.said.take(claim, "untilDate")
        printed = self.said.take(claim, "agePrinted")
        if start is None:
            if end is not None:
                self.builder.lose(f"{claim} untilDate", end, "no-place")
            return self.at_age(claim, printed) if printed else None
        self.in_order(claim, start, end)
        at = self.builder.times.stretch(start, end) if end and end != start else None
        if at is None and end not in (None, start):
            self.builder.lose(f"{claim} untilDate", end, "not-exact")
        at = at or self.moment(claim, start)
        if printed:
            years = self.years(claim, printed)
            self.builder.age = self.builder.age or (None if years is None else Age(years=years, at=at))
        return at

    def at_age(self, node: str, printed: str) -> str | None:
        """Return the occasion at an age; of an age in parts of a year, the completed years."""
        number = _decimal(printed)
        at = self.builder.times.age(printed if number is None else f"P{int(number)}Y")
        if at is None:
            self.builder.lose(f"{node} agePrinted", printed, "no-time")
        elif number is not None and number != int(number):
            self.builder.lose(f"{node} agePrinted", printed, "not-exact")
        return at

    def years(self, node: str, printed: str) -> int | None:
        """Return the completed years of an age; what is no age stays behind."""
        years = _completed_years(printed)
        if years is None:
            self.builder.lose(f"{node} agePrinted", printed, "no-time")
        return years

    def moment(self, claim: str, printed: str) -> str | None:
        """Return the occasion on a date; what is no date stays behind."""
        at = self.builder.times.date(printed)
        if at is None:
            self.builder.lose(f"{claim} onDate", printed, "no-time")
        return at

    def in_order(self, claim: str, start: str | None, end: str | None) -> None:
        """See that two dates come one after the other.

        :raises DocumentError: if the last is before the first.
        """
        first, last = (day_span(each) if each else None for each in (start, end))
        if first and last and last[1] < first[0]:
            raise self.wrong(claim, "the end is before the start")

    def wrong(self, place: str, told: str) -> DocumentError:
        """Return the error by which a subject is refused."""
        said = f"{self.node}: {place}: {told}"
        return DocumentError((Problem(self.file, 0, 0, "wrong-value", said, "correct it at its source"),))


def _decimal(printed: str) -> Decimal | None:
    """Return a finite number; None where a text is none."""
    try:
        number = Decimal(printed)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _completed_years(printed: str) -> int | None:
    """Return the completed years of an age in years or as a duration of ISO 8601; None where it is none."""
    number = _decimal(printed)
    if number is not None:
        return int(number) if number >= 0 else None
    if duration_days(printed) is None:
        return None
    parsed = isodate.parse_duration(printed)
    days = float(getattr(parsed, "months", 0)) * _MONTH + getattr(parsed, "tdelta", parsed).days
    years: int = int(getattr(parsed, "years", 0)) + math.floor(days / _YEAR)
    return years
