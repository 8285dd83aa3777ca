"""The text of a query tells whether it names its own dataset; any text is read once."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from casegraph.errors import InputError
from casegraph.store.syntax import brings_dataset, without_strings


@pytest.mark.parametrize(
    "part",
    ['"', "'", '\\"', "\\'", '"""\\', "'''\\", '"""x', "a", "<", "<a", "#", "FROM", "FROM ", "FROM a."],
)
def test_a_text_is_read_once_whatever_it_is(part: str) -> None:
    assert not brings_dataset(f"ASK {{ {part * 100_000}")


@pytest.mark.parametrize("quote", ['"', "'"])
def test_a_long_string_that_ends_too_early_is_read_once(quote: str) -> None:
    part = f"a{quote}\\{quote * 3}"  # which begins another one, if the first is no string
    with pytest.raises(InputError, match=r"query:1:13: .*a string that is not closed"):
        without_strings(f"ASK {{ ?s ?p {quote * 3}{part * 100_000}\\")


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_a_comment_ends_where_its_line_does(end: str) -> None:
    query = f"SELECT ?o # of one graph{end}FROM <urn:g> {{ ?s ?p ?o }}"
    bare = ox.Store()
    bare.update("INSERT DATA { GRAPH <urn:g> { <urn:s> <urn:p> 1 } <urn:s> <urn:p> 2 }")
    assert [row["o"].value for row in bare.query(query)] == ["1"]  # type: ignore[union-attr]
    assert brings_dataset(query)
