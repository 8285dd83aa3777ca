"""The parts that FHIR resources are made of: concepts, times, quantities, and what a case loses in them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import msgspec

from casegraph.export.stored import StoredCase
from casegraph.loaders.fhir.codes import UCUM, coding_of
from casegraph.loaders.records import PASSAGE
from casegraph.loaders.times import BIRTH, CALENDAR, duration_days
from casegraph.losses import Loss, shortened
from casegraph.model import Claim, Occasion

__all__ = ["Writing", "codeable", "own", "quantity"]

Json = dict[str, Any]
_DAY = r"\d{4}(?:-\d\d(?:-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))?)?)?"
_DATE = re.compile(_DAY)
_STRETCH = re.compile(rf"({_DAY})--({_DAY})")
_BETWEEN = re.compile(rf"({_DAY})/({_DAY})")
_AGE = re.compile(r"P(\d+)([YMWD])")
_YEARS_AND_MONTHS = re.compile(r"P(\d+)Y(\d+)M")
_MONTHS = 12
_AGES = {"Y": "a", "M": "mo", "W": "wk", "D": "d"}
#: fields that say nothing of the patient, and why they are left where they are not their default.
_ASIDE = {"id": "implied", "derived_from": "derived"}


@dataclass(slots=True)
class Writing:
    """One case on its way to a bundle.

    :param entries: the entries so far.
    :param references: key of a treatment or of one of its doses -> (reference to its resource, is it a dose).
    :param told: keys of the occasions of which a resource says when they were.
    """

    stored: StoredCase
    entries: list[Json] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    references: dict[str, tuple[str, bool]] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)

    def lose(self, path: str, value: object, reason: str) -> None:
        """Note what is left behind."""
        self.losses.append(Loss(self.stored.iri, path, shortened(value) if value else "", reason))

    def lose_whole(self, path: str, claim: Claim, reason: str = "no-place") -> None:
        """Note a claim that is left behind, in place of what was noted of its fields."""
        self.losses = [each for each in self.losses if not each.path.startswith(f"{path}/")]
        self.lose(path, msgspec.to_builtins(claim), reason)

    def add(self, place: str, resource: Json) -> str:
        """Add a resource with an identifier made of the case and its place, and return a reference to it."""
        made = str(uuid5(NAMESPACE_URL, f"{self.stored.iri}#{place}"))
        kind = {"resourceType": resource["resourceType"], "id": made}
        self.entries.append({"fullUrl": f"urn:uuid:{made}", "resource": kind | resource})
        return f"urn:uuid:{made}"

    @property
    def subject(self) -> Json:
        """The reference to the patient, who is the first entry."""
        return {"reference": self.entries[0]["fullUrl"]}

    def lose_rest(self, path: str, claim: Claim, carried: tuple[str, ...]) -> None:
        """Note every field of a claim that is neither its default nor among those carried."""
        record = self.stored.report.record is not None
        for name, value in _told(claim):
            if name in ("basis", *carried) or (name == "stated_in" and record and value == PASSAGE):
                continue
            self.lose(f"{path}/{name}", msgspec.to_builtins(value), _ASIDE.get(name, "no-place"))

    def date(self, key: str | None) -> str | None:
        """Return the date of an occasion, where it stands for one on the calendar."""
        printed = self._printed(key, CALENDAR)
        return printed if _DATE.fullmatch(printed) else None

    def when(self, path: str, key: str | None, stem: str, forms: tuple[str, ...]) -> Json:
        """Return when something was, in the first form that the occasion has, or note that it has none.

        :param stem: what the names of the elements begin with: ``onset``, ``effective``.
        :param forms: the forms the element takes: DateTime, Period, Age, Range, Between (a period in which
            something began).
        """
        found = self._forms(key) if key else {}
        for form in forms:
            if key and form in found:
                self.told.add(key)
                return {f"{stem}{'Period' if form == 'Between' else form}": found[form]}
        if key:
            self.lose_time(path, key)
        return {}

    def span(self, path: str, ends: tuple[str | None, str | None], names: tuple[str, str]) -> Json:
        """Return a start alone as a date, else the start and the end as a period; ``names`` are of fields.

        Where an end is known that no date says, a period without it says that there is one.
        """
        dates = [self.date(key) for key in ends]
        for name, key, found in zip(names, ends, dates, strict=True):
            if key and found:
                self.told.add(key)
            elif key:
                self.lose_time(f"{path}/{name}", key)
        start, end = dates
        if start and not ends[1]:
            return {"DateTime": start}
        period = {name: each for name, each in (("start", start), ("end", end)) if each}
        return {"Period": period} if period else {}

    def tells(self, key: str, occasion: Occasion) -> bool:
        """Tell whether a resource says when an occasion was, and nothing else is known of it."""
        return key in self.told and not (occasion.phase or occasion.after or occasion.during)

    def basis(self, claim: Claim, *classes: str) -> list[Json]:
        """Return the categories that tell what casegraph means: the class of a claim, its basis."""
        said = classes if claim.basis == "stated" else (*classes, claim.basis)
        return [{"coding": [own(name)]} for name in said]

    def lose_time(self, path: str, key: str) -> None:
        """Note a time that an element does not take: a date or an age, or one that is neither."""
        aged = self._printed(key, BIRTH).split("/")
        known = self._forms(key) or any(map(duration_days, aged))
        self.lose(path, key, "no-place" if known else "no-time")

    def _printed(self, key: str | None, anchor: str) -> str:
        occasion = self.stored.case.occasions.get(key) if key else None
        hangs = occasion is not None and occasion.anchor == anchor
        return (occasion.printed or "") if occasion is not None and hangs else ""

    def _forms(self, key: str) -> Json:
        dated, aged = self._printed(key, CALENDAR), self._printed(key, BIRTH)
        forms: Json = {}
        if _DATE.fullmatch(dated):
            forms["DateTime"] = dated
        elif found := _STRETCH.fullmatch(dated):
            forms["Period"] = {"start": found[1], "end": found[2]}
        elif found := _BETWEEN.fullmatch(dated):
            forms["Between"] = {"start": found[1], "end": found[2]}
        ages = [_age(each) for each in aged.split("/")] if aged else []
        if len(ages) == 1 and ages[0]:
            forms["Age"] = ages[0]
        elif ages and all(ages):
            forms["Range"] = {"low": ages[0], "high": ages[1]}
        return forms


def _told(claim: Claim) -> list[tuple[str, Any]]:
    """Return the fields of a claim that are not their default."""
    fields = ((each.name, getattr(claim, each.name), each.default) for each in msgspec.structs.fields(claim))
    return [(name, value) for name, value, default in fields if value != default and value not in (None, ())]


def _age(iso: str) -> Json | None:
    """Return an age in one unit, or None where one unit does not tell it: a year is twelve months.

    >>> _age("P53Y3M"), _age("P5M15D")
    ({'value': 639, 'unit': 'mo', 'system': 'http://unitsofmeasure.org', 'code': 'mo'}, None)
    """
    if both := _YEARS_AND_MONTHS.fullmatch(iso):
        return quantity(int(both[1]) * _MONTHS + int(both[2]), _AGES["M"])
    found = _AGE.fullmatch(iso)
    return quantity(int(found[1]), _AGES[found[2]]) if found else None


def codeable(term: str) -> Json:
    """Return a term as a CodeableConcept.

    >>> codeable("SNOMEDCT:7 Seven")
    {'coding': [{'system': 'http://snomed.info/sct', 'code': '7', 'display': 'Seven'}]}
    """
    return {"coding": [coding_of(term)]}


def own(name: str) -> Json:
    """Return the coding of a class or an individual of casegraph's ontology."""
    return coding_of(f"cg:{name} {name}")


def quantity(value: float | Decimal | None, unit: str | None, unit_term: str | None = None) -> Json:
    """Return a quantity with its UCUM unit, with the term of its unit, or without a unit."""
    if unit:
        return {"value": value, "unit": unit, "system": UCUM, "code": unit}
    if unit_term:
        coding = coding_of(unit_term)
        told = {"unit": coding["display"]} if "display" in coding else {}
        return {"value": value, **told, "system": coding["system"], "code": coding["code"]}
    return {"value": value}
