"""Values of XML Schema: what its standard allows is taken, and what it does not allow is refused."""

from __future__ import annotations

from datetime import datetime

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as some

from casegraph.merge.lexical import ill_typed

XSD = "http://www.w3.org/2001/XMLSchema#"
LEGAL = {
    "date": "2024-02-29 20000-01-01 -0044-03-15 0000-02-29 2024-01-01Z 2024-01-01+14:00 2000-02-29"
    " -0004-02-29",
    "dateTime": "2024-01-01T24:00:00 2024-01-01T24:00:00.0Z 2024-01-01T00:00:00.1234567890-13:59"
    " -0044-03-15T12:00:00 12024-12-31T23:59:59Z",
    "dateTimeStamp": "2024-01-01T00:00:00Z 2024-01-01T24:00:00-05:00",
    "time": "24:00:00 00:00:00 23:59:59.999Z 12:00:00+02:00",
    "gYear": "2024 -0044 20000 2024Z 2024+01:00 0000",
    "gYearMonth": "2024-01 20000-12 2024-01Z",
    "gMonth": "--01 --12Z",
    "gMonthDay": "--02-29 --12-31Z --04-30",
    "gDay": "---31 ---01Z",
    "duration": "P1Y2M3DT4H5M6.7S -P1D PT0S P12M",
    "dayTimeDuration": "P1D PT1.5S -P1DT1H",
    "yearMonthDuration": "P1Y P1Y2M -P1M",
    "integer": "+1 -0 007",
    "decimal": "1. .5 -.5 +1",
    "double": "INF +INF -INF NaN 1. 1e5 -1E+5",
    "boolean": "1 0 true false",
    "byte": "-128 127",
    "unsignedByte": "255",
    "nonPositiveInteger": "0 -1",
    "hexBinary": "0f 0F",
    "base64Binary": "YQ== YWI=",
    "anyURI": "http://x a#b",
    "language": "en de-DE",
}
WRONG = {
    "date": "2024-02-30 2023-02-29 1900-02-29 2024-04-31 2024-13-01 24-01-01 2024-1-1 020000-01-01"
    " +2024-01-01"
    " 2024-01-01+15:00 2024-01-01+14:01 2024-01-01T00:00:00 \u0662\u0660\u0662\u0664-01-01",
    "dateTime": "2024-01-01Z 2024-01-01T24:00:01 2024-01-01T25:00:00 2024-01-01T12:00 2024-01-01T12:00:60"
    " 2024-01-01t12:00:00 2023-02-29T24:00:00",
    "dateTimeStamp": "2024-01-01T00:00:00",
    "time": "24:00:01 12:00 12:60:00 1:00:00",
    "gYear": "24 2024-01 02024",
    "gYearMonth": "2024-13 2024",
    "gMonth": "--13 12 -12",
    "gMonthDay": "--02-30 02-29 --06-31",
    "gDay": "---32 ---00 31",
    "duration": "P P1W P1Y2 PT 1Y P12W",
    "dayTimeDuration": "P1Y P PT",
    "yearMonthDuration": "P1D P",
    "integer": "1.0 forty",
    "boolean": "TRUE yes",
    "byte": "128",
    "unsignedByte": "-1",
    "positiveInteger": "0",
    "hexBinary": "0",
}


def of(text: str, datatype: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(f"{XSD}{datatype}"))


@pytest.mark.parametrize("datatype", LEGAL)
def test_what_the_standard_allows_is_taken(datatype: str) -> None:
    assert [each for each in LEGAL[datatype].split(" ") if ill_typed(of(each, datatype))] == []


@pytest.mark.parametrize("datatype", WRONG)
def test_what_the_standard_does_not_allow_is_refused(datatype: str) -> None:
    assert [each for each in WRONG[datatype].split(" ") if not ill_typed(of(each, datatype))] == []


@given(some.datetimes(), some.sampled_from(["", "Z", "-05:00"]))
def test_every_moment_that_python_has_is_one(moment: datetime, zone: str) -> None:
    text = f"{moment.isoformat()}{zone}"
    assert not ill_typed(of(text, "dateTime"))
    assert not ill_typed(of(text[:10], "date"))


@pytest.mark.parametrize("datatype", ["date", "gYear"])
def test_a_year_of_thousands_of_digits_is_one(datatype: str) -> None:
    rest = "-02-29" if datatype == "date" else ""
    assert not ill_typed(of(f"{'1' * 5000}2024{rest}", datatype))


def test_a_day_alone_is_let_in_as_a_date_and_time() -> None:
    """The suite of nanopublications has such values in documents that it calls valid."""
    assert not ill_typed(of("2019-02-26", "dateTime"))
    assert ill_typed(of("2019-02-30", "dateTime"))


def test_texts_and_datatypes_of_others_are_not_judged() -> None:
    assert not ill_typed(ox.Literal("2024-02-30"))
    assert not ill_typed(ox.Literal("x", language="en"))
    assert not ill_typed(ox.Literal("x", datatype=ox.NamedNode("https://example.org/date")))
