"""Rows are counted right in each format, whatever stands in their values, and wherever a piece ends."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from casegraph.serve.errors import LimitError
from casegraph.serve.jobs import Out
from casegraph.serve.jobs.counting import write_at_most

FORMATS = (
    ox.QueryResultsFormat.JSON,
    ox.QueryResultsFormat.XML,
    ox.QueryResultsFormat.CSV,
    ox.QueryResultsFormat.TSV,
)
#: What looks like the end of a row in one format or another.
VALUES = ('},{"', "},{", '\\"},{', "\\\\", '"', '""', "\r\n", "\n", "<result>", "a\\", '\\\\"', "{},{}")


def _rows(many: int, form: str) -> ox.QuerySolutions:
    store = ox.Store()
    subject, name = ox.NamedNode("urn:s"), ox.NamedNode("urn:p")
    for number in range(many):
        value = f"{VALUES[number % len(VALUES)]}{number:0{number % 40}d}{VALUES[-number % len(VALUES)]}"
        store.add(ox.Quad(subject, name, ox.Literal(value), ox.DefaultGraph()))
    answer = store.query(form)
    assert isinstance(answer, ox.QuerySolutions)
    return answer


def _is_written(limit: int, many: int, form: str, format_: ox.QueryResultsFormat) -> bool:
    out = Out(lambda sent: None, 1)
    out.begin("text/plain", held=True)
    try:
        write_at_most(limit, _rows(many, form), format_, out)
    except LimitError:
        return False
    return True


@pytest.mark.parametrize("format_", FORMATS, ids=str)
@pytest.mark.parametrize(
    "form", ["SELECT ?o { ?s ?p ?o }", "SELECT ?none { ?s ?p ?o }", "SELECT * { ?s ?p ?o }"]
)
@pytest.mark.parametrize("many", [1, 2, 1000])
def test_as_many_rows_as_may_be_and_not_one_more(
    format_: ox.QueryResultsFormat, form: str, many: int
) -> None:
    assert _is_written(many, many, form, format_)
    assert many == 1 or not _is_written(many - 1, many, form, format_)
