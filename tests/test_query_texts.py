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


def test_a_quote_in_a_name_begins_no_string() -> None:
    query = "ASK { ?s ex:a\\'b ?o . FILTER EXISTS { ?s ex:c\\'d 'x' } }"
    assert without_strings(query) == "ASK { ?s ex:a\\'b ?o . FILTER EXISTS { ?s ex:c\\'d   } }"


#: Oxigraph needs no space before FROM, or before a name after it.
@pytest.mark.parametrize(
    "query",
    [
        "PREFIX : <urn:> PREFIX e: <urn:> SELECT ?o FROM:g { ?s ?p ?o }",
        "PREFIX : <urn:> PREFIX e: <urn:> SELECT ?o FROMe:g { ?s ?p ?o }",
        "SELECT*FROM<urn:g>{ ?s ?p ?o }",
        "SELECT (2 - 1 AS ?o)FROM<urn:g>{ ?s ?p 1 }",
        "SELECT ?s ((EXISTS { ?s ?p 1 }) AS ?x) ?o FROM <urn:g> { ?s ?p ?o }",
    ],
)
def test_a_dataset_is_found_where_no_space_is(query: str) -> None:
    bare = ox.Store()
    bare.update("INSERT DATA { GRAPH <urn:g> { <urn:s> <urn:p> 1 } <urn:s> <urn:p> 2 }")
    assert [row["o"].value for row in bare.query(query)] == ["1"]  # type: ignore[union-attr]
    assert brings_dataset(query)


def test_a_template_and_names_are_no_dataset() -> None:
    assert brings_dataset("CONSTRUCT { ?s ?p ?o } FROM <urn:g> WHERE { ?s ?p ?o }")
    assert not brings_dataset("PREFIX from: <urn:> CONSTRUCT { ?s from:a ?o } WHERE { ?s ?from ?o }")
    assert not brings_dataset("PREFIX from: <urn:> DESCRIBE from:a")
