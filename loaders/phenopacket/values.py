"""The small messages of a phenopacket as values of a case: terms, times, numbers with their units."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from google.protobuf.json_format import MessageToDict

from casegraph.loaders.codes import coded
from casegraph.loaders.records import RecordBuilder
from casegraph.loaders.times import RecordTimes, day_span, duration_days
from casegraph.loaders.words import other_name, ucum_of, word_of
from casegraph.namespaces import PREFIXES, known_prefixes

__all__ = ["NotReadableError", "Packet", "completed_years", "said", "same_unit", "term_of", "timestamp"]

_AGE = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T\S+)?")
_YEAR, _MONTH = 365.25, 30.4375
#: An xsd:decimal of the store has 128 bits, 18 digits of them after the point.
_LARGEST, _DIGITS = 1.7e20, 18
_MIDNIGHT = "T00:00:00Z"


class NotReadableError(Exception):
    """A packet cannot be a case: the code of the problem, what is wrong, what to do."""


@dataclass(frozen=True, slots=True)
class Packet:
    """A packet on its way to a case: where it stands in its file, and what is collected of it.

    :param pointer: the JSON pointer of the packet in its file; empty where it is all of it.
    :param misnamed: takes the terms that were read as words of closed lists, and what the tables call them.
    """

    builder: RecordBuilder
    pointer: str = ""
    misnamed: dict[str, str] = field(default_factory=dict)

    def lose(self, path: str, value: object, reason: str) -> None:
        """Note what is left behind at a path within the packet."""
        self.builder.lose(self.pointer + path, value, reason)

    def lose_each(self, path: str, messages: Iterable[Any], reason: str) -> None:
        """Note each message of a list."""
        for number, each in enumerate(messages):
            self.lose(f"{path}/{number}", said(each), reason)

    def lose_text(self, path: str, text: str, reason: str = "no-place") -> None:
        """Note a text, where there is one."""
        if text:
            self.lose(path, text, reason)

    def term(self, code: Any, path: str) -> str | None:
        """Return the term of an ``OntologyClass``; one told in words only is lost."""
        if not code.id and not code.label:
            return None
        found = term_of(code.id, code.label)
        if found is None:
            self.lose(path, said(code), "no-code")
        return found

    def terms(self, codes: Iterable[Any], path: str) -> tuple[str, ...]:
        """Return the terms of a list of ``OntologyClass``."""
        found = (self.term(each, f"{path}/{number}") for number, each in enumerate(codes))
        return tuple(each for each in found if each is not None)

    def site(self, code: Any, path: str) -> tuple[str, ...]:
        """Return the term of a part of the body, as a claim has it."""
        found = self.term(code, path)
        return (found,) if found else ()

    def needed(self, code: Any, whole: Any, path: str) -> str | None:
        """Return the term that a whole message is about; without it the whole is lost."""
        found = term_of(code.id, code.label)
        if found is None:
            self.lose(path, said(whole), "no-code" if code.id or code.label else "required-missing")
        return found

    def word(self, closed_list: str, code: Any, path: str) -> str | None:
        """Return the word of a closed list that an ``OntologyClass`` stands for; another is lost."""
        found = self.term(code, path)
        word = found and self.word_of(closed_list, found, path)
        if found and word is None:
            self.lose(path, found, "unmapped-code")
        return word

    def word_of(self, closed_list: str, term: str, path: str) -> str | None:
        """Return the word that a term stands for by its code; another label than that code has is noted."""
        word = word_of(closed_list, term)
        if word and (name := other_name(term)):
            self.misnamed[term] = name
            self.lose(path, term, "other-label")
        return word

    def time(self, element: Any, path: str) -> str | None:
        """Return the occasion of a ``TimeElement``; what is no time is lost."""
        kind = element.WhichOneof("element")
        if kind is None:
            return None
        occasion = _TIMES[kind](self.builder.times, getattr(element, kind))
        if occasion is None:
            self.lose(path, said(element), _why_no_time(kind, getattr(element, kind)))
        return occasion

    def number(self, value: float, path: str) -> int | float:
        """Return a number, a whole one without a fraction.

        :raises NotReadableError: if it is none, infinite, or none that a store of triples can hold.
        """
        if not math.isfinite(value):
            raise NotReadableError("wrong-value", f"{value} is no number at {self.pointer}{path}")
        digits = format(Decimal(str(value)).normalize(), "f").partition(".")[2]
        if abs(value) > _LARGEST or len(digits) > _DIGITS:
            said = f"{value} at {self.pointer}{path} is beyond 1.7e20, or has over {_DIGITS} digits"
            todo = "correct it, round it, or give it in another unit"
            raise NotReadableError("wrong-value", f"{said} after the point", todo)
        return int(value) if value.is_integer() and abs(value) < 2**53 else value

    def unit(self, code: Any, path: str) -> dict[str, str]:
        """Return a unit as fields of a claim: in UCUM where it is known there, else as a term."""
        ucum = _ucum(code)
        if ucum:
            return {"unit": ucum}
        found = self.term(code, path)
        return {"unit_term": found} if found else {}


def term_of(identifier: str, label: str) -> str | None:
    """Return a code and its label as a case document writes them; None where the code is none."""
    plain = known_prefixes() is PREFIXES
    return _cached(identifier, label) if plain else coded(identifier, label)


@lru_cache(maxsize=100_000)
def _cached(identifier: str, label: str) -> str | None:
    return coded(identifier, label)


def said(message: Any) -> object:
    """Return what a loss tells of a message, the same each time: protobuf keeps no order of its maps."""
    told = MessageToDict(message)
    _order_maps(message, told)
    return told


def _order_maps(message: Any, told: dict[str, Any]) -> None:
    nested = (each for each, _ in message.ListFields() if each.message_type is not None)
    for part in nested:
        value, plain = getattr(message, part.name), told[part.json_name]
        if part.message_type.GetOptions().map_entry:
            told[part.json_name] = dict(sorted(plain.items()))
        elif isinstance(plain, list):
            for one, each in zip(value, plain, strict=True):
                _order_maps(one, each)
        elif isinstance(plain, dict):
            _order_maps(value, plain)


def same_unit(one: Any, other: Any) -> bool:
    """Say whether two codes of a unit are the same one; no code at all is the same as any."""
    return not other.id or one.id == other.id or (_ucum(one) is not None and _ucum(one) == _ucum(other))


def _ucum(code: Any) -> str | None:
    prefix, _, local = code.id.partition(":")
    if prefix.casefold() == "ucum" and local and not re.search(r"\s", local):
        return str(local)
    found = term_of(code.id, code.label)
    return found and ucum_of(found)


def completed_years(iso: str) -> int | None:
    """Return the completed years of an age; None where it is none.

    >>> completed_years("P6Y3M"), completed_years("P12M"), completed_years("P5Y11M30D"), completed_years("6")
    (6, 1, 5, None)
    """
    found = _AGE.fullmatch(iso)
    if found is None or iso in ("P", "PT"):
        return None
    years, months, weeks, days = (int(each or 0) for each in found.groups())
    return years + math.floor((months * _MONTH + weeks * 7 + days) / _YEAR)


def timestamp(message: Any) -> str:
    """Return a timestamp as ISO 8601, a date alone where it is midnight; empty where it is out of range."""
    try:
        text = str(message.ToJsonString())
    except (ValueError, OverflowError):
        return ""
    return text.removesuffix(_MIDNIGHT)


def _gestation(times: RecordTimes, age: Any) -> str | None:
    plausible = age.weeks >= 0 and age.days >= 0 and (age.weeks or age.days)
    return times.gestational(age.weeks, age.days) if plausible else None


def _stage(times: RecordTimes, code: Any) -> str | None:
    found = term_of(code.id, code.label)
    return times.stage(found) if found else None


def _interval(times: RecordTimes, interval: Any) -> str | None:
    if not (interval.HasField("start") and interval.HasField("end")):
        return None
    return times.between(timestamp(interval.start), timestamp(interval.end))


def _why_no_time(kind: str, told: Any) -> str:
    """Return why a time has no occasion: open at one end, over before it begins, of birth, or no time."""
    if kind not in ("age_range", "interval"):
        return "no-code"
    if not (told.HasField("start") and told.HasField("end")):
        return "no-place"
    if kind == "age_range":
        ages = (duration_days(each.iso8601duration) for each in (told.start, told.end))
        return "no-time" if all(ages) else "no-code"
    first, last = (day_span(timestamp(each)) for each in (told.start, told.end))
    if first is None or last is None:
        return "no-code"
    return "no-time" if last < first else "identifier"


_TIMES: Mapping[str, Callable[[RecordTimes, Any], str | None]] = MappingProxyType(
    {
        "age": lambda times, age: times.age(age.iso8601duration),
        "age_range": lambda times, ages: times.age_range(
            ages.start.iso8601duration, ages.end.iso8601duration
        ),
        "gestational_age": _gestation,
        "ontology_class": _stage,
        "timestamp": lambda times, each: times.date(timestamp(each)),
        "interval": _interval,
    }
)
