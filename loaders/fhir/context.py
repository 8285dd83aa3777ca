"""What the readers of FHIR resources share: the case that is built, references, times, and what is left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, get_args

from casegraph.loaders.fhir.bundle import Content, Entry
from casegraph.loaders.fhir.codes import UCUM, concept, is_said, number, seen
from casegraph.loaders.fhir.element import Element, plain
from casegraph.loaders.fhir.labels import label_of
from casegraph.loaders.records import RecordBuilder
from casegraph.loaders.words import word_of
from casegraph.model.values import Basis, Change, Result, Route, Severity, StopReason
from casegraph.namespaces import CG

__all__ = ["Context", "known_word"]

#: UCUM unit of an age -> its letter in an ISO 8601 duration.
_AGES = {"a": "Y", "mo": "M", "wk": "W", "d": "D"}
_OWN = {"direction": Change, "result": Result, "route": Route, "severity": Severity, "stopReason": StopReason}
#: element of a resource -> why it is left, where that is not that it has no place.
_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "note": "no-code",
        **dict.fromkeys(
            (
                "asserter",
                "author",
                "identifier",
                "informationSource",
                "participant",
                "performer",
                "recorder",
                "requester",
                "resultsInterpreter",
            ),
            "identifier",
        ),
    }
)
#: Free text, which may name somebody: it is counted and not repeated.
_UNTOLD = ("text", "note")


@dataclass(slots=True)
class Context:
    """One patient's resources on their way to a case.

    :param keys: place of a resource -> the key of the claim that was made of it.
    :param panels: place of an observation -> the panel that it is one value of.
    """

    builder: RecordBuilder
    content: Content
    keys: dict[str, str] = field(default_factory=dict)
    panels: dict[str, str] = field(default_factory=dict)
    _given: set[str] = field(default_factory=set)

    def key(self, place: str, kind: str, *parts: str | None) -> str:
        """Return a key for the claim of a resource, that no other claim of the case has, and keep it."""
        first = self.builder.fragment(kind, *parts)
        key, at = first, 1
        while key in self._given:
            at += 1
            key = f"{first}-{at}"
        self._given.add(key)
        self.keys[place] = key
        return key

    def target(self, reference: Element | None, within: Element | None = None) -> Entry | None:
        """Return the resource that a reference means, in the file or contained, unless it may not be read."""
        if reference is None:
            return None
        if reference.has("reference") and isinstance(reference.peek("reference"), dict):
            return self.target(reference.child("reference"), within)
        told = reference.peek("reference")
        if within is not None and isinstance(told, str) and told.startswith("#"):
            inner = (each for each in within.each("contained") if f"#{each.peek('id')}" == told)
            return next((Entry(each.pointer, dict(each.value)) for each in inner), None)
        entry = self.content.resolve(told)
        return None if entry is None or entry.is_modified or entry.is_deleted else entry

    def pointed_key(self, reference: Element) -> str | None:
        """Take a reference to a resource that became a claim, and return the key of the claim."""
        entry = self.target(reference)
        key = self.keys.get(entry.pointer) if entry else None
        if key:
            reference.take_all()
        return key

    def code_behind(self, element: Element, names: tuple[str, ...], field_name: str) -> str | None:
        """Return the code of the resource that a reference in one of these elements means, and take it."""
        for name in names:
            for reference in element.each(name):
                entry = self.target(reference, element)
                inner = entry and Element(entry.resource, entry.pointer, element.taken, element.opened)
                if entry and inner and (found := concept(inner.child(field_name))):
                    inner.take("resourceType")
                    inner.take("id")
                    reference.take_all()
                    self.content.carried.add(entry.pointer)
                    return found
        return None

    def note_panel(self, entry: Entry) -> None:
        """Remember which observations an observation or a report of the same day says are its values.

        What it gathers of other days are no values of one panel.
        """
        element = Element(entry.resource, "")
        panel, day = concept(element.child("code")), _day(entry.resource)
        for reference in element.each("hasMember", "result") if panel else ():
            member = self.target(reference)
            if member is not None and panel and day == _day(member.resource):
                self.panels.setdefault(member.pointer, panel)

    def day(self, element: Element, *names: str) -> str | None:
        """Take the first of these elements that is a date, as an occasion."""
        for name in names:
            value = element.peek(name)
            key = self.builder.times.date(value) if isinstance(value, str) else None
            if key:
                element.take(name)
                return key
        return None

    def moment(self, element: Element, stem: str) -> str | None:
        """Take when something began: ``onsetDateTime``, ``onsetAge``, ``onsetRange`` or ``onsetPeriod``."""
        found = self.day(element, f"{stem}DateTime", f"{stem}Instant")
        return found or self._at_age(element, stem) or self._within(element.child(f"{stem}Period"))

    def stretch(self, element: Element, stem: str) -> str | None:
        """Take when something was seen: at a date, or over a period."""
        found = self.day(element, f"{stem}DateTime", f"{stem}Instant")
        return found or self._period(element.child(f"{stem}Period"))

    def span(self, element: Element, *names: str) -> tuple[str | None, str | None]:
        """Take the start and the end of something, each an occasion; a date alone is the start."""
        for name in names:
            period = element.child(name)
            if period is not None:
                return self.day(period, "start"), self.day(period, "end")
            if start := self.day(element, name):
                return start, None
        return None, None

    def encounter_time(self, element: Element) -> str | None:
        """Return when the encounter was in which something without a time of its own was done."""
        reference = element.child("encounter")
        entry = self.target(reference)
        if reference is None or entry is None:
            return None
        inner = Element(entry.resource, "")
        found = self._period(inner.child("period", "actualPeriod"))
        if found:
            reference.take_all()
        return found

    def own(self, element: Element) -> tuple[str, ...]:
        """Take the classes and the basis that casegraph wrote as categories, and return their names.

        Of what is not there to derive a claim from, a record does no more than state it.
        """
        found = []
        for category in element.each("category"):
            for coding in category.each("coding"):
                if coding.peek("system") == CG:
                    coding.take_all()
                    found.append(str(coding.peek("code")))
                    if found[-1] == "derived":
                        found[-1] = "stated"
                        self.builder.lose(coding.pointer, "derived", "not-exact")
        return tuple(found)

    def basis(self, names: tuple[str, ...]) -> dict[str, str]:
        """Return the basis among the names that casegraph wrote; nothing where there is none."""
        found = next((name for name in names if name in get_args(Basis)), None)
        return {"basis": found} if found else {}

    def word(self, element: Element, name: str, closed_list: str) -> str | None:
        """Take a concept that stands for a word of a closed list; note one that no table knows as left."""
        for inner in element.each(name):
            term = seen(inner)
            word = known_word(closed_list, term) if term else None
            if word:
                concept(inner)
                return word
            self.builder.lose(inner.pointer, plain(inner.value), "unmapped-code" if term else "no-code")
            inner.take_all()
        return None

    def lose_rest(self, element: Element) -> None:
        """Note as left behind what was not taken of a resource."""
        for place, value in element.rest():
            name = place.removeprefix(element.pointer).split("/")[1]
            why = _REASONS.get(name) or ("no-place" if name == "text" else _reason(place, value, element))
            self.builder.lose(place, "" if name in _UNTOLD else value, why)

    def leave(self, entry: Entry, reason: str, told: str | None = None) -> None:
        """Note a whole resource as left behind.

        :param told: the term that it is about, where that says why; empty, where that is not to be told; else
            it is told by its label.
        """
        label = label_of(entry.resource) if told is None else told
        label = "" if self.builder.identifies(label) else label
        self.builder.lose(entry.pointer, f"{entry.kind} {label}".rstrip(), reason)

    def lose_beside(self, entry: Entry) -> None:
        """Note what the entry of a bundle says beside its resource."""
        for place, value in entry.beside:
            self.builder.lose(place, plain(value), "no-place")

    def _period(self, period: Element | None) -> str | None:
        if period is None:
            return None
        start, end = period.peek("start"), period.peek("end")
        if isinstance(start, str) and isinstance(end, str) and start != end:
            key = self.builder.times.stretch(start, end)
            if key:
                period.take("start")
                period.take("end")
            return key
        key = self.day(period, "start")
        if key and start == end:
            period.take("end")
        return key

    def _within(self, period: Element | None) -> str | None:
        if period is None:
            return None
        start, end = period.peek("start"), period.peek("end")
        if not (isinstance(start, str) and isinstance(end, str)):
            return None
        key = self.builder.times.between(start, end)
        if key:
            period.take_all()
        return key

    def _at_age(self, element: Element, stem: str) -> str | None:
        ages, one = element.child(f"{stem}Range"), element.child(f"{stem}Age")
        if one is not None and (iso := _age(one)):
            one.take_all()
            return self.builder.times.age(iso)
        if ages is None:
            return None
        low, high = _age(ages.child("low")), _age(ages.child("high"))
        key = self.builder.times.age_range(low, high) if low and high else None
        if key:
            ages.take_all()
        return key


def known_word(closed_list: str, term: str) -> str | None:
    """Return the word that a term stands for; one of casegraph's own stands for itself."""
    name = term.split(" ", 1)[0].removeprefix("cg:")
    return (
        name if term.startswith("cg:") and name in get_args(_OWN[closed_list]) else word_of(closed_list, term)
    )


def _day(resource: Mapping[str, Any]) -> object:
    """Return the day of an observation or a report, or its period; None where it has no time."""
    told = resource.get("effectiveDateTime") or resource.get("effectiveInstant")
    return told.partition("T")[0] if isinstance(told, str) else resource.get("effectivePeriod")


def _age(quantity: Element | None) -> str | None:
    """Return an age as an ISO 8601 duration, where it is a whole number of a UCUM unit of time."""
    if quantity is None or quantity.has("comparator"):
        return None
    value, letter = number(quantity.peek("value")), _AGES.get(str(quantity.peek("code")))
    if value is None or letter is None or quantity.peek("system") != UCUM or value != int(value) or value < 0:
        return None
    return f"P{int(value)}{letter}"


def _reason(place: str, value: Any, element: Element) -> str:
    """Return why a part is left: a further coding may repeat the carried one; words alone are no code."""
    steps = place.split("/")
    if steps[-2] == "coding":
        coding = element.at(place)
        return "implied" if any(is_said(coding, each) for each in element.beside(place)) else "no-place"
    if steps[-1] == "display":
        return "implied"
    return "no-code" if steps[-1] == "text" or _is_in_words(value) else "no-place"


def _is_in_words(value: Any) -> bool:
    """Tell whether a part holds but concepts without a code and quantities whose unit has none."""
    if not isinstance(value, dict):
        return isinstance(value, list) and bool(value) and all(map(_is_in_words, value))
    quantity = "unit" in value and "value" in value and "code" not in value
    return set(value) == {"text"} or quantity or (bool(value) and all(map(_is_in_words, value.values())))
