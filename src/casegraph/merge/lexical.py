"""Tells whether a literal of XML Schema has a form that its datatype has."""

from __future__ import annotations

import re
import warnings
from calendar import isleap
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

import pyoxigraph as ox

from casegraph.namespaces import PREFIXES

__all__ = ["ill_typed"]

_XSD = PREFIXES["xsd"]
_YEAR, _MONTH = r"(?P<year>-?(?:[1-9]\d{3,}|0\d{3}))", r"(?P<month>0[1-9]|1[0-2])"
_DAY = r"(?P<day>0[1-9]|[12]\d|3[01])"
_TIME = r"(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?|24:00:00(?:\.0+)?)"
_ZONE = r"(?:Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))"
_DAY_TIME = r"(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?"
#: Datatypes of days, times and spans -> their lexical forms (XML Schema 1.1 part 2, sections 3.3 and 3.4).
#: What a Python date cannot hold is among them: years of five digits or before Christ, and the hour 24. One
#: thing beyond the standard is let in: a day alone as xsd:dateTime, as published nanopublications write it.
_FORMS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        f"{_XSD}{name}": re.compile(form, re.ASCII)
        for name, form in {
            "date": f"{_YEAR}-{_MONTH}-{_DAY}{_ZONE}?",
            "dateTime": f"{_YEAR}-{_MONTH}-{_DAY}(?:T{_TIME}{_ZONE}?)?",
            "dateTimeStamp": f"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE}",
            "time": f"{_TIME}{_ZONE}?",
            "gYear": f"{_YEAR}{_ZONE}?",
            "gYearMonth": f"{_YEAR}-{_MONTH}{_ZONE}?",
            "gMonth": f"--{_MONTH}{_ZONE}?",
            "gMonthDay": f"--{_MONTH}-{_DAY}{_ZONE}?",
            "gDay": f"---{_DAY}{_ZONE}?",
            "duration": rf"-?P(?=.)(\d+Y)?(\d+M)?{_DAY_TIME}",
            "dayTimeDuration": f"-?P(?=.){_DAY_TIME}",
            "yearMonthDuration": r"-?P(?=.)(\d+Y)?(\d+M)?",
        }.items()
    }
)
_LEAP_YEAR = 2000
_SHORT_MONTHS = MappingProxyType({"02": 28, "04": 30, "06": 30, "09": 30, "11": 30})


def ill_typed(value: ox.Literal) -> bool:
    """Tell whether a literal of XML Schema has a form that its datatype does not have.

    >>> ill_typed(ox.Literal("abc", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer")))
    True
    """
    datatype = value.datatype.value
    if not datatype.startswith(_XSD) or value.language:
        return False
    form = _FORMS.get(datatype)
    if form is None:
        return _is_refused(value.value, datatype)
    found = form.fullmatch(value.value)
    return found is None or not _is_day(found.groupdict())


def _is_day(parts: Mapping[str, str | None]) -> bool:
    """Return whether a month has such a day; February has 29 where no year is told."""
    day, month, year = parts.get("day"), parts.get("month"), parts.get("year")
    if day is None or month is None:
        return True
    # the last four digits say whether it is a leap year, and a year may be too long for int()
    leap = month == "02" and isleap(_LEAP_YEAR if year is None else int(year[-4:]))
    return int(day) <= _SHORT_MONTHS.get(month, 31) + leap


@lru_cache(maxsize=100_000)
def _is_refused(text: str, datatype: str) -> bool:
    """Return whether RDFLib finds a number or another value ill-typed."""
    from rdflib import Literal, URIRef
    from rdflib.term import logger

    before, logger.disabled = logger.disabled, True  # it prints a traceback of what it cannot convert
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            return bool(Literal(text, datatype=URIRef(datatype)).ill_typed)
    finally:
        logger.disabled = before
