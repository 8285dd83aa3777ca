"""Times of a record as occasions: ages count from birth, dates from the first date of the record.

A date from before the pregnancy is put after birth, which the order of times then refuses as impossible.
No date is invented and no open end closed: an age is a span of days by the convention *completed units*, a
month or a year without a day is a span of days, and a birth date gives an age in whole years and no more.
"""

from __future__ import annotations

import math
import re
from calendar import monthrange
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

import isodate
from msgspec.structs import replace

from casegraph.model import Code, Occasion

__all__ = ["BIRTH", "CALENDAR", "GESTATION", "RecordTimes", "day_span", "duration_days", "moves_in_utc"]

#: keys of the occasions that others count from.
BIRTH, CALENDAR, GESTATION = "birth", "first-date", "gestation"
_YEAR, _MONTH = 365.25, 30.4375
_UNIT_DAYS = {"Y": _YEAR, "M": _MONTH, "W": 7.0, "D": 1.0}
_DURATION = re.compile(r"P(?=\d|T\d)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T\S+)?")
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:[T ].*)?")
_WEEK = 7
#: How long before birth a date can be one of the patient: longer than a pregnancy, in days.
_UNBORN = 44 * _WEEK


def duration_days(iso: str) -> tuple[int, int] | None:
    """Return the fewest and the most whole days of an ISO 8601 duration; None where it is none.

    >>> duration_days("P3Y"), duration_days("P14D"), duration_days("about three")
    ((1095, 1460), (14, 14), None)
    """
    found = _DURATION.fullmatch(iso)
    if found is None:
        return None
    try:
        parsed = isodate.parse_duration(iso)
    except (ValueError, OverflowError):
        return None
    years, months = float(getattr(parsed, "years", 0)), float(getattr(parsed, "months", 0))
    seconds = getattr(parsed, "tdelta", parsed).total_seconds()
    least = years * _YEAR + months * _MONTH + seconds / 86_400
    smallest = [group[-1] for group in found.groups()[:4] if group]
    step = 1.0 if found[5] else _UNIT_DAYS[smallest[-1]]
    return math.floor(least), max(math.floor(least), math.ceil(least + step) - 1)


def day_span(printed: str) -> tuple[date, date] | None:
    """Return the first and the last day that a date, a month, a year or a timestamp can mean; None if none.

    >>> day_span("2020-02")
    (datetime.date(2020, 2, 1), datetime.date(2020, 2, 29))
    """
    found = _DATE.fullmatch(printed.strip())
    if found is None:
        return None
    year, month, day = int(found[1]), found[2], found[3]
    try:
        if day:
            return (exact := date(year, int(month), int(day))), exact
        if month:
            return date(year, int(month), 1), date(year, int(month), monthrange(year, int(month))[1])
        return date(year, 1, 1), date(year, 12, 31)
    except ValueError:
        return None


def moves_in_utc(printed: str) -> bool:
    """Tell whether a timestamp with an offset is of another day in UTC, or is a day (midnight) only here.

    >>> printed = ("00:30:00+11:00", "12:00:00+11:00", "00:00:00-05:00")
    >>> [moves_in_utc(f"2020-01-01T{each}") for each in printed]
    [True, False, True]
    """
    try:
        here = datetime.fromisoformat(printed)
        there = here.astimezone(UTC)
    except (ValueError, OverflowError):
        return False
    moved = here.date() != there.date() or here.time() == time()
    return bool(here.utcoffset()) and moved


#: the first and the last day that a time may be.
_Span = tuple[date, date]


@dataclass(frozen=True, slots=True)
class _Dated:
    first: date
    last: date
    end_first: date | None
    end_last: date | None
    printed: str


class RecordTimes:
    """Collects the times of one record and gives each its occasion; the same time twice is one occasion.

    :ivar place: the file and the line of what is being read, where the reader knows it.
    :ivar places: occasion -> each place that tells of it.
    """

    def __init__(self) -> None:
        self._relative: dict[str, Occasion] = {}
        self._dated: dict[str, _Dated] = {}
        self._birth: tuple[date, date] | None = None
        self._birth_printed: str | None = None
        self._events: list[str] = []
        self.place: tuple[str, int] | None = None
        self.places: dict[str, dict[tuple[str, int], None]] = {}

    def birth_date(self, printed: str, *, keep: bool = False) -> bool:
        """Take the birth date, so that dates are at an age; say whether it is a date.

        :param keep: keep the date itself, which identifies a person; else it gives an age in whole years.
        """
        span = day_span(printed)
        if span is not None:
            self._birth, self._birth_printed = span, printed if keep else None
        return span is not None

    def tells_birth(self, printed: str) -> bool:
        """Tell whether a date is the exact date of birth, which is not kept."""
        return self._is_birth(day_span(printed))

    @property
    def exact_birth(self) -> str | None:
        """The exact date of birth as ISO 8601 has it, kept or not; None where none was told."""
        exact = self._birth is not None and self._birth[0] == self._birth[1]
        return self._birth[0].isoformat() if self._birth and exact else None

    def age(self, iso: str) -> str | None:
        """Return the occasion at an age such as ``P3Y2M``; None where it is no duration."""
        days = duration_days(iso)
        if days is None:
            return None
        return self._keep(f"age-{_slug(iso)}", Occasion(anchor=BIRTH, start=days, printed=iso))

    def age_range(self, start: str, end: str) -> str | None:
        """Return the occasion that began somewhere between two ages."""
        first, last = duration_days(start), duration_days(end)
        if first is None or last is None or last[1] < first[0]:
            return None
        occasion = Occasion(anchor=BIRTH, start=(first[0], last[1]), printed=f"{start}/{end}")
        return self._keep(f"age-{_slug(start)}-to-{_slug(end)}", occasion)

    def gestational(self, weeks: int, days: int) -> str:
        """Return the occasion at a gestational age; a week without days is any day of it."""
        self._keep(GESTATION, Occasion(phase=None))
        first = weeks * _WEEK + days
        last = first if days else first + _WEEK - 1
        printed = f"{weeks}w{days}d"
        return self._keep(
            f"gestation-{printed}", Occasion(anchor=GESTATION, start=(first, last), printed=printed)
        )

    def stage(self, code: Code) -> str:
        """Return the occasion in a stage of life."""
        return self._keep(f"stage-{_slug(code.split(' ', 1)[0])}", Occasion(stage=code))

    def event(self, key: str) -> str:
        """Return the occasion of something that happened, of which nothing more is known."""
        if key not in self._relative:
            self._events.append(key)
        return self._keep(key, Occasion())

    def since(self, event: str, days: tuple[int, int], printed: str) -> str:
        """Return the occasion so many days, at least and at most, after another one; below 0: before it."""
        distance = "-".join(f"{'minus-' if each < 0 else ''}{abs(each)}" for each in dict.fromkeys(days))
        return self._keep(f"{event}-day-{distance}", Occasion(anchor=event, start=days, printed=printed))

    def date(self, printed: str) -> str | None:
        """Return the occasion on a date, or at age 0 where it is a birth not kept; None where it is none."""
        span = day_span(printed)
        if self._is_birth(span):
            return self.age("P0D")
        return span and self._date(f"date-{_slug(printed)}", _Dated(*span, None, None, printed))

    def between(self, start: str, end: str) -> str | None:
        """Return the occasion that began somewhere between two dates; None where one would tell the birth."""
        first, last = day_span(start), day_span(end)
        if first is None or last is None or last[1] < first[0] or self._is_birth(first, last):
            return None
        key = f"between-{_slug(start)}-and-{_slug(end)}"
        return self._date(key, _Dated(first[0], last[1], None, None, f"{start}/{end}"))

    def stretch(self, start: str, end: str) -> str | None:
        """Return the occasion that lasted from one date to another; None where one would tell the birth."""
        first, last = day_span(start), day_span(end)
        if first is None or last is None or last[1] < first[0] or self._is_birth(first, last):
            return None
        key = f"from-{_slug(start)}-to-{_slug(end)}"
        return self._date(key, _Dated(*first, *last, f"{start}--{end}"))

    def zero_point(self, used: Collection[str]) -> str | None:
        """Return the occasion that is day 0: birth, else the first date, else the first event; or None."""
        occasions = self.occasions(used)
        return next((key for key in (BIRTH, CALENDAR, *self._events) if key in occasions), None)

    def occasions(self, used: Collection[str]) -> dict[str, Occasion]:
        """Return the occasions that are used, and those that these count from."""
        kept = self._with_anchors(used)
        found = {key: each for key, each in self._relative.items() if key in kept}
        dated = {key: each for key, each in self._dated.items() if key in kept}
        if dated or (self._birth and self._birth_printed):
            found |= self._calendar(dated)
        if BIRTH in found or any(each.anchor == BIRTH for each in found.values()):
            birth = found.get(BIRTH, Occasion())
            found[BIRTH] = replace(birth, after=(*birth.after, *self._before_birth(found)))
        return found

    def _before_birth(self, found: Mapping[str, Occasion]) -> tuple[str, ...]:
        """Return the gestation, what is at an age of it, and the dates that are certainly before birth."""
        unborn = (key for key, each in found.items() if GESTATION in (key, each.anchor))
        dates = (key for key, each in self._dated.items() if key in found and self._is_unborn(each))
        return (*unborn, *dates)

    def _is_unborn(self, dated: _Dated) -> bool:
        early = self._birth is not None and dated.last < self._birth[0]
        return early and not self._is_before_pregnancy(dated)

    def _with_anchors(self, used: Collection[str]) -> set[str]:
        kept = set(used)
        waiting = list(used)
        while waiting:
            occasion = self._relative.get(waiting.pop())
            if occasion is not None and occasion.anchor and occasion.anchor not in kept:
                kept.add(occasion.anchor)
                waiting.append(occasion.anchor)
        return kept

    def _calendar(self, dated: Mapping[str, _Dated]) -> dict[str, Occasion]:
        """Return the dated occasions: days from the first of them, which is at an age where that is known."""
        impossible = {key for key, each in dated.items() if self._is_before_pregnancy(each)}
        kept_birth = self._birth if self._birth_printed and not impossible else None
        firsts = [each.first for each in dated.values()]
        zero = min([*firsts, kept_birth[0]] if kept_birth else firsts)
        found = {CALENDAR: Occasion()}
        if kept_birth:
            start = ((kept_birth[0] - zero).days, (kept_birth[1] - zero).days)
            found[BIRTH] = Occasion(anchor=CALENDAR, start=start, printed=self._birth_printed)
        elif impossible:
            latest = max((dated[key].last - zero).days for key in impossible)
            found[CALENDAR] = Occasion(anchor=BIRTH, start=(None, -_UNBORN - latest))
        elif self._birth and (years := _completed_years(self._birth, zero)) is not None:
            span = (math.floor(years[0] * _YEAR), math.ceil((years[1] + 1) * _YEAR))
            found[CALENDAR] = Occasion(anchor=BIRTH, start=span)
        for key, each in dated.items():
            start = ((each.first - zero).days, (each.last - zero).days)
            end = None
            if each.end_first is not None and each.end_last is not None:
                end = ((each.end_first - zero).days, (each.end_last - zero).days)
            after = (BIRTH,) if key in impossible else ()
            found[key] = Occasion(anchor=CALENDAR, start=start, end=end, printed=each.printed, after=after)
        return found

    def _is_before_pregnancy(self, dated: _Dated) -> bool:
        return self._birth is not None and (self._birth[0] - dated.last).days > _UNBORN

    def _keep(self, key: str, occasion: Occasion) -> str:
        self._relative.setdefault(key, occasion)
        return self._placed(key)

    def _is_birth(self, *spans: _Span | None) -> bool:
        """Tell whether one of these is the exact date of birth, which is not kept."""
        exact = self._birth is not None and self._birth[0] == self._birth[1]
        return exact and not self._birth_printed and self._birth in spans

    def _date(self, key: str, dated: _Dated) -> str:
        self._dated.setdefault(key, dated)
        return self._placed(key)

    def _placed(self, key: str) -> str:
        if self.place is not None:
            self.places.setdefault(key, {})[self.place] = None
        return key


def _completed_years(birth: tuple[date, date], zero: date) -> tuple[int, int] | None:
    """Return the fewest and the most years that were completed at a date; None before birth."""
    least, most = _years(birth[1], zero), _years(birth[0], zero)
    return (max(least, 0), most) if most >= 0 else None


def _years(birth: date, at: date) -> int:
    return at.year - birth.year - ((at.month, at.day) < (birth.month, birth.day))


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
