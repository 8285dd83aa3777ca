"""RDF that was sent is read within limits, and what passes one is refused at its place."""

from __future__ import annotations

import pytest

from casegraph.serve.errors import LimitError
from casegraph.serve.jobs.document import Document
from casegraph.serve.jobs.reading import triples_of

RDF = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="urn:e:">\n'
MOST = 500


def _nested(levels: int) -> Document:
    """Return RDF/XML of so many elements, each in the one before, on lines of their own."""
    names = ["rdf:Description" if level % 2 else "e:p" for level in range(1, levels)]
    begun = "".join(f"<{name}>\n" for name in names)
    text = RDF + begun + "".join(f"</{name}>" for name in reversed(names)) + "</rdf:RDF>"
    return Document(content=text.encode(), media_type="application/rdf+xml", base="urn:b")


def test_xml_that_nests_as_deep_as_it_may_is_read() -> None:
    triples = list(triples_of([_nested(MOST)]))
    assert len(triples) == (MOST - 1) // 2  # a property in every second element; the outermost has none


def test_xml_that_nests_deeper_is_refused_at_its_place() -> None:
    with pytest.raises(LimitError, match="XML nested more than 500 deep") as refused:
        list(triples_of([_nested(MOST + 1)]))
    assert refused.value.where == "body:501:1"


def test_elements_beside_each_other_do_not_nest() -> None:
    text = RDF + '<rdf:Description rdf:about="urn:s"><e:p>1</e:p></rdf:Description>' * 600 + "</rdf:RDF>"
    document = Document(content=text.encode(), media_type="application/rdf+xml", base="urn:b")
    assert len(list(triples_of([document]))) == 600
