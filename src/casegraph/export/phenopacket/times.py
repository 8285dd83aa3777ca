"""Occasions of a case as times of a phenopacket, where they are ages, dates or stages; none is computed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from casegraph.loaders.times import BIRTH, CALENDAR, GESTATION, day_span, duration_days, moves_in_utc
from casegraph.model import Age, Case, Occasion

__all__ = ["age_duration", "ages_of", "birth_date", "dose_interval", "is_day_alone", "time_element"]

_GESTATION = re.compile(r"(\d+)w(\d+)d")
_STAMP = re.compile(
    r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)"
)
_MONTHS = 12
_DAY = 10


def time_element(occasion: Occasion) -> dict[str, Any] | None:
    """Return the TimeElement that an occasion is, but for a stage; None where it is relative to an event.

    What was printed is given back where it is an age, a range of ages, a gestational age or a date; a month
    or a year without a day is the interval of its days.

    >>> time_element(Occasion(anchor="birth", start=(1095, 1460), printed="P3Y"))
    {'age': {'iso8601duration': 'P3Y'}}
    >>> time_element(Occasion(anchor="il2-start", start=(45, 77), printed="after 2 months")) is None
    True
    """
    printed = occasion.printed or ""
    if occasion.anchor == BIRTH and occasion.start is not None:
        return _age(printed, occasion) or _age_range(printed, occasion)
    if occasion.anchor == GESTATION and (found := _GESTATION.fullmatch(printed)):
        return {"gestationalAge": {"weeks": int(found[1]), "days": int(found[2])}}
    if occasion.anchor == CALENDAR:
        return _dated(printed)
    return None


def ages_of(case: Case) -> Mapping[str, str]:
    """Return the occasion at which the report gives the age, and the age as an ISO 8601 duration."""
    if case.age is None or case.age.at is None:
        return {}
    return {case.age.at: age_duration(case.age)[0]}


def age_duration(age: Age) -> tuple[str, bool]:
    """Return an age as an ISO 8601 duration, and whether that is all of it: days are no part of an age.

    >>> age_duration(Age(years=7.5)), age_duration(Age(years=7.6))
    (('P7Y6M', True), ('P7Y', False))
    """
    years, part = divmod(Decimal(str(age.years)), 1)
    months = part * _MONTHS
    if months != int(months):
        return f"P{years}Y", False
    return (f"P{years}Y" if years or not months else "P") + (f"{int(months)}M" if months else ""), True


def birth_date(case: Case) -> tuple[str | None, bool]:
    """Return the birth date, None where it is not told, and whether it is known to the day.

    A month or a year is rounded down, as the standard asks.
    """
    birth = case.occasions.get(BIRTH)
    span = day_span(birth.printed) if birth is not None and birth.printed else None
    return (_midnight(span[0]), span[0] == span[1]) if span else (None, True)


def dose_interval(start: Occasion | None, end: Occasion | None) -> dict[str, str]:
    """Return the dates between which a dosing lasted; those that are known to the day."""
    first, last = _ends(start)
    if last is None:
        last = _ends(end)[0]
    return {name: stamp for name, stamp in (("start", first), ("end", last)) if stamp is not None}


def is_day_alone(printed: str) -> bool:
    """Tell whether a time of day is printed of which the standard, which counts in UTC, keeps the day alone.

    >>> [is_day_alone(f"2020-01-01{each}") for each in ("", "T00:30:00+11:00", "T12:00:00+11:00")]
    [False, True, False]
    """
    times = (each for each in re.split("--|/", printed) if len(each) > _DAY)
    return any(_timestamp(each) not in (None, each) for each in times)


def _ends(occasion: Occasion | None) -> tuple[str | None, str | None]:
    if occasion is None or occasion.anchor != CALENDAR or occasion.printed is None:
        return None, None
    first, _, last = occasion.printed.partition("--")
    return _timestamp(first), _timestamp(last)


def _age(printed: str, occasion: Occasion) -> dict[str, Any] | None:
    if duration_days(printed) == occasion.start:
        return {"age": {"iso8601duration": printed}}
    return None


def _age_range(printed: str, occasion: Occasion) -> dict[str, Any] | None:
    start, _, end = printed.partition("/")
    first, last = duration_days(start), duration_days(end)
    if first is None or last is None or (first[0], last[1]) != occasion.start:
        return None
    return {"ageRange": {"start": {"iso8601duration": start}, "end": {"iso8601duration": end}}}


def _dated(printed: str) -> dict[str, Any] | None:
    start, _, end = printed.replace("--", "/").partition("/")
    if not end and (stamp := _timestamp(start)) is not None:
        return {"timestamp": stamp}
    first, last = day_span(start), day_span(end or start)
    if first is None or last is None:
        return None
    begun = _timestamp(start) or _midnight(first[0])
    return {"interval": {"start": begun, "end": _timestamp(end) or _midnight(last[1])}}


def _timestamp(printed: str) -> str | None:
    """Return a printed time or day as a timestamp of the standard; None where it is neither.

    One that would be of another day in UTC is that day alone.
    """
    span = day_span(printed)
    if span is None or span[0] != span[1]:
        return None
    exact = _STAMP.fullmatch(printed) and not moves_in_utc(printed)
    return printed if exact else _midnight(span[0])


def _midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"
