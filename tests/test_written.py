"""Quads taken apart without a parser are what the parser of the store takes them for."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casegraph.errors import InputError
from casegraph.ingest import prepare
from casegraph.resources import shipped
from casegraph.triples.written import statements

#: what could be taken for the end of a literal, a graph, a line or a statement.
TRICKY = ("a <urn:g> .", 'say "x" <urn:g>', " .", "<urn:o>", "a\u2028b\x85c\x1ed", "\\", "@en", "\n", "")


def parsed(text: str, form: ox.RdfFormat) -> list[tuple[str, ...]]:
    return [tuple(map(str, quad.triple)) for quad in ox.parse(text.encode(), form)]


@pytest.mark.parametrize("path", shipped("cases", "*.yaml"), ids=lambda path: path.stem)
def test_a_document_is_taken_apart_as_by_the_parser(path: Path) -> None:
    prepared = prepare(path)
    quads = prepared.asserted + prepared.inferred
    found = statements(quads)
    assert found == parsed(quads, ox.RdfFormat.N_QUADS)
    assert len(found) == quads.count("\n")


@given(st.sampled_from(TRICKY) | st.text(st.characters(exclude_categories=["Cs"])), st.booleans())
def test_any_literal_is_taken_apart_as_by_the_parser(value: str, tagged: bool) -> None:
    literal = ox.Literal(value, language="en") if tagged else ox.Literal(value)
    triple = ox.Triple(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), literal)
    quad = ox.Quad(triple.subject, triple.predicate, triple.object, ox.NamedNode("urn:g"))
    lines = {
        ox.RdfFormat.N_TRIPLES: f"{triple} .\n",
        ox.RdfFormat.N_QUADS: f"{quad} .\n",
    }
    for form, line in lines.items():
        assert statements(line) == parsed(line, form) == [("<urn:s>", "<urn:p>", str(literal))]


@pytest.mark.parametrize("text", ["<urn:s> <urn:p>\n", "no\n", "<urn:s>\n<urn:p> <urn:o> <urn:g> .\n"])
def test_a_line_that_is_no_statement_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no statement"):
        statements(text)
